//! The deployed functions behind our own poller: the streams are the emulator's, and what is read from them when, and what
//! follows from a function's answer, is AWS's contract as [`crate::poller`] has it.

use data_encoding::BASE64;
use hinomi_lambda::Function;
use hinomi_model::{EventTime, Seconds};
use serde_json::{Value, json};

use super::stream::Stream;
use super::{Deployment, Error};
use crate::cloud::Functions;
use crate::cloud::day::Slice;
use crate::poller::{Answer, Polled};

/// How long before a slice's end the clock stands when its records are read. They are filed under that minute, which
/// `follow` reads at the slice's end; the clock runs on meanwhile.
const BEFORE: Seconds = 58;

/// A deployment whose streams are read here alone.
#[derive(Debug)]
pub struct Driven {
    deployment: Deployment,
    logs: Stream,
    findings: Stream,
    outbox: Stream,
    /// What functions failed with, each time.
    pub failures: Vec<String>,
}

impl Driven {
    /// Takes a deployment over: its own mappings read no stream any more.
    ///
    /// # Errors
    ///
    /// Those of the calls.
    pub fn new(deployment: Deployment) -> Result<Self, Error> {
        deployment.switch_mappings_off()?;
        Ok(Driven {
            logs: Stream::kinesis(deployment.output("LogsStream")?),
            findings: Stream::kinesis(deployment.output("FindingsStream")?),
            outbox: Stream::table(&deployment.aws, deployment.output("IncidentsTable")?)?,
            deployment,
            failures: Vec::new(),
        })
    }
}

impl Functions for Driven {
    type Error = Error;

    fn arrive(&mut self, slice: &Slice) -> Result<Vec<Vec<Polled>>, Error> {
        self.deployment.set_clock(slice.end.plus(-BEFORE))?;
        self.deployment.send(slice)?;
        polled(self.logs.new_records(&self.deployment.aws)?)
    }

    fn invoke(&mut self, function: Function, payload: &str, _now: EventTime) -> Result<Answer, Error> {
        let event = serde_json::from_str(payload).map_err(|error| Error::Answer(error.to_string()))?;
        match self.deployment.invoke(function.as_str(), &event) {
            Ok(answer) => Ok(Answer::Returned(answer)),
            Err(Error::Refused { body, .. }) => {
                self.failures.push(format!("{}: {body}", function.as_str()));
                Ok(Answer::Failed)
            }
            Err(error) => Err(error),
        }
    }

    fn findings(&mut self, _now: EventTime) -> Result<Vec<Vec<Polled>>, Error> {
        polled(self.findings.new_records(&self.deployment.aws)?)
    }

    fn outbox(&mut self, _now: EventTime) -> Result<Option<String>, Error> {
        let mut records: Vec<Value> =
            self.outbox.new_records(&self.deployment.aws)?.into_iter().flatten().collect();
        // What the template's filter lets through.
        records.retain(|record| record["dynamodb"]["NewImage"]["dt"]["N"].is_string());
        for record in &mut records {
            record["eventSourceARN"] = self.outbox.name().into();
        }
        Ok((!records.is_empty()).then(|| json!({"Records": records}).to_string()))
    }
}

fn polled(shards: Vec<Vec<Value>>) -> Result<Vec<Vec<Polled>>, Error> {
    let record = |record: &Value| {
        let text = |name: &str| record[name].as_str().unwrap_or_default();
        let data = BASE64.decode(text("Data").as_bytes());
        Ok(Polled {
            sequence: text("SequenceNumber").to_owned(),
            partition_key: text("PartitionKey").to_owned(),
            arrived: record["ApproximateArrivalTimestamp"].as_f64().unwrap_or_default(),
            data: data.map_err(|error| Error::Answer(format!("a record's data: {error}")))?,
        })
    };
    shards.iter().map(|records| records.iter().map(record).collect()).collect()
}
