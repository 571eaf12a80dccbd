//! The whole engine: any lines become incidents that can be told, and the order of findings changes nothing.
#![no_main]

use std::collections::BTreeMap;
use std::sync::LazyLock;

use hinomi_correlate::{Engine, NoKnowledge, SubjectState};
use hinomi_detect::Examiner;
use hinomi_model::registry::{Collected, Registry, Tenant};
use hinomi_model::{EventTime, FactBatch, Finding, Incident, Settings, Subject};
use hinomi_notice::document;
use hinomi_parse::{Context, FrameScratch, Lines, Scratch, parse_line};
use libfuzzer_sys::fuzz_target;

const RECEIVED: EventTime = EventTime::from_seconds(1_768_871_701);

static REGISTRY: LazyLock<Registry> = LazyLock::new(Registry::open);
static SETTINGS: LazyLock<Settings> = LazyLock::new(Settings::default);

fuzz_target!(|bytes: &[u8]| {
    let context = Context { registry: &REGISTRY, received: RECEIVED, collected: Collected::default() };
    let mut examiner = Examiner::new();
    let mut frames = FrameScratch::default();
    let mut lines = Lines::new(bytes, &mut frames);
    while let Some(item) = lines.next_line() {
        let mut scratch = Scratch::default();
        let Ok(line) = item.content else { continue };
        if let Ok(event) = parse_line(line, &context, &mut scratch) {
            examiner.examine(&event, None);
        }
    }
    let examined = examiner.take();
    assert_eq!(FactBatch::unpack(&examined.facts.pack()).as_ref(), Ok(&examined.facts));

    let tenant = &REGISTRY.tenants()[0];
    let forwards = incidents(tenant, examined.findings.iter());
    // Each one twice, last first.
    let repeated = examined.findings.iter().flat_map(|finding| [finding, finding]);
    let backwards = incidents(tenant, repeated.rev());
    assert_eq!(forwards, backwards);
    for incident in &forwards {
        serde_json::to_vec(&document(incident, tenant)).expect("an incident can always be written");
    }
});

fn incidents<'f>(tenant: &Tenant, findings: impl Iterator<Item = &'f Finding>) -> Vec<Incident> {
    let engine = Engine { settings: &SETTINGS, knowledge: &NoKnowledge };
    let mut states: BTreeMap<Subject, SubjectState> = BTreeMap::new();
    for finding in findings {
        let subject = &finding.subject;
        let state = states
            .entry(subject.clone())
            .or_insert_with(|| SubjectState::new(tenant.id().clone(), subject.clone()));
        state.join(finding, &SETTINGS);
    }
    states.values().flat_map(|state| engine.incidents(state, tenant, RECEIVED)).collect()
}
