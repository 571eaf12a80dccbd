//! What each function is told by its environment: read once at cold start, typed, every problem in one error.
//!
//! The names are here and nowhere else in code. [`READS`] says which function reads which; the template sets exactly
//! those, and a test compares the two.

use std::fmt;

use hinomi_model::{Language, Seconds};

use crate::metrics::Function;

/// The names of the environment's variables.
pub mod names {
    /// Bucket of raw objects, facts, snapshots and the quarantine.
    pub const ARCHIVE_BUCKET: &str = "HINOMI_ARCHIVE_BUCKET";
    /// Bucket of the registry.
    pub const CONFIG_BUCKET: &str = "HINOMI_CONFIG_BUCKET";
    /// Stream from ingest, follow and watch to correlate.
    pub const FINDINGS_STREAM: &str = "HINOMI_FINDINGS_STREAM";
    /// Table of states, incidents and notices that wait.
    pub const INCIDENTS_TABLE: &str = "HINOMI_INCIDENTS_TABLE";
    /// Table of who was told what.
    pub const DELIVERIES_TABLE: &str = "HINOMI_DELIVERIES_TABLE";
    /// Table of indicators and the hosts that showed them.
    pub const SCOPE_TABLE: &str = "HINOMI_SCOPE_TABLE";
    /// Table of small documents.
    pub const LEDGER_TABLE: &str = "HINOMI_LEDGER_TABLE";
    /// How the ARNs of customers' topics begin; the tenant's id follows.
    pub const TOPIC_PREFIX: &str = "HINOMI_TOPIC_PREFIX";
    /// ARN of the topic that wakes the platform's operators.
    pub const OPERATIONS_TOPIC: &str = "HINOMI_OPERATIONS_TOPIC";
    /// Sender of SMS.
    pub const SMS_SENDER_ID: &str = "HINOMI_SMS_SENDER_ID";
    /// How long a registry is used before asking whether there is another; default 60.
    pub const REGISTRY_REFRESH_SECONDS: &str = "HINOMI_REGISTRY_REFRESH_SECONDS";
    /// How long a list of known enemies is used before asking whether there is another; default 300.
    pub const INDICATORS_REFRESH_SECONDS: &str = "HINOMI_INDICATORS_REFRESH_SECONDS";
    /// Namespace of metrics; default `Hinomi`.
    pub const METRICS_NAMESPACE: &str = "HINOMI_METRICS_NAMESPACE";
    /// The console's language when the reader's is not known, `ja` or `en`; default `ja`.
    pub const LANGUAGE: &str = "HINOMI_LANGUAGE";
    /// How many compactors share the tenants; default 4.
    pub const COMPACTORS: &str = "HINOMI_COMPACTORS";
    /// What is logged: `error`, `warn` or `info`, the default. Finer levels would let libraries write contents.
    pub const LOG: &str = "HINOMI_LOG";
}

/// What every function reads.
pub const COMMON: [&str; 2] = [names::METRICS_NAMESPACE, names::LOG];

/// What each function reads besides [`COMMON`].
pub const READS: [(Function, &[&str]); 8] = [
    (
        Function::Ingest,
        &[
            names::ARCHIVE_BUCKET,
            names::CONFIG_BUCKET,
            names::FINDINGS_STREAM,
            names::REGISTRY_REFRESH_SECONDS,
            names::INDICATORS_REFRESH_SECONDS,
        ],
    ),
    (
        Function::Follow,
        &[
            names::ARCHIVE_BUCKET,
            names::CONFIG_BUCKET,
            names::FINDINGS_STREAM,
            names::REGISTRY_REFRESH_SECONDS,
        ],
    ),
    (
        Function::Correlate,
        &[
            names::ARCHIVE_BUCKET,
            names::CONFIG_BUCKET,
            names::INCIDENTS_TABLE,
            names::SCOPE_TABLE,
            names::REGISTRY_REFRESH_SECONDS,
        ],
    ),
    (
        Function::Notify,
        &[
            names::ARCHIVE_BUCKET,
            names::CONFIG_BUCKET,
            names::INCIDENTS_TABLE,
            names::DELIVERIES_TABLE,
            names::SCOPE_TABLE,
            names::LEDGER_TABLE,
            names::TOPIC_PREFIX,
            names::OPERATIONS_TOPIC,
            names::SMS_SENDER_ID,
            names::REGISTRY_REFRESH_SECONDS,
        ],
    ),
    (
        Function::Enrol,
        &[names::CONFIG_BUCKET, names::TOPIC_PREFIX, names::OPERATIONS_TOPIC, names::LEDGER_TABLE],
    ),
    (
        Function::Console,
        &[
            names::CONFIG_BUCKET,
            names::INCIDENTS_TABLE,
            names::DELIVERIES_TABLE,
            names::SCOPE_TABLE,
            names::LANGUAGE,
            names::REGISTRY_REFRESH_SECONDS,
        ],
    ),
    (
        Function::Compact,
        &[names::ARCHIVE_BUCKET, names::CONFIG_BUCKET, names::COMPACTORS, names::REGISTRY_REFRESH_SECONDS],
    ),
    (
        Function::Watch,
        &[
            names::ARCHIVE_BUCKET,
            names::CONFIG_BUCKET,
            names::FINDINGS_STREAM,
            names::REGISTRY_REFRESH_SECONDS,
        ],
    ),
];

/// How long a registry is used before asking for another, unless told otherwise. One conditional request a minute and
/// running copy of a function is nothing; a device registered during an attack counts a minute later.
pub const DEFAULT_REGISTRY_REFRESH: Seconds = 60;
/// The longest time that a registry may be used: a customer's change is never more than an hour away.
pub const MAX_REGISTRY_REFRESH: Seconds = 3_600;

/// How long a list of known enemies is used before asking for another, unless told otherwise: feeds change every few hours,
/// and what is urgent can wait five minutes for being known everywhere.
pub const DEFAULT_INDICATORS_REFRESH: Seconds = 300;
/// The longest time that a list may be used: what it names is an enemy today.
pub const MAX_INDICATORS_REFRESH: Seconds = 86_400;

/// How many compactors there are unless told otherwise.
pub const DEFAULT_COMPACTORS: u16 = 4;
/// Most compactors: each has a schedule of its own in the template, which knows so many.
pub const MAX_COMPACTORS: u16 = 8;

/// Everything that is wrong with an environment.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct ConfigError(pub Vec<Problem>);

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("environment is wrong: ")?;
        for (index, problem) in self.0.iter().enumerate() {
            let between = if index == 0 { "" } else { "; " };
            write!(f, "{between}{problem}")?;
        }
        Ok(())
    }
}

/// One thing that is wrong with an environment. The value itself is not told.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// A variable is not set, or empty.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// A variable's value is not of its kind.
    #[error("{name} is not {kind}")]
    Wrong {
        /// The variable.
        name: &'static str,
        /// What it should be.
        kind: &'static str,
    },
}

/// What ingest is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IngestConfig {
    /// What it shares with follow.
    pub flow: FlowConfig,
    /// How long a list of known enemies is used.
    pub indicators_refresh: Seconds,
}

/// What ingest, follow and watch are told: all read the archive and the registry and write findings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowConfig {
    /// Bucket of raw objects, facts, snapshots and the quarantine.
    pub archive_bucket: String,
    /// Bucket of the registry.
    pub config_bucket: String,
    /// Stream of findings.
    pub findings_stream: String,
    /// How long a registry is used.
    pub registry_refresh: Seconds,
}

/// What correlate is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CorrelateConfig {
    /// Bucket of the quarantine.
    pub archive_bucket: String,
    /// Bucket of the registry.
    pub config_bucket: String,
    /// Table of states, incidents and notices that wait.
    pub incidents_table: String,
    /// Table of indicators and hosts.
    pub scope_table: String,
    /// How long a registry is used.
    pub registry_refresh: Seconds,
}

/// What notify is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotifyConfig {
    /// Bucket of the quarantine.
    pub archive_bucket: String,
    /// Bucket of the registry.
    pub config_bucket: String,
    /// Table of states, incidents and notices that wait.
    pub incidents_table: String,
    /// Table of who was told what.
    pub deliveries_table: String,
    /// Table of indicators and hosts.
    pub scope_table: String,
    /// Table of small documents.
    pub ledger_table: String,
    /// How the ARNs of customers' topics begin.
    pub topic_prefix: String,
    /// ARN of the operators' topic.
    pub operations_topic: String,
    /// Sender of SMS: 3 to 11 letters and digits, one letter at least.
    pub sms_sender_id: String,
    /// How long a registry is used.
    pub registry_refresh: Seconds,
}

/// What enrol is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnrolConfig {
    /// Bucket of the registry.
    pub config_bucket: String,
    /// How the ARNs of customers' topics begin.
    pub topic_prefix: String,
    /// ARN of the operators' topic.
    pub operations_topic: String,
    /// Table of small documents.
    pub ledger_table: String,
}

/// What console is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsoleConfig {
    /// Bucket of the registry.
    pub config_bucket: String,
    /// Table of incidents.
    pub incidents_table: String,
    /// Table of who was told what.
    pub deliveries_table: String,
    /// Table of indicators and hosts.
    pub scope_table: String,
    /// The language when the reader's is not known.
    pub language: Language,
    /// How long a registry is used.
    pub registry_refresh: Seconds,
}

/// What compact is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompactConfig {
    /// Bucket of raw objects and of the columnar archive.
    pub archive_bucket: String,
    /// Bucket of the registry.
    pub config_bucket: String,
    /// How many compactors share the tenants.
    pub compactors: u16,
    /// How long a registry is used.
    pub registry_refresh: Seconds,
}

/// What every function is told, for [`start`](fn@crate::start).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Telemetry {
    /// Namespace of metrics.
    pub namespace: String,
    /// What is logged.
    pub log: Log,
}

/// What is logged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Log {
    /// What failed.
    Error,
    /// And what is odd.
    Warn,
    /// And what happened.
    #[default]
    Info,
}

/// Reads an environment and gathers what is wrong with it.
pub struct Environment<'e> {
    lookup: &'e dyn Fn(&str) -> Option<String>,
    problems: Vec<Problem>,
}

impl<'e> Environment<'e> {
    /// Makes a reader of whatever knows the variables.
    pub fn new(lookup: &'e dyn Fn(&str) -> Option<String>) -> Self {
        Environment { lookup, problems: Vec::new() }
    }

    /// Returns what was read, unless something was wrong.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] with every problem.
    pub fn done<T>(self, read: T) -> Result<T, ConfigError> {
        if self.problems.is_empty() { Ok(read) } else { Err(ConfigError(self.problems)) }
    }

    /// Reads what ingest needs.
    pub fn ingest(&mut self) -> IngestConfig {
        IngestConfig {
            flow: self.flow(),
            indicators_refresh: self.parsed(
                names::INDICATORS_REFRESH_SECONDS,
                "a number of seconds from 1 to 86400",
                DEFAULT_INDICATORS_REFRESH,
                |text| text.parse().ok().filter(|seconds| (1..=MAX_INDICATORS_REFRESH).contains(seconds)),
            ),
        }
    }

    /// Reads what follow or watch needs, and ingest besides its own.
    pub fn flow(&mut self) -> FlowConfig {
        FlowConfig {
            archive_bucket: self.name(names::ARCHIVE_BUCKET),
            config_bucket: self.name(names::CONFIG_BUCKET),
            findings_stream: self.name(names::FINDINGS_STREAM),
            registry_refresh: self.refresh(),
        }
    }

    /// Reads what correlate needs.
    pub fn correlate(&mut self) -> CorrelateConfig {
        CorrelateConfig {
            archive_bucket: self.name(names::ARCHIVE_BUCKET),
            config_bucket: self.name(names::CONFIG_BUCKET),
            incidents_table: self.name(names::INCIDENTS_TABLE),
            scope_table: self.name(names::SCOPE_TABLE),
            registry_refresh: self.refresh(),
        }
    }

    /// Reads what notify needs.
    pub fn notify(&mut self) -> NotifyConfig {
        NotifyConfig {
            archive_bucket: self.name(names::ARCHIVE_BUCKET),
            config_bucket: self.name(names::CONFIG_BUCKET),
            incidents_table: self.name(names::INCIDENTS_TABLE),
            deliveries_table: self.name(names::DELIVERIES_TABLE),
            scope_table: self.name(names::SCOPE_TABLE),
            ledger_table: self.name(names::LEDGER_TABLE),
            topic_prefix: self.topic_prefix(),
            operations_topic: self.topic(),
            sms_sender_id: self.sender(),
            registry_refresh: self.refresh(),
        }
    }

    /// Reads what enrol needs.
    pub fn enrol(&mut self) -> EnrolConfig {
        EnrolConfig {
            config_bucket: self.name(names::CONFIG_BUCKET),
            topic_prefix: self.topic_prefix(),
            operations_topic: self.topic(),
            ledger_table: self.name(names::LEDGER_TABLE),
        }
    }

    /// Reads what console needs.
    pub fn console(&mut self) -> ConsoleConfig {
        ConsoleConfig {
            config_bucket: self.name(names::CONFIG_BUCKET),
            incidents_table: self.name(names::INCIDENTS_TABLE),
            deliveries_table: self.name(names::DELIVERIES_TABLE),
            scope_table: self.name(names::SCOPE_TABLE),
            language: self.parsed(names::LANGUAGE, "ja or en", Language::Ja, Language::from_word),
            registry_refresh: self.refresh(),
        }
    }

    /// Reads what compact needs.
    pub fn compact(&mut self) -> CompactConfig {
        CompactConfig {
            archive_bucket: self.name(names::ARCHIVE_BUCKET),
            config_bucket: self.name(names::CONFIG_BUCKET),
            compactors: self.parsed(
                names::COMPACTORS,
                "a number of compactors from 1 to 8",
                DEFAULT_COMPACTORS,
                |text| text.parse().ok().filter(|number| (1..=MAX_COMPACTORS).contains(number)),
            ),
            registry_refresh: self.refresh(),
        }
    }

    /// Reads what every function needs.
    pub fn telemetry(&mut self) -> Telemetry {
        let namespace = |text: &str| {
            // CloudWatch's own rule; names that begin with AWS/ are its own.
            let plain = |b: u8| b.is_ascii_alphanumeric() || b"._-/#:".contains(&b);
            let fits = text.len() <= 255 && text.bytes().all(plain) && !text.starts_with("AWS/");
            fits.then(|| text.to_owned())
        };
        let log = |text: &str| match text {
            "error" => Some(Log::Error),
            "warn" => Some(Log::Warn),
            "info" => Some(Log::Info),
            _ => None,
        };
        Telemetry {
            namespace: self.parsed(
                names::METRICS_NAMESPACE,
                "a name of metrics",
                "Hinomi".to_owned(),
                namespace,
            ),
            log: self.parsed(names::LOG, "error, warn or info", Log::Info, log),
        }
    }

    /// Reads the name of a bucket, a table or a stream.
    fn name(&mut self, name: &'static str) -> String {
        // The union of what S3, DynamoDB and Kinesis permit; the service itself says the rest.
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b);
        self.required(name, "a resource's name", |text| text.len() <= 255 && text.bytes().all(plain))
    }

    fn topic(&mut self) -> String {
        self.required(names::OPERATIONS_TOPIC, "the ARN of a topic", is_topic)
    }

    fn topic_prefix(&mut self) -> String {
        self.required(names::TOPIC_PREFIX, "the beginning of topics' ARNs", is_topic)
    }

    fn sender(&mut self) -> String {
        self.required(names::SMS_SENDER_ID, "3 to 11 letters and digits with a letter", |text| {
            (3..=11).contains(&text.len())
                && text.bytes().all(|b| b.is_ascii_alphanumeric())
                && text.bytes().any(|b| b.is_ascii_alphabetic())
        })
    }

    fn refresh(&mut self) -> Seconds {
        self.parsed(
            names::REGISTRY_REFRESH_SECONDS,
            "a number of seconds from 1 to 3600",
            DEFAULT_REGISTRY_REFRESH,
            |text| text.parse().ok().filter(|seconds| (1..=MAX_REGISTRY_REFRESH).contains(seconds)),
        )
    }

    fn required(&mut self, name: &'static str, kind: &'static str, fits: impl Fn(&str) -> bool) -> String {
        let value = self.value(name);
        if value.is_none() {
            self.problems.push(Problem::Missing(name));
        }
        let value = value.unwrap_or_default();
        if !value.is_empty() && !fits(&value) {
            self.problems.push(Problem::Wrong { name, kind });
        }
        value
    }

    fn parsed<T>(
        &mut self,
        name: &'static str,
        kind: &'static str,
        default: T,
        parse: impl Fn(&str) -> Option<T>,
    ) -> T {
        let Some(value) = self.value(name) else { return default };
        parse(&value).unwrap_or_else(|| {
            self.problems.push(Problem::Wrong { name, kind });
            default
        })
    }

    /// Returns a variable's value; one that is empty counts as not set, as CloudFormation leaves it.
    fn value(&self, name: &str) -> Option<String> {
        (self.lookup)(name).filter(|value| !value.is_empty())
    }
}

/// Tells whether text is the ARN of a topic, or how one begins: `arn:aws:sns:REGION:ACCOUNT:NAME`.
fn is_topic(text: &str) -> bool {
    let mut parts = text.split(':');
    let starts = parts.next() == Some("arn") && parts.next().is_some_and(|p| p.starts_with("aws"));
    let sns = parts.next() == Some("sns");
    let rest: Vec<&str> = parts.collect();
    starts && sns && rest.len() == 3 && rest.iter().all(|part| !part.is_empty()) && text.len() <= 256
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    fn good(name: &str) -> Option<String> {
        let value = match name {
            names::TOPIC_PREFIX => "arn:aws:sns:ap-northeast-1:123456789012:hinomi-",
            names::OPERATIONS_TOPIC => "arn:aws:sns:ap-northeast-1:123456789012:hinomi-operations",
            names::SMS_SENDER_ID => "HINOMI",
            names::REGISTRY_REFRESH_SECONDS | names::INDICATORS_REFRESH_SECONDS => "30",
            names::LANGUAGE => "en",
            names::COMPACTORS => "2",
            names::LOG => "warn",
            names::METRICS_NAMESPACE => "Hinomi",
            _ => "hinomi-prod-thing",
        };
        Some(value.to_owned())
    }

    fn read(function: Function, environment: &mut Environment<'_>) {
        match function {
            Function::Ingest => drop(environment.ingest()),
            Function::Follow | Function::Watch => drop(environment.flow()),
            Function::Correlate => drop(environment.correlate()),
            Function::Notify => drop(environment.notify()),
            Function::Enrol => drop(environment.enrol()),
            Function::Console => drop(environment.console()),
            Function::Compact => drop(environment.compact()),
        }
    }

    #[test]
    fn each_function_reads_what_the_table_says_and_nothing_else() {
        assert_eq!(READS.iter().map(|(function, _)| *function).collect::<Vec<_>>(), Function::ALL);
        for (function, names) in READS {
            let asked = RefCell::new(BTreeSet::new());
            let lookup = |name: &str| {
                asked.borrow_mut().insert(name.to_owned());
                good(name)
            };
            let mut environment = Environment::new(&lookup);
            read(function, &mut environment);
            environment.done(()).unwrap();
            let names: BTreeSet<String> = names.iter().map(|name| (*name).to_owned()).collect();
            assert_eq!(asked.into_inner(), names, "{}", function.as_str());
        }
    }

    #[test]
    fn every_problem_is_in_one_error() {
        let set: BTreeMap<&str, &str> = [
            (names::ARCHIVE_BUCKET, "b"),
            (names::CONFIG_BUCKET, "no name of a bucket"),
            (names::SMS_SENDER_ID, "12345"),
            (names::OPERATIONS_TOPIC, "arn:aws:sqs:ap-northeast-1:123456789012:x"),
            (names::REGISTRY_REFRESH_SECONDS, "0"),
            (names::LEDGER_TABLE, ""),
        ]
        .into();
        let lookup = |name: &str| set.get(name).map(|value| (*value).to_owned());
        let mut environment = Environment::new(&lookup);
        let read = environment.notify();
        let error = environment.done(read).unwrap_err();
        assert_eq!(
            error.to_string(),
            "environment is wrong: HINOMI_CONFIG_BUCKET is not a resource's name; HINOMI_INCIDENTS_TABLE is missing; \
             HINOMI_DELIVERIES_TABLE is missing; HINOMI_SCOPE_TABLE is missing; HINOMI_LEDGER_TABLE is missing; \
             HINOMI_TOPIC_PREFIX is missing; HINOMI_OPERATIONS_TOPIC is not the ARN of a topic; \
             HINOMI_SMS_SENDER_ID is not 3 to 11 letters and digits with a letter; \
             HINOMI_REGISTRY_REFRESH_SECONDS is not a number of seconds from 1 to 3600"
        );
    }

    #[test]
    fn what_is_not_set_has_a_default_where_there_is_one() {
        let nothing = |_: &str| None;
        let mut environment = Environment::new(&nothing);
        let telemetry = environment.telemetry();
        assert_eq!((telemetry.namespace.as_str(), telemetry.log), ("Hinomi", Log::Info));
        environment.done(()).unwrap();
        let mut environment = Environment::new(&nothing);
        assert_eq!(environment.console().language, Language::Ja);
        let ingest = environment.ingest();
        assert_eq!(ingest.flow.registry_refresh, DEFAULT_REGISTRY_REFRESH);
        assert_eq!(ingest.indicators_refresh, DEFAULT_INDICATORS_REFRESH);
        assert!(environment.done(()).is_err());
    }

    #[test]
    fn levels_that_would_write_contents_are_refused() {
        for level in ["debug", "trace", "hinomi=debug", "INFO"] {
            let lookup = |name: &str| (name == names::LOG).then(|| level.to_owned());
            let mut environment = Environment::new(&lookup);
            let read = environment.telemetry();
            assert!(environment.done(read).is_err(), "{level}");
        }
    }
}
