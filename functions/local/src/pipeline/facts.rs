//! Facts on their way into the archive: an hour of event time in one object, named by what it holds.

use hinomi_model::{FactBatch, Fingerprint};
use hinomi_store::{Archive, ArchiveKey, block_on, object};

use crate::error::Fault;

/// Facts in an object at most: some ten megabytes in memory, one or two packed.
const MAX_FACTS: usize = 1 << 16;

/// Facts on their way into the archive.
pub(super) struct FactsArchive<'a, S> {
    archive: &'a S,
    batch: FactBatch,
    hour: Option<i64>,
}

impl<'a, S: Archive> FactsArchive<'a, S> {
    pub(super) fn new(archive: &'a S) -> Self {
        FactsArchive { archive, batch: FactBatch::default(), hour: None }
    }

    /// Adds the facts of a minute.
    pub(super) fn keep(&mut self, facts: &FactBatch) -> Result<(), Fault> {
        let times =
            facts.sessions.iter().map(|fact| fact.time).chain(facts.logins.iter().map(|login| login.time));
        let Some(first) = times.min() else { return Ok(()) };
        if self.hour != Some(first.hour()) || self.batch.sessions.len() >= MAX_FACTS {
            self.finish()?;
            self.hour = Some(first.hour());
        }
        self.batch.append(facts);
        Ok(())
    }

    /// Writes what is there.
    pub(super) fn finish(&mut self) -> Result<(), Fault> {
        let Some(hour) = self.hour.take() else { return Ok(()) };
        let packed = self.batch.pack();
        self.batch.clear();
        let print = Fingerprint::new("facts/1").bytes(&packed).finish_short();
        let key = ArchiveKey::new(&format!(
            "facts/{:05}/{:02}-{print:016x}.zst",
            hour.div_euclid(24),
            hour.rem_euclid(24)
        ))?;
        block_on(self.archive.put_new(&key, &object::compress(&packed)?))?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use hinomi_model::{EventTime, Locator, Login, LoginService, TenantId};
    use hinomi_store::Memory;

    use super::*;

    fn minute(device: &str, minute: i64) -> FactBatch {
        let mut batch = FactBatch::default();
        let source = batch.source(&TenantId::new("kita"), device);
        let batch_place = batch.place(&Locator { object: format!("raw/{device}.zst"), frame: 3, line: 4 });
        batch.logins.push(Login {
            time: EventTime::from_seconds(minute * 60),
            source,
            from: [203, 0, 113, 7].into(),
            account: "sato".to_owned(),
            success: false,
            service: LoginService::Vpn,
            count: 1,
            line: minute as u64,
            place: Some(batch_place),
        });
        batch
    }

    #[test]
    fn an_hour_is_one_object_and_every_fact_keeps_its_device_and_place() {
        let store = Memory::new();
        let mut facts = FactsArchive::new(&store);
        for (device, at) in [("fw1", 0), ("fw2", 1), ("fw1", 59), ("fw2", 60)] {
            facts.keep(&minute(device, at)).unwrap();
        }
        facts.finish().unwrap();
        facts.finish().unwrap();
        let keys = block_on(store.list("facts/", None, 10)).unwrap();
        assert_eq!(keys.len(), 2);
        let bytes = block_on(store.fetch(&keys[0])).unwrap().unwrap();
        let batch = FactBatch::unpack(&object::decompress(&bytes).unwrap()).unwrap();
        let devices: Vec<&str> =
            batch.logins.iter().map(|login| batch.sources[login.source as usize].device.as_str()).collect();
        assert_eq!(devices, ["fw1", "fw2", "fw1"]);
        let objects = batch.logins.iter().map(|login| &batch.objects[login.place.unwrap().object as usize]);
        assert_eq!(objects.collect::<Vec<_>>(), ["raw/fw1.zst", "raw/fw2.zst", "raw/fw1.zst"]);
    }
}
