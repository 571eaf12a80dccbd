### Why a level: the sentence behind each rule of the service.

because-blocked = { $count ->
    [one] The attack from { $attacker } was blocked.
   *[other] All { $count } attacks from { $attacker } were blocked.
}
because-scan = The appliance itself judged the traffic from { $attacker } to be a scan.
because-exploit-open = The attack { $what } was not blocked, and no log shows its outcome yet.
because-exploit-answered = The attack { $what } was not blocked, and the server sent { $bytes } back. An answer alone shows neither success nor failure.
because-exploit-minor = { $what } is a sign of probing or of a generic attack, not of damage.
because-exploit-failed = The server did not answer the attack { $what } or refused it: the attack failed.
because-callback = { HOST($host, as: "server", case: "upper") } itself opened a session to { $peer } within { $minutes ->
    [0] one minute
    [one] one minute
   *[other] { $minutes } minutes
} of the attack. This proves that the attack succeeded.
because-other-contact = { HOST($host, as: "server", case: "upper") } connected to { $peer } after the attack, but it is not known yet whether that is its habit.
because-campaign = { $attacker } used { COUNT($families) ->
    [one] one kind of attack
   *[other] { COUNT($families) } kinds of attack
} against { COUNT($targets) ->
    [one] one server
   *[other] { COUNT($targets) } servers
}, and not all of it was blocked.
because-victim = { $what } was sent to { HOST($host) }: this machine is the target of the attack, not its source.
because-site-blocked = The visit to the { $site ->
    [phishing] phishing
   *[malicious] malicious
} site was blocked.
because-site-allowed = The visit to the { $site ->
    [phishing] phishing
   *[malicious] malicious
} site was not blocked.
because-site-malware = After the visit to the { $site ->
    [phishing] phishing
   *[malicious] malicious
} site, malware reached the host.
because-credentials = The organisation's credentials were submitted to the phishing site { $indicator }.
because-credentials-blocked = The submission of credentials to the phishing site was blocked.
because-malware-blocked = The malware { $what } was blocked and did not reach the host.
because-malware-reached = The malware { $what } was not blocked and reached the host.
because-malware-relay = The malware { $what } passed a relay such as a mail server ({ COUNT($count) ->
    [one] once
   *[other] { COUNT($count) } times
}). The logs do not show whether it reached a user's machine.
because-sandbox = The sandbox judged the delivered file { $file } to be malware.
because-sandbox-withdrawn = The sandbox changed its verdict on the file { $file } to harmless.
because-guess = { $what } is a machine's guess, and the verdict is still awaited.
because-unwanted = { $what } is unwanted software, not an attack.
because-test-file = { $what } is a test file.
because-unscannable = The file { $file } could not be scanned. It is remembered in case something follows.
because-cc-payload = The C&C traffic of the malware { $what } itself was recognised, and it was not blocked.
because-cc-sessions = Data went both ways in { COUNT($count) } sessions with { -cc } { $indicator }.
because-cc-one-session = There was one session with { -cc } { $indicator } only, which is not enough to call the host infected.
because-cc-lookup = The name of { -cc } { $indicator } was looked up, and no traffic to it followed.
because-cc-few = C&C communication was tried { COUNT($attempts) ->
    [one] once
   *[other] { COUNT($attempts) } times
} and was blocked, which is not enough to call the host infected.
because-cc-persistent = { $contained ->
    [yes] The traffic was blocked, but the host
   *[no] The host
} tried to reach its C&C server { COUNT($attempts) } times in { $minutes ->
    [one] one minute
   *[other] { $minutes } minutes
}. People do not do that, so the host is infected.
because-cc-hours = { $contained ->
    [yes] The traffic was blocked, but the host
   *[no] The host
} tried to reach its C&C server in { $hours } different hours of the day. Only a program does that, so the host is infected.
because-cc-families = { $contained ->
    [yes] The traffic was blocked, but the host
   *[no] The host
} produced C&C traffic of { COUNT($families) } kinds of malware ({ $families }), so the host is infected.
because-cc-after-delivery = { $contained ->
    [yes] The traffic was blocked, but the host
   *[no] The host
} tried to reach a C&C server within { $hours ->
    [0] one hour
    [one] one hour
   *[other] { $hours } hours
} of receiving malware, so the host is infected.
because-cc-search = { $attacker } is looking for C&C servers. This does not show that anything inside is infected.
because-client-unknown = The traffic came through { HOST($relay) }, and the logs do not name the machine behind it.
because-outbound = An inside host sent { COUNT($attempts) } attacks to { COUNT($hosts) ->
    [one] one outside host
   *[other] { COUNT($hosts) } outside hosts
}.
because-outbound-one = What looks like an attack went to one destination only, which is not enough to call the host infected.
because-outbound-generic = Ordinary browsing triggers this kind of detection too, so it does not show that the host attacks.
because-lateral-passed = The attack { $what } from one inside host against another was not blocked.
because-lateral-hosts = An inside host attacked { COUNT($hosts) } other inside hosts.
because-lateral-blocked = There was one attack on the inside only, and it was blocked.
because-inside-scan = An inside host tried to reach { COUNT($hosts) } hosts on one port within a short time.
because-inside-scan-sign = An inside host tried to reach { COUNT($hosts) } hosts within a short time, and there is further evidence of compromise on it.
because-guessing = { COUNT($count) ->
    [one] The log-in attempt failed.
   *[other] All { COUNT($count) } log-in attempts failed.
}
because-takeover = After a run of failures, a log-in from the same source succeeded for the { accounts }.
because-person = The log-in succeeded after { COUNT($count) ->
    [one] one failure
   *[other] { COUNT($count) } failures
}: a person who mistyped.
because-analyst = Decision of SOC analyst { $who }: { $why }.
because-allowed = This traffic is on the allow list. Reason given: { $why }.
because-policy = { $what } is a matter of policy, and there is no evidence of an attack.
because-background = There is no attack to judge.
because-behaviour = Unusual traffic ({ $what }) alone does not show an attack. It is being watched.
because-behaviours = The same host showed { COUNT($kinds) } kinds of unusual traffic ({ $kinds }) within 24 hours.
because-integrity = The device logged an event that shows tampering with itself: { $what }.
because-device-cc = The device itself communicated with { -cc } { $peer }.
because-dos-mitigated = The appliance fended off the denial of service.
because-dos-unmitigated = The denial of service was not fended off.
because-dos-overload = The denial of service was not fended off, and the device was overloaded.
because-web-shell = Commands to the web shell { $what } were not blocked.

## What would have changed the level.

change-callback = If the attacked { HOST($host, as: "server") } had opened a session towards the attacker
change-no-answer = If the logs showed that the server sent no answer
change-passed = If the attack had not been blocked
change-attempts = If there had been { COUNT($more) ->
    [one] one more attempt
   *[other] { COUNT($more) } more attempts
} to reach the C&C server
change-payload = If the malware's own traffic had been recognised
change-delivery = If malware had reached the same host within 24 hours
change-client = If the machine behind the traffic were known
change-two-way = If data had gone both ways with the C&C server
change-malware-follows = If malware had reached the host after the visit
change-credentials = If credentials had been submitted
change-reached-host = If the malware had reached a host
change-verdict = If the sandbox judged the file malicious
change-verdict-withdrawn = If the sandbox changed its verdict to harmless
change-second-host = If there had been a second destination
change-other-sign = If there were further evidence of compromise on the same host
change-login-success = If a log-in from the same source had succeeded
change-second-behaviour = If the host had shown a second kind of unusual traffic
change-overload = If the device had been overloaded
