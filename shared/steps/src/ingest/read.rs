//! One record: its lines, what they show, and what is set aside.

use std::collections::BTreeMap;
use std::sync::Arc;

use hinomi_detect::{Examiner, Indicators, KnownLines};
use hinomi_model::registry::Registry;
use hinomi_model::{Event, EventTime, FactBatch, Finding, Frame, Locator, QuarantineReason, Reject};
use hinomi_parse::{FrameScratch, Item, Lines, Scratch};

use super::count::LineCount;
use super::{Gathered, Place, ReadLine, Record};
use crate::caught::{caught, caught_line};
use crate::quarantine::{self, Row};
use crate::raw::Owners;
use crate::reading;

/// Minutes of events that one record's lines are coalesced by at once. A record holds a few seconds of one collector; a
/// line of a further minute closes the minute that was begun first, and what comes of it later is a finding of its own.
const MAX_MINUTES: usize = 64;

/// Lines of one record that have a row of their own in the quarantine. Of a record that is all rubbish the first ones say
/// it; the rest is counted, and lies in the raw object.
const MAX_ROWS: usize = 1024;

/// Looks at an event, as [`Examiner::examine_new`] does.
type Examine = fn(&mut Examiner, &Event<'_>, Option<&Locator>, &KnownLines);

/// Reads records; keeps its buffers from one to the next.
#[derive(Debug)]
pub(super) struct Reader {
    parse: ReadLine,
    examine: Examine,
    frames: FrameScratch,
    scratch: Scratch,
    minutes: Minutes,
}

/// What a record holds.
#[derive(Debug, Default)]
pub(super) struct ReadRecord {
    pub(super) left: Left,
    rows: Vec<Row>,
    counts: LineCount,
    pub(super) owners: Owners,
    raw_bytes: usize,
    is_poison: bool,
}

impl ReadRecord {
    /// Adds the record to what was gathered.
    pub(super) fn into_gathered(self, arrived: EventTime, gathered: &mut Gathered) {
        let Left { findings, facts, .. } = self.left;
        let mut counts = self.counts.into_counts();
        counts.records = 1;
        counts.records_poisoned = u64::from(self.is_poison);
        counts.findings = findings.len() as u64;
        counts.raw_bytes = self.raw_bytes as u64;
        gathered.counts.add(&counts);
        if !findings.is_empty() {
            gathered.found.push(arrived);
        }
        facts.iter().for_each(|facts| gathered.facts.add(facts));
        gathered.facts.ask(&findings);
        gathered.findings.extend(findings);
        gathered.refused.extend(self.rows);
    }
}

impl Reader {
    /// Makes a reader whose examiners know what lists of enemies name.
    pub(super) fn new(parse: ReadLine, indicators: Arc<Indicators>) -> Self {
        Reader {
            parse,
            examine: Examiner::examine_new,
            frames: FrameScratch::default(),
            scratch: Scratch::default(),
            minutes: Minutes::new(indicators),
        }
    }

    /// Makes its examiners know what lists of enemies name from now on.
    pub(super) fn know(&mut self, indicators: &Arc<Indicators>) {
        if !Arc::ptr_eq(&self.minutes.indicators, indicators) {
            self.minutes = Minutes::new(Arc::clone(indicators));
        }
    }

    /// Reads a record.
    ///
    /// One that is no base64, or that makes the program panic other than by a line that is being read, is set aside
    /// whole: it is one line of the account, and nothing else of it counts.
    pub(super) fn read(
        &mut self,
        record: &Record<'_>,
        place: &Place<'_>,
        registry: &Registry,
        known: &KnownLines,
    ) -> ReadRecord {
        let (raw, reject) = match record.data {
            Err(text) => (text, Reject::new(QuarantineReason::NotBase64, format!("{} bytes", text.len()))),
            Ok(data) => match caught(|| self.lines(data, record.arrived, place, registry, known)) {
                Ok(read) => return read,
                Err(panicked) => {
                    // What a panic left half made is never read.
                    let indicators = Arc::clone(&self.minutes.indicators);
                    *self = Reader { examine: self.examine, ..Reader::new(self.parse, indicators) };
                    (data, Reject::new(QuarantineReason::Fault, panicked.place))
                }
            },
        };
        let mut read = ReadRecord { raw_bytes: raw.len(), is_poison: true, ..ReadRecord::default() };
        read.counts.bytes = raw.len() as u64;
        read.refuse((0, 1, 0), raw, reject, Held::AllFromHere, place);
        read
    }

    fn lines(
        &mut self,
        data: &[u8],
        arrived: EventTime,
        place: &Place<'_>,
        registry: &Registry,
        known: &KnownLines,
    ) -> ReadRecord {
        let Reader { parse, examine, frames, scratch, minutes } = self;
        let mut read = ReadRecord { raw_bytes: data.len(), ..ReadRecord::default() };
        let mut locator = Locator { object: place.object.to_owned(), frame: place.frame, line: 0 };
        let context = reading::arrived(registry, arrived);
        let mut lines = Lines::new(data, frames);
        let mut number = 0_u32;
        while let Some(item) = lines.next_line() {
            locator.line = number;
            number = number.saturating_add(1);
            if place.only.is_some_and(|only| !only(locator.line)) {
                continue;
            }
            let Item { line, part, frames, content } = item;
            let bytes = match content {
                Ok(bytes) => bytes,
                Err((reject, head)) => {
                    read.counts.bytes += head.len() as u64;
                    // A line that is too long is one line; of anything else nobody knows what it holds.
                    let is_line = reject.reason == QuarantineReason::TooLarge && locator.line > 0;
                    let held = if is_line { Held::OneLine } else { Held::AllFromHere };
                    read.refuse((locator.line, line, part), head, reject, held, place);
                    continue;
                }
            };
            read.counts.bytes += bytes.len() as u64;
            let sub_sequence = if frames.has(Frame::Kpl) { line } else { 0 };
            let mut event = match caught_line(|| parse(bytes, &context, scratch)) {
                Ok(event) => event,
                Err(reject) => {
                    read.refuse((locator.line, line, part), bytes, reject, Held::OneLine, place);
                    continue;
                }
            };
            event.frames = event.frames.and(frames);
            // What an examiner holds is of many lines. A panic that leaves it half changed costs the record and not the
            // line, because nobody could say what of the others still counts.
            let examiner = minutes.at(event.time.minute(), &mut read.left);
            examine(examiner, &event, Some(&locator), known);
            read.counts.done(event.vendor, event.function);
            read.owners.add(sub_sequence, event.tenant.id().as_str(), &event.device);
        }
        minutes.close_all(&mut read.left);
        read
    }
}

/// What was set aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Held {
    /// A line.
    OneLine,
    /// All that the record holds from there on: nobody knows how many lines, nor what numbers they would have.
    AllFromHere,
}

impl ReadRecord {
    /// Sets a line aside, by its number in the record from 0 and by the place that people count by.
    fn refuse(
        &mut self,
        (number, line, part): (u32, u64, u64),
        raw: &[u8],
        reject: Reject,
        held: Held,
        place: &Place<'_>,
    ) {
        self.counts.quarantined(reject.reason);
        self.owners.nobody();
        if self.rows.len() >= MAX_ROWS {
            if let Some(last) = self.rows.last_mut() {
                last.more = Some(last.more.unwrap_or(0).saturating_add(1));
            }
            return;
        }
        let mut line = quarantine::entry((place.object, line, part), raw, reject);
        line.locator = Some(Locator { object: place.object.to_owned(), frame: place.frame, line: number });
        self.rows.push(Row { line, more: (held == Held::AllFromHere).then_some(0) });
    }
}

/// What the lines of a record left behind.
#[derive(Debug, Default)]
pub(super) struct Left {
    pub(super) findings: Vec<Finding>,
    facts: Vec<FactBatch>,
    /// The lines that showed something, for [`KnownLines::expect`].
    pub(super) lines: Vec<u64>,
}

/// The minutes that a record's lines are coalesced by.
#[derive(Debug, Default)]
struct Minutes {
    open: BTreeMap<i64, Examiner>,
    spare: Vec<Examiner>,
    indicators: Arc<Indicators>,
}

impl Minutes {
    fn new(indicators: Arc<Indicators>) -> Self {
        Minutes { indicators, ..Minutes::default() }
    }

    /// Returns the examiner of a minute.
    fn at(&mut self, minute: i64, left: &mut Left) -> &mut Examiner {
        if self.open.len() >= MAX_MINUTES
            && !self.open.contains_key(&minute)
            && let Some((_, earliest)) = self.open.pop_first()
        {
            self.close(earliest, left);
        }
        let Minutes { open, spare, indicators } = self;
        let another = || spare.pop().unwrap_or_else(|| Examiner::with_indicators(Arc::clone(indicators)));
        open.entry(minute).or_insert_with(another)
    }

    /// Closes all minutes.
    fn close_all(&mut self, left: &mut Left) {
        while let Some((_, earliest)) = self.open.pop_first() {
            self.close(earliest, left);
        }
    }

    fn close(&mut self, mut examiner: Examiner, left: &mut Left) {
        let examined = examiner.take();
        left.findings.extend(examined.findings);
        left.facts.push(examined.facts);
        left.lines.extend(examined.lines);
        self.spare.push(examiner);
    }
}

#[cfg(test)]
mod tests {
    use hinomi_parse::parse_line;

    use super::*;

    const LINE: &[u8] =
        b"date=2026-01-20 time=10:15:01 devname=\"KITA-FW1\" devid=\"FGT60FTK20000001\" type=\"traffic\" \
        subtype=\"forward\" srcip=10.1.12.34 dstip=203.0.113.9 action=\"accept\"";

    fn read(reader: &mut Reader, only: Option<&dyn Fn(u32) -> bool>) -> ReadRecord {
        let registry = Registry::open();
        let data = [LINE, b"\n", LINE, b"\nno log\n"].concat();
        let record =
            Record { sequence: "1", arrived: EventTime::from_seconds(1_795_428_000), data: Ok(&data) };
        let place = Place { object: "", frame: 7, only };
        reader.read(&record, &place, &registry, &KnownLines::default())
    }

    #[test]
    fn a_record_that_panics_is_set_aside_whole_and_the_next_one_is_read() {
        let mut reader = Reader::new(parse_line, Arc::default());
        let poisoned =
            read(&mut reader, Some(&|line| if line == 1 { panic!("secret of the log") } else { true }));
        assert!(poisoned.is_poison && poisoned.left.findings.is_empty() && poisoned.left.facts.is_empty());
        let [row] = poisoned.rows.as_slice() else { panic!("{:?}", poisoned.rows) };
        assert_eq!((row.line.reason, row.more), (QuarantineReason::Fault, Some(0)));
        assert!(
            row.line.detail.contains("read.rs") && !row.line.detail.contains("secret"),
            "{}",
            row.line.detail
        );
        assert_eq!(row.line.locator.as_ref().map(|place| (place.frame, place.line)), Some((7, 0)));
        let counts = poisoned.counts.into_counts();
        assert_eq!((counts.lines, counts.lines_done), (1, 0), "nothing of its first line counts");
        let whole = read(&mut reader, None);
        let counts = whole.counts.into_counts();
        assert_eq!((counts.lines, counts.lines_done, whole.is_poison), (3, 2, false));
        assert_eq!(whole.left.facts.iter().map(|facts| facts.sessions.len()).sum::<usize>(), 2);
    }

    #[test]
    fn a_panic_in_examining_costs_the_record_because_its_examiner_is_half_changed() {
        fn panics_at_the_second(
            examiner: &mut Examiner,
            event: &Event<'_>,
            locator: Option<&Locator>,
            known: &KnownLines,
        ) {
            examiner.examine_new(event, locator, known);
            assert!(locator.is_some_and(|locator| locator.line != 1), "secret of the log");
        }
        let mut reader = Reader { examine: panics_at_the_second, ..Reader::new(parse_line, Arc::default()) };
        let poisoned = read(&mut reader, None);
        assert!(poisoned.is_poison && poisoned.left.facts.is_empty());
        let [row] = poisoned.rows.as_slice() else { panic!("{:?}", poisoned.rows) };
        assert_eq!(
            (row.line.reason, row.more),
            (QuarantineReason::Fault, Some(0)),
            "all of it is read again"
        );
        reader.examine = Examiner::examine_new;
        let whole = read(&mut reader, None);
        assert_eq!(whole.left.facts.iter().map(|facts| facts.sessions.len()).sum::<usize>(), 2);
    }

    #[test]
    fn lines_that_are_not_asked_for_are_neither_read_nor_counted() {
        let mut reader = Reader::new(parse_line, Arc::default());
        let some = read(&mut reader, Some(&|line| line == 2));
        let counts = some.counts.into_counts();
        assert_eq!((counts.lines, counts.lines_quarantined()), (1, 1));
        assert_eq!(some.rows[0].line.locator.as_ref().map(|place| place.line), Some(2));
    }
}
