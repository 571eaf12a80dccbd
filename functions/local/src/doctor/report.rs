//! What the checks found in a sample, as it is shown and written.

use std::collections::BTreeMap;

use hinomi_model::{EventTime, Format, Function, Language, QuarantineReason, Vendor, Words};
use serde::Serialize;

use super::check::{Area, Check, Cost, Evidence, Look, Seen, Verdict};
use super::checks;
use super::sample::{Sample, VendorSample};
use crate::terminal::{Texts, grouped};

/// Devices named of one vendor.
const MAX_DEVICES: usize = 5;

/// What a sample shows.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Lines read.
    pub(crate) lines: u64,
    /// Lines refused, by reason.
    pub(crate) quarantined: BTreeMap<QuarantineReason, u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) first_event: Option<EventTime>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) last_event: Option<EventTime>,
    /// What was seen of each vendor, and how well it can be judged.
    pub(crate) vendors: Vec<VendorPart>,
    /// What is missing, the most costly first.
    pub(crate) findings: Vec<Finding>,
}

/// One vendor's part of a sample.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct VendorPart {
    pub(crate) vendor: Vendor,
    pub(crate) lines: u64,
    pub(crate) devices: Vec<String>,
    pub(crate) formats: BTreeMap<Format, u64>,
    pub(crate) functions: BTreeMap<Function, u64>,
    /// How well each thing can be judged from such logs.
    pub(crate) verdicts: BTreeMap<Area, Verdict>,
    /// Checks that need more lines to tell.
    pub(crate) undecided: Vec<Undecided>,
}

/// A check that needs more lines.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Undecided {
    pub(crate) check: &'static str,
    /// Lines that count for it.
    pub(crate) have: u64,
    pub(crate) need: u64,
}

/// Something that is missing.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Finding {
    pub(crate) check: &'static str,
    pub(crate) cost: Cost,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) vendor: Option<Vendor>,
    /// What can be judged less well.
    pub(crate) spoils: BTreeMap<Area, Verdict>,
    pub(crate) count: u64,
    pub(crate) of: u64,
    pub(crate) names: Vec<String>,
    /// What is missing.
    pub(crate) missing: Words,
    /// Why it matters.
    pub(crate) why: Words,
    /// What to do about it.
    pub(crate) remedy: Words,
    /// How it was told.
    pub(crate) told: Words,
    /// Commands for the appliance, a line each; empty where there are none.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) commands: String,
}

impl Report {
    /// Looks at a sample with every check.
    pub(crate) fn of(sample: &Sample) -> Report {
        let mut findings = Vec::new();
        let mut vendors: Vec<VendorPart> = sample.vendors.values().map(part).collect();
        for check in checks::all() {
            match check.look {
                Look::Whole(look) => {
                    if let Seen::Missing(evidence) = look(sample) {
                        for part in &mut vendors {
                            spoil(&mut part.verdicts, check.spoils);
                        }
                        findings.push(finding(check, None, evidence));
                    }
                }
                Look::Vendor(look) => {
                    for (vendor, part) in sample.vendors.values().zip(&mut vendors) {
                        match look(vendor) {
                            Seen::Fine | Seen::Elsewhere => {}
                            Seen::TooFew { have, need } => {
                                part.undecided.push(Undecided { check: check.id, have, need });
                            }
                            Seen::Missing(evidence) => {
                                spoil(&mut part.verdicts, check.spoils);
                                findings.push(finding(check, Some(vendor.vendor), evidence));
                            }
                        }
                    }
                }
            }
        }
        for part in &mut vendors {
            doubt(part);
        }
        // The order of the checks stays where costs are equal.
        findings.sort_by_key(|finding| finding.cost);
        Report {
            lines: sample.lines,
            quarantined: sample.refused.iter().map(|(reason, refusals)| (*reason, refusals.count)).collect(),
            first_event: sample.first,
            last_event: sample.last,
            vendors,
            findings,
        }
    }

    /// Returns how many lines were refused.
    pub(crate) fn quarantined_lines(&self) -> u64 {
        self.quarantined.values().sum()
    }
}

fn part(sample: &VendorSample) -> VendorPart {
    let devices = sample.devices.ranked().into_iter().take(MAX_DEVICES);
    let formats = Format::ALL.iter().map(|format| (*format, sample.of_format(*format)));
    let functions = Function::ALL.iter().map(|function| (*function, sample.of_function(*function)));
    VendorPart {
        vendor: sample.vendor,
        lines: sample.lines,
        devices: devices.map(|(name, _)| name.to_owned()).collect(),
        formats: formats.filter(|(_, count)| *count > 0).collect(),
        functions: functions.filter(|(_, count)| *count > 0).collect(),
        verdicts: Area::ALL.iter().map(|area| (*area, Verdict::Well)).collect(),
        undecided: Vec::new(),
    }
}

fn spoil(verdicts: &mut BTreeMap<Area, Verdict>, spoils: &[(Area, Verdict)]) {
    for (area, verdict) in spoils {
        let so_far = verdicts.entry(*area).or_insert(*verdict);
        *so_far = (*so_far).max(*verdict);
    }
}

/// Says that something can't be told where a check had too few lines that could have found it impossible to judge, and
/// that so few lines prove nothing to be well.
fn doubt(part: &mut VendorPart) {
    for undecided in &part.undecided {
        let Some(check) = checks::all().find(|check| check.id == undecided.check) else { continue };
        for (area, _) in check.spoils.iter().filter(|(_, verdict)| *verdict == Verdict::Not) {
            if let Some(verdict @ (Verdict::Well | Verdict::Partly)) = part.verdicts.get_mut(area) {
                *verdict = Verdict::CannotTell;
            }
        }
    }
    if part.lines < checks::COMMON {
        for verdict in part.verdicts.values_mut().filter(|verdict| **verdict == Verdict::Well) {
            *verdict = Verdict::CannotTell;
        }
    }
}

fn finding(check: &Check, vendor: Option<Vendor>, evidence: Evidence) -> Finding {
    let say = |key: &str| -> Words {
        let say = |language| words(language, key, &evidence);
        Words { ja: say(Language::Ja), en: say(Language::En) }
    };
    let id = check.id;
    // What to do is the same for both vendors, or each has a sentence of its own.
    let own = vendor.map(|vendor| format!("{id}.{vendor}"));
    let own = own.filter(|key| Texts::of(Language::En).has(key));
    let remedy = own.unwrap_or_else(|| format!("{id}.remedy"));
    let commands = match vendor {
        Some(Vendor::Fortigate) => check.fortigate,
        Some(Vendor::Panos) => check.panos,
        None => "",
    };
    Finding {
        check: id,
        cost: check.cost,
        vendor,
        spoils: check.spoils.iter().copied().collect(),
        missing: say(id),
        why: say(&format!("{id}.why")),
        remedy: say(&remedy),
        told: say(&format!("{id}.told")),
        commands: commands.to_owned(),
        count: evidence.count,
        of: evidence.of,
        names: evidence.names.iter().map(|name| plain_name(name)).collect(),
    }
}

/// Writes a sentence of a check with its numbers.
fn words(language: Language, key: &str, evidence: &Evidence) -> String {
    let texts = Texts::of(language);
    let names: Vec<String> = evidence.names.iter().map(|name| shown_name(texts, name)).collect();
    let names = names.join(match language {
        Language::Ja => "、",
        Language::En => ", ",
    });
    let (count, of) = (grouped(evidence.count), grouped(evidence.of));
    texts.say(key, &[("count", &count), ("of", &of), ("names", &names)])
}

/// Returns a name as it is shown: words of closed lists have their own in each language (`function:ips 12`).
fn shown_name(texts: &Texts, name: &str) -> String {
    let Some((list, rest)) = name.split_once(':').filter(|(list, _)| ["function", "format"].contains(list))
    else {
        return name.to_owned();
    };
    let (word, count) = rest.split_once(' ').unwrap_or((rest, ""));
    let key = format!("{list}-{word}");
    // A device may be called like a list; then it is no word of it.
    let shown = if texts.has(&key) { texts.say(&key, &[]) } else { return name.to_owned() };
    if count.is_empty() { shown } else { format!("{shown} {count}") }
}

fn plain_name(name: &str) -> String {
    let rest = name.strip_prefix("function:").or_else(|| name.strip_prefix("format:"));
    rest.unwrap_or(name).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_check_has_its_sentences_and_every_sentence_a_check() {
        let texts = Texts::of(Language::En);
        let mut ids = std::collections::BTreeSet::new();
        for check in checks::all() {
            assert!(ids.insert(check.id), "{} twice", check.id);
            for key in [check.id.to_owned(), format!("{}.why", check.id), format!("{}.told", check.id)] {
                assert!(texts.has(&key), "{key}");
            }
            let has = |attribute: &str| texts.has(&format!("{}.{attribute}", check.id));
            assert!(has("remedy") || (has("fortigate") || has("panos")), "{} has no remedy", check.id);
        }
        for key in crate::terminal::text_keys() {
            let (message, attribute) = key.split_once('.').unwrap_or((&key, ""));
            if attribute == "why" {
                assert!(ids.contains(message), "{message} is no check");
            }
        }
    }

    #[test]
    fn words_of_lists_are_shown_in_the_language_and_others_as_they_are() {
        for (name, ja) in [
            ("function:antivirus 12", "アンチウイルス 12"),
            ("format:cef", "CEF"),
            ("fw1 3", "fw1 3"),
            ("function:x 1", "function:x 1"),
        ] {
            assert_eq!(shown_name(Texts::of(Language::Ja), name), ja);
        }
    }
}
