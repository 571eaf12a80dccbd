//! Sends the sample day through the platform on the emulator and prints what was told; `cargo xtask local-aws` runs it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use hinomi_model::registry::Registry;
use hinomi_model::{EventTime, Seconds};
use hinomi_tests::emulator::{Deployment, Error, Mailbox, Slice, Viewer, slices};
use serde_json::json;

/// How much of the day is sent at once.
const SLICE: Seconds = 2 * 3_600;
/// Times behind the day's end at which the sweeps look once more: what was held back, and what has ended.
const AFTERWARDS: [Seconds; 2] = [900, 26 * 3_600];
/// Minutes by which follow may be ahead of the clock: what is written now, it still finds then.
const AHEAD: Seconds = 4 * 60;
/// Followers, each of which reads the facts of some tenants.
const PARTITIONS: u32 = 4;
/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(120);

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("local-aws: failed to {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Error> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."));
    let deployment = Deployment::from_environment()?;
    let yaml = read(&root.join("events/registry.yaml"))?;
    let registry =
        Registry::from_yaml(&yaml).map_err(|problems| Error::Answer(format!("registry: {problems}")))?;
    println!("uploading events/registry.yaml");
    deployment.put_registry(yaml.as_bytes(), PATIENCE)?;
    let mut mailboxes = Vec::new();
    for tenant in registry.tenants() {
        mailboxes.push(deployment.mailbox(tenant.id().as_str(), PATIENCE)?);
    }
    let slices = slices(&sample(&root.join("events/sample-day"))?, &registry, SLICE)?;
    let lines: usize = slices.iter().map(|slice| slice.lines).sum();
    println!("sending the sample day: {lines} lines in {} parts", slices.len());
    let mut sweeps = Sweeps { deployment: &deployment, minute: 0 };
    for slice in &slices {
        send(&deployment, slice)?;
        sweeps.follow()?;
        sweeps.look(slice.end)?;
        show(&deployment, &mailboxes)?;
    }
    if let Some(last) = slices.last() {
        for seconds in AFTERWARDS {
            sweeps.look(last.end.plus(seconds))?;
        }
        show(&deployment, &mailboxes)?;
    }
    let page = deployment.invoke("console", &json!({"view": "queue"}))?;
    println!("\nthe SOC's queue is a page of {} bytes", page.as_str().map_or(0, str::len));
    if std::env::args().any(|argument| argument == "--stay") {
        let viewer = Viewer::new()?;
        println!("open it at {} until Ctrl-C; AWS is at {}", viewer.address()?, deployment.aws.endpoint());
        viewer.serve(&deployment)?;
    }
    Ok(())
}

fn send(deployment: &Deployment, slice: &Slice) -> Result<(), Error> {
    println!("until {}: {} lines in {} records", slice.end, slice.lines, slice.records.len());
    deployment.send(&slice.records)?;
    deployment.settle(PATIENCE)
}

/// The sweeps that schedules start on AWS.
struct Sweeps<'d> {
    deployment: &'d Deployment,
    /// The last minute that follow was told, in seconds.
    minute: Seconds,
}

impl Sweeps<'_> {
    /// Lets the followers read what was written. They work by when it was written, which is now; a minute is done once.
    fn follow(&mut self) -> Result<(), Error> {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let now = Seconds::try_from(now.as_secs()).unwrap_or_default();
        let next = (self.minute + 60).max((now / 60 + 1) * 60);
        if next > now + AHEAD {
            // The next part's turn reads this one's facts as well.
            return Ok(());
        }
        self.minute = next;
        let time = EventTime::from_seconds(next);
        for partition in 0..PARTITIONS {
            self.deployment.invoke("follow", &json!({"time": time, "partition": partition}))?;
        }
        self.deployment.settle(PATIENCE)
    }

    /// Lets correlate and notify look at what waits.
    fn look(&self, time: EventTime) -> Result<(), Error> {
        for function in ["correlate", "notify"] {
            self.deployment.invoke(function, &json!({"time": time}))?;
            self.deployment.settle(PATIENCE)?;
        }
        Ok(())
    }
}

fn show(deployment: &Deployment, mailboxes: &[Mailbox]) -> Result<(), Error> {
    for mailbox in mailboxes {
        for told in deployment.take(mailbox)? {
            println!("\n--- {} to {}", told.channel, told.contact);
            if let Some(subject) = &told.subject {
                println!("{subject}\n");
            }
            println!("{}", told.text);
        }
    }
    Ok(())
}

fn read(path: &Path) -> Result<String, Error> {
    fs::read_to_string(path).map_err(|source| Error::File { path: path.display().to_string(), source })
}

/// Returns the files of a folder, by name.
fn sample(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let listed =
        fs::read_dir(folder).map_err(|source| Error::File { path: folder.display().to_string(), source })?;
    let mut files: Vec<PathBuf> = listed.flatten().map(|entry| entry.path()).collect();
    files.sort();
    Ok(files)
}
