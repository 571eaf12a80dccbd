//! Who and what an incident is about, in a few words: for subjects and SMS.

use std::net::IpAddr;

use hinomi_model::registry::Tenant;
use hinomi_model::{Incident, Language, NoticeKind, Problem, Value};

use crate::barrier::Barrier;
use crate::clean;
use crate::label::Label;
use crate::lexicon::{Arg, Lexicon};
use crate::mail::{Mail, Repeat};

/// Longest machine, device or source name: an IPv6 address written out.
pub(crate) const MAX_WHO_CHARS: usize = 39;
/// Longest incident number; the registry's references are far shorter.
pub(crate) const MAX_NUMBER_CHARS: usize = 14;
/// Arguments of titles that name who it is about, best first.
const WHO_ARGS: [&str; 4] = ["host", "device", "target", "attacker"];

/// Names what the incident is about: an inside address, a device, or a defanged source.
pub(crate) fn who(incident: &Incident, tenant: &Tenant) -> String {
    let titled = WHO_ARGS.iter().find_map(|name| match incident.title.arg(name)? {
        Value::Inside(name) | Value::Indicator(name) | Value::Text(name) => short_name(name, tenant),
        _ => None,
    });
    let core = &incident.core;
    titled
        .or_else(|| core.hosts.first().and_then(|ip| short_name(&ip.to_string(), tenant)))
        .or_else(|| core.attackers.first().and_then(|ip| short_name(&ip.to_string(), tenant)))
        .or_else(|| core.devices.iter().find_map(|device| short_name(device, tenant)))
        .unwrap_or_else(|| "?".to_owned())
}

/// Shortens a name until it can stand in a subject or an SMS; `None` when nothing is left.
fn short_name(name: &str, tenant: &Tenant) -> Option<String> {
    if let Ok(ip) = name.trim().parse::<IpAddr>() {
        let inside = tenant.is_inside(ip);
        let shown = if inside { ip.to_string() } else { clean::defang(&ip.to_string()) };
        // A defanged IPv6 address written out would be two characters too long; nothing makes a link of one.
        return Some(if shown.len() > MAX_WHO_CHARS { ip.to_string() } else { shown });
    }
    // Names of devices: the first label of a host name, so that nothing is left to be linked.
    let label = name.split('.').find(|label| !label.trim().is_empty())?;
    let short = clean::sms_name(label, MAX_WHO_CHARS);
    (!short.is_empty() && short != "-").then_some(short)
}

/// Returns the incident's number, cut to what every notice has room for.
pub(crate) fn number(incident: &Incident) -> String {
    clean::sms_name(&incident.core.number, MAX_NUMBER_CHARS)
}

/// Says what happened in as few words as possible.
pub(crate) fn what(incident: &Incident, lexicon: &Lexicon) -> String {
    if let Some(problem) = incident.core.problem {
        return trouble(incident, problem, lexicon);
    }
    let title = &incident.title;
    let word = |name: &str| match title.arg(name) {
        Some(Value::Word(word)) => word.clone(),
        _ => "none".to_owned(),
    };
    lexicon.label(
        Label::What,
        &[
            ("title", Arg::Word(title.key.as_str())),
            ("outcome", Arg::Word(&word("outcome"))),
            ("where", Arg::Word(&word("where"))),
            ("site", Arg::Word(&word("site"))),
        ],
    )
}

/// Names what is wrong with an appliance: what shows it, else the problem.
pub(crate) fn trouble(incident: &Incident, problem: Problem, lexicon: &Lexicon) -> String {
    match incident.title.arg("symptom") {
        Some(Value::Word(symptom)) => lexicon.label(Label::WordSymptom, &[("symptom", Arg::Word(symptom))]),
        _ => lexicon.label(Label::WordProblem, &[("word", Arg::Word(problem.as_str()))]),
    }
}

/// Writes the subject of a mail: `[SOC][L4] K-4821 10.1.12.34 C&C communication, NOT blocked`.
///
/// English whatever the reader's language, because SNS takes ASCII alone. What comes first survives a cut.
pub(crate) fn subject(incident: &Incident, tenant: &Tenant, kind: NoticeKind, repeat: Repeat) -> String {
    let lexicon = Lexicon::of(Language::En);
    let barrier = Barrier::of(incident);
    let level = incident.core.level.map(|level| format!("[L{level}]")).unwrap_or_default();
    let (mark, again) = (mark(kind), repeat_mark(repeat));
    let guest = if incident.guest { "visitor's device " } else { "" };
    let (number, who, what) = (number(incident), who(incident, tenant), what(incident, lexicon));
    let blocked = match kind {
        NoticeKind::Correction | NoticeKind::Closed => String::new(),
        NoticeKind::Down | NoticeKind::Degraded | NoticeKind::Recovered | NoticeKind::Noted => String::new(),
        NoticeKind::First | NoticeKind::Update | NoticeKind::Digest => {
            format!(", {}", lexicon.label(Label::BarrierShort, &[("barrier", Arg::Word(barrier.as_str()))]))
        }
    };
    printable(&format!("[SOC]{level}{mark}{again} {number} {guest}{who} {what}{blocked}"))
}

/// Makes a subject of text: printable ASCII on one line, at most [`Mail::MAX_SUBJECT`] characters.
pub(crate) fn printable(text: &str) -> String {
    let mut subject = clean::ascii(&clean::line(text, Mail::MAX_SUBJECT * 2));
    if subject.len() > Mail::MAX_SUBJECT {
        subject.truncate(Mail::MAX_SUBJECT - 3);
        subject.push_str("...");
    }
    subject
}

/// Returns the mark of a subject that tells why it is sent.
pub(crate) const fn mark(kind: NoticeKind) -> &'static str {
    match kind {
        NoticeKind::First => "",
        NoticeKind::Update => "[UPDATE]",
        NoticeKind::Correction => "[CORRECTION]",
        NoticeKind::Closed => "[CLOSED]",
        NoticeKind::Digest => "[DIGEST]",
        NoticeKind::Down => "[DOWN]",
        NoticeKind::Degraded => "[DEGRADED]",
        NoticeKind::Recovered => "[RECOVERED]",
        NoticeKind::Noted => "[NOTED]",
    }
}

/// Returns the mark of a subject that may have come already.
pub(crate) const fn repeat_mark(repeat: Repeat) -> &'static str {
    match repeat {
        Repeat::No => "",
        Repeat::Possible => "[REPEAT?]",
    }
}
