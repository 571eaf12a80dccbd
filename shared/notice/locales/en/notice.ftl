### The frame of mails and SMS.

## Level, and blocked or not.

barrier = { $barrier ->
    [contained] BLOCKED (contained)
    [blocked] BLOCKED
    [failed] NOT BLOCKED, attack failed
    [detected] DETECTED ONLY, NOT BLOCKED
    [partly] ONLY PARTLY BLOCKED
    [open] NOT BLOCKED
   *[unknown] blocked or not: unknown
}
barrier-note = { $barrier ->
    [detected] The appliance is set up to detect only, so nothing was blocked.
    [partly] Some of the traffic was blocked, but not all of it.
   *[unknown] The logs do not record whether it was blocked.
}
level-meaning = { $level ->
    [4] attack succeeded, intrusion confirmed by logs
    [3] attack succeeded, no intrusion confirmed
    [2] real attack, outcome to be checked
    [1] harmless probing, over-detection or an attack that failed
   *[0] normal traffic or false positive
}
headline = { barrier } - Level { $level }: { level-meaning }
headline-calm = Level { $level }: { level-meaning }
headline-health = { $kind ->
    [down] DOWN
    [degraded] DEGRADED
    [noted] TO BE CHECKED
   *[recovered] RECOVERED
} - device { $device }: { $problem }

## What changed.

change-rise = UPDATE: raised from level { $previous } to level { $level }.
change-same = UPDATE: something new at level { $level }.
change-fall = CORRECTION: what we told you as level { $previous } is level { $level }.
change-corrected = CORRECTION of what we told you (level { $level }).
change-closed = CLOSED: nothing new since the last detection ({ $time }), so this incident is closed.
change-closed-by = CLOSED by SOC analyst { $who }.
change-why = Why: { $text }
change-news = New:

## The frame of a mail.

mail-repeat = SENT AGAIN: we could not confirm that this notice left us. If you have received it already, this is the same one.
mail-to = To { $name ->
    [none] the security contact
   *[other] { $name }
} at { $tenant }
mail-from = From { $soc }.{ $urgency ->
    [now] {" "}Please act at once on the steps below.
    [soon] {" "}Please check the points below.
   *[none] {""}
}
mail-guest = This concerns a visitor's device in the guest network.
mail-about = Concerns: { $subject }
mail-user = user { $name }
mail-first = First seen: { $time }
mail-number = Number: { $number }
section-conclusion = CONCLUSION
section-acts = WHAT TO DO NOW
section-timeline = WHAT HAPPENED (times in { $zone })
section-grounds = WHY THIS LEVEL
section-impact = IMPACT AND SCOPE
section-unknown = WHAT IS NOT KNOWN
section-soc = WHAT WE DO AND OFFER
section-next = NEXT REPORT
section-evidence = EVIDENCE (log lines, made safe with [.] and hxxp)
act-item = [{ $deadline }] { $act }
acts-none = There is nothing you need to do.
acts-done = Skip what is done already.
deadline = { $within ->
    [now] now
    [hour] by { $time } on { $date }
    [today] by the end of { $date }
    [noon] by noon on { $date }
   *[week] by { $date }
}
clock = { $hour }:{ $minute }
date = { $day } { $month ->
    [1] Jan
    [2] Feb
    [3] Mar
    [4] Apr
    [5] May
    [6] Jun
    [7] Jul
    [8] Aug
    [9] Sep
    [10] Oct
    [11] Nov
   *[12] Dec
}
moment = { $time } { $text }
moment-last = {" "}(last at { $time })
moments-cut = ({ $count } in between left out)
reason-item = { $text } ({ $rule ->
    [host] definition of "host"
    [analyst] analyst's decision
   *[other] rule { $rule }
})
soc-watching = We are watching around the clock.
next-open = We write again when something new is seen (a higher level, another host or stage). If nothing new is seen until { $time }, we tell you that the incident is closed.
next-health = We write again when it recovers or changes.
next-noted = If the same is seen again, we write again.
next-recovered = This is our last report on this matter.
next-closed = This is our last report on this incident. If it is seen again, you get a new number.
next-corrected = We write again if the verdict changes.
evidence-head = { $time } { $device } { $summary }
evidence-line = { $src } -> { $dst } { $what } ({ word-disposition })
evidence-line-bare = { $what } ({ word-disposition })
evidence-cut = { $count } more log lines are kept.
footer-number = Incident number: { $number }
footer-phone = Questions: { $soc }, phone { $phone }
footer-soc = Questions: { $soc }
body-cut = (The rest is left out. Ask the SOC for details.)

## Digest.

digest-headline = DETECTED ONLY, NOT BLOCKED - Level 2 digest: { $count ->
    [one] one attack campaign
   *[other] { $count } attack campaigns
} on { $date }
digest-conclusion = These are indiscriminate probes and attacks from the Internet, recorded by devices that only detect. No traffic shows an intrusion. We tell you because their outcome could not be confirmed.
digest-acts-1 = Check that the products on the attacked servers are up to date.
digest-acts-2 = Check for servers and ports that need not be public.
digest-soc-1 = Allow us to change the signatures concerned from detecting to blocking, and to block the sources.
section-digest = DETAILS
digest-item = { $number } { $title }
digest-more = and { $count } more

## Subject and SMS: what happened, in as few words as possible.

what = { $title ->
    [title-cc] C&C communication
    [title-malware] { $outcome ->
        [blocked] malware
        [guess] suspicious file received
        [relay] malware passed through
        [withdrawn] malware verdict withdrawn
       *[reached] malware received
    }
    [title-exploit] { $outcome ->
        [succeeded] broken into
        [failed] attacked, attack failed
       *[unknown] attacked, outcome open
    }
    [title-inbound] attacks
    [title-campaign] attack campaign
    [title-scan] scan
    [title-outbound] { $where ->
        [inside] attacking inside hosts
       *[outside] attacking outside hosts
    }
    [title-inside-scan] scanning
    [title-site] { $outcome ->
        [credentials] credentials sent to phishing site
        [malware] malware from malicious site
       *[allowed] { $site ->
            [phishing] phishing site visited
           *[malicious] malicious site visited
        }
    }
    [title-password] { $outcome ->
        [succeeded] unauthorised log-in
       *[failed] password guessing
    }
    [title-dos] denial of service
    [title-device] compromised
    [title-policy] policy violation
    [title-behaviour] unusual traffic
    [title-web-shell] web shell in use
   *[title-false-positive] false positive
}
barrier-short = { $barrier ->
    [contained] blocked
    [blocked] blocked
    [failed] attack failed
    [detected] detected only, NOT blocked
    [partly] only partly blocked
    [open] NOT blocked
   *[unknown] blocking unknown
}
act-short = { $act ->
    [act-isolate] Unplug LAN, keep power on
    [act-isolate-visitor] Stop the visitor's network access
    [act-isolate-thing] Unplug LAN
    [act-find-client] Find the client
    [act-ask-user] Ask the user
    [act-ask-visit] Ask the user
    [act-scan-host] Run a full scan
    [act-delete-file] Delete the file unopened
    [act-purge-mail] Purge the mail
    [act-change-password] Change the password
    [act-change-password-user] Change the password
    [act-disable-account] Suspend the account
    [act-check-server] Examine the server
    [act-check-device] Examine the device
    [act-check-service] Check the service
    [act-keep-power] Keep power on
    [act-none] No action needed
    [closed] Finish the steps in the mail
    [health] We keep watching
   *[other] Follow the mail
}
act-shortest = { $act ->
    [act-isolate] Unplug LAN
    [act-isolate-visitor] Cut access
    [act-isolate-thing] Unplug LAN
    [act-find-client] Find client
    [act-ask-user] Ask user
    [act-ask-visit] Ask user
    [act-scan-host] Full scan
    [act-delete-file] Delete file
    [act-purge-mail] Purge mail
    [act-change-password] Change password
    [act-change-password-user] Change password
    [act-disable-account] Suspend account
    [act-check-server] Examine server
    [act-check-device] Examine device
    [act-check-service] Check service
    [act-keep-power] Keep power on
    [act-none] No action
    [health] We watch
   *[other] See mail
}
sms-head = SOC{ $repeat ->
    [possible] {" "}repeat?
    [short] {" "}again?
   *[none] {""}
}{ $kind ->
    [update] {" "}update
    [correction] {" "}correction
    [closed] {" "}closed
    [down] {" "}down
    [degraded] {" "}degraded
    [recovered] {" "}recovered
    [noted] {" "}noted
   *[first] {""}
}{ $previous ->
    [none] {""}
   *[other] {" "}L{ $previous } to
}{ $level ->
    [none] {""}
   *[other] {" "}L{ $level }
}
sms-story = { $kind ->
    [correction] : level corrected
    [closed] : nothing new seen
    [health] : { $what }
   *[first] {" "}{ $what }, { $barrier }
}
sms-story-short = { $kind ->
    [correction] : corrected
    [closed] : closed
    [health] : { $what }
   *[first] {" "}{ $barrier }
}
sms-others = { $who } and { $count } more
sms-full = { $head } { $tenant }: { $who }{ $story }. { $act }. See mail { $number }
sms-brief = { $head } { $tenant }: { $who }{ $story }. { $act }. { $number }
sms-alone = { $head }: { $who }{ $story }. { $act }. { $number }
sms-bare = { $head }: { $who }. { $act } { $number }
sms-folded = { $head } { $tenant }: { $who } and { $count } more, { $barrier }. { $act }. See mails { $number } ff.
sms-folded-brief = { $head }: { $who } and { $count } more. { $act } { $number }
