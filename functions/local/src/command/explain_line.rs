//! `hinomi parse --explain`: how lines were read, for people or as JSON.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use hinomi_model::registry::{Collected, Registry};
use hinomi_model::{EventTime, Frames, Language};
use hinomi_parse::{Context, Scratch};

use crate::cli::{self, Form};
use crate::error::Fault;
use crate::input::{Input, Source, SourceLine, caught_line, read_event};
use crate::reading::{self, Place, Reading};
use crate::terminal::{self, Screen, Texts, grouped};

/// Lines explained unless more are asked for: each takes a screen.
const MAX_LINES: u64 = 20;

/// Explains the lines that the arguments choose.
///
/// # Errors
///
/// [`Fault::Open`] and [`Fault::Read`] for a file, [`Fault::Usage`] when no file has the line that is asked for, and
/// faults of printing.
pub(crate) fn run(
    args: &cli::Parse,
    registry: &Registry,
    language: Language,
    out: &mut dyn Write,
) -> Result<(), Fault> {
    let screen = Screen::of_stdout(language);
    let mut explainer = Explainer {
        args,
        registry,
        screen: &screen,
        out,
        explained: 0,
        is_cut: false,
        scratch: Scratch::default(),
    };
    for file in &args.files {
        let input = Input::from_argument(file);
        let (mut source, _) = Source::open(0, input, &Arc::new(AtomicU64::new(0)))?;
        while !explainer.is_cut && source.read_line(|line| explainer.line(line))?.is_some() {}
    }
    let Explainer { out, explained, is_cut, .. } = explainer;
    let texts = Texts::of(language);
    match args.line {
        Some(line) if explained == 0 => {
            return Err(Fault::Usage(texts.say("line-none", &[("line", &line.to_string())])));
        }
        None if is_cut && args.form.is_none() => {
            let note = texts.say("line-shown", &[("shown", &grouped(explained))]);
            writeln!(out, "{}", screen.wrap("", "", &note))?;
        }
        _ => {}
    }
    Ok(out.flush()?)
}

/// Explains one line of a file.
pub fn explain_line(file: &str, number: u64, line: &[u8], registry: &Registry) -> Reading {
    let context = Context { registry, received: EventTime::EPOCH, collected: Collected::default() };
    let place = Place { file, line: number, part: 0, frames: Frames::default() };
    reading::read(&place, line, &context)
}

struct Explainer<'a> {
    args: &'a cli::Parse,
    registry: &'a Registry,
    screen: &'a Screen,
    out: &'a mut dyn Write,
    explained: u64,
    /// There are lines that nobody asked for any more.
    is_cut: bool,
    scratch: Scratch,
}

impl Explainer<'_> {
    fn line(&mut self, line: SourceLine<'_>) -> Result<(), Fault> {
        let latest = line.clocks.latest();
        if let Ok(bytes) = line.content {
            // Also of lines that nobody asked for: one without a time takes that of the line before.
            let scratch = &mut self.scratch;
            // What is refused says no time.
            let _ = caught_line(|| {
                let event = read_event(bytes, line.frames, self.registry, latest, scratch)?;
                line.clocks.see(&event.device, event.time);
                Ok(())
            });
        }
        if self.args.line.is_some_and(|wanted| wanted != line.number) {
            return Ok(());
        }
        if self.args.line.is_none() && !self.args.all && self.explained >= MAX_LINES {
            self.is_cut = true;
            return Ok(());
        }
        self.explained += 1;
        let context = Context { registry: self.registry, received: latest, collected: Collected::default() };
        let place = Place { file: line.file, line: line.number, part: line.part, frames: line.frames };
        let reading = match line.content {
            Ok(bytes) => caught_line(|| Ok(reading::read(&place, bytes, &context))),
            Err((reject, _)) => Err(reject),
        };
        let reading = reading.unwrap_or_else(|reject| Reading::of_refused(&place, reject));
        if self.args.form == Some(Form::Json) {
            serde_json::to_writer(&mut *self.out, &reading).map_err(io::Error::from)?;
            self.out.write_all(b"\n")?;
        } else {
            terminal::line(self.out, self.screen, &reading)?;
        }
        Ok(())
    }
}
