//! A run that is killed at any point and gone on from ends where an undisturbed one ends.

#![expect(clippy::unwrap_used, reason = "a broken fixture ends the test")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events").join(name)
}

fn replay(out: &Path, append: bool) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hinomi"));
    command.arg("replay").arg("--registry").arg(sample("registry.yaml")).arg("--out").arg(out);
    if append {
        command.arg("--append");
    }
    command.arg(sample("sample-day/kita-panos.log.gz"));
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// What a run leaves: incidents and notices, and the archive in columns by file.
#[derive(Debug, PartialEq)]
struct Left {
    results: [String; 2],
    columns: BTreeMap<PathBuf, Vec<u8>>,
}

fn left(out: &Path) -> Left {
    let mut columns = BTreeMap::new();
    collect(&out.join("ocsf"), out, &mut columns);
    let results =
        ["incidents.ndjson", "notices.ndjson"].map(|name| fs::read_to_string(out.join(name)).unwrap());
    Left { results, columns }
}

fn collect(folder: &Path, out: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, out, files);
        } else {
            files.insert(path.strip_prefix(out).unwrap().to_owned(), fs::read(&path).unwrap());
        }
    }
}

/// Kills a run once its store holds something, after `looks` more looks at it, and goes on from there.
fn killed_and_continued(looks: usize) -> (Left, bool) {
    let out = tempfile::tempdir().unwrap();
    let mut child = replay(out.path(), false);
    let store = out.path().join("store.redb");
    let mut seen = 0;
    let mut finished = false;
    while seen <= looks && !finished {
        finished = child.try_wait().unwrap().is_some();
        seen += usize::from(fs::metadata(&store).is_ok());
    }
    child.kill().ok();
    child.wait().unwrap();
    let complete = out.path().join("summary.json").exists();
    assert!(replay(out.path(), true).wait().unwrap().success());
    (left(out.path()), complete)
}

#[test]
fn killed_runs_end_like_undisturbed_ones() {
    let whole = tempfile::tempdir().unwrap();
    assert!(replay(whole.path(), false).wait().unwrap().success());
    let expected = left(whole.path());
    assert!(expected.results.iter().all(|text| text.lines().count() > 1));
    assert!(expected.columns.len() > 3, "{:?}", expected.columns.keys());
    // How far a run gets by a number of looks depends on the machine; the end must not.
    let runs: Vec<bool> = [0, 300, 3_000, 10_000, 30_000]
        .into_iter()
        .map(|looks| {
            let (continued, complete) = killed_and_continued(looks);
            assert_eq!(continued.results, expected.results, "killed after {looks} looks");
            // Not printed: they are no text.
            assert!(continued.columns == expected.columns, "killed after {looks} looks");
            complete
        })
        .collect();
    assert!(runs.contains(&false), "no run was killed before its end");
}
