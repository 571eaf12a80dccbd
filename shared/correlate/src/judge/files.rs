//! Rule 4: files on the way in, what scanners and sandboxes say of them, and what nobody could scan.

use std::collections::BTreeSet;

use hinomi_model::{
    Delivery, Direction, FindingKind as K, IndicatorKind, Level, Statement, StatementKey as S,
};

use super::{Case, Findings, Was, passed};
use crate::story::Thread;
use crate::words::{file, what};

pub(super) fn judge(case: &Case<'_>, found: &mut Findings) {
    for (index, thread) in case.of(&[K::Malware]) {
        malware(found, index, thread);
    }
    sandbox(case, found);
    for (index, thread) in case.of(&[K::MalwareGuess]) {
        if !passed(thread) {
            blocked(found, index, thread);
        } else if let Some((clean, verdict)) = withdrawal(case, thread) {
            let text = Statement::new(S::BecauseSandboxWithdrawn).text("file", &file(thread));
            found.push("4", Level::ZERO, verdict.last, text, [index, clean]);
            found.was.push(Was { rule: "4", level: Level::TWO, since: thread.first });
        } else {
            let text = Statement::new(S::BecauseGuess).text("what", &what(thread));
            found.push("4", Level::TWO, thread.first, text, [index]);
            found.change(Statement::new(S::ChangeVerdict), Level::THREE);
        }
    }
    for (index, thread) in case.of(&[K::UnwantedSoftware]) {
        let text = Statement::new(S::BecauseUnwanted).text("what", &what(thread));
        found.push("4", Level::ONE, thread.first, text, [index]);
    }
    for (index, thread) in case.of(&[K::TestFile]) {
        let text = Statement::new(S::BecauseTestFile).text("what", &what(thread));
        found.push("4", Level::ZERO, thread.first, text, [index]);
    }
    for (index, thread) in case.of(&[K::Unscannable]) {
        let text = Statement::new(S::BecauseUnscannable).text("file", &file(thread));
        found.push("4", Level::ZERO, thread.first, text, [index]);
        found.change(Statement::new(S::ChangePayload), Level::FOUR);
    }
}

fn malware(found: &mut Findings, index: usize, thread: &Thread) {
    match thread.key.direction {
        // Malware between inside hosts is the rule on attacks from inside (6).
        Direction::Internal => {}
        Direction::Outbound => {
            let text = Statement::new(S::BecauseOutboundOne);
            found.push("6", Level::TWO, thread.first, text, [index]);
        }
        Direction::Inbound | Direction::External if !passed(thread) => blocked(found, index, thread),
        Direction::Inbound | Direction::External => {
            if thread.key.delivery == Some(Delivery::ToRelay) {
                let text = Statement::new(S::BecauseMalwareRelay)
                    .text("what", &what(thread))
                    .with("count", thread.count);
                found.push("4", Level::TWO, thread.first, text, [index]);
                found.change(Statement::new(S::ChangeReachedHost), Level::THREE);
            } else {
                let text = Statement::new(S::BecauseMalwareReached).text("what", &what(thread));
                found.push("4", Level::THREE, thread.first, text, [index]);
                found.change(Statement::new(S::ChangePayload), Level::FOUR);
            }
        }
    }
}

fn blocked(found: &mut Findings, index: usize, thread: &Thread) {
    let text = Statement::new(S::BecauseMalwareBlocked).text("what", &what(thread));
    found.push("4", Level::ONE, thread.first, text, [index]);
    found.change(Statement::new(S::ChangePassed), Level::THREE);
}

/// Judged malicious only after delivery: told when the verdict comes, taken back when it is withdrawn.
fn sandbox(case: &Case<'_>, found: &mut Findings) {
    for (index, thread) in case.of(&[K::SandboxMalicious]) {
        let relay = thread.key.delivery == Some(Delivery::ToRelay);
        let level = match (passed(thread), relay) {
            (false, _) => Level::ONE,
            (true, true) => Level::TWO,
            (true, false) => Level::THREE,
        };
        if let Some((clean, verdict)) = withdrawal(case, thread) {
            let text = Statement::new(S::BecauseSandboxWithdrawn).text("file", &file(thread));
            found.push("8", Level::ZERO, verdict.last, text, [index, clean]);
            found.was.push(Was { rule: "4", level, since: thread.first });
            continue;
        }
        if level == Level::ONE {
            blocked(found, index, thread);
            continue;
        }
        let text = Statement::new(S::BecauseSandbox).text("file", &file(thread));
        found.push("4", level, thread.first, text, [index]);
        found.change(Statement::new(S::ChangeVerdictWithdrawn), Level::ZERO);
        found.change(Statement::new(S::ChangePayload), Level::FOUR);
    }
}

fn hashes(thread: &Thread) -> BTreeSet<&str> {
    let hash = |kind| matches!(kind, IndicatorKind::Sha256 | IndicatorKind::Md5);
    thread.indicators.iter().filter(|indicator| hash(indicator.kind)).map(|i| i.value.as_str()).collect()
}

/// Returns the later verdict that took a thread's back: clean, on the same file.
fn withdrawal<'a>(case: &'a Case<'_>, verdict: &Thread) -> Option<(usize, &'a Thread)> {
    let files = hashes(verdict);
    case.of(&[K::SandboxClean]).find(|(_, clean)| {
        let same = if files.is_empty() {
            clean.key.about == verdict.key.about
        } else {
            files.iter().all(|hash| hashes(clean).contains(hash))
        };
        same && clean.last > verdict.last
    })
}

/// Walks the evidence that malware reached the host and was not taken back.
pub(super) fn reached<'a>(case: &'a Case<'_>) -> impl Iterator<Item = (usize, &'a Thread)> + 'a {
    case.of(&[K::Malware, K::SandboxMalicious]).filter(|(_, thread)| {
        passed(thread)
            && thread.key.delivery != Some(Delivery::ToRelay)
            && matches!(thread.key.direction, Direction::Inbound | Direction::External | Direction::Internal)
            && withdrawal(case, thread).is_none()
    })
}

/// Walks deliveries of the days before the story, for windows that reach back.
pub(crate) fn delivered_earlier<'a>(case: &'a Case<'_>) -> impl Iterator<Item = &'a Thread> + 'a {
    case.story.earlier.iter().filter(|thread| {
        matches!(thread.key.kind, K::Malware | K::SandboxMalicious)
            && passed(thread)
            && thread.key.delivery != Some(Delivery::ToRelay)
            && matches!(thread.key.direction, Direction::Inbound | Direction::External)
    })
}
