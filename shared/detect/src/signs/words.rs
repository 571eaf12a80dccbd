//! What records' texts say of a part and its state.

use hinomi_model::{Event, Health, Saying};

use crate::text::{cut, has_any, is_blank};

/// Words for a part that works.
const WORKS: &[&str] = &[
    "up",
    "alive",
    "success",
    "successful",
    "successfully",
    "succeeded",
    "connected",
    "established",
    "reachable",
    "normal",
    "ok",
    "restored",
    "recovered",
    "cleared",
    "full",
    "added",
    "valid",
];

/// Words for one that does not.
const FAILS: &[&str] = &[
    "down",
    "die",
    "dead",
    "fail",
    "failed",
    "failure",
    "disconnected",
    "lost",
    "broken",
    "closed",
    "unreachable",
    "removed",
    "expired",
    "invalid",
    "error",
    "timeout",
    "unable",
];

/// Returns text as the name of a part: on one line, without characters that hide others, and not too long.
pub(super) fn name(text: &str) -> String {
    let text = text.trim();
    if is_blank(text) {
        return String::new();
    }
    let seen = |c: char| if c.is_control() || hides(c) { ' ' } else { c };
    let name: String = cut(text, Health::MAX_OBJECT_BYTES).chars().map(seen).collect();
    // A control character of two bytes became one of one, so this never grows.
    name.trim().to_owned()
}

/// Tells whether a character changes how others are shown and is not shown itself.
fn hides(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// Returns the account that a record names.
pub(super) fn account<'e>(event: &'e Event<'_>) -> &'e str {
    event.user.as_deref().map(str::trim).filter(|user| !is_blank(user)).unwrap_or("")
}

/// Returns what the last word about a state says; of a change only what it became counts.
pub(super) fn last_state(text: &str) -> Option<Saying> {
    if let Some(saying) = in_step(text) {
        return Some(saying);
    }
    let became = match text.rsplit_once("->") {
        Some((_, became)) => became,
        None if has_any(text, &["from "]) => text.rsplit_once(" to ").map_or(text, |(_, became)| became),
        None => text,
    };
    words(became).rev().find_map(state)
}

/// Returns what the first word about a state says.
pub(super) fn first_state(text: &str) -> Option<Saying> {
    in_step(text).or_else(|| words(text).find_map(state))
}

/// Returns what a text says of two members having the same.
fn in_step(text: &str) -> Option<Saying> {
    if has_any(text, &["out-of-sync", "out of sync", "not synchronized", "not in sync"]) {
        return Some(Saying::Trouble);
    }
    has_any(text, &["in-sync", "in sync", "synchronized"]).then_some(Saying::Over)
}

fn state(word: &str) -> Option<Saying> {
    let is = |list: &[&str]| list.iter().any(|known| known.eq_ignore_ascii_case(word));
    if is(FAILS) {
        return Some(Saying::Trouble);
    }
    is(WORKS).then_some(Saying::Over)
}

fn words(text: &str) -> impl DoubleEndedIterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty())
}

/// Returns what follows the lower-case `word`, whatever its case; `None` where it does not stand.
pub(super) fn rest_after<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    let at = text.as_bytes().windows(word.len()).position(|w| w.eq_ignore_ascii_case(word.as_bytes()))?;
    text.get(at + word.len()..)
}

/// Returns the name that follows the lower-case `word`: up to a blank or a sign that ends a name.
pub(super) fn name_after<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    let rest = rest_after(text, word)?.trim_start_matches([' ', ':', '=', '\'', '"', '(', '[']);
    let name = rest.split([' ', '\t', ',', ';', '\'', '"', ')', ']']).next()?.trim_end_matches(['.', ':']);
    (!is_blank(name)).then_some(name)
}

/// Returns the number before the first word that begins with the lower-case `unit`.
pub(super) fn number_before(text: &str, unit: &str) -> Option<u64> {
    let mut last = None;
    for word in words(text) {
        if crate::text::begins(word, unit) {
            return last;
        }
        last = word.parse().ok();
    }
    None
}

/// Returns the share in percent that a text names, with a sign or a word.
pub(super) fn percent(text: &str) -> Option<u64> {
    let before = |(before, _): (&str, &str)| {
        let number = before.trim_end();
        let start = number.trim_end_matches(|c: char| c.is_ascii_digit()).len();
        number.get(start..)?.parse::<u64>().ok()
    };
    text.split_once('%')
        .and_then(before)
        .or_else(|| number_before(text, "percent"))
        .filter(|share| *share <= 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_line_and_not_too_long() {
        assert_eq!(name(" wan1\u{202e}\r\nport2 "), "wan1   port2");
        assert_eq!(name("N/A"), "");
        let long = name(&"あ".repeat(60));
        assert_eq!((long.len(), long.chars().count()), (63, 21));
        assert!(name(&"\u{85}".repeat(90)).is_empty());
    }

    #[test]
    fn of_a_change_only_what_it_became_counts() {
        let cases = [
            ("Link Monitor changed state from alive to dead, protocol: ping.", Some(Saying::Trouble)),
            ("Link Monitor changed state from dead to alive, protocol: ping.", Some(Saying::Over)),
            ("Interface backup-up was turned down", Some(Saying::Trouble)),
            ("neighbor 203.0.113.1 Full -> Init", None),
            ("Loading->Full", Some(Saying::Over)),
            ("out-of-sync", Some(Saying::Trouble)),
            ("in-sync", Some(Saying::Over)),
            ("interface-stat-change", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(last_state(text), expected, "{text}");
        }
        assert_eq!(first_state(" Down 1Gb/s-full duplex"), Some(Saying::Trouble));
    }

    #[test]
    fn numbers_are_read_with_their_unit() {
        assert_eq!(number_before("will expire in 30 day(s)", "day"), Some(30));
        assert_eq!(number_before("some days", "day"), None);
        assert_eq!(percent("limit, 95 percent in use"), Some(95));
        assert_eq!(percent("CPU usage あ91%"), Some(91));
        assert_eq!(percent("あ%"), None);
        assert_eq!(percent("4000%"), None);
        assert_eq!(name_after("Interface wan1 was turned down", "interface "), Some("wan1"));
        assert_eq!(name_after("Interface ", "interface "), None);
    }
}
