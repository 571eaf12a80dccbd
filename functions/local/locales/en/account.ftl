### What `hinomi doctor --aws` says of an AWS account and of a registry's contacts there.

account-sms-sandbox = SMS: the account is in the sandbox. Only numbers verified by hand get anything. Ask AWS to move it out (Amazon SNS, Text messaging, Exit SMS sandbox).
account-sms-out = SMS: the account may send to every number.
account-sms-limit = SMS: at most { $dollars } US dollars a month; beyond that nothing is sent.
account-sms-limit-low = SMS: at most { $dollars } US dollars a month, which a handful of alarms uses up. Ask AWS for a higher spending limit.
account-sms-limit-none = SMS: no monthly limit is set, so AWS's default of 1 US dollar holds. Ask AWS for a higher spending limit.
account-tenant-none = { $tenant }: there is no topic. Upload the registry, or look at the enrol function's log.
account-tenant-unreachable = { $tenant }: nobody would get a notice of level 3 or 4 now.
account-contact = { $tenant }: { $contact } by { $channel }: { $standing }
account-pending = asked, has not confirmed yet
account-missing = not subscribed
account-well = All { $contacts } contacts of { $tenants } tenants are confirmed.
