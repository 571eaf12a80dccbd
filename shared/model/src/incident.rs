//! Incidents: one story with a level and its reasons, in the engine's form and as the document others read.

use std::collections::BTreeMap;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::event::{Disposition, Function, Posture, words};
use crate::finding::{Evidence, FindingKind, Indicator, Locator, Role, Signature, Stage, Subject};
use crate::health::Problem;
use crate::ids::{IncidentId, TenantId};
use crate::statement::Statement;
use crate::time::EventTime;

/// The incident level: what the logs prove about the outcome, 0 to 4.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Level(u8);

impl Level {
    /// Normal traffic or a false positive.
    pub const ZERO: Level = Level(0);
    /// Harmless, or proven to have failed.
    pub const ONE: Level = Level(1);
    /// A real attack whose outcome needs checking.
    pub const TWO: Level = Level(2);
    /// The attack succeeded; an intrusion is not visible.
    pub const THREE: Level = Level(3);
    /// The attack succeeded and an intrusion is visible.
    pub const FOUR: Level = Level(4);

    /// Returns the number.
    pub const fn number(self) -> u8 {
        self.0
    }
}

impl From<Level> for u8 {
    fn from(level: Level) -> u8 {
        level.0
    }
}

impl TryFrom<u8> for Level {
    type Error = &'static str;

    fn try_from(number: u8) -> Result<Self, Self::Error> {
        if number <= 4 { Ok(Level(number)) } else { Err("a level is 0 to 4") }
    }
}

impl std::fmt::Display for Level {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

words! {
    /// Attacks and the appliances' health never mix.
    IncidentKind { Attack = "attack", Health = "health" }
}
words! {
    /// How sure the level is.
    Confidence { Low = "low", Medium = "medium", High = "high" }
}
words! {
    /// How much the asset matters; never changes the level.
    Priority { Normal = "normal", High = "high" }
}
words! {
    /// Whether it goes on.
    Status { Open = "open", Recovered = "recovered", Closed = "closed" }
}
words! {
    /// How the attack ended.
    Outcome { Blocked = "blocked", Failed = "failed", Unknown = "unknown", Succeeded = "succeeded" }
}
words! {
    /// Whether something inside is infected.
    Infection { Infected = "infected", NotInfected = "not_infected", Unknown = "unknown" }
}
words! {
    /// Who does a countermeasure.
    Actor { Customer = "customer", Soc = "soc" }
}
words! {
    /// By when.
    Within { Now = "now", Hour = "1h", Today = "today", Week = "week" }
}

/// An asset of the customer that the incident touches.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Asset {
    /// Inside address.
    pub ip: IpAddr,
    /// Name, from the registry or the log.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub name: Option<String>,
    /// User, from the log, or the asset's owner.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub user: Option<String>,
    /// What it is.
    pub role: Role,
}

/// Across the tenant: every host with the same file or destination. A view; it changes no incident.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scope {
    /// Inside hosts.
    pub hosts: Vec<IpAddr>,
    /// Users.
    pub users: Vec<String>,
    /// File hashes looked for.
    pub hashes: Vec<String>,
    /// Domains looked for.
    pub domains: Vec<String>,
    /// Bytes that left towards the attackers.
    pub bytes_out: u64,
}

/// What changed when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct History {
    /// The revision that came of it.
    pub revision: u32,
    /// When, in event time.
    pub at: EventTime,
    /// The level since then.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub level: Option<Level>,
    /// `engine`, or the analyst.
    pub by: String,
    /// The rule, or the analyst's reason.
    pub why: String,
}

/// The fields of an incident that need no words. Lists are sorted and without repeats.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Core {
    /// Identity.
    pub id: IncidentId,
    /// Identities it had or took over.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub aliases: Vec<IncidentId>,
    /// For people: the tenant's reference and a number made from the id.
    pub number: String,
    /// Counts the changes.
    pub revision: u32,
    /// Whose.
    pub tenant: TenantId,
    /// Attack or health.
    pub kind: IncidentKind,
    /// The level; absent for health.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub level: Option<Level>,
    /// How sure the level is.
    pub confidence: Confidence,
    /// How much the asset matters.
    pub priority: Priority,
    /// Whether it goes on.
    pub status: Status,
    /// Inside addresses.
    pub hosts: Vec<IpAddr>,
    /// Outside addresses.
    pub attackers: Vec<IpAddr>,
    /// Users.
    pub users: Vec<String>,
    /// Devices that saw it.
    pub devices: Vec<String>,
    /// How those devices stand in the traffic; the weakest of them.
    pub posture: Posture,
    /// Functions that contributed.
    pub functions: Vec<Function>,
    /// Stages seen.
    pub stages: Vec<Stage>,
    /// ATT&CK techniques.
    pub techniques: Vec<String>,
    /// How it ended.
    pub outcome: Outcome,
    /// Whether something inside is infected.
    pub infection: Infection,
    /// What the host tried was blocked throughout.
    pub contained: bool,
    /// What can be looked for elsewhere.
    pub indicators: Vec<Indicator>,
    /// Assets touched.
    pub assets: Vec<Asset>,
    /// Signatures.
    pub signatures: Vec<Signature>,
    /// First evidence.
    pub first_seen: EventTime,
    /// Last evidence.
    pub last_seen: EventTime,
    /// When the incident was opened: the first evidence's receive time.
    pub opened_at: EventTime,
    /// Across the tenant.
    pub scope: Scope,
    /// The allow entry that made it level 0.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub suppressed_by: Option<String>,
    /// The incident that this one continues.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub predecessor: Option<IncidentId>,
    /// Health only: what is wrong.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub problem: Option<Problem>,
    /// What changed when.
    pub history: Vec<History>,
    /// Digest of the rule set that judged it.
    pub rules: String,
}

/// A fact that the level rests on: evidence of one kind, merged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    /// A short name that reasons refer to: `f1`, `f2`, … in time order.
    pub id: String,
    /// First time.
    pub time: EventTime,
    /// Last time.
    pub last: EventTime,
    /// What it shows.
    pub kind: FindingKind,
    /// Stage of the attack.
    pub stage: Stage,
    /// What became of it.
    pub disposition: Disposition,
    /// How many events; exact unless `at_least`.
    pub count: u64,
    /// The count is a lower bound.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub at_least: bool,
    /// The sentence.
    pub summary: Statement,
    /// Evidence lines (by their SHA-256) that show it.
    pub lines: Vec<String>,
}

/// Why a level.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// Rule of the service, `1` to `15`, or `host`, `analyst`.
    pub rule: String,
    /// The level that it supports.
    pub level: Level,
    /// The sentence.
    pub text: Statement,
    /// The facts it rests on, by [`Moment::id`].
    pub facts: Vec<String>,
}

/// What would have changed the level.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The fact that is missing.
    pub fact: Statement,
    /// The level it would have led to.
    pub to_level: Level,
}

/// What somebody should do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Countermeasure {
    /// What.
    pub act: Statement,
    /// Who.
    pub by: Actor,
    /// By when.
    pub within: Within,
}

/// The five answers and what is not known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assessment {
    /// What happened, in time order.
    pub cause: Vec<Statement>,
    /// Infected or not, and why.
    pub infection: Vec<Statement>,
    /// What it means.
    pub impact: Vec<Statement>,
    /// How far it reaches.
    pub scope: Vec<Statement>,
    /// What to do, in order.
    pub countermeasures: Vec<Countermeasure>,
    /// What is not known.
    pub unknowns: Vec<Statement>,
}

/// An incident as the engine knows it: statements, no words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Incident {
    /// Whose state it is judged from.
    pub subject: Subject,
    /// What needs no words.
    pub core: Core,
    /// Its title.
    pub title: Statement,
    /// The facts, in time order, at most [`Incident::MAX_FACTS`].
    pub facts: Vec<Moment>,
    /// Why this level; the deciding ones first.
    pub reasons: Vec<Reason>,
    /// What would have changed it.
    pub would_change: Vec<Change>,
    /// The answers.
    pub assessment: Assessment,
    /// Log lines, in time order, at most [`Incident::MAX_EVIDENCE`].
    pub evidence: Vec<Evidence>,
    /// The host stands in a guest segment: e-mail only, a visitor's device.
    pub guest: bool,
    /// Level 2 from mass probing of detect-only devices: told in the day's digest.
    pub digest: bool,
}

impl Incident {
    /// Facts kept.
    pub const MAX_FACTS: usize = 64;
    /// Evidence lines kept.
    pub const MAX_EVIDENCE: usize = 32;
}

/// The same words in every language.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words {
    /// Japanese.
    pub ja: String,
    /// English.
    pub en: String,
}

/// [`Moment`] as a document tells it in the timeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MomentText {
    /// First time.
    pub time: EventTime,
    /// Last time.
    pub last: EventTime,
    /// Stage of the attack.
    pub stage: Stage,
    /// What became of it.
    pub disposition: Disposition,
    /// How many events.
    pub count: u64,
    /// The sentence.
    pub summary: Words,
}

/// [`Moment`] as a document tells it among the facts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FactText {
    /// What reasons refer to.
    pub id: String,
    /// What it shows.
    pub kind: FindingKind,
    /// What became of it.
    pub disposition: Disposition,
    /// How many events.
    pub count: u64,
    /// The count is a lower bound.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub at_least: bool,
    /// First time.
    pub first: EventTime,
    /// Last time.
    pub last: EventTime,
    /// The sentence.
    pub text: Words,
    /// Evidence lines that show it, by SHA-256.
    pub lines: Vec<String>,
}

/// [`Reason`] in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReasonText {
    /// Rule of the service.
    pub rule: String,
    /// The level that it supports.
    pub level: Level,
    /// The sentence.
    pub text: Words,
    /// The facts it rests on.
    pub facts: Vec<String>,
}

/// [`Change`] in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeText {
    /// The fact that is missing.
    pub fact: Words,
    /// The level it would have led to.
    pub to_level: Level,
}

/// [`Evidence`] with a sentence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceLine {
    /// When it happened.
    pub time: EventTime,
    /// When it was received.
    pub received: EventTime,
    /// The device that wrote it.
    pub device: String,
    /// Which function.
    pub function: Function,
    /// Session number.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub session_id: Option<String>,
    /// Policy id or rule name.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub policy: Option<String>,
    /// The sentence.
    pub summary: Words,
    /// SHA-256 of the raw line.
    pub sha256: String,
    /// Where it lies in the archive.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub locator: Option<Locator>,
    /// The raw line.
    pub raw: String,
}

/// [`Countermeasure`] in one language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CountermeasureText {
    /// What.
    pub act: String,
    /// Who.
    pub by: Actor,
    /// By when.
    pub within: Within,
}

/// [`Assessment`] in one language.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssessmentText {
    /// What happened, in time order.
    pub cause: Vec<String>,
    /// Infected or not, and why.
    pub infection: String,
    /// What it means.
    pub impact: String,
    /// How far it reaches.
    pub scope: String,
    /// What to do, in order.
    pub countermeasures: Vec<CountermeasureText>,
    /// What is not known.
    pub unknowns: Vec<String>,
}

/// An incident as others read it: one line of incidents.ndjson.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// What needs no words.
    #[serde(flatten)]
    pub core: Core,
    /// Its title.
    pub title: Words,
    /// What happened, in time order.
    pub timeline: Vec<MomentText>,
    /// Log lines.
    pub evidence: Vec<EvidenceLine>,
    /// What the level rests on.
    pub facts: Vec<FactText>,
    /// Why this level.
    pub reasons: Vec<ReasonText>,
    /// What would have changed it.
    pub would_change: Vec<ChangeText>,
    /// The answers, by language (`ja`, `en`).
    pub assessment: BTreeMap<String, AssessmentText>,
}
