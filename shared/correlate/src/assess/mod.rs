//! The assessment: what each analysis must answer, as statements. The words are `notice`'s.

mod acts;
mod saw;
mod title;
mod verdicts;

use hinomi_model::registry::Tenant;
use hinomi_model::{Assessment, FindingKind, Statement, StatementKey};

use crate::judge::Verdict;
use crate::story::Story;

pub(crate) use saw::saw;
pub(crate) use title::title;

/// Most sentences of the cause: a story longer than this is told by its facts.
const MAX_CAUSE: usize = 12;

/// Answers the five questions, and says what is not known.
pub(crate) fn assess(story: &Story, verdict: &Verdict, tenant: &Tenant) -> Assessment {
    let cause = cause(story);
    let (infection, impact) = verdicts::infection_and_impact(story, verdict);
    Assessment {
        cause,
        infection,
        impact,
        scope: verdicts::scope(story),
        countermeasures: acts::countermeasures(story, verdict, tenant),
        unknowns: verdicts::unknowns(story, verdict),
    }
}

/// What happened, in time order; before it, a file nobody could scan that may have been the delivery.
fn cause(story: &Story) -> Vec<Statement> {
    let cc = [FindingKind::CcPayload, FindingKind::CcContact, FindingKind::Sinkhole];
    let has_cc = story.threads.iter().any(|thread| cc.contains(&thread.key.kind));
    let remembered = story.earlier.iter().filter(|thread| {
        has_cc
            && matches!(
                thread.key.kind,
                FindingKind::Unscannable | FindingKind::Malware | FindingKind::SandboxMalicious
            )
    });
    let told = story.threads.iter().filter(|thread| !matches!(thread.key.kind, FindingKind::InCampaign));
    let mut sentences = shorten(remembered.chain(told).map(saw).collect());
    if sentences.is_empty() {
        sentences.push(Statement::new(StatementKey::BecauseBackground));
    }
    sentences
}

/// Cuts what happened to what a person reads.
pub(crate) fn shorten(mut sentences: Vec<Statement>) -> Vec<Statement> {
    if sentences.len() > MAX_CAUSE {
        // The beginning says where it came from, the end what it led to.
        let tail = sentences.split_off(sentences.len() - MAX_CAUSE / 2);
        sentences.truncate(MAX_CAUSE - MAX_CAUSE / 2);
        sentences.extend(tail);
    }
    sentences
}
