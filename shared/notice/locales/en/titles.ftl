### Titles: who and what, without a full stop.

title-cc = { $host } C&C communication, { $contained ->
    [yes] blocked
   *[no] NOT blocked
}
title-malware = { $outcome ->
    [reached] { $host } received malware, NOT blocked
    [blocked] Malware for { $host } blocked
    [guess] { $host } received a suspicious file, verdict pending
    [unwanted] { $host } unwanted software
    [test] { $host } anti-virus test file
    [unscannable] { $host } received a file that could not be scanned
    [relay] Malware passed through { $host }, NOT blocked
   *[withdrawn] { $host } malware verdict withdrawn
}
title-exploit = { $host } attacked by { $attacker }, { $outcome ->
    [succeeded] attack SUCCEEDED
    [failed] attack failed
   *[unknown] outcome open
}
title-inbound = Attacks from { $attacker }{ $count ->
    [one] {""}
   *[other] {" "}({ $count })
}
title-campaign = Attack campaign by { $attacker } against { COUNT($targets) ->
    [one] one server
   *[other] { COUNT($targets) } servers
}
title-scan = Scan from { $attacker }
title-outbound = { $host } is attacking { $where ->
    [inside] other inside hosts
   *[outside] outside hosts
}
title-minor = { $host } tripped a generic signature
title-inside-scan = { $host } is scanning
title-site = { $host } { $site ->
    [phishing] phishing site
   *[malicious] malicious site
}{ $outcome ->
    [blocked] {" "}visit, blocked
    [malware] {" "}visit and malware, NOT blocked
    [credentials] : credentials submitted
   *[allowed] {" "}visit, NOT blocked
}
title-password = Password guessing from { $attacker }, { $outcome ->
    [succeeded] log-in SUCCEEDED
    [person] mistyped by its owner
   *[failed] all failed
}
title-dos = Denial of service against { $target }, { $outcome ->
    [blocked] mitigated
    [succeeded] device OVERLOADED
    [failed] no effect
   *[unknown] effect open
}
title-device = Device { $device } compromised
title-policy = { $host } policy violation
title-behaviour = { $host } unusual traffic
title-web-shell = Web shell on { $host } used by { $attacker }
title-false-positive = { $host } false positive
title-allowed = { $host } activity on the allow list
