//! What is planned for contacts that come, answer, stay silent, leave, and are refused.

use hinomi_model::TenantId;
use hinomi_model::registry::Registry;

use super::*;

const DAY: i64 = 86_400;

fn registry(contacts: &str) -> Registry {
    let yaml = format!(
        "version: 1\ntenants:\n  - id: kita\n    name: {{ja: 北市, en: Kita City}}\n    internal: [10.1.0.0/16]\n    \
         devices: [{{id: FGT60FTK20000001, vendor: fortigate}}]\n    contacts: [{contacts}]\n"
    );
    Registry::from_yaml(&yaml).unwrap_or_else(|problems| panic!("{problems}"))
}

fn at(day: i64) -> EventTime {
    EventTime::from_seconds(1_795_000_000 + day * DAY)
}

fn subscribed(protocol: &str, endpoint: &str, arn: Option<&str>, filter: Option<&str>) -> Subscribed {
    let state = match arn {
        Some(arn) => SubscriptionState::Confirmed { arn: arn.to_owned() },
        None => SubscriptionState::Pending,
    };
    Subscribed {
        state,
        protocol: protocol.to_owned(),
        endpoint: endpoint.to_owned(),
        filter: filter.map(str::to_owned),
    }
}

fn planned(registry: &Registry, found: &[Subscribed], memory: &Memory, day: i64) -> Plan {
    plan(registry.tenant(&TenantId::new("kita")), found, memory, at(day))
}

const DUTY: &str =
    r#"{id: duty, email: soc@kita.example, sms: "+819000000000", for: [attack], levels: [2, 3, 4]}"#;

#[test]
fn a_new_contact_is_asked_once_and_then_left_alone() {
    let registry = registry(DUTY);
    let first = planned(&registry, &[], &Memory::default(), 0);
    assert_eq!(
        first.changes,
        [
            Change::Subscribe {
                channel: Channel::Email,
                endpoint: "soc@kita.example".to_owned(),
                contacts: vec!["duty".to_owned()],
                filter: r#"{"channel":["email"],"contact":["duty"]}"#.to_owned()
            },
            Change::Subscribe {
                channel: Channel::Sms,
                endpoint: "+819000000000".to_owned(),
                contacts: vec!["duty".to_owned()],
                filter: r#"{"channel":["sms"],"contact":["duty"]}"#.to_owned()
            },
        ]
    );
    assert!(first.unreachable());
    let filter = r#"{"contact": ["duty"], "channel": ["sms"]}"#;
    let found = [
        subscribed("email", "soc@kita.example", None, None),
        subscribed("sms", "+819000000000", Some("arn:1"), Some(filter)),
    ];
    let second = planned(&registry, &found, &first.memory, 1);
    assert_eq!(second.changes, []);
    let standings: Vec<Standing> = second.members.iter().map(|member| member.standing).collect();
    assert_eq!(standings, [Standing::Pending, Standing::Confirmed]);
    assert!(!second.unreachable(), "an SMS reaches somebody");
    assert_eq!(planned(&registry, &found, &second.memory, 1), second, "and again nothing");
}

#[test]
fn a_question_that_lapsed_is_put_again_a_few_times_and_not_for_ever() {
    let registry = registry("{id: duty, email: soc@kita.example, levels: [4]}");
    let (mut memory, mut asked) = (Memory::default(), Vec::new());
    for day in 0..30 {
        // The carrier forgets an unanswered question sooner than we do.
        let plan = planned(&registry, &[], &memory, day);
        if !plan.changes.is_empty() {
            asked.push(day);
        }
        memory = plan.memory;
    }
    assert_eq!(asked, [0, 3, 6]);
    let last = planned(&registry, &[], &memory, 31);
    assert_eq!(last.members.first().unwrap().standing, Standing::Unanswered);
    assert!(last.unreachable());
}

#[test]
fn who_left_is_never_subscribed_again_until_a_person_says_so() {
    let registry_with = registry("{id: duty, email: soc@kita.example, levels: [4]}");
    let confirmed = [subscribed("email", "soc@kita.example", Some("arn:1"), None)];
    let memory = planned(&registry_with, &confirmed, &Memory::default(), 0).memory;
    let mut ended = subscribed("email", "soc@kita.example", None, None);
    ended.state = SubscriptionState::Deleted;
    for found in [vec![], vec![ended]] {
        let plan = planned(&registry_with, &found, &memory, 400);
        assert_eq!((plan.changes.len(), plan.unreachable()), (0, true));
        assert_eq!(plan.members.first().unwrap().standing, Standing::Left);
        assert_eq!(plan.memory, memory);
    }
    let without = planned(&registry(""), &[], &memory, 401);
    assert_eq!(without.memory, Memory::default());
    let again = planned(&registry_with, &[], &without.memory, 402);
    assert_eq!(again.members.first().unwrap().standing, Standing::Missing);
}

#[test]
fn contacts_that_share_an_address_share_its_subscription() {
    let registry = registry(
        "{id: duty, email: soc@kita.example, levels: [4]}, {id: chief, email: SOC@kita.example, levels: [2]}, \
         {id: night, email: soc@kita.example, levels: [3]}",
    );
    let plan = planned(&registry, &[], &Memory::default(), 0);
    let filters: Vec<&str> = plan
        .changes
        .iter()
        .map(|change| match change {
            Change::Subscribe { filter, .. } => filter.as_str(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert!(filters.contains(&r#"{"channel":["email"],"contact":["chief","duty","night"]}"#), "{filters:?}");
    assert_eq!(filters.len(), 1);
    assert_eq!(plan.members.len(), 3);
}

#[test]
fn a_filter_follows_the_contacts() {
    let registry = registry("{id: chief, email: soc@kita.example, levels: [4]}");
    for old in [None, Some(r#"{"contact":["duty"],"channel":["email"]}"#), Some("no json")] {
        let found = [subscribed("email", "SOC@kita.example", Some("arn:1"), old)];
        let filter = r#"{"channel":["email"],"contact":["chief"]}"#.to_owned();
        let (arn, contacts) = ("arn:1".to_owned(), vec!["chief".to_owned()]);
        let change = Change::SetFilter { arn, channel: Channel::Email, contacts, filter };
        assert_eq!(planned(&registry, &found, &Memory::default(), 0).changes, [change]);
    }
}

#[test]
fn who_is_no_contact_any_more_is_unsubscribed_and_queues_are_not() {
    let filter = r#"{"contact":["duty"],"channel":["email"]}"#;
    let found = [
        subscribed("email", "soc@kita.example", Some("arn:1"), Some(filter)),
        subscribed("email", "left@kita.example", Some("arn:2"), None),
        subscribed("email", "asked@kita.example", None, None),
        subscribed("sqs", "arn:aws:sqs:x", Some("arn:3"), None),
    ];
    let registry = registry("{id: duty, email: soc@kita.example, levels: [4]}");
    let plan = planned(&registry, &found, &Memory::default(), 0);
    assert_eq!(plan.changes, [Change::Unsubscribe { arn: "arn:2".to_owned() }]);
    assert_eq!(plan.held_back, 0);
}

#[test]
fn a_registry_that_lost_its_contacts_silences_nobody() {
    let found: Vec<Subscribed> = (0..8)
        .map(|n| subscribed("email", &format!("{n}@kita.example"), Some(&format!("arn:{n}")), None))
        .collect();
    let plan = planned(&registry(""), &found, &Memory::default(), 0);
    assert_eq!((plan.changes.len(), plan.held_back), (0, 8));
    assert!(!plan.unreachable(), "nobody is to be told");
    let few = found.get(..3).unwrap();
    assert_eq!(planned(&registry(""), few, &Memory::default(), 0).changes.len(), 3);
}

#[test]
fn a_refused_change_is_not_remembered_and_tells_of_everybody_behind_it() {
    let registry = registry(
        "{id: duty, email: soc@kita.example, sms: \"+819000000000\", levels: [4]}, \
         {id: chief, email: SOC@kita.example, levels: [4]}",
    );
    let first = planned(&registry, &[], &Memory::default(), 0);
    let mut refused = first.clone();
    let [mail, number] = refused.changes.clone().try_into().unwrap();
    refused.refused(&mail, &Memory::default());
    let standings = |plan: &Plan| -> Vec<Standing> { plan.members.iter().map(|m| m.standing).collect() };
    assert_eq!(standings(&refused), [Standing::Refused, Standing::Missing, Standing::Refused]);
    refused.undone(&number, &Memory::default());
    assert_eq!(refused.memory, Memory::default(), "nobody was asked");
    // A question that was put before stays counted.
    let mut third = planned(&registry, &[], &first.memory, 4);
    assert_ne!(third.memory, first.memory);
    for change in third.changes.clone() {
        third.undone(&change, &first.memory);
    }
    assert_eq!(third.memory, first.memory);
}

#[test]
fn who_is_confirmed_behind_a_filter_that_is_refused_gets_nothing() {
    let registry = registry("{id: chief, email: soc@kita.example, levels: [4]}");
    let found = [
        subscribed("email", "soc@kita.example", Some("arn:1"), None),
        subscribed("email", "left@kita.example", Some("arn:2"), None),
    ];
    let mut plan = planned(&registry, &found, &Memory::default(), 0);
    let memory = plan.memory.clone();
    for change in plan.changes.clone() {
        plan.refused(&change, &Memory::default());
    }
    assert_eq!((plan.unreachable(), plan.not_ended), (true, 1));
    assert_eq!(plan.memory, memory, "it was seen confirmed all the same");
}
