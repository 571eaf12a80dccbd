//! FortiGate event records.
//!
//! ```text
//! logid="0100040704" action="perf-stats" cpu=12 mem=61 totalsession=10423 disk=2 setuprate=120 …
//! logid="0108037893" type="event" subtype="ha" logdesc="Virtual cluster member dead" sn="FGT60FTK00000002" …
//! ```
//!
//! Records of what a FortiGate manages (access points, switches, extenders, clients) are not about the FortiGate itself
//! and give no sign. A tunnel that a person dialled ends when they go home, which is no trouble either.

use hinomi_model::{Event, Saying, Symptom};

use super::fortigate_ids::{CONFIGURED, PERFORMANCE, Row, rows};
use super::words::{account, last_state, name_after, number_before, percent};
use super::{Seen, fortigate_config};
use crate::text::{field, has_any, is_blank, message_id};

/// Subtypes of event records that are about something else than the FortiGate itself.
const OTHERS: &[&str] = &[
    "wireless",
    "switch-controller",
    "fortiextender",
    "endpoint",
    "forticlient",
    "user",
    "auth",
    "wad",
    "webproxy",
    "rest-api",
    "connector",
    "dhcp",
    "security-rating",
    "cifs-auth-fail",
];

/// GUI actions, among them downloads of the configuration.
const GUI_ACTION: u32 = 32_095;

/// What a record says of its symptom.
#[derive(Clone, Copy, Debug)]
pub(super) enum Says {
    Trouble,
    Over,
    /// What the record's words say; nothing where they say nothing.
    State,
    /// Trouble, with the days that are left where the message names them.
    Days,
    /// A reading where the message names a share in percent, else trouble.
    Percent,
}

/// Which part a record is about.
#[derive(Clone, Copy, Debug)]
pub(super) enum Part {
    Whole,
    /// Always this one.
    Said(&'static str),
    /// What the first of these fields says.
    Fields(&'static [&'static str]),
    /// What the first of these fields says, else the name in the message after a word.
    After(&'static [&'static str], &'static str),
    /// The account.
    User,
}

pub(super) fn signs(event: &Event<'_>) -> Vec<Seen> {
    let is = |word: &&str| event.log_subtype.eq_ignore_ascii_case(word);
    if !event.log_type.eq_ignore_ascii_case("event") || OTHERS.iter().any(is) {
        return Vec::new();
    }
    let id = message_id(event.log_id.as_deref().unwrap_or(""));
    let action = event.action.as_deref().unwrap_or("");
    // A relay may have replaced the number.
    if id == PERFORMANCE || action.eq_ignore_ascii_case("perf-stats") {
        return readings(event);
    }
    if CONFIGURED.contains(&id) {
        return fortigate_config::signs(event);
    }
    if id == GUI_ACTION {
        return copied_in_the_gui(event);
    }
    let rows = rows(id);
    if rows.is_empty() {
        return Vec::new();
    }
    let described = field(event, "logdesc");
    rows.iter()
        .filter(|row| fits(event, row, described.as_deref()))
        .filter_map(|row| sign(event, row))
        .collect()
}

/// The numbers are shared with other types in old releases; the description settles it where there is one.
fn fits(event: &Event<'_>, row: &Row, described: Option<&str>) -> bool {
    let Some(described) = described else { return true };
    has_any(described, row.words) || has_any(message(event), row.words)
}

fn message<'e>(event: &'e Event<'_>) -> &'e str {
    event.message.as_deref().unwrap_or("")
}

fn sign(event: &Event<'_>, row: &Row) -> Option<Seen> {
    if row.symptom == Symptom::TunnelDown && is_dialled(event) {
        return None;
    }
    let (saying, value) = match row.says {
        Says::Trouble => (Saying::Trouble, None),
        Says::Over => (Saying::Over, None),
        Says::State => (state(event)?, None),
        Says::Days => (Saying::Trouble, number_before(message(event), "day")),
        Says::Percent => match percent(message(event)) {
            Some(share) => (Saying::Reading, Some(share)),
            None => (Saying::Trouble, None),
        },
    };
    // A part that has no name is not taken for the whole: the end of one would end the others' trouble.
    let object = part(event, row)?;
    Some(Seen::new(row.symptom, saying, &object).worth(value))
}

fn part(event: &Event<'_>, row: &Row) -> Option<String> {
    let of =
        |fields: &[&str]| fields.iter().find_map(|name| field(event, name)).map(|text| text.into_owned());
    let found = match row.part {
        Part::Whole => return Some(String::new()),
        Part::Said(name) => return Some(name.to_owned()),
        Part::User => return Some(account(event).to_owned()),
        Part::Fields(fields) => of(fields),
        Part::After(fields, word) => {
            of(fields).or_else(|| name_after(message(event), word).map(str::to_owned))
        }
    };
    match row.symptom {
        Symptom::InterfaceDown | Symptom::PathDown | Symptom::TunnelDown | Symptom::NeighbourLost => {
            let found = found?;
            // Of a health check each member has a state of its own.
            match field(event, "interface").filter(|_| field(event, "healthcheck").is_some()) {
                Some(interface) => {
                    let check = field(event, "healthcheck").unwrap_or_default();
                    Some(format!("{check} {interface}"))
                }
                None => Some(found),
            }
        }
        _ => Some(found.unwrap_or_default()),
    }
}

/// Reads the state from the field that says it most plainly.
fn state(event: &Event<'_>) -> Option<Saying> {
    let of = |name: &str| {
        let value = field(event, name)?;
        // How many members of a health check passed.
        match value.parse::<u64>() {
            Ok(0) if name == "newvalue" => Some(Saying::Trouble),
            Ok(_) if name == "newvalue" => Some(Saying::Over),
            _ => last_state(&value),
        }
    };
    event
        .action
        .as_deref()
        .and_then(last_state)
        .or_else(|| ["newvalue", "sync_status", "status"].into_iter().find_map(of))
        .or_else(|| last_state(message(event)))
}

/// Tells whether a tunnel is a person's and not a site's.
fn is_dialled(event: &Event<'_>) -> bool {
    ["xauthuser", "xauthgroup", "eapuser", "assignip"]
        .into_iter()
        .any(|name| field(event, name).is_some_and(|value| !is_blank(&value) && &*value != "0.0.0.0"))
}

fn readings(event: &Event<'_>) -> Vec<Seen> {
    let number = |name| field(event, name).and_then(|value| value.parse::<u64>().ok());
    let share = |symptom, name| {
        let share = number(name).filter(|share| *share <= 100)?;
        Some(Seen::reading(symptom, "", share))
    };
    let count = |symptom, name| Some(Seen::reading(symptom, "", number(name)?));
    [
        share(Symptom::CpuUse, "cpu"),
        share(Symptom::MemoryUse, "mem"),
        share(Symptom::DiskUse, "disk"),
        count(Symptom::SessionUse, "totalsession"),
        count(Symptom::SessionRate, "setuprate"),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn copied_in_the_gui(event: &Event<'_>) -> Vec<Seen> {
    let text = message(event);
    let action = event.action.as_deref().unwrap_or("");
    let took =
        has_any(text, &["backup", "backed up", "download"]) || has_any(action, &["backup", "download"]);
    let all = has_any(text, &["config"]) || has_any(action, &["config"]);
    if took && all {
        return vec![Seen::trouble(Symptom::ConfigurationCopied, account(event))];
    }
    Vec::new()
}
