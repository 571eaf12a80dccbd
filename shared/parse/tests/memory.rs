//! What a reader remembers of earlier lines makes it faster and changes nothing: names in their order, plans of where
//! fields stand, offsets of zones.

#![expect(clippy::unwrap_used, reason = "all of this file is a test")]

use hinomi_model::registry::{Collected, Registry};
use hinomi_model::{EventTime, Reject};
use hinomi_parse::{Context, Scratch, parse_line};
use proptest::prelude::*;

/// Fields that are read, that are kept, that nobody knows, and that stand twice under two spellings.
const FIELDS: [(&str, &str); 24] = [
    ("date", "2026-01-20"),
    ("time", "10:15:01"),
    ("tz", "+0900"),
    ("eventtime", "1768871701123456789"),
    ("devid", "FGT60FTK20000001"),
    ("logid", "0000000013"),
    ("type", "traffic"),
    ("type", "utm"),
    ("subtype", "forward"),
    ("subtype", "webfilter"),
    ("level", "notice"),
    ("vd", "root"),
    ("srcip", "10.1.12.34"),
    ("src", "10.1.12.35"),
    ("srcip", "N/A"),
    ("dstip", "2001:db8::9"),
    ("sessionid", "0"),
    ("session_id", "77"),
    ("action", "close"),
    ("action", "teleport"),
    ("poluuid", "6f1d2c3a-5a10-51ee-9c41-0a1b2c3d4e07"),
    ("a-name-of-more-than-sixteen", "x y"),
    ("a-name-of-more-than-thirty-two-bytes", "z"),
    ("brandnewfield", "United States"),
];

#[derive(Clone, Copy, Debug)]
enum Form {
    Blanks,
    Commas,
    Object,
    LooseObject,
}

fn line() -> impl Strategy<Value = String> {
    let form =
        prop_oneof![Just(Form::Blanks), Just(Form::Commas), Just(Form::Object), Just(Form::LooseObject)];
    let fields = prop::collection::vec(prop::sample::select(&FIELDS[..]), 0..30);
    // Hardly any line is a log by chance.
    (form, any::<bool>(), fields, prop_oneof![6 => Just(""), 1 => Just(" stray"), 1 => Just(" open=\"x")])
        .prop_map(|(form, is_log, fields, tail)| {
            let head = if is_log { &[("devid", "FGT60FTK20000001"), ("type", "traffic")][..] } else { &[] };
            let fields: Vec<_> = head.iter().copied().chain(fields).collect();
            let joined = |separator: &str, write: &dyn Fn(&str, &str) -> String| {
                let fields: Vec<String> = fields.iter().map(|(name, value)| write(name, value)).collect();
                fields.join(separator)
            };
            match form {
                Form::Blanks => joined(" ", &|name, value| format!("{name}=\"{value}\"")) + tail,
                Form::Commas => joined(",", &|name, value| format!("{name}={value}")) + tail,
                Form::Object => {
                    format!("{{{}}}", joined(",", &|name, value| format!("\"{name}\":\"{value}\"")))
                }
                Form::LooseObject => {
                    format!("{{{}}}", joined(", ", &|name, value| format!("\"{name}\": \"{value}\"")))
                }
            }
        })
}

/// Reads a line; the event as everybody sees it, and what nobody does.
fn read(line: &str, registry: &Registry, scratch: &mut Scratch) -> Result<(String, String), Reject> {
    let received = EventTime::from_seconds(1_768_871_710);
    let context = Context { registry, received, collected: Collected::default() };
    let event = parse_line(line.as_bytes(), &context, scratch)?;
    let hidden = format!("{:?} {:?} {}", event.posture, event.event_type, event.unknown_fields);
    Ok((serde_json::to_string(&event).unwrap(), hidden))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_line_is_read_as_if_it_were_the_first(lines in prop::collection::vec(line(), 1..8)) {
        let registry = Registry::open();
        let mut scratch = Scratch::default();
        for line in lines.iter().chain(&lines) {
            let alone = read(line, &registry, &mut Scratch::default());
            prop_assert_eq!(read(line, &registry, &mut scratch), alone, "{}", line);
        }
    }

    #[test]
    fn an_object_is_read_the_same_whatever_blanks_are_in_it(
        fields in prop::collection::vec(prop::sample::select(&FIELDS[..]), 0..30),
    ) {
        let registry = Registry::open();
        let fields: Vec<_> = [("devid", "FGT60FTK20000001"), ("type", "traffic")].into_iter().chain(fields).collect();
        let write = |separator: &str| {
            let members: Vec<String> =
                fields.iter().map(|(name, value)| format!("\"{name}\":{}\"{value}\"", separator.trim_matches(','))).collect();
            format!("{{{}}}", members.join(separator))
        };
        let mut scratch = Scratch::default();
        let tight = read(&write(","), &registry, &mut scratch);
        let loose = read(&write(", "), &registry, &mut scratch);
        prop_assert_eq!(tight, loose);
    }
}

#[test]
fn names_without_end_are_forgotten_and_read_on() {
    let registry = Registry::open();
    let mut scratch = Scratch::default();
    for number in 0..400 {
        let names: Vec<String> = (0..60).map(|name| format!("n{number}x{name}={name}")).collect();
        let line = format!("devid=FGT60FTK20000001 type=traffic srcip=10.1.12.34 {}", names.join(" "));
        let alone = read(&line, &registry, &mut Scratch::default()).unwrap();
        assert_eq!(read(&line, &registry, &mut scratch).unwrap(), alone, "{number}");
    }
}
