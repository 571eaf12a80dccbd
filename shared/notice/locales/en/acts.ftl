### What to do. The customer's acts ask; the SOC's acts tell what it does or asks to be allowed.

act-isolate = Disconnect { HOST($host) } from the network (unplug the LAN cable, switch off Wi-Fi, or isolate it by EDR). Do not power it off.
act-isolate-visitor = Stop network access for the visitor's device { $host }, and tell its owner if known.
act-isolate-thing = Disconnect { HOST($host) } from the network (unplug the LAN cable or disable the switch port).
act-firmware = Update the firmware of { HOST($host) } to the latest version and change its administrator password.
act-examine = Examine { HOST($host) } for suspicious processes, autostart entries and recently created files (with EDR if you have it).
act-reimage = When the examination is done and evidence is kept, rebuild { HOST($host) } by a clean installation. Restore only from backups made before the infection.
act-find-client = Find the machine that produced this traffic in the logs of { HOST($relay) } at the times of this incident, and tell us.
act-ask-user = Ask the user of { HOST($host) } whether the file was opened and whether anything unusual was seen on the screen.
act-ask-visit = Ask the user of { HOST($host) } how the site was opened, and whether anything was entered or saved.
act-change-password = Change the password of the { accounts } and end all sessions.
act-change-password-user = Change the password of the user of { HOST($host) } from another machine, and end all sessions.
act-disable-account = Suspend the { accounts }.
act-mfa = Turn on multi-factor authentication for VPN and administration log-ins.
act-scan-host = Run a full scan of { HOST($host) } with up-to-date definitions.
act-delete-file = Delete the file { $file } without opening it.
act-purge-mail = Delete the mail from all mailboxes.
act-warn-users = Warn users not to open attachments or links of suspicious mails.
act-check-server = Examine { HOST($host, as: "server") } for suspicious files, processes and accounts, and check the logs of its web server and applications.
act-patch = Check whether you use the product that { $what } concerns, and update it to a fixed version.
act-keep-logs = Keep the logs of the machines concerned for the investigation.
act-review-logins = Review the recent log-ins of the { accounts } and what was done after them.
act-check-device = Restrict who can reach the administration of device { $device }, and check its configuration, administrators and firmware for changes that nobody made.
act-check-others = Examine these machines for the same damage: { $hosts }.
act-check-service = Check that the services of { HOST($host, as: "server") } work normally.
act-confirm-activity = Check whether this traffic of { HOST($host) } belongs to your work, and tell us.
act-consider-report = If personal data may have leaked, consider reporting to the authorities (in Japan, a preliminary report is due in about 3 to 5 days).
act-none = No action is needed.

soc-block-destination = Allow us to block traffic to: { $indicators }.
soc-block-source = Allow us to block traffic from: { $indicators }.
soc-block-hash = Allow us to block the same file wherever it passes.
soc-tune-signature = Allow us to change { $what } from detecting to blocking.
soc-watch = We are watching the traffic of { HOST($host) } closely.
soc-search-scope = We keep searching for other machines with the same file or destination.
soc-tune-false-positive = Allow us to adjust the detection so that this false positive does not come back.
