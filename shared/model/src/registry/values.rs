//! The values of a registry, each read or explained: the reader goes on after a problem, so that all are reported.

use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::hours::DAY_MINUTES;
use super::yaml::Node;
use super::{Days, Networks, Problem, Problems};
use crate::time::EventTime;

/// Most problems reported of one registry; a file with more is no registry, and the list stays readable.
const MAX_PROBLEMS: usize = 1_000;
/// Longest identity in bytes: identities become keys of stores, which bound them.
const MAX_ID_BYTES: usize = 64;
/// Longest text for people in bytes; longer ones would not fit a notice.
const MAX_TEXT_BYTES: usize = 256;
/// Longest mail address in bytes (RFC 5321 section 4.5.3.1.3, less the angle brackets).
const MAX_EMAIL_BYTES: usize = 254;

const DAY_WORDS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// A value and where it stands.
#[derive(Clone, Debug)]
pub(super) struct At<'n> {
    /// As a path: `tenants[0].devices[1].id`.
    pub(super) path: String,
    pub(super) node: &'n Node,
}

/// The fields of one map: taken by name, so that what nobody took is an unknown field.
pub(super) struct Fields<'n> {
    pub(super) path: String,
    entries: &'n [(Node, Node)],
    asked: Vec<&'static str>,
}

impl<'n> Fields<'n> {
    /// Takes an optional field; an empty one counts as absent.
    pub(super) fn take(&mut self, key: &'static str) -> Option<At<'n>> {
        self.asked.push(key);
        let (_, node) = self.entries.iter().find(|(k, _)| matches!(k, Node::Text(text) if text == key))?;
        (*node != Node::Null).then(|| At { path: self.at(key), node })
    }

    /// Returns the path of a field.
    pub(super) fn at(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }
}

/// Gathers what is wrong while it reads.
#[derive(Default)]
pub(super) struct Reader {
    problems: Vec<Problem>,
}

impl Reader {
    /// Notes a problem.
    pub(super) fn wrong(&mut self, path: &str, text: impl Into<String>) {
        if self.problems.len() < MAX_PROBLEMS {
            let path = if path.is_empty() { "registry" } else { path };
            self.problems.push(Problem { path: path.to_owned(), text: text.into() });
        }
    }

    fn not_a<T>(&mut self, at: &At<'_>, wanted: &str) -> Option<T> {
        self.wrong(&at.path, format!("must be {wanted}, is {}", at.node.what()));
        None
    }

    /// Returns the value when nothing was wrong.
    pub(super) fn finish<T>(self, value: Option<T>) -> Result<T, Problems> {
        match value {
            Some(value) if self.problems.is_empty() => Ok(value),
            _ => Err(Problems(self.problems)),
        }
    }

    /// Opens a map.
    pub(super) fn fields<'n>(&mut self, at: &At<'n>) -> Option<Fields<'n>> {
        match at.node {
            Node::Map(entries) => Some(Fields { path: at.path.clone(), entries, asked: Vec::new() }),
            _ => self.not_a(at, "a map"),
        }
    }

    /// Closes a map: reports fields that nobody took, and fields that stand in it twice.
    pub(super) fn close(&mut self, fields: &Fields<'_>) {
        for (index, (key, _)) in fields.entries.iter().enumerate() {
            let Node::Text(key) = key else {
                self.wrong(&fields.path, format!("a field's name must be text, is {}", key.what()));
                continue;
            };
            if !fields.asked.contains(&key.as_str()) {
                self.wrong(&fields.at(key), format!("unknown field; known are {}", fields.asked.join(", ")));
            } else if fields.entries.iter().take(index).any(|(k, _)| matches!(k, Node::Text(k) if k == key)) {
                self.wrong(&fields.at(key), "given twice");
            }
        }
    }

    /// Takes a field that must be there.
    pub(super) fn required<'n>(&mut self, fields: &mut Fields<'n>, key: &'static str) -> Option<At<'n>> {
        let found = fields.take(key);
        if found.is_none() {
            self.wrong(&fields.at(key), "missing");
        }
        found
    }

    /// Opens a list.
    pub(super) fn items<'n>(&mut self, at: &At<'n>) -> Vec<At<'n>> {
        match at.node {
            Node::List(items) => items
                .iter()
                .enumerate()
                .map(|(index, node)| At { path: format!("{}[{index}]", at.path), node })
                .collect(),
            _ => self.not_a(at, "a list").unwrap_or_default(),
        }
    }

    /// Reports a list with nothing in it, where something belongs.
    pub(super) fn not_empty(&mut self, at: &At<'_>) {
        if *at.node == Node::List(Vec::new()) {
            self.wrong(&at.path, "empty");
        }
    }

    /// Reads text for people: one line, not empty, bounded.
    pub(super) fn text(&mut self, at: &At<'_>) -> Option<String> {
        let Node::Text(text) = at.node else {
            let quotes = matches!(at.node, Node::Integer(_) | Node::Float(_) | Node::Bool(_));
            return self.not_a(at, if quotes { "text (put it in quotes)" } else { "text" });
        };
        self.line(&at.path, text)
    }

    /// Reads an identity: text, or a number that reads the same as text.
    pub(super) fn id(&mut self, at: &At<'_>) -> Option<String> {
        let text = match at.node {
            Node::Integer(number) => self.line(&at.path, &number.to_string())?,
            _ => self.text(at)?,
        };
        if text.len() > MAX_ID_BYTES {
            self.wrong(&at.path, format!("longer than {MAX_ID_BYTES} bytes"));
            return None;
        }
        Some(text)
    }

    /// Reads an identity that becomes part of keys and file names: ASCII letters, digits, `-`, `_` and `.`.
    pub(super) fn key(&mut self, at: &At<'_>) -> Option<String> {
        let text = self.id(at)?;
        let plain = text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
        if !plain || text.starts_with('.') {
            self.wrong(&at.path, format!("`{text}` must be ASCII letters, digits, `-`, `_` and `.`"));
            return None;
        }
        Some(text)
    }

    /// Reads the identity of a tenant: a key without dots, as SNS names topics.
    pub(super) fn tenant_key(&mut self, at: &At<'_>) -> Option<String> {
        let text = self.key(at)?;
        if text.contains('.') {
            self.wrong(&at.path, format!("`{text}` must not hold `.`: an SNS topic is named by it"));
            return None;
        }
        Some(text)
    }

    fn line(&mut self, path: &str, text: &str) -> Option<String> {
        let text = text.trim();
        if text.is_empty() {
            self.wrong(path, "empty");
        } else if text.len() > MAX_TEXT_BYTES {
            self.wrong(path, format!("longer than {MAX_TEXT_BYTES} bytes"));
        } else if text.chars().any(char::is_control) {
            self.wrong(path, "holds control characters");
        } else {
            return Some(text.to_owned());
        }
        None
    }

    /// Reads true or false.
    pub(super) fn flag(&mut self, at: &At<'_>) -> Option<bool> {
        match at.node {
            Node::Bool(value) => Some(*value),
            _ => self.not_a(at, "true or false"),
        }
    }

    /// Reads a whole number from 0 to `max`.
    pub(super) fn number(&mut self, at: &At<'_>, max: u32) -> Option<u32> {
        let Node::Integer(number) = at.node else { return self.not_a(at, "a whole number") };
        let number = u32::try_from(*number).ok().filter(|number| *number <= max);
        if number.is_none() {
            self.wrong(&at.path, format!("must be 0 to {max}"));
        }
        number
    }

    /// Reads one word of a closed list.
    pub(super) fn word<T>(
        &mut self,
        at: &At<'_>,
        read: impl Fn(&str) -> Option<T>,
        known: &str,
    ) -> Option<T> {
        let text = self.text(at)?;
        let value = read(&text);
        if value.is_none() {
            self.wrong(&at.path, format!("`{text}` is not one of {known}"));
        }
        value
    }

    fn parsed<T: FromStr>(&mut self, at: &At<'_>, what: &str) -> Option<T> {
        let text = self.text(at)?;
        let value = text.parse().ok();
        if value.is_none() {
            self.wrong(&at.path, format!("`{text}` is not {what}"));
        }
        value
    }

    /// Reads an address.
    pub(super) fn address(&mut self, at: &At<'_>) -> Option<IpAddr> {
        self.parsed::<IpAddr>(at, "an IP address").map(|ip| ip.to_canonical())
    }

    /// Reads a list of networks and addresses; `None` when any of it could not be read.
    pub(super) fn networks(&mut self, at: &At<'_>) -> Option<Networks> {
        let before = self.problems.len();
        let networks = self.items(at).iter().filter_map(|item| self.network(item)).collect();
        (self.problems.len() == before).then_some(networks)
    }

    /// Reads one network or address, or a list of them, not empty.
    pub(super) fn one_or_more_networks(&mut self, at: &At<'_>) -> Option<Networks> {
        self.not_empty(at);
        match at.node {
            Node::List(_) => self.networks(at),
            _ => self.network(at).map(|network| std::iter::once(network).collect()),
        }
    }

    /// Reads one network or address.
    pub(super) fn network(&mut self, at: &At<'_>) -> Option<IpNet> {
        let text = self.text(at)?;
        let Some(network) = text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from)) else {
            self.wrong(&at.path, format!("`{text}` is not a network (a.b.c.d/n) or an address"));
            return None;
        };
        if network.trunc() != network {
            self.wrong(&at.path, format!("`{text}` has host bits; the network is {}", network.trunc()));
            return None;
        }
        if let IpNet::V6(v6) = network
            && v6.addr().to_ipv4_mapped().is_some()
        {
            self.wrong(&at.path, format!("`{text}` must be written as IPv4"));
            return None;
        }
        Some(network)
    }

    /// Reads an IANA time zone.
    pub(super) fn zone(&mut self, at: &At<'_>) -> Option<TimeZone> {
        let text = self.text(at)?;
        let zone = TimeZone::get(&text).ok();
        if zone.is_none() {
            self.wrong(&at.path, format!("`{text}` is not a time zone such as Asia/Tokyo"));
        }
        zone
    }

    /// Reads a time of day as minutes after midnight; `24:00` is the end of the day.
    pub(super) fn minutes(&mut self, at: &At<'_>) -> Option<u16> {
        let text = self.text(at)?;
        let minutes = text.split_once(':').and_then(|(hours, minutes)| {
            let digits = |part: &str| {
                let plain = part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
                plain.then(|| part.parse::<u16>().ok()).flatten()
            };
            let (hours, minutes) = (digits(hours)?, digits(minutes)?);
            (minutes < 60 && hours * 60 + minutes <= DAY_MINUTES).then_some(hours * 60 + minutes)
        });
        if minutes.is_none() {
            self.wrong(&at.path, format!("`{text}` is not a time of day such as \"08:30\""));
        }
        minutes
    }

    /// Reads a date.
    pub(super) fn date(&mut self, at: &At<'_>) -> Option<Date> {
        self.parsed(at, "a date such as 2026-11-23")
    }

    /// Reads the last instant of a date in a zone, or an RFC 3339 time stamp.
    pub(super) fn until(&mut self, at: &At<'_>, zone: &TimeZone) -> Option<EventTime> {
        let text = self.text(at)?;
        let instant = EventTime::parse_rfc3339(&text).or_else(|| {
            let midnight = text.parse::<Date>().ok()?.tomorrow().ok()?.to_zoned(zone.clone()).ok()?;
            let nanos = i64::try_from(midnight.timestamp().as_nanosecond()).ok()?;
            Some(EventTime::from_nanos(nanos.saturating_sub(1)))
        });
        if instant.is_none() {
            self.wrong(&at.path, format!("`{text}` is not a date such as 2027-03-31 or an RFC 3339 time"));
        }
        instant
    }

    /// Reads days of the week: `mon-fri`, `sat`, `mon,wed`, or a list of such.
    pub(super) fn days(&mut self, at: &At<'_>) -> Days {
        let mut days = Days::default();
        let parts = match at.node {
            Node::List(_) => self.items(at),
            _ => vec![at.clone()],
        };
        for part in parts {
            let Some(text) = self.text(&part) else { continue };
            for span in text.split(',').map(str::trim) {
                let day = |word: &str| DAY_WORDS.iter().position(|known| *known == word.trim());
                let (first, last) = span.split_once('-').unwrap_or((span, span));
                let (Some(first), Some(last)) = (day(first), day(last)) else {
                    self.wrong(&part.path, format!("`{span}` is not a day or span of days such as mon-fri"));
                    continue;
                };
                let length = (last + 7 - first) % 7;
                for (index, chosen) in days.0.iter_mut().enumerate() {
                    *chosen |= (index + 7 - first) % 7 <= length;
                }
            }
        }
        days
    }

    /// Reads a mail address. Only what every mail system takes: no quotes, no comments, ASCII.
    pub(super) fn email(&mut self, at: &At<'_>) -> Option<String> {
        let text = self.text(at)?;
        if is_email(&text) {
            return Some(text);
        }
        self.wrong(&at.path, format!("`{text}` is not a mail address"));
        None
    }

    /// Reads a telephone number as E.164 writes it.
    pub(super) fn phone(&mut self, at: &At<'_>) -> Option<String> {
        let text = self.text(at)?;
        let digits = text.strip_prefix('+').unwrap_or("");
        let valid = (7..=15).contains(&digits.len())
            && digits.bytes().all(|b| b.is_ascii_digit())
            && !digits.starts_with('0');
        if valid {
            return Some(text);
        }
        self.wrong(&at.path, format!("`{text}` is not a telephone number such as \"+819000000000\""));
        None
    }
}

fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let local_char = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&b);
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= MAX_EMAIL_BYTES
        && (1..=64).contains(&local.len())
        && local.bytes().all(local_char)
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..")
        && domain.contains('.')
        && domain.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<T>(node: &Node, with: impl Fn(&mut Reader, &At<'_>) -> T) -> (T, usize) {
        let mut reader = Reader::default();
        let value = with(&mut reader, &At { path: "x".to_owned(), node });
        (value, reader.problems.len())
    }

    #[test]
    fn days_in_every_spelling() {
        for (text, expected) in [
            ("mon-fri", [true, true, true, true, true, false, false]),
            ("sat", [false, false, false, false, false, true, false]),
            ("mon, wed", [true, false, true, false, false, false, false]),
            ("sat-mon", [true, false, false, false, false, true, true]),
        ] {
            let node = Node::Text(text.to_owned());
            assert_eq!(read(&node, Reader::days), (Days(expected), 0), "{text}");
        }
        for text in ["monday", "mon-", "-", "mon,,fri", "1-5"] {
            assert_eq!(read(&Node::Text(text.to_owned()), Reader::days).1, 1, "{text}");
        }
    }

    #[test]
    fn mail_addresses_are_checked() {
        for good in ["soc@kita.example", "a.b+c@x-y.kita.example"] {
            assert!(is_email(good), "{good}");
        }
        for bad in
            ["soc", "soc@", "@kita.example", "a b@kita.example", "a@kita", "a@-x.example", "a..b@x.example"]
        {
            assert!(!is_email(bad), "{bad}");
        }
    }

    #[test]
    fn times_of_day_are_checked() {
        for (text, expected) in
            [("00:00", Some(0)), ("08:30", Some(510)), ("24:00", Some(1440)), ("24:01", None), ("8:30", None)]
        {
            assert_eq!(read(&Node::Text(text.to_owned()), Reader::minutes).0, expected, "{text}");
        }
        for text in ["08:60", "+1:00", "08:30:00", "noon", "99:99"] {
            assert_eq!(read(&Node::Text(text.to_owned()), Reader::minutes), (None, 1), "{text}");
        }
    }

    #[test]
    fn telephone_numbers_keep_their_plus() {
        assert_eq!(read(&Node::Integer(819_000_000_000), Reader::phone), (None, 1));
        for bad in ["0900000000", "+0900000000", "+81-90-0000-0000", "+1234567890123456"] {
            assert_eq!(read(&Node::Text(bad.to_owned()), Reader::phone), (None, 1), "{bad}");
        }
    }
}
