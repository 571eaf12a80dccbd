//! Enrolment with twins: what is put in force, who is asked, who is told, and that a run that failed anywhere may be
//! repeated.

#![expect(clippy::unwrap_used, reason = "all of this file is a test; its helpers fail it as loudly")]

use std::sync::Mutex;

use hinomi_fn_enrol::{Accepted, Enrol, Operations, Summary};
use hinomi_lambda::config::{Log, Telemetry};
use hinomi_lambda::{Budget, Clock, Failure, Function, Invocation, invoke};
use hinomi_model::EventTime;
use hinomi_steps::enrol::MemorySubscriptions;
use hinomi_store::{Error, Fetched, Memory, MemoryPublished, Published, Result, block_on};
use serde_json::Value;

const UPLOAD: &str = r#"{"source":"aws.s3","detail-type":"Object Created","time":"2026-11-23T10:00:00Z",
    "detail":{"bucket":{"name":"config"},"object":{"key":"registry.yaml"}}}"#;

/// The accepted registry.
#[derive(Default)]
struct InForce {
    document: MemoryPublished,
    replaced: Mutex<Vec<Vec<u8>>>,
}

impl Published for InForce {
    async fn fetch_if_changed(&self, known: Option<&str>) -> Result<Fetched> {
        self.document.fetch_if_changed(known).await
    }
}

impl Accepted for InForce {
    async fn replace(&self, bytes: &[u8]) -> Result<()> {
        self.document.publish(Some(bytes));
        self.replaced.lock().unwrap().push(bytes.to_vec());
        Ok(())
    }
}

/// The operators: what they heard; the carrier of their messages can be down.
#[derive(Default)]
struct Desk {
    heard: Mutex<Vec<(String, String)>>,
    down: Mutex<bool>,
}

impl Operations for Desk {
    async fn tell(&self, subject: &str, text: &str) -> Result<()> {
        if *self.down.lock().unwrap() {
            return Err(Error::Throttled);
        }
        self.heard.lock().unwrap().push((subject.to_owned(), text.to_owned()));
        Ok(())
    }
}

struct World {
    enrol: Enrol<MemoryPublished, InForce, MemorySubscriptions, Memory, Desk>,
}

impl World {
    fn new() -> Self {
        let enrol = Enrol {
            uploaded: MemoryPublished::new(),
            accepted: InForce::default(),
            subscriptions: MemorySubscriptions::default(),
            ledger: Memory::new(),
            operations: Desk::default(),
        };
        World { enrol }
    }

    fn upload(&self, contacts: &str) {
        self.enrol.uploaded.publish(Some(registry(contacts).as_bytes()));
    }

    /// Calls the function, and returns what it answered with its line of log.
    fn call(&self, event: &str, day: i64) -> (std::result::Result<Summary, Failure>, Value) {
        let now = EventTime::parse_rfc3339("2026-11-23T10:00:00Z").unwrap().plus(day * 86_400);
        let invocation = Invocation {
            payload: event.into(),
            request_id: "r".to_owned(),
            function_arn: "arn".to_owned(),
            budget: Budget::unlimited(),
            clock: Clock::at(now),
        };
        let telemetry = Telemetry { namespace: "Hinomi".to_owned(), log: Log::Info };
        let (answer, lines) = block_on(invoke(Function::Enrol, &telemetry, &self.enrol, &invocation, false));
        (answer, serde_json::from_str(lines.first().unwrap()).unwrap())
    }

    fn run(&self, event: &str, day: i64) -> Summary {
        self.call(event, day).0.unwrap()
    }

    fn day(&self, day: i64) -> Summary {
        let time = EventTime::parse_rfc3339("2026-11-23T10:00:00Z").unwrap().plus(day * 86_400);
        self.run(&format!(r#"{{"time":"{time}"}}"#), day)
    }

    fn heard(&self) -> Vec<(String, String)> {
        std::mem::take(&mut *self.enrol.operations.heard.lock().unwrap())
    }

    fn subjects(&self) -> Vec<String> {
        self.heard().into_iter().map(|(subject, _)| subject).collect()
    }
}

fn registry(contacts: &str) -> String {
    format!(
        "version: 1\ntenants:\n  - id: kita\n    name: {{ja: 北市, en: Kita City}}\n    internal: [10.1.0.0/16]\n    \
         devices: [{{id: FGT60FTK20000001, vendor: fortigate}}]\n    contacts: [{contacts}]\n"
    )
}

const DUTY: &str = "{id: duty, email: soc@kita.example, for: [attack], levels: [2, 3, 4]}";
const CHIEF: &str = "{id: chief, email: chief@kita.example, for: [attack], levels: [2]}";

#[test]
fn a_good_registry_is_put_in_force_and_its_contacts_are_asked_once() {
    let world = World::new();
    world.upload(&format!("{DUTY}, {CHIEF}"));
    let first = world.run(UPLOAD, 0);
    assert_eq!((first.accepted, first.topics_made, first.changes, first.missing), (true, 1, 2, 2));
    assert_eq!(first.unreachable, 1, "nobody has answered yet");
    assert_eq!(world.subjects(), ["Hinomi: tenants that no alarm reaches"]);
    let again = world.run(UPLOAD, 0);
    assert_eq!((again.accepted, again.topics_made, again.changes, again.pending), (false, 0, 0, 2));
    assert_eq!(world.enrol.subscriptions.asked().len(), 2);
    assert_eq!(world.enrol.accepted.replaced.lock().unwrap().len(), 1);
    world.enrol.subscriptions.confirm("soc@kita.example");
    world.heard();
    assert_eq!(world.day(1).unreachable, 0);
    let heard = world.heard();
    let [(subject, text)] = heard.as_slice() else { panic!("{heard:?}") };
    assert_eq!(subject, "Hinomi: contacts that get nothing yet");
    assert!(text.contains("chief (email)") && !text.contains("duty"), "{text}");
    assert!(!text.contains("kita.example"), "{text}");
    world.enrol.subscriptions.confirm("chief@kita.example");
    assert_eq!(world.day(2), Summary { tenants: 1, ..Summary::default() });
    assert_eq!(world.subjects(), [] as [&str; 0], "when all is well nobody is told anything");
}

#[test]
fn a_bad_registry_changes_nothing_and_says_everything_that_is_wrong() {
    let world = World::new();
    world.upload(DUTY);
    world.run(UPLOAD, 0);
    world.enrol.subscriptions.confirm("soc@kita.example");
    world.heard();
    let bad = registry("{id: duty, email: not an address, levels: [9]}, {id: duty}")
        .replace("version: 1", "version: 2");
    world.enrol.uploaded.publish(Some(bad.as_bytes()));
    let (answer, line) = world.call(UPLOAD, 1);
    let summary = answer.unwrap();
    assert_eq!((summary.refused, summary.accepted, summary.changes), (true, false, 0));
    assert_eq!((&line["RegistryRefused"], &line["outcome"]), (&Value::from(1), &Value::from("done")));
    assert_eq!(world.enrol.accepted.replaced.lock().unwrap().len(), 1, "the old one stays in force");
    let heard = world.heard();
    let [(subject, text)] = heard.as_slice() else { panic!("{heard:?}") };
    assert_eq!(subject, "Hinomi: registry refused");
    assert!(text.contains("version") && text.contains("contacts[0]"), "{text}");
    assert!(!text.contains("not an address"), "{text}");
    world.enrol.uploaded.publish(Some(b"\xff\xfe"));
    assert!(world.run(UPLOAD, 1).refused);
}

#[test]
fn a_registry_that_is_gone_is_told_and_the_old_one_is_served_on() {
    let world = World::new();
    world.upload(DUTY);
    world.run(UPLOAD, 0);
    world.enrol.uploaded.publish(None);
    world.heard();
    let summary = world.day(1);
    assert_eq!((summary.tenants, summary.pending), (1, 1));
    assert!(world.subjects().contains(&"Hinomi: no registry".to_owned()));
    let empty = World::new();
    assert_eq!(empty.day(0), Summary::default());
}

#[test]
fn who_left_is_told_and_not_subscribed_again() {
    let world = World::new();
    world.upload(DUTY);
    world.run(UPLOAD, 0);
    world.enrol.subscriptions.confirm("soc@kita.example");
    world.day(1);
    world.enrol.subscriptions.forget("soc@kita.example");
    world.heard();
    for day in 2..10 {
        let summary = world.day(day);
        assert_eq!((summary.changes, summary.missing, summary.unreachable), (0, 1, 1));
    }
    assert_eq!(world.enrol.subscriptions.asked().len(), 1);
    let (_, text) = world.heard().pop().unwrap();
    assert!(text.contains("unsubscribed"), "{text}");
}

#[test]
fn contacts_that_go_and_tenants_that_go_are_unsubscribed() {
    let world = World::new();
    world.upload(&format!("{DUTY}, {CHIEF}"));
    world.run(UPLOAD, 0);
    world.enrol.subscriptions.confirm("soc@kita.example");
    world.enrol.subscriptions.confirm("chief@kita.example");
    world.upload(DUTY);
    assert_eq!(world.run(UPLOAD, 1).changes, 1);
    let other = registry(DUTY).replace("id: kita", "id: minami");
    world.enrol.uploaded.publish(Some(other.as_bytes()));
    world.heard();
    let summary = world.run(UPLOAD, 2);
    assert_eq!((summary.topics_made, summary.tenants, summary.changes), (1, 1, 2));
    world.day(3);
    assert!(
        world
            .heard()
            .iter()
            .any(|(_, text)| text.contains("Topics without a tenant in the registry:\n- kita"))
    );
}

#[test]
fn a_run_that_fails_at_any_call_ends_as_one_that_never_failed() {
    let quiet = World::new();
    quiet.upload(&format!("{DUTY}, {CHIEF}"));
    quiet.run(UPLOAD, 0);
    let mut failed = 0;
    for call in 0..8 {
        let world = World::new();
        world.upload(&format!("{DUTY}, {CHIEF}"));
        world.enrol.subscriptions.fail_at(Some(call));
        if world.call(UPLOAD, 0).0.is_err() {
            failed += 1;
        }
        world.enrol.subscriptions.fail_at(None);
        let summary = world.run(UPLOAD, 0);
        assert_eq!((summary.pending + summary.missing, summary.unreachable), (2, 1), "call {call}");
        assert_eq!(world.run(UPLOAD, 0).changes, 0, "call {call}");
        assert_eq!(world.enrol.subscriptions.asked().len(), 2, "nobody is asked twice, call {call}");
    }
    assert_eq!(failed, 5, "listing, making the topic, its subscriptions, and two subscribed");
}

/// Three tenants, of which the one in the middle has a number and an address.
fn three_tenants(number: &str) -> String {
    let contacts = [
        "{id: duty, email: soc@kita.example, levels: [4]}".to_owned(),
        format!(
            "{{id: duty, sms: \"{number}\", levels: [4]}}, {{id: chief, email: chief@minami.example, levels: [4]}}"
        ),
        "{id: duty, email: soc@nishi.example, levels: [4]}".to_owned(),
    ];
    let tenants =
        ["kita", "minami", "nishi"].into_iter().zip(contacts).enumerate().map(|(index, (id, contacts))| {
            format!(
                "  - id: {id}\n    name: {{ja: 市, en: City}}\n    internal: [10.{index}.0.0/16]\n    \
             devices: [{{id: FGT60FTK2000000{index}, vendor: fortigate}}]\n    contacts: [{contacts}]\n"
            )
        });
    format!("version: 1\ntenants:\n{}", tenants.collect::<String>())
}

#[test]
fn a_number_that_the_carrier_refuses_is_told_and_stops_nobody_else() {
    let world = World::new();
    world.enrol.subscriptions.refuse("+819000000000");
    world.enrol.uploaded.publish(Some(three_tenants("+819000000000").as_bytes()));
    let first = world.run(UPLOAD, 0);
    assert_eq!((first.tenants, first.changes, first.changes_refused, first.missing), (3, 3, 1, 4));
    assert_eq!(world.enrol.subscriptions.asked().len(), 3, "the tenant behind it is asked, too");
    let (subject, text) = world.heard().pop().unwrap();
    assert_eq!(subject, "Hinomi: contacts that get nothing yet", "told at the upload, not tomorrow");
    assert!(text.contains("\n- minami\n") && !text.contains("+8190"), "{text}");
    assert!(text.contains("duty (sms): the carrier does not take this address or number"), "{text}");
    assert!(text.contains("duty (sms): 配信サービスがこのアドレスまたは番号を受け付けません"), "{text}");
    // The others are asked as often as is decent, although each run meets the refusal.
    for day in 1..20 {
        for endpoint in ["soc@kita.example", "chief@minami.example", "soc@nishi.example"] {
            world.enrol.subscriptions.forget(endpoint);
        }
        assert_eq!(world.day(day).changes_refused, 1);
    }
    assert_eq!(world.enrol.subscriptions.asked().len(), 3 * 3);
    world.enrol.uploaded.publish(Some(three_tenants("+819000000001").as_bytes()));
    let mended = world.run(UPLOAD, 20);
    assert_eq!((mended.changes, mended.changes_refused), (1, 0));
}

#[test]
fn who_was_asked_before_a_run_failed_is_not_asked_for_ever() {
    let world = World::new();
    world.upload("");
    world.run(UPLOAD, 0);
    world.upload(&format!("{DUTY}, {CHIEF}"));
    let mut failed = 0;
    for day in 0..20 {
        world.enrol.subscriptions.forget("chief@kita.example");
        world.enrol.subscriptions.forget("soc@kita.example");
        // The topics, what is subscribed, one that is asked, and the next, whose answer is lost.
        world.enrol.subscriptions.fail_at(Some(3));
        failed += usize::from(world.call(UPLOAD, day).0.is_err());
    }
    let asked = world.enrol.subscriptions.asked();
    assert_eq!(asked.iter().filter(|asked| *asked == "chief@kita.example").count(), 3, "{asked:?}");
    assert!(failed > 0);
}

#[test]
fn each_look_says_whether_all_is_well() {
    let world = World::new();
    world.upload(DUTY);
    world.run(UPLOAD, 0);
    world.enrol.subscriptions.confirm("soc@kita.example");
    let (_, line) = world.call(UPLOAD, 1);
    assert_eq!((&line["RegistryRefused"], &line["TenantsUnreachable"]), (&Value::from(0), &Value::from(0)));
    // A look that ends before it knows says nothing, and the alarms stay as they are.
    world.enrol.subscriptions.fail_at(Some(0));
    let (answer, line) = world.call(UPLOAD, 1);
    assert!(answer.is_err());
    assert_eq!(line.get("TenantsUnreachable"), None);
    world.enrol.uploaded.publish(None);
    assert_eq!(world.call(UPLOAD, 1).1.get("RegistryRefused"), None, "nobody looked at a registry");
    // What is in force and cannot be read any more is refused as well.
    world.enrol.accepted.document.publish(Some(b"version: 99"));
    let (answer, line) = world.call(UPLOAD, 1);
    assert_eq!((answer.unwrap().refused, &line["RegistryRefused"]), (true, &Value::from(1)));
}

#[test]
fn what_can_be_done_without_operators_is_done_while_they_cannot_be_told() {
    let world = World::new();
    world.enrol.uploaded.publish(Some(b"version: 2"));
    world.enrol.accepted.document.publish(Some(registry(&format!("{DUTY}, {CHIEF}")).as_bytes()));
    *world.enrol.operations.down.lock().unwrap() = true;
    let (answer, line) = world.call(UPLOAD, 0);
    assert!(answer.is_err(), "a repeat tells them");
    assert_eq!((&line["RegistryRefused"], &line["TenantsUnreachable"]), (&Value::from(1), &Value::from(1)));
    assert_eq!(world.enrol.subscriptions.asked().len(), 2, "the registry in force is carried out");
}

#[test]
fn operations_that_cannot_be_told_are_told_by_the_repeat() {
    let world = World::new();
    world.upload(DUTY);
    *world.enrol.operations.down.lock().unwrap() = true;
    let (answer, line) = world.call(UPLOAD, 0);
    assert!(answer.is_err() && line["outcome"] == "fault");
    *world.enrol.operations.down.lock().unwrap() = false;
    world.run(UPLOAD, 0);
    assert_eq!(world.subjects(), ["Hinomi: tenants that no alarm reaches"]);
}

#[test]
fn another_object_or_event_is_refused_by_name() {
    let world = World::new();
    for event in [
        UPLOAD.replace("registry.yaml", "accepted/registry.yaml"),
        r#"{"redrive":{"object":"x"}}"#.to_owned(),
    ] {
        let (answer, line) = world.call(&event, 0);
        assert!(matches!(answer, Err(Failure::BadEvent(_))));
        assert_eq!(line["BadEvents"], 1);
    }
}
