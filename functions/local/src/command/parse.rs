//! `hinomi parse`: one normalised event a line, in input order; what can't be read goes to standard error.

use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use hinomi_model::registry::Registry;
use hinomi_model::{Event, Language, Reject};
use hinomi_parse::Scratch;

use crate::cli::{self, Form};
use crate::error::Fault;
use crate::input::{Input, Source, SourceLine, caught_line, read_event};
use crate::output::LineCount;
use crate::terminal::plain;

/// Prints the events of all files, one after the other.
///
/// # Errors
///
/// [`Fault::Usage`] for a form that explanations don't have, faults of the registry, of a file, and of printing.
pub(crate) fn run(args: &cli::Parse, language: Language, out: &mut dyn Write) -> Result<(), Fault> {
    if args.explain && args.form == Some(Form::Ocsf) {
        return Err(Fault::Usage(
            "explain a line as OCSF: --explain has a JSON of its own, --as json".to_owned(),
        ));
    }
    let registry = crate::registry::read(args.registry.as_deref(), language)?;
    if args.explain {
        return super::explain_line::run(args, &registry, language, out);
    }
    let mut printer = Printer {
        registry: &registry,
        form: args.form.unwrap_or(Form::Json),
        scratch: Scratch::default(),
        row: Vec::new(),
        count: LineCount::default(),
        out,
        problems: BufWriter::new(io::stderr().lock()),
    };
    for file in &args.files {
        printer.file(file)?;
    }
    printer.account()
}

struct Printer<'a> {
    registry: &'a Registry,
    form: Form,
    scratch: Scratch,
    /// The event being printed.
    row: Vec<u8>,
    count: LineCount,
    out: &'a mut dyn Write,
    problems: BufWriter<io::StderrLock<'static>>,
}

impl Printer<'_> {
    fn file(&mut self, path: &Path) -> Result<(), Fault> {
        let (mut source, _) = Source::open(0, Input::from_argument(path), &Arc::new(AtomicU64::new(0)))?;
        while source.read_line(|line| self.line(line))?.is_some() {}
        Ok(())
    }

    fn line(&mut self, line: SourceLine<'_>) -> Result<(), Fault> {
        let bytes = match line.content {
            Ok(bytes) => bytes,
            Err((reject, _)) => return self.reject(line.file, line.number, line.part, &reject),
        };
        let Printer { registry, form, scratch, row, count, out, .. } = self;
        let printed = caught_line(|| {
            let event = read_event(bytes, line.frames, registry, line.clocks.latest(), scratch)?;
            line.clocks.see(&event.device, event.time);
            count.event(&event);
            Ok(print(*form, &event, row, out))
        });
        match printed {
            Ok(printed) => printed,
            Err(reject) => self.reject(line.file, line.number, line.part, &reject),
        }
    }

    fn reject(&mut self, file: &str, number: u64, part: u64, reject: &Reject) -> Result<(), Fault> {
        self.count.quarantined(reject.reason);
        write!(self.problems, "{}:{number}", plain(file))?;
        if part > 0 {
            write!(self.problems, ".{part}")?;
        }
        writeln!(self.problems, ": {}", plain(&reject.to_string()))?;
        Ok(())
    }

    fn account(mut self) -> Result<(), Fault> {
        self.out.flush()?;
        let mut summary = crate::output::Summary::default();
        self.count.into_summary(&mut summary);
        let reasons: Vec<String> =
            summary.quarantined.iter().map(|(reason, count)| format!("{reason} {count}")).collect();
        write!(self.problems, "{} lines: {} events", summary.lines_read, summary.done)?;
        if !reasons.is_empty() {
            write!(self.problems, ", {} quarantined ({})", summary.quarantined_lines(), reasons.join(", "))?;
        }
        writeln!(self.problems)?;
        Ok(self.problems.flush()?)
    }
}

fn print(form: Form, event: &Event<'_>, row: &mut Vec<u8>, out: &mut dyn Write) -> Result<(), Fault> {
    row.clear();
    match form {
        Form::Json => serde_json::to_writer(&mut *row, event).map_err(io::Error::from)?,
        Form::Ocsf => hinomi_ocsf::write_json(event, None, row),
    }
    row.push(b'\n');
    Ok(out.write_all(row)?)
}
