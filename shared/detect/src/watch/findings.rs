//! What was seen in the words of the vocabulary: what `turns` hears of silences, gaps and clocks, and the finding that a turn is.

use hinomi_model::registry::Registry;
use hinomi_model::{
    Disposition, EventTime, Evidence, FactSource, Finding, FindingId, FindingKind, Fingerprint, Function,
    Health, Locator, Saying, Subject, Symptom,
};

use super::clocks::Verdict;
use super::sequence::Gap;
use super::streams::{Change, Stream};
use super::turns::{Said, Turn};
use crate::appliance;
use crate::follow::{Origin, plain};
use crate::text::cut;

pub(super) fn over(symptom: Symptom, time: EventTime) -> Said {
    Said {
        symptom,
        object: String::new(),
        saying: Saying::Over,
        time,
        since: time,
        value: None,
        usual: None,
        line: None,
    }
}

/// Says what the numbers of a function's records show.
pub(super) fn lost(function: Function, gap: Gap, end: EventTime) -> Said {
    Said {
        symptom: Symptom::SequenceGap,
        object: function.as_str().to_owned(),
        saying: if gap.is_there { Saying::Trouble } else { Saying::Over },
        time: end,
        since: EventTime::from_seconds(gap.since.saturating_mul(60)),
        value: Some(gap.missing),
        usual: Some(gap.of),
        line: None,
    }
}

/// Says how a clock is.
pub(super) fn clock(verdict: Verdict, minute: i64, line: Option<Locator>) -> Said {
    let time = EventTime::from_seconds(minute.saturating_mul(60));
    match verdict {
        Verdict::Wrong { by } => {
            Said { saying: Saying::Trouble, value: by, line, ..over(Symptom::ClockWrong, time) }
        }
        Verdict::Right => over(Symptom::ClockWrong, time),
    }
}

pub(super) fn silence(change: Change) -> Said {
    let Change { stream, silent, minute, last, usual, .. } = change;
    let (symptom, object) = match stream {
        Stream::Whole => (Symptom::Silent, String::new()),
        Stream::Of(function) => (Symptom::FunctionSilent, function.as_str().to_owned()),
        Stream::Updates => (Symptom::UpdateStale, String::new()),
    };
    let quiet = u64::try_from(minute - last).unwrap_or(0);
    let at = |minute: i64| EventTime::from_seconds(minute.saturating_mul(60));
    Said {
        symptom,
        object,
        saying: if silent { Saying::Trouble } else { Saying::Over },
        time: at(minute),
        since: at(last),
        value: Some(quiet),
        usual: Some(usual),
        line: None,
    }
}

pub(super) fn finding(registry: &Registry, turn: Turn) -> Finding {
    let Turn { source, at, mut health, line } = turn;
    let device = appliance::identity(registry, &source);
    if device != source.device {
        // Of a pair: which member.
        let part = format!("{} {}", source.device, health.object);
        cut(part.trim_end(), Health::MAX_OBJECT_BYTES).clone_into(&mut health.object);
    }
    let subject = Subject::Health(device.clone(), health.symptom.problem());
    let print = Fingerprint::new("watch")
        .text(source.tenant.as_str())
        .text(device.as_str())
        .text(health.symptom.as_str())
        .text(&health.object)
        .text(health.condition.as_str())
        .number(i128::from(at.nanos()));
    let origin = Origin {
        tenant: source.tenant.clone(),
        device,
        vendor: appliance::vendor(registry, &source),
        function: Function::System,
    };
    let evidence = line.map(|locator| shown(&source, at, locator)).into_iter().collect();
    let id = FindingId(print.finish());
    Finding { health: Some(health), evidence, ..plain(&origin, subject, FindingKind::Health, id, at) }
}

/// Returns the line that shows it, to be fetched.
fn shown(source: &FactSource, time: EventTime, locator: Locator) -> Evidence {
    Evidence {
        time,
        received: time,
        sha256: String::new(),
        device: source.device.as_str().to_owned(),
        function: Function::System,
        disposition: Disposition::Unknown,
        session_id: None,
        policy: None,
        src_ip: None,
        dst_ip: None,
        dst_port: None,
        what: None,
        locator: Some(locator),
        raw: String::new(),
    }
}
