//! One run of another program, printable as the command that repeats it.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;

use crate::count::Counts;
use crate::error::Error;

/// Last lines of a log that are shown when something failed: a stack's failed resource is among them.
const SHOWN_LINES: usize = 60;

/// A program with its arguments and what is added to its environment. Always runs at the workspace's root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Call {
    program: String,
    arguments: Vec<String>,
    environment: Vec<(String, String)>,
}

impl Call {
    /// Makes a call of any program.
    pub(crate) fn new(program: &str, arguments: &[&str]) -> Self {
        Call { program: program.to_owned(), arguments: owned(arguments), environment: Vec::new() }
    }

    /// Makes a call of cargo.
    pub(crate) fn cargo(arguments: &[&str]) -> Self {
        Call::new("cargo", arguments)
    }

    /// Adds arguments.
    pub(crate) fn also(mut self, arguments: &[&str]) -> Self {
        self.arguments.extend(owned(arguments));
        self
    }

    /// Adds arguments behind `--`; none, and there is no `--`.
    pub(crate) fn separated(mut self, arguments: &[&str]) -> Self {
        if !arguments.is_empty() {
            self.arguments.push("--".to_owned());
            self.arguments.extend(owned(arguments));
        }
        self
    }

    /// Adds a variable to the environment.
    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Tells whether the program can be run and succeeds; prints nothing.
    pub(crate) fn succeeds(&self, root: &Path) -> bool {
        let status =
            self.command(root).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
        status.is_ok_and(|status| status.success())
    }

    /// Runs the program on this terminal.
    ///
    /// # Errors
    ///
    /// [`Error::Start`] when it cannot be started, [`Error::Failed`] when it ends with a failure.
    pub(crate) fn run(&self, root: &Path) -> Result<(), Error> {
        let status = self.command(root).status().map_err(|source| self.not_started(source))?;
        self.judge(status)
    }

    /// Runs the program and returns what it prints.
    ///
    /// # Errors
    ///
    /// As [`Call::run`].
    pub(crate) fn output(&self, root: &Path) -> Result<String, Error> {
        let output = self.command(root).stderr(Stdio::inherit()).output();
        let output = output.map_err(|source| self.not_started(source))?;
        self.judge(output.status).map(|()| String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Runs a program that says much, which goes to a file; its end is shown when it fails.
    ///
    /// # Errors
    ///
    /// As [`Call::run`], and [`Error::Write`] when the file cannot be written.
    pub(crate) fn run_logged(&self, root: &Path, log: &str) -> Result<(), Error> {
        let path = root.join(log);
        let written = |source| Error::Write { path: log.to_owned(), source };
        let file = File::create(&path).map_err(written)?;
        let errors = file.try_clone().map_err(written)?;
        let status = self.command(root).stdout(file).stderr(errors).status();
        self.judge(status.map_err(|source| self.not_started(source))?)
            .inspect_err(|_| eprintln!("{}", tail(&path)))
    }

    /// Runs a test runner, passing on what it prints, and returns the counts of its closing lines.
    ///
    /// # Errors
    ///
    /// As [`Call::run`].
    pub(crate) fn run_counting(&self, root: &Path) -> Result<Counts, Error> {
        let mut command = self.command(root);
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|source| self.not_started(source))?;
        let counts = pass_on(&mut child);
        let status = child.wait().map_err(|source| self.not_started(source))?;
        self.judge(status).map(|()| counts)
    }

    fn command(&self, root: &Path) -> Command {
        let mut command = match (self.program.as_str(), std::env::var_os("CARGO")) {
            // The cargo that runs this program, which is the one the person chose.
            ("cargo", Some(cargo)) => Command::new(cargo),
            (program, _) => Command::new(program),
        };
        command.args(&self.arguments).current_dir(root);
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        // What cargo told this program about its own package is wrong for the next cargo's build scripts and tests.
        for (name, _) in std::env::vars_os() {
            if name
                .to_str()
                .is_some_and(|name| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_"))
            {
                command.env_remove(&name);
            }
        }
        command
    }

    fn judge(&self, status: ExitStatus) -> Result<(), Error> {
        if status.success() {
            return Ok(());
        }
        Err(Error::Failed { command: self.to_string(), status: status.to_string() })
    }

    fn not_started(&self, source: io::Error) -> Error {
        Error::Start { program: self.program.clone(), source }
    }
}

impl fmt::Display for Call {
    /// Writes the command as a person would type it at the workspace's root.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, value) in &self.environment {
            write!(f, "{name}={} ", quoted(value))?;
        }
        f.write_str(&quoted(&self.program))?;
        for argument in &self.arguments {
            write!(f, " {}", quoted(argument))?;
        }
        Ok(())
    }
}

/// Returns the last lines of a log.
pub(crate) fn tail(path: &Path) -> String {
    let text = fs::read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines.get(lines.len().saturating_sub(SHOWN_LINES)..).unwrap_or_default().join("\n")
}

fn owned(arguments: &[&str]) -> Vec<String> {
    arguments.iter().map(|&argument| argument.to_owned()).collect()
}

fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:+,@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// Copies both outputs of `child` to this program's as they come and counts the tests they tell of.
fn pass_on(child: &mut Child) -> Counts {
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    thread::scope(|scope| {
        let errors = scope.spawn(move || stderr.map(|from| copy_lines(from, io::stderr())));
        let counts = stdout.map(|from| copy_lines(from, io::stdout())).unwrap_or_default();
        // A copier that panicked copied nothing more; the child's own status still decides.
        counts + errors.join().ok().flatten().unwrap_or_default()
    })
}

fn copy_lines(from: impl Read, mut to: impl Write) -> Counts {
    let mut from = BufReader::new(from);
    let mut counts = Counts::default();
    let mut line = Vec::new();
    // Test output is not always UTF-8, so lines are bytes. A reader that fails is at its end.
    while from.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
        // A closed terminal must not end the copying: the child would then block on a full pipe.
        let _ = to.write_all(&line).and_then(|()| to.flush());
        counts = counts + Counts::in_line(&String::from_utf8_lossy(&line));
        line.clear();
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_as_a_shell_reads_it() {
        let call =
            Call::cargo(&["bench", "--bench", "*"]).separated(&["it's"]).env("RUSTDOCFLAGS", "-D warnings");
        assert_eq!(call.to_string(), r"RUSTDOCFLAGS='-D warnings' cargo bench --bench '*' -- 'it'\''s'");
    }

    #[test]
    fn no_arguments_behind_the_separator_mean_no_separator() {
        assert_eq!(Call::cargo(&["bench"]).separated(&[]).to_string(), "cargo bench");
    }

    #[test]
    fn a_program_that_is_not_there_is_told_by_name() {
        let error = Call::new("no-such-program-here", &[]).run(Path::new(".")).unwrap_err();
        assert!(error.to_string().contains("cannot start no-such-program-here"), "{error}");
    }

    #[test]
    fn copies_lines_and_counts_them() {
        let mut copied = Vec::new();
        let input =
            b"running 1 test\n\xff\ntest result: ok. 1 passed; 0 failed; 2 ignored; 0 measured".as_slice();
        let counts = copy_lines(input, &mut copied);
        assert_eq!(copied, input);
        assert_eq!(counts, Counts { passed: 1, failed: 0, skipped: 2 });
    }
}
