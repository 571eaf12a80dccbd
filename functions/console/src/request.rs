//! What the dashboard asks for: CloudWatch's custom widget event
//! (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/add_custom_widget_dashboard_about.html>).
//!
//! Whoever sees the dashboard can send any event, so every member is checked and a wrong one falls back to its default:
//! a widget that shows the queue in the wrong language is more use than one that shows an error.

use std::collections::BTreeMap;

use hinomi_lambda::BadEvent;
use hinomi_model::{IncidentId, Language, Level};
use jiff::tz::{Offset, TimeZone};
use serde::Deserialize;

/// Width in pixels below which rows become cards; a third of a dashboard on a common screen is narrower.
const NARROW: f64 = 720.0;
/// Longest tenant's name in a filter that is taken: the registry's longest id.
const MAX_TENANT_BYTES: usize = 256;

/// What is asked for, and how it is to be shown.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) view: View,
    pub(crate) language: Language,
    pub(crate) zone: TimeZone,
    pub(crate) dark: bool,
    pub(crate) narrow: bool,
}

/// Which page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum View {
    /// What the widget is and takes, in Markdown.
    Describe,
    /// The open incidents.
    Queue(Filter),
    /// One incident; nothing when the id is none.
    Incident(Option<IncidentId>),
}

/// Which incidents of the queue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Filter {
    pub(crate) shown: Shown,
    pub(crate) tenant: Option<String>,
}

/// Which levels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Shown {
    /// What somebody is told of: levels 4, 3 and 2, and health.
    #[default]
    Told,
    /// One level.
    Level(Level),
    /// Health alone.
    Health,
    /// Level 1 as well.
    All,
}

impl Shown {
    /// Every choice, in the order of the form.
    pub(crate) const ALL: [Shown; 7] = [
        Shown::Told,
        Shown::Level(Level::FOUR),
        Shown::Level(Level::THREE),
        Shown::Level(Level::TWO),
        Shown::Level(Level::ONE),
        Shown::Health,
        Shown::All,
    ];

    /// Returns the word for it in events.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Shown::Told => "told",
            Shown::Level(Level::FOUR) => "4",
            Shown::Level(Level::THREE) => "3",
            Shown::Level(Level::TWO) => "2",
            Shown::Level(_) => "1",
            Shown::Health => "health",
            Shown::All => "all",
        }
    }

    fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|shown| shown.word() == word)
    }

    /// Tells whether a level belongs to it (`None`: health).
    pub(crate) fn holds(self, level: Option<Level>) -> bool {
        match self {
            Shown::Told => level.is_none_or(|level| level >= Level::TWO),
            Shown::Level(wanted) => level == Some(wanted),
            Shown::Health => level.is_none(),
            Shown::All => level.is_none_or(|level| level >= Level::ONE),
        }
    }
}

#[derive(Default, Deserialize)]
struct Event {
    #[serde(default)]
    describe: Option<bool>,
    #[serde(default)]
    view: Option<Word>,
    #[serde(default)]
    incident: Option<Word>,
    #[serde(default)]
    level: Option<Word>,
    #[serde(default)]
    tenant: Option<Word>,
    #[serde(default)]
    language: Option<Word>,
    #[serde(rename = "widgetContext", default)]
    context: Option<Context>,
}

#[derive(Default, Deserialize)]
struct Context {
    #[serde(default)]
    locale: Option<Word>,
    #[serde(default)]
    timezone: Option<Zone>,
    #[serde(default)]
    theme: Option<Word>,
    #[serde(default)]
    width: Option<f64>,
    #[serde(default)]
    forms: Option<Forms>,
    #[serde(default)]
    params: Option<BTreeMap<String, Word>>,
}

#[derive(Default, Deserialize)]
struct Forms {
    #[serde(default)]
    all: BTreeMap<String, Word>,
}

#[derive(Default, Deserialize)]
struct Zone {
    #[serde(rename = "offsetISO", default)]
    iso: Option<Word>,
    #[serde(rename = "offsetInMinutes", default)]
    minutes: Option<f64>,
}

/// A parameter: YAML makes a number of `level: 4`, and anything else is as good as absent.
#[derive(Clone, Deserialize)]
#[serde(untagged)]
enum Word {
    Text(String),
    Number(u64),
    Other(serde::de::IgnoredAny),
}

impl Word {
    fn text(&self) -> String {
        match self {
            Word::Text(text) => text.clone(),
            Word::Number(number) => number.to_string(),
            Word::Other(_) => String::new(),
        }
    }
}

impl Request {
    /// Reads an event; `default` is the language of readers who don't say theirs.
    ///
    /// # Errors
    ///
    /// [`BadEvent`] for what is no JSON object of a widget's event.
    pub(crate) fn read(payload: &str, default: Language) -> Result<Self, BadEvent> {
        // Serde takes an array for an object's members in their order, which no dashboard sends.
        if !payload.trim_start().starts_with('{') {
            return Err(BadEvent::Unknown);
        }
        let event: Event = serde_json::from_str(payload).map_err(|_| BadEvent::Unknown)?;
        let context = event.context.unwrap_or_default();
        let params = context.params.unwrap_or_default();
        let forms = context.forms.unwrap_or_default().all;
        // A button says what it wants; else what stands in the form; else how the widget was set up.
        let word = |said: &Option<Word>, name: &str| -> String {
            let said = said.as_ref().or_else(|| forms.get(name)).or_else(|| params.get(name));
            said.map(Word::text).unwrap_or_default()
        };
        let language = Language::from_word(&word(&event.language, "language"))
            .or_else(|| context.locale.and_then(|locale| spoken(&locale.text())))
            .unwrap_or(default);
        let view = if event.describe == Some(true) {
            View::Describe
        } else if event.incident.is_some() || event.view.is_some_and(|view| view.text() == "incident") {
            View::Incident(event.incident.and_then(|id| id_of(&id.text())))
        } else {
            let shown = Shown::of(&word(&event.level, "level")).unwrap_or_default();
            let tenant = word(&event.tenant, "tenant");
            let tenant = (!tenant.is_empty() && tenant.len() <= MAX_TENANT_BYTES).then_some(tenant);
            View::Queue(Filter { shown, tenant })
        };
        Ok(Request {
            view,
            language,
            zone: context.timezone.map_or(TimeZone::UTC, |zone| zone.zone()),
            dark: context.theme.is_some_and(|theme| theme.text() == "dark"),
            narrow: context.width.is_some_and(|width| width < NARROW),
        })
    }
}

impl Zone {
    /// Returns the zone. `offsetISO` comes first, because it says which way it counts.
    fn zone(&self) -> TimeZone {
        let iso = self.iso.as_ref().and_then(|iso| seconds_of(&iso.text()));
        let seconds = iso.or_else(|| {
            #[expect(clippy::cast_possible_truncation, reason = "a cast from a float saturates")]
            self.minutes.map(|minutes| (minutes as i32).saturating_mul(60))
        });
        let offset = seconds.and_then(|seconds| Offset::from_seconds(seconds).ok());
        offset.map_or(TimeZone::UTC, TimeZone::fixed)
    }
}

/// Reads `+09:00`.
fn seconds_of(iso: &str) -> Option<i32> {
    let (sign, rest) = match iso.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let (hours, minutes) = rest.split_once(':')?;
    let number = |text: &str| (text.len() == 2).then(|| text.parse::<u8>().ok()).flatten();
    Some(sign * (i32::from(number(hours)?) * 3_600 + i32::from(number(minutes)?) * 60))
}

/// Returns the language of a locale, `ja` or `en-US`.
fn spoken(locale: &str) -> Option<Language> {
    Language::from_word(locale.split(['-', '_']).next().unwrap_or_default())
}

/// Reads an incident's id: 32 hexadecimal digits.
fn id_of(text: &str) -> Option<IncidentId> {
    let digits = text.len() == 32 && text.bytes().all(|b| b.is_ascii_hexdigit());
    u128::from_str_radix(text, 16).ok().filter(|_| digits).map(IncidentId)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(event: &str) -> Request {
        Request::read(event, Language::Ja).unwrap()
    }

    #[test]
    fn a_widget_without_parameters_shows_what_is_told() {
        let request = read("{}");
        assert_eq!(request.view, View::Queue(Filter::default()));
        assert_eq!((request.language, request.dark, request.narrow), (Language::Ja, false, false));
        assert_eq!(read(r#"{"describe":true}"#).view, View::Describe);
    }

    #[test]
    fn buttons_come_before_forms_and_forms_before_the_set_up() {
        let event = |said: &str, form: &str| {
            format!(
                r#"{{{said}"widgetContext":{{"forms":{{"all":{{{form}}}}},"params":{{"level":4,"tenant":"kita"}}}}}}"#
            )
        };
        let level = |said: &str, form: &str| match read(&event(said, form)).view {
            View::Queue(filter) => (filter.shown.word(), filter.tenant.unwrap_or_default()),
            other => panic!("{other:?}"),
        };
        assert_eq!(level("", ""), ("4", "kita".to_owned()));
        assert_eq!(level("", r#""level":"all","tenant":"""#), ("all", String::new()));
        assert_eq!(level(r#""level":"health","#, r#""level":"all""#), ("health", "kita".to_owned()));
    }

    #[test]
    fn the_reader_decides_language_zone_and_theme() {
        let request = read(
            r#"{"widgetContext":{"locale":"en-GB","theme":"dark","width":500,
                "timezone":{"label":"Local","offsetISO":"+09:00","offsetInMinutes":-540}}}"#,
        );
        assert_eq!((request.language, request.dark, request.narrow), (Language::En, true, true));
        assert_eq!(request.zone, TimeZone::fixed(Offset::constant(9)));
        let request =
            read(r#"{"language":"ja","widgetContext":{"locale":"en","timezone":{"offsetInMinutes":540}}}"#);
        assert_eq!((request.language, request.zone), (Language::Ja, TimeZone::fixed(Offset::constant(9))));
        assert_eq!(read(r#"{"widgetContext":{"locale":"fr"}}"#).language, Language::Ja);
    }

    #[test]
    fn wrong_members_fall_back_and_stop_nothing() {
        let id = "0123456789abcdef0123456789abcdef";
        assert_eq!(
            read(&format!(r#"{{"incident":"{id}"}}"#)).view,
            View::Incident(Some(IncidentId(0x0123_4567_89ab_cdef_0123_4567_89ab_cdef)))
        );
        for wrong in
            ["\"../\"", "7", "null,\"view\":\"incident\"", "[]", "\"+123456789abcdef0123456789abcdef\""]
        {
            assert_eq!(read(&format!(r#"{{"incident":{wrong}}}"#)).view, View::Incident(None), "{wrong}");
        }
        for zone in [r#""offsetISO":"+99:99""#, r#""offsetISO":"x""#, r#""offsetInMinutes":1e300"#, ""] {
            let request = read(&format!(r#"{{"widgetContext":{{"timezone":{{{zone}}}}}}}"#));
            assert_eq!(request.zone, TimeZone::UTC, "{zone}");
        }
        assert_eq!(read(r#"{"level":{"a":1},"tenant":[]}"#).view, View::Queue(Filter::default()));
        for none in ["", "[]", "7", "null", "\"x\""] {
            assert!(Request::read(none, Language::Ja).is_err(), "{none}");
        }
    }
}
