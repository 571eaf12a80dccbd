//! The command line: names, help and defaults, nothing else. The interface is stable: add, don't rename.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use hinomi_model::Language;

const ABOUT: &str = "Reads firewall logs, judges them, and tells what matters.";

const LONG_ABOUT: &str = "\
Hinomi reads the logs of FortiGate and PAN-OS firewalls, judges every alert in them, and prints incidents: \
each with a level from 0 to 4, the reasons for it, and the notices that a customer would get.

  level 4  the attack succeeded and an intrusion is visible in the logs    SMS and e-mail
  level 3  the attack succeeded, an intrusion is not (yet) visible         SMS and e-mail
  level 2  a real attack; whether it succeeded needs checking              e-mail
  level 1  harmless, or proven to have failed                              told to nobody
  level 0  normal traffic, a false positive, or allowed by the registry    told to nobody

Without a command it replays the sample day that comes with the source. Nothing leaves this machine.";

const AFTER_HELP: &str = "\
Examples:
  hinomi                                          replay the sample day and show the result
  hinomi replay --out out fortigate.log.gz        judge a log file; results go to ./out
  hinomi replay --registry registry.yaml *.log    several files, merged by time, with your own registry
  hinomi explain out/incidents.ndjson --id K-4821 why this incident has its level
  hinomi parse - < fortigate.log | jq .src_ip     one normalised event a line
  hinomi parse --explain fortigate.log            how each field of a line was read
  hinomi doctor fortigate.log                     what the logs lack for good judgement
  hinomi plan --events-per-day 4e9                what a load takes on AWS, and what it costs

Exit status:
  0  done; lines that can't be read are reported, not an error
  1  a fault: a file is missing, the registry is wrong, the disk is full
  2  wrong usage";

/// The `hinomi` command.
#[derive(Debug, Parser)]
#[command(name = "hinomi", version, about = ABOUT, long_about = LONG_ABOUT, after_help = AFTER_HELP)]
#[command(max_term_width = 110)]
pub struct Cli {
    /// Language of what is shown, and of notices where the registry names none
    #[arg(long, global = true, value_enum, default_value_t = Lang::En)]
    pub lang: Lang,
    /// What to do; without one the sample day is replayed
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What the command can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run log files through the whole engine: incidents, notices, quarantine
    #[command(after_help = REPLAY_HELP)]
    Replay(Replay),
    /// Print one normalised event a line, as JSON, in input order
    #[command(after_help = PARSE_HELP)]
    Parse(Parse),
    /// Tell what a customer's logs lack for good judgement, and how to switch it on
    #[command(after_help = DOCTOR_HELP)]
    Doctor(Doctor),
    /// Tell why an incident has its level: the facts, the lines behind them, what would have changed it
    #[command(after_help = EXPLAIN_HELP)]
    Explain(Explain),
    /// Measure each stage of the engine on one core
    #[command(after_help = BENCH_HELP)]
    Bench(Bench),
    /// Tell what a load takes on AWS and what it costs a month
    #[command(after_help = PLAN_HELP)]
    Plan(Plan),
}

const REPLAY_HELP: &str = "\
Files are plain text, gzip or zstd, in any mixture; `-` is standard input. Time is event time: several files are
merged by it, and lines may be up to 15 minutes out of order without changing any notice.

Writes to the output directory:
  incidents.ndjson    one incident a line, its last state, sorted by first_seen and id
  notices.ndjson      what would have been sent, one message a line, in order
  quarantine.ndjson   lines that can't be read or belong to nobody, with the reason
  summary.json        counts that add up, and how fast it went
  archive/            every line, compressed, so that evidence can be found again
  ocsf/               every event as OCSF in Parquet, by class, tenant and day, for DuckDB and its like

Files of an earlier replay in that directory are replaced, unless --append is given.

Examples:
  hinomi replay fortigate.log
  hinomi replay --registry registry.yaml --out result --lang ja fw1.log.gz fw2.log.zst
  zcat *.gz | hinomi replay -";

const PARSE_HELP: &str = "\
Events go to standard output. Lines that can't be read go to standard error as `FILE:LINE: reason: detail`, and are
counted there at the end. Absent fields are left out; times are RFC 3339 in UTC; ports, bytes, packets and counts are
numbers; durations are in milliseconds.

Examples:
  hinomi parse fortigate.log
  hinomi parse --registry registry.yaml fw.log.gz | jq -c 'select(.function == \"ips\")'
  hinomi parse --as ocsf fw.log.gz | jq -c 'select(.class_uid == 2004).finding_info'
  hinomi parse --explain fortigate.log                 how the first lines were read, field by field
  hinomi parse --explain --line 4711 --lang ja fw.log  one line, in Japanese";

const DOCTOR_HELP: &str = "\
Reads a sample of a customer's logs and says what is missing for good judgement, why it matters, and how to switch it
on. Take a sample of an ordinary working day: what is too short to tell is named as such instead of guessed.

Examples:
  hinomi doctor fortigate.log.gz
  hinomi doctor --registry registry.yaml --lang ja fw1.log fw2.log.zst
  hinomi doctor --json fw.log | jq '.findings[].check'";

const EXPLAIN_HELP: &str = "\
Takes one incident document, or a file of them (incidents.ndjson) with --id to
choose; needs nothing else.

A document carries its lines without what relays put around them, and long ones shortened.
With --archive each line that is shown is fetched whole from where the document says that it
lies, and compared with what the document shows. The archive is read and never changed; a line
that is not there, or can't be read, is said to be so.

Examples:
  hinomi explain incident.json
  hinomi explain out/incidents.ndjson                  lists what is in the file
  hinomi explain out/incidents.ndjson --id K-4821
  hinomi explain out/incidents.ndjson --id K-4821 --archive out
  jq -c 'select(.level == 4)' out/incidents.ndjson | head -1 | hinomi explain -";

const BENCH_HELP: &str = "\
Loads the files into memory (at most 256 MiB of lines), then measures on one core, two seconds a stage:
  frame      bytes to lines
  parse      bytes to events
  detect     bytes to findings and facts
  pipeline   bytes to incidents and notices, on a store in memory
Figures: events a second, MB (10^6 bytes of log text) a second, bytes allocated an event.

Examples:
  hinomi bench fortigate.log
  hinomi bench --json fortigate.log > now.json";

const PLAN_HELP: &str = "\
Formulas over AWS's limits and dated prices: shards, batches, copies of functions, units of tables, objects, and the
bill by part, with what dominates it and what to turn. What is not asked for is assumed, and said. Nothing is looked up:
it needs no account and no network.

Left out: enrol, the console and the sweeps (together under a dollar), what leaves AWS, and what analysts search.

Examples:
  hinomi plan --events-per-day 4e9 --avg-bytes 800 --peak 3 --compression 8 --retention-days 400
  hinomi plan --events-per-day 1e7 --tenants 12 --siem-usd-per-gb 0.5 --lang ja
  hinomi bench --json fw.log > here.json && hinomi plan --events-per-day 4e9 --bench here.json --json";

/// Arguments of `hinomi plan`.
#[derive(Debug, Args)]
pub struct Plan {
    /// Log lines a day, of all customers: 4e9
    #[arg(long, value_name = "N", value_parser = positive)]
    pub events_per_day: f64,
    /// Bytes of a line as the device writes it
    #[arg(long, value_name = "N", value_parser = positive, default_value = "800")]
    pub avg_bytes: f64,
    /// How many times the average the busiest hours bring
    #[arg(long, value_name = "N", value_parser = at_least_one, default_value = "3")]
    pub peak: f64,
    /// How many times smaller collectors make the text; 1 is not at all
    #[arg(long, value_name = "N", value_parser = at_least_one, default_value = "8")]
    pub compression: f64,
    /// Days for which raw logs are kept
    #[arg(long, value_name = "N", value_parser = positive, default_value = "400")]
    pub retention_days: f64,
    /// Customers
    #[arg(long, value_name = "N", value_parser = at_least_one, default_value = "1")]
    pub tenants: f64,
    /// Findings in a million lines
    #[arg(long, value_name = "N", value_parser = positive, default_value = "500")]
    pub findings_per_million: f64,
    /// Seconds for which a batch is gathered: IngestWindowSeconds of the template
    #[arg(long, value_name = "S", value_parser = not_negative, default_value = "5")]
    pub window: f64,
    /// Region whose prices to take
    #[arg(long, value_name = "REGION", default_value = "ap-northeast-1")]
    pub region: String,
    /// What `hinomi bench --json` measured; without it 600,000 lines a second on one core
    #[arg(long, value_name = "FILE")]
    pub bench: Option<PathBuf>,
    /// What another product takes for a gigabyte of text, to compare
    #[arg(long, value_name = "USD", value_parser = positive)]
    pub siem_usd_per_gb: Option<f64>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Largest number that is taken: far above what anybody sends, far below where sums lose their meaning.
const MOST: f64 = 1e15;

fn number(text: &str, is_right: impl Fn(f64) -> bool, wanted: &str) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|_| format!("{wanted} is wanted"))?;
    if is_right(number) && number <= MOST { Ok(number) } else { Err(format!("{wanted} is wanted")) }
}

fn positive(text: &str) -> Result<f64, String> {
    number(text, |number| number > 0.0, "a number above 0")
}

fn not_negative(text: &str) -> Result<f64, String> {
    number(text, |number| number >= 0.0, "a number of 0 or more")
}

fn at_least_one(text: &str) -> Result<f64, String> {
    number(text, |number| number >= 1.0, "a number of 1 or more")
}

/// Arguments of `hinomi replay`.
#[derive(Debug, Args)]
pub struct Replay {
    /// Who owns which device, and who is who inside; without it there is one tenant and private ranges are inside
    #[arg(long, value_name = "FILE")]
    pub registry: Option<PathBuf>,
    /// Directory for the results
    #[arg(long, value_name = "DIR", default_value = "out")]
    pub out: PathBuf,
    /// Go on from what the output directory holds: known lines change nothing, new ones join their incidents
    #[arg(long)]
    pub append: bool,
    /// Log files; `-` is standard input
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
}

/// Arguments of `hinomi parse`.
#[derive(Debug, Args)]
pub struct Parse {
    /// Who owns which device; without it every device is taken
    #[arg(long, value_name = "FILE")]
    pub registry: Option<PathBuf>,
    /// Form of the output; with --explain, JSON instead of text
    #[arg(long = "as", value_enum, value_name = "FORM")]
    pub form: Option<Form>,
    /// Show for people how each line was read: what was around it, whose it is, what became of each field, and why
    #[arg(long)]
    pub explain: bool,
    /// With --explain: only this line of each file, from 1
    #[arg(long, value_name = "N", requires = "explain", conflicts_with = "all")]
    pub line: Option<u64>,
    /// With --explain: every line, not only the first 20
    #[arg(long, requires = "explain")]
    pub all: bool,
    /// Log files; `-` is standard input
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
}

/// Arguments of `hinomi doctor`.
#[derive(Debug, Args)]
pub struct Doctor {
    /// Who owns which device; without it every device is taken
    #[arg(long, value_name = "FILE")]
    pub registry: Option<PathBuf>,
    /// Print JSON for other programs
    #[arg(long)]
    pub json: bool,
    /// Look at the AWS account instead: SMS, and the registry's contacts below the topics that begin so (the stack's
    /// output TopicPrefix); with the environment's region and credentials
    #[arg(long, value_name = "TOPIC-PREFIX", requires = "registry", conflicts_with = "files")]
    pub aws: Option<String>,
    /// Log files; `-` is standard input
    #[arg(value_name = "FILE", required_unless_present = "aws")]
    pub files: Vec<PathBuf>,
}

/// Arguments of `hinomi explain`.
#[derive(Debug, Args)]
pub struct Explain {
    /// Which incident of the file: its number (K-4821), its id, or the first characters of its id
    #[arg(long, value_name = "NUMBER|ID", visible_alias = "number")]
    pub id: Option<String>,
    /// Show beneath each piece of evidence the whole line from this archive: the output of replay, a copy of the archive
    /// bucket (aws s3 sync s3://ARCHIVE/raw DIR/raw), or s3://BUCKET itself, for which hinomi is built with AWS
    #[arg(long, value_name = "DIR|s3://BUCKET")]
    pub archive: Option<PathBuf>,
    /// Zone in which times are shown, such as Asia/Tokyo
    #[arg(long, value_name = "ZONE", default_value = "UTC")]
    pub time_zone: String,
    /// An incident document, or incidents.ndjson; `-` is standard input
    #[arg(value_name = "INCIDENT.json")]
    pub file: PathBuf,
}

/// Arguments of `hinomi bench`.
#[derive(Debug, Args)]
pub struct Bench {
    /// Print JSON for other programs
    #[arg(long)]
    pub json: bool,
    /// Log files; `-` is standard input
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
}

/// Form of what `hinomi parse` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// This project's event, one JSON object a line
    Json,
    /// The same as an event of OCSF 1.8.0, as replay writes it into OUT/ocsf
    Ocsf,
}

/// A language, as the command line names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Lang {
    /// Japanese
    Ja,
    /// English
    En,
}

impl From<Lang> for Language {
    fn from(lang: Lang) -> Language {
        match lang {
            Lang::Ja => Language::Ja,
            Lang::En => Language::En,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn definition_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn ok_forms_that_are_promised() {
        for line in [
            &["hinomi"][..],
            &["hinomi", "--lang", "ja"],
            &["hinomi", "replay", "--registry", "r.yaml", "--out", "o", "--lang", "ja", "--append", "a", "-"],
            &["hinomi", "parse", "--as", "json", "-"],
            &["hinomi", "parse", "--explain", "--line", "3", "--as", "json", "-"],
            &["hinomi", "doctor", "--registry", "r.yaml", "--json", "a", "-"],
            &["hinomi", "explain", "--number", "K-1", "-"],
            &["hinomi", "explain", "--id", "K-1", "--archive", "s3://archive", "-"],
            &["hinomi", "bench", "--json", "a"],
            &["hinomi", "plan", "--events-per-day", "4e9", "--avg-bytes", "800", "--peak", "3"],
            &["hinomi", "plan", "--events-per-day", "1", "--compression", "8", "--retention-days", "400"],
        ] {
            assert!(Cli::try_parse_from(line).is_ok(), "{line:?}");
        }
    }

    #[test]
    fn err_what_is_missing_or_unknown() {
        for line in [
            &["hinomi", "replay"][..],
            &["hinomi", "parse", "--as", "xml", "a"],
            &["hinomi", "parse", "--line", "1", "a"],
            &["hinomi", "doctor"],
            &["hinomi", "plan"],
            &["hinomi", "plan", "--events-per-day", "0"],
            &["hinomi", "plan", "--events-per-day", "NaN"],
            &["hinomi", "plan", "--events-per-day", "inf"],
            &["hinomi", "plan", "--events-per-day", "1", "--peak", "0.5"],
            &["hinomi", "dance"],
        ] {
            assert_eq!(Cli::try_parse_from(line).unwrap_err().exit_code(), 2, "{line:?}");
        }
    }
}
