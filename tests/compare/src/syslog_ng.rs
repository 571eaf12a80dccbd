//! syslog-ng, where it is installed: the program that many sites parse these logs with today.
//!
//! It runs as its users run it, with the parsers that it brings for the two vendors, in a process of its own: lines come
//! through a pipe, thirteen of their fields go to a file in memory. Its rate is of the processor time of that process, less
//! what it takes for one line, which is its start.

use std::fs;
use std::io::Write;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use hinomi_generate::mix::Form;

use crate::Fault;
use crate::measure::{Figures, Spread, rate};
use crate::ours;
use crate::reader::Told;

const PROGRAM: &str = "syslog-ng";
/// Lines of a run: its times are told in hundredths of a second.
const LINES: usize = 40_000;
const ROUNDS: usize = 5;
/// Hundredths of a second, which is what Linux tells times of processes in, whatever the machine.
const TICK: Duration = Duration::from_millis(10);

/// What is asked of it.
struct Job {
    name: &'static str,
    does: &'static str,
    form: Form,
    flags: &'static str,
    parser: &'static str,
    prefix: &'static str,
    fields: [&'static str; 13],
}

const FORTIGATE: [&str; 13] = [
    "srcip", "dstip", "srcport", "dstport", "devid", "logid", "type", "subtype", "action", "sentbyte",
    "rcvdbyte", "policyid", "service",
];
const PANOS: [&str; 13] = [
    "src",
    "dst",
    "sport",
    "dport",
    "serial",
    "type",
    "subtype",
    "action",
    "app",
    "rule",
    "from",
    "to",
    "sessionid",
];

const JOBS: [Job; 3] = [
    Job {
        name: "syslog-ng fortigate-parser",
        does: "header, pairs, date; 13 of the pairs to a file",
        form: Form::FortigateKeyValue,
        flags: "flags(no-parse)",
        parser: "fortigate-parser();",
        prefix: ".fortigate.",
        fields: FORTIGATE,
    },
    Job {
        name: "syslog-ng kv-parser",
        does: "pairs alone; 13 of them to a file",
        form: Form::FortigateKeyValue,
        flags: "flags(no-parse)",
        parser: "kv-parser(prefix('.fortigate.'));",
        prefix: ".fortigate.",
        fields: FORTIGATE,
    },
    Job {
        name: "syslog-ng panos-parser",
        does: "header and columns; 13 of them to a file",
        form: Form::PanosCsv,
        flags: "",
        parser: "panos-parser();",
        prefix: ".panos.",
        fields: PANOS,
    },
];

/// Returns its version, if it is installed.
pub(crate) fn version() -> Option<String> {
    let output = Command::new(PROGRAM).arg("--version").stderr(Stdio::null()).output().ok()?;
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    told.lines().next().filter(|_| output.status.success()).map(str::to_owned)
}

/// Runs it on lines of both vendors. `ours` has the rates of `hinomi parse` by form.
///
/// # Errors
///
/// [`Fault::Program`] when it fails, or what it wrote is not what the lines say.
pub(crate) fn measure(ours: &[(Form, Spread)]) -> Result<Vec<Figures>, Fault> {
    let mut figures = Vec::new();
    for job in &JOBS {
        let text = hinomi_generate::mix::Mix::new(job.form, 1).text(LINES);
        let first = text.split_inclusive('\n').next().unwrap_or_default();
        let desk = Desk::new(job)?;
        let mut rates = Vec::new();
        for _ in 0..ROUNDS {
            let start = desk.run(first)?;
            let all = desk.run(&text)?;
            desk.check(job, &text)?;
            rates.push(rate(LINES - 1, all.saturating_sub(start).max(TICK)));
        }
        let lines_per_s = Spread::of(rates);
        let parse =
            ours.iter().find(|(form, _)| *form == job.form).map(|(_, spread)| *spread).unwrap_or_default();
        figures.push(Figures {
            name: job.name.to_owned(),
            form: job.form.name(),
            does: job.does.to_owned(),
            ours: false,
            mb_per_s: lines_per_s.median * text.len() as f64 / LINES as f64 / 1e6,
            parse_is_times: Spread {
                min: parse.median / lines_per_s.max,
                median: parse.median / lines_per_s.median,
                max: parse.median / lines_per_s.min,
            },
            lines_per_s,
            instructions_per_line: None,
        });
    }
    Ok(figures)
}

/// A folder in memory with what a run needs, removed at its end.
struct Desk {
    folder: PathBuf,
}

impl Drop for Desk {
    fn drop(&mut self) {
        // That it stays is no reason to spoil a measurement; it is in memory and of one run.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

impl Desk {
    fn new(job: &Job) -> Result<Self, Fault> {
        let memory = Path::new("/dev/shm");
        let base = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
        let folder = base.join(format!("hinomi-compare-{}", std::process::id()));
        let template: Vec<String> =
            job.fields.iter().map(|field| format!("${{{}{field}}}", job.prefix)).collect();
        let config = format!(
            "@version: 3.38\n@include \"scl.conf\"\n\
             options {{ stats-freq(0); log-msg-size(65536); keep-timestamp(yes); }};\n\
             source lines {{ stdin({}); }};\nparser vendor {{ {} }};\n\
             destination fields {{ file(\"{}\" template(\"{}\\n\")); }};\n\
             log {{ source(lines); parser(vendor); destination(fields); flags(flow-control); }};\n",
            job.flags,
            job.parser,
            folder.join("fields").display(),
            template.join("\\t"),
        );
        let path = folder.join("config");
        fs::create_dir_all(&folder)
            .and_then(|()| fs::write(&path, config))
            .map_err(|source| Fault::Write { path, source })?;
        Ok(Desk { folder })
    }

    /// Lets it read lines and returns the processor time that it took.
    fn run(&self, text: &str) -> Result<Duration, Fault> {
        let failed = |problem: String| Fault::Program { program: PROGRAM, problem };
        // It adds to a file that is there.
        let _ = fs::remove_file(self.folder.join("fields"));
        let path = |name: &str| self.folder.join(name).display().to_string();
        let before = children_time();
        let mut child = Command::new(PROGRAM)
            .args([
                "--foreground",
                "--no-caps",
                "--cfgfile",
                &path("config"),
                "--persist-file",
                &path("persist"),
            ])
            .args(["--pidfile", &path("pid"), "--control", &path("control")])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| failed(error.to_string()))?;
        let written = child.stdin.take().map(|mut pipe| pipe.write_all(text.as_bytes()));
        let status = child.wait().map_err(|error| failed(error.to_string()))?;
        match written {
            Some(Ok(())) if status.success() => Ok(children_time().saturating_sub(before)),
            _ => Err(failed(format!("it ended with {status}"))),
        }
    }

    /// Holds what it wrote against what our parser reads: as many lines, between the same addresses.
    fn check(&self, job: &Job, text: &str) -> Result<(), Fault> {
        let path = self.folder.join("fields");
        let wrote = fs::read_to_string(&path).unwrap_or_default();
        let mut parse = ours::parse();
        let address = |text: Option<&str>| text.and_then(|text| text.parse::<IpAddr>().ok());
        let mut lines = text.lines();
        let mut same = 0;
        for row in wrote.lines() {
            let mut fields = row.split('\t');
            let ends = (address(fields.next()), address(fields.next()));
            let own = lines.next().and_then(|line| parse.tell(line));
            if let ((Some(one), Some(other)), Some(own)) = (ends, own) {
                same += usize::from(Told::new(one, other, None) == own);
            }
        }
        if same == LINES {
            return Ok(());
        }
        Err(Fault::Program {
            program: PROGRAM,
            problem: format!("{}: {same} of {LINES} lines came out as they are", job.name),
        })
    }
}

/// Returns the processor time of all processes that this one started and that have ended.
fn children_time() -> Duration {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    ended(&stat).unwrap_or_default()
}

/// Reads the sixteenth and seventeenth field of the text that proc(5) describes: user and system time.
fn ended(stat: &str) -> Option<Duration> {
    // The second field is a name in parentheses and may hold anything.
    let (_, behind) = stat.rsplit_once(") ")?;
    let mut fields = behind.split(' ').skip(13);
    let mut ticks = || fields.next()?.parse::<u32>().ok();
    Some(TICK * (ticks()? + ticks()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_ended_children_are_the_sixteenth_and_seventeenth_field() {
        let stat = "77 (a) b) S 1 77 77 0 -1 4194560 1 2 3 4 5 6 120 35 20 0 1 0 99 100 200 1";
        assert_eq!(ended(stat), Some(Duration::from_millis(1_550)));
        assert_eq!(ended("77 (a"), None);
    }
}
