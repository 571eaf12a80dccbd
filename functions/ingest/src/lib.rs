//! The `ingest` function: batches of the stream of logs, and orders to read old data again.
//!
//! It wires and counts; what is done stands in [`hinomi_steps::ingest`] and [`hinomi_steps::redrive`]. A batch is answered
//! with the first record that is not done. A store that is busy or away hands all of the batch back, which is no error
//! of the function's; what a repeat does not mend is one.

mod given_up;
mod tell;

use std::sync::{Arc, Mutex, PoisonError};

use hinomi_aws::{Document, Objects, Records, sdk_config};
use hinomi_detect::Indicators;
use hinomi_lambda::config::IngestConfig;
use hinomi_lambda::event::{KinesisBatch, Redrive};
use hinomi_lambda::{Answer, Event, Failure, Function, Handler, Invocation, Metric, Outcome, Report};
use hinomi_model::registry::Registry;
use hinomi_model::{EventTime, Seconds, Settings};
use hinomi_parse::parse_line;
use hinomi_steps::indicators::{IndicatorsCache, PUBLISHED};
use hinomi_steps::ingest::{Batch, Ingest, Outlets, Pace, ReadLine, Record};
use hinomi_steps::redrive::{Order, Reading, Redriven, redrive};
use hinomi_steps::registry::{ACCEPTED, RegistryCache};
use hinomi_store::{Archive, Published, Stream};
use serde::Serialize;

/// What became of an order, for the person who gave it.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Told {
    /// Objects read.
    pub objects: u64,
    /// Objects that can't be read.
    pub broken: u64,
    /// Objects in which there is nothing to read again.
    pub skipped: u64,
    /// Lines read; done and quarantined make them up.
    pub lines: u64,
    /// Lines that became events.
    pub lines_done: u64,
    /// Lines that are set aside still.
    pub lines_quarantined: u64,
    /// Findings handed on.
    pub findings: u64,
    /// What the next order passes as `after`; nothing when all is done.
    pub next: Option<String>,
}

impl From<&Redriven> for Told {
    fn from(done: &Redriven) -> Self {
        Told {
            objects: done.objects,
            broken: done.broken,
            skipped: done.skipped,
            lines: done.counts.lines,
            lines_done: done.counts.lines_done,
            lines_quarantined: done.counts.lines_quarantined(),
            findings: done.findings,
            next: done.next.clone(),
        }
    }
}

/// The function with its ports.
pub struct IngestFunction<A, S, P> {
    archive: A,
    findings: S,
    source: P,
    registry: RegistryCache,
    indicators: Option<Lists<P>>,
    parse: ReadLine,
    /// What a running function keeps from one batch to the next. Taken while a batch is worked on, so that what a panic
    /// leaves half done is dropped.
    kept: Mutex<Option<Kept>>,
    repeats: Box<dyn Fn() -> u64 + Send + Sync>,
}

/// Where lists of known enemies come from.
#[derive(Debug)]
struct Lists<P> {
    source: P,
    cache: IndicatorsCache,
}

/// What lines are read against.
struct Known {
    registry: Arc<Registry>,
    indicators: Arc<Indicators>,
}

#[derive(Debug)]
struct Kept {
    ingest: Ingest,
    /// The batch's records, decoded.
    buffer: Vec<u8>,
}

/// Runs the function with the clients and what it is told by its environment, until Lambda ends the process.
///
/// # Errors
///
/// What is wrong with the environment, or what Lambda's runtime interface fails with.
pub fn run(parse: ReadLine) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let (start, config) = hinomi_lambda::start(Function::Ingest, |environment| environment.ingest())?;
    let IngestConfig { flow: config, indicators_refresh } = config;
    let sdk = start.wait(sdk_config());
    let archive = Objects::new(&sdk, &config.archive_bucket);
    let findings = Records::new(&sdk, &config.findings_stream);
    let registry = Document::new(&sdk, &config.config_bucket, ACCEPTED);
    let indicators = Document::new(&sdk, &config.config_bucket, PUBLISHED);
    let repeated = findings.clone();
    let function = IngestFunction::new(archive, findings, registry, config.registry_refresh)
        .with_indicators(indicators, indicators_refresh)
        .with_reader(parse)
        .with_repeats(move || repeated.take_repeated());
    hinomi_lambda::run(start, function)
}

impl<A: Archive, S: Stream, P: Published> IngestFunction<A, S, P> {
    /// Wires the function.
    pub fn new(archive: A, findings: S, source: P, registry_refresh: Seconds) -> Self {
        let registry = RegistryCache::new(registry_refresh);
        IngestFunction {
            archive,
            findings,
            source,
            registry,
            indicators: None,
            parse: parse_line,
            kept: Mutex::default(),
            repeats: Box::new(|| 0),
        }
    }

    /// Makes it know what a published list of enemies names, asked for anew after so many seconds.
    #[must_use]
    pub fn with_indicators(self, source: P, refresh: Seconds) -> Self {
        IngestFunction { indicators: Some(Lists { source, cache: IndicatorsCache::new(refresh) }), ..self }
    }

    /// Reads lines so.
    #[must_use]
    pub fn with_reader(self, parse: ReadLine) -> Self {
        IngestFunction { parse, kept: Mutex::default(), ..self }
    }

    /// Tells how many records the stream took only when asked again, since it was asked last.
    #[must_use]
    pub fn with_repeats(self, repeats: impl Fn() -> u64 + Send + Sync + 'static) -> Self {
        IngestFunction { repeats: Box::new(repeats), ..self }
    }

    fn outlets(&self) -> Outlets<'_, A, S> {
        Outlets { archive: &self.archive, findings: &self.findings }
    }

    /// Returns what lists of enemies name.
    async fn enemies(&self, now: EventTime, report: &mut Report) -> Result<Arc<Indicators>, Failure> {
        let Some(Lists { source, cache }) = &self.indicators else { return Ok(Arc::default()) };
        let current = cache.current(source, now).await.map_err(Failure::fault)?;
        report.count(Metric::IndicatorsRefused, u64::from(current.refused));
        Ok(current.indicators)
    }

    async fn batch(
        &self,
        batch: &KinesisBatch<'_>,
        known: &Known,
        invocation: &Invocation,
        report: &mut Report,
    ) -> Result<Outcome, Failure> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner).take();
        let mut kept =
            kept.unwrap_or_else(|| Kept { ingest: Ingest::with_reader(self.parse), buffer: Vec::new() });
        kept.ingest.know(&known.indicators);
        let mut buffer = std::mem::take(&mut kept.buffer);
        let now = invocation.clock.now();
        let (answer, sequences) = {
            let arrived = batch.decode(&mut buffer);
            let record = |record: &hinomi_lambda::event::Arrived<'_>| record.arrived;
            tell::lag(report, now, arrived.iter().map(record));
            let records: Vec<Record<'_>> = arrived
                .iter()
                .map(|record| Record {
                    sequence: record.sequence.as_str(),
                    arrived: record.arrived,
                    data: record.data.map_err(|_| record.coded.as_bytes()),
                })
                .collect();
            let is_spent = || invocation.budget.is_spent();
            let pace = Pace { now, is_spent: &is_spent };
            let batch = Batch { shard: batch.shard(), records: &records };
            let answer = kept.ingest.batch(&batch, &known.registry, pace, self.outlets()).await;
            (answer, arrived.iter().map(|record| record.sequence.clone()).collect::<Vec<_>>())
        };
        kept.buffer = buffer;
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(kept);
        report.count(Metric::StreamRetries, (self.repeats)());
        match answer {
            Ok(ingested) => {
                tell::counts(report, &ingested.counts);
                tell::latency(report, invocation.clock.now(), &ingested.found);
                Ok(Outcome::of(ingested.undone.and_then(|index| sequences.get(index))))
            }
            Err(error) if error.is_retryable() => {
                tracing::warn!(error = %error, "batch handed back");
                report.count(Metric::RecordsRetried, sequences.len() as u64);
                Ok(Outcome::of(sequences.first()))
            }
            Err(error) => Err(Failure::fault(error)),
        }
    }

    async fn redrive(
        &self,
        order: &Redrive,
        known: &Known,
        invocation: &Invocation,
        report: &mut Report,
    ) -> Result<Told, Failure> {
        let order = match order {
            Redrive::Object(key) => Order::Object(key),
            Redrive::Prefix { prefix, after } => Order::Prefix { prefix, after: after.as_deref() },
        };
        let is_spent = || invocation.budget.is_spent();
        let settings = Settings::default();
        let reading = Reading {
            registry: &known.registry,
            settings: &settings,
            pace: Pace { now: invocation.clock.now(), is_spent: &is_spent },
            given_up: &given_up::read,
        };
        // Its own memory: what is read again says nothing about what arrives.
        let mut ingest = Ingest::with_reader(self.parse);
        ingest.know(&known.indicators);
        let done = redrive(&mut ingest, order, reading, self.outlets()).await.map_err(Failure::fault)?;
        report.count(Metric::StreamRetries, (self.repeats)());
        tell::counts(report, &done.counts);
        report.count(Metric::Findings, done.findings.saturating_sub(done.counts.findings));
        Ok(Told::from(&done))
    }
}

impl<A: Archive, S: Stream, P: Published> Handler for IngestFunction<A, S, P> {
    type Answer = Answer<Told>;

    async fn handle(&self, invocation: &Invocation, report: &mut Report) -> Result<Answer<Told>, Failure> {
        let event = Event::read(&invocation.payload)?;
        if !matches!(event, Event::Kinesis(_) | Event::Redrive(_)) {
            return Err(event.refused().into());
        }
        let now = invocation.clock.now();
        let current = self.registry.current(&self.source, now).await.map_err(Failure::fault)?;
        report.count(Metric::RegistryRefused, u64::from(current.refused));
        let known = Known { registry: current.registry, indicators: self.enemies(now, report).await? };
        match &event {
            Event::Kinesis(batch) => self.batch(batch, &known, invocation, report).await.map(Answer::Batch),
            Event::Redrive(order) => self.redrive(order, &known, invocation, report).await.map(Answer::Told),
            other => Err(other.refused().into()),
        }
    }
}
