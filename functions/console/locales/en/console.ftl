### The SOC's console: queue and incident. Values are escaped by whoever makes the page.

## Levels

level-health = Health
tile-l4 = Level 4
tile-l3 = Level 3
tile-l2 = Level 2
tile-l1 = Level 1
tile-health = Health
meaning-l4 = The attack succeeded and an intrusion is visible in the logs.
meaning-l3 = The attack succeeded; an intrusion is not (yet) visible.
meaning-l2 = A real attack; whether it succeeded needs checking.
meaning-l1 = Harmless, or an attack proven to have failed.
meaning-health = The state of an appliance or of its logs.

## Queue

column-level = Level
column-what = Incident
column-host = Host
column-tenant = Tenant
column-age = Open for
column-told = Told
filter-level = Levels
filter-tenant = Tenant
filter-all-tenants = All tenants
filter-apply = Show
show-told = Levels 4, 3, 2 and health
show-4 = Level 4
show-3 = Level 3
show-2 = Level 2
show-1 = Level 1
show-health = Health
show-all = Everything open
queue-empty = Nothing is open here.
queue-cut = { $shown } of { $found } are shown; choose a level or a tenant.
queue-more = + means that { $number } of a level were looked through, and that there may be more.
queue-unreadable = { $number } cannot be read by this version.
as-of = As of { $time } ({ $zone })
last-seen = last seen { $time }
age-title = First seen { $first }, last seen { $last }
and-more = and { $number } more
ago-now = now
ago-minutes = { $first } min
ago-hours = { $first } h { $second } min
ago-days = { $first } d { $second } h

## Telling

told-not-yet = Not told yet
told-not-needed = Nobody is told
told-on-its-way = On its way
told-refused = Not delivered
told-repeated = possibly twice
channel-email = e-mail
channel-sms = SMS

## Incident

incident-none = There is no such incident. It may have been merged into another, or be past its time.
incident-foot = Times are { $zone }. Incident { $id }. Raw lines are shown as they were logged; names and addresses elsewhere are defanged.
confidence-of = Confidence { $confidence }
opened = open for { $ago }
conclusion = Conclusion
answer-infection = Infected?
answer-health = Appliance
answer-impact = Impact
answer-reach = Reach
unknowns = Not known
to-do = What to do
why = Why this level
would-change = What would change it
rule = rule { $rule }
involved = Involved
who-was-told = Who was told
timeline = What happened
evidence = Evidence ({ $number } log lines)
history = History
revision = revision { $number }
field-hosts = Hosts
field-users = Users
field-attackers = Outside
field-devices = Devices
field-indicators = Indicators
field-signatures = Signatures
field-techniques = ATT&CK
field-scope = Same signs on
field-seen = Seen
field-allowed = Allowed by

## Words of closed lists

outcome-blocked = Blocked
outcome-failed = Failed
outcome-unknown = Being checked
outcome-succeeded = Not blocked
infection-infected = Infected
infection-not_infected = Not infected
infection-unknown = Infection unclear
status-open = Open
status-recovered = Recovered
status-closed = Closed
confidence-high = high
confidence-medium = medium
confidence-low = low
by-customer = Customer
by-soc = SOC
within-now = now
within-1h = within 1 h
within-today = today
within-week = this week
stage-reconnaissance = Reconnaissance
stage-delivery = Delivery
stage-exploitation = Exploitation
stage-installation = Installation
stage-command_and_control = C&C
stage-lateral_movement = Lateral movement
stage-outbound_attack = Outbound attack
stage-credential_access = Credentials
stage-exfiltration = Exfiltration
stage-policy = Policy
function-firewall = Firewall
function-ips = IPS
function-antivirus = Antivirus
function-webfilter = Web filter
function-appcontrol = App control
function-dns = DNS filter
function-sandbox = Sandbox
function-anomaly = Anomaly
function-ssl = SSL
function-waf = WAF
function-dlp = DLP
function-file = File filter
function-email = Mail filter
function-system = System
function-ha = HA
function-vpn = VPN
function-auth = Authentication
function-config = Configuration
function-other = Other
