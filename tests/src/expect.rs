//! What must come of a story, and how it differs from what came.

use std::net::IpAddr;
use std::ops::RangeInclusive;

use hinomi_model::EventTime;
use serde_json::Value;

use crate::harness::Outcome;

/// What must come of a story.
#[derive(Clone, Debug)]
pub struct Expect {
    /// The incidents.
    pub incidents: Vec<Expected>,
    /// The highest level that any other incident may have; `None` when there must be no other.
    pub others_up_to: Option<u8>,
    /// What is told.
    pub notices: Notices,
    /// Words that each mail must hold.
    pub mails_say: Vec<&'static str>,
    /// From when to when everything must be told, if that matters.
    pub told_within: Option<(EventTime, EventTime)>,
}

/// What must be told.
#[derive(Clone, Debug)]
pub enum Notices {
    /// These, in this order: kind, level, channel.
    Exactly(Vec<(&'static str, u8, &'static str)>),
    /// Nothing above this level.
    UpTo(u8),
    /// As many SMS, and as many mails or one digest that stands for them.
    Folded {
        /// SMS.
        sms: usize,
        /// Mails.
        emails: usize,
    },
}

impl Expect {
    /// Nothing must come of it.
    pub fn nothing() -> Self {
        Expect {
            incidents: Vec::new(),
            others_up_to: None,
            notices: Notices::Exactly(Vec::new()),
            mails_say: Vec::new(),
            told_within: None,
        }
    }

    /// Nothing above level 0 must come of it.
    pub fn nothing_above_zero() -> Self {
        Expect { others_up_to: Some(0), ..Expect::nothing() }
    }

    /// Exactly this incident must come of it, told as an incident of its level is told at once.
    pub fn one(incident: Expected) -> Self {
        let notices = told_at_once(*incident.levels.end());
        Expect { incidents: vec![incident], notices: Notices::Exactly(notices), ..Expect::nothing() }
    }

    /// Adds an incident.
    #[must_use]
    pub fn and(mut self, incident: Expected) -> Self {
        self.incidents.push(incident);
        self
    }

    /// Says what must be told instead.
    #[must_use]
    pub fn told(mut self, notices: &[(&'static str, u8, &'static str)]) -> Self {
        self.notices = Notices::Exactly(notices.to_vec());
        self
    }

    /// Says when it must be told.
    #[must_use]
    pub fn within(mut self, from: EventTime, to: EventTime) -> Self {
        self.told_within = Some((from, to));
        self
    }

    /// Requires words in each mail.
    #[must_use]
    pub fn mails_say(mut self, words: &'static str) -> Self {
        self.mails_say.push(words);
        self
    }

    /// Lets there be others.
    #[must_use]
    pub fn others_up_to(mut self, level: u8) -> Self {
        self.others_up_to = Some(level);
        self
    }
}

/// How an incident is told whose level is known from its first line.
fn told_at_once(level: u8) -> Vec<(&'static str, u8, &'static str)> {
    match level {
        4 | 3 => vec![("first", level, "sms"), ("first", level, "email")],
        2 => vec![("first", 2, "email")],
        _ => Vec::new(),
    }
}

/// Who an incident is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// An inside host.
    Host(IpAddr),
    /// An outside source.
    Source(IpAddr),
}

/// One incident that must come.
#[derive(Clone, Debug)]
pub struct Expected {
    /// Its level.
    pub levels: RangeInclusive<u8>,
    /// Who it is about.
    pub about: About,
    /// Members of the document that must have these values.
    pub members: Vec<(&'static str, Value)>,
    /// Hosts that its scope must name.
    pub scope: Vec<IpAddr>,
    /// What the English assessment or title must mention, by JSON pointer.
    pub mentions: Vec<(&'static str, &'static str)>,
    /// How many events of a kind its facts must count.
    pub counts: Vec<(&'static str, u64)>,
}

impl Expected {
    /// An incident about an inside host.
    pub fn host(level: u8, host: IpAddr) -> Self {
        Expected::new(level..=level, About::Host(host))
    }

    /// An incident about an outside source.
    pub fn source(level: u8, source: IpAddr) -> Self {
        Expected::new(level..=level, About::Source(source))
    }

    /// An incident whose level may be one of several.
    pub fn new(levels: RangeInclusive<u8>, about: About) -> Self {
        Expected {
            levels,
            about,
            members: Vec::new(),
            scope: Vec::new(),
            mentions: Vec::new(),
            counts: Vec::new(),
        }
    }

    /// Requires a value of a member.
    #[must_use]
    pub fn with(mut self, member: &'static str, value: impl Into<Value>) -> Self {
        self.members.push((member, value.into()));
        self
    }

    /// Requires that everything was blocked.
    #[must_use]
    pub fn contained(self) -> Self {
        self.with("contained", true)
    }

    /// Requires that not everything was blocked.
    #[must_use]
    pub fn not_contained(self) -> Self {
        self.with("contained", false)
    }

    /// Requires hosts in the scope.
    #[must_use]
    pub fn scope(mut self, hosts: &[IpAddr]) -> Self {
        self.scope = hosts.to_vec();
        self
    }

    /// Requires a word somewhere below a JSON pointer.
    #[must_use]
    pub fn mentions(mut self, pointer: &'static str, word: &'static str) -> Self {
        self.mentions.push((pointer, word));
        self
    }

    /// Requires how many events of a kind the facts count together.
    #[must_use]
    pub fn counts(mut self, kind: &'static str, events: u64) -> Self {
        self.counts.push((kind, events));
        self
    }

    fn is_about(&self, incident: &Value) -> bool {
        let (member, address) = match self.about {
            About::Host(address) => ("hosts", address),
            About::Source(address) => ("attackers", address),
        };
        addresses(&incident[member]).contains(&address)
    }

    fn mismatches(&self, incident: &Value) -> Vec<String> {
        let mut found = Vec::new();
        let level = incident["level"].as_u64().and_then(|level| u8::try_from(level).ok());
        if !level.is_some_and(|level| self.levels.contains(&level)) {
            found.push(format!("{:?}: level {level:?} instead of {:?}", self.about, self.levels));
        }
        for (member, value) in &self.members {
            if incident[*member] != *value {
                found.push(format!("{:?}: {member} is {} instead of {value}", self.about, incident[*member]));
            }
        }
        let scope = addresses(&incident["scope"]["hosts"]);
        for host in self.scope.iter().filter(|host| !scope.contains(host)) {
            found.push(format!("{:?}: scope {scope:?} lacks {host}", self.about));
        }
        for (pointer, word) in &self.mentions {
            let text = incident.pointer(pointer).map(Value::to_string).unwrap_or_default();
            if !text.to_lowercase().contains(&word.to_lowercase()) {
                found.push(format!("{:?}: {pointer} does not mention {word:?}: {text}", self.about));
            }
        }
        for (kind, expected) in &self.counts {
            let facts = incident["facts"].as_array().into_iter().flatten();
            let own = facts.filter(|fact| fact["kind"] == *kind);
            let counted: u64 = own.filter_map(|fact| fact["count"].as_u64()).sum();
            if counted != *expected {
                found.push(format!("{:?}: {counted} of {kind} instead of {expected}", self.about));
            }
        }
        found
    }
}

fn addresses(list: &Value) -> Vec<IpAddr> {
    list.as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .filter_map(|text| text.parse().ok())
        .collect()
}

impl Expect {
    /// Compares with what came; returns what differs, in sentences.
    pub fn mismatches(&self, outcome: &Outcome) -> Vec<String> {
        let mut found = Vec::new();
        let mut rest: Vec<&Value> =
            outcome.incidents.iter().filter(|incident| incident["kind"] == "attack").collect();
        for expected in &self.incidents {
            // The one that fits best, if several are about the same address.
            let position = (0..rest.len())
                .filter(|index| expected.is_about(rest[*index]))
                .min_by_key(|index| expected.mismatches(rest[*index]).len());
            match position {
                Some(index) => found.extend(expected.mismatches(rest.remove(index))),
                None => found.push(format!("no incident about {:?}", expected.about)),
            }
        }
        for other in rest {
            let level = other["level"].as_u64().unwrap_or(0);
            if self.others_up_to.is_none_or(|highest| level > u64::from(highest)) {
                found.push(format!(
                    "unexpected incident: level {level}, hosts {}, attackers {}, {}",
                    other["hosts"], other["attackers"], other["title"]["en"]
                ));
            }
        }
        found.extend(self.notices.mismatches(&outcome.notices));
        if let Some((from, to)) = self.told_within {
            let at = |notice: &Value| notice["at"].as_str().and_then(EventTime::parse_rfc3339);
            let stray =
                outcome.notices.iter().map(at).find(|at| !at.is_some_and(|at| from <= at && at <= to));
            found.extend(stray.map(|at| format!("told at {at:?}, not from {from} to {to}")));
        }
        for mail in outcome.notices.iter().filter(|notice| notice["channel"] == "email") {
            let body = mail["body"].as_str().unwrap_or("");
            let missing = self.mails_say.iter().filter(|words| !body.contains(**words));
            found.extend(missing.map(|words| format!("a mail does not say {words:?}")));
        }
        let refused: Vec<String> = outcome.quarantine.iter().map(|line| line["reason"].to_string()).collect();
        if !refused.is_empty() {
            found.push(format!("{} lines refused, first as {}", refused.len(), refused[0]));
        }
        found
    }
}

impl Notices {
    fn mismatches(&self, notices: &[Value]) -> Option<String> {
        let told: Vec<(&str, u64, &str)> = notices
            .iter()
            .map(|notice| {
                let word = |member: &str| notice[member].as_str().unwrap_or("");
                (word("kind"), notice["level"].as_u64().unwrap_or(0), word("channel"))
            })
            .collect();
        match self {
            Notices::Exactly(expected) => {
                let mut expected: Vec<(&str, u64, &str)> = expected
                    .iter()
                    .map(|(kind, level, channel)| (*kind, u64::from(*level), *channel))
                    .collect();
                let mut sorted = told.clone();
                // The order of channels within one decision is nobody's business.
                expected.sort_unstable();
                sorted.sort_unstable();
                (sorted != expected).then(|| format!("told {told:?} instead of {expected:?}"))
            }
            Notices::UpTo(highest) => {
                let is_right = told.iter().all(|(_, level, _)| level <= &u64::from(*highest));
                (!is_right).then(|| format!("told {told:?}, above level {highest}"))
            }
            Notices::Folded { sms, emails } => {
                let count = |channel: &str| told.iter().filter(|(.., c)| *c == channel).count();
                let mails = count("email");
                let is_right = count("sms") == *sms && (mails == *emails || mails == 1);
                (!is_right).then(|| format!("told {} SMS and {mails} mails", count("sms")))
            }
        }
    }
}
