//! What an earlier program wrote stays readable: a follower goes on from a memory, a facts object and a raw object that
//! were kept when their formats were new. A format that changes gets a version of its own and a set beside this one.

use hinomi_model::{Locator, Settings};
use hinomi_steps::facts;
use hinomi_steps::follow::Follower;
use hinomi_steps::raw;
use hinomi_store::{Archive, ArchiveKey, Memory, MemoryStream, block_on};

use crate::follow::{findings, over, run};

/// The minute of the sample day whose facts are kept, as follow counts it.
const MINUTE: i64 = 29_874_428;
/// The follower of the city's tenant.
const PARTITION: u16 = 1;

const MEMORY: &[u8] = include_bytes!("stored/memory-v2.zst");
const FACTS: &[u8] = include_bytes!("stored/facts.zst");
const RAW: &[u8] = include_bytes!("stored/raw.zst");

const RAW_KEY: &str = "raw/2026-10-20/03/shardId-000000000000/724000000-724000000.zst";

#[test]
fn a_follower_goes_on_from_what_was_written_long_ago() {
    let (archive, stream) = (Memory::new(), MemoryStream::default());
    let facts_key = format!("{}/shardId-000000000000-724000000-724000000.zst", facts::minute_folder(MINUTE));
    let memory_key = facts::minute_folder(MINUTE - 1).replace("facts", &format!("follow/{PARTITION}-v2"));
    for (key, bytes) in [(facts_key, FACTS), (format!("{memory_key}.zst"), MEMORY), (RAW_KEY.to_owned(), RAW)]
    {
        block_on(archive.put_new(&ArchiveKey::new(&key).unwrap(), bytes)).unwrap();
    }
    let mut follower = Follower::new(Settings::default());
    let followed = run(&mut follower, &archive, &stream, over(MINUTE), PARTITION).unwrap();
    assert_eq!((followed.minutes, followed.objects, followed.broken, followed.broken_memories), (1, 1, 0, 0));
    let found = findings(&stream);
    assert_eq!((found.len() as u64, found.len()), (followed.findings, 4));
    let kinds: Vec<&str> = found.iter().map(|finding| finding.kind.as_str()).collect();
    assert_eq!(kinds, ["in_campaign", "in_campaign", "in_campaign", "campaign"]);
}

#[test]
fn a_line_is_found_in_an_object_that_was_written_long_ago() {
    let entries = raw::entries(RAW).unwrap();
    let [entry] = entries.as_slice() else { panic!("{entries:?}") };
    assert_eq!((entry.sequence.as_str(), entry.others), ("724000000", 0));
    let lines: u64 = entry.owners.iter().map(|owner| owner.lines).sum();
    let record = raw::record(RAW, entry).unwrap();
    assert_eq!(record.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).count() as u64, lines);
    let line = raw::line(RAW, &Locator { object: RAW_KEY.to_owned(), frame: 0, line: 1 }).unwrap();
    assert_eq!(Some(line.as_slice()), record.split(|byte| *byte == b'\n').nth(1));
}
