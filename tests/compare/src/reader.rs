//! What is compared: a reader goes over all lines, and says of single ones what it read, so that it is known to have read.

use std::net::IpAddr;

use hinomi_generate::mix::Form;

use crate::Fault;
use crate::data::Data;
use crate::{others, ours};

/// What a reader found in a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    /// The two ends of the session, the smaller address first: which of them began it is told apart by some only.
    pub(crate) ends: [IpAddr; 2],
    /// How many fields the line has; `None` for one that does not list them.
    pub(crate) fields: Option<usize>,
}

impl Told {
    /// Makes it of two addresses in any order.
    pub(crate) fn new(one: IpAddr, other: IpAddr, fields: Option<usize>) -> Self {
        Told { ends: [one.min(other), one.max(other)], fields }
    }

    /// Makes it of texts.
    pub(crate) fn of_texts(one: &str, other: &str, fields: usize) -> Option<Self> {
        Some(Told::new(one.parse().ok()?, other.parse().ok()?, Some(fields)))
    }
}

/// Something that reads lines.
pub(crate) trait Reader {
    /// Goes over all lines and returns how many were read.
    fn pass(&mut self, data: &Data) -> usize;

    /// Reads one line, untimed; `None` when it can't be read.
    fn tell(&mut self, line: &str) -> Option<Told>;

    /// Tells whether it can be asked about single lines.
    fn tells(&self) -> bool {
        true
    }
}

/// A row of the comparison.
pub(crate) struct Contestant {
    /// Its name, the same in every table.
    pub(crate) name: &'static str,
    /// Whose lines it reads.
    pub(crate) form: Form,
    /// What it does with each of them.
    pub(crate) does: &'static str,
    /// It is ours.
    pub(crate) is_ours: bool,
    /// What reads.
    pub(crate) reader: Box<dyn Reader>,
}

/// Returns everything that is compared, by form, ours first.
///
/// # Errors
///
/// [`Fault::Reader`] when a reader can't be set up.
pub(crate) fn contestants() -> Result<Vec<Contestant>, Fault> {
    let mut all = Vec::new();
    for form in Form::ALL {
        let mut add =
            |name, does, is_ours, reader| all.push(Contestant { name, form, does, is_ours, reader });
        add("hinomi parse", "one normalised event a line, typed, nothing dropped", true, ours::parse());
        add(
            "hinomi frame to findings",
            "zstd record to lines, events, findings and facts",
            true,
            ours::record(),
        );
        add(
            "hinomi frame to findings, 100,000 indicators",
            "the same, with lists of known enemies looked up for every line",
            true,
            ours::record_with_indicators(100_000),
        );
        add("hinomi event to findings", "Lambda's JSON and base64 before that", true, ours::event());
        match form {
            Form::FortigateKeyValue => {
                let does = "a map of texts; nothing typed, no clock read";
                add(
                    "VRL parse_key_value",
                    does,
                    false,
                    others::vector("parse_key_value!(string!(.message))")?,
                );
                add(
                    "regex to HashMap",
                    "a map of borrowed texts with their escapes",
                    false,
                    others::regex()?,
                );
            }
            Form::FortigateJson => {
                let does = "a tree of values; no clock read, no address parsed";
                add("VRL parse_json", does, false, others::vector("parse_json!(string!(.message))")?);
                add("serde_json Value", does, false, others::serde_value());
                add("simd-json borrowed Value", does, false, others::simd_value());
                add("simd-json tape", "a flat list of values, buffers kept", false, others::simd_tape());
            }
            Form::PanosCsv => {
                let does = "a list of texts; no column has a name";
                add("VRL parse_csv", does, false, others::vector("parse_csv!(string!(.message))")?);
                add("csv-core", "all columns split into one buffer", false, others::csv_core());
            }
        }
    }
    Ok(all)
}

/// Asks all readers of a form about the same lines and holds their answers together.
///
/// Returns how many lines they agreed on.
///
/// # Errors
///
/// [`Fault::Disagree`] with the first line that two of them read differently, or one can't read.
pub(crate) fn agree<'c>(
    contestants: impl Iterator<Item = &'c mut Contestant>,
    data: &Data,
    lines: usize,
) -> Result<usize, Fault> {
    let mut told: Vec<(usize, Told, &'static str)> = Vec::new();
    let mut agreed = 0;
    for contestant in contestants.filter(|contestant| contestant.reader.tells()) {
        for (number, line) in data.lines().take(lines).enumerate() {
            let disagree = |told: String, other: &'static str| Fault::Disagree {
                line: line.to_owned(),
                one: contestant.name,
                told,
                other,
            };
            let Some(own) = contestant.reader.tell(line) else {
                return Err(disagree("nothing".to_owned(), "everybody"));
            };
            match told.get_mut(number) {
                None => told.push((number, own, contestant.name)),
                Some((_, first, name)) => {
                    let same_fields = match (first.fields, own.fields) {
                        (Some(one), Some(other)) => one == other,
                        _ => true,
                    };
                    if first.ends != own.ends || !same_fields {
                        return Err(disagree(format!("{own:?}, not {first:?}"), name));
                    }
                    if first.fields.is_none() {
                        (*first, *name) = (own, contestant.name);
                    }
                    agreed += 1;
                }
            }
        }
    }
    Ok(agreed)
}
