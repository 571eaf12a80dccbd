//! The book of plans: which raw objects were taken, in which order, decided once by whoever comes first.
//!
//! Plans are numbered without a gap, and each is put only where none of its number is, knowing all before it. So
//! whatever the number of compactors, of calls and of repeats, there is one order of all raw objects, and a record that
//! lies in several of them belongs to the first. A plan also says into how many shares its tenants are divided, so that
//! another number changes nothing that was begun.
//!
//! ```text
//! compact/00000017/plan.zst      the hour, its objects, the objects before them that may hold the same records
//! compact/00000017/2-0000.zst    where the first part of share 2 ends
//! compact/00000017/2-done.zst    share 2 is done
//! ```

use std::collections::{BTreeMap, BTreeSet, HashSet};

use hinomi_ocsf::Limits;
use hinomi_store::{Archive, ArchiveKey, Error, Put, object};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::FETCHES;
use super::names::{Hour, RawName, Sequence};
use crate::error::Result;
use crate::framed::corrupt;
use crate::together::together;

/// The folder of plans and of what was done of them.
const FOLDER: &str = "compact";

/// The format of what is written here.
const VERSION: u32 = 1;

/// The format of borders. Version 1 says nothing of rows, and is read.
const BORDER_VERSION: u32 = 2;

/// Keys listed at once.
const PAGE: usize = 1_000;

/// Objects of one plan, some 6 MB of names. At the service's design scale an hour has thirty thousand; what is more is
/// planned by the next plan of the same hour.
const MAX_OBJECTS: usize = 1 << 15;

/// A plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Plan {
    /// Its number.
    pub(super) number: u64,
    /// The hour of its objects.
    pub(super) hour: Hour,
    /// How many plans of the hour were before it: what came late.
    pub(super) late: u32,
    /// Into how many shares the tenants are divided.
    pub(super) shares: u16,
    /// What is read, in order.
    pub(super) objects: Vec<RawName>,
    /// Objects of earlier plans whose records may be among those: what they hold was taken.
    pub(super) taken: Vec<RawName>,
}

#[derive(Serialize, Deserialize)]
struct Written {
    v: u32,
    hour: String,
    late: u32,
    shares: u16,
    objects: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    taken: Vec<String>,
}

/// A record of a plan's objects: the first that does not belong to what came before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct At {
    /// Which object of the plan.
    pub(super) object: usize,
    /// Which record of the object.
    pub(super) record: usize,
}

/// Where a part ends. Written down before anything of the part is, so that a repeat makes the same files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Border {
    v: u32,
    pub(super) from: At,
    pub(super) to: At,
    /// Bytes and number of its lines that are rows at a time. All of the part, where nobody wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rows: Option<(usize, usize)>,
}

impl Border {
    /// Returns how much is rows at a time.
    pub(super) fn limits(&self) -> Limits {
        let (bytes, rows) = self.rows.unwrap_or((usize::MAX, usize::MAX));
        Limits { bytes, rows }
    }
}

/// What is known of a plan.
#[derive(Debug, Default)]
struct Known {
    is_planned: bool,
    /// By share, how many parts have a border.
    parts: BTreeMap<u16, u32>,
    done: BTreeSet<u16>,
}

/// What the book says.
#[derive(Debug, Default)]
pub(super) struct Book {
    plans: BTreeMap<u64, Known>,
    /// Objects of all plans.
    taken: HashSet<u128>,
    /// Plans of each hour.
    hours: BTreeMap<Hour, u32>,
    of: BTreeMap<u64, Outline>,
}

/// What is remembered of a plan.
#[derive(Debug)]
struct Outline {
    hour: Hour,
    shares: u16,
    /// By shard, the first and the last record of its objects: hours overlap seldom, and where they do not, the plan
    /// need not be fetched to know it.
    spans: BTreeMap<String, (Sequence, Sequence)>,
}

impl Outline {
    fn of(plan: &Plan) -> Self {
        Outline { hour: plan.hour, shares: plan.shares, spans: spans(&plan.objects) }
    }
}

fn spans(objects: &[RawName]) -> BTreeMap<String, (Sequence, Sequence)> {
    let mut spans: BTreeMap<String, (Sequence, Sequence)> = BTreeMap::new();
    for RawName { shard, first, last, .. } in objects {
        match spans.get_mut(shard) {
            Some((least, most)) => {
                if first < least {
                    least.clone_from(first);
                }
                if last > most {
                    most.clone_from(last);
                }
            }
            None => drop(spans.insert(shard.clone(), (first.clone(), last.clone()))),
        }
    }
    spans
}

impl Book {
    /// Reads the book.
    ///
    /// # Errors
    ///
    /// When the archive fails, or when a plan can't be read: what it took would be taken twice.
    pub(super) async fn read<A: Archive>(archive: &A) -> Result<Self> {
        let mut book = Book::default();
        let mut after = None;
        loop {
            let page = archive.list(&format!("{FOLDER}/"), after.as_ref(), PAGE).await?;
            let is_last = page.len() < PAGE;
            for key in &page {
                book.note(key);
            }
            match page.into_iter().next_back() {
                Some(last) if !is_last => after = Some(last),
                _ => break,
            }
        }
        // What was done of a plan outlives it by a while, as it was written later.
        book.plans.retain(|_, known| known.is_planned);
        let numbers: Vec<u64> = book.plans.keys().copied().collect();
        for numbers in numbers.chunks(FETCHES) {
            for plan in together(numbers.iter().map(|number| Plan::fetch(archive, *number))).await {
                book.absorb(&plan?);
            }
        }
        Ok(book)
    }

    fn note(&mut self, key: &ArchiveKey) {
        let Some((number, file)) = split(key) else { return };
        let known = self.plans.entry(number).or_default();
        match file.split_once('-') {
            None => known.is_planned |= file == "plan",
            Some((share, mark)) => {
                let Ok(share) = share.parse() else { return };
                if mark == "done" {
                    known.done.insert(share);
                } else if let Ok(part) = mark.parse::<u32>() {
                    let parts = known.parts.entry(share).or_default();
                    *parts = part.saturating_add(1).max(*parts);
                }
            }
        }
    }

    fn absorb(&mut self, plan: &Plan) {
        self.plans.entry(plan.number).or_default().is_planned = true;
        self.taken.extend(plan.objects.iter().map(|object| RawName::digest(&object.key)));
        self.of.insert(plan.number, Outline::of(plan));
        let plans = self.hours.entry(plan.hour).or_default();
        *plans = plan.late.saturating_add(1).max(*plans);
    }

    /// Returns the newest hour that was planned.
    pub(super) fn newest(&self) -> Option<Hour> {
        self.hours.last_key_value().map(|(hour, _)| *hour)
    }

    /// Returns what is not done of the plans, in their order: the plan's number and one of its shares, of those that
    /// fall to one of so many compactors.
    pub(super) fn open(&self, compactor: u16, compactors: u16) -> Vec<(u64, u16)> {
        let mine = |share: &u16| share % compactors.max(1) == compactor;
        let open = self.of.iter().flat_map(|(number, Outline { shares, .. })| {
            let done = self.plans.get(number).map(|known| &known.done);
            let is_open = move |share: &u16| done.is_none_or(|done| !done.contains(share));
            (0..*shares).filter(mine).filter(is_open).map(|share| (*number, share))
        });
        open.collect()
    }

    /// Returns the hour of a plan.
    pub(super) fn hour_of(&self, number: u64) -> Option<Hour> {
        self.of.get(&number).map(|outline| outline.hour)
    }

    /// Returns how many parts of a plan's share have a border.
    pub(super) fn parts(&self, number: u64, share: u16) -> u32 {
        self.plans.get(&number).and_then(|known| known.parts.get(&share)).copied().unwrap_or(0)
    }

    /// Notes that a share is done.
    pub(super) fn is_done(&mut self, number: u64, share: u16) {
        self.plans.entry(number).or_default().done.insert(share);
    }

    /// Plans what an hour has that no plan took, and returns that plan, or the one that somebody else wrote meanwhile,
    /// of whatever hour. `None` when there is nothing.
    ///
    /// # Errors
    ///
    /// When the archive fails.
    pub(super) async fn decide<A: Archive>(
        &mut self,
        archive: &A,
        hour: Hour,
        shares: u16,
    ) -> Result<Option<Plan>> {
        let mut objects = self.untaken(archive, hour).await?;
        if objects.is_empty() {
            return Ok(None);
        }
        objects.sort();
        let taken = self.overlapping(archive, &objects).await?;
        let number = self.plans.last_key_value().map_or(0, |(last, _)| last.saturating_add(1));
        let late = self.hours.get(&hour).copied().unwrap_or(0);
        let plan = Plan { number, hour, late, shares, objects, taken };
        let plan = match archive.put_new(&plan_key(number)?, &plan.encode()?).await? {
            Put::Stored => plan,
            // Somebody decided before; what is left is decided by the next one, knowing that.
            Put::Existed => Plan::fetch(archive, number).await?,
        };
        self.absorb(&plan);
        Ok(Some(plan))
    }

    /// Returns the objects of an hour that no plan took.
    async fn untaken<A: Archive>(&self, archive: &A, hour: Hour) -> Result<Vec<RawName>> {
        let folder = hour.folder();
        let (mut objects, mut after) = (Vec::new(), None);
        loop {
            let page = archive.list(&folder, after.as_ref(), PAGE).await?;
            let is_last = page.len() < PAGE;
            for key in &page {
                if !self.taken.contains(&RawName::digest(key)) {
                    objects.extend(RawName::read(key));
                }
                if objects.len() >= MAX_OBJECTS {
                    return Ok(objects);
                }
            }
            match page.into_iter().next_back() {
                Some(last) if !is_last => after = Some(last),
                _ => return Ok(objects),
            }
        }
    }

    /// Returns the objects of all plans that may hold records of these, which are sorted.
    async fn overlapping<A: Archive>(&self, archive: &A, objects: &[RawName]) -> Result<Vec<RawName>> {
        let reach = Reach::of(objects);
        let wanted = spans(objects);
        let meets = |outline: &Outline| {
            let mut spans = outline.spans.iter();
            spans.any(|(shard, (first, last))| {
                wanted.get(shard).is_some_and(|(least, most)| first <= most && least <= last)
            })
        };
        let mut found = Vec::new();
        for (number, _) in self.of.iter().filter(|(_, outline)| meets(outline)) {
            let plan = Plan::fetch(archive, *number).await?;
            found.extend(plan.objects.into_iter().filter(|taken| reach.meets(taken)));
        }
        found.sort();
        Ok(found)
    }
}

/// The ranges of sorted objects, and how far those before each reach.
struct Reach<'o> {
    objects: &'o [RawName],
    /// Of each object, the object with the largest last number among those of its shard up to it.
    furthest: Vec<&'o RawName>,
}

impl<'o> Reach<'o> {
    fn of(objects: &'o [RawName]) -> Self {
        let mut furthest: Vec<&RawName> = Vec::with_capacity(objects.len());
        for object in objects {
            let before = furthest.last().filter(|last| last.shard == object.shard && last.last > object.last);
            furthest.push(before.copied().unwrap_or(object));
        }
        Reach { objects, furthest }
    }

    /// Tells whether one of them may hold a record of another object.
    fn meets(&self, other: &RawName) -> bool {
        // The last one that does not begin behind it: of those, the one that reaches furthest meets it, or none does.
        let begun = |object: &RawName| (&object.shard, &object.first) <= (&other.shard, &other.last);
        let before = self.objects.partition_point(begun);
        let furthest = before.checked_sub(1).and_then(|last| self.furthest.get(last));
        furthest.is_some_and(|furthest| furthest.overlaps(other))
    }
}

impl Plan {
    /// Fetches a plan.
    ///
    /// # Errors
    ///
    /// When the archive fails, and for a plan that is not there or can't be read.
    pub(super) async fn fetch<A: Archive>(archive: &A, number: u64) -> Result<Self> {
        let Written { v, hour, late, shares, objects, taken } = document(archive, &plan_key(number)?).await?;
        known_version(v)?;
        let hour = Hour::read(&hour).ok_or_else(|| corrupt("hour of a plan"))?;
        let names = |keys: Vec<String>| -> Result<Vec<RawName>> {
            let mut names = Vec::with_capacity(keys.len());
            for key in keys {
                let name = RawName::read(&ArchiveKey::new(&key)?);
                names.push(name.ok_or_else(|| corrupt("object of a plan"))?);
            }
            Ok(names)
        };
        Ok(Plan { number, hour, late, shares, objects: names(objects)?, taken: names(taken)? })
    }

    fn encode(&self) -> Result<Vec<u8>> {
        let keys = |names: &[RawName]| names.iter().map(|name| name.key.as_str().to_owned()).collect();
        encode(&Written {
            v: VERSION,
            hour: self.hour.text(),
            late: self.late,
            shares: self.shares,
            objects: keys(&self.objects),
            taken: keys(&self.taken),
        })
    }

    /// Returns where its objects end.
    pub(super) fn end(&self) -> At {
        At { object: self.objects.len(), record: 0 }
    }

    /// Returns how the names of its files begin: the hour, and which of the hour's plans it is.
    pub(super) fn file_stem(&self) -> String {
        match self.late {
            0 => self.hour.text(),
            late => format!("{}-late-{late}", self.hour.text()),
        }
    }

    /// Writes down where a part ends, and returns where it ends if somebody else wrote it first.
    pub(super) async fn put_border<A: Archive>(
        &self,
        archive: &A,
        (share, part): (u16, u32),
        (from, to): (At, At),
        limits: Limits,
    ) -> Result<Border> {
        let border = Border { v: BORDER_VERSION, from, to, rows: Some((limits.bytes, limits.rows)) };
        let key = self.mark(share, &format!("{part:04}"))?;
        match archive.put_new(&key, &encode(&border)?).await? {
            Put::Stored => Ok(border),
            Put::Existed => self.border(archive, (share, part)).await,
        }
    }

    /// Reads where a part ends.
    pub(super) async fn border<A: Archive>(&self, archive: &A, (share, part): (u16, u32)) -> Result<Border> {
        let border: Border = document(archive, &self.mark(share, &format!("{part:04}"))?).await?;
        if border.v != BORDER_VERSION {
            known_version(border.v)?;
        }
        Ok(border)
    }

    /// Writes down that a share is done.
    pub(super) async fn put_done<A: Archive>(&self, archive: &A, share: u16) -> Result<()> {
        archive.put_new(&self.mark(share, "done")?, &encode(&VERSION)?).await?;
        Ok(())
    }

    fn mark(&self, share: u16, mark: &str) -> hinomi_store::Result<ArchiveKey> {
        ArchiveKey::new(&format!("{FOLDER}/{:08}/{share}-{mark}.zst", self.number))
    }
}

fn plan_key(number: u64) -> hinomi_store::Result<ArchiveKey> {
    ArchiveKey::new(&format!("{FOLDER}/{number:08}/plan.zst"))
}

/// Returns the plan's number and the file's name of a key.
fn split(key: &ArchiveKey) -> Option<(u64, &str)> {
    let (number, file) = key.as_str().strip_prefix(FOLDER)?.strip_prefix('/')?.split_once('/')?;
    Some((number.parse().ok()?, file.strip_suffix(".zst")?))
}

fn encode<T: Serialize>(document: &T) -> Result<Vec<u8>> {
    // Serialising plain values into memory does not fail.
    Ok(object::compress(&serde_json::to_vec(document).unwrap_or_default())?)
}

async fn document<A: Archive, T: DeserializeOwned>(archive: &A, key: &ArchiveKey) -> Result<T> {
    let missing = || Error::Missing { what: "plan of compaction".to_owned() };
    let bytes = archive.fetch(key).await?.ok_or_else(missing)?;
    let read = serde_json::from_slice(&object::decompress(&bytes)?);
    Ok(read.map_err(|_| corrupt("plan of compaction"))?)
}

fn known_version(found: u32) -> hinomi_store::Result<()> {
    if found == VERSION {
        return Ok(());
    }
    Err(Error::Format { found: u64::from(found), known: u64::from(VERSION) })
}

#[cfg(test)]
mod tests {
    use hinomi_store::{Memory, block_on};
    use proptest::prelude::*;

    use super::*;

    fn name(shard: u64, first: u64, last: u64) -> RawName {
        let key = format!("raw/2026-11-23/10/shard-{shard}/{first}-{last}.zst");
        RawName::read(&ArchiveKey::new(&key).unwrap()).unwrap()
    }

    fn put(archive: &Memory, key: &str, json: &str) {
        let bytes = object::compress(json.as_bytes()).unwrap();
        block_on(archive.put_new(&ArchiveKey::new(key).unwrap(), &bytes)).unwrap();
    }

    #[test]
    fn what_was_written_long_ago_is_read() {
        let archive = Memory::new();
        put(
            &archive,
            "compact/00000007/plan.zst",
            r#"{"v":1,"hour":"2026-11-23T10","late":1,"shares":2,
                "objects":["raw/2026-11-23/10/shard-0/5-9.zst"],"taken":["raw/2026-11-23/09/shard-0/3-6.zst"]}"#,
        );
        let border = r#"{"v":1,"from":{"object":0,"record":0},"to":{"object":0,"record":3}}"#;
        put(&archive, "compact/00000007/1-0000.zst", border);
        put(&archive, "compact/00000007/0-done.zst", "1");
        // What is left of a plan that is gone.
        put(&archive, "compact/00000006/0-done.zst", "1");
        let book = block_on(Book::read(&archive)).unwrap();
        assert_eq!(book.open(0, 1), [(7, 1)]);
        assert_eq!((book.parts(7, 1), book.parts(7, 0)), (1, 0));
        assert_eq!(book.newest().map(Hour::text).as_deref(), Some("2026-11-23T10"));
        let plan = block_on(Plan::fetch(&archive, 7)).unwrap();
        assert_eq!((plan.file_stem().as_str(), plan.shares), ("2026-11-23T10-late-1", 2));
        assert!(plan.objects[0].overlaps(&plan.taken[0]));
        let border = block_on(plan.border(&archive, (1, 0))).unwrap();
        assert_eq!((border.from, border.to), (At::default(), At { object: 0, record: 3 }));
    }

    #[test]
    fn what_is_no_plan_of_this_version_is_an_error() {
        for json in [
            r#"{"v":2,"hour":"2026-11-23T10","late":0,"shares":2,"objects":[]}"#,
            r#"{"v":1,"hour":"soon","late":0,"shares":2,"objects":[]}"#,
            r#"{"v":1,"hour":"2026-11-23T10","late":0,"shares":2,"objects":["facts/a.zst"]}"#,
            "[]",
            "",
        ] {
            let archive = Memory::new();
            put(&archive, "compact/00000000/plan.zst", json);
            assert!(block_on(Book::read(&archive)).is_err(), "{json}");
        }
        assert!(block_on(Plan::fetch(&Memory::new(), 0)).is_err(), "there is none");
    }

    #[test]
    fn the_loser_of_a_race_takes_the_winners_plan_and_plans_the_rest() {
        let archive = Memory::new();
        for object in [name(0, 1, 5), name(0, 6, 9)] {
            block_on(archive.put_new(&object.key, b"x")).unwrap();
        }
        let hour = Hour::read("2026-11-23T10").unwrap();
        let (mut one, mut other) = (Book::default(), Book::default());
        let first = block_on(one.decide(&archive, hour, 4)).unwrap().unwrap();
        block_on(archive.put_new(&name(0, 10, 12).key, b"x")).unwrap();
        assert_eq!(block_on(other.decide(&archive, hour, 2)).unwrap().unwrap(), first);
        let rest = block_on(other.decide(&archive, hour, 2)).unwrap().unwrap();
        assert_eq!((rest.number, rest.late, rest.shares, rest.objects.len()), (1, 1, 2, 1));
        assert_eq!(block_on(other.decide(&archive, hour, 2)).unwrap(), None);
    }

    proptest! {
        #[test]
        fn ranges_meet_as_they_do_one_by_one(
            objects in proptest::collection::vec((0_u64..3, 0_u64..40, 0_u64..9), 0..20),
            others in proptest::collection::vec((0_u64..3, 0_u64..40, 0_u64..30), 1..20),
        ) {
            let names = |of: Vec<(u64, u64, u64)>| -> Vec<RawName> {
                of.into_iter().map(|(shard, first, more)| name(shard, first, first + more)).collect()
            };
            let mut objects = names(objects);
            objects.sort();
            let reach = Reach::of(&objects);
            for other in names(others) {
                let meets = objects.iter().any(|object| object.overlaps(&other));
                prop_assert_eq!(reach.meets(&other), meets);
            }
        }
    }
}
