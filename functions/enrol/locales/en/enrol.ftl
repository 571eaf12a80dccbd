### What enrolment tells the platform's operators. Addresses and numbers are never told, only contacts' ids.

refused = A new registry was refused. The one before stays in force. Correct these and upload it again:
more = and { $number } more
missing = There is no registry.yaml in the configuration's bucket. The one before stays in force, if there is one.
unreachable = These tenants are told of levels 3 and 4 and have no confirmed channel. Nobody there would get an alarm now. Call them:
members = These contacts get nothing yet:
held-back = These subscriptions belong to no contact any more, and are too many to end unseen. Check that the registry did not lose contacts by mistake; end them by hand if it is right:
not-ended = These subscriptions belong to no contact any more, and the carrier refuses to end them. End them by hand:
pending = asked by mail, not answered yet
unanswered = asked three times, never answered: call them; to ask again take the contact out of the registry, upload it, put the contact in again and upload again
left = unsubscribed; subscribe again only when they say so (take the contact out of the registry, upload it, put the contact in again and upload again)
endpoint-refused = the carrier does not take this address or number: correct it in the registry and upload again
asked = is being asked now
topics = Topics without a tenant in the registry:
