//! Explains one incident from its document alone: why this level, on which lines it rests, what would have changed it.
//! Where an archive is at hand, the whole lines stand beneath.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use hinomi_model::{Actor, Document, EvidenceLine, FactText, IncidentKind, Infection, Language, ReasonText};

use super::incidents::{level_badge, result};
use super::labels::level_meaning;
use super::originals::Original;
use super::{Label, Originals, Screen, cut, plain};

/// Longest raw line of a document shown, in characters: enough to recognise it; all of it is in the document.
const MAX_RAW: usize = 600;
/// Lines shown below one fact; a document keeps first and last of each.
const MAX_LINES: usize = 4;
/// What stands before the text of a line.
const INDENT: &str = "           ";
/// Addresses, users or devices shown in the headline.
const MAX_NAMES: usize = 8;

/// Writes the explanation of an incident, with the whole lines of its evidence where they were fetched.
///
/// # Errors
///
/// Whatever `out` fails with.
pub fn explain(
    out: &mut dyn Write,
    screen: &Screen,
    incident: &Document,
    originals: Option<&Originals>,
) -> io::Result<()> {
    headline(out, screen, incident)?;
    reasons(out, screen, incident, &Evidence::of(incident, originals))?;
    would_change(out, screen, incident)?;
    assessment(out, screen, incident)?;
    history(out, screen, incident)
}

/// Returns the evidence whose lines an explanation shows, in its order; what several facts rest on, once for each.
pub(crate) fn shown_evidence(incident: &Document) -> Vec<&EvidenceLine> {
    let evidence = Evidence::of(incident, None);
    incident.facts.iter().flat_map(|fact| evidence.shown(fact)).collect()
}

/// The evidence of an incident.
struct Evidence<'a> {
    /// By the fingerprints that facts name.
    lines: BTreeMap<&'a str, &'a EvidenceLine>,
    originals: Option<&'a Originals>,
}

impl<'a> Evidence<'a> {
    fn of(incident: &'a Document, originals: Option<&'a Originals>) -> Self {
        let lines = incident.evidence.iter().map(|line| (line.sha256.as_str(), line)).collect();
        Evidence { lines, originals }
    }

    /// Returns the lines that are shown below a fact.
    fn shown(&self, fact: &FactText) -> Vec<&'a EvidenceLine> {
        fact.lines
            .iter()
            .filter_map(|sha256| self.lines.get(sha256.as_str()).copied())
            .take(MAX_LINES)
            .collect()
    }
}

fn headline(out: &mut dyn Write, screen: &Screen, incident: &Document) -> io::Result<()> {
    let core = &incident.core;
    let badge = level_badge(screen, incident);
    writeln!(out, "{badge} {}  {}", screen.heading(&plain(&core.number)), result(screen, incident))?;
    writeln!(out, "{}", screen.heading(&screen.wrap("", "", &screen.words(&incident.title))))?;
    if let (IncidentKind::Attack, Some(level)) = (core.kind, core.level) {
        let meaning = screen.label(level_meaning(level.number()));
        writeln!(out, "{}", screen.dim(&screen.wrap("", "", meaning)))?;
    }
    let zone = screen.zone_name(core.first_seen);
    let mut fields = vec![
        (Label::Hosts, few(core.hosts.iter().map(ToString::to_string))),
        (Label::Attackers, few(core.attackers.iter().map(ToString::to_string))),
        (Label::Users, few(core.users.iter().map(|user| plain(user).into_owned()))),
        (Label::Devices, few(core.devices.iter().map(|device| plain(device).into_owned()))),
        (Label::Seen, format!("{} {zone}", screen.span(core.first_seen, core.last_seen))),
        (Label::State, screen.label(core.status.into()).to_owned()),
        (Label::Confidence, screen.label(core.confidence.into()).to_owned()),
    ];
    if core.kind == IncidentKind::Attack {
        let mut infection = screen.label(core.infection.into()).to_owned();
        if core.contained && core.infection == Infection::Infected {
            infection = format!("{infection} ({})", screen.label(Label::Contained));
        }
        fields.push((Label::Infection, infection));
    }
    if let Some(entry) = &core.suppressed_by {
        fields.push((Label::Suppressed, plain(entry).into_owned()));
    }
    for (label, text) in fields.iter().filter(|(_, text)| !text.is_empty()) {
        let first = format!("  {}: ", screen.label(*label));
        writeln!(out, "{}", screen.wrap(&first, "    ", text))?;
    }
    writeln!(out)
}

fn reasons(
    out: &mut dyn Write,
    screen: &Screen,
    incident: &Document,
    evidence: &Evidence<'_>,
) -> io::Result<()> {
    let mut shown = BTreeSet::new();
    if !incident.reasons.is_empty() {
        writeln!(out, "{}", screen.heading(screen.label(Label::Why)))?;
    }
    for (index, reason) in incident.reasons.iter().enumerate() {
        let first = format!("  {}. ", index + 1);
        let text = format!("{} ({})", screen.words(&reason.text), provenance(screen, reason));
        writeln!(out, "{}", screen.wrap(&first, "     ", &text))?;
        for fact in incident.facts.iter().filter(|fact| reason.facts.contains(&fact.id)) {
            if shown.insert(fact.id.as_str()) {
                fact_with_lines(out, screen, fact, evidence)?;
            } else {
                // Told above already; named again so that the reason stays complete.
                writeln!(
                    out,
                    "{}",
                    screen.dim(&format!("     {}: {}", screen.label(Label::RestsOn), fact.id))
                )?;
            }
        }
    }
    let others: Vec<&FactText> =
        incident.facts.iter().filter(|fact| !shown.contains(fact.id.as_str())).collect();
    if !others.is_empty() {
        // Health has no level, so its facts are not what is left of the reasons for one.
        let is_health = incident.core.kind == IncidentKind::Health;
        let heading = if is_health { Label::WhatHappened } else { Label::OtherFacts };
        writeln!(out, "{}", screen.heading(screen.label(heading)))?;
        for fact in others {
            fact_with_lines(out, screen, fact, evidence)?;
        }
    }
    writeln!(out)
}

fn provenance(screen: &Screen, reason: &ReasonText) -> String {
    let rule = plain(&reason.rule);
    match screen.language {
        Language::Ja => format!("{}{rule}: レベル{}", screen.label(Label::Rule), reason.level),
        Language::En => {
            format!(
                "{} {rule}, {} {}",
                screen.label(Label::Rule),
                screen.label(Label::Supports),
                reason.level
            )
        }
    }
}

fn fact_with_lines(
    out: &mut dyn Write,
    screen: &Screen,
    fact: &FactText,
    evidence: &Evidence<'_>,
) -> io::Result<()> {
    let least = if fact.at_least { format!("{} ", screen.label(Label::AtLeast)) } else { String::new() };
    let times = match screen.language {
        Language::Ja => format!("{least}{}{}", fact.count, screen.label(Label::Times)),
        Language::En if fact.count == 1 => format!("{least}once"),
        Language::En => format!("{least}{} {}", fact.count, screen.label(Label::Times)),
    };
    let text = format!("{} [{times}, {}]", screen.words(&fact.text), screen.span(fact.first, fact.last));
    writeln!(out, "{}", screen.wrap(&format!("     {}  ", fact.id), "         ", &text))?;
    let shown = evidence.shown(fact);
    for line in &shown {
        evidence_line(out, screen, line, evidence.originals)?;
    }
    let missing = fact.lines.len().saturating_sub(shown.len());
    if missing > 0 {
        writeln!(out, "{}", screen.dim(&format!("         +{missing} {}", screen.label(Label::NotKept))))?;
    }
    Ok(())
}

fn evidence_line(
    out: &mut dyn Write,
    screen: &Screen,
    line: &EvidenceLine,
    originals: Option<&Originals>,
) -> io::Result<()> {
    let mut source = format!("{} {} {}", screen.time(line.time), plain(&line.device), line.function);
    if let Some(session) = &line.session_id {
        source.push_str(&format!(" session {}", plain(session)));
    }
    if let Some(policy) = &line.policy {
        source.push_str(&format!(" policy {}", plain(policy)));
    }
    if let Some(at) = &line.locator {
        source.push_str(&format!(" {}#{}:{}", plain(&at.object), at.frame, at.line));
    }
    let first = format!("         {}: ", screen.label(Label::LinesBehind));
    writeln!(out, "{}", screen.wrap(&first, INDENT, &source))?;
    let original = originals.map(|originals| Original::of(originals, line));
    if !original.as_ref().is_some_and(|original| original.holds(&line.raw)) {
        let raw = plain(&line.raw);
        let raw = screen.wrap(INDENT, INDENT, &cut(raw.trim(), MAX_RAW));
        writeln!(out, "{}", screen.dim(&raw))?;
    }
    original.map_or(Ok(()), |original| original.write(out, screen, INDENT))
}

fn would_change(out: &mut dyn Write, screen: &Screen, incident: &Document) -> io::Result<()> {
    if incident.would_change.is_empty() {
        return Ok(());
    }
    writeln!(out, "{}", screen.heading(screen.label(Label::WouldChange)))?;
    for change in &incident.would_change {
        let text =
            format!("{} → {} {}", screen.words(&change.fact), screen.label(Label::ToLevel), change.to_level);
        writeln!(out, "{}", screen.wrap("  - ", "    ", &text))?;
    }
    writeln!(out)
}

fn assessment(out: &mut dyn Write, screen: &Screen, incident: &Document) -> io::Result<()> {
    let Some(answers) = incident.assessment.get(screen.language.as_str()) else {
        return Ok(());
    };
    writeln!(out, "{}", screen.heading(screen.label(Label::Assessment)))?;
    let is_health = incident.core.kind == IncidentKind::Health;
    let verdict = if is_health { Label::Health } else { Label::AnswerInfection };
    list(out, screen, Label::Cause, &answers.cause)?;
    for (label, text) in
        [(verdict, &answers.infection), (Label::Impact, &answers.impact), (Label::Scope, &answers.scope)]
    {
        if !text.is_empty() {
            let first = format!("  {}: ", screen.label(label));
            writeln!(out, "{}", screen.wrap(&first, "    ", &plain(text)))?;
        }
    }
    for by in [Actor::Customer, Actor::Soc] {
        let acts: Vec<String> = answers
            .countermeasures
            .iter()
            .filter(|measure| measure.by == by)
            .map(|measure| format!("{} [{}]", measure.act, screen.label(measure.within.into())))
            .collect();
        if !acts.is_empty() {
            writeln!(out, "  {} ({}):", screen.label(Label::ToDo), screen.label(by.into()))?;
            for (index, act) in acts.iter().enumerate() {
                writeln!(out, "{}", screen.wrap(&format!("    {}. ", index + 1), "       ", &plain(act)))?;
            }
        }
    }
    list(out, screen, Label::Unknowns, &answers.unknowns)?;
    writeln!(out)
}

fn list(out: &mut dyn Write, screen: &Screen, label: Label, items: &[String]) -> io::Result<()> {
    if items.is_empty() {
        return Ok(());
    }
    writeln!(out, "  {}:", screen.label(label))?;
    for item in items {
        writeln!(out, "{}", screen.wrap("    - ", "      ", &plain(item)))?;
    }
    Ok(())
}

fn history(out: &mut dyn Write, screen: &Screen, incident: &Document) -> io::Result<()> {
    if incident.core.history.is_empty() {
        return Ok(());
    }
    writeln!(out, "{}", screen.heading(screen.label(Label::History)))?;
    for change in &incident.core.history {
        let level =
            change.level.map(|level| format!(" {} {level}", screen.label(Label::Level))).unwrap_or_default();
        let text = format!(
            "{} {} {}{level} ({}: {})",
            screen.time(change.at),
            screen.label(Label::Revision),
            change.revision,
            plain(&change.by),
            plain(&change.why),
        );
        writeln!(out, "{}", screen.wrap("  - ", "    ", &text))?;
    }
    Ok(())
}

fn few(all: impl ExactSizeIterator<Item = String>) -> String {
    let rest = all.len().saturating_sub(MAX_NAMES);
    let shown: Vec<String> = all.take(MAX_NAMES).collect();
    let shown = shown.join(", ");
    if rest == 0 { shown } else { format!("{shown} +{rest}") }
}

#[cfg(test)]
pub(crate) mod tests {
    use unicode_width::UnicodeWidthStr;

    use super::*;
    use crate::terminal::test_screen;

    /// Returns an incident of level 4 with two facts, one of which keeps a line.
    pub(crate) fn document() -> Document {
        serde_json::from_str(include_str!("../../testdata/incident.json")).unwrap()
    }

    fn text(language: Language, width: usize) -> String {
        let mut out = Vec::new();
        explain(&mut out, &test_screen(language, width), &document(), None).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn tells_every_reason_fact_line_change_and_step() {
        let text = text(Language::En, 120);
        for part in [
            "[level 4] K-4821  not blocked",
            "1. the payload was recognised (rule 5, supports level 4)",
            "f2  C&C traffic was recognised [at least 40 times",
            "f1  malware passed [once, 2026-01-20 01:15:01]",
            "session 4711 policy 12 raw/000001.zst#0:7",
            "an analyst's verdict → level 0",
            "1. pull the cable [now]",
            "1. allow us to block it [within the hour]",
            "revision 2 level 4 (engine: 5)",
        ] {
            assert!(text.contains(part), "{part} in\n{text}");
        }
        assert!(!text.contains('\u{1b}'), "{text}");
    }

    #[test]
    fn tells_that_a_line_is_not_kept() {
        assert!(text(Language::En, 120).contains("+1 more lines are not kept"));
    }

    #[test]
    fn japanese_is_japanese_and_fits() {
        let text = text(Language::Ja, 60);
        assert!(text.contains("このレベルの根拠") && text.contains("LANケーブルを抜く"), "{text}");
        for line in text.lines() {
            assert!(line.width() <= 60, "{line}");
        }
    }
}
