//! The engine's stages.

use std::hint::black_box;
use std::sync::Arc;

use hinomi_detect::{Examiner, Indicators};
use hinomi_lambda::Event;
use hinomi_model::EventTime;
use hinomi_model::registry::{Collected, Registry};
use hinomi_parse::{Context, FrameScratch, Lines, Scratch, parse_line};

use crate::data::Data;
use crate::reader::{Reader, Told};

/// Reads lines as events.
pub(crate) fn parse() -> Box<dyn Reader> {
    Box::new(Engine::new(Stage::Parse, Registry::open()))
}

/// Opens zstd records, and reads and examines their lines.
pub(crate) fn record() -> Box<dyn Reader> {
    Box::new(Engine::new(Stage::Record, Registry::open()))
}

/// Does what [`record`] does, with lists of so many known enemies, none of which is in the lines.
pub(crate) fn record_with_indicators(count: usize) -> Box<dyn Reader> {
    Box::new(Engine::new(Stage::Record, Registry::open()).with_indicators(count))
}

/// Opens Lambda's event, and does that with each record of it.
pub(crate) fn event() -> Box<dyn Reader> {
    Box::new(Engine::new(Stage::Event, Registry::open()))
}

/// From where a pass starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Lines; it ends with events.
    Parse,
    /// Records; it ends with findings and facts.
    Record,
    /// The event of a batch; it ends with findings and facts.
    Event,
}

/// The engine from some stage to some other, with the buffers that it keeps from batch to batch.
pub(crate) struct Engine {
    stage: Stage,
    registry: Registry,
    scratch: Scratch,
    frames: FrameScratch,
    examiner: Examiner,
    buffer: Vec<u8>,
}

impl Engine {
    /// Makes an engine that has read nothing yet.
    pub(crate) fn new(stage: Stage, registry: Registry) -> Self {
        Engine {
            stage,
            registry,
            scratch: Scratch::default(),
            frames: FrameScratch::default(),
            examiner: Examiner::new(),
            buffer: Vec::new(),
        }
    }

    /// Makes the engine know lists of so many enemies: half of them addresses, the others networks, names and files.
    pub(crate) fn with_indicators(mut self, count: usize) -> Self {
        let list: Vec<String> = (0..count).map(indicator).collect();
        let mut indicators = Indicators::default();
        let refused = indicators.add("made", &list.join("\n"), 1);
        debug_assert!(refused.is_empty(), "{refused:?}");
        self.examiner = Examiner::with_indicators(Arc::new(indicators));
        self
    }

    /// Opens a record, reads and examines its lines, and takes what they left behind, as the function does.
    fn record(&mut self, record: &[u8]) -> usize {
        let context = context(&self.registry);
        let mut lines = Lines::new(record, &mut self.frames);
        while let Some(item) = lines.next_line() {
            let Ok(line) = item.content else { continue };
            if let Ok(event) = parse_line(line, &context, &mut self.scratch) {
                self.examiner.examine(&event, None);
            }
        }
        let examined = black_box(self.examiner.take());
        usize::try_from(examined.counts.events).unwrap_or(0)
    }
}

/// Returns an indicator that no generated line has; each number has another one.
fn indicator(number: usize) -> String {
    let part = |shift: u32| number >> shift & 0xff;
    match number % 8 {
        0..4 => format!("100.{}.{}.{}", 64 + part(16) % 64, part(8), part(0)),
        4 => format!("2001:db8:{:x}:{:x}::/64", number >> 16, number & 0xffff),
        5 | 6 => format!("host{number}.enemy{}.example", number % 97),
        _ => format!("{number:064x}"),
    }
}

fn context(registry: &Registry) -> Context<'_> {
    Context { registry, received: EventTime::EPOCH, collected: Collected::default() }
}

impl Reader for Engine {
    fn pass(&mut self, data: &Data) -> usize {
        match self.stage {
            Stage::Parse => {
                let context = context(&self.registry);
                let mut read = 0;
                for line in data.lines() {
                    let read_line = parse_line(line.as_bytes(), &context, &mut self.scratch);
                    if let Ok(event) = black_box(&read_line) {
                        read += usize::from(event.src_ip.is_some());
                    }
                }
                read
            }
            Stage::Record => data.records.iter().map(|record| self.record(record)).sum(),
            Stage::Event => {
                let Ok(Event::Kinesis(batch)) = Event::read(&data.event) else { return 0 };
                let mut buffer = std::mem::take(&mut self.buffer);
                let mut read = 0;
                for record in batch.decode(&mut buffer) {
                    read += record.data.map_or(0, |record| self.record(record));
                }
                self.buffer = buffer;
                read
            }
        }
    }

    fn tell(&mut self, line: &str) -> Option<Told> {
        let context = context(&self.registry);
        let event = parse_line(line.as_bytes(), &context, &mut self.scratch).ok()?;
        Some(Told::new(event.src_ip?, event.dst_ip?, None))
    }

    fn tells(&self) -> bool {
        self.stage == Stage::Parse
    }
}
