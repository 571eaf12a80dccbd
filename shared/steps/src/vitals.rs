//! What devices said of themselves in a minute, apart from the traffic: `vitals/<partition>/<minute>.zst`.
//!
//! A [`FactBatch`] with pulses, signs and the objects that signs lie in, and nothing else. `follow` writes it, as it reads
//! all facts anyway, once for each of its partitions and minutes and even when nobody said anything: that it is there tells
//! that the minute was followed.

use hinomi_detect::{settle_vitals, take_vitals};
use hinomi_model::FactBatch;
use hinomi_store::{Archive, ArchiveKey, object};

use crate::error::Result;
use crate::facts::minute_text;

/// Signs after which repeats and what nobody would hear are dropped while a minute is gathered.
const SETTLED_FROM: usize = 1 << 16;

/// What was said in a minute, as far as its objects are read.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    vitals: FactBatch,
    /// Signs that stayed when they were settled last.
    settled: usize,
}

impl Gathered {
    /// Takes what devices said out of a batch.
    pub(crate) fn take(&mut self, facts: &mut FactBatch) {
        self.vitals.append(&take_vitals(facts));
        if self.vitals.signs.len() >= SETTLED_FROM.max(2 * self.settled) {
            settle_vitals(&mut self.vitals);
            self.settled = self.vitals.signs.len();
        }
    }
}

/// Returns the folder of a partition's objects.
pub(crate) fn folder(partition: u16) -> String {
    format!("vitals/{partition}/")
}

/// Returns the name of a minute's object.
pub(crate) fn key(partition: u16, minute: i64) -> hinomi_store::Result<ArchiveKey> {
    ArchiveKey::new(&format!("{}{}.zst", folder(partition), minute_text(minute)))
}

/// Writes what was said in a minute, unless somebody did.
pub(crate) async fn write<A: Archive>(
    archive: &A,
    partition: u16,
    minute: i64,
    mut said: Gathered,
) -> Result<()> {
    settle_vitals(&mut said.vitals);
    archive.put_new(&key(partition, minute)?, &object::compress(&said.vitals.pack())?).await?;
    Ok(())
}

/// Reads an object; `None` for one that `follow` has not written.
pub(crate) fn read(object: &[u8]) -> Option<FactBatch> {
    FactBatch::unpack(&object::decompress(object).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use hinomi_detect::Watch;
    use hinomi_model::registry::Registry;
    use hinomi_model::{
        EventTime, Finding, FindingBatch, Function, Locator, Pulse, Saying, Settings, Sign, Symptom, TenantId,
    };
    use hinomi_store::{Memory, MemoryStream, block_on};

    use super::*;
    use crate::facts::{self, Divided, PARTITIONS};
    use crate::follow::{Follower, Minute, Sources};
    use crate::watch::Watcher;

    const START: i64 = 29_479_680;
    const MINUTES: i64 = 640;
    const OBJECT: &str = "raw/2026-01-20/00/shardId-000000000000/1-2.zst";

    /// A device that says nothing after ten hours and had a trouble before, one that goes on, and sessions of neither.
    fn facts_of(minute: i64, device: &str) -> FactBatch {
        let mut facts = FactBatch::default();
        // Somebody else's, so that numbers of sources and objects differ from object to object.
        facts.source(&TenantId::new("higashi"), "other");
        facts.place(&Locator { object: "raw/other.zst".to_owned(), frame: 0, line: 0 });
        let source = facts.source(&TenantId::new("kita"), device);
        let function = Function::Firewall;
        facts.pulse(Pulse { minute: START + minute, source, function, lines: 1, numbers: None });
        if minute == 20 {
            let place = facts.place(&Locator { object: OBJECT.to_owned(), frame: 7, line: 9 });
            let time = EventTime::from_seconds((START + minute) * 60);
            let (symptom, saying) = (Symptom::FanFailed, Saying::Trouble);
            let object = device.to_owned();
            facts.signs.push(Sign { time, source, symptom, saying, object, value: None, place: Some(place) });
        }
        facts
    }

    fn found(stream: &MemoryStream) -> Vec<Finding> {
        let decode =
            |bytes: &[u8]| FindingBatch::decode(&object::decompress(bytes).unwrap()).unwrap().findings;
        stream.records().iter().flat_map(|record| decode(&record.bytes)).collect()
    }

    #[test]
    fn what_follow_leaves_is_watched_as_if_all_facts_were_read() {
        let registry = Registry::open();
        let (archive, findings) = (Memory::new(), MemoryStream::default());
        let sources = Sources { archive: &archive, findings: &findings };
        let mut followers: Vec<Follower> =
            (0..PARTITIONS).map(|_| Follower::new(Settings::default())).collect();
        let (mut reference, mut expected) = (Watch::new(), Vec::new());
        let (mut watcher, mut watched) = (Watcher::new(), 0);
        for minute in 0..MINUTES {
            let now = EventTime::from_seconds((START + minute + 1) * 60);
            let mut all = FactBatch::default();
            for (number, device) in ["fw1", "fw2"].into_iter().enumerate() {
                if device == "fw1" && minute >= 600 {
                    continue;
                }
                let facts = facts_of(minute, device);
                all.append(&facts);
                let mut divided = Divided::default();
                divided.add(&facts);
                let (shard, name) = (format!("shardId-00000000000{number}"), minute.to_string());
                let key = facts::key(START + minute, &shard, (&name, &name)).unwrap();
                block_on(archive.put_new(&key, &divided.write().unwrap())).unwrap();
            }
            expected.extend(reference.step(&all, &registry, now));
            for (partition, follower) in (0..PARTITIONS).zip(&mut followers) {
                let minute = Minute { time: now, partition, left: &|| 300 };
                block_on(follower.run(minute, &registry, sources)).unwrap();
            }
            watched += block_on(watcher.run(now, &|| 300, &registry, sources)).unwrap().minutes;
        }
        assert_eq!(watched, MINUTES as u64);
        // The lines are of no archive here, so nobody is shown any.
        expected.iter_mut().for_each(|finding| finding.evidence.clear());
        assert_eq!(expected.len(), 3, "two fans and a silence");
        assert_eq!(found(&findings), expected);
        // What is kept of the minute with the signs: their objects and nobody else's.
        let of_kita = facts::partition_of(&TenantId::new("kita"));
        let bytes = block_on(archive.fetch(&key(of_kita, START + 20).unwrap())).unwrap().unwrap();
        let vitals = read(&bytes).unwrap();
        assert_eq!(
            (vitals.objects, vitals.signs.len(), vitals.pulses.len()),
            (vec![OBJECT.to_owned()], 2, 2)
        );
    }

    #[test]
    fn a_flood_of_signs_is_kept_up_to_what_is_heard_whatever_its_order() {
        let flood = |reversed: bool| {
            let mut facts = FactBatch::default();
            let source = facts.source(&TenantId::new("kita"), "fw1");
            for number in 0..100_000_u64 {
                facts.signs.push(Sign {
                    time: EventTime::from_seconds(START * 60 + (number % 7_200) as i64),
                    source,
                    symptom: Symptom::InterfaceDown,
                    saying: Saying::Trouble,
                    object: format!("port{number}"),
                    value: None,
                    place: None,
                });
            }
            if reversed {
                facts.signs.reverse();
            }
            let mut gathered = Gathered::default();
            for chunk in facts.signs.chunks(9_000) {
                let mut part = FactBatch {
                    signs: chunk.to_vec(),
                    sources: facts.sources.clone(),
                    ..FactBatch::default()
                };
                gathered.take(&mut part);
                assert!(part.signs.is_empty());
            }
            settle_vitals(&mut gathered.vitals);
            gathered.vitals
        };
        let kept = flood(false);
        assert_eq!(kept.signs.len(), 1_280);
        assert_eq!(kept, flood(true));
    }

    #[test]
    fn what_follow_has_not_written_is_refused_whatever_its_bytes() {
        let whole = object::compress(&facts_of(20, "fw1").pack()).unwrap();
        assert!(read(&whole).is_some());
        for cut in 0..whole.len() {
            assert!(read(&whole[..cut]).is_none(), "{cut}");
        }
        assert!(read(&object::compress(b"no facts").unwrap()).is_none());
    }
}
