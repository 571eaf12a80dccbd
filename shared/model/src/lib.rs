//! The vocabulary that every other crate speaks: one word for one thing, and the wire formats it travels in.
//!
//! `Record` → `Line` → [`Event`] → [`Finding`] and [`Fact`] → [`Incident`] → [`Notice`].
//! Imports nothing else of this project, reads no clock and does no I/O.

mod drift;
mod event;
mod fact;
mod finding;
mod finding_batch;
mod habit;
mod health;
mod ids;
mod incident;
mod notice;
mod quarantine;
pub mod registry;
mod settings;
mod statement;
mod time;

pub use drift::DriftEntry;
pub use event::{
    Anomaly, AnomalyKind, Direction, Disposition, DriftKind, Escape, Event, Extra, ExtraField, FieldName,
    Format, Frame, Frames, Function, LineFields, Payload, Posture, Protocol, Severity, Span, Taken, Text,
    TimeSource, Vendor,
};
pub use fact::{
    ClockReading, ClockTrouble, Fact, FactBatch, FactFlags, FactSource, Login, LoginService, Place, Pulse,
    Saying, Sign, WireError,
};
pub use finding::{
    Class, Delivery, Evidence, Finding, FindingKind, Host, Indicator, IndicatorKind, Locator, Peer, Role,
    Signature, Stage, Subject,
};
pub use finding_batch::{BatchError, FindingBatch};
pub use habit::{Habit, Measure, Unusual};
pub use health::{Condition, Health, Problem, Symptom};
pub use ids::{DeviceId, FindingId, Fingerprint, IncidentId, SessionKey, TenantId};
pub use incident::{
    Actor, Assessment, AssessmentText, Asset, Change, ChangeText, Confidence, Core, Countermeasure,
    CountermeasureText, Document, EvidenceLine, FactText, History, Incident, IncidentKind, Infection, Level,
    Moment, MomentText, Outcome, Priority, Reason, ReasonText, Scope, Status, Within, Words,
};
pub use notice::{Channel, Language, Notice, NoticeKind};
pub use quarantine::{QuarantineReason, Quarantined, Reject};
pub use settings::Settings;
pub use statement::{Statement, StatementKey, Value};
pub use time::{EventTime, Seconds, UtcDay};
