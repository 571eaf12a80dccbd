//! The sections of a mail, in the order in which the service promises them. An empty section is left out.

use hinomi_model::{Actor, Countermeasure, IncidentKind, Level, NoticeKind, StatementKey, Within};

use crate::barrier::Barrier;
use crate::clean;
use crate::clock;
use crate::document::summary;
use crate::label::Label;
use crate::lexicon::Arg;
use crate::mail::Telling;
use crate::page::Page;
use crate::say::Voice;

/// Facts told from the start of the story.
const FIRST_FACTS: usize = 10;
/// Facts told from its end; what lies between is counted.
const LAST_FACTS: usize = 8;
/// Reasons given.
const MAX_REASONS: usize = 8;
/// Acts asked for; nobody follows more.
const MAX_ACTS: usize = 12;
/// Sentences of one kind (impact, scope, unknowns).
const MAX_SENTENCES: usize = 10;
/// Log lines shown from the start of the evidence.
const FIRST_LINES: usize = 4;
/// Log lines shown from its end.
const LAST_LINES: usize = 2;
/// Longest log line shown, in characters; the document holds it up to 4 KiB.
const MAX_RAW_CHARS: usize = 600;
/// Longest device name shown, in characters.
const MAX_DEVICE_CHARS: usize = 40;
/// A fact that lasted longer than this, in seconds, is told with its last time.
const LASTING: i64 = 60;
/// An hour, in seconds.
const HOUR: i64 = 3_600;
/// A day, in seconds.
const DAY: i64 = 86_400;

/// Infected or not, why, and whether it was blocked.
pub(crate) fn conclusion(page: &mut Page, telling: &Telling<'_>, voice: &Voice<'_>) {
    let incident = telling.incident;
    let infection = voice.say_all(&incident.assessment.infection);
    if infection.is_empty() {
        return;
    }
    let lexicon = voice.lexicon();
    page.heading(&lexicon.fixed(Label::SectionConclusion));
    page.paragraph(&lexicon.sentences(&infection));
    let judged = incident.core.level.is_some_and(|level| level > Level::ZERO);
    let barrier = Barrier::of(incident);
    // The headline says the plain cases; these need a sentence.
    if judged && matches!(barrier, Barrier::Detected | Barrier::Partly | Barrier::Unknown) {
        let word = Arg::Word(barrier.as_str());
        page.paragraph(&lexicon.label(Label::BarrierNote, &[("barrier", word)]));
    }
}

/// What the customer should do, in order, by when.
pub(crate) fn acts(page: &mut Page, telling: &Telling<'_>, voice: &Voice<'_>) {
    let lexicon = voice.lexicon();
    let measures = &telling.incident.assessment.countermeasures;
    let customer: Vec<_> = measures.iter().filter(|measure| measure.by == Actor::Customer).collect();
    let idle = |measure: &Countermeasure| measure.act.key == StatementKey::ActNone;
    if customer.iter().all(|measure| idle(measure)) {
        // Of health, silence says nothing about what is to be done.
        if telling.incident.core.kind == IncidentKind::Attack {
            page.heading(&lexicon.fixed(Label::SectionActs));
            page.paragraph(&lexicon.fixed(Label::ActsNone));
        }
        return;
    }
    page.heading(&lexicon.fixed(Label::SectionActs));
    let over = matches!(telling.kind, NoticeKind::Closed | NoticeKind::Correction);
    if telling.kind == NoticeKind::Closed {
        page.paragraph(&lexicon.fixed(Label::ActsDone));
    }
    for (i, measure) in customer.iter().take(MAX_ACTS).enumerate() {
        let act = voice.say(&measure.act);
        // What is over has no deadline, and neither has doing nothing.
        let text = if over || idle(measure) {
            act
        } else {
            let deadline = deadline(measure.within, telling, voice);
            lexicon.label(Label::ActItem, &[("deadline", Arg::Text(&deadline)), ("act", Arg::Text(&act))])
        };
        page.item(&format!("{}. ", i + 1), &text);
    }
}

fn deadline(within: Within, telling: &Telling<'_>, voice: &Voice<'_>) -> String {
    let lexicon = voice.lexicon();
    let zone = voice.reader.zone;
    let (word, by) = match within {
        Within::Now => ("now", telling.at),
        Within::Hour => ("hour", telling.at.plus(HOUR)),
        // Told in the evening, "today" would end before anybody is at work.
        Within::Today if clock::is_late(telling.at, zone) => ("noon", telling.at.plus(DAY)),
        Within::Today => ("today", telling.at),
        Within::Week => ("week", telling.at.plus(7 * DAY)),
    };
    lexicon.label(
        Label::Deadline,
        &[
            ("within", Arg::Word(word)),
            ("date", Arg::Text(&clock::date(by, zone, lexicon))),
            ("time", Arg::Text(&clock::time_of_day(by, zone, lexicon))),
        ],
    )
}

/// What happened, in time order, in the customer's zone.
pub(crate) fn timeline(page: &mut Page, telling: &Telling<'_>, voice: &Voice<'_>) {
    let facts = &telling.incident.facts;
    if facts.is_empty() {
        return;
    }
    let lexicon = voice.lexicon();
    let zone = clock::zone_name(telling.incident.core.first_seen, voice.reader.zone);
    page.heading(&lexicon.label(Label::SectionTimeline, &[("zone", Arg::Text(&zone))]));
    let hidden = facts.len().saturating_sub(FIRST_FACTS + LAST_FACTS);
    for (i, fact) in facts.iter().enumerate() {
        if hidden > 0 && i == FIRST_FACTS {
            page.item("- ", &lexicon.label(Label::MomentsCut, &[("count", Arg::Number(hidden as u64))]));
        }
        if hidden > 0 && (FIRST_FACTS..FIRST_FACTS + hidden).contains(&i) {
            continue;
        }
        let time = clock::short(fact.time, voice.reader.zone);
        let mut text = voice.say(&fact.summary);
        if fact.last.since(fact.time) >= LASTING {
            let last = clock::short(fact.last, voice.reader.zone);
            text.push_str(&lexicon.label(Label::MomentLast, &[("time", Arg::Text(&last))]));
        }
        page.item(
            "- ",
            &lexicon.label(Label::Moment, &[("time", Arg::Text(&time)), ("text", Arg::Text(&text))]),
        );
    }
}

/// Why this level: the reasons that support it, with the rule of the service.
pub(crate) fn grounds(page: &mut Page, telling: &Telling<'_>, voice: &Voice<'_>) {
    let incident = telling.incident;
    let deciding: Vec<_> =
        incident.reasons.iter().filter(|reason| Some(reason.level) == incident.core.level).collect();
    let reasons: Vec<_> = if deciding.is_empty() { incident.reasons.iter().collect() } else { deciding };
    if reasons.is_empty() {
        return;
    }
    let lexicon = voice.lexicon();
    page.heading(&lexicon.fixed(Label::SectionGrounds));
    for reason in reasons.iter().take(MAX_REASONS) {
        let text = voice.say(&reason.text);
        let rule = Arg::Word(&reason.rule);
        page.item("- ", &lexicon.label(Label::ReasonItem, &[("text", Arg::Text(&text)), ("rule", rule)]));
    }
}

/// What it means and how far it reaches.
pub(crate) fn impact(page: &mut Page, telling: &Telling<'_>, voice: &Voice<'_>) {
    let assessment = &telling.incident.assessment;
    let mut sentences = voice.say_all(&assessment.impact);
    sentences.truncate(MAX_SENTENCES);
    let mut scope = voice.say_all(&assessment.scope);
    scope.truncate(MAX_SENTENCES);
    sentences.append(&mut scope);
    list(page, &voice.lexicon().fixed(Label::SectionImpact), &sentences);
}

/// What is not known.
pub(crate) fn unknowns(page: &mut Page, telling: &Telling<'_>, voice: &Voice<'_>) {
    let mut sentences = voice.say_all(&telling.incident.assessment.unknowns);
    sentences.truncate(MAX_SENTENCES);
    list(page, &voice.lexicon().fixed(Label::SectionUnknown), &sentences);
}

/// What the SOC does and offers.
pub(crate) fn soc(page: &mut Page, telling: &Telling<'_>, voice: &Voice<'_>) {
    let lexicon = voice.lexicon();
    let measures = telling.incident.assessment.countermeasures.iter();
    let mut sentences: Vec<String> = measures
        .filter(|measure| measure.by == Actor::Soc)
        .take(MAX_ACTS)
        .map(|measure| voice.say(&measure.act))
        .collect();
    sentences.push(lexicon.fixed(Label::SocWatching));
    list(page, &lexicon.fixed(Label::SectionSoc), &sentences);
}

fn list(page: &mut Page, heading: &str, sentences: &[String]) {
    if sentences.is_empty() {
        return;
    }
    page.heading(heading);
    for sentence in sentences {
        page.item("- ", sentence);
    }
}

/// Log lines as proof, made harmless.
pub(crate) fn evidence(page: &mut Page, telling: &Telling<'_>, voice: &Voice<'_>) {
    let lines = &telling.incident.evidence;
    if lines.is_empty() {
        return;
    }
    let lexicon = voice.lexicon();
    page.heading(&lexicon.fixed(Label::SectionEvidence));
    let hidden = lines.len().saturating_sub(FIRST_LINES + LAST_LINES);
    for (i, line) in lines.iter().enumerate() {
        if hidden > 0 && (FIRST_LINES..FIRST_LINES + hidden).contains(&i) {
            continue;
        }
        let time = clock::short(line.time, voice.reader.zone);
        let device = clean::prose(&line.device, MAX_DEVICE_CHARS);
        let head = lexicon.label(
            Label::EvidenceHead,
            &[
                ("time", Arg::Text(&time)),
                ("device", Arg::Text(&device)),
                ("summary", Arg::Text(&summary(voice, line))),
            ],
        );
        page.item("- ", &head);
        let raw = clean::raw(&line.raw, MAX_RAW_CHARS, |ip| telling.tenant.is_inside(ip));
        page.verbatim(&format!("  {raw}"));
    }
    if hidden > 0 {
        page.paragraph(&lexicon.label(Label::EvidenceCut, &[("count", Arg::Number(hidden as u64))]));
    }
}
