### The answers: infected or not, what it means, how far it reaches, what is not known.

## Infection: the verdict first, then why.

infected-cc-passed = { HOST($host, case: "upper") } is infected with malware. It communicated with a C&C server (which attackers use to control it), and that traffic was not blocked.
infected-cc-contained = { HOST($host, case: "upper") } is infected with malware. It keeps trying to reach a C&C server (which attackers use to control it), and all of that traffic seen was blocked.
infected-attacking = { HOST($host, case: "upper") } is compromised. It is attacking other machines.
infected-server = { HOST($host, as: "server", case: "upper") } has been broken into. Right after the attack, it opened a session of its own towards the attacker.
infected-device = Device { $device } is compromised. Its own logs show tampering or malicious traffic.
infected-account = Somebody else is using the { accounts }. This is an unauthorised log-in, not a malware infection.
not-infected-blocked = Not infected. All attacks were blocked, and nothing reached the inside.
not-infected-failed = Not infected. The logs show that the attack failed.
not-infected-scan = Not infected. There was only probing from outside, and no log shows an intrusion.
not-infected-policy = Not infected. This is a matter of policy, not an attack.
not-infected-false = Not infected. This is a false positive or normal traffic.
unknown-infection-delivered = The logs alone do not show whether there is an infection. Malware reached { HOST($host) }, but no traffic shows that it was run.
unknown-infection-visited = The logs alone do not show whether there is an infection. The visit by { HOST($host) } went through, but no malware was seen arriving.
unknown-infection-exploit = The logs alone do not show whether there is an infection. The attack on { HOST($host) } went through, but no traffic shows that it succeeded.
unknown-infection-cc = It cannot be told yet whether there is an infection. { HOST($host, case: "upper") } produced traffic related to a C&C server, but not enough to call it infected.
unknown-infection-client = It cannot be told yet whether there is an infection. The traffic came through { HOST($relay) }, and the machine behind it is not known.
unknown-infection-relay = The logs alone do not show whether there is an infection. Malware passed { HOST($host) }, and no log records whether a user opened it.
unknown-infection-credentials = No malware infection was seen. But credentials were submitted from { HOST($host) } and must be treated as known to others.
unknown-infection-behaviour = The logs alone do not show whether there is an infection. The traffic of { HOST($host) } is unusual, but there is no evidence of an attack.
# Logs of a device were missing: which, and from when until when.
blind-time = { $blind ->
    [times] the times in the logs of device { $device } were wrong
    [some] some logs of device { $device } were missing
   *[all] no logs of device { $device } arrived
} ({ GIVEN($until) ->
    [yes] from { $since } until { $until }
   *[no] since { $since }
})
unknown-infection-blind = It cannot be told whether there is an infection. No log received shows one, but { blind-time }.

## Impact.

impact-none = There is no effect on your operations.
impact-blind = No log received shows an effect on your operations. What happened unseen is not known.
impact-remote-control = { HOST($host, case: "upper") } can be controlled from outside by the attacker. The data on it and the systems it can reach are at risk.
impact-contained = Malware is running on { HOST($host) }, but its traffic to the attacker is blocked. The host must be isolated before data leaves by another way.
impact-server = The attacker's commands run on { HOST($host, as: "server") }. The data on it and the systems it can reach are at risk.
impact-malware = If the malware is run on { HOST($host) }, it leads to theft of data or encryption of files.
impact-credentials = The submitted credentials can be used to log in to mail, VPN and other services.
impact-spread = Attacks reached { COUNT($hosts) ->
    [one] one inside host
   *[other] { COUNT($hosts) } inside hosts
}, and the spread must be stopped.
impact-third-parties = Other organisations are being attacked, and your organisation appears as the source.
impact-account = Somebody else has access to every system and all data that this account can use.
impact-availability = Services can become slow or unavailable.
impact-device = The protection of the traffic through device { $device } cannot be trusted.
impact-open = The impact cannot be settled until the checks asked for are done.

## Scope.

scope-one-host = The logs show one machine concerned: { HOST($host) }.
scope-hosts = { COUNT($count) ->
    [one] One host is concerned: { $hosts }.
   *[other] { COUNT($count) } hosts are concerned: { $hosts }.
}
scope-same-file = Hosts for which the same file was seen (blocked or not): { $hosts }.
scope-same-destination = Hosts that went to the same destination { $indicator } (blocked or not): { $hosts }.
scope-bytes = { $bytes } were sent towards the attacker.
scope-users = Users concerned: { $users }.
scope-targets = { COUNT($count) ->
    [one] One machine was attacked.
   *[other] { COUNT($count) } machines were attacked.
}
scope-none = Within the logs received, no other host is affected.

## What is not known.

unknown-outcome = The appliance's logs do not show whether the attack succeeded.
unknown-client = It is not known which machine behind { HOST($relay) } produced the traffic.
unknown-traffic = The traffic log of this session was not received, so its result and data volume cannot be confirmed.
unknown-executed = The appliance's logs do not show whether the file was run on the host.
unknown-entered = The logs received do not show when and how the malware came in.
unknown-encrypted = The traffic is encrypted, so its content cannot be seen.
unknown-inside = Traffic inside that does not pass the appliance cannot be seen.
unknown-sent = The appliance's logs do not show what information was sent.
unknown-verdict = The sandbox has not given its verdict yet.
unknown-habit = There is not enough learned history yet to compare with the usual traffic.
unknown-sniffer = The appliance watches a copy of the traffic, so the outcome cannot be seen directly.
unknown-delivered = It is not known whether the mail or file reached a user or was opened.
unknown-blind = At the time of this incident, { blind-time }. What happened unseen is not known, and we do not count it as "no sign".
unknown-cut = There were too many records to keep them all. Counts are lower bounds.
