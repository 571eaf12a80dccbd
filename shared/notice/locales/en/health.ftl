### How an appliance is: title, what happened, conclusion, impact, what to do, what is not known.

## What shows that something is wrong, as a noun.

word-symptom = { $symptom ->
    [silent] no logs arriving
    [function_silent] some logs not arriving
    [sequence_gap] logs missing
    [cpu_use] high CPU use
    [memory_use] high memory use
    [disk_use] high disk use
    [session_use] many sessions
    [session_rate] many new sessions
    [conserve_mode] out of memory (conserve mode)
    [ips_fail_open] IPS inspection suspended
    [table_full] internal table full
    [ha_member_lost] HA member lost
    [ha_failover] HA failover
    [ha_out_of_sync] HA out of sync
    [ha_link_down] HA link down
    [ha_split_brain] HA with two active members
    [interface_down] interface down
    [path_down] monitored path down
    [tunnel_down] VPN tunnel down
    [neighbour_lost] routing neighbour lost
    [power_failed] power supply failed
    [fan_failed] fan failed
    [overheated] temperature out of range
    [voltage_wrong] voltage out of range
    [restarted] restart
    [restarted_unasked] unexpected restart
    [shut_down] shut down
    [crashed] program crash
    [update_failed] update failed
    [update_stale] updates overdue
    [rating_unreachable] rating service not reachable
    [scanner_failed] scanner failed
    [feed_failed] external list not loaded
    [licence_expiring] licence expiring soon
    [licence_expired] licence expired
    [log_disk_full] log disk full
    [disk_failed] disk failed
    [logs_dropped] logs dropped
    [log_server_lost] log destination not reachable
    [logs_deleted] logs deleted
    [logging_disabled] logging switched off
    [time_server_lost] time server not reachable
    [clock_wrong] wrong clock
    [clock_set] clock changed
    [changed] configuration change outside hours
    [profile_disabled] protection taken out of a policy
    [any_any_policy] policy that allows everything
    [administrator_added] administrator added
    [administrator_from_new_country] administrator from a new country
    [configuration_copied] configuration exported
    [configuration_restored] configuration replaced
    [firmware_changed] firmware changed
    [unreachable] no answer
    [slow_answer] slow answers
   *[certificate_expiring] certificate of the administration page
}

title-health = Device { $device }: { word-symptom } ({ $condition ->
    [down] down
    [degraded] degraded
    [recovered] recovered
   *[noted] to be checked
})

## What happened.

# The part that it is about, where there is one.
part = { GIVEN($object) ->
    [yes] {" "}{ $object }
   *[no] {""}
}
# The same after the verb.
detail = { GIVEN($object) ->
    [yes] {" "}(concerns { $object })
   *[no] {""}
}
# What was measured, and what it is compared with.
measured = { GIVEN($value) ->
    [yes] {" "}({ $value }{ GIVEN($usual) ->
        [yes] , reference { $usual }
       *[no] {""}
    })
   *[no] {""}
}
measured-percent = { GIVEN($value) ->
    [yes] {" "}({ $value } %{ GIVEN($usual) ->
        [yes] , reference { $usual } %
       *[no] {""}
    })
   *[no] {""}
}
measured-days = { GIVEN($value) ->
    [yes] {" "}({ $value } days old{ GIVEN($usual) ->
        [yes] , reference { $usual } days
       *[no] {""}
    })
   *[no] {""}
}
saw-health = Device { $device }: { $symptom ->
    [silent] no more logs arrive (last received { $since }).
    [function_silent] logs{ part } that normally come no longer arrive (last received { $since }).
    [sequence_gap] logs{ part } are lost on their way. Their numbers have gaps{ GIVEN($value) ->
        [yes] {" "}(at least { $value } of { $usual } logs)
       *[no] {""}
    }.
    [cpu_use] CPU{ part } is under high load{ measured-percent }.
    [memory_use] memory{ part } use is high{ measured-percent }.
    [disk_use] disk{ part } use is high{ measured-percent }.
    [session_use] the number of sessions comes near the limit{ measured }.
    [session_rate] the number of new sessions rose sharply{ measured }.
    [conserve_mode] memory ran short and it entered conserve mode, in which inspection can be skipped.
    [ips_fail_open] IPS cannot keep up and lets traffic pass without inspection.
    [table_full] the internal table{ part } is full{ measured }.
    [ha_member_lost] the HA member{ part } is no longer seen.
    [ha_failover] another HA member took over{ detail }.
    [ha_out_of_sync] configuration or sessions of the HA members differ{ detail }.
    [ha_link_down] the link{ part } between the HA members is down.
    [ha_split_brain] both HA members take themselves for the active one.
    [interface_down] interface{ part } went down.
    [path_down] the monitored path{ part } no longer answers.
    [tunnel_down] VPN tunnel{ part } went down.
    [neighbour_lost] the routing neighbour{ part } was lost.
    [power_failed] power supply{ part } failed.
    [fan_failed] fan{ part } failed.
    [overheated] temperature{ part } is out of range{ measured }.
    [voltage_wrong] voltage{ part } is out of range{ measured }.
    [restarted] it was restarted on request.
    [restarted_unasked] it restarted without being asked to.
    [shut_down] it was shut down.
    [crashed] program{ part } crashed.
    [update_failed] updates{ part } fail.
    [update_stale] no update{ part } came since { $since }{ measured-days }.
    [rating_unreachable] the rating service{ part } for web sites and names cannot be reached.
    [scanner_failed] scanner{ part } stopped working.
    [feed_failed] the external list{ part } cannot be loaded.
    [licence_expiring] licence{ part } expires soon{ GIVEN($value) ->
        [yes] {" "}({ $value } days left)
       *[no] {""}
    }.
    [licence_expired] licence{ part } has expired.
    [log_disk_full] the disk{ part } for logs is nearly full{ measured-percent }.
    [disk_failed] disk{ part } failed.
    [logs_dropped] it drops logs{ measured }.
    [log_server_lost] it cannot reach the destination{ part } of its logs.
    [logs_deleted] logs on the device were deleted{ detail }.
    [logging_disabled] logging was switched off{ detail }.
    [time_server_lost] the time server{ part } cannot be reached.
    [clock_wrong] its clock is wrong{ GIVEN($value) ->
        [yes] {" "}(by about { $value } s)
       *[no] {""}
    }.
    [clock_set] its clock was changed{ detail }.
    [changed] its configuration was changed outside the hours for changes{ detail }.
    [profile_disabled] protection{ part } was taken out of a policy.
    [any_any_policy] policy{ part } allows all traffic.
    [administrator_added] administrator{ part } was added.
    [administrator_from_new_country] administrator{ part } logged in from a country that nobody came from before.
    [configuration_copied] its configuration was exported{ detail }.
    [configuration_restored] its configuration was replaced{ detail }.
    [firmware_changed] its firmware was changed{ detail }.
    [unreachable] the monitored port{ part } does not answer.
    [slow_answer] the monitored port{ part } answers slowly{ GIVEN($value) ->
        [yes] {" "}({ $value } ms)
       *[no] {""}
    }.
   *[certificate_expiring] the certificate{ part } of its administration page expires soon or has expired{ GIVEN($value) ->
        [yes] {" "}({ $value } days left)
       *[no] {""}
    }.
}{ $count ->
    [one] {""}
   *[other] {" "}Seen { $count } times.
}
saw-health-over = Device { $device }: over after { $span }: { word-symptom }{ part }.

## The conclusion.

conclusion-health = { $condition ->
    [down] Device { $device } has a serious problem.
    [degraded] Device { $device } works, but with less than it should.
    [recovered] It works as it should now.
   *[noted] Something happened on device { $device } that we ask you to check.
} This is about the device itself. We did not detect an attack.
conclusion-health-over = Device { $device } has recovered. What was wrong ({ word-symptom }) lasted from { $since } until { $until } ({ $span }).

## What it means.

impact-health = { $effect ->
    [blind] While no logs arrive from device { $device }, we cannot see attacks.
    [gaps] What the missing logs would show cannot be monitored, so attacks can be overlooked.
    [unlogged] What is not logged cannot be monitored.
    [slow] Traffic and inspection can become slow.
    [unexamined] Traffic passes without inspection. Attacks and malware in it are not detected.
    [refused] New connections can fail.
    [disk] When no space is left, logs and updates cannot be stored.
    [redundancy] Traffic is not affected now, but the next failure stops it.
    [takeover] The standby unit has taken over the traffic, with a short interruption.
    [split] Both units handle traffic at once, which makes it unstable.
    [cut] Traffic over this line or to this destination stops.
    [restart] Traffic and monitoring were interrupted during the restart.
    [off] Traffic through device { $device } stops.
    [failing] If the fault gets worse, device { $device } stops.
    [outdated] New attacks and malware are not detected.
    [unrated] Dangerous sites cannot be rated, so filters do not work as configured.
    [expiring] After that day, updates and some protection stop.
    [expired] Signatures are no longer renewed, so new attacks and malware are not detected.
    [times] Times in the logs are not right, so the order of events cannot be verified.
    [open] Traffic passes that should be inspected or refused.
    [unreachable] Device { $device } is down, or we cannot see it.
    [certificate] After that day, the administration page shows a warning and cannot be verified.
   *[changed] If the change was not meant, the protection by device { $device } is weakened.
}
impact-health-over = { $effect ->
    [blind] For that time ({ $span }) we could not monitor.
    [gaps] For that time ({ $span }) we could not monitor part of the logs.
    [unexamined] For that time ({ $span }) traffic passed without inspection.
    [outdated] For that time ({ $span }) new attacks were detected late or not at all.
    [unrated] For that time ({ $span }) sites were not rated as configured.
    [expired] For that time ({ $span }) signatures were not renewed.
    [redundancy] For that time ({ $span }) there was no redundancy.
    [cut] For that time ({ $span }) traffic over this line or to this destination was stopped.
    [off] For that time ({ $span }) the device was off.
    [times] Times in the logs of that time ({ $span }) are not exact.
   *[other] For that time ({ $span }) the device worked with less than it should.
}

## What to do.

act-check-power = Check power, LAN cables and the uplink of device { $device }. If the outage is planned, tell us.
act-check-log-path = Check whether the log settings of device { $device }, or the route and firewalls on the way to the log server, were changed.
act-check-load = Look for what loads device { $device } (much traffic, updates of many machines, inspection that is not needed). If it goes on, ask us.
act-check-disk = Remove logs and files on device { $device } that are not needed. Check first whether they must be kept.
act-check-ha = Check power, cables and the HA state of the other member of device { $device }.
act-check-line = Check the cables of device { $device }, the other end, and your line provider's service status.
act-repair = Ask the maintenance provider of device { $device } to examine it or replace the part.
act-confirm-restart = Check whether the stop or restart of device { $device } came from planned work or a power cut, and tell us.
act-check-updates = Check that device { $device } can reach its update servers (DNS, proxy, policies), and that its contract is valid.
act-renew-licence = Renew the licence of device { $device }. If you do not mean to, tell us.
act-renew-certificate = Renew the certificate of the administration page of device { $device }.
act-check-time = Check the time settings (NTP) of device { $device }, and that it can reach its time server.
act-confirm-change = Check whether your organisation or a contractor made this change on device { $device }, and tell us.
act-undo-change = If nobody did, undo the change on device { $device }.
act-confirm-administrator = Check whether you know this administrator or log-in on device { $device }. If you do not, disable the account and call us at once.

soc-watch-device = We keep watching device { $device } and tell you when it recovers.
soc-search-gap = We search the logs around that time for attacks, including logs of device { $device } that arrive late.
soc-review-change = We search the logs of device { $device } around that time for suspicious acts. If you allow it, we undo the change.

## What is not known.

unknown-silence = What happened while logs were missing is not known. We do not count it as "no sign".
unknown-unexamined = What passed without inspection is not known.
unknown-trouble = The logs alone do not show why it failed or stopped.
unknown-intended = The logs do not show whether the change was meant.
