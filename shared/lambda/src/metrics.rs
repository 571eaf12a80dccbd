//! What a function tells about itself: one [`Report`] an invocation, written once as embedded metric format
//! (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>).
//!
//! The first line is the invocation's summary as well: request, duration and outcome are members of it, so an
//! invocation costs one line of log, and one more for each combination of further dimensions. The metrics are a closed
//! list, and each says which dimensions it may have besides the function: a dimension's value is a word of a closed list,
//! or a tenant for incidents alone, never what a log said, because each combination is paid for.

use std::collections::BTreeMap;

use hinomi_model::EventTime;
use serde_json::{Map, Value, json};

/// Most metrics in a line; the format's limit.
const MAX_METRICS: usize = 100;
/// Most values of one metric in a line; the format's limit. More values go to further lines.
const MAX_VALUES: usize = 100;
/// Most values of one metric in an invocation. A batch has at most 10,000 records; what is beyond is left out, and
/// percentiles then rest on the first thousand.
const MAX_SAMPLES: usize = 1_000;
/// Most combinations of further dimensions in an invocation. Reasons, vendors, functions and channels make fewer; only
/// tenants times levels could be more, and those beyond are counted together as `other`.
const MAX_COMBINATIONS: usize = 256;
/// What stands for the value of a dimension beyond [`MAX_COMBINATIONS`].
const OTHER: &str = "other";

macro_rules! functions {
    ($($name:ident = $text:literal),+ $(,)?) => {
        /// A function of the platform.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Function {
            $(#[doc = concat!("`", $text, "`")] $name,)+
        }

        impl Function {
            /// All functions.
            pub const ALL: &[Function] = &[$(Function::$name),+];

            /// Returns its name, which is its value as a dimension.
            pub const fn as_str(self) -> &'static str {
                match self { $(Function::$name => $text),+ }
            }
        }
    };
}

functions! {
    Ingest = "ingest", Follow = "follow", Correlate = "correlate", Notify = "notify", Enrol = "enrol",
    Console = "console", Compact = "compact", Watch = "watch",
}

/// A further dimension of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dimension {
    /// Why something was set aside.
    Reason,
    /// Who made the appliance.
    Vendor,
    /// Which function of the appliance wrote the log.
    LogFunction,
    /// Whose incident.
    Tenant,
    /// An incident's level.
    Level,
    /// How a notice travels.
    Channel,
}

impl Dimension {
    /// Returns its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Dimension::Reason => "reason",
            Dimension::Vendor => "vendor",
            Dimension::LogFunction => "log_function",
            Dimension::Tenant => "tenant",
            Dimension::Level => "level",
            Dimension::Channel => "channel",
        }
    }
}

/// The unit of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// How many; added up within an invocation.
    Count,
    /// How many bytes; added up within an invocation.
    Bytes,
    /// A time; each value is kept, so that percentiles can be told.
    Milliseconds,
    /// An age or a distance; the largest of an invocation is kept.
    Seconds,
}

impl Unit {
    /// Returns CloudWatch's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Unit::Count => "Count",
            Unit::Bytes => "Bytes",
            Unit::Milliseconds => "Milliseconds",
            Unit::Seconds => "Seconds",
        }
    }
}

macro_rules! metrics {
    ($($(#[$doc:meta])* $name:ident $unit:ident $functions:tt $dimensions:tt),+ $(,)?) => {
        /// A metric. A closed list: each is in a dashboard or an alarm.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Metric {
            $($(#[$doc])* $name,)+
        }

        impl Metric {
            /// All metrics.
            pub const ALL: &[Metric] = &[$(Metric::$name),+];

            /// Returns its name.
            pub const fn as_str(self) -> &'static str {
                match self { $(Metric::$name => stringify!($name)),+ }
            }

            /// Returns its unit.
            pub const fn unit(self) -> Unit {
                match self { $(Metric::$name => Unit::$unit),+ }
            }

            /// Returns the functions that tell it.
            pub const fn functions(self) -> &'static [Function] {
                match self { $(Metric::$name => metrics!(@functions $functions)),+ }
            }

            /// Returns the dimensions that it may have besides the function.
            pub const fn dimensions(self) -> &'static [Dimension] {
                match self { $(Metric::$name => metrics!(@dimensions $dimensions)),+ }
            }
        }
    };
    (@functions [all]) => { Function::ALL };
    (@functions [$($function:ident)+]) => { &[$(Function::$function),+] };
    (@dimensions [$($dimension:ident)*]) => { &[$(Dimension::$dimension),*] };
}

metrics! {
    /// Records that came.
    Records Count [Ingest] [],
    /// Lines read out of them.
    Lines Count [Ingest] [],
    /// Lines that became events.
    LinesDone Count [Ingest] [],
    /// Lines set aside; once in all, and once by reason.
    LinesQuarantined Count [Ingest] [Reason],
    /// Records that were handed back to come again.
    RecordsRetried Count [Ingest] [],
    /// Records that can never be worked on and were set aside whole; of follow, its objects that can't be read or are gone;
    /// of compact, raw objects and records that can't; of watch, minutes of devices that can't be read or are gone.
    RecordsPoisoned Count [Ingest Follow Correlate Compact Watch] [],
    /// Findings sent on, or joined.
    Findings Count [Ingest Follow Correlate Watch] [],
    /// Records that the stream of findings took only when asked again.
    StreamRetries Count [Ingest] [],
    /// Bytes that came, as they came.
    RawBytes Bytes [Ingest] [],
    /// Bytes of the objects written: raw lines, quarantine and facts; of compact, its files.
    StoredBytes Bytes [Ingest Compact] [],
    /// Facts written.
    Facts Count [Ingest] [],
    /// From a record's arrival to its batch being worked on.
    IngestLagMs Milliseconds [Ingest] [],
    /// From a record's arrival to its findings being sent on.
    FindingLatencyMs Milliseconds [Ingest] [],
    /// Versions of the registry that were refused.
    RegistryRefused Count [Ingest Enrol] [],
    /// Versions of the list of known enemies that were refused.
    IndicatorsRefused Count [Ingest] [],
    /// Events read; once in all, and once by vendor and function of the appliance.
    Events Count [Ingest] [Vendor LogFunction],
    /// Facts read.
    FactsRead Count [Follow] [],
    /// Objects read: of facts, of raw lines, or of what devices said of themselves.
    ObjectsRead Count [Follow Compact Watch] [],
    /// How far behind the schedule the facts are read.
    FollowBehindSeconds Seconds [Follow] [],
    /// How far behind the schedule the appliances are watched, whether by itself or because facts are followed late.
    WatchBehindSeconds Seconds [Watch] [],
    /// Findings that were known already.
    FindingsKnown Count [Correlate] [],
    /// Findings that came too late to open anything.
    FindingsLate Count [Correlate] [],
    /// Subjects judged.
    Subjects Count [Correlate] [],
    /// Commits that another one had overtaken.
    Conflicts Count [Correlate] [],
    /// Incidents opened or changed in level; by tenant and level.
    Incidents Count [Correlate] [Tenant Level],
    /// Notices decided.
    NoticesDue Count [Correlate] [],
    /// How late the longest waiting subject was looked at.
    WakesBehindSeconds Seconds [Correlate] [],
    /// Notices published; once in all, and once by channel.
    NoticesSent Count [Notify] [Channel],
    /// Notices published again, marked as possibly repeated.
    NoticesRepeated Count [Notify] [],
    /// Publishes that failed and will be tried again.
    NoticesFailed Count [Notify] [],
    /// Notices that can never be delivered.
    NoticesUndeliverable Count [Notify] [],
    /// From the event's arrival to the publish.
    NoticeLatencyMs Milliseconds [Notify] [],
    /// Age of the oldest notice that is due and not delivered.
    OldestUndeliveredSeconds Seconds [Notify] [],
    /// Subscriptions that wait for their owner's confirmation.
    SubscriptionsPending Count [Enrol] [],
    /// Contacts without the subscription that they should have.
    SubscriptionsMissing Count [Enrol] [],
    /// Tenants that are told of level 3 or 4 and have not one confirmed channel.
    TenantsUnreachable Count [Enrol] [],
    /// Lines that became rows of the columnar archive.
    Rows Count [Compact] [],
    /// Lines that are no events and have no row.
    LinesLeftOut Count [Compact] [],
    /// Records that lie in several raw objects and were taken from another one.
    RecordsRepeated Count [Compact] [],
    /// Files of the columnar archive written.
    FilesWritten Count [Compact] [],
    /// How long ago the oldest hour was over that is not in the columnar archive.
    CompactBehindSeconds Seconds [Compact] [],
    /// Events of no known form, or for another function.
    BadEvents Count [all] [],
    /// Invocations.
    Invocations Count [all] [],
}

/// Values of one metric.
#[derive(Clone, Debug, PartialEq)]
enum Kept {
    Sum(u64),
    Largest(f64),
    All(Vec<f64>),
}

/// Everything that an invocation counted.
#[derive(Clone, Debug)]
pub struct Report {
    function: Function,
    /// By the values of the further dimensions; the function's own metrics stand under none.
    kept: BTreeMap<Vec<(Dimension, String)>, BTreeMap<Metric, Kept>>,
}

impl Report {
    /// Makes an empty report.
    pub fn new(function: Function) -> Self {
        Report { function, kept: BTreeMap::from([(Vec::new(), BTreeMap::new())]) }
    }

    /// Returns whose report it is.
    pub fn function(&self) -> Function {
        self.function
    }

    /// Adds to a sum. Adding nothing makes the metric appear as zero.
    pub fn count(&mut self, metric: Metric, more: u64) {
        self.add(metric, Vec::new(), more);
    }

    /// Adds to a sum and to the one of these dimensions, in the order in which the metric names them.
    ///
    /// [`Metric::Incidents`] has no sum of its own: the levels are told apart everywhere.
    pub fn count_by(&mut self, metric: Metric, values: &[&str], more: u64) {
        debug_assert_eq!(values.len(), metric.dimensions().len(), "{}", metric.as_str());
        let dimensions = metric.dimensions().iter().copied();
        let key: Vec<(Dimension, String)> =
            dimensions.zip(values.iter().map(|value| (*value).to_owned())).collect();
        if metric != Metric::Incidents {
            self.count(metric, more);
        }
        let full = self.kept.len() >= MAX_COMBINATIONS && !self.kept.contains_key(&key);
        let key = if full {
            key.into_iter().map(|(dimension, _)| (dimension, OTHER.to_owned())).collect()
        } else {
            key
        };
        self.add(metric, key, more);
    }

    /// Notes a value: kept with the others, or as the largest, as the metric's unit says.
    pub fn value(&mut self, metric: Metric, value: f64) {
        // JSON has no other numbers; a time before its start (clocks differ) is none at all.
        let value = if value.is_finite() { value.max(0.0) } else { return };
        let largest = metric.unit() == Unit::Seconds;
        let start = if largest { Kept::Largest(0.0) } else { Kept::All(Vec::new()) };
        match self.entry(metric, Vec::new()).or_insert(start) {
            Kept::Largest(kept) => *kept = kept.max(value),
            Kept::All(values) if values.len() < MAX_SAMPLES => values.push(value),
            Kept::All(_) => {}
            Kept::Sum(_) => debug_assert!(false, "{} is a sum", metric.as_str()),
        }
    }

    /// Returns a sum, for summaries and tests.
    pub fn counted(&self, metric: Metric) -> u64 {
        match self.kept.get(&Vec::new()).and_then(|metrics| metrics.get(&metric)) {
            Some(Kept::Sum(sum)) => *sum,
            _ => 0,
        }
    }

    fn add(&mut self, metric: Metric, key: Vec<(Dimension, String)>, more: u64) {
        match self.entry(metric, key).or_insert(Kept::Sum(0)) {
            Kept::Sum(sum) => *sum = sum.saturating_add(more),
            _ => debug_assert!(false, "{} is no sum", metric.as_str()),
        }
    }

    fn entry(
        &mut self,
        metric: Metric,
        key: Vec<(Dimension, String)>,
    ) -> std::collections::btree_map::Entry<'_, Metric, Kept> {
        debug_assert!(
            metric.functions().contains(&self.function),
            "{} does not tell {}",
            self.function.as_str(),
            metric.as_str()
        );
        self.kept.entry(key).or_default().entry(metric)
    }

    /// Returns the lines to write to standard output: the summary first, with `members` added to it.
    pub fn lines(&self, namespace: &str, at: EventTime, members: Map<String, Value>) -> Vec<String> {
        let mut lines = Vec::with_capacity(self.kept.len());
        let mut members = Some(members);
        for (dimensions, metrics) in &self.kept {
            for metrics in parts(metrics) {
                let mut line = members.take().unwrap_or_default();
                self.write(&mut line, namespace, at, dimensions, &metrics);
                lines.push(Value::Object(line).to_string());
            }
        }
        lines
    }

    fn write(
        &self,
        line: &mut Map<String, Value>,
        namespace: &str,
        at: EventTime,
        dimensions: &[(Dimension, String)],
        metrics: &[(Metric, Value)],
    ) {
        let mut set = vec!["function"];
        set.extend(dimensions.iter().map(|(dimension, _)| dimension.as_str()));
        let described: Vec<Value> = metrics
            .iter()
            .map(|(metric, _)| json!({ "Name": metric.as_str(), "Unit": metric.unit().as_str() }))
            .collect();
        let directive = json!({ "Namespace": namespace, "Dimensions": [set], "Metrics": described });
        let millis = at.nanos().div_euclid(1_000_000);
        line.insert("_aws".to_owned(), json!({ "Timestamp": millis, "CloudWatchMetrics": [directive] }));
        line.insert("function".to_owned(), self.function.as_str().into());
        for (dimension, value) in dimensions {
            line.insert(dimension.as_str().to_owned(), value.as_str().into());
        }
        for (metric, value) in metrics {
            line.insert(metric.as_str().to_owned(), value.clone());
        }
    }
}

/// Cuts metrics into lines that the format permits.
fn parts(metrics: &BTreeMap<Metric, Kept>) -> Vec<Vec<(Metric, Value)>> {
    let mut lines: Vec<Vec<(Metric, Value)>> = vec![Vec::new()];
    let mut put = |index: usize, metric: Metric, value: Value| {
        while lines.len() <= index {
            lines.push(Vec::new());
        }
        if let Some(line) = lines.get_mut(index) {
            line.push((metric, value));
        }
    };
    for (place, (metric, kept)) in metrics.iter().enumerate() {
        let first = place / MAX_METRICS;
        match kept {
            Kept::Sum(sum) => put(first, *metric, (*sum).into()),
            Kept::Largest(value) => put(first, *metric, (*value).into()),
            Kept::All(values) => {
                for (further, values) in values.chunks(MAX_VALUES).enumerate() {
                    put(first + further, *metric, values.to_vec().into());
                }
            }
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn read(report: &Report) -> Vec<Value> {
        let at = EventTime::parse_rfc3339("2026-11-23T10:00:00Z").unwrap();
        let members = json!({ "requestId": "r-1" }).as_object().cloned().unwrap();
        report.lines("Hinomi", at, members).iter().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[test]
    fn an_invocation_is_one_line_with_its_counts() {
        let mut report = Report::new(Function::Ingest);
        report.count(Metric::Records, 3);
        report.count(Metric::Records, 4);
        report.count(Metric::RecordsPoisoned, 0);
        report.value(Metric::IngestLagMs, 12.5);
        report.value(Metric::IngestLagMs, -3.0);
        report.value(Metric::IngestLagMs, f64::NAN);
        assert_eq!(
            read(&report),
            [json!({
                "_aws": {
                    "Timestamp": 1_795_428_000_000_i64,
                    "CloudWatchMetrics": [{
                        "Namespace": "Hinomi",
                        "Dimensions": [["function"]],
                        "Metrics": [
                            { "Name": "Records", "Unit": "Count" },
                            { "Name": "RecordsPoisoned", "Unit": "Count" },
                            { "Name": "IngestLagMs", "Unit": "Milliseconds" },
                        ],
                    }],
                },
                "requestId": "r-1",
                "function": "ingest",
                "Records": 7,
                "RecordsPoisoned": 0,
                "IngestLagMs": [12.5, 0.0],
            })]
        );
    }

    #[test]
    fn further_dimensions_have_lines_of_their_own_that_add_up() {
        let mut report = Report::new(Function::Ingest);
        report.count_by(Metric::LinesQuarantined, &["unreadable"], 2);
        report.count_by(Metric::LinesQuarantined, &["fault"], 1);
        report.count_by(Metric::Events, &["fortigate", "ips"], 5);
        let lines = read(&report);
        assert_eq!(lines.len(), 4);
        let first = lines.first().unwrap();
        assert_eq!((&first["LinesQuarantined"], &first["Events"]), (&json!(3), &json!(5)));
        let by: Vec<_> = lines
            .iter()
            .skip(1)
            .map(|line| {
                (line["_aws"]["CloudWatchMetrics"][0]["Dimensions"].clone(), line.get("requestId").is_some())
            })
            .collect();
        assert_eq!(by[0], (json!([["function", "reason"]]), false));
        assert_eq!(by[2], (json!([["function", "vendor", "log_function"]]), false));
        assert_eq!(lines[3]["log_function"], "ips");
    }

    #[test]
    fn an_age_is_told_as_its_largest() {
        let mut report = Report::new(Function::Follow);
        report.value(Metric::FollowBehindSeconds, 30.0);
        report.value(Metric::FollowBehindSeconds, 90.0);
        report.value(Metric::FollowBehindSeconds, 60.0);
        assert_eq!(read(&report)[0]["FollowBehindSeconds"], json!(90.0));
    }

    #[test]
    fn no_line_has_more_values_than_the_format_takes() {
        let mut report = Report::new(Function::Ingest);
        for value in 0..2_500_u32 {
            report.value(Metric::IngestLagMs, value.into());
        }
        report.count(Metric::Records, 1);
        let lines = read(&report);
        assert_eq!(lines.len(), MAX_SAMPLES / MAX_VALUES);
        for line in &lines {
            assert_eq!(line["IngestLagMs"].as_array().unwrap().len(), MAX_VALUES);
        }
        assert_eq!(lines.iter().filter(|line| line.get("Records").is_some()).count(), 1);
        assert!(Metric::ALL.len() <= MAX_METRICS, "one line holds every metric");
    }

    #[test]
    fn combinations_beyond_the_bound_are_counted_together() {
        let mut report = Report::new(Function::Correlate);
        for tenant in 0..1_000 {
            report.count_by(Metric::Incidents, &[&format!("t{tenant}"), "4"], 1);
        }
        let lines = read(&report);
        assert_eq!(lines.len(), MAX_COMBINATIONS + 1);
        let told: u64 = lines.iter().filter_map(|line| line["Incidents"].as_u64()).sum();
        assert_eq!(told, 1_000);
        assert!(lines.iter().any(|line| line["tenant"] == OTHER));
        assert!(lines[0].get("Incidents").is_none(), "levels are never mixed");
    }

    #[test]
    fn the_list_has_no_name_twice_and_the_tenant_only_for_incidents() {
        let names: BTreeSet<&str> = Metric::ALL.iter().map(|metric| metric.as_str()).collect();
        assert_eq!(names.len(), Metric::ALL.len());
        let by_tenant = Metric::ALL.iter().filter(|metric| metric.dimensions().contains(&Dimension::Tenant));
        assert_eq!(by_tenant.collect::<Vec<_>>(), [&Metric::Incidents]);
    }
}
