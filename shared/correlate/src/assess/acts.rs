//! Countermeasures: what the customer should do, in order and by when; and what the SOC does or offers.
//!
//! Blocking and signature tuning are the SOC's acts, offered to the customer (service.md, "Telling").

use std::collections::BTreeSet;

use hinomi_model::registry::Tenant;
use hinomi_model::{
    Actor, Countermeasure, Direction, FindingKind as K, IndicatorKind, Level, Role, Statement,
    StatementKey as S, Value, Within,
};

use super::verdicts::{destinations, is_role};
use crate::judge::Verdict;
use crate::story::{Story, Thread};
use crate::words::{accounts, attacker, file, host, what};

struct Plan<'a> {
    story: &'a Story,
    verdict: &'a Verdict,
    acts: Vec<Countermeasure>,
}

impl Plan<'_> {
    fn customer(&mut self, within: Within, act: Statement) {
        self.push(Actor::Customer, within, act);
    }

    fn soc(&mut self, within: Within, act: Statement) {
        self.push(Actor::Soc, within, act);
    }

    fn push(&mut self, by: Actor, within: Within, act: Statement) {
        if !self.acts.iter().any(|known| known.act == act) {
            self.acts.push(Countermeasure { act, by, within });
        }
    }

    fn because(&self, keys: &[S]) -> bool {
        self.verdict.because.iter().any(|because| keys.contains(&because.text.key))
    }

    fn find(&self, kinds: &[K]) -> Option<&Thread> {
        self.story.threads.iter().find(|thread| kinds.contains(&thread.key.kind))
    }

    fn host(&self) -> Value {
        self.story
            .threads
            .iter()
            .find(|thread| !thread.hosts.is_empty())
            .map_or_else(|| Value::Inside("-".to_owned()), host)
    }

    fn with_host(&self, key: S) -> Statement {
        Statement::new(key).with("host", self.host())
    }
}

/// Plans the measures of a story.
pub(super) fn countermeasures(story: &Story, verdict: &Verdict, tenant: &Tenant) -> Vec<Countermeasure> {
    let mut plan = Plan { story, verdict, acts: Vec::new() };
    match verdict.level {
        Level::ZERO | Level::ONE => quiet(&mut plan),
        Level::TWO => check(&mut plan, tenant),
        _ => act(&mut plan, tenant),
    }
    plan.acts
}

fn quiet(plan: &mut Plan<'_>) {
    plan.customer(Within::Week, Statement::new(S::ActNone));
    if plan.because(&[S::BecauseAnalyst, S::BecauseSandboxWithdrawn, S::BecauseAllowed]) {
        plan.soc(Within::Week, Statement::new(S::SocTuneFalsePositive));
    } else {
        let watched = plan.story.threads.first().map_or_else(
            || Value::Inside("-".to_owned()),
            |thread| {
                if thread.hosts.is_empty() { Value::Indicator(attacker(thread)) } else { host(thread) }
            },
        );
        plan.soc(Within::Week, Statement::new(S::SocWatch).with("host", watched));
    }
}

fn check(plan: &mut Plan<'_>, tenant: &Tenant) {
    if let Some(relay) = plan.story.threads.iter().find_map(|thread| thread.key.relay) {
        plan.customer(Within::Hour, Statement::new(S::ActFindClient).inside("relay", relay));
        plan.customer(Within::Today, Statement::new(S::ActKeepLogs));
    }
    let relayed = plan.story.threads.iter().any(|thread| thread.key.relay.is_some());
    if plan.because(&[
        S::BecauseExploitOpen,
        S::BecauseExploitAnswered,
        S::BecauseCampaign,
        S::BecauseOtherContact,
    ]) {
        servers(plan, tenant, Within::Today);
    }
    if plan.because(&[S::BecauseVictim, S::BecauseSiteAllowed]) && !relayed {
        plan.customer(Within::Today, plan.with_host(S::ActAskVisit));
        plan.customer(Within::Today, examine(plan));
    }
    if plan.because(&[S::BecauseMalwareRelay]) {
        plan.customer(Within::Today, Statement::new(S::ActPurgeMail));
        plan.customer(Within::Today, Statement::new(S::ActWarnUsers));
    }
    let own = [
        S::BecauseCcFew,
        S::BecauseCcLookup,
        S::BecauseCcOneSession,
        S::BecauseOutboundOne,
        S::BecauseLateralBlocked,
        S::BecauseInsideScan,
        S::BecauseGuess,
    ];
    if plan.because(&own) && !relayed {
        plan.customer(Within::Today, plan.with_host(S::ActAskUser));
        plan.customer(Within::Today, examine(plan));
    }
    if plan.because(&[S::BecauseBehaviours]) {
        plan.customer(Within::Today, plan.with_host(S::ActConfirmActivity));
    }
    if plan.because(&[S::BecauseDosUnmitigated]) {
        plan.customer(Within::Hour, plan.with_host(S::ActCheckService));
    }
    blocking(plan);
    plan.soc(Within::Today, Statement::new(S::SocSearchScope));
}

fn act(plan: &mut Plan<'_>, tenant: &Tenant) {
    if plan.because(&[S::BecauseIntegrity, S::BecauseDeviceCc]) {
        let device =
            plan.story.threads.iter().flat_map(|thread| &thread.devices).next().cloned().unwrap_or_default();
        let check = Statement::new(S::ActCheckDevice).with("device", Value::Inside(device));
        plan.customer(Within::Now, check);
        plan.customer(Within::Now, Statement::new(S::ActKeepLogs));
    }
    if let Some(thread) = plan.find(&[K::PasswordTakeover]) {
        let names = accounts(thread);
        plan.customer(Within::Now, Statement::new(S::ActDisableAccount).with("accounts", names.clone()));
        plan.customer(Within::Now, Statement::new(S::ActChangePassword).with("accounts", names.clone()));
        plan.customer(Within::Hour, Statement::new(S::ActReviewLogins).with("accounts", names));
        plan.customer(Within::Week, Statement::new(S::ActMfa));
    }
    let infected = plan.verdict.infection == hinomi_model::Infection::Infected && !device_only(plan);
    let malware = plan.because(&[S::BecauseMalwareReached, S::BecauseSandbox, S::BecauseSiteMalware]);
    if infected {
        isolate(plan);
    }
    if malware && !infected {
        plan.customer(Within::Now, plan.with_host(S::ActAskUser));
        if let Some(thread) = plan.find(&[K::Malware, K::SandboxMalicious]) {
            plan.customer(Within::Hour, Statement::new(S::ActDeleteFile).text("file", &file(thread)));
        }
        plan.customer(Within::Hour, examine(plan));
    }
    if plan.because(&[S::BecauseCredentials]) {
        plan.customer(Within::Now, plan.with_host(S::ActChangePasswordUser));
        plan.customer(Within::Hour, plan.with_host(S::ActAskVisit));
        plan.customer(Within::Week, Statement::new(S::ActMfa));
    }
    if plan.because(&[S::BecauseCallback, S::BecauseWebShell]) {
        servers(plan, tenant, Within::Hour);
    }
    if plan.because(&[S::BecauseDosOverload]) {
        plan.customer(Within::Now, plan.with_host(S::ActCheckService));
    }
    others(plan);
    if infected && plan.verdict.level == Level::FOUR && !plan.verdict.guest {
        plan.customer(Within::Today, Statement::new(S::ActConsiderReport));
    }
    blocking(plan);
    plan.soc(Within::Hour, Statement::new(S::SocSearchScope));
}

fn device_only(plan: &Plan<'_>) -> bool {
    plan.story.threads.iter().all(|thread| thread.hosts.is_empty())
}

/// Cuts the host off, keeps what proves it, examines and clean-installs it.
fn isolate(plan: &mut Plan<'_>) {
    if is_role(plan.story, Role::Guest) {
        plan.customer(Within::Now, plan.with_host(S::ActIsolateVisitor));
        return;
    }
    if is_role(plan.story, Role::Iot) {
        plan.customer(Within::Now, plan.with_host(S::ActIsolateThing));
        plan.customer(Within::Today, plan.with_host(S::ActFirmware));
        return;
    }
    plan.customer(Within::Now, plan.with_host(S::ActIsolate));
    plan.customer(Within::Hour, plan.with_host(S::ActAskUser));
    plan.customer(Within::Today, plan.with_host(S::ActExamine));
    plan.customer(Within::Today, plan.with_host(S::ActChangePasswordUser));
    plan.customer(Within::Week, plan.with_host(S::ActReimage));
}

/// A full scan, or what takes its place on what can't be scanned.
fn examine(plan: &Plan<'_>) -> Statement {
    if is_role(plan.story, Role::Guest) {
        plan.with_host(S::ActIsolateVisitor)
    } else if is_role(plan.story, Role::Iot) {
        plan.with_host(S::ActFirmware)
    } else {
        plan.with_host(S::ActScanHost)
    }
}

fn servers(plan: &mut Plan<'_>, tenant: &Tenant, within: Within) {
    let attacked = plan.find(&[K::Exploit, K::WebShell]);
    let name = attacked.map(what).unwrap_or_default();
    let product = attacked
        .and_then(|thread| thread.hosts.first())
        .and_then(|host| tenant.asset(host.ip))
        .and_then(|asset| asset.product.clone());
    if attacked.is_some_and(|thread| !thread.hosts.is_empty()) {
        plan.customer(within, plan.with_host(S::ActCheckServer));
    }
    plan.customer(Within::Week, Statement::new(S::ActPatch).text("what", &product.unwrap_or(name)));
    plan.customer(Within::Today, Statement::new(S::ActKeepLogs));
}

/// Hosts that this one attacked.
fn others(plan: &mut Plan<'_>) {
    let reached: BTreeSet<String> = plan
        .story
        .threads
        .iter()
        .filter(|thread| thread.key.direction == Direction::Internal)
        .flat_map(|thread| thread.peers.iter().map(|peer| peer.ip.to_string()))
        .collect();
    if !reached.is_empty() {
        let hosts = Value::Names(reached.into_iter().collect());
        plan.customer(Within::Hour, Statement::new(S::ActCheckOthers).with("hosts", hosts));
    }
}

/// What we do or ask to be allowed.
fn blocking(plan: &mut Plan<'_>) {
    let out = destinations(plan.story);
    if !out.is_empty() {
        let list = Value::Indicators(out);
        plan.soc(Within::Now, Statement::new(S::SocBlockDestination).with("indicators", list));
    }
    let inbound = plan.story.threads.iter().filter(|thread| {
        matches!(
            thread.key.kind,
            K::Exploit | K::WebShell | K::PasswordTakeover | K::PasswordRun | K::DenialOfService
        ) && matches!(thread.key.direction, Direction::Inbound | Direction::External)
    });
    let sources: BTreeSet<String> = inbound.map(attacker).filter(|value| value != "-").collect();
    if !sources.is_empty() {
        let list = Value::Indicators(sources.into_iter().collect());
        plan.soc(Within::Now, Statement::new(S::SocBlockSource).with("indicators", list));
    }
    let hash = plan
        .story
        .threads
        .iter()
        .flat_map(|thread| &thread.indicators)
        .any(|indicator| matches!(indicator.kind, IndicatorKind::Sha256 | IndicatorKind::Md5));
    if hash {
        plan.soc(Within::Hour, Statement::new(S::SocBlockHash));
    }
    let signature = plan
        .find(&[K::Exploit, K::WebShell])
        .filter(|thread| !thread.blocked() && !thread.signatures.is_empty())
        .map(what);
    if let Some(name) = signature {
        plan.soc(Within::Today, Statement::new(S::SocTuneSignature).text("what", &name));
    }
}
