//! Kills a process that commits, at whatever point it is, and looks at what it left.
//!
//! The process is this test's own program, started again to run [`committing_until_killed`] alone. It says on its
//! standard output what was returned as done; when it has said enough it is killed in the middle of what follows. The
//! number of rounds and of commits before each kill is fixed, the point is not: whatever it is, the store must be
//! whole.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "what fails here fails the test")]

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use hinomi_model::{EventTime, IncidentId, TenantId};
use hinomi_store::{
    Archive, ArchiveKey, Commit, Durability, Embedded, IncidentRow, Ledger, Outbox, OutboxEntry, Standing,
    States, SubjectKey, block_on,
};
use tempfile::TempDir;

const FOLDER: &str = "HINOMI_CRASH_TEST_FOLDER";
const GROUPED: &str = "HINOMI_CRASH_TEST_GROUPED";
const OPEN: Standing = Standing { open: true, level: None, last_seen: EventTime::EPOCH };
const SUBJECTS: u64 = 5;
/// A process that nobody kills ends by itself.
const MOST_COMMITS: u64 = 100_000;

fn key(subject: u64) -> SubjectKey {
    SubjectKey { tenant: TenantId::new("a"), subject: format!("subject {subject}") }
}

fn durability(grouped: bool) -> Durability {
    if grouped { Durability::Every(7) } else { Durability::Each }
}

/// The state of a subject at a version: pages of it, so that a commit is more than one write to the disk.
fn state(version: u64) -> Vec<u8> {
    version.to_le_bytes().repeat(1_500)
}

#[test]
fn committing_until_killed() {
    // Empty in the ordinary run of the tests; the work of the process that the others start.
    let Ok(folder) = std::env::var(FOLDER) else { return };
    let store = Embedded::open(Path::new(&folder), durability(std::env::var(GROUPED).is_ok())).unwrap();
    for round in 0..MOST_COMMITS {
        let subject = round % SUBJECTS;
        let found = block_on(store.load(&[key(subject)])).unwrap().remove(0).map(|found| found.version);
        let next = found.unwrap_or(0) + 1;
        let id = |version| IncidentId(u128::from(version * SUBJECTS + subject));
        let commit = Commit {
            key: key(subject),
            expected: found,
            state: state(next),
            wake: None,
            incidents: vec![IncidentRow { id: id(next), standing: OPEN, bytes: state(next) }],
            removed: found.map(id).into_iter().collect(),
            outbox: vec![OutboxEntry {
                id: format!("{subject} {next:08}"),
                due: EventTime::from_seconds(i64::try_from(next).unwrap()),
                bytes: next.to_le_bytes().to_vec(),
            }],
        };
        assert_eq!(block_on(store.commit(&commit)).unwrap(), next);
        let count = block_on(store.read("count")).unwrap().map(|found| found.version);
        let count = block_on(store.write("count", count, b"")).unwrap();
        let object = ArchiveKey::new(&format!("raw/{count}.bin")).unwrap();
        block_on(store.put_new(&object, &state(count))).unwrap();
        println!("done {subject} {next} {count}");
    }
}

/// Runs the committing process until it has done so many, kills it, and returns what it said: subject, version, count.
fn run_and_kill(folder: &Path, grouped: bool, enough: usize) -> Vec<[u64; 3]> {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "committing_until_killed", "--nocapture"]).env(FOLDER, folder);
    if grouped {
        command.env(GROUPED, "1");
    }
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap();
    let mut said = Vec::new();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    while said.len() < enough {
        let line = lines.next().expect("the process ended by itself").unwrap();
        said.extend(parse(&line));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    // What it said between the decision and the kill was done as well. The last line may be cut.
    said.extend(lines.map_while(Result::ok).filter_map(|line| parse(&line)));
    said
}

fn parse(line: &str) -> Option<[u64; 3]> {
    // The harness writes "test ... " without an end of line before the first.
    let numbers = line.split_once("done ")?.1.split(' ').map(|number| number.parse().ok());
    numbers.collect::<Option<Vec<u64>>>()?.try_into().ok()
}

/// Checks that everything in the store agrees, and returns each subject's version and the count.
fn check(folder: &Path, grouped: bool) -> ([u64; SUBJECTS as usize], u64) {
    let store = Embedded::open(folder, durability(grouped)).unwrap();
    let waiting = block_on(store.due(EventTime::MAX, usize::MAX)).unwrap();
    let incidents = block_on(store.incidents(None, None, usize::MAX - 1)).unwrap().incidents;
    let mut versions = [0; SUBJECTS as usize];
    for (subject, version) in (0..).zip(&mut versions) {
        if let Some(found) = block_on(store.load(&[key(subject)])).unwrap().remove(0) {
            *version = found.version;
            assert_eq!(found.bytes, state(*version), "the state is that of its version");
            let of =
                incidents.iter().find(|incident| incident.id.0 % u128::from(SUBJECTS) == u128::from(subject));
            assert_eq!(of.unwrap().bytes, found.bytes, "the incident is that of the state");
        }
        let mine: Vec<&str> = waiting
            .iter()
            .map(|entry| entry.id.as_str())
            .filter(|id| id.starts_with(&subject.to_string()))
            .collect();
        let expected: Vec<String> = (1..=*version).map(|version| format!("{subject} {version:08}")).collect();
        assert_eq!(mine, expected, "a notice for each version, and no more");
    }
    assert_eq!(incidents.len(), versions.iter().filter(|version| **version > 0).count());
    let count = block_on(store.read("count")).unwrap().map_or(0, |found| found.version);
    for object in block_on(store.list("raw/", None, usize::MAX)).unwrap() {
        let number: u64 = object.as_str()["raw/".len()..].trim_end_matches(".bin").parse().unwrap();
        assert_eq!(
            block_on(store.fetch(&object)).unwrap().unwrap(),
            state(number),
            "an object is whole or not there"
        );
    }
    (versions, count)
}

#[test]
fn killed_at_any_point_nothing_that_was_done_is_lost() {
    let folder = TempDir::new().unwrap();
    let mut before = ([0; SUBJECTS as usize], 0);
    for enough in [1, 2, 3, 5, 8, 13, 21, 34, 4, 9, 16] {
        let said = run_and_kill(folder.path(), false, enough);
        let now = check(folder.path(), false);
        for [subject, version, count] in said {
            assert!(
                now.0[usize::try_from(subject).unwrap()] >= version,
                "subject {subject} lost version {version}"
            );
            assert!(now.1 >= count, "the ledger lost version {count}");
        }
        assert!(before.0.iter().zip(now.0).all(|(before, now)| *before <= now), "versions never fall");
        before = now;
    }
}

#[test]
fn killed_at_any_point_a_grouped_store_is_whole() {
    let folder = TempDir::new().unwrap();
    let mut before = ([0; SUBJECTS as usize], 0);
    for enough in [1, 4, 20, 60, 150, 33] {
        // Its archive is not tied to its database: objects of writes that were undone stay, and are found again.
        let said = run_and_kill(folder.path(), true, enough);
        let now = check(folder.path(), true);
        assert!(before.0.iter().zip(now.0).all(|(before, now)| *before <= now), "versions never fall");
        // Of the writes (two a round), at most those of one group are missing.
        let done: u64 = said.iter().map(|[_, _, count]| *count).max().unwrap();
        assert!(now.1 + 7 >= done, "{done} done and {} there", now.1);
        before = now;
    }
}
