//! The incident as others read it: one line of incidents.ndjson, in both languages.
//!
//! Prose is defanged; data fields keep every value as the log wrote it, so that it can be looked for elsewhere.

use std::collections::BTreeMap;

use hinomi_model::{
    Assessment, AssessmentText, ChangeText, CountermeasureText, Document, Evidence, EvidenceLine, FactText,
    Incident, Language, MomentText, ReasonText, Statement, Words, registry::Tenant,
};

use crate::label::Label;
use crate::lexicon::Arg;
use crate::say::Voice;

/// Puts an incident into words.
pub fn document(incident: &Incident, tenant: &Tenant) -> Document {
    let both =
        Both { ja: Voice::of(incident, tenant, Language::Ja), en: Voice::of(incident, tenant, Language::En) };
    let assessment: BTreeMap<String, AssessmentText> = [both.ja, both.en]
        .into_iter()
        .map(|voice| (voice.reader.language.as_str().to_owned(), assessment(&voice, &incident.assessment)))
        .collect();
    Document {
        core: incident.core.clone(),
        title: both.say(&incident.title),
        timeline: incident
            .facts
            .iter()
            .map(|fact| MomentText {
                time: fact.time,
                last: fact.last,
                stage: fact.stage,
                disposition: fact.disposition,
                count: fact.count,
                summary: both.say(&fact.summary),
            })
            .collect(),
        evidence: incident.evidence.iter().map(|evidence| both.evidence(evidence)).collect(),
        facts: incident
            .facts
            .iter()
            .map(|fact| FactText {
                id: fact.id.clone(),
                kind: fact.kind,
                disposition: fact.disposition,
                count: fact.count,
                at_least: fact.at_least,
                first: fact.time,
                last: fact.last,
                text: both.say(&fact.summary),
                lines: fact.lines.clone(),
            })
            .collect(),
        reasons: incident
            .reasons
            .iter()
            .map(|reason| ReasonText {
                rule: reason.rule.clone(),
                level: reason.level,
                text: both.say(&reason.text),
                facts: reason.facts.clone(),
            })
            .collect(),
        would_change: incident
            .would_change
            .iter()
            .map(|change| ChangeText { fact: both.say(&change.fact), to_level: change.to_level })
            .collect(),
        assessment,
    }
}

/// Says an incident's title in one language: all that a list of incidents needs.
pub fn title(incident: &Incident, tenant: &Tenant, language: Language) -> String {
    Voice::of(incident, tenant, language).say(&incident.title)
}

/// Both languages.
struct Both<'a> {
    ja: Voice<'a>,
    en: Voice<'a>,
}

impl Both<'_> {
    fn say(&self, statement: &Statement) -> Words {
        Words { ja: self.ja.say(statement), en: self.en.say(statement) }
    }

    fn evidence(&self, evidence: &Evidence) -> EvidenceLine {
        EvidenceLine {
            time: evidence.time,
            received: evidence.received,
            device: evidence.device.clone(),
            function: evidence.function,
            session_id: evidence.session_id.clone(),
            policy: evidence.policy.clone(),
            summary: Words { ja: summary(&self.ja, evidence), en: summary(&self.en, evidence) },
            sha256: evidence.sha256.clone(),
            locator: evidence.locator.clone(),
            raw: evidence.raw.clone(),
        }
    }
}

/// Says in one line what a log line shows.
pub(crate) fn summary(voice: &Voice<'_>, evidence: &Evidence) -> String {
    let lexicon = voice.lexicon();
    let function = lexicon.label(Label::WordFunction, &[("word", Arg::Word(evidence.function.as_str()))]);
    let what = match &evidence.what {
        Some(what) => format!("{function} {}", voice.foreign(what)),
        None => function,
    };
    let word = evidence.disposition.as_str();
    let (Some(src), Some(dst)) = (evidence.src_ip, evidence.dst_ip) else {
        return lexicon
            .label(Label::EvidenceLineBare, &[("what", Arg::Text(&what)), ("word", Arg::Word(word))]);
    };
    let dst = match evidence.dst_port {
        Some(port) => format!("{}:{port}", voice.address(dst)),
        None => voice.address(dst),
    };
    lexicon.label(
        Label::EvidenceLine,
        &[
            ("src", Arg::Text(&voice.address(src))),
            ("dst", Arg::Text(&dst)),
            ("what", Arg::Text(&what)),
            ("word", Arg::Word(word)),
        ],
    )
}

fn assessment(voice: &Voice<'_>, assessment: &Assessment) -> AssessmentText {
    let joined = |statements: &[Statement]| voice.lexicon().sentences(&voice.say_all(statements));
    AssessmentText {
        cause: voice.say_all(&assessment.cause),
        infection: joined(&assessment.infection),
        impact: joined(&assessment.impact),
        scope: joined(&assessment.scope),
        countermeasures: assessment
            .countermeasures
            .iter()
            .map(|measure| CountermeasureText {
                act: voice.say(&measure.act),
                by: measure.by,
                within: measure.within,
            })
            .collect(),
        unknowns: voice.say_all(&assessment.unknowns),
    }
}
