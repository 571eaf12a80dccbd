//! What an incident says that somebody reads while, or after, an appliance of its tenant was silent.

use hinomi_model::registry::Registry;
use hinomi_model::{
    Condition, DeviceId, Disposition, EventTime, Finding, Incident, Infection, NoticeKind, Settings,
    StatementKey, Subject, Symptom, Value,
};
use hinomi_steps::complete;
use hinomi_store::{Commit, Memory, States, SubjectKey, block_on};

use crate::findings::{exploit, turn, with};
use crate::world::{World, at, beacon, record_of};

const SEEING: &str = "FGT60FTK20000001";
const SILENT: &str = "FGT60FTK20000002";

fn registry() -> Registry {
    Registry::from_yaml(&format!(
        r#"version: 1
tenants:
  - id: default
    name: {{ja: 町, en: Town}}
    internal: [10.0.0.0/8]
    time_zone: Asia/Tokyo
    devices:
      - {{id: {SEEING}, vendor: fortigate}}
      - {{id: {SILENT}, vendor: fortigate}}
    contacts:
      - {{id: duty, email: duty@town.example, for: [attack, health]}}
"#
    ))
    .unwrap()
}

fn world() -> World {
    let mut world = World::new(&[]);
    world.registry = registry();
    world
}

fn silence(condition: Condition, minutes: i64) -> Finding {
    with(turn(Symptom::Silent, condition, "", minutes), |finding| {
        finding.device = DeviceId::new(SILENT);
        finding.subject = Subject::Health(finding.device.clone(), Symptom::Silent.problem());
    })
}

/// Returns the incidents of attacks as whoever reads them sees them.
fn read(store: &Memory) -> Vec<Incident> {
    let page = block_on(store.incidents(None, None, 100)).unwrap();
    let ids = page.incidents.into_iter().map(|stored| stored.id);
    let mut incidents: Vec<Incident> =
        ids.map(|id| block_on(hinomi_steps::incident(store, id)).unwrap().unwrap()).collect();
    incidents.retain(|incident| incident.core.level.is_some());
    for incident in &mut incidents {
        block_on(complete(store, &registry(), &Settings::default(), incident)).unwrap();
    }
    incidents
}

fn until(incident: &Incident) -> Option<Option<EventTime>> {
    let said = incident.assessment.unknowns.iter().find(|said| said.key == StatementKey::UnknownBlind)?;
    assert_eq!(said.arg("device"), Some(&Value::Inside(SILENT.to_owned())));
    Some(match said.arg("until") {
        Some(Value::Time(until)) => Some(*until),
        _ => None,
    })
}

#[test]
fn a_silence_that_is_found_after_an_attack_changes_what_is_read_of_it_and_so_does_its_end() {
    let mut world = world();
    world.accept(&[record_of(&[exploit(Disposition::Blocked, 5)], false)]);
    let before = read(&world.inner);
    assert_eq!(before.len(), 1);
    assert_eq!((before[0].core.infection, until(&before[0])), (Infection::NotInfected, None));
    world.accept(&[record_of(&[silence(Condition::Down, 10)], false)]);
    let during = read(&world.inner);
    assert_eq!((during[0].core.infection, until(&during[0])), (Infection::Unknown, Some(None)));
    world.accept(&[record_of(&[silence(Condition::Well, 90)], false)]);
    let after = read(&world.inner);
    let end = at(90).plus(-30);
    assert_eq!((after[0].core.infection, until(&after[0])), (Infection::Unknown, Some(Some(end))));
    // No level rests on it, so nobody is told of the attack.
    assert_eq!(after[0].core.level, before[0].core.level);
    world.hear(at(95));
    let told = world.carrier.taken.taken();
    assert!(told.iter().all(|taken| matches!(taken.notice.kind, NoticeKind::Down | NoticeKind::Recovered)));
}

#[test]
fn a_mail_about_an_infected_host_says_which_appliance_was_silent() {
    let mut world = world();
    world.accept(&[record_of(&[silence(Condition::Down, 0)], false)]);
    world.accept(&[record_of(&[beacon(1, 5)], false)]);
    world.hear(at(6));
    let told = world.carrier.taken.taken();
    let mail = told.iter().find(|taken| taken.notice.kind == NoticeKind::First).unwrap();
    let words: Vec<&str> = mail.notice.body.split_whitespace().collect();
    assert!(words.join(" ").contains(&format!("no logs of device {SILENT} arrived")), "{words:?}");
}

#[test]
fn a_state_of_health_that_cannot_be_read_hides_no_incident() {
    let mut world = world();
    world.accept(&[record_of(&[exploit(Disposition::Blocked, 5)], false)]);
    let key = hinomi_steps::key_of(
        &hinomi_model::TenantId::new("default"),
        &Subject::Health(DeviceId::new(SILENT), Symptom::Silent.problem()),
    );
    let broken = Commit {
        key: SubjectKey { ..key },
        expected: None,
        state: b"no state".to_vec(),
        wake: None,
        incidents: Vec::new(),
        removed: Vec::new(),
        outbox: Vec::new(),
    };
    block_on(world.inner.commit(&broken)).unwrap();
    assert_eq!(read(&world.inner)[0].core.infection, Infection::NotInfected);
}
