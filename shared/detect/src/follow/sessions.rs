//! Did the attacked server answer in that session?
//!
//! Why: an exploit that was only detected leaves the outcome open. The session's own traffic record settles it when
//! the server sent nothing back or refused; a mere answer proves nothing.
//!
//! Example: IPS `action=detected sessionid=7`, then traffic `sessionid=7 rcvdbyte=120 rcvdpkt=3`: failed.
//!
//! Known traps: bytes of a TLS-inspected session are the appliance's own, a sniffer may miss packets, an interim
//! record goes on (it can prove an answer, never a failure). Session numbers are used again after a while, so the
//! record must lie near the exploit and name both ends.

use std::sync::Arc;

use hinomi_model::{EventTime, Fact, FactSource, Finding, FindingKind, Peer, SessionKey, Settings, Subject};

use super::kept::{Kept, Timed};
use super::wire::{In, Out, wire};
use super::{Missed, Scene, answer, asked_from, bare, identity, is_open_attack};

/// Questions kept: sessions with an open attack of the last forty minutes.
const MAX_QUESTIONS: usize = 1 << 17;
/// Facts kept: sessions opened from outside in the last forty minutes, some 100 bytes each.
const MAX_ENDS: usize = 1 << 18;
/// Questions or records of one session; a session has a few interim records and one end.
const MAX_EACH: usize = 32;

#[derive(Debug)]
pub(super) struct Sessions {
    open: Kept<SessionKey, Open>,
    ends: Kept<SessionKey, Fact>,
}

#[derive(Debug)]
struct Open {
    question: Arc<Finding>,
}

wire! {
    Open { question }
}

impl Timed for Open {
    fn time(&self) -> EventTime {
        self.question.last
    }
}

impl Timed for Fact {
    fn time(&self) -> EventTime {
        self.time
    }
}

impl Default for Sessions {
    fn default() -> Self {
        Sessions { open: Kept::new(MAX_QUESTIONS, MAX_EACH), ends: Kept::new(MAX_ENDS, MAX_EACH) }
    }
}

/// What a record says about the server's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Failed,
    Answered,
}

impl Sessions {
    /// Writes what is remembered.
    pub(super) fn put(&self, out: &mut Out) {
        self.open.put(out);
        self.ends.put(out);
    }

    /// Reads what was remembered.
    pub(super) fn get(input: &mut In<'_>) -> Option<Self> {
        let Sessions { open, ends } = Sessions::default();
        Some(Sessions { open: open.filled(input)?, ends: ends.filled(input)? })
    }

    /// Forgets the older half.
    pub(super) fn shed(&mut self) {
        self.open.shed();
        self.ends.shed();
    }

    pub(super) fn ask(
        &mut self,
        scene: &Scene<'_>,
        finding: &Finding,
        missed: &mut Missed,
        out: &mut Vec<Finding>,
    ) {
        let Subject::Host(host) = finding.subject else { return };
        if !is_open_attack(finding) {
            return;
        }
        let from = asked_from(finding);
        let question = Arc::new(bare(finding));
        for key in &finding.sessions {
            for fact in self.ends.of(key) {
                settle(scene, &question, *key, fact, out);
            }
            if self.ends.may_have_lost(key, from) {
                missed.note((finding.tenant.clone(), host), from);
            }
            self.open.push(scene.clock, *key, Open { question: question.clone() });
        }
    }

    pub(super) fn learn(
        &mut self,
        scene: &Scene<'_>,
        source: &FactSource,
        fact: &Fact,
        out: &mut Vec<Finding>,
    ) {
        let Some(key) = opened_from_outside(scene, source, fact) else { return };
        self.recall(scene, source, fact, out);
        self.ends.push(scene.clock, key, *fact);
    }

    /// Holds a session that may have been forgotten against the attacks.
    pub(super) fn recall(&self, scene: &Scene<'_>, source: &FactSource, fact: &Fact, out: &mut Vec<Finding>) {
        let Some(key) = opened_from_outside(scene, source, fact) else { return };
        for open in self.open.of(&key) {
            settle(scene, &open.question, key, fact, out);
        }
    }

    pub(super) fn sweep(&mut self, before: EventTime) {
        self.open.sweep(before);
        self.ends.sweep(before);
    }
}

/// Returns the session that a fact is of, if an attack on a server could have been in it: its initiator is outside.
fn opened_from_outside(scene: &Scene<'_>, source: &FactSource, fact: &Fact) -> Option<SessionKey> {
    fact.session.filter(|_| !scene.is_inside(&source.tenant, fact.src_ip))
}

fn settle(scene: &Scene<'_>, question: &Finding, key: SessionKey, fact: &Fact, out: &mut Vec<Finding>) {
    let settings = scene.settings;
    let Some(attacker) = question.peers.first().filter(|peer| peer.ip == fact.src_ip) else { return };
    let Some(host) = question.host.as_ref().filter(|host| host.ip == fact.dst_ip) else { return };
    let near = fact.began.plus(-settings.session_window) <= question.last
        && question.first <= fact.time.plus(settings.session_window);
    if !near {
        return;
    }
    let Some(outcome) = outcome(settings, fact) else { return };
    let kind = match outcome {
        Outcome::Failed => FindingKind::SessionFailed,
        Outcome::Answered => FindingKind::SessionAnswered,
    };
    let mut subjects = vec![Subject::Host(host.ip)];
    if outcome == Outcome::Failed {
        subjects.push(Subject::Source(attacker.ip, question.first.day()));
        if question.last.day() != question.first.day() {
            subjects.push(Subject::Source(attacker.ip, question.last.day()));
        }
    }
    for subject in subjects {
        let print = identity(&question.tenant, &subject, kind)
            .number(key.0.into())
            .number(fact.time.seconds().into());
        let id = hinomi_model::FindingId(print.finish());
        let mut finding = answer(question, subject, kind, id, fact.time);
        finding.peers = vec![Peer { ip: attacker.ip, port: attacker.port }];
        finding.sessions = vec![key];
        finding.disposition = question.disposition;
        finding.bytes_in = fact.bytes_in;
        finding.bytes_out = Some(fact.bytes_out);
        finding.evidence = scene.objects.session(question.device.as_str(), fact).into_iter().collect();
        out.push(finding);
    }
}

fn outcome(settings: &Settings, fact: &Fact) -> Option<Outcome> {
    if let Some(status) = fact.http_status {
        let refused = (400..500).contains(&status) && status != 401 && status != 403;
        return Some(if refused { Outcome::Failed } else { Outcome::Answered });
    }
    let bytes = fact.bytes_in?;
    let silent = match fact.packets_in {
        Some(packets) => {
            packets <= settings.no_payload_packets
                && bytes <= settings.no_payload_bytes_per_packet.saturating_mul(packets)
        }
        None => bytes <= settings.no_payload_bytes,
    };
    let decisive = !fact.flags.decrypted && !fact.flags.sniffed && !fact.flags.interim;
    match (silent, decisive) {
        (true, true) => Some(Outcome::Failed),
        // Nothing yet, or nothing that these bytes could prove.
        (true, false) if fact.flags.interim => None,
        _ => Some(Outcome::Answered),
    }
}
