//! Arguments of statements, taken from threads.

use std::collections::BTreeSet;

use hinomi_model::{FindingKind, IndicatorKind, Unusual, Value};

use crate::story::Thread;

/// What stands where nothing is known; the texts show it as it is.
const NOTHING: &str = "-";

/// Returns the inside host of a thread.
pub(crate) fn host(thread: &Thread) -> Value {
    Value::Inside(thread.hosts.first().map_or_else(|| NOTHING.to_owned(), |host| host.ip.to_string()))
}

/// Returns the inside hosts of several threads.
pub(crate) fn hosts<'a>(threads: impl Iterator<Item = &'a Thread>) -> Vec<String> {
    let all: BTreeSet<_> = threads.flat_map(|thread| &thread.hosts).map(|host| host.ip).collect();
    all.into_iter().map(|ip| ip.to_string()).collect()
}

/// Returns the other side of a thread.
pub(crate) fn attacker(thread: &Thread) -> String {
    let peer = thread.source.or_else(|| thread.peers.first().map(|peer| peer.ip));
    peer.map_or_else(|| NOTHING.to_owned(), |ip| ip.to_string())
}

/// Returns what the vendor called it, and how many other names there were.
pub(crate) fn what(thread: &Thread) -> String {
    let name = thread.signatures.first().map(|signature| match thread.signatures.len() {
        1 => signature.name.clone(),
        several => format!("{} (+{})", signature.name, several - 1),
    });
    name.or_else(|| thread.what.clone())
        .or_else(|| indicator_of(thread))
        .unwrap_or_else(|| NOTHING.to_owned())
}

/// Returns which kind of unusual traffic it is: our own word where it is one of ours, else what the vendor called it.
pub(crate) fn behaviour(thread: &Thread) -> Value {
    let ours = thread.what.as_deref().and_then(Unusual::from_word);
    ours.map_or_else(|| Value::Text(what(thread)), |word| Value::Word(word.as_str().to_owned()))
}

/// Returns the indicator it is about.
pub(crate) fn indicator(thread: &Thread) -> String {
    indicator_of(thread).unwrap_or_else(|| attacker(thread))
}

fn indicator_of(thread: &Thread) -> Option<String> {
    let by = |kind: IndicatorKind| thread.indicators.iter().find(|i| i.kind == kind).map(|i| i.value.clone());
    by(IndicatorKind::Domain).or_else(|| by(IndicatorKind::Url)).or_else(|| by(IndicatorKind::Ip))
}

/// Returns the file it is about.
pub(crate) fn file(thread: &Thread) -> String {
    let by = |kind: IndicatorKind| thread.indicators.iter().find(|i| i.kind == kind).map(|i| i.value.clone());
    by(IndicatorKind::FileName)
        .or_else(|| by(IndicatorKind::Sha256))
        .or_else(|| by(IndicatorKind::Md5))
        .or_else(|| thread.what.clone().filter(|_| names_file(thread.key.kind)))
        .unwrap_or_else(|| NOTHING.to_owned())
}

/// Tells whether `what` of such evidence is the file; of malware it is the malware's name.
fn names_file(kind: FindingKind) -> bool {
    !matches!(kind, FindingKind::Malware | FindingKind::MalwareGuess)
}

/// Returns what the vendor called it; nothing where only an indicator is known.
pub(crate) fn recognised(thread: &Thread) -> String {
    if thread.signatures.is_empty() {
        thread.what.clone().unwrap_or_else(|| NOTHING.to_owned())
    } else {
        what(thread)
    }
}

/// Returns the accounts of a thread.
pub(crate) fn accounts(thread: &Thread) -> Value {
    Value::Names(thread.users.iter().cloned().collect())
}
