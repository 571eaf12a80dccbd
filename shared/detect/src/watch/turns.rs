//! From what is said to what is told: a trouble must last before it is one, and be over for a while before it is over.
//!
//! A link that comes back within two minutes, a CPU that is busy for one sample, a device that says one line and falls
//! silent again: each told at once would be noise. Each (device, symptom, part) waits for its [`hold`] before the trouble is
//! a turn, and for [`CALM`] before the recovery is one; with each further trouble within a day the calm doubles. So a part
//! that flaps is told once, and its recovery when it has been quiet for long.

use std::collections::BTreeMap;

use hinomi_model::{Condition, EventTime, FactSource, Health, Locator, Saying, Seconds, Symptom};

use crate::follow::wire::{In, Out, Wire, wire};

/// How long a trouble must be over.
const CALM: Seconds = 300;
/// Most that the calm grows to.
const MAX_CALM: Seconds = 6 * 3_600;
/// Within how long troubles count as flapping.
const FLAPPING: Seconds = 86_400;
/// Parts watched of one device. Beyond, what it says of further parts is not heard: names come from the device, and a
/// hundred parts that fail at once say no more than sixty-four.
const MAX_PARTS: usize = 64;
/// How often a trouble that lasts is said again, so that its incident knows that it does.
const AGAIN: Seconds = 86_400;

/// Something said about a part of a device.
#[derive(Clone, Debug)]
pub(super) struct Said {
    pub(super) symptom: Symptom,
    pub(super) object: String,
    pub(super) saying: Saying,
    pub(super) time: EventTime,
    /// Since when, where that is not the time at which it is said.
    pub(super) since: EventTime,
    pub(super) value: Option<u64>,
    pub(super) usual: Option<u64>,
    pub(super) line: Option<Locator>,
}

/// A turn to be told.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Turn {
    pub(super) source: FactSource,
    pub(super) at: EventTime,
    pub(super) health: Health,
    pub(super) line: Option<Locator>,
}

/// How a part is.
#[derive(Clone, Debug)]
struct Part {
    /// What was said last, and when that began to hold.
    in_trouble: bool,
    changed: EventTime,
    /// Since when the trouble is there, or was.
    since: EventTime,
    /// A trouble was told that is not told to be over.
    told: bool,
    /// When it was told last.
    told_at: EventTime,
    /// When the device said it last.
    heard: EventTime,
    /// Troubles within a day, the last of them at `flapped`.
    flaps: u8,
    flapped: EventTime,
    value: Option<u64>,
    usual: Option<u64>,
    line: Option<Locator>,
}

wire! {
    Part { in_trouble, changed, since, told, told_at, heard, flaps, flapped, value, usual, line }
}

type PartKey = (Symptom, String);

/// How the parts of one device are.
#[derive(Clone, Debug, Default)]
pub(super) struct Parts(BTreeMap<PartKey, Part>);

impl Wire for Parts {
    fn put(&self, out: &mut Out) {
        self.0.put(out);
    }

    fn get(input: &mut In<'_>) -> Option<Self> {
        Wire::get(input).map(Parts)
    }
}

/// Returns how long a trouble must last before it is told: links and paths come back by themselves.
const fn hold(symptom: Symptom) -> Seconds {
    match symptom {
        Symptom::InterfaceDown | Symptom::PathDown | Symptom::NeighbourLost | Symptom::HaLinkDown => 120,
        Symptom::TunnelDown | Symptom::RatingUnreachable | Symptom::LogServerLost => 300,
        Symptom::UpdateFailed | Symptom::TimeServerLost | Symptom::FeedFailed => 3_600,
        _ => 0,
    }
}

/// Returns after how long without a further word a trouble is over: what devices repeat while it lasts, and what they
/// never take back.
const fn fades(symptom: Symptom) -> Option<Seconds> {
    match symptom {
        Symptom::LicenceExpiring | Symptom::LicenceExpired | Symptom::CertificateExpiring => Some(8 * 86_400),
        Symptom::LogDiskFull | Symptom::LogsDropped | Symptom::TableFull | Symptom::DiskUse => Some(86_400),
        Symptom::UpdateFailed | Symptom::FeedFailed | Symptom::TimeServerLost => Some(3 * 86_400),
        Symptom::ScannerFailed | Symptom::ClockWrong | Symptom::SequenceGap | Symptom::RestartedUnasked => {
            Some(3_600)
        }
        _ => None,
    }
}

impl Parts {
    /// Takes in what was said. A repeat changes nothing but how lately it was heard.
    pub(super) fn hear(&mut self, source: &FactSource, said: Said, out: &mut Vec<Turn>) {
        let lasts = said.symptom.condition().lasts();
        if !lasts {
            if said.saying == Saying::Trouble {
                out.push(noted(source, said));
            }
            return;
        }
        let in_trouble = said.saying == Saying::Trouble;
        let key = (said.symptom, said.object);
        if !self.0.contains_key(&key) && (!in_trouble || self.0.len() >= MAX_PARTS) {
            return;
        }
        let part = self.0.entry(key).or_insert_with(|| Part {
            in_trouble: false,
            changed: said.time,
            since: said.since,
            told: false,
            told_at: EventTime::EPOCH,
            heard: said.time,
            flaps: 0,
            flapped: said.time,
            value: None,
            usual: None,
            line: None,
        });
        part.heard = part.heard.max(said.time);
        if part.in_trouble == in_trouble {
            return;
        }
        part.in_trouble = in_trouble;
        part.changed = said.time;
        if in_trouble {
            part.flaps =
                if said.time.since(part.flapped) < FLAPPING { part.flaps.saturating_add(1) } else { 1 };
            part.flapped = said.time;
            if !part.told {
                part.since = said.since;
            }
            (part.value, part.usual, part.line) = (said.value, said.usual, said.line);
        } else {
            part.line = said.line;
        }
    }

    /// Tells what has lasted long enough by `now`.
    pub(super) fn tell(&mut self, source: &FactSource, now: EventTime, out: &mut Vec<Turn>) {
        self.0.retain(|(symptom, object), part| {
            let faded = fades(*symptom).map(|after| part.heard.plus(after)).filter(|at| *at <= now);
            if let (true, Some(at)) = (part.in_trouble, faded) {
                part.in_trouble = false;
                part.changed = at.plus(-part.calm());
                part.line = None;
            }
            let turn = |part: &Part, condition: Condition, at: EventTime, value: Option<u64>| Turn {
                source: source.clone(),
                at,
                health: Health {
                    symptom: *symptom,
                    condition,
                    object: object.clone(),
                    since: part.since,
                    value,
                    usual: part.usual,
                },
                line: part.line.clone(),
            };
            if part.in_trouble {
                let at = part.changed.plus(hold(*symptom));
                if !part.told && at <= now {
                    (part.told, part.told_at) = (true, at);
                    out.push(turn(part, symptom.condition(), at, part.value));
                } else if part.told && part.told_at.plus(AGAIN) <= now {
                    part.told_at = part.told_at.plus(AGAIN);
                    out.push(turn(part, symptom.condition(), part.told_at, part.value));
                }
                return true;
            }
            let at = part.changed.plus(part.calm());
            if part.told {
                if at <= now {
                    part.told = false;
                    // How long it lasted, in minutes.
                    let lasted = u64::try_from(part.changed.since(part.since) / 60).unwrap_or(0);
                    out.push(turn(part, Condition::Well, at, Some(lasted)));
                }
                return true;
            }
            // What was never told is forgotten when it can't be part of flapping any more.
            now.since(part.flapped) < FLAPPING
        });
    }

    /// Ends every trouble: the device is no longer watched.
    pub(super) fn end(&mut self, source: &FactSource, now: EventTime, out: &mut Vec<Turn>) {
        for part in self.0.values_mut() {
            if part.in_trouble {
                part.in_trouble = false;
                part.changed = now;
            }
            part.changed = part.changed.min(now.plus(-part.calm()));
        }
        self.tell(source, now, out);
    }

    /// Tells whether a symptom of a part is there, told or not.
    pub(super) fn has(&self, symptom: Symptom, object: &str) -> bool {
        self.0.get(&(symptom, object.to_owned())).is_some_and(|part| part.in_trouble)
    }

    /// Tells whether there is nothing to remember.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Part {
    fn calm(&self) -> Seconds {
        let doubled = CALM << u32::from(self.flaps.saturating_sub(1)).min(16);
        doubled.min(MAX_CALM)
    }
}

fn noted(source: &FactSource, said: Said) -> Turn {
    Turn {
        source: source.clone(),
        at: said.time,
        health: Health {
            symptom: said.symptom,
            condition: Condition::Noted,
            object: said.object,
            since: said.since,
            value: said.value,
            usual: said.usual,
        },
        line: said.line,
    }
}

#[cfg(test)]
mod tests {
    use hinomi_model::{DeviceId, TenantId};

    use super::*;

    fn at(second: i64) -> EventTime {
        EventTime::from_seconds(1_768_910_400 + second)
    }

    fn source() -> FactSource {
        FactSource { tenant: TenantId::new("kita"), device: DeviceId::new("fw1") }
    }

    /// Plays what was said (second, symptom, in trouble) and returns the turns as (second, condition).
    fn told(symptom: Symptom, said: &[(i64, bool)], until: i64) -> Vec<(i64, Condition)> {
        let (mut parts, mut out) = (Parts::default(), Vec::new());
        let mut said = said.iter().peekable();
        for second in (0..=until).step_by(60) {
            while let Some((time, in_trouble)) = said.next_if(|(time, _)| *time <= second) {
                let saying = if *in_trouble { Saying::Trouble } else { Saying::Over };
                let said = Said {
                    symptom,
                    object: "port1".to_owned(),
                    saying,
                    time: at(*time),
                    since: at(*time),
                    value: None,
                    usual: None,
                    line: None,
                };
                parts.hear(&source(), said, &mut out);
            }
            parts.tell(&source(), at(second), &mut out);
        }
        out.iter().map(|turn| (turn.at.since(at(0)), turn.health.condition)).collect()
    }

    #[test]
    fn a_link_that_comes_back_at_once_is_not_told() {
        assert_eq!(told(Symptom::InterfaceDown, &[(60, true), (150, false)], 3_600), []);
    }

    #[test]
    fn trouble_and_recovery_are_told_once() {
        let said = [(60, true), (120, true), (1_800, false), (1_900, false)];
        let expected = [(180, Condition::Degraded), (2_100, Condition::Well)];
        assert_eq!(told(Symptom::InterfaceDown, &said, 7_200), expected);
    }

    #[test]
    fn what_flaps_is_told_once_and_must_stay_quiet_longer_and_longer() {
        let said: Vec<(i64, bool)> =
            (0..20).flat_map(|n| [(n * 600, true), (n * 600 + 400, false)]).collect();
        let turns = told(Symptom::PowerFailed, &said, 24 * 3_600);
        assert_eq!(turns.iter().filter(|(_, condition)| *condition == Condition::Degraded).count(), 1);
        let (recovered, condition) = turns[turns.len() - 1];
        assert_eq!((recovered, condition), (19 * 600 + 400 + MAX_CALM, Condition::Well));
    }

    #[test]
    fn what_a_device_never_takes_back_fades() {
        let turns = told(Symptom::LicenceExpiring, &[(0, true), (86_400, true)], 10 * 86_400);
        let last = turns.last().unwrap();
        assert_eq!(*last, (9 * 86_400, Condition::Well));
        // Said again each day while it lasts.
        assert_eq!(turns.iter().filter(|(_, condition)| *condition == Condition::Degraded).count(), 9);
    }

    #[test]
    fn what_merely_happened_is_told_each_time() {
        let turns = told(Symptom::FirmwareChanged, &[(60, true), (600, true), (700, false)], 3_600);
        assert_eq!(turns, [(60, Condition::Noted), (600, Condition::Noted)]);
    }

    #[test]
    fn parts_without_number_cannot_fill_the_memory() {
        let (mut parts, mut out) = (Parts::default(), Vec::new());
        for part in 0..1_000 {
            let said = Said {
                symptom: Symptom::InterfaceDown,
                object: format!("port{part}"),
                saying: Saying::Trouble,
                time: at(0),
                since: at(0),
                value: None,
                usual: None,
                line: None,
            };
            parts.hear(&source(), said, &mut out);
        }
        assert_eq!(parts.0.len(), MAX_PARTS);
    }

    #[test]
    fn a_device_that_is_watched_no_longer_is_well() {
        let (mut parts, mut out) = (Parts::default(), Vec::new());
        let said = Said {
            symptom: Symptom::Silent,
            object: String::new(),
            saying: Saying::Trouble,
            time: at(0),
            since: at(-600),
            value: None,
            usual: None,
            line: None,
        };
        parts.hear(&source(), said, &mut out);
        parts.tell(&source(), at(0), &mut out);
        parts.end(&source(), at(60), &mut out);
        let conditions: Vec<Condition> = out.iter().map(|turn| turn.health.condition).collect();
        assert_eq!(conditions, [Condition::Down, Condition::Well]);
    }
}
