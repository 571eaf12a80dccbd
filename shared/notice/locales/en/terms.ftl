### Words and fragments that other messages are made of.
### Functions: HOST names a machine by what it is, COUNT counts a list, GIVEN tells whether a value is there.

-cc = C&C server

## Fragments: they read the arguments of the message that uses them.

# How often, and what became of it.
tail = ({ $count ->
    [one] {""}
   *[other] { $count } times,{" "}
}{ $disposition ->
    [allowed] not blocked
    [blocked] blocked
    [detected] detected only, not blocked
   *[unknown] blocking not recorded
})
times = { $count ->
    [one] {""}
   *[other] {" "}({ $count } times)
}

accounts = { COUNT($accounts) ->
    [one] account
   *[other] accounts
} { $accounts }

## Words of closed lists.

word-disposition = { $word ->
    [allowed] not blocked
    [blocked] blocked
    [detected] detected only, not blocked
   *[unknown] blocking not recorded
}
word-function = { $word ->
    [firewall] Firewall
    [ips] IPS
    [antivirus] Antivirus
    [webfilter] Web filter
    [appcontrol] Application control
    [dns] DNS filter
    [sandbox] Sandbox
    [anomaly] DoS and anomaly detection
    [ssl] SSL inspection
    [waf] WAF
    [dlp] DLP
    [file] File filter
    [email] Mail filter
    [system] System
    [ha] HA
    [vpn] VPN
    [auth] Authentication
    [config] Configuration
   *[other] Other function
}
word-problem = { $word ->
    [log_silence] no logs arriving
    [cpu] high CPU load
    [memory] low memory
    [disk] low disk space
    [sessions] too many sessions
    [ha] HA failure
    [link] link down
    [signatures] outdated signatures
    [licence] licence expiry
    [reachability] unreachable
    [clock] wrong clock
    [logging] logging misconfigured
    [hardware] hardware fault
   *[configuration] configuration change
}
# What a machine is, before its address.
chart = usual { $usual } seen { $seen }
word-behaviour = { $word ->
    [denied_in_surge] a surge of blocked connections from outside
    [denied_out_surge] a surge of blocked connections to outside
    [session_surge] a surge of sessions
    [upload] a large upload
    [night_traffic] traffic at night or outside office hours
    [slow_trend] steadily growing traffic
    [tor] use of the Tor network
    [remote_control] use of a remote-control tool
    [mining] cryptocurrency mining
   *[dns_tunnel] data carried in DNS queries
}
word-machine = { $word ->
    [server] server
    [resolver] DNS server
    [proxy] proxy
    [mail] mail server
    [nat] NAT gateway
    [vpn_pool] VPN client
    [guest] the visitor's device
    [iot] IoT device
   *[client] host
}

## Values.

machine = { $noun } { $address }
machine-unknown = { $noun } (not identified)
quoted = "{ $text }"
not-named = (name not logged)
not-known = (not recorded)
list-more = { $shown } and { $more } more
span = { $unit ->
    [seconds] { $first } s
    [minutes] { $second ->
        [0] { $first } min
       *[other] { $first } min { $second } s
    }
    [hours] { $second ->
        [0] { $first } h
       *[other] { $first } h { $second } min
    }
   *[days] { $second ->
        [0] { $first } d
       *[other] { $first } d { $second } h
    }
}
