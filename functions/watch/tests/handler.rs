//! The function as the schedule calls it.

#![expect(clippy::unwrap_used, reason = "all of this file is a test")]

use hinomi_fn_watch::{Answer, WatchFunction};
use hinomi_lambda::{Budget, Clock, Failure, Function, Handler, Invocation, Metric, Report};
use hinomi_model::{EventTime, FactBatch};
use hinomi_store::{
    Archive, ArchiveKey, Call, Fault, Faulty, Memory, MemoryPublished, MemoryStream, When, block_on, object,
};

const TEN: &str = "2026-11-23T10:00:00Z";

fn registry() -> MemoryPublished {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../events/registry.yaml");
    let published = MemoryPublished::new();
    published.publish(Some(&std::fs::read(path).unwrap()));
    published
}

/// An archive in which the minutes of some names were followed, and nobody said anything.
fn followed(minutes: &[&str]) -> Memory {
    let archive = Memory::new();
    for minute in minutes {
        for partition in 0..4 {
            let key = ArchiveKey::new(&format!("vitals/{partition}/2026-11-23T{minute}.zst")).unwrap();
            let bytes = object::compress(&FactBatch::default().pack()).unwrap();
            block_on(archive.put_new(&key, &bytes)).unwrap();
        }
    }
    archive
}

fn called(function: &impl Handler<Answer = Answer>, event: &str) -> (Result<Answer, Failure>, Report) {
    let invocation = Invocation {
        payload: event.into(),
        request_id: "r-1".to_owned(),
        function_arn: "arn".to_owned(),
        budget: Budget::unlimited(),
        clock: Clock::at(EventTime::parse_rfc3339(TEN).unwrap()),
    };
    let mut report = Report::new(Function::Watch);
    (block_on(function.handle(&invocation, &mut report)), report)
}

fn at(time: &str) -> String {
    format!(r#"{{"time":"2026-11-23T{time}:00Z"}}"#)
}

#[test]
fn each_minute_is_done_once_whoever_calls_and_however_often() {
    let archive = followed(&["0958", "0959", "1000"]);
    let findings = MemoryStream::default();
    let function = WatchFunction::new(archive.clone(), findings.clone(), registry(), 60);
    let other = WatchFunction::new(archive.clone(), findings, registry(), 60);
    let (answer, report) = called(&function, &at("10:00"));
    assert_eq!((answer.unwrap().minutes, report.counted(Metric::ObjectsRead)), (2, 8));
    assert_eq!(called(&function, &at("10:00")).0.unwrap().minutes, 0);
    assert_eq!(called(&other, &at("10:00")).0.unwrap().minutes, 0);
    // What was not followed yet is waited for.
    let answer = called(&other, &at("10:05")).0.unwrap();
    assert_eq!((answer.minutes, answer.behind_seconds), (1, 240));
    let kept = block_on(archive.list("watch/v2/", None, 100)).unwrap();
    assert_eq!(kept.last().unwrap().as_str(), "watch/v2/2026-11-23T1000.zst");
}

#[test]
fn other_events_are_refused() {
    let function = WatchFunction::new(Memory::new(), MemoryStream::default(), registry(), 60);
    for event in [r#"{"redrive":{"prefix":"raw/"}}"#, "{}", ""] {
        assert!(matches!(called(&function, event).0, Err(Failure::BadEvent(_))), "{event}");
    }
}

#[test]
fn a_store_that_fails_is_the_functions_failure_and_the_minute_comes_again() {
    let fault = [Fault { call: Call::PutNew, nth: 1, when: When::Throttled }];
    let faulty = Faulty::new(followed(&["0959"]), &fault);
    let function = WatchFunction::new(faulty, MemoryStream::default(), registry(), 60);
    assert!(matches!(called(&function, &at("10:00")).0, Err(Failure::Fault(_))));
    assert_eq!(called(&function, &at("10:00")).0.unwrap().minutes, 1);
}

#[test]
fn objects_that_can_not_be_read_are_counted_for_the_alarm() {
    let archive = followed(&["0958"]);
    for partition in 0..4 {
        let key = ArchiveKey::new(&format!("vitals/{partition}/2026-11-23T0959.zst")).unwrap();
        block_on(archive.put_new(&key, b"no vitals")).unwrap();
    }
    let function = WatchFunction::new(archive.clone(), MemoryStream::default(), registry(), 60);
    let (answer, report) = called(&function, &at("10:00"));
    assert_eq!((answer.unwrap().broken, report.counted(Metric::RecordsPoisoned)), (4, 4));
    assert_eq!(block_on(archive.list("quarantine/vitals/", None, 10)).unwrap().len(), 4);
}
