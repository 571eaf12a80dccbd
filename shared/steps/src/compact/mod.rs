//! The step that makes the columnar archive: each hour's raw objects, read as events, in Parquet files by OCSF class,
//! tenant and day.
//!
//! An hour is that in which records arrived. Once it is over, a **plan** takes all of its objects that no plan took; what
//! appears later, as `ingest` was behind or something was driven again, is taken by a further plan of the same hour. The
//! plans are numbered without a gap and written once, which puts all raw objects in one order: a record that
//! lies in several objects, because its batch came again and was cut otherwise, is taken from the first. Here it is
//! that each record counts *once*.
//!
//! The tenants of a plan are divided into shares by their names, and each share's work into **parts**, as much as memory
//! holds of packed records. A part's files are made one group of tenants after the other (`held`), so that an hour of one
//! customer is few files. For each part there happens, in this order:
//!
//! | written | what for |
//! |---|---|
//! | border: up to which record the part goes | whoever repeats the part reads the same, and makes the same files |
//! | files, each under a name made of class, tenant, day, plan, share, part and piece | |
//! | after the last part: done | nobody looks at the share again |
//!
//! All of it is put only where nothing is yet. So a compactor may die anywhere: the next one redoes the last part that
//! has a border and goes on behind it. Two that do the same agree at the border.
//!
//! Lines that are no events are not in the files; they are counted here and kept in the quarantine. What of an event is
//! written is decided by the registry as it is when its part is read: should it change between two attempts at one
//! part, files of the first attempt stay as they are.

mod claims;
mod held;
mod names;
mod plan;
mod read;

use hinomi_model::registry::Registry;
use hinomi_model::{EventTime, Seconds};
use hinomi_ocsf::{Limits, ParquetFile};
use hinomi_store::{Archive, ArchiveKey, Put};

use self::held::{Held, Until};
use self::names::Hour;
use self::plan::{At, Book, Border, Plan};
use self::read::{Pieces, Reader, Share};
use crate::error::Result;
use crate::together::together;

/// The folder of the files.
pub const FOLDER: &str = "ocsf";

/// How long after its end an hour is planned first: a batch is gathered for a minute at most and written within another,
/// and two clocks may differ by a minute. What comes later is a plan, and files, of its own.
pub const MARGIN: Seconds = 5 * 60;

/// How far back late objects are looked for, as for late lines elsewhere.
pub const LOOK_BACK_HOURS: i64 = 48;

/// How far back hours are planned that nobody planned because nothing ran. Plans are kept for longer than that
/// ([`KEPT_DAYS`]), so that whatever is planned, all plans before it are known.
pub const CATCH_UP_HOURS: i64 = 7 * 24;

/// How long plans are kept.
pub const KEPT_DAYS: i64 = 10;

/// Seconds that closing a part takes at most: writing half a gigabyte of rows as files, and putting them.
pub const CLOSING: Seconds = 90;

/// Lines that a function's one processor makes files of in a second, taken low: a part is closed while there is time for
/// all that it holds.
const LINES_A_SECOND: u64 = 100_000;

/// How much a part holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// Bytes of packed records.
    pub held: usize,
    /// Bytes and number of lines that are rows at a time.
    pub rows: Limits,
}

/// What a function of three gigabytes has room for: a gigabyte and a half of packed records, some 15 million lines, and
/// of these some 300,000 lines as rows at a time, which take as much as their lines, and as much again while they are
/// written.
pub const ROOM: Room = Room { held: 3 << 29, rows: Limits { bytes: 256 << 20, rows: 600_000 } };

/// Objects fetched at once. They have some hundred kilobytes, six megabytes at most.
const FETCHES: usize = 16;

/// Files put at once.
const PUTS: usize = 8;

/// Names of damaged objects that are told.
const MAX_NAMED: usize = 16;

/// When and for whom the step is done.
#[derive(Clone, Copy)]
pub struct Call<'p> {
    /// The schedule's time: hours that were over [`MARGIN`] before it are done.
    pub time: EventTime,
    /// The time of day, which says what plans are still kept.
    pub now: EventTime,
    /// Which compactor.
    pub compactor: u16,
    /// How many there are; one at least.
    pub compactors: u16,
    /// How much a part holds: [`ROOM`], unless there is less memory.
    pub room: Room,
    /// Tells how many seconds there are.
    pub left: &'p (dyn Fn() -> Seconds + Sync),
}

/// What was done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Compacted {
    /// Plans whose share was finished.
    pub plans: u64,
    /// Parts written.
    pub parts: u64,
    /// Raw objects read.
    pub objects: u64,
    /// Raw objects that can't be read, or are gone. They stay where they are.
    pub objects_damaged: u64,
    /// Some of their names.
    pub damaged: Vec<String>,
    /// Records of this share's tenants.
    pub records: u64,
    /// Records that were taken from another object.
    pub records_repeated: u64,
    /// Records that can't be read though their object can.
    pub records_damaged: u64,
    /// Records that made the program panic.
    pub records_poisoned: u64,
    /// Lines that became rows.
    pub lines: u64,
    /// Lines that are no events.
    pub lines_quarantined: u64,
    /// Files written, those that were there already not counted.
    pub files: u64,
    /// Their bytes.
    pub file_bytes: u64,
    /// How far the oldest hour that is not done is behind, in seconds.
    pub behind_seconds: i64,
}

impl Compacted {
    fn damaged(&mut self, share: Share, name: &str) {
        // Each share meets it; one counts it.
        if share.number == 0 {
            self.objects_damaged += 1;
            if self.damaged.len() < MAX_NAMED {
                self.damaged.push(name.to_owned());
            }
        }
    }

    fn add(&mut self, more: Compacted) {
        self.plans += more.plans;
        self.parts += more.parts;
        self.objects += more.objects;
        self.objects_damaged += more.objects_damaged;
        let room = MAX_NAMED.saturating_sub(self.damaged.len());
        self.damaged.extend(more.damaged.into_iter().take(room));
        self.records += more.records;
        self.records_repeated += more.records_repeated;
        self.records_damaged += more.records_damaged;
        self.records_poisoned += more.records_poisoned;
        self.lines += more.lines;
        self.lines_quarantined += more.lines_quarantined;
        self.files += more.files;
        self.file_bytes += more.file_bytes;
    }
}

/// Does what is open for one compactor: plans that were begun, then the hours that are over.
///
/// One part is done however little time there is.
///
/// # Errors
///
/// When the archive fails, or a plan can't be read: what is not written down is done again by the next call, and comes
/// to the same files.
pub async fn compact<A: Archive>(call: Call<'_>, registry: &Registry, archive: &A) -> Result<Compacted> {
    let mut work = Work {
        call: Call { compactors: call.compactors.max(1), ..call },
        registry,
        archive,
        reader: Reader::default(),
        done: Compacted::default(),
    };
    let mut book = Book::read(archive).await?;
    let oldest = work.all(&mut book).await?;
    work.done.behind_seconds = oldest.map_or(0, |hour| call.time.since(hour.end()).max(0));
    Ok(work.done)
}

struct Work<'p, A> {
    call: Call<'p>,
    registry: &'p Registry,
    archive: &'p A,
    reader: Reader,
    done: Compacted,
}

impl<A: Archive> Work<'_, A> {
    /// Does all there is time for, and returns the oldest hour that is not done.
    async fn all(&mut self, book: &mut Book) -> Result<Option<Hour>> {
        let Call { time, now, compactor, compactors, .. } = self.call;
        let last = Hour(Hour::of(time.plus(-MARGIN)).0.saturating_sub(1));
        let mut hour = first_hour(book.newest(), last, now);
        let mut open = book.open(compactor, compactors);
        loop {
            for (number, share) in open {
                if !self.has_time() {
                    return Ok(book.hour_of(number));
                }
                let plan = Plan::fetch(self.archive, number).await?;
                if !self.share(&plan, share, book.parts(number, share)).await? {
                    return Ok(Some(plan.hour));
                }
                book.is_done(number, share);
            }
            if hour > last {
                return Ok(None);
            }
            if !self.has_time() {
                return Ok(Some(hour));
            }
            if book.decide(self.archive, hour, compactors).await?.is_none() {
                hour = Hour(hour.0.saturating_add(1));
            }
            open = book.open(compactor, compactors);
        }
    }

    /// Tells whether anything may be begun: always at first, then as long as there is time to close what is begun.
    fn has_time(&self) -> bool {
        self.done.parts == 0 || (self.call.left)() > CLOSING
    }

    /// Does a share of a plan, of which so many parts have a border. Returns whether it is done.
    async fn share(&mut self, plan: &Plan, share: u16, begun: u32) -> Result<bool> {
        let share = Share { number: share, of: plan.shares };
        // The files of the last part with a border may be missing.
        let mut part = begun.saturating_sub(1);
        let mut from = At::default();
        let mut known = None;
        if begun > 0 {
            let border = plan.border(self.archive, (share.number, part)).await?;
            (from, known) = (border.from, Some(border));
        }
        loop {
            let to = self.part((plan, share, part), (from, known)).await?;
            if to == plan.end() {
                plan.put_done(self.archive, share.number).await?;
                self.done.plans += 1;
                return Ok(true);
            }
            // A part that was begun by somebody else moves nothing: one of its own is done at each call.
            if known.is_none() && (self.call.left)() <= CLOSING {
                return Ok(false);
            }
            (from, known) = (to, None);
            part = part.saturating_add(1);
        }
    }

    /// Does a part, and returns where it ends.
    async fn part(
        &mut self,
        (plan, share, number): (&Plan, Share, u32),
        (from, known): (At, Option<Border>),
    ) -> Result<At> {
        let left = self.call.left;
        let closing = |lines: u64| CLOSING.saturating_add_unsigned(lines / LINES_A_SECOND);
        let is_spent = |lines| left() <= closing(lines);
        let room = self.call.room;
        let until =
            known.map_or(Until::Full { room, is_spent: &is_spent }, |border| Until::Border(border.to));
        let archive = self.archive;
        let mut held = Held::gather((plan, share), (from, until), archive).await?;
        let mut limits = known.map_or(room.rows, |border| border.limits());
        // A last part without records needs no border, as it has no files.
        if known.is_none() && (held.to != plan.end() || !held.records.is_empty()) {
            let border = plan.put_border(archive, (share.number, number), (from, held.to), limits).await?;
            limits = border.limits();
            if border.to != held.to {
                // Somebody else cut it elsewhere, and may have written files: theirs is the border.
                let until = Until::Border(border.to);
                held = Held::gather((plan, share), (border.from, until), archive).await?;
            }
        }
        let mut pieces = Pieces::of((plan, share), &held, limits);
        let mut piece = 0_u32;
        while let Some(files) = pieces.next(&mut self.reader, self.registry)? {
            let mut named = Vec::new();
            for file in files {
                named.push((file_key(&file, plan, share, (number, piece))?, file.bytes));
            }
            self.put(&named).await?;
            piece = piece.saturating_add(1);
        }
        self.done.add(pieces.counts);
        self.done.add(held.counts);
        self.done.parts += 1;
        Ok(held.to)
    }

    async fn put(&mut self, files: &[(ArchiveKey, Vec<u8>)]) -> Result<()> {
        for files in files.chunks(PUTS) {
            let puts = files.iter().map(|(key, bytes)| self.archive.put_new(key, bytes));
            for (put, (_, bytes)) in together(puts).await.into_iter().zip(files) {
                if put? == Put::Stored {
                    self.done.files += 1;
                    self.done.file_bytes += bytes.len() as u64;
                }
            }
        }
        Ok(())
    }
}

/// Returns the name of a file of a part: it depends on what is read, and on nothing else.
fn file_key(
    file: &ParquetFile,
    plan: &Plan,
    share: Share,
    (part, piece): (u32, u32),
) -> hinomi_store::Result<ArchiveKey> {
    let (folder, stem, share) = (file.folder(), plan.file_stem(), share.number);
    let piece = if piece == 0 { String::new() } else { format!("-{piece}") };
    ArchiveKey::new(&format!("{FOLDER}/{folder}/{stem}-{share}-{part:04}{piece}.parquet"))
}

/// Returns the first hour that is looked at: far enough back for what comes late, and to where nothing is missing; never
/// so far that plans of the hour may be forgotten.
fn first_hour(newest: Option<Hour>, last: Hour, now: EventTime) -> Hour {
    let late = Hour(last.0.saturating_sub(LOOK_BACK_HOURS - 1));
    let known = Hour(Hour::of(now).0.saturating_sub(CATCH_UP_HOURS));
    newest.map_or(late, |newest| newest.min(late)).max(known)
}

/// Fetches an object; `None` for one that is gone, or that no repeat would bring.
async fn fetch<A: Archive>(archive: &A, key: &ArchiveKey) -> Result<Option<Vec<u8>>> {
    match archive.fetch(key).await {
        Ok(object) => Ok(object),
        Err(hinomi_store::Error::Corrupt { .. } | hinomi_store::Error::TooLarge { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
