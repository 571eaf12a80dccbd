//! The function as the schedule calls it.

#![expect(clippy::unwrap_used, reason = "all of this file is a test")]

use hinomi_fn_compact::{Answer, CompactFunction};
use hinomi_lambda::{Budget, Clock, Failure, Function, Handler, Invocation, Metric, Report};
use hinomi_model::EventTime;
use hinomi_steps::ingest::{Batch, Ingest, Outlets, Pace, Record};
use hinomi_store::{
    Archive, ArchiveKey, Call, Fault, Faulty, Memory, MemoryPublished, MemoryStream, When, block_on,
};

const LINE: &[u8] =
    b"date=2026-11-23 time=18:15:01 tz=\"+0900\" devname=\"KITA-FW1\" devid=\"FGT60FTK20000001\" \
    type=\"traffic\" subtype=\"forward\" srcip=10.1.12.34 dstip=203.0.113.9 action=\"accept\"\nno log\n";

fn registry() -> MemoryPublished {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../events/registry.yaml");
    let published = MemoryPublished::new();
    published.publish(Some(&std::fs::read(path).unwrap()));
    published
}

fn at(time: &str) -> EventTime {
    EventTime::parse_rfc3339(time).unwrap()
}

/// An archive with one raw object of two lines, which arrived between nine and ten.
fn archive() -> Memory {
    let (archive, findings) = (Memory::new(), MemoryStream::default());
    let arrived = at("2026-11-23T09:15:03Z");
    let record = Record { sequence: "17", arrived, data: Ok(LINE) };
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../events/registry.yaml");
    let registry = std::fs::read_to_string(path).unwrap();
    let registry = hinomi_model::registry::Registry::from_yaml(&registry).unwrap();
    let batch = Batch { shard: "shardId-000000000000", records: &[record] };
    let pace = Pace { now: arrived, is_spent: &|| false };
    let outlets = Outlets { archive: &archive, findings: &findings };
    block_on(Ingest::new().batch(&batch, &registry, pace, outlets)).unwrap();
    archive
}

fn called(function: &impl Handler<Answer = Answer>, event: &str) -> (Result<Answer, Failure>, Report) {
    let invocation = Invocation {
        payload: event.into(),
        request_id: "r-1".to_owned(),
        function_arn: "arn".to_owned(),
        budget: Budget::unlimited(),
        clock: Clock::at(at("2026-11-23T10:10:01Z")),
    };
    let mut report = Report::new(Function::Compact);
    (block_on(function.handle(&invocation, &mut report)), report)
}

fn event(partition: u16) -> String {
    format!(r#"{{"time":"2026-11-23T10:10:00Z","partition":{partition}}}"#)
}

#[test]
fn an_hour_is_written_once_and_told() {
    let archive = archive();
    let function = CompactFunction::new(archive.clone(), registry(), 1, 60);
    let (answer, report) = called(&function, &event(0));
    let answer = answer.unwrap();
    assert_eq!((answer.plans, answer.objects, answer.rows, answer.files), (1, 1, 1, 1));
    assert_eq!((answer.damaged, answer.behind_seconds), (0, 0));
    assert_eq!((report.counted(Metric::Rows), report.counted(Metric::LinesLeftOut)), (1, 1));
    let files = block_on(archive.list("ocsf/", None, 10)).unwrap();
    assert_eq!(
        files.iter().map(ArchiveKey::as_str).collect::<Vec<_>>(),
        ["ocsf/class=network_activity/tenant=kita/day=2026-11-23/2026-11-23T09-0-0000.parquet"]
    );
    let file = block_on(archive.fetch(&files[0])).unwrap().unwrap();
    assert_eq!(report.counted(Metric::StoredBytes), file.len() as u64);
    assert_eq!(called(&function, &event(0)).0.unwrap().objects, 0);
}

#[test]
fn a_compactor_that_there_is_not_and_other_events_are_refused() {
    let function = CompactFunction::new(Memory::new(), registry(), 2, 60);
    assert!(called(&function, &event(1)).0.is_ok());
    for event in [&event(2), r#"{"time":"2026-11-23T10:10:00Z"}"#, r#"{"redrive":{"prefix":"raw/"}}"#, "{}"] {
        assert!(matches!(called(&function, event).0, Err(Failure::BadEvent(_))), "{event}");
    }
}

#[test]
fn a_store_that_fails_is_the_functions_failure_and_the_hour_comes_again() {
    let fault = [Fault { call: Call::PutNew, nth: 3, when: When::Throttled }];
    let function = CompactFunction::new(Faulty::new(archive(), &fault), registry(), 1, 60);
    assert!(matches!(called(&function, &event(0)).0, Err(Failure::Fault(_))));
    assert_eq!(called(&function, &event(0)).0.unwrap().files, 1);
}

#[test]
fn objects_that_can_not_be_read_are_counted_for_the_alarm() {
    let archive = archive();
    let key = ArchiveKey::new("raw/2026-11-23/09/shardId-000000000000/18-19.zst").unwrap();
    block_on(archive.put_new(&key, b"no object")).unwrap();
    let function = CompactFunction::new(archive, registry(), 1, 60);
    let (answer, report) = called(&function, &event(0));
    assert_eq!((answer.unwrap().damaged, report.counted(Metric::RecordsPoisoned)), (1, 1));
    assert_eq!(report.counted(Metric::Rows), 1);
}
