//! `replay`: log files through the whole engine in event time, with results as values and as files.
//!
//! Each line is archived, parsed and examined as it is read, so memory does not grow with the input; what it leaves
//! behind waits in the reorder [`Window`] and then goes through the [`Pipeline`] minute by minute.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::PathBuf;
use std::time::Instant;

use hinomi_correlate::Act;
use hinomi_detect::{Examiner, KnownLines};
use hinomi_model::registry::Registry;
use hinomi_model::{Document, EventTime, Locator, Notice, Quarantined, Reject, Settings};
use hinomi_parse::Scratch;
use hinomi_steps::{KeptLine, Lines, documents, quarantine, raw};
use hinomi_store::{Archive, ArchiveKey, Memory, Store, block_on};

use crate::error::Fault;
use crate::input::{Input, SourceLine, Sources, Window, caught_line, read_event};
use crate::output::{ColumnArchive, Kept, LineCount, OutputDirectory, RawArchive, Results, Summary};
use crate::pipeline::Pipeline;
use crate::terminal::Progress;

/// Lines between two looks at the progress bar and at late lines: some ten milliseconds' worth.
const LOOK_LINES: u64 = 1 << 12;

/// What to replay, and how.
#[derive(Debug)]
pub struct ReplayOptions {
    /// Where lines come from; merged by event time.
    pub inputs: Vec<Input>,
    /// Who owns which device, and who is who inside.
    pub registry: Registry,
    /// Directory for the results, the store and the archive; without one everything stays in memory.
    pub out: Option<PathBuf>,
    /// Goes on from what the directory holds, instead of starting afresh.
    pub append: bool,
    /// Thresholds and windows.
    pub settings: Settings,
    /// What analysts do meanwhile, at their times; the incidents are known from an earlier replay of the same input.
    pub acts: Vec<Act>,
}

impl ReplayOptions {
    /// Replays inputs in memory with the default thresholds.
    pub fn in_memory(inputs: Vec<Input>, registry: Registry) -> Self {
        ReplayOptions {
            inputs,
            registry,
            out: None,
            append: false,
            settings: Settings::default(),
            acts: Vec::new(),
        }
    }
}

/// What came of a replay.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReplayResult {
    /// The incidents in their last state, sorted by first_seen and id.
    pub incidents: Vec<Document>,
    /// The messages, in the order in which they were decided.
    pub notices: Vec<Notice>,
    /// Lines set aside, in the order in which they were read.
    pub quarantine: Vec<Quarantined>,
    /// The account.
    pub summary: Summary,
}

/// Runs log lines through the whole engine and returns everything that came of it.
///
/// What is returned is held in memory; `hinomi replay` itself holds a bounded part of it and writes the rest to files
/// as it comes.
///
/// # Errors
///
/// When an input can't be read, the output directory can't be written, or the store fails. Lines that can't be read
/// are in the quarantine.
pub fn replay(options: ReplayOptions) -> Result<ReplayResult, Fault> {
    run(options, Kept::Everything, None)
}

/// Runs log lines through the whole engine; keeps of the results what `kept` says, and shows progress when asked to.
pub(crate) fn run(
    options: ReplayOptions,
    kept: Kept,
    progress: Option<fn(Option<u64>) -> Progress>,
) -> Result<ReplayResult, Fault> {
    let started = Instant::now();
    let ReplayOptions { inputs, registry, out, append, settings, acts } = options;
    // Opened before anything of an earlier run is cleared: a misspelt name must not cost its results.
    let sources = Sources::open(inputs)?;
    let progress = progress.map_or_else(Progress::hidden, |start| start(sources.length()));
    let scene = Scene { registry: &registry, settings: &settings, progress: &progress, started };
    let Some(out) = out else {
        let mut results = Results::create(None, append, kept)?;
        let summary = drive(sources, &scene, &Memory::new(), None, acts, &mut results)?;
        return results.finish(summary);
    };
    let directory = OutputDirectory::prepare(&out, append)?;
    let store = directory.open_store(append)?;
    let columns = directory.columns();
    let mut results = Results::create(Some(directory), append, kept)?;
    let summary = drive(sources, &scene, &store, Some(columns), acts, &mut results)?;
    // The store first: results that it knows nothing of could not be gone on from.
    store.flush()?;
    results.finish(summary)
}

/// What a run works with.
struct Scene<'a> {
    registry: &'a Registry,
    settings: &'a Settings,
    progress: &'a Progress,
    started: Instant,
}

/// Reads all lines and returns the account.
fn drive<S: Store>(
    mut sources: Sources,
    scene: &Scene<'_>,
    store: &S,
    columns: Option<ColumnArchive>,
    acts: Vec<Act>,
    results: &mut Results,
) -> Result<Summary, Fault> {
    let mut run = Run {
        registry: scene.registry,
        scratch: Scratch::default(),
        count: LineCount::default(),
        window: Window::new(),
        known: KnownLines::default(),
        shelf: Shelf { store, streams: BTreeMap::new() },
        columns,
        pipeline: Pipeline::new(store, scene.registry, scene.settings, acts)?,
        results,
    };
    let mut lines = 0_u64;
    let mut judged = None;
    while sources.read_line(|line| run.line(line))? {
        lines += 1;
        // Minutes ripen one at a time, so there is nothing to judge before the next one is reached.
        let minute = sources.reached().map(EventTime::minute);
        let look = lines.is_multiple_of(LOOK_LINES);
        if minute != judged || (look && run.window.holds_late()) {
            judged = minute;
            run.judge_ripe(sources.reached())?;
        }
        if look {
            scene.progress.at(sources.bytes_read(), lines, scene.started.elapsed());
        }
    }
    let furthest = sources.furthest(run.count.last());
    let mut summary = run.finish(furthest)?;
    scene.progress.clear();
    summary.seconds = scene.started.elapsed().as_secs_f64();
    if summary.seconds > 0.0 {
        summary.events_per_second = (summary.done as f64 / summary.seconds).round();
    }
    Ok(summary)
}

struct Run<'a, S> {
    registry: &'a Registry,
    scratch: Scratch,
    count: LineCount,
    window: Window<Examiner>,
    known: KnownLines,
    shelf: Shelf<'a, S>,
    columns: Option<ColumnArchive>,
    pipeline: Pipeline<'a, S>,
    results: &'a mut Results,
}

impl<S: Store> Run<'_, S> {
    /// Archives, parses and examines one line.
    fn line(&mut self, line: SourceLine<'_>) -> Result<(), Fault> {
        let place = (line.file, line.number, line.part);
        let bytes = match line.content {
            Ok(bytes) => bytes,
            Err((reject, head)) => return self.set_aside(place, head, reject),
        };
        let (stream, locator) = self.shelf.keep(line.index, line.file, bytes)?;
        if let Some(columns) = &mut self.columns {
            columns.open(line.index, stream)?;
        }
        let Run { registry, scratch, count, window, known, columns, .. } = self;
        let read = caught_line(|| {
            let event = read_event(bytes, line.frames, registry, line.clocks.latest(), scratch)?;
            line.clocks.see(&event.device, event.time);
            window.at(event.time).examine_new(&event, Some(locator), known);
            if let Some(columns) = columns {
                columns.push(line.index, &event, locator);
            }
            count.event(&event);
            Ok(())
        });
        match read {
            Ok(()) => columns.as_mut().map_or(Ok(()), |columns| columns.make_room(line.index)),
            Err(reject) => self.set_aside(place, bytes, reject),
        }
    }

    fn set_aside(&mut self, place: (&str, u64, u64), raw: &[u8], reject: Reject) -> Result<(), Fault> {
        self.count.quarantined(reject.reason);
        self.results.quarantine(quarantine::entry(place, raw, reject))
    }

    /// Judges the minutes that need not wait any longer, now that every file has reached an instant.
    fn judge_ripe(&mut self, reached: Option<EventTime>) -> Result<(), Fault> {
        while let Some((end, examiner)) = self.window.take_surplus() {
            self.judge(end, examiner)?;
        }
        let Some(reached) = reached else { return Ok(()) };
        while let Some((end, examiner)) = self.window.take_ripe(reached) {
            self.judge(end, examiner)?;
        }
        Ok(())
    }

    fn judge(&mut self, end: EventTime, mut examiner: Examiner) -> Result<(), Fault> {
        let examined = examiner.take();
        self.known.note(&examined.lines);
        self.pipeline.accept(examined, end, &self.shelf)
    }

    /// Judges what is left, writes the incidents, and returns the account as far as it is known here.
    fn finish(mut self, furthest: Option<EventTime>) -> Result<Summary, Fault> {
        // A single line from 2106 must not let the whole of the engine's time pass.
        let last = furthest.or(self.count.last()).unwrap_or_default();
        let end_of_last = EventTime::from_seconds((last.minute() + 1).saturating_mul(60));
        while let Some((end, examiner)) = self.window.take_oldest() {
            self.judge(end.min(end_of_last), examiner)?;
        }
        self.shelf.finish()?;
        if let Some(columns) = &mut self.columns {
            columns.finish()?;
        }
        // The last lines' minute is over as well: what they hold is held for as long as anybody else's.
        self.pipeline.finish(last.max(end_of_last), &self.shelf)?;
        let results = &mut *self.results;
        self.pipeline.each_notice(&mut |notice| results.notice(notice))?;
        self.pipeline.each_incident(&mut |incident| results.incident(incident))?;
        let mut summary =
            Summary { late: self.window.late(), findings: self.pipeline.findings(), ..Summary::default() };
        self.count.into_summary(&mut summary);
        Ok(summary)
    }
}

/// The raw lines of all files: those in the archive and those on their way into it.
pub(crate) struct Shelf<'a, S> {
    store: &'a S,
    /// By the number of the input.
    streams: BTreeMap<usize, RawArchive>,
}

impl<S: Store> Shelf<'_, S> {
    /// Keeps a line and returns its stream and where it will lie.
    fn keep(&mut self, index: usize, file: &str, line: &[u8]) -> Result<(&str, &Locator), Fault> {
        let store = self.store;
        let stream = match self.streams.entry(index) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => {
                let stream = RawArchive::stream_of(file, line);
                let cuts = block_on(documents::read(store, &cuts_key(&stream)))?.unwrap_or_default();
                new.insert(RawArchive::new(stream, cuts))
            }
        };
        stream.keep(line, &mut |name, bytes| put(store, name, bytes))?;
        Ok((stream.stream(), stream.last()))
    }

    fn finish(&mut self) -> Result<(), Fault> {
        let store = self.store;
        for stream in self.streams.values_mut() {
            stream.finish(&mut |name, bytes| put(store, name, bytes))?;
            block_on(documents::write(store, &cuts_key(stream.stream()), stream.cuts()))?;
        }
        Ok(())
    }
}

impl<S: Store> Lines for Shelf<'_, S> {
    async fn line(&self, place: &Locator) -> hinomi_steps::Result<Option<KeptLine>> {
        if let Some(line) = self.streams.values().find_map(|stream| stream.line(place)) {
            return Ok(Some(KeptLine { bytes: line, arrived: None }));
        }
        let object = self.store.fetch(&ArchiveKey::new(&place.object)?).await?;
        Ok(object.and_then(|object| raw::line(&object, place)).map(|bytes| KeptLine { bytes, arrived: None }))
    }
}

fn put(archive: &impl Archive, name: &str, bytes: &[u8]) -> Result<(), Fault> {
    // That it existed is a repeat: names depend on what was read.
    block_on(archive.put_new(&ArchiveKey::new(name)?, bytes))?;
    Ok(())
}

fn cuts_key(stream: &str) -> String {
    format!("archive/raw/{stream}")
}
