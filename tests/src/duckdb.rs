//! DuckDB, as `cargo xtask test` installs it: asks the archive's files what an analyst would.

#![expect(clippy::expect_used, reason = "a test that can't ask must not go on")]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// Runs each statement of a JSON list, and prints a JSON list of the rows of each, as lists of text, numbers and nulls.
const SCRIPT: &str = "
import duckdb, json, sys
connection = duckdb.connect(config={'autoinstall_known_extensions': 'false'})
answers = [connection.execute(statement).fetchall() for statement in json.load(sys.stdin)]
json.dump(answers, sys.stdout)
";

/// Returns the rows that each statement gives.
///
/// # Panics
///
/// When DuckDB is not installed or refuses a statement: what it would have held is not held then.
pub fn ask(statements: &[String]) -> Vec<Vec<Vec<Value>>> {
    let python = root().join(".tools/duckdb/bin/python3");
    assert!(python.exists(), "{} is not there; `cargo xtask test tests` installs it", python.display());
    let mut child = Command::new(python)
        .args(["-c", SCRIPT])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("DuckDB starts");
    let input = serde_json::to_vec(statements).expect("statements are text");
    child.stdin.take().expect("it is piped").write_all(&input).expect("DuckDB takes the statements");
    let output = child.wait_with_output().expect("DuckDB ends");
    assert!(output.status.success(), "DuckDB refused one of {statements:#?}");
    serde_json::from_slice(&output.stdout).expect("its answer is a list of rows")
}

/// Returns the rows that one statement gives.
pub fn ask_one(statement: &str) -> Vec<Vec<Value>> {
    ask(&[statement.to_owned()]).into_iter().next().unwrap_or_default()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}
