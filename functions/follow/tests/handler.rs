//! The function as the schedule calls it.

#![expect(clippy::unwrap_used, reason = "all of this file is a test")]

use hinomi_fn_follow::{Answer, FollowFunction};
use hinomi_lambda::{Budget, Clock, Failure, Function, Handler, Invocation, Metric, Report};
use hinomi_model::EventTime;
use hinomi_store::{
    Archive, ArchiveKey, Call, Fault, Faulty, Memory, MemoryPublished, MemoryStream, When, block_on,
};

const TEN: &str = "2026-11-23T10:00:00Z";

fn registry() -> MemoryPublished {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../events/registry.yaml");
    let published = MemoryPublished::new();
    published.publish(Some(&std::fs::read(path).unwrap()));
    published
}

fn called(function: &impl Handler<Answer = Answer>, event: &str) -> (Result<Answer, Failure>, Report) {
    let invocation = Invocation {
        payload: event.into(),
        request_id: "r-1".to_owned(),
        function_arn: "arn".to_owned(),
        budget: Budget::unlimited(),
        clock: Clock::at(EventTime::parse_rfc3339(TEN).unwrap()),
    };
    let mut report = Report::new(Function::Follow);
    (block_on(function.handle(&invocation, &mut report)), report)
}

#[test]
fn each_minute_is_done_once_whoever_calls_and_however_often() {
    let (archive, findings) = (Memory::new(), MemoryStream::default());
    let function = FollowFunction::new(archive.clone(), findings.clone(), registry(), 60);
    let other = FollowFunction::new(archive.clone(), findings, registry(), 60);
    let minutes = |answer: Result<Answer, Failure>| answer.unwrap().minutes;
    let event = |time: &str| format!(r#"{{"time":"{time}","partition":2}}"#);
    assert_eq!(minutes(called(&function, &event(TEN)).0), 1);
    assert_eq!(minutes(called(&function, &event(TEN)).0), 0);
    assert_eq!(minutes(called(&other, &event(TEN)).0), 0);
    let (answer, report) = called(&other, &event("2026-11-23T10:05:00Z"));
    assert_eq!(minutes(answer), 5);
    assert_eq!(report.counted(Metric::ObjectsRead), 0);
    assert_eq!(minutes(called(&function, &event("2026-11-23T10:06:00Z")).0), 1);
    let kept = block_on(archive.list("follow/2-v2/", None, 100)).unwrap();
    assert_eq!(kept.last().unwrap().as_str(), "follow/2-v2/2026-11-23T1005.zst");
}

#[test]
fn a_wrong_partition_and_other_events_are_refused() {
    let function = FollowFunction::new(Memory::new(), MemoryStream::default(), registry(), 60);
    for event in [
        r#"{"time":"2026-11-23T10:00:00Z"}"#,
        r#"{"time":"2026-11-23T10:00:00Z","partition":4}"#,
        r#"{"redrive":{"prefix":"raw/"}}"#,
        "{}",
    ] {
        assert!(matches!(called(&function, event).0, Err(Failure::BadEvent(_))), "{event}");
    }
}

#[test]
fn a_store_that_fails_is_the_functions_failure_and_the_minute_comes_again() {
    let archive = Memory::new();
    let fault = [Fault { call: Call::PutNew, nth: 2, when: When::Throttled }];
    let faulty = Faulty::new(archive, &fault);
    let function = FollowFunction::new(faulty, MemoryStream::default(), registry(), 60);
    let event = format!(r#"{{"time":"{TEN}","partition":0}}"#);
    assert!(matches!(called(&function, &event).0, Err(Failure::Fault(_))));
    assert_eq!(called(&function, &event).0.unwrap().minutes, 1);
}

#[test]
fn objects_that_can_not_be_read_are_counted_for_the_alarm() {
    let archive = Memory::new();
    for name in ["shardId-000000000000-1-2.zst", "shardId-000000000001-1-2.zst"] {
        let key = ArchiveKey::new(&format!("facts/2026-11-23T0959/{name}")).unwrap();
        block_on(archive.put_new(&key, b"no facts")).unwrap();
    }
    let function = FollowFunction::new(archive.clone(), MemoryStream::default(), registry(), 60);
    let (answer, report) = called(&function, &format!(r#"{{"time":"{TEN}","partition":0}}"#));
    assert_eq!((answer.unwrap().broken, report.counted(Metric::RecordsPoisoned)), (2, 2));
    assert_eq!(block_on(archive.list("quarantine/facts/", None, 10)).unwrap().len(), 2);
}
