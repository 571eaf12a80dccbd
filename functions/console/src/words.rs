//! The console's own words: Fluent messages in `locales/`, the same keys in both languages.

use std::sync::LazyLock;

use hinomi_model::{EventTime, Language, Seconds};
use hinomi_notice::Catalog;
use jiff::tz::TimeZone;

const JA_FILES: &[(&str, &str)] = &[("console.ftl", include_str!("../locales/ja/console.ftl"))];
const EN_FILES: &[(&str, &str)] = &[("console.ftl", include_str!("../locales/en/console.ftl"))];

static JA: LazyLock<Catalog> = LazyLock::new(|| Catalog::new(Language::Ja, JA_FILES));
static EN: LazyLock<Catalog> = LazyLock::new(|| Catalog::new(Language::En, EN_FILES));

/// One reader's language, zone and moment.
#[derive(Clone, Debug)]
pub(crate) struct Words {
    pub(crate) language: Language,
    pub(crate) zone: TimeZone,
    pub(crate) now: EventTime,
}

impl Words {
    /// Returns a message without arguments.
    pub(crate) fn word(&self, key: &str) -> String {
        self.say(key, &[])
    }

    /// Returns a message.
    pub(crate) fn say(&self, key: &str, args: &[(&str, &str)]) -> String {
        match self.language {
            Language::Ja => JA.say(key, args),
            Language::En => EN.say(key, args),
        }
    }

    /// Returns the word of a closed list's member.
    pub(crate) fn of(&self, list: &str, member: &str) -> String {
        self.word(&format!("{list}-{member}"))
    }

    /// Returns the text of this reader's language.
    pub(crate) fn choose<'w>(&self, words: &'w hinomi_model::Words) -> &'w str {
        match self.language {
            Language::Ja => &words.ja,
            Language::En => &words.en,
        }
    }

    /// Writes an instant of this day as its time, of another day with its date.
    pub(crate) fn moment(&self, time: EventTime) -> String {
        let day = |time| self.format(time, "%Y-%m-%d");
        let pattern = if day(time) == day(self.now) { "%H:%M:%S" } else { "%m-%d %H:%M:%S" };
        self.format(time, pattern)
    }

    /// Writes an instant with its date, without the zone.
    pub(crate) fn instant(&self, time: EventTime) -> String {
        self.format(time, "%Y-%m-%d %H:%M:%S")
    }

    /// Names the zone in which times are shown.
    pub(crate) fn zone(&self) -> String {
        self.format(self.now, "UTC%:z")
    }

    /// Writes how long ago something was, in its largest unit and, where that is coarse, the next.
    pub(crate) fn ago(&self, time: EventTime) -> String {
        self.span(self.now.since(time))
    }

    fn span(&self, seconds: Seconds) -> String {
        const MINUTE: i64 = 60;
        const HOUR: i64 = 60 * MINUTE;
        const DAY: i64 = 24 * HOUR;
        let (key, first, second) = match seconds {
            ..MINUTE => ("ago-now", 0, 0),
            MINUTE..HOUR => ("ago-minutes", seconds / MINUTE, 0),
            HOUR..DAY => ("ago-hours", seconds / HOUR, seconds % HOUR / MINUTE),
            _ => ("ago-days", seconds / DAY, seconds % DAY / HOUR),
        };
        let (first, second) = (first.to_string(), second.to_string());
        match key {
            "ago-now" => self.word(key),
            "ago-minutes" => self.say(key, &[("first", &first)]),
            _ => self.say(key, &[("first", &first), ("second", &second)]),
        }
    }

    fn format(&self, time: EventTime, pattern: &str) -> String {
        // jiff fails only on directives that need what a zoned instant lacks; these need nothing else.
        jiff::fmt::strtime::format(pattern, &time.timestamp().to_zoned(self.zone.clone()))
            .unwrap_or_else(|_| time.to_string())
    }
}

#[cfg(test)]
mod tests {
    use hinomi_model::{Actor, Channel, Confidence, Function, Infection, Outcome, Stage, Status, Within};
    use hinomi_notice::catalog_conformance;
    use jiff::tz::Offset;

    use super::*;
    use crate::request::Shown;

    fn words(language: Language) -> Words {
        let now = EventTime::parse_rfc3339("2026-01-20T15:30:00Z").unwrap();
        Words { language, zone: TimeZone::fixed(Offset::constant(9)), now }
    }

    #[test]
    fn every_word_of_a_closed_list_has_a_message_and_both_languages_agree() {
        let keys = catalog_conformance(JA_FILES, EN_FILES).unwrap();
        let lists: [(&str, Vec<&str>); 9] = [
            ("stage", Stage::ALL.iter().map(|w| w.as_str()).collect()),
            ("outcome", Outcome::ALL.iter().map(|w| w.as_str()).collect()),
            ("infection", Infection::ALL.iter().map(|w| w.as_str()).collect()),
            ("status", Status::ALL.iter().map(|w| w.as_str()).collect()),
            ("confidence", Confidence::ALL.iter().map(|w| w.as_str()).collect()),
            ("by", Actor::ALL.iter().map(|w| w.as_str()).collect()),
            ("within", Within::ALL.iter().map(|w| w.as_str()).collect()),
            ("channel", Channel::ALL.iter().map(|w| w.as_str()).collect()),
            ("show", Shown::ALL.iter().map(|shown| shown.word()).collect()),
        ];
        for (list, members) in lists {
            for member in members {
                assert!(keys.contains(&format!("{list}-{member}")), "{list}-{member}");
            }
        }
        for function in Function::ALL {
            assert!(keys.contains(&format!("function-{}", function.as_str())), "{function}");
        }
    }

    #[test]
    fn times_are_told_in_the_readers_zone() {
        let words = words(Language::En);
        let at = |text: &str| EventTime::parse_rfc3339(text).unwrap();
        assert_eq!(words.moment(at("2026-01-20T15:15:01Z")), "00:15:01");
        assert_eq!(words.moment(at("2026-01-20T14:15:01Z")), "01-20 23:15:01");
        assert_eq!(words.zone(), "UTC+09:00");
    }

    #[test]
    fn ages_are_told_as_people_tell_them() {
        let (en, ja) = (words(Language::En), words(Language::Ja));
        for (seconds, english, japanese) in [
            (-5, "now", "今"),
            (59, "now", "今"),
            (60, "1 min", "1分"),
            (3_600, "1 h 0 min", "1時間0分"),
            (90_061, "1 d 1 h", "1日1時間"),
        ] {
            assert_eq!((en.span(seconds), ja.span(seconds)), (english.to_owned(), japanese.to_owned()));
        }
    }
}
