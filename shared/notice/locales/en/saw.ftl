### What happened: one sentence for each kind of evidence.

saw-scan = { HOST($attacker, case: "upper") } scanned the network: { $what } { tail }.
# Whichever way it goes, the attacker is the one that does it and the host the one that it is done to.
saw-exploit = { $class ->
    [recon] Vulnerability probing
    [generic] A generic attack
   *[specific] An attack
} from { HOST($attacker) } against { HOST($host) }{ $direction ->
    [outbound] {" "}outside
    [internal] {" "}inside
   *[inbound] {""}
} was detected: { $what } { tail }.
saw-web-shell = { HOST($attacker, case: "upper") } sent commands to a web shell (a hidden remote-control program) on { HOST($host, as: "server") }: { $what } { tail }.
saw-brute-force = { HOST($attacker, case: "upper") } tried passwords against { HOST($host) }: { $what } { tail }.
saw-dos = { HOST($attacker, case: "upper") } flooded { HOST($host) } (denial of service): { $what } { tail }.
saw-cc-payload = { HOST($host, case: "upper") } { $disposition ->
    [blocked] tried to communicate
   *[allowed] communicated
} with { -cc } { $peer } { tail }.{ GIVEN($what) ->
    [yes] {" "}Detected as { $what }.
   *[no] {""}
}
saw-cc-contact = { HOST($host, case: "upper") } { $how ->
    [lookup] looked up the name of { -cc } { $indicator }
    [web] { $disposition ->
        [blocked] tried to send a web request to { -cc } { $indicator }
       *[allowed] sent a web request to { -cc } { $indicator }
    }
   *[session] { $disposition ->
        [blocked] tried to connect to { -cc } { $indicator }
       *[allowed] communicated with { -cc } { $indicator }
    }
} { tail }.{ GIVEN($what) ->
    [yes] {" "}Detected as { $what }.
   *[no] {""}
}
saw-sinkhole = { HOST($host, case: "upper") } connected to the sinkhole { $peer }, which stands in for a malicious destination{ times }. This is the machine behind the C&C look-up.
saw-cc-search = { $attacker } searched { HOST($host) } for a C&C server: { $what } { tail }.
saw-malware = Malware { $what } was found in traffic from { $peer } to { HOST($host) } { tail }.{ $delivery ->
    [to_relay] {" "}It was on its way to a mail server or another relay.
   *[to_host] {""}
}{ GIVEN($file) ->
    [yes] {" "}The file is { $file }.
   *[no] {""}
}
saw-malware-guess = A suspicious file { $file } was found in traffic to { HOST($host) } { tail }. The machine's guess is { $what }.
saw-unwanted-software = Unwanted software { $what } was found in traffic to { HOST($host) } { tail }.
saw-test-file = The test file { $what } was found in traffic to { HOST($host) } { tail }.
saw-unscannable = A file that could not be scanned, { $file }, was on its way to { HOST($host) } { tail }.
saw-sandbox-malicious = The sandbox judged the file { $file }, which { HOST($host) } had received, to be malware { $what }{ times }.
saw-sandbox-clean = The sandbox judged the file { $file }, which { HOST($host) } had received, to be harmless{ times }.
saw-site = { HOST($host, case: "upper") } { $disposition ->
    [blocked] tried to visit
   *[allowed] visited
} the { $site ->
    [phishing] phishing
   *[malicious] malicious
} site { $indicator } { tail }.
saw-credentials = { HOST($host, case: "upper") } { $disposition ->
    [blocked] tried to submit
   *[allowed] submitted
} the organisation's credentials to the phishing site { $indicator } { tail }.
saw-session-failed = In the session with { $attacker }, { HOST($host) } sent no meaningful answer ({ $bytes } back).
saw-session-answered = In the session with { $attacker }, { HOST($host) } answered ({ $bytes } back). An answer alone decides nothing.
saw-callback = Right after the attack, { HOST($host, as: "server") } itself opened a session to { $peer }{ $port ->
    [0] {""}
   *[other] {" "}on port { NUMBER($port, useGrouping: "false") }
}{ times }.
saw-other-contact = After the attack, { HOST($host, as: "server") } connected to another outside address, { $peer }{ times }.
saw-fan-out = { HOST($host, case: "upper") } tried to reach { COUNT($hosts) } { $where ->
    [inside] inside
   *[outside] outside
} hosts on { $port ->
    [0] one port
   *[other] port { NUMBER($port, useGrouping: "false") }
} within a short time ({ $disposition ->
    [allowed] not blocked
    [blocked] blocked
    [detected] detected only, not blocked
   *[unknown] blocking not recorded
}).
saw-campaign = { $attacker } attacked { COUNT($targets) ->
    [one] one server
   *[other] { COUNT($targets) } servers
} with { COUNT($families) ->
    [one] one kind of attack
   *[other] { COUNT($families) } kinds of attack
}.
saw-in-campaign = This attack is part of a campaign by { $attacker }.
saw-client-named = The traffic through { HOST($relay) } came from { HOST($host) }.
saw-password-run = { HOST($attacker, case: "upper") } failed to log in { COUNT($count) ->
    [one] once
   *[other] { COUNT($count) } times
} in a run, for the { accounts }.
saw-password-failures = { HOST($attacker, case: "upper") } failed to log in { COUNT($count) ->
    [one] once
   *[other] { COUNT($count) } times
}, for the { accounts }.
saw-password-takeover = After a run of failures, a log-in from the same source, { HOST($attacker) }, succeeded for the { accounts }.
saw-password-person = { HOST($attacker, case: "upper") } logged in to the { accounts } after { COUNT($count) ->
    [one] one failure
   *[other] { COUNT($count) } failures
}: a person who mistyped.
saw-policy = { HOST($host, case: "upper") } produced traffic that the policy is concerned with: { $what } { tail }.
saw-behaviour = { HOST($host, case: "upper") } produced unusual traffic: { $what } { tail }.
saw-habit = { HOST($host, case: "upper") } produced unusual traffic ({ $what }). From { $since } on it had { $seen } { $measure ->
    [bytes_out] sent out in an hour
    [denied_out] blocked connections to outside in an hour
    [week] sent out in a week
   *[sessions] sessions in an hour
}, where { $usual } is usual ({ $chart }).
saw-device-integrity = Device { $device } logged an event that shows tampering with the device itself: { $what }{ times }.
saw-device-cc = Device { $device } itself communicated with { -cc } { $peer }{ times }.
saw-device-overload = Device { $device } was overloaded: { $what }{ times }.
