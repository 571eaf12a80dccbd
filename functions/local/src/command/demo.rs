//! `hinomi` alone: replays the sample day that comes with the source, and shows what the engine makes of it.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use hinomi_model::{Channel, Document, Language, Notice, Settings};

use super::replay::{account, incidents, zone};
use crate::error::Fault;
use crate::input::Input;
use crate::output::Kept;
use crate::replay::{ReplayOptions, run as replay};
use crate::terminal::{Label, Progress, Screen, explain, plain};

/// The sample day, below the directory that holds it.
const SAMPLE: &str = "events/sample-day";
/// The registry that belongs to it.
const REGISTRY: &str = "events/registry.yaml";
/// Where the results go.
const OUT: &str = "out";

/// Replays the sample day into `out` and shows the incidents, the most serious one explained, the messages that it
/// caused, and what to try next.
///
/// # Errors
///
/// [`Fault::Usage`] when there is no sample day, else as `hinomi replay`.
pub(crate) fn run(language: Language, out: &mut dyn Write) -> Result<(), Fault> {
    let home = home().ok_or_else(|| {
        Fault::Usage(format!(
            "find the sample day ({SAMPLE}): run this in the source's directory, or name log files: \
             hinomi replay FILE... (see hinomi --help)"
        ))
    })?;
    let registry = crate::registry::read(Some(&home.join(REGISTRY)), language)?;
    let screen = Screen::of_stdout(language).in_zone(zone(&registry));
    let options = ReplayOptions {
        inputs: files(&home.join(SAMPLE))?.into_iter().map(Input::File).collect(),
        registry,
        indicators: Default::default(),
        out: Some(PathBuf::from(OUT)),
        append: false,
        settings: Settings::default(),
        acts: Vec::new(),
    };
    let result = replay(options, Kept::Shown, Some(Progress::start))?;
    incidents(out, &screen, &result, OUT)?;
    // The first of the highest level: what somebody on duty would open.
    let worst = result.incidents.iter().rev().max_by_key(|incident| incident.core.level);
    if let Some(worst) = worst {
        title(out, &screen, Label::MostSerious)?;
        explain(out, &screen, worst, None)?;
        message(out, &screen, Label::MailSent, told(&result.notices, worst, Channel::Email, language))?;
        message(out, &screen, Label::SmsSent, told(&result.notices, worst, Channel::Sms, language))?;
    }
    writeln!(out)?;
    account(out, &screen, &result)?;
    writeln!(out, "{} {OUT}/\n", screen.label(Label::WrittenTo))?;
    next(out, &screen, worst)
}

/// Returns the directory that holds the sample day: this one, one above it, or where the program was built.
fn home() -> Option<PathBuf> {
    // Relative where possible: these names are shown in the quarantine.
    let here = PathBuf::new();
    let above = std::env::current_dir().ok();
    let above = above.iter().flat_map(|current| current.ancestors()).skip(1).map(Path::to_owned);
    let built = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).map(Path::to_owned);
    std::iter::once(here).chain(above).chain(built).find(|directory| directory.join(SAMPLE).is_dir())
}

/// Returns the log files of the sample day, by name.
fn files(directory: &Path) -> Result<Vec<PathBuf>, Fault> {
    let fault = |source| Fault::Open { path: directory.to_owned(), source };
    let mut files = Vec::new();
    for entry in fs::read_dir(directory).map_err(fault)? {
        let path = entry.map_err(fault)?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        // Compressed ones too: a.log, a.log.gz, a.log.zst.
        if path.is_file() && name.contains(".log") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Returns the first message of an incident on a channel, in the language of the screen where there is one.
fn told<'a>(
    notices: &'a [Notice],
    incident: &Document,
    channel: Channel,
    language: Language,
) -> Option<&'a Notice> {
    let mine = |notice: &&Notice| {
        notice.channel == channel
            && (notice.incident == incident.core.id || incident.core.aliases.contains(&notice.incident))
    };
    // The last one tells the level that the table shows.
    let of_level = |notice: &&Notice| notice.level == incident.core.level;
    let all = || notices.iter().filter(mine);
    all()
        .filter(of_level)
        .find(|notice| notice.language == language)
        .or_else(|| all().find(of_level))
        .or_else(|| all().next_back())
}

fn title(out: &mut dyn Write, screen: &Screen, label: Label) -> Result<(), Fault> {
    let line = "─".repeat(screen.width);
    writeln!(out, "\n{}\n{}\n", screen.dim(&line), screen.heading(screen.label(label)))?;
    Ok(())
}

fn message(out: &mut dyn Write, screen: &Screen, label: Label, notice: Option<&Notice>) -> Result<(), Fault> {
    title(out, screen, label)?;
    let Some(notice) = notice else {
        writeln!(out, "{}", screen.label(Label::NothingSent))?;
        return Ok(());
    };
    writeln!(out, "{}", screen.dim(&format!("{}: {}", screen.label(Label::To), plain(&notice.contact))))?;
    if !notice.subject.is_empty() {
        writeln!(out, "{}", screen.heading(&plain(&notice.subject)))?;
    }
    for line in notice.body.lines() {
        let indent: String = line.chars().take_while(|c| *c == ' ').collect();
        writeln!(out, "{}", screen.wrap("", &indent, &plain(line)))?;
    }
    Ok(())
}

fn next(out: &mut dyn Write, screen: &Screen, worst: Option<&Document>) -> Result<(), Fault> {
    let number = worst.map_or_else(|| "NUMBER".to_owned(), |worst| plain(&worst.core.number).into_owned());
    let lang = match screen.language {
        Language::Ja => " --lang ja",
        Language::En => "",
    };
    writeln!(out, "{}", screen.heading(screen.label(Label::TryNext)))?;
    for (command, label) in [
        (format!("hinomi explain {OUT}/incidents.ndjson --id {number}{lang}"), Label::TryExplain),
        (format!("hinomi replay{lang} YOUR.log"), Label::TryReplay),
        (format!("hinomi replay{lang} --registry {REGISTRY} YOUR.log"), Label::TryRegistry),
        ("hinomi parse YOUR.log".to_owned(), Label::TryParse),
        ("hinomi --help".to_owned(), Label::TryHelp),
    ] {
        writeln!(out, "  {command}\n      {}", screen.dim(screen.label(label)))?;
    }
    writeln!(out, "  {}", screen.dim(screen.label(Label::HowToRun)))?;
    Ok(())
}
