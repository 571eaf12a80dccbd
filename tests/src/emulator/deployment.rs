//! What is deployed, and what a person does with it: puts a registry, sends logs, starts sweeps, reads what was told.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use hinomi_lambda::Function;
use hinomi_model::EventTime;
use hinomi_model::registry::Registry;
use hinomi_steps::facts::partition_of;
use serde_json::{Value, json};

use super::Error;
use super::aws::{Aws, Record, between_all, variable};
use crate::cloud::day::Slice;
use crate::poller::Polled;

/// Between two questions whether something has happened.
const PAUSE: Duration = Duration::from_millis(100);
/// Everybody looks at the clock's file when its last look is more than a whole second ago by the second's number.
const LOOK: Duration = Duration::from_millis(2_500);
/// How long nothing may happen until nothing will: the emulator looks at its streams each second.
const QUIET: Duration = Duration::from_millis(2_500);

/// The deployment of `template.yaml` to the emulator.
#[derive(Clone, Debug)]
pub struct Deployment {
    /// The AWS that it is deployed to.
    pub aws: Aws,
    outputs: BTreeMap<String, String>,
}

/// A queue that hears what a topic is told.
#[derive(Clone, Debug)]
pub struct Mailbox {
    url: String,
}

/// What a topic was told.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Told {
    /// Which contact it is for.
    pub contact: String,
    /// On which channel.
    pub channel: String,
    /// The mail's subject.
    pub subject: Option<String>,
    /// The text.
    pub text: String,
}

impl Deployment {
    /// Finds the deployment whose streams the emulator reads itself.
    ///
    /// # Errors
    ///
    /// [`Error::Environment`] when this was not started by `cargo xtask`, [`Error::File`] and [`Error::Answer`] when the
    /// stack's outputs cannot be read.
    pub fn from_environment() -> Result<Self, Error> {
        Deployment::read("HINOMI_TEST_STACK")
    }

    /// Finds the deployment that a test drives.
    ///
    /// # Errors
    ///
    /// As [`Deployment::from_environment`].
    pub fn driven() -> Result<Self, Error> {
        Deployment::read("HINOMI_TEST_DRIVEN_STACK")
    }

    fn read(name: &'static str) -> Result<Self, Error> {
        let path = variable(name)?;
        let text = fs::read_to_string(&path).map_err(|source| Error::File { path: path.clone(), source })?;
        let listed: Vec<Value> =
            serde_json::from_str(&text).map_err(|error| Error::Answer(format!("{path}: {error}")))?;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let outputs = listed.iter().map(|output| (text(&output["OutputKey"]), text(&output["OutputValue"])));
        Ok(Deployment { aws: Aws::from_environment()?, outputs: outputs.collect() })
    }

    /// Returns an output of the stack.
    ///
    /// # Errors
    ///
    /// [`Error::Output`] when there is none of that name.
    pub fn output(&self, name: &str) -> Result<&str, Error> {
        self.outputs.get(name).map(String::as_str).ok_or_else(|| Error::Output(name.to_owned()))
    }

    /// Takes away what refuses plain HTTP, which is all that the emulator speaks on this machine.
    ///
    /// # Errors
    ///
    /// Those of the calls.
    pub fn allow_plain_http(&self) -> Result<(), Error> {
        for bucket in ["ArchiveBucket", "ConfigBucket"] {
            self.aws.delete_bucket_policy(self.output(bucket)?)?;
        }
        Ok(())
    }

    /// Puts a registry as an operator does, and waits until it is accepted.
    ///
    /// # Errors
    ///
    /// [`Error::Late`] when it is not, else those of the calls.
    pub fn put_registry(&self, yaml: &[u8], patience: Duration) -> Result<(), Error> {
        let bucket = self.output("ConfigBucket")?;
        self.aws.put_object(bucket, "registry.yaml", yaml)?;
        wait("the registry is accepted", patience, || {
            let accepted = self.aws.object(bucket, "accepted/registry.yaml")?;
            Ok(accepted.filter(|accepted| accepted == yaml).map(|_| ()))
        })
    }

    /// Makes a queue that hears everything that a tenant's topic is told.
    ///
    /// # Errors
    ///
    /// [`Error::Late`] when there is no such topic in time, else those of the calls.
    pub fn mailbox(&self, tenant: &str, patience: Duration) -> Result<Mailbox, Error> {
        let topic = format!("{}{tenant}", self.output("TopicPrefix")?);
        wait(&format!("the topic of {tenant} is made"), patience, || {
            let topics = self.aws.query("sns", &[("Action", "ListTopics"), ("Version", "2010-03-31")])?;
            Ok(between_all(&topics, "<TopicArn>", "</TopicArn>").contains(&topic).then_some(()))
        })?;
        // Without its leave no topic puts anything into a queue.
        let leave = json!({
            "Version": "2012-10-17",
            "Statement": [{
                "Effect": "Allow",
                "Principal": {"Service": "sns.amazonaws.com"},
                "Action": "sqs:SendMessage",
                "Resource": "*",
                "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
            }],
        });
        // Topics are called after their stack, and so are their queues.
        let name = topic.rsplit(':').next().unwrap_or_default();
        let asked = json!({
            "QueueName": format!("mailbox-{name}"),
            "Attributes": {"Policy": leave.to_string()},
        });
        let queue = self.aws.json("sqs", "AmazonSQS.CreateQueue", &asked)?;
        let url = queue["QueueUrl"].as_str().unwrap_or_default().to_owned();
        let asked = json!({"QueueUrl": url, "AttributeNames": ["QueueArn"]});
        let attributes = self.aws.json("sqs", "AmazonSQS.GetQueueAttributes", &asked)?;
        let arn = attributes["Attributes"]["QueueArn"].as_str().unwrap_or_default();
        let subscribe = [
            ("Action", "Subscribe"),
            ("Version", "2010-03-31"),
            ("TopicArn", &topic),
            ("Protocol", "sqs"),
            ("Endpoint", arn),
        ];
        self.aws.query("sns", &subscribe)?;
        Ok(Mailbox { url })
    }

    /// Takes what a mailbox has got since it was asked last.
    ///
    /// # Errors
    ///
    /// Those of the calls.
    pub fn take(&self, mailbox: &Mailbox) -> Result<Vec<Told>, Error> {
        let mut told = Vec::new();
        loop {
            let ask = json!({"QueueUrl": mailbox.url, "MaxNumberOfMessages": 10});
            let answer = self.aws.json("sqs", "AmazonSQS.ReceiveMessage", &ask)?;
            let messages = answer["Messages"].as_array().cloned().unwrap_or_default();
            if messages.is_empty() {
                return Ok(told);
            }
            for message in messages {
                let body = message["Body"].as_str().unwrap_or_default();
                let body: Value =
                    serde_json::from_str(body).map_err(|error| Error::Answer(error.to_string()))?;
                told.push(Told::read(&body));
                let handle = json!({"QueueUrl": mailbox.url, "ReceiptHandle": message["ReceiptHandle"]});
                self.aws.json("sqs", "AmazonSQS.DeleteMessage", &handle)?;
            }
        }
    }

    /// Sends the records of a slice to the stream of logs.
    ///
    /// # Errors
    ///
    /// Those of the calls.
    pub fn send(&self, slice: &Slice) -> Result<(), Error> {
        let record =
            |record: &Polled| Record { key: record.partition_key.clone(), bytes: record.data.clone() };
        let records: Vec<Record> = slice.shards.iter().flatten().map(record).collect();
        self.aws.put_records(self.output("LogsStream")?, &records)
    }

    /// Sets the clock of AWS and of the functions, and waits until all have looked at it. It goes on from there.
    ///
    /// Only when everything is at rest: a function that runs meanwhile would find its time over.
    ///
    /// # Errors
    ///
    /// [`Error::Environment`] when this was not started by `cargo xtask`, [`Error::File`] when the clock cannot be set.
    #[expect(clippy::disallowed_methods, reason = "the clock that is set runs ahead of the machine's own")]
    pub fn set_clock(&self, time: EventTime) -> Result<(), Error> {
        let path = variable("HINOMI_TEST_CLOCK")?;
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let ahead = time.seconds() - i64::try_from(now.as_secs()).unwrap_or_default();
        // Never half written: whoever reads the time while it is would be back in the present.
        let unfinished = format!("{path}.unfinished");
        let file = |source| Error::File { path: path.clone(), source };
        fs::write(&unfinished, format!("{ahead:+}\n")).map_err(file)?;
        fs::rename(&unfinished, &path).map_err(file)?;
        pause(LOOK);
        Ok(())
    }

    /// Switches off what reads the streams for the functions.
    ///
    /// # Errors
    ///
    /// Those of the calls; [`Error::Answer`] when there is nothing to switch off.
    pub fn switch_mappings_off(&self) -> Result<(), Error> {
        let mut off = 0;
        for function in ["ingest", "correlate", "notify"] {
            let asked = format!("event-source-mappings/?FunctionName={}", self.name_of(function)?);
            let listed = self.aws.lambda("GET", &asked, &Value::Null)?;
            for mapping in listed["EventSourceMappings"].as_array().into_iter().flatten() {
                let id = mapping["UUID"].as_str().unwrap_or_default();
                let path = format!("event-source-mappings/{id}");
                self.aws.lambda("PUT", &path, &json!({"Enabled": false}))?;
                off += 1;
            }
        }
        if off == 3 { Ok(()) } else { Err(Error::Answer(format!("{off} mappings are switched off, not 3"))) }
    }

    /// Waits until what was sent has gone its whole way: no function runs, and nothing is written any more.
    ///
    /// # Errors
    ///
    /// [`Error::Late`] when it does not come to rest, else those of the calls.
    pub fn settle(&self, patience: Duration) -> Result<(), Error> {
        let functions = PathBuf::from(variable("HINOMI_TEST_FUNCTIONS")?);
        let (mut last, mut since) = (None, Instant::now());
        wait("the platform has come to rest", patience, || {
            let now = Some((self.written()?, worked(&functions)));
            if now != last {
                (last, since) = (now, Instant::now());
            }
            Ok((since.elapsed() > QUIET).then_some(()))
        })
    }

    /// Returns a number that changes when something is written.
    fn written(&self) -> Result<u64, Error> {
        let mut hasher = DefaultHasher::new();
        self.aws.keys(self.output("ArchiveBucket")?, "")?.hash(&mut hasher);
        for table in ["IncidentsTable", "DeliveriesTable", "LedgerTable"] {
            let scan = json!({"TableName": self.output(table)?});
            self.aws.json("dynamodb", "DynamoDB_20120810.Scan", &scan)?.to_string().hash(&mut hasher);
        }
        Ok(hasher.finish())
    }

    /// Does what the schedules do on AWS, for these tenants. What is written in this minute, follow reads in the next.
    ///
    /// A follower without a tenant has nothing to read, and is left out: it would go through each minute all the same.
    ///
    /// # Errors
    ///
    /// Those of the calls, and [`Error::Late`] when what they set going does not come to rest.
    pub fn sweep(&self, registry: &Registry, time: EventTime, patience: Duration) -> Result<(), Error> {
        let tenants = registry.tenants().iter();
        let partitions: BTreeSet<u16> = tenants.map(|tenant| partition_of(tenant.id())).collect();
        for partition in partitions {
            self.invoke("follow", &json!({"time": time.plus(120), "partition": partition}))?;
        }
        self.settle(patience)?;
        self.invoke("correlate", &json!({"time": time}))?;
        self.settle(patience)?;
        // What it sends is sent when it answers.
        self.invoke("notify", &json!({"time": time})).map(|_| ())
    }

    /// Invokes a function of the deployment, and returns its answer.
    ///
    /// # Errors
    ///
    /// Those of the call; the function's own failure is one of them.
    pub fn invoke(&self, function: &str, event: &Value) -> Result<Value, Error> {
        self.aws.invoke(&self.name_of(function)?, event)
    }

    /// Makes a function like another one, but with its own program, and returns what it is called.
    ///
    /// # Errors
    ///
    /// Those of the calls; [`Error::Late`] when it is not ready in time.
    pub fn copy_function(
        &self,
        of: Function,
        name: &str,
        zip: &[u8],
        patience: Duration,
    ) -> Result<String, Error> {
        let like = self.name_of(of.as_str())?;
        let like = self.aws.lambda("GET", &format!("functions/{like}/configuration"), &Value::Null)?;
        let (bucket, key) = (self.output("ConfigBucket")?, format!("programs/{name}.zip"));
        self.aws.put_object(bucket, &key, zip)?;
        let called = self.name_of(name)?;
        let mut function = json!({"FunctionName": called, "Code": {"S3Bucket": bucket, "S3Key": key}});
        for part in ["Runtime", "Role", "Handler", "Timeout", "MemorySize", "Architectures"] {
            function[part] = like[part].clone();
        }
        function["Environment"] = json!({"Variables": like["Environment"]["Variables"]});
        self.aws.lambda("POST", "functions", &function)?;
        wait(&format!("{called} is ready"), patience, || {
            let now = self.aws.lambda("GET", &format!("functions/{called}/configuration"), &Value::Null)?;
            Ok((now["State"] == "Active").then_some(()))
        })?;
        Ok(called)
    }

    /// Returns what a function of the deployment is called.
    ///
    /// # Errors
    ///
    /// [`Error::Output`] when the stack does not tell.
    pub fn name_of(&self, function: &str) -> Result<String, Error> {
        let console = self.output("ConsoleFunctionArn")?;
        let prefix = console.rsplit(':').next().and_then(|name| name.strip_suffix("console"));
        let prefix = prefix.ok_or_else(|| Error::Output("ConsoleFunctionArn".to_owned()))?;
        Ok(format!("{prefix}{function}"))
    }
}

impl Told {
    fn read(message: &Value) -> Told {
        let attribute =
            |name: &str| message["MessageAttributes"][name]["Value"].as_str().unwrap_or_default().to_owned();
        Told {
            contact: attribute("contact"),
            channel: attribute("channel"),
            subject: message["Subject"].as_str().map(str::to_owned),
            text: message["Message"].as_str().unwrap_or_default().to_owned(),
        }
    }
}

/// Returns the processes of functions with the time that each has worked: a function that waits for its next event is a
/// process that works no longer.
fn worked(folder: &Path) -> BTreeMap<String, Vec<String>> {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten().map(|process| process.path());
    let functions = processes.filter(|process| {
        let program = fs::read_link(process.join("exe")).unwrap_or_default();
        program.starts_with(folder) && program.file_name().is_some_and(|name| name == "bootstrap")
    });
    let stat = |process: PathBuf| {
        let stat = fs::read_to_string(process.join("stat")).unwrap_or_default();
        // Behind the name in brackets: ticks in user and kernel mode are the 12th and 13th.
        let numbers = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
        (process.display().to_string(), numbers.skip(11).take(2).map(str::to_owned).collect())
    };
    functions.map(stat).collect()
}

/// Asks until there is an answer.
///
/// # Errors
///
/// [`Error::Late`] when there is none in time, else what asking failed with.
pub(super) fn wait<T>(
    what: &str,
    patience: Duration,
    mut ask: impl FnMut() -> Result<Option<T>, Error>,
) -> Result<T, Error> {
    let began = Instant::now();
    loop {
        if let Some(answer) = ask()? {
            return Ok(answer);
        }
        if began.elapsed() > patience {
            return Err(Error::Late(what.to_owned()));
        }
        pause(PAUSE);
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "functions run meanwhile in other programs, and nothing tells when they are done"
)]
fn pause(length: Duration) {
    thread::sleep(length);
}
