//! The comparison as a whole, as tables for people and JSON for programs.

use std::fmt::Write as _;
use std::io::Write as _;

use hinomi_generate::mix::Form;
use serde::Serialize;

use crate::data::Data;
use crate::machine::Machine;
use crate::measure::{Figures, Spread, rounds};
use crate::reader::{agree, contestants};
use crate::{Fault, Options, instructions, syslog_ng};

/// Lines that all readers of a form are asked about before they are timed.
const ASKED: usize = 2_000;

/// Everything that was measured.
#[derive(Debug, Serialize)]
struct Report {
    machine: Machine,
    lines: usize,
    rounds: usize,
    figures: Vec<Figures>,
    /// What could not be measured here, and why.
    missing: Vec<String>,
}

/// Compares, and prints the tables or the document.
///
/// # Errors
///
/// [`Fault`], when readers disagree, or something can't be run or written.
pub(crate) fn compare(options: &Options) -> Result<(), Fault> {
    let plan = options.plan();
    let machine = Machine::ask();
    let mut all = contestants()?;
    let mut figures = Vec::new();
    let mut ours = Vec::new();
    for form in Form::ALL {
        let data = Data::new(form, plan.lines)?;
        let mut of_form: Vec<_> = all.iter_mut().filter(|one| one.form == form).collect();
        let agreed = agree(of_form.iter_mut().map(|one| &mut **one), &data, ASKED)?;
        eprintln!("{}: {agreed} answers about {ASKED} lines are the same; measuring", form.name());
        let measured = rounds(&mut of_form, &data, plan.rounds)?;
        ours.extend(measured.first().map(|parse| (form, parse.lines_per_s)));
        figures.extend(measured);
    }
    let mut missing = Vec::new();
    if instructions::can_count() {
        eprintln!("counting instructions");
        instructions::count(&mut figures)?;
    } else {
        missing.push("instructions a line: valgrind is not installed".to_owned());
    }
    match syslog_ng::version() {
        Some(version) => {
            eprintln!("measuring {version}");
            figures.extend(syslog_ng::measure(&ours)?);
        }
        None => missing.push("syslog-ng: it is not installed".to_owned()),
    }
    let report = Report { machine, lines: plan.lines, rounds: plan.rounds, figures, missing };
    // Plain numbers and texts are always JSON.
    let document = serde_json::to_string_pretty(&report).unwrap_or_default();
    let tables = tables(&report);
    options.write("compare.json", &document)?;
    options.write("compare.md", &tables)?;
    writeln!(std::io::stdout(), "{}", if options.json { document } else { tables })?;
    Ok(())
}

fn tables(report: &Report) -> String {
    let mut text = String::new();
    // Writing to a string does not fail.
    let _ = write_tables(report, &mut text);
    text
}

fn write_tables(report: &Report, text: &mut String) -> std::fmt::Result {
    let Machine { processor, cores, memory_gb, compiler, load } = &report.machine;
    writeln!(text, "{processor}, {cores} cores, {memory_gb} GB; {compiler}; load {load} at the start.")?;
    writeln!(
        text,
        "{} lines of each form, {} rounds; lines a second of one core's time, in thousands.\n",
        report.lines, report.rounds
    )?;
    for form in Form::ALL {
        let title = match form {
            Form::FortigateKeyValue => "FortiGate key=value",
            Form::FortigateJson => "FortiGate JSON",
            Form::PanosCsv => "PAN-OS CSV",
        };
        writeln!(text, "### {title}\n")?;
        writeln!(
            text,
            "| | k lines/s min / **median** / max | MB/s | instructions a line | `hinomi parse` is × as fast | what it does |"
        )?;
        writeln!(text, "|---|---|---|---|---|---|")?;
        for row in report.figures.iter().filter(|row| row.form == form.name()) {
            let Spread { min, median, max } = row.lines_per_s;
            let counted = row.instructions_per_line.map_or_else(|| "–".to_owned(), |count| thousands(count));
            let times = row.parse_is_times;
            let times = if row.ours {
                "–".to_owned()
            } else {
                format!("{:.1} / **{:.1}** / {:.1}", times.min, times.median, times.max)
            };
            let name = if row.ours { format!("**{}**", row.name) } else { row.name.clone() };
            let rates = format!(
                "{} / **{}** / {}",
                thousands(min / 1e3),
                thousands(median / 1e3),
                thousands(max / 1e3)
            );
            writeln!(
                text,
                "| {name} | {rates} | {} | {counted} | {times} | {} |",
                thousands(row.mb_per_s),
                row.does
            )?;
        }
        writeln!(text)?;
    }
    for missing in &report.missing {
        writeln!(text, "Not measured here: {missing}.")?;
    }
    Ok(())
}

/// Writes a number without decimals, with commas; small ones with one decimal.
pub(crate) fn thousands(number: f64) -> String {
    if number < 100.0 {
        return format!("{number:.1}");
    }
    let digits = format!("{:.0}", number);
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_commas_and_small_ones_a_decimal() {
        assert_eq!(thousands(1_234_567.4), "1,234,567");
        assert_eq!(thousands(999.6), "1,000");
        assert_eq!(thousands(38.04), "38.0");
    }
}
