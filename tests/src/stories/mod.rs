//! The stories, by chapter, each with neighbours: what almost looks like it and must come out otherwise.

mod cc;
mod inside;
mod recon;
mod sources;
mod telling;
mod web;

use std::net::IpAddr;

use hinomi_generate::Maker;
use hinomi_generate::site::{ip, outside};
use hinomi_model::EventTime;

use crate::story::{Case, Story};

/// The chapters: those of the service's stories, then what several sources make of one.
const CHAPTERS: [&[Case]; 6] =
    [recon::CASES, web::CASES, cc::CASES, inside::CASES, telling::CASES, sources::CASES];

/// Returns every case by every vendor that can log it.
pub fn all() -> Vec<Story> {
    all_by(|_| {})
}

/// Returns every case by every vendor that can log it, whose appliances are as `prepare` makes them.
pub fn all_by(prepare: fn(&mut Maker)) -> Vec<Story> {
    CHAPTERS
        .iter()
        .flat_map(|cases| cases.iter())
        .flat_map(|case: &Case| case.vendors.iter().map(move |vendor| case.told_by(*vendor, prepare)))
        .collect()
}

/// The inside host of most stories.
const I: IpAddr = ip(10, 1, 12, 34);
/// The outside address of most stories.
const A: IpAddr = outside(0);
/// Another outside address: a file server, a controller.
const B: IpAddr = outside(11);
/// The resolver outside that PCs ask directly.
const DNS: IpAddr = outside(60);

const MINUTE: i64 = 60;
const HOUR: i64 = 3_600;
const DAY: i64 = 86_400;

/// Returns an instant by seconds after ten in the morning in Tokyo, Tuesday 2026-10-20 (01:00 UTC).
const fn at(seconds: i64) -> EventTime {
    EventTime::from_seconds(1_792_458_000 + seconds)
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use hinomi_generate::{FortiOs, FortigateUnit, PanOs, PanosUnit};
    use hinomi_model::Vendor;
    use hinomi_model::registry::{Collected, Registry};
    use hinomi_parse::{Context, Scratch, parse_line};

    use super::*;
    use crate::reading::Reading;

    #[test]
    fn clock_starts_at_ten_in_tokyo() {
        assert_eq!(at(0).to_string(), "2026-10-20T01:00:00Z");
    }

    #[test]
    fn every_story_is_told_by_both_vendors() {
        let told: BTreeSet<(u8, Vendor)> = CHAPTERS
            .iter()
            .flat_map(|cases| cases.iter())
            .flat_map(|case| case.vendors.iter().map(|vendor| (case.number, *vendor)))
            .collect();
        for number in 1..=58 {
            for vendor in [Vendor::Fortigate, Vendor::Panos] {
                assert!(told.contains(&(number, vendor)), "story {number} is not told by {vendor}");
            }
        }
    }

    #[test]
    fn older_releases_are_read_alike() {
        let old: [Maker; 4] = [
            Maker::Fortigate(FortigateUnit {
                version: FortiOs::V5_6,
                ..FortigateUnit::new("FGT60FTK20000001", "F")
            }),
            Maker::Fortigate(FortigateUnit {
                version: FortiOs::V6_0,
                ..FortigateUnit::new("FGT60FTK20000001", "F")
            }),
            Maker::Panos(PanosUnit { version: PanOs::V9_1, ..PanosUnit::new("012801096514", "P") }),
            Maker::Panos(PanosUnit { version: PanOs::V10_1, ..PanosUnit::new("012801096514", "P") }),
        ];
        let mut scratch = Scratch::default();
        let mut wrong: BTreeMap<String, String> = BTreeMap::new();
        for mut maker in old {
            let (vendor, version) = match &maker {
                Maker::Fortigate(unit) => (Vendor::Fortigate, format!("{:?}", unit.version)),
                Maker::Panos(unit) => (Vendor::Panos, format!("{:?}", unit.version)),
            };
            for story in
                all().iter().filter(|story| story.vendor == vendor && !story.registry.contains("sniffer"))
            {
                let registry = Registry::from_yaml(&story.registry).unwrap();
                let context =
                    Context { registry: &registry, received: at(30 * DAY), collected: Collected::default() };
                // The first lines of a story are all that differ in kind.
                for told in story.told.iter().take(4) {
                    for line in maker.lines(&told.happening) {
                        let what = match parse_line(line.as_bytes(), &context, &mut scratch) {
                            Ok(event) => Reading::of(&told.happening, &line, vendor, &story.registry)
                                .to_the_second()
                                .differences(&event),
                            Err(reject) => vec![format!("refused: {reject}")],
                        };
                        for what in what {
                            wrong
                                .entry(format!("{version} {}: {what}", story.title))
                                .or_insert_with(|| line.clone());
                        }
                    }
                }
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    #[test]
    fn every_line_is_read_as_it_was_meant() {
        let mut scratch = Scratch::default();
        // The first line of each way to be wrong; a story has hundreds of lines that are wrong alike.
        let mut wrong: BTreeMap<String, String> = BTreeMap::new();
        for story in all() {
            let registry = Registry::from_yaml(&story.registry)
                .unwrap_or_else(|problems| panic!("{}: {problems}", story.title));
            let context =
                Context { registry: &registry, received: at(30 * DAY), collected: Collected::default() };
            for told in &story.told {
                let read = match parse_line(told.line.as_bytes(), &context, &mut scratch) {
                    Ok(event) => Reading::of(&told.happening, &told.line, story.vendor, &story.registry)
                        .differences(&event),
                    Err(reject) => vec![format!("refused: {reject}")],
                };
                for what in read {
                    wrong.entry(format!("{}: {what}", story.title)).or_insert_with(|| told.line.clone());
                }
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}
