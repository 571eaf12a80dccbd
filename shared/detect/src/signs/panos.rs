//! PAN-OS SYSTEM and CONFIG records.
//!
//! ```text
//! SYSTEM,port,…,link-change,ethernet1/1,0,0,,informational,Port ethernet1/1: Down,…
//! SYSTEM,general,…,general,,0,0,general,critical,License for feature threat will expire on 2026/02/01,…
//! ```
//!
//! Parse makes log-ins of records whose text tells of one, so those do not come here; log-outs and GlobalProtect's do,
//! and are passed over: their texts hold names that people chose.

use hinomi_model::{Event, EventTime, Saying, Symptom};

use super::panos_texts::{ROWS, Row};
use super::words::{first_state, name_after, percent, rest_after};
use super::{Seen, panos_config};
use crate::text::{begins, field, has, has_any, is_blank};

const SECONDS_A_DAY: i64 = 86_400;

/// What a record says of its symptom.
#[derive(Clone, Copy, Debug)]
pub(super) enum Says {
    Trouble,
    Over,
    /// What the text's first word about a state says; nothing where there is none.
    State,
    /// A reading where the text names a share in percent, else trouble.
    Percent,
}

/// Which part a record is about.
#[derive(Clone, Copy, Debug)]
pub(super) enum Part {
    Whole,
    /// Always this one.
    Said(&'static str),
    /// What the object column names, else the name in the text after a word.
    Item(&'static str),
    /// The name in the text after a word.
    After(&'static str),
    /// What the text begins with.
    Before,
    /// The link between members that the event id or the text names.
    Event,
    /// The kind of package that the text names.
    Package,
}

pub(super) fn signs(event: &Event<'_>) -> Vec<Seen> {
    if event.log_type.eq_ignore_ascii_case("CONFIG") {
        return panos_config::signs(event);
    }
    let subtype = &*event.log_subtype;
    let is = |word: &&str| subtype.eq_ignore_ascii_case(word);
    if !event.log_type.eq_ignore_ascii_case("SYSTEM")
        || ["globalprotect", "sslvpn", "auth", "userid"].iter().any(is)
    {
        return Vec::new();
    }
    let text = event.message.as_deref().unwrap_or("");
    if let Some(rest) = rest_after(text, "deviating device: ") {
        return deviation(rest).into_iter().collect();
    }
    let id = event.log_id.as_deref().unwrap_or("");
    if id.eq_ignore_ascii_case("state-change") {
        return moved(text);
    }
    if is_of_a_user(text) {
        return Vec::new();
    }
    let Some(row) = ROWS.iter().find(|row| fits(row, id, subtype, text)) else { return Vec::new() };
    let Some(seen) = sign(event, row, text) else { return Vec::new() };
    // Who starts again is not shut down any more.
    let is_start = seen.symptom == Symptom::RestartedUnasked;
    let mut signs = vec![seen];
    if is_start {
        signs.push(Seen::over(Symptom::ShutDown, ""));
    }
    signs
}

/// Tells whether a text is about somebody's session, so that it may hold any words.
fn is_of_a_user(text: &str) -> bool {
    begins(text, "user ") && has_any(text, &["logged out", "logged in", "log out", "authenticat", "session"])
}

fn fits(row: &Row, id: &str, subtype: &str, text: &str) -> bool {
    (row.event.is_empty() || begins(id, row.event))
        && (row.subtype.is_empty() || row.subtype.eq_ignore_ascii_case(subtype))
        && row.words.iter().all(|group| has_any(text, group))
}

fn sign(event: &Event<'_>, row: &Row, text: &str) -> Option<Seen> {
    let object = part(event, row, text)?;
    let (saying, value) = match row.says {
        Says::Trouble => (Saying::Trouble, None),
        Says::Over => (Saying::Over, None),
        // Before the colon stands the name of the part.
        Says::State => (first_state(text.split_once(": ").map_or(text, |(_, said)| said))?, None),
        Says::Percent => match percent(text) {
            Some(share) => (Saying::Reading, Some(share)),
            None => (Saying::Trouble, None),
        },
    };
    let value = match row.symptom {
        Symptom::LicenceExpiring => days_left(event.time, text),
        _ => value,
    };
    Some(Seen::new(row.symptom, saying, &object).worth(value))
}

fn part(event: &Event<'_>, row: &Row, text: &str) -> Option<String> {
    let column = || field(event, "object").map(|object| object.into_owned());
    let after = |word| name_after(text, word).map(str::to_owned);
    let found = match row.part {
        Part::Whole => return Some(String::new()),
        Part::Said(name) => return Some(name.to_owned()),
        Part::Item(word) => column().or_else(|| after(word)),
        Part::After(word) => after(word),
        Part::Before => text.split([' ', ':']).next().filter(|word| !is_blank(word)).map(str::to_owned),
        Part::Event => link(event.log_id.as_deref().unwrap_or(""), text).map(str::to_owned),
        Part::Package => Some(package(text).to_owned()),
    };
    match row.symptom {
        // Without its name the end of one would end the others' trouble.
        Symptom::InterfaceDown | Symptom::PathDown | Symptom::TunnelDown | Symptom::NeighbourLost => found,
        _ => Some(found.unwrap_or_default()),
    }
}

fn link(id: &str, text: &str) -> Option<&'static str> {
    let links = [
        ("ha1-backup", "HA1-backup"),
        ("ha2-backup", "HA2-backup"),
        ("ha1", "HA1"),
        ("ha2", "HA2"),
        ("ha3", "HA3"),
    ];
    let named = |(word, _): &&(&str, &str)| has(text, word) || begins(id, word);
    links.iter().find(named).map(|(_, name)| *name)
}

fn package(text: &str) -> &'static str {
    let kinds = [("wildfire", "WildFire"), ("antivirus", "antivirus")];
    kinds.iter().find(|(word, _)| has(text, word)).map_or("content", |(_, name)| name)
}

/// Reads `HA Group 1: Moved from state Passive to state Active`.
fn moved(text: &str) -> Vec<Seen> {
    let from = name_after(text, "from state ").unwrap_or("");
    let to = name_after(text, "to state ").unwrap_or("");
    if ["non-functional", "nonfunctional", "suspended"].iter().any(|lost| begins(to, lost)) {
        return vec![Seen::trouble(Symptom::HaMemberLost, "")];
    }
    let works = begins(to, "active") || begins(to, "passive");
    if !works {
        return Vec::new();
    }
    let mut signs = vec![Seen::over(Symptom::HaMemberLost, "")];
    // After a start both members come from the initial state, and nobody took anything over.
    if begins(to, "active") && begins(from, "passive") {
        signs.push(Seen::trouble(Symptom::HaFailover, ""));
    }
    signs
}

/// Reads what Panorama says of another device: `NAME, Serial: S, Object: O, Metric: mp-cpu, Value: 34`.
fn deviation(rest: &str) -> Option<Seen> {
    let of = |name| name_after(rest, name);
    let metric = of("metric:")?;
    let value = of("value:")?.trim_end_matches('%').parse::<u64>().ok()?;
    let symptom = if has(metric, "cpu") {
        Symptom::CpuUse
    } else if has(metric, "mem") {
        Symptom::MemoryUse
    } else if has(metric, "disk") {
        Symptom::DiskUse
    } else if has(metric, "session") {
        Symptom::SessionUse
    } else {
        return None;
    };
    if symptom != Symptom::SessionUse && value > 100 {
        return None;
    }
    let object = match of("object:") {
        Some(object) => format!("{metric} {object}"),
        None => metric.to_owned(),
    };
    let device = of("serial:").filter(|serial| is_serial(serial)).map(str::to_owned);
    Some(Seen { device, ..Seen::reading(symptom, &object, value) })
}

/// Serial numbers are digits, of virtual firewalls too; nothing else may name a device.
fn is_serial(text: &str) -> bool {
    (6..=20).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}

/// Returns how many days are left until the date that a text names as `2026/02/01`; 0 when it is past.
fn days_left(now: EventTime, text: &str) -> Option<u64> {
    let date = name_after(text, "expire on ").or_else(|| name_after(text, "expires on "))?;
    let mut parts = date.split(['/', '-']);
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let end = EventTime::parse_rfc3339(&format!("{year}-{month:0>2}-{day:0>2}T00:00:00Z"))?;
    u64::try_from(end.since(now) / SECONDS_A_DAY).ok().or(Some(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_to_the_date() {
        let now = EventTime::parse_rfc3339("2026-01-20T10:00:00Z").unwrap();
        let cases = [
            ("will expire on 2026/02/01", Some(11)),
            ("will expire on 2026/01/19", Some(0)),
            ("will expire on 2026/13/45", None),
            ("will expire on あ/い/う", None),
            ("will expire", None),
        ];
        for (text, expected) in cases {
            assert_eq!(days_left(now, text), expected, "{text}");
        }
    }
}
