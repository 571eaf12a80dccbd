//! The function as Lambda calls it: the table's stream and the minute's sweep in, messages and counts out.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a broken fixture ends the test")]

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use hinomi_fn_notify::{NotifyFunction, TellOperations};
use hinomi_lambda::{Budget, Clock, Failure, Function, Handler, Invocation, Metric, Report};
use hinomi_model::registry::Registry;
use hinomi_model::{Channel, EventTime, FindingBatch, Settings};
use hinomi_notice::{MemoryNotifier, NotifyError};
use hinomi_steps::correlate::{Correlate, Noted, Record};
use hinomi_store::{Call, Fault, Faulty, Memory, MemoryPublished, Outbox, Result, When, block_on, object};
use serde_json::{Value, json};

#[path = "../../../shared/correlate/tests/common/mod.rs"]
mod findings;

use findings::{START, beacon_on};

const TOWN: &str = r#"version: 1
tenants:
  - id: default
    name: {ja: 町, en: Town}
    internal: [10.0.0.0/8]
    contacts: [{id: duty, email: duty@town.example, sms: "+819000000001"}]
"#;

#[derive(Clone, Default)]
struct Heard(Arc<Mutex<Vec<(String, String)>>>, Arc<AtomicBool>);

impl TellOperations for Heard {
    async fn tell(&self, subject: &str, text: &str) -> Result<()> {
        if self.1.swap(false, Ordering::Relaxed) {
            return Err(hinomi_store::Error::Throttled);
        }
        self.0.lock().unwrap().push((subject.to_owned(), text.to_owned()));
        Ok(())
    }
}

struct Scene {
    store: Memory,
    carrier: Arc<hinomi_notice::Faulty<MemoryNotifier>>,
    heard: Heard,
    faulty: Faulty<Memory>,
}

/// A scene with notices about so many hosts in the outbox.
fn scene(hosts: u8, faults: &[Fault], refusals: Vec<NotifyError>) -> Scene {
    let store = Memory::new();
    let registry = Registry::from_yaml(TOWN).unwrap();
    let (settings, mut noted) = (Settings::default(), Noted::default());
    for host in 1..=hosts {
        let batch = FindingBatch { quiet: false, findings: vec![beacon_on(host)] };
        let bytes = object::compress(&batch.encode()).unwrap();
        let record = Record { shard: "s", sequence: "1", arrived: START, bytes: Some(&bytes) };
        let mut step = Correlate::new(&store, &registry, &settings, &mut noted);
        assert_eq!(block_on(step.accept(vec![record.read()], &|| true)).first_undone, None);
    }
    let faulty = Faulty::new(store.clone(), faults);
    let carrier = Arc::new(hinomi_notice::Faulty::new(MemoryNotifier::default(), refusals));
    Scene { store, carrier, heard: Heard::default(), faulty }
}

impl Scene {
    /// Calls a function that just started, at a time.
    fn call(&self, payload: &str, at: EventTime) -> (std::result::Result<Value, Failure>, Report) {
        let published = MemoryPublished::new();
        published.publish(Some(TOWN.as_bytes()));
        let function =
            NotifyFunction::new(self.faulty.clone(), &*self.carrier, self.heard.clone(), published, 60);
        let invocation = Invocation {
            payload: payload.into(),
            request_id: "r-1".to_owned(),
            function_arn: "arn".to_owned(),
            budget: Budget::unlimited(),
            clock: Clock::at(at),
        };
        let mut report = Report::new(Function::Notify);
        let answer = block_on(function.handle(&invocation, &mut report));
        (answer.map(|answer| serde_json::to_value(answer).unwrap()), report)
    }

    /// The event that the table's stream makes of the outbox, with records that are none of ours.
    fn stream(&self) -> String {
        let image =
            |due: bool| if due { json!({ "dt": { "N": "1" } }) } else { json!({ "v": { "N": "1" } }) };
        let change = |sequence: usize, key: &str, due: bool| {
            json!({
                "eventName": "INSERT",
                "dynamodb": {
                    "SequenceNumber": sequence.to_string(),
                    "Keys": { "pk": { "S": key }, "sk": { "S": "o" } },
                    "NewImage": image(due),
                },
            })
        };
        let mut records = vec![
            change(100, "s#default#host/10.1.12.1", false),
            change(101, "i#0123", true),
            change(102, "o#dealt/with/long/ago", true),
        ];
        let waiting = block_on(self.store.due(EventTime::MAX, 100)).unwrap();
        records.extend(
            waiting
                .iter()
                .enumerate()
                .map(|(index, entry)| change(200 + index, &format!("o#{}", entry.id), true)),
        );
        json!({ "Records": records }).to_string()
    }

    fn taken(&self) -> Vec<(String, bool)> {
        let mut taken: Vec<(String, bool)> =
            self.carrier.inner().taken().into_iter().map(|taken| (taken.unit, taken.repeat)).collect();
        taken.sort();
        taken
    }
}

const DONE: &str = r#"{"batchItemFailures":[]}"#;

fn minute(time: EventTime) -> String {
    json!({ "time": time.timestamp().to_string() }).to_string()
}

#[test]
fn notices_leave_as_they_are_put_into_the_outbox_and_are_counted() {
    let scene = scene(2, &[], vec![]);
    let event = scene.stream();
    let (answer, report) = scene.call(&event, START.plus(5));
    assert_eq!(answer.unwrap().to_string(), DONE);
    assert_eq!(scene.taken().len(), 4);
    assert_eq!(report.counted(Metric::NoticesSent), 4);
    let lines = report.lines("Hinomi", START, serde_json::Map::new()).join("\n");
    assert!(lines.contains(r#""channel":"sms""#) && lines.contains("5000"), "{lines}");
    let (again, report) = scene.call(&event, START.plus(6));
    assert_eq!((again.unwrap().to_string().as_str(), report.counted(Metric::NoticesSent)), (DONE, 0));
    assert_eq!(scene.taken().len(), 4, "a repeated batch tells nobody twice");
}

#[test]
fn a_store_without_time_hands_the_batch_back_from_there() {
    let scene = scene(2, &[Fault { call: Call::Claim, nth: 3, when: When::Throttled }], vec![]);
    let event = scene.stream();
    let (answer, _) = scene.call(&event, START.plus(5));
    assert_eq!(answer.unwrap(), json!({ "batchItemFailures": [{ "itemIdentifier": "201" }] }));
    let (answer, _) = scene.call(&event, START.plus(6));
    assert_eq!(answer.unwrap().to_string(), DONE);
    let taken = scene.taken();
    assert_eq!(taken.len(), 4, "{taken:?}");
    assert!(taken.iter().all(|(_, repeat)| !repeat));
}

#[test]
fn what_nobody_confirmed_is_sent_again_by_the_sweep_and_says_so() {
    // The process dies after the first message left and before it is confirmed; so do the tries that follow.
    let scene = scene(1, &[Fault { call: Call::Sent, nth: 1, when: When::DiesBefore }], vec![]);
    let (answer, _) = scene.call(&scene.stream(), START.plus(5));
    assert!(answer.unwrap().to_string().contains("200"));
    scene.faulty.revive();
    let (answer, report) = scene.call(&minute(START.plus(60)), START.plus(60));
    assert_eq!(answer.unwrap(), json!({ "sent": 1, "failed": 0, "waiting": true }), "the other message");
    assert_eq!(report.counted(Metric::NoticesRepeated), 0);
    // A schedule that comes late does not make claims look old; one that is ahead of the machine moves it.
    let (_, report) = scene.call(&minute(START.plus(70)), START.plus(110));
    assert_eq!(report.counted(Metric::NoticesSent), 0);
    let (answer, report) = scene.call(&minute(START.plus(180)), START.plus(130));
    assert_eq!(answer.unwrap(), json!({ "sent": 1, "failed": 0, "waiting": false }));
    assert_eq!(report.counted(Metric::NoticesRepeated), 1);
    let repeats = scene.taken().iter().filter(|(_, repeat)| *repeat).count();
    assert_eq!((scene.taken().len(), repeats), (3, 1));
}

#[test]
fn operations_hear_of_what_no_repeat_mends() {
    let unreachable = NotifyError::Unreachable { contact: "duty".to_owned(), channel: Channel::Email };
    let scene = scene(1, &[], vec![unreachable]);
    let (answer, report) = scene.call(&scene.stream(), START.plus(5));
    assert_eq!(answer.unwrap().to_string(), DONE);
    assert_eq!(report.counted(Metric::NoticesUndeliverable), 1);
    let heard = scene.heard.0.lock().unwrap().clone();
    assert_eq!(heard.len(), 1);
    assert!(heard[0].1.contains("contact duty by email: unreachable"), "{heard:?}");
    assert!(!heard[0].1.contains("duty@town.example"));
}

#[test]
fn operations_that_could_not_be_told_are_told_by_a_later_sweep_and_once() {
    let unreachable = || NotifyError::Unreachable { contact: "duty".to_owned(), channel: Channel::Email };
    let scene = scene(1, &[], std::iter::repeat_with(unreachable).take(4).collect());
    scene.heard.1.store(true, Ordering::Relaxed);
    let heard = || scene.heard.0.lock().unwrap().len();
    let (answer, _) = scene.call(&scene.stream(), START.plus(5));
    assert_eq!((answer.unwrap().to_string().as_str(), heard()), (DONE, 0));
    scene.call(&minute(START.plus(60)), START.plus(60)).0.unwrap();
    assert_eq!(heard(), 0, "the claim may be alive");
    for seconds in [180, 240, 420] {
        let (answer, _) = scene.call(&minute(START.plus(seconds)), START.plus(seconds));
        assert_eq!(answer.unwrap()["waiting"], false);
        assert_eq!(heard(), 1, "once, of both messages");
    }
    assert!(scene.taken().is_empty());
}

#[test]
fn the_sweep_tells_how_long_the_oldest_waits() {
    let scene = scene(1, &[], vec![NotifyError::Busy, NotifyError::Busy]);
    let (_, report) = scene.call(&minute(START.plus(90)), START.plus(90));
    assert_eq!(report.counted(Metric::NoticesFailed), 2);
    let lines = report.lines("Hinomi", START, serde_json::Map::new()).join("\n");
    assert!(lines.contains(r#""OldestUndeliveredSeconds":90.0"#), "{lines}");
}

#[test]
fn events_of_others_are_refused() {
    let scene = scene(0, &[], vec![]);
    for event in ["{}", r#"{"redrive":{"object":"raw/a.zst"}}"#, "[]"] {
        assert!(matches!(scene.call(event, START).0, Err(Failure::BadEvent(_))), "{event}");
    }
}
