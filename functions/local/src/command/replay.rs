//! `hinomi replay`: runs the files, writes the results, and shows a person what came of it.

use std::io::Write;
use std::sync::Arc;

use hinomi_model::registry::Registry;
use hinomi_model::{Document, Language, Settings};

use crate::cli;
use crate::error::Fault;
use crate::input::Input;
use crate::output::Kept;
use crate::replay::{ReplayOptions, ReplayResult, run as replay};
use crate::terminal::{Label, Progress, Screen, Told, incident_table};

/// Incidents in the table; the files hold all.
const MAX_ROWS: usize = 50;

/// Replays files and prints what came of it.
///
/// # Errors
///
/// Faults of the registry, of an input, of the output directory, and of printing.
pub(crate) fn run(args: &cli::Replay, language: Language, out: &mut dyn Write) -> Result<(), Fault> {
    let registry = crate::registry::read(args.registry.as_deref(), language)?;
    let screen = Screen::of_stdout(language).in_zone(zone(&registry));
    let options = ReplayOptions {
        inputs: args.files.iter().map(|file| Input::from_argument(file)).collect(),
        registry,
        indicators: Arc::new(crate::indicators::read(&args.indicators)?),
        out: Some(args.out.clone()),
        append: args.append,
        settings: Settings::default(),
        acts: Vec::new(),
    };
    let result = replay(options, Kept::Shown, Some(Progress::start))?;
    incidents(out, &screen, &result, &args.out.display().to_string())?;
    account(out, &screen, &result)?;
    writeln!(out, "{} {}", screen.label(Label::WrittenTo), args.out.display())?;
    Ok(())
}

/// Returns the zone in which times are shown: the tenant's, when there is but one.
pub(super) fn zone(registry: &Registry) -> jiff::tz::TimeZone {
    match registry.tenants() {
        [tenant] => tenant.time_zone.clone(),
        _ => jiff::tz::TimeZone::UTC,
    }
}

/// Prints the incidents as a table, the most serious first.
pub(super) fn incidents(
    out: &mut dyn Write,
    screen: &Screen,
    result: &ReplayResult,
    directory: &str,
) -> Result<(), Fault> {
    let mut order: Vec<&Document> = result.incidents.iter().collect();
    // Stable: the incidents of one level stay in the order of time.
    order.sort_by_key(|incident| std::cmp::Reverse(incident.core.level));
    let all: u64 = result.summary.incidents.values().sum();
    if order.is_empty() {
        writeln!(out, "{}\n", screen.label(Label::NoIncidents))?;
        return Ok(());
    }
    let zone = result.summary.first_event.map(|first| screen.zone_name(first)).unwrap_or_default();
    writeln!(out, "{} ({all}; {zone})", screen.heading(screen.label(Label::Incidents)))?;
    order.truncate(MAX_ROWS);
    out.write_all(incident_table(screen, &order, &Told::of(&result.notices)).as_bytes())?;
    let hidden = all.saturating_sub(order.len() as u64);
    if hidden > 0 {
        writeln!(out, "+{hidden} {} {directory}/incidents.ndjson", screen.label(Label::MoreIncidents))?;
    }
    writeln!(out)?;
    Ok(())
}

/// Prints the account: what was read, what was set aside, what came of it, how fast.
pub(super) fn account(out: &mut dyn Write, screen: &Screen, result: &ReplayResult) -> Result<(), Fault> {
    let summary = &result.summary;
    let mut parts = vec![
        format!("{} {}", summary.lines_read, screen.label(Label::Lines)),
        format!("{} {}", summary.done, screen.label(Label::Done)),
    ];
    let quarantined = summary.quarantined_lines();
    if quarantined > 0 {
        let reasons: Vec<String> =
            summary.quarantined.iter().map(|(reason, count)| format!("{reason} {count}")).collect();
        parts.push(format!("{quarantined} {} ({})", screen.label(Label::Quarantined), reasons.join(", ")));
    }
    let findings: u64 = summary.findings.values().sum();
    let notices: u64 = summary.notices.values().flat_map(|channels| channels.values()).sum();
    parts.push(format!("{findings} {}", screen.label(Label::Findings)));
    parts.push(format!("{notices} {}", screen.label(Label::Notices)));
    parts.push(format!(
        "{:.1} {} ({:.0} {})",
        summary.seconds,
        screen.label(Label::Seconds),
        summary.events_per_second,
        screen.label(Label::PerSecond)
    ));
    writeln!(out, "{}", screen.wrap("", "", &parts.join(" · ")))?;
    Ok(())
}
