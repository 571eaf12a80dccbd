//! Shows what a sample lacks: first the verdict, then each finding with why it matters and how to mend it.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use hinomi_model::Language;
use unicode_width::UnicodeWidthStr;

use super::{Screen, Texts, grouped, plain};
use crate::doctor::{Area, Cost, Finding, Report, VendorPart, Verdict};

/// Writes the report.
///
/// # Errors
///
/// Whatever `out` fails with.
pub(crate) fn doctor(out: &mut dyn Write, screen: &Screen, report: &Report) -> io::Result<()> {
    let page = Page { screen, texts: Texts::of(screen.language) };
    page.summary(out, report)?;
    for part in &report.vendors {
        page.verdicts(out, part)?;
    }
    for cost in Cost::ALL {
        let findings: Vec<&Finding> =
            report.findings.iter().filter(|finding| finding.cost == *cost).collect();
        if !findings.is_empty() {
            let title = page.texts.say(&format!("doctor-cost-{}", cost.word()), &[]);
            writeln!(out, "{}\n", screen.paint(style_of(*cost).bold(), &title))?;
        }
        for finding in findings {
            page.finding(out, finding, report.vendors.len() > 1)?;
        }
    }
    for part in &report.vendors {
        page.undecided(out, part)?;
    }
    if report.lines > 0 && report.findings.is_empty() {
        writeln!(out, "{}", screen.wrap("", "", &page.texts.say("doctor-nothing", &[])))?;
    }
    Ok(())
}

fn style_of(cost: Cost) -> Style {
    let colour = match cost {
        Cost::Blocks => AnsiColor::Red,
        Cost::Weakens => AnsiColor::Yellow,
        Cost::Note => AnsiColor::Cyan,
    };
    Style::new().fg_color(Some(colour.into()))
}

struct Page<'a> {
    screen: &'a Screen,
    texts: &'static Texts,
}

impl Page<'_> {
    fn summary(&self, out: &mut dyn Write, report: &Report) -> io::Result<()> {
        let lines = grouped(report.lines);
        let refused = grouped(report.quarantined_lines());
        let text = match report.first_event.zip(report.last_event) {
            Some((first, last)) => {
                let span = format!("{} {}", self.screen.span(first, last), self.screen.zone_name(first));
                self.texts.say("doctor-sample", &[("lines", &lines), ("refused", &refused), ("span", &span)])
            }
            None => self.texts.say("doctor-sample-unread", &[("lines", &lines), ("refused", &refused)]),
        };
        writeln!(out, "{}\n", self.screen.wrap("", "", &text))
    }

    fn verdicts(&self, out: &mut dyn Write, part: &VendorPart) -> io::Result<()> {
        let devices: Vec<_> = part.devices.iter().map(|device| plain(device)).collect();
        let formats: Vec<String> =
            part.formats.keys().map(|format| self.texts.say(&format!("format-{format}"), &[])).collect();
        let title = self.texts.say(
            "doctor-vendor",
            &[
                ("vendor", vendor_name(part.vendor)),
                ("lines", &grouped(part.lines)),
                ("devices", &devices.join(", ")),
                ("formats", &formats.join(", ")),
            ],
        );
        writeln!(out, "{}", self.screen.heading(&self.screen.wrap("", "", &title)))?;
        let seen: Vec<String> = part
            .functions
            .iter()
            .map(|(function, count)| {
                format!("{} {}", self.texts.say(&format!("function-{function}"), &[]), grouped(*count))
            })
            .collect();
        let seen = seen.join(match self.screen.language {
            Language::Ja => "、",
            Language::En => ", ",
        });
        writeln!(out, "{}", self.screen.wrap("  ", "  ", &seen))?;
        let name = |area: Area| self.texts.say(&format!("doctor-area-{}", area.word()), &[]);
        let widest = Area::ALL.iter().map(|area| name(*area).width()).max().unwrap_or(0);
        for (area, verdict) in &part.verdicts {
            let name = name(*area);
            let blank = " ".repeat(widest - name.width());
            let word = self.texts.say(&format!("doctor-verdict-{}", verdict.word()), &[]);
            let style = match verdict {
                Verdict::Well => Style::new().fg_color(Some(AnsiColor::Green.into())),
                Verdict::Partly => style_of(Cost::Weakens),
                Verdict::Not => style_of(Cost::Blocks).bold(),
                Verdict::CannotTell => Style::new().dimmed(),
            };
            writeln!(out, "  {name}{blank}  {}", self.screen.paint(style, &word))?;
        }
        writeln!(out)
    }

    fn finding(&self, out: &mut dyn Write, finding: &Finding, name_vendor: bool) -> io::Result<()> {
        let mut title = self.screen.words(&finding.missing).into_owned();
        if let Some(vendor) = finding.vendor.filter(|_| name_vendor) {
            title = format!("{}: {title}", vendor_name(vendor));
        }
        writeln!(out, "{}", self.screen.heading(&self.screen.wrap("● ", "  ", &title)))?;
        for (label, words) in
            [("doctor-told", &finding.told), ("doctor-why", &finding.why), ("doctor-remedy", &finding.remedy)]
        {
            let text = self.screen.words(words);
            let first = format!("  {}: ", self.texts.say(label, &[]));
            writeln!(out, "{}", self.screen.wrap(&first, "    ", &text))?;
        }
        // Typed as they stand, so never broken.
        for line in finding.commands.lines() {
            writeln!(out, "      {}", self.screen.dim(line))?;
        }
        writeln!(out)
    }

    fn undecided(&self, out: &mut dyn Write, part: &VendorPart) -> io::Result<()> {
        if part.undecided.is_empty() {
            return Ok(());
        }
        let title = self.texts.say("doctor-undecided", &[("vendor", vendor_name(part.vendor))]);
        writeln!(out, "{}", self.screen.heading(&self.screen.wrap("", "", &title)))?;
        for undecided in &part.undecided {
            let (have, need) = (grouped(undecided.have), grouped(undecided.need));
            // What would be missing if it were, with no numbers of its own.
            let missing = self.texts.say(undecided.check, &[("count", "0"), ("of", "0"), ("names", "")]);
            let text = self.texts.say(
                "doctor-too-few",
                &[("missing", missing.trim_end_matches(['.', '。'])), ("have", &have), ("need", &need)],
            );
            writeln!(out, "{}", self.screen.dim(&self.screen.wrap("  - ", "    ", &text)))?;
        }
        writeln!(out)
    }
}

/// Returns a vendor's name as its customers write it.
pub(super) fn vendor_name(vendor: hinomi_model::Vendor) -> &'static str {
    match vendor {
        hinomi_model::Vendor::Fortigate => "FortiGate",
        hinomi_model::Vendor::Panos => "PAN-OS",
    }
}
