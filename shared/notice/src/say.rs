//! One statement in words, for one reader.

use std::net::IpAddr;

use fluent_bundle::{FluentArgs, FluentValue};
use hinomi_model::registry::Tenant;
use hinomi_model::{Asset, Habit, Incident, Language, Role, Statement, StatementKey, Unusual, Value};
use jiff::tz::TimeZone;

use crate::clean;
use crate::clock;
use crate::label::Label;
use crate::lexicon::{Arg, Lexicon};
use crate::shown::{Machine, Shown};

/// Longest foreign text in a sentence, in characters; the longest signature names have some 90.
const MAX_TEXT_CHARS: usize = 96;
/// Longest indicator in a sentence, in characters; the document holds it whole.
const MAX_INDICATOR_CHARS: usize = 160;
/// Longest single name in a list, in characters.
const MAX_NAME_CHARS: usize = 64;
/// Names or indicators shown of a list; the rest is counted.
const MAX_LISTED: usize = 6;

/// For whom something is said.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    /// In which language.
    pub language: Language,
    /// In which zone times are shown.
    pub zone: &'a TimeZone,
}

/// Puts a statement into words.
///
/// Never fails: every key has a text in every language, and an argument that is absent, empty or of an unexpected kind
/// is shown as well as it can be.
pub fn say(statement: &Statement, reader: &Reader<'_>) -> String {
    Voice { reader: *reader, known: None }.say(statement)
}

/// A reader, and what is known about the machines that sentences name.
#[derive(Clone, Copy)]
pub(crate) struct Voice<'a> {
    pub reader: Reader<'a>,
    pub known: Option<Known<'a>>,
}

/// Who is who inside.
#[derive(Clone, Copy)]
pub(crate) struct Known<'a> {
    pub tenant: &'a Tenant,
    pub assets: &'a [Asset],
    pub guest: bool,
}

impl<'a> Voice<'a> {
    /// Makes the voice that tells an incident.
    pub(crate) fn of(incident: &'a Incident, tenant: &'a Tenant, language: Language) -> Self {
        let known = Known { tenant, assets: &incident.core.assets, guest: incident.guest };
        Voice { reader: Reader { language, zone: &tenant.time_zone }, known: Some(known) }
    }

    /// Returns the messages of the reader's language.
    pub(crate) fn lexicon(&self) -> &'static Lexicon {
        Lexicon::of(self.reader.language)
    }

    /// Puts a statement into words.
    pub(crate) fn say(&self, statement: &Statement) -> String {
        self.lexicon().write(statement.key.as_str(), &self.args(statement.key, |name| statement.arg(name)))
    }

    /// Puts statements into words.
    pub(crate) fn say_all(&self, statements: &[Statement]) -> Vec<String> {
        statements.iter().map(|statement| self.say(statement)).collect()
    }

    fn args<'v>(
        &self,
        key: StatementKey,
        value: impl Fn(&'static str) -> Option<&'v Value>,
    ) -> FluentArgs<'static> {
        let mut args = FluentArgs::with_capacity(key.args().len());
        for &name in key.args() {
            args.set(name, self.value(name, value(name)));
        }
        args
    }

    fn value(&self, name: &str, value: Option<&Value>) -> FluentValue<'static> {
        let lexicon = self.lexicon();
        let shown = match value {
            // What was seen stands in the sentence; other words choose between its forms.
            Some(Value::Word(word)) if name == "what" => Some(Shown::plain(self.behaviour(word))),
            Some(Value::Word(word)) => return FluentValue::from(word.clone()),
            Some(Value::Number(number)) => return FluentValue::from(*number),
            Some(Value::Text(text)) => self.quoted(text),
            Some(Value::Indicator(indicator)) => Some(self.indicator(indicator)),
            Some(Value::Inside(inside)) => Some(self.machine(inside)),
            Some(Value::Indicators(all)) => self.list(all, |one| self.indicator(one).text),
            Some(Value::Names(all)) if name == "kinds" => self.list(all, |one| self.behaviour(one)),
            Some(Value::Names(all)) => self.list(all, |one| self.name(one)),
            Some(Value::Bytes(bytes)) => Some(Shown::plain(clock::bytes(*bytes))),
            Some(Value::Time(time)) => Some(Shown::plain(clock::instant(*time, self.reader.zone))),
            Some(Value::Chart { usual, seen }) => Some(Shown::plain(self.chart(usual, seen))),
            Some(Value::Span(seconds)) => Some(Shown::plain(lexicon.span(*seconds))),
            None => None,
        };
        let missing = |shown: &Shown| shown.text.is_empty() || shown.text == "-";
        match shown.filter(|shown| !missing(shown)) {
            Some(shown) => shown.value(),
            None => self.missing(name).value(),
        }
    }

    /// Returns what stands for a value that is not there.
    fn missing(&self, name: &str) -> Shown {
        match name {
            "what" | "file" => Shown::missing(self.lexicon().fixed(Label::NotNamed)),
            "host" | "relay" => self.lexicon().unknown_machine(),
            _ => Shown::missing(self.lexicon().fixed(Label::NotKnown)),
        }
    }

    /// Draws what was usual and what was seen in blocks.
    fn chart(&self, usual: &[u8], seen: &[u8]) -> String {
        const BLOCKS: [char; 1 + Habit::MAX_HEIGHT as usize] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
        let row = |heights: &[u8]| -> String {
            let heights = heights.iter().take(Habit::CHART);
            heights.map(|height| BLOCKS[usize::from((*height).min(Habit::MAX_HEIGHT))]).collect()
        };
        let (usual, seen) = (row(usual), row(seen));
        self.lexicon().label(Label::Chart, &[("usual", Arg::Text(&usual)), ("seen", Arg::Text(&seen))])
    }

    /// Names a kind of unusual traffic: in the reader's language where it is one of ours, else as the vendor called it.
    fn behaviour(&self, word: &str) -> String {
        match Unusual::from_word(word) {
            Some(word) => self.lexicon().label(Label::WordBehaviour, &[("word", Arg::Word(word.as_str()))]),
            None => self.name(word),
        }
    }

    fn quoted(&self, text: &str) -> Option<Shown> {
        let text = clean::prose(text, MAX_TEXT_CHARS);
        if text.is_empty() || text == "-" {
            return None;
        }
        Some(Shown::plain(self.lexicon().label(Label::Quoted, &[("text", Arg::Text(&text))])))
    }

    fn indicator(&self, indicator: &str) -> Shown {
        let flat = clean::line(indicator, MAX_INDICATOR_CHARS);
        if let Ok(ip) = flat.parse::<IpAddr>()
            && self.known.is_some_and(|known| known.tenant.is_inside(ip))
        {
            return self.machine(&flat);
        }
        Shown::plain(self.bare(&clean::defang(&flat)))
    }

    /// Shows an inside address or name, which is never defanged.
    fn machine(&self, inside: &str) -> Shown {
        let flat = clean::line(inside, MAX_NAME_CHARS);
        let ip = flat.parse::<IpAddr>().ok();
        let address = if ip.is_some() { flat } else { self.bare(&clean::prose(&flat, MAX_NAME_CHARS)) };
        let lexicon = self.lexicon();
        let kind = ip.map_or("client", |ip| self.kind(ip));
        let as_server = if kind == Role::Client.as_str() { Role::Server.as_str() } else { kind };
        let machine = (!address.is_empty() && address != "-").then(|| Machine {
            plain: lexicon.machine(kind, &address),
            as_server: lexicon.machine(as_server, &address),
        });
        Shown { text: address, machine, total: None, missing: false }
    }

    /// Returns the word for what an inside address is.
    fn kind(&self, ip: IpAddr) -> &'static str {
        let Some(known) = self.known else { return Role::Client.as_str() };
        let listed = known.assets.iter().find(|asset| asset.ip == ip).map(|asset| asset.role);
        let role = listed.unwrap_or_else(|| known.tenant.role(ip));
        // Only the incident's own machines are known to be the visitor's.
        let visiting = known.guest && role == Role::Client && listed.is_some();
        if visiting { Role::Guest.as_str() } else { role.as_str() }
    }

    fn list(&self, all: &[String], show: impl Fn(&str) -> String) -> Option<Shown> {
        let shown: Vec<String> =
            all.iter().take(MAX_LISTED).map(|one| show(one)).filter(|one| !one.is_empty()).collect();
        if shown.is_empty() {
            return None;
        }
        let hidden = all.len().saturating_sub(MAX_LISTED);
        let total = shown.len() + hidden;
        let text = self.lexicon().list(&shown, total);
        Some(Shown { text, machine: None, total: Some(total), missing: false })
    }

    /// Shows the name of a machine, user or account.
    pub(crate) fn name(&self, name: &str) -> String {
        let flat = clean::line(name, MAX_NAME_CHARS);
        if flat.parse::<IpAddr>().is_ok() {
            return flat;
        }
        self.bare(&clean::prose(&flat, MAX_NAME_CHARS))
    }

    /// Quotes a value that could be taken for part of the sentence.
    fn bare(&self, value: &str) -> String {
        let plain = value.chars().all(|c| c.is_ascii_graphic());
        if plain {
            return value.to_owned();
        }
        let quiet = clean::prose(value, MAX_INDICATOR_CHARS);
        self.lexicon().label(Label::Quoted, &[("text", Arg::Text(&quiet))])
    }

    /// Shows an address: an inside one as it is, an outside one defanged.
    pub(crate) fn address(&self, ip: IpAddr) -> String {
        self.indicator(&ip.to_string()).text
    }

    /// Shows foreign text in quotes, or that there is none.
    pub(crate) fn foreign(&self, text: &str) -> String {
        self.quoted(text).map_or_else(|| self.lexicon().fixed(Label::NotNamed), |shown| shown.text)
    }

    /// Names a machine of the tenant by its kind.
    pub(crate) fn named(&self, ip: IpAddr) -> String {
        let shown = self.machine(&ip.to_string());
        shown.machine.map_or(shown.text, |machine| machine.plain)
    }
}
