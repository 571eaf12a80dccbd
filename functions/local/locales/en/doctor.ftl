### What `hinomi doctor` says. Each check has: what is missing; `.why` it matters; how it was `.told`; the `.remedy`,
### or one for each vendor.

doctor-sample = { $lines } lines read, { $refused } of them refused; from { $span }.
doctor-sample-unread = { $lines } lines read, { $refused } of them refused; no firewall log among them.
doctor-vendor = { $vendor }: { $lines } lines in { $formats }, from { $devices }. What can be judged from such logs:
doctor-cost-blocks = Prevents judgement
doctor-cost-weakens = Weakens judgement
doctor-cost-note = Good to know
doctor-told = Seen
doctor-why = Why it matters
doctor-remedy = What to do
doctor-undecided = { $vendor }: the sample is too short to tell the following. Take a longer one, such as a working day.
doctor-too-few = { $missing }? Lines that count for it: { $have }; needed: { $need }.
doctor-nothing = Nothing is missing that this sample could show.

doctor-area-attacks = Attacks
doctor-area-outcome = Whether they succeeded
doctor-area-malware = Malware
doctor-area-sites = Malicious sites
doctor-area-command_and_control = C&C, infected hosts
doctor-area-behaviour = Scans, uploads
doctor-area-logins = Log-ins
doctor-area-who = Which host, which user
doctor-area-when = When, in which order
doctor-verdict-well = well
doctor-verdict-partly = partly
doctor-verdict-not = not
doctor-verdict-cannot_tell = can't tell: too few lines

unknown-devices = Devices that are not in the registry.
    .why = Their lines are quarantined: nothing that happens there is judged or told.
    .told = { $count } of { $of } lines; device and lines: { $names }.
    .remedy = Add each serial number (FortiGate devid, PAN-OS serial) under the tenant's devices in registry.yaml.

no-device = Lines that name no device.
    .why = They can't be given to a customer; with a registry they are quarantined.
    .told = { $count } of { $of } lines.
    .fortigate = Send the default format, which has devid and devname, and let the relay keep the syslog header with the host.
    .panos = Let the syslog server profile send the host name in the header (Device > Setup > Management > Syslog HOSTNAME Format), and don't remove the serial column from a custom log format.

no-vsys = Most lines have no VDOM.
    .why = On an appliance with several VDOMs, sessions of different ones can be taken for each other.
    .told = { $count } of { $of } lines have no vd.
    .remedy = Nothing to do where there is only one VDOM. Otherwise let the relay or log template keep the field vd.

no-traffic = No traffic logs.
    .why = Whether an attack succeeded is read from the session: without it, attacks that were not blocked stay at level 2, call-backs of an attacked server (level 4) are never seen, and neither are scans and uploads.
    .told = 0 of { $of } lines.
    .fortigate = Log all sessions in each policy, and let the syslog filter pass them.
    .panos = In each security rule switch on “Log at Session End” and choose a log forwarding profile that sends traffic logs to syslog.

denied-only = Only denied sessions are logged.
    .why = What was let through is what does harm: call-backs, C&C traffic and uploads are allowed sessions. Denied traffic towards the inside is background.
    .told = { $count } of { $of } sessions were denied, and none was allowed.
    .fortigate = Set each accepting policy to log all sessions.
    .panos = Switch on “Log at Session End” in the rules that allow, not only in those that deny.

start-only = Sessions are logged at their start only.
    .why = Bytes and packets are known at the end: without it nobody can tell a refused attack (level 1) from an open one (level 2), nor see an upload.
    .told = None of { $of } allowed sessions has its end.
    .remedy = Switch on “Log at Session End”; logs at the start can be switched off.

only-utm-sessions = Only sessions in which a security profile saw something are logged.
    .why = The sessions that follow an attack (call-back, C&C to an unknown server, spreading inside) show nothing to a profile, so they are missing; such incidents stay at level 2.
    .told = { $count } of { $of } allowed sessions carry a security profile's marks, as “logtraffic utm” gives.
    .remedy = Log all sessions in each policy.

no-bytes = Allowed sessions have no byte counts.
    .why = Whether the attacked server answered is told by bytes: without them attacks that failed can't be shown to have failed, and stay at level 2.
    .told = { $count } of { $of } allowed sessions have both counts.
    .fortigate = Log all sessions at their end, and let the relay keep sentbyte and rcvdbyte.
    .panos = Switch on “Log at Session End”, and keep bytes_sent and bytes_received in a custom log format.

no-packets = Allowed sessions have no packet counts.
    .why = Whether a server answered is then judged by bytes alone, with a wider margin.
    .told = { $count } of { $of } allowed sessions have both counts.
    .remedy = Let the relay or the custom log format keep the packet counts (sentpkt, rcvdpkt; pkts_sent, pkts_received).

no-denied = No denied session is logged.
    .why = An infected host is often first seen by what it is refused: scans towards the inside, traffic to C&C.
    .told = 0 denied among { $of } allowed sessions.
    .fortigate = Log violations of the implicit policy.
    .panos = Override the rules “intrazone-default” and “interzone-default” and switch on “Log at Session End” with a log forwarding profile.

no-security-logs = No logs of any security function.
    .why = Only the traffic can be judged: attacks, malware, malicious sites and recognised C&C traffic are not seen at all.
    .told = 0 of { $of } lines are UTM or threat logs.
    .fortigate = Choose security profiles in each accepting policy. The syslog filter must not stop at “warning”: set the severity to information.
    .panos = Choose a profile group in each rule that allows, and a log forwarding profile that sends threat, URL, WildFire and data logs of all severities to syslog.

no-ips = No IPS logs.
    .why = Attacks on servers and hosts, and C&C traffic that IPS signatures recognise, are not seen.
    .told = 0 of { $of } lines; other security functions do log.
    .fortigate = Choose an IPS sensor in each accepting policy, for traffic to servers above all.
    .panos = Choose a vulnerability protection and an anti-spyware profile in each rule that allows.

no-antivirus = No antivirus logs.
    .why = Malware on its way in (level 3 when it reached the host) is not seen.
    .told = 0 of { $of } lines; other security functions do log.
    .fortigate = Choose an antivirus profile in each accepting policy.
    .panos = Choose an antivirus profile in each rule that allows.

no-webfilter = No web filter logs.
    .why = Visits to malicious and phishing sites, and where malware came from, are not seen.
    .told = 0 of { $of } lines; other security functions do log.
    .fortigate = Choose a web filter profile, with its categories at least on “monitor”.
    .panos = Choose a URL filtering profile, with its categories on “alert” rather than “allow”: allowed categories are not logged.

no-appcontrol = No application control logs.
    .why = C&C that application control recognises (Botnet, Tor, remote-control tools) is not seen.
    .told = 0 of { $of } lines; other security functions do log.
    .remedy = Choose an application control profile in each accepting policy, with its categories on “monitor”.

no-dns = No DNS filter logs.
    .why = Look-ups of C&C names, often the first sign of an infected host, are not seen.
    .told = 0 of { $of } lines; other security functions do log.
    .fortigate = Choose a DNS filter profile in the policies that DNS goes through.
    .panos = In the anti-spyware profile set DNS policies to “sinkhole” and log them.

no-sandbox = No sandbox verdicts.
    .why = New malware that no signature knows is then seen by what it does only.
    .told = 0 of { $of } lines.
    .fortigate = If FortiSandbox or FortiGate Cloud sandboxing is licensed, let the antivirus profile send files there.
    .panos = If WildFire is licensed, choose a WildFire analysis profile, and send WildFire logs in the log forwarding profile.

no-events = No system, VPN or log-in logs.
    .why = Password guessing against the administration and the VPN (a success is level 4), configuration changes and HA trouble are not seen.
    .told = 0 of { $of } lines.
    .fortigate = Switch event logs on, and let the syslog filter pass severity information.
    .panos = Under Device > Log Settings forward System, Configuration, User-ID and GlobalProtect logs to syslog.

sniffer = The appliance sees a copy of the traffic (sniffer or TAP).
    .why = There it can block nothing, so “blocked” is counted as detected; and whether an attack failed is not decided by bytes, so open attacks stay at level 2.
    .told = { $count } of { $of } lines.
    .remedy = Known and wanted? Nothing to do. Otherwise put the appliance in line, or register the posture in registry.yaml.

detect-only = Security profiles recognise and never block.
    .why = Each attack that the signatures know reaches its target: what would be level 1 becomes level 2 or 3, and somebody must look at it.
    .told = Detected, with none blocked: { $names }.
    .fortigate = Set the profiles' actions from “monitor” to “block”, for signatures of high severity first; for antivirus in its profile under each protocol.
    .panos = Set the profiles' actions from “alert” to “reset-both”, for critical and high severity first.

no-zone = Local times without a zone.
    .why = Read in the wrong zone, an event lies hours beside those of other devices: what belongs together is told apart, and times in notices are wrong.
    .told = { $count } of { $of } lines; they were read as UTC.
    .fortigate = Give the device's time_zone in registry.yaml. FortiOS 6.2 and later send eventtime and tz by themselves: let the relay keep them.
    .panos = Give the device's time_zone in registry.yaml, or use PAN-OS 10.0 or later, whose default format ends with high_res_timestamp. All devices of a customer should stand in one zone.

no-time = Lines without a usable time.
    .why = The relay's time or the time of reception stands in; after a delay the order of events is wrong.
    .told = { $count } of { $of } lines.
    .remedy = Let the relay pass the log on untouched: date, time and eventtime (FortiGate), time_generated (PAN-OS).

clock-off = The device's clock is off by more than five minutes.
    .why = Sessions and alerts of several devices are joined by time; half an hour is the window for a call-back.
    .told = { $count } of { $of } lines differ from the collector's clock.
    .remedy = Let the appliance take its time from NTP, and check its zone.

whole-seconds = Times are in whole seconds.
    .why = Events of one second have no order among them. Nothing is lost.
    .told = { $count } of { $of } lines with an epoch.
    .remedy = FortiOS 6.2 and later write nanoseconds. A relay may also have cut them off.

resolver-hides = One host asks nearly all names: a resolver hides the clients.
    .why = A look-up of a C&C name shows the resolver and not the infected host, so the incident stays at level 2 until the client is found.
    .told = { $names } made { $count } of { $of } look-ups.
    .remedy = Register it in registry.yaml under roles as resolver, use a sinkhole, and log DNS between clients and resolver, or the resolver's own queries.

proxy-hides = One host makes nearly all web requests: a proxy hides the clients.
    .why = Visits to malicious sites show the proxy and not the client, so incidents stay at level 2 until the client is found.
    .told = { $names } made { $count } of { $of } requests.
    .remedy = Register it in registry.yaml under roles as proxy, and let it send X-Forwarded-For and the appliance log it.

no-tls-inspection = HTTPS is not opened: no path of a URL is seen.
    .why = Of encrypted visits only the host is known; malware and phishing pages within them pass unseen by antivirus and IPS.
    .told = { $count } of { $of } web filter logs to port 443 show more than a host.
    .fortigate = Choose an SSL inspection profile with deep inspection, once its CA certificate is on the clients; exempt banking and health.
    .panos = Add a decryption rule of type SSL Forward Proxy, once its CA certificate is on the clients; exempt banking and health.

no-extended-log = Web logs have no user agent, referrer or X-Forwarded-For.
    .why = They tell how somebody came to a malicious site, what program asked, and who sits behind a proxy.
    .told = { $count } of { $of } web filter logs have one of them.
    .fortigate = Switch extended logging on in the profiles. Lines become longer: send them by TCP (set mode reliable).
    .panos = In the URL filtering profile, under HTTP Header Logging, choose User-Agent, Referer and X-Forwarded-For.

no-users = No line names a user.
    .why = Notices can name the machine only, and where addresses change nobody knows whose it was.
    .told = { $count } of { $of } sessions and sites from inside.
    .fortigate = Connect FSSO or another sign-on, and use user groups in the policies.
    .panos = Set User-ID up, and enable user identification in the inside zones.

cut-lines = Lines are cut off at one length.
    .why = What stands at the end is lost: often the action, the message and the URL, which decide whether it was blocked.
    .told = { $count } lines have exactly { $names } bytes, the greatest length of { $of }.
    .fortigate = Send by TCP, and raise the relay's limit (rsyslog: $MaxMessageSize, syslog-ng: log-msg-size) to 64 KiB.
    .panos = Send by TCP or SSL, and raise the relay's limit (rsyslog: $MaxMessageSize, syslog-ng: log-msg-size) to 64 KiB.

lean-format = Logs come in { $names }.
    .why = All that is there is read, but these formats leave fields out and cut values; what they lack can't be judged.
    .told = { $count } of { $of } lines.
    .fortigate = If no other system needs it, send FortiOS's default format to us (a second syslog server can have its own).
    .panos = If no other system needs it, use the default log format (Device > Server Profiles > Syslog > Custom Log Format: Default) for our server.

double-headers = Relays wrap lines twice.
    .why = They are read all the same; but each wrapping makes lines longer, and a UDP relay then cuts them.
    .told = { $count } of { $of } lines have two kinds of syslog headers.
    .remedy = Let the relay pass lines on as they came (rsyslog: template with %rawmsg%).

repeated-lines = The same lines come more than once.
    .why = Each counts once, so levels don't change; it costs volume, and two paths may hide that one of them fails.
    .told = { $count } of { $of } lines came before.
    .remedy = Look for two syslog servers that end at the same collector, both an appliance and its manager (FortiAnalyzer, Panorama) sending, or files that overlap.

many-refused = Many lines can't be read.
    .why = What can't be read is not judged. It is kept in the quarantine.
    .told = { $count } of { $of } lines; reason, lines and the first: { $names }.
    .remedy = “hinomi parse --explain --line N FILE” tells of one line why, and what would make it readable.

some-refused = A few lines can't be read.
    .why = They are kept in the quarantine. Stray messages of a relay are harmless.
    .told = { $count } of { $of } lines; reason, lines and the first: { $names }.
    .remedy = “hinomi parse --explain --line N FILE” tells of one line why, and what would make it readable.

unknown-fields = Fields that the vendor's tables don't have.
    .why = They are kept and not read. A newer firmware may have brought them, or a relay.
    .told = { $count } different ones; name and lines: { $names }.
    .remedy = Please send us an example line, with addresses and names replaced.

unknown-types = Log types that the tables don't know.
    .why = They are read by their fields alone, and some of what they tell may not be judged.
    .told = { $count } different ones; type and lines: { $names }.
    .remedy = Please send us an example line, with addresses and names replaced.

odd-lines = Lines with something odd in them.
    .why = They are read all the same; the odd value is kept as text and not used.
    .told = { $count } of { $of } lines; what is odd, and lines: { $names }.
    .remedy = “hinomi parse --explain --line N FILE” tells what was done instead. Often a relay's template changes the line.
