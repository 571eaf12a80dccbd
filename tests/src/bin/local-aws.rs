//! Sends the sample day through the platform on the emulator and prints what was told; `cargo xtask local-aws` runs it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use hinomi_model::Seconds;
use hinomi_model::registry::Registry;
use hinomi_tests::cloud::day::{Form, every, slices};
use hinomi_tests::dated::files;
use hinomi_tests::emulator::{Deployment, Error, Mailbox, Viewer};
use serde_json::json;

/// How much of the day is sent at once.
const SLICE: Seconds = 2 * 3_600;
/// Times behind the day's end at which everything looks once more: what was held back, what might be a habit, what has
/// ended.
const AFTERWARDS: [Seconds; 3] = [900, 26 * 3_600, 32 * 3_600];
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
    deployment.allow_plain_http()?;
    let yaml = read(&root.join("events/registry.yaml"))?;
    let registry =
        Registry::from_yaml(&yaml).map_err(|problems| Error::Answer(format!("registry: {problems}")))?;
    println!("uploading events/registry.yaml");
    deployment.put_registry(yaml.as_bytes(), PATIENCE)?;
    let mut mailboxes = Vec::new();
    for tenant in registry.tenants() {
        mailboxes.push(deployment.mailbox(tenant.id().as_str(), PATIENCE)?);
    }
    let folder = root.join("events/sample-day");
    let lines = files(&sample(&folder)?, &registry)
        .map_err(|source| Error::File { path: folder.display().to_string(), source })?;
    // The stream divides them over its own shards.
    let slices = slices(&lines, &every(SLICE, &lines), &[Form::Ndjson], 1);
    let lines: usize = slices.iter().map(|slice| slice.lines).sum();
    println!(
        "sending the sample day: {lines} lines in {} parts; live, sweeps look each minute",
        slices.len()
    );
    for slice in &slices {
        let records = slice.shards.iter().flatten().count();
        println!("until {}: {} lines in {records} records", slice.end, slice.lines);
        deployment.set_clock(slice.end)?;
        deployment.send(slice)?;
        deployment.settle(PATIENCE)?;
        deployment.sweep(&registry, slice.end, PATIENCE)?;
        show(&deployment, &mailboxes)?;
    }
    for seconds in AFTERWARDS {
        let Some(last) = slices.last() else { break };
        println!("{} hours after the last line, with nothing more", seconds / 3_600);
        deployment.set_clock(last.end.plus(seconds))?;
        deployment.sweep(&registry, last.end.plus(seconds), PATIENCE)?;
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
