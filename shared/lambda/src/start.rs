//! A function's life: its start, and what surrounds each invocation.
//!
//! The executor is tokio's on one thread. A copy of a function works on one event at a time and has about one core; its
//! work is computing, then a few calls that wait together. Further threads would cost memory and start-up and gain
//! nothing.
//!
//! Around each invocation: a panic is caught and told by its place in the source alone, because its words may hold what a
//! log holds; then it is an error like any other, and the stream's own retries and bisecting narrow it down. (Within a
//! batch each record is caught by itself, so that this is the last resort.) The report is written whatever happens.

use std::cell::RefCell;
use std::future::Future;
use std::panic::{self, AssertUnwindSafe};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;

use hinomi_model::EventTime;
use lambda_runtime::{Diagnostic, LambdaEvent, Runtime, service_fn};
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::budget::{Budget, Clock};
use crate::config::{ConfigError, Environment, Log, Telemetry};
use crate::event::BadEvent;
use crate::metrics::{Function, Metric, Report};

/// Why an invocation ends without an answer. Lambda then repeats the whole event, as the trigger's settings say.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// The event is none of this function's. A repeat fails as well.
    #[error(transparent)]
    BadEvent(#[from] BadEvent),
    /// The handler panicked, there.
    #[error("handler panicked at {0}")]
    Panic(String),
    /// Something this function needs did not work: a repeat may succeed.
    #[error(transparent)]
    Fault(#[from] Box<dyn std::error::Error + Send + Sync>),
}

impl Failure {
    /// Makes a failure of any error.
    pub fn fault(error: impl std::error::Error + Send + Sync + 'static) -> Self {
        Failure::Fault(Box::new(error))
    }

    fn as_str(&self) -> &'static str {
        match self {
            Failure::BadEvent(_) => "bad_event",
            Failure::Panic(_) => "panic",
            Failure::Fault(_) => "fault",
        }
    }
}

/// One call of a function.
#[derive(Debug)]
pub struct Invocation {
    /// The event as JSON.
    pub payload: Box<str>,
    /// Lambda's id of the request.
    pub request_id: String,
    /// The function's own ARN, with the alias by which it was called.
    pub function_arn: String,
    /// The time there is.
    pub budget: Budget,
    /// The machine's clock.
    pub clock: Clock,
}

/// What a function does with an invocation.
pub trait Handler {
    /// What it answers.
    type Answer: Serialize;

    /// Works on one event and counts into the report, which is written whether it succeeds or not.
    fn handle(
        &self,
        invocation: &Invocation,
        report: &mut Report,
    ) -> impl Future<Output = Result<Self::Answer, Failure>>;
}

/// What a function has when it starts.
#[derive(Debug)]
pub struct Start {
    function: Function,
    telemetry: Telemetry,
    runtime: tokio::runtime::Runtime,
}

/// Starts a function: reads its configuration with `read`, opens its log, and makes its executor.
///
/// # Errors
///
/// Everything that is wrong with the environment, in one error; or that there is no executor.
pub fn start<T>(
    function: Function,
    read: impl FnOnce(&mut Environment<'_>) -> T,
) -> Result<(Start, T), Box<dyn std::error::Error + Send + Sync>> {
    let lookup = |name: &str| std::env::var(name).ok();
    let (telemetry, config) = configured(&lookup, read)?;
    let level = match telemetry.log {
        Log::Error => tracing::Level::ERROR,
        Log::Warn => tracing::Level::WARN,
        Log::Info => tracing::Level::INFO,
    };
    // Lambda stamps each line itself.
    tracing_subscriber::fmt().json().without_time().with_max_level(level).try_init()?;
    tell_only_places();
    // The clients' connections and time-outs need the network and the clock of the executor.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    Ok((Start { function, telemetry, runtime }, config))
}

fn configured<T>(
    lookup: &dyn Fn(&str) -> Option<String>,
    read: impl FnOnce(&mut Environment<'_>) -> T,
) -> Result<(Telemetry, T), ConfigError> {
    let mut environment = Environment::new(lookup);
    let telemetry = environment.telemetry();
    let config = read(&mut environment);
    environment.done((telemetry, config))
}

impl Start {
    /// Runs something before the first event, as clients that are built by calls.
    pub fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }
}

/// Takes events from Lambda and answers them until Lambda ends the process.
///
/// # Errors
///
/// What Lambda's runtime interface fails with.
pub fn run(start: Start, handler: impl Handler) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let Start { function, telemetry, runtime } = start;
    let cold = AtomicBool::new(true);
    let clock = Clock::wall();
    let (handler, telemetry, cold, clock) = (&handler, &telemetry, &cold, &clock);
    let service = service_fn(|event: LambdaEvent<Box<RawValue>>| async move {
        let (payload, context) = event.into_parts();
        let deadline = i64::try_from(context.deadline).unwrap_or(i64::MAX).saturating_mul(1_000_000);
        let invocation = Invocation {
            // The event's own bytes: the box changes its type and not its place.
            payload: payload.into(),
            request_id: context.request_id,
            function_arn: context.invoked_function_arn,
            budget: Budget::new(EventTime::from_nanos(deadline), clock.clone()),
            clock: clock.clone(),
        };
        let (answer, lines) =
            invoke(function, telemetry, handler, &invocation, cold.swap(false, Ordering::Relaxed)).await;
        for line in lines {
            write_line(&line);
        }
        answer.map_err(diagnostic)
    });
    runtime.block_on(Runtime::new(service).run())
}

/// Handles one invocation and returns its answer with the lines to be logged.
///
/// # Errors
///
/// What the handler fails with; a panic as [`Failure::Panic`].
pub async fn invoke<H: Handler>(
    function: Function,
    telemetry: &Telemetry,
    handler: &H,
    invocation: &Invocation,
    cold: bool,
) -> (Result<H::Answer, Failure>, Vec<String>) {
    let began = invocation.clock.now();
    let mut report = Report::new(function);
    report.count(Metric::Invocations, 1);
    let answer = caught(handler.handle(invocation, &mut report)).await;
    report.count(Metric::BadEvents, u64::from(matches!(answer, Err(Failure::BadEvent(_)))));
    let ended = invocation.clock.now();
    let mut members = Map::new();
    let millis = ended.nanos().saturating_sub(began.nanos()) / 1_000_000;
    members.insert("message".to_owned(), "invocation".into());
    members.insert("requestId".to_owned(), invocation.request_id.as_str().into());
    members.insert("outcome".to_owned(), answer.as_ref().err().map_or("done", Failure::as_str).into());
    members.insert("durationMs".to_owned(), millis.into());
    members.insert("cold".to_owned(), cold.into());
    if let Err(error) = &answer {
        members.insert("error".to_owned(), Value::String(told(error)));
    }
    let lines = report.lines(&telemetry.namespace, ended, members);
    (answer, lines)
}

/// Writes a line of the function's log.
fn write_line(line: &str) {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    // A log that cannot be written to leaves nobody to tell; the work itself is done.
    let _ = writeln!(out, "{line}");
}

/// Tells an error with its causes.
fn told(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        // A transparent error says what its cause says.
        if !text.ends_with(&more) {
            text.push_str(": ");
            text.push_str(&more);
        }
        cause = error.source();
    }
    text
}

fn diagnostic(failure: Failure) -> Diagnostic {
    Diagnostic { error_type: failure.as_str().to_owned(), error_message: told(&failure) }
}

thread_local! {
    static PLACE: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Replaces the panic's message on standard error, which Lambda logs, by the place in the source.
fn tell_only_places() {
    panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "panic");
        PLACE.set(place);
    }));
}

/// Waits for work, and makes a failure of its panic.
async fn caught<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let mut work = pin!(work);
    std::future::poll_fn(|context| {
        // What a panic leaves half done is the handler's own state: caches, which hold only whole entries.
        let polled = panic::catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context)));
        polled.unwrap_or_else(|_| Poll::Ready(Err(Failure::Panic(PLACE.take()))))
    })
    .await
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    struct Answers;

    impl Handler for Answers {
        type Answer = Value;

        async fn handle(&self, invocation: &Invocation, report: &mut Report) -> Result<Value, Failure> {
            report.count(Metric::Records, 2);
            match &*invocation.payload {
                "\"panic\"" => panic!("secret of the log"),
                "\"fault\"" => Err(Failure::fault(std::io::Error::other("throttled"))),
                "\"bad\"" => Err(BadEvent::Unknown.into()),
                payload => Ok(json!({ "bytes": payload.len() })),
            }
        }
    }

    fn invoked(payload: &str) -> (Result<Value, Failure>, Value) {
        let telemetry = Telemetry { namespace: "Hinomi".to_owned(), log: Log::Info };
        let invocation = Invocation {
            payload: payload.into(),
            request_id: "r-1".to_owned(),
            function_arn: "arn".to_owned(),
            budget: Budget::unlimited(),
            clock: Clock::at(EventTime::from_seconds(1_000)),
        };
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let (answer, lines) =
            runtime.block_on(invoke(Function::Ingest, &telemetry, &Answers, &invocation, true));
        assert_eq!(lines.len(), 1);
        (answer, serde_json::from_str(lines.first().unwrap()).unwrap())
    }

    #[test]
    fn an_invocation_leaves_one_line_that_sums_it_up() {
        let (answer, line) = invoked("[]");
        assert_eq!(answer.unwrap(), json!({ "bytes": 2 }));
        assert_eq!(
            (&line["message"], &line["requestId"], &line["outcome"], &line["cold"], &line["durationMs"]),
            (&json!("invocation"), &json!("r-1"), &json!("done"), &json!(true), &json!(0))
        );
        assert_eq!((&line["Records"], &line["Invocations"]), (&json!(2), &json!(1)));
        assert_eq!(line["BadEvents"], json!(0));
    }

    #[test]
    fn a_panic_is_told_by_nothing_of_its_words() {
        let (answer, line) = invoked("\"panic\"");
        let failure = answer.unwrap_err();
        assert!(matches!(failure, Failure::Panic(_)));
        assert_eq!(line["outcome"], "panic");
        assert_eq!(line["Records"], 2, "what was counted before is kept");
        let told = format!("{line} {}", diagnostic(failure).error_message);
        assert!(!told.contains("secret"), "{told}");
    }

    #[test]
    fn a_failure_says_what_it_is() {
        let (answer, line) = invoked("\"fault\"");
        assert_eq!(answer.unwrap_err().to_string(), "throttled");
        assert_eq!((&line["outcome"], &line["error"]), (&json!("fault"), &json!("throttled")));
        let (answer, line) = invoked("\"bad\"");
        assert!(matches!(answer, Err(Failure::BadEvent(BadEvent::Unknown))));
        assert_eq!((&line["outcome"], &line["BadEvents"]), (&json!("bad_event"), &json!(1)));
    }

    #[test]
    fn a_wrong_environment_stops_the_start_with_everything_that_is_wrong() {
        let lookup = |name: &str| (name == crate::config::names::LOG).then(|| "loud".to_owned());
        let error = configured(&lookup, |environment| environment.flow()).unwrap_err();
        assert_eq!(error.0.len(), 4, "{error}");
    }

    #[test]
    fn an_event_is_handed_on_as_it_came() {
        let text = r#"{"Records":[ {"kinesis" : {"data":"YQ=="}} ],"more":[1,2]}"#;
        let raw: Box<RawValue> = serde_json::from_slice(text.as_bytes()).unwrap();
        let at = raw.get().as_ptr();
        let payload: Box<str> = raw.into();
        assert_eq!((&*payload, payload.as_ptr()), (text, at));
    }
}
