//! A morning of findings, and a stand-in for what calls the functions: it hands records on until they are done, hears of
//! notices that were put into the outbox, and lets the sweeps run.

use std::collections::{BTreeMap, BTreeSet};

use hinomi_model::FindingKind as K;
use hinomi_model::registry::Registry;
use hinomi_model::{
    Disposition, EventTime, Finding, FindingBatch, Host, Incident, IncidentId, Role, Settings, Subject,
    TenantId,
};
use hinomi_notice::{MemoryNotifier, MessageId, Notifier, NotifyError, Outgoing};
use hinomi_steps::correlate::{Correlate, Correlated, Noted, Record};
use hinomi_steps::{Post, documents};
use hinomi_store::{
    Archive, Deliveries, Error, Faulty, Memory, Outbox, Scope, States, Unit, block_on, object,
};

use crate::findings::{START, domain, exploit, found, ip, look_up, malware, signature, with};

pub(crate) const SHARD: &str = "shardId-000000000000";

/// How often something that failed is tried again. A single failure needs one more try, a death two.
const TRIES: usize = 5;

/// A tenant with two contacts, one after the other.
pub(crate) fn town() -> Registry {
    Registry::from_yaml(
        r#"version: 1
tenants:
  - id: default
    name: {ja: 町, en: Town}
    internal: [10.0.0.0/8]
    time_zone: Asia/Tokyo
    contacts:
      - {id: duty, email: duty@town.example, sms: "+819000000001", order: 1}
      - {id: chief, email: chief@town.example, sms: "+819000000002", order: 2}
"#,
    )
    .unwrap()
}

/// Moves a finding to another host.
pub(crate) fn on(finding: Finding, host: u8) -> Finding {
    with(finding, |f| {
        let ip = ip(&format!("10.1.12.{host}"));
        f.subject = Subject::Host(ip);
        f.host = Some(Host { ip, name: None, role: Role::Client });
    })
}

pub(crate) fn beacon(host: u8, minutes: i64) -> Finding {
    let finding = signature(found(K::CcPayload, Disposition::Detected, minutes), "Made.Botnet");
    on(domain(finding, "cc.example"), host)
}

/// The morning: by the minute in which each arrives, some told at once, some held, some folded, some folded later.
pub(crate) fn morning() -> Vec<(i64, Finding)> {
    let malware = |host, minute| on(malware(Disposition::Blocked, minute), host);
    vec![
        (0, beacon(1, 0)),
        (1, beacon(2, 1)),
        (1, malware(3, 1)),
        (2, beacon(4, 2)),
        (3, beacon(5, 3)),
        (3, on(look_up(3), 6)),
        (5, on(exploit(Disposition::Detected, 5), 7)),
        (8, signature(beacon(1, 8), "Other.Botnet")),
        (9, malware(6, 9)),
    ]
}

/// Findings as one record of the stream.
pub(crate) fn record_of(findings: &[Finding], quiet: bool) -> Vec<u8> {
    object::compress(&FindingBatch { quiet, findings: findings.to_vec() }.encode()).unwrap()
}

pub(crate) fn at(minutes: i64) -> EventTime {
    START.plus(minutes * 60 + 30)
}

/// The carrier, whose calls fail and die with those of the store.
pub(crate) struct Carrier {
    pub(crate) taken: MemoryNotifier,
    store: Faulty<Memory>,
}

impl Notifier for Carrier {
    async fn deliver(&self, outgoing: &Outgoing<'_>) -> Result<MessageId, NotifyError> {
        match self.store.elsewhere(self.taken.deliver(outgoing)).await {
            Ok(answer) => answer,
            Err(Error::Throttled) => Err(NotifyError::Busy),
            Err(_) => Err(NotifyError::NoAnswer),
        }
    }
}

/// Everything there is.
pub(crate) struct World {
    pub(crate) inner: Memory,
    pub(crate) store: Faulty<Memory>,
    pub(crate) carrier: Carrier,
    pub(crate) registry: Registry,
    pub(crate) settings: Settings,
    heard: BTreeSet<String>,
    numbers: u64,
}

/// What came of it, as far as anybody can see.
#[derive(Debug, PartialEq)]
pub(crate) struct Outcome {
    pub(crate) incidents: BTreeMap<IncidentId, Incident>,
    pub(crate) scope: Vec<(std::net::IpAddr, EventTime)>,
    pub(crate) set_aside: Vec<String>,
    /// How often each message was taken by the carrier, and how often as a possible repeat.
    pub(crate) messages: BTreeMap<String, (usize, usize)>,
    /// The units of the record of deliveries, and how many receipts each has.
    pub(crate) deliveries: BTreeMap<String, usize>,
    pub(crate) waiting: usize,
    pub(crate) unconfirmed: usize,
}

impl World {
    pub(crate) fn new(faults: &[hinomi_store::Fault]) -> Self {
        let inner = Memory::new();
        let store = Faulty::new(inner.clone(), faults);
        World {
            inner,
            store: store.clone(),
            carrier: Carrier { taken: MemoryNotifier::default(), store },
            registry: town(),
            settings: Settings::default(),
            heard: BTreeSet::new(),
            numbers: 0,
        }
    }

    /// Hands records to the step until they are done, as a stream does.
    pub(crate) fn accept(&mut self, records: &[Vec<u8>]) -> Vec<Correlated> {
        self.numbers += 1;
        let base = self.numbers * 1_000;
        let numbers: Vec<String> =
            (0..records.len()).map(|index| (base + index as u64).to_string()).collect();
        let mut from = 0;
        let mut all = Vec::new();
        for _ in 0..TRIES {
            let mut noted = Noted::default();
            let borrowed: Vec<Record<'_>> = records
                .iter()
                .zip(&numbers)
                .skip(from)
                .map(|(bytes, sequence)| Record {
                    shard: SHARD,
                    sequence,
                    arrived: START,
                    bytes: Some(bytes),
                })
                .collect();
            let mut step = Correlate::new(&self.store, &self.registry, &self.settings, &mut noted);
            let done = block_on(step.accept(borrowed.into_iter().map(Record::read).collect(), &|| true));
            let undone = done.first_undone;
            all.push(done);
            // A process that died answers nothing: all of the batch comes again.
            let died = self.store.is_dead();
            self.store.revive();
            match undone {
                None if !died => return all,
                Some(undone) if !died => from += undone,
                _ => {}
            }
        }
        panic!("the batch is never done");
    }

    /// Delivers what was put into the outbox since, as the table's stream tells it, in order.
    pub(crate) fn hear(&mut self, now: EventTime) {
        let waiting = block_on(self.inner.due(EventTime::MAX, 10_000)).unwrap();
        for entry in waiting {
            if self.heard.insert(entry.id.clone()) {
                self.again(|world| {
                    let mut post = Post::new(&world.store, &world.carrier, &world.registry, &world.settings);
                    block_on(post.notice(&entry.id, now)).is_ok() && block_on(post.told(now)).is_ok()
                });
            }
        }
    }

    /// Lets both sweeps run.
    pub(crate) fn sweep(&mut self, now: EventTime) {
        self.again(|world| {
            let mut noted = Noted::default();
            let mut step = Correlate::new(&world.store, &world.registry, &world.settings, &mut noted);
            block_on(step.sweep(now, 100, &|| true)).is_ok()
        });
        self.hear(now);
        self.again(|world| {
            let mut post = Post::new(&world.store, &world.carrier, &world.registry, &world.settings);
            block_on(post.sweep(now, now, &|| 60)).is_ok() && block_on(post.told(now)).is_ok()
        });
    }

    fn again(&mut self, work: impl Fn(&World) -> bool) {
        for _ in 0..TRIES {
            let done = work(self);
            let died = self.store.is_dead();
            self.store.revive();
            if done && !died {
                return;
            }
        }
        panic!("the work is never done");
    }

    /// Lives through the morning, an hour in which folds go, the end of the incidents, and enough sweeps for what was
    /// left behind.
    pub(crate) fn live(&mut self) {
        let findings = morning();
        for minute in 0..=20 {
            let arriving: Vec<Vec<u8>> = findings
                .iter()
                .filter(|(at, _)| *at == minute)
                .map(|(_, finding)| record_of(std::slice::from_ref(finding), false))
                .collect();
            if !arriving.is_empty() {
                self.accept(&arriving);
            }
            self.hear(at(minute));
            if minute % 4 == 3 {
                self.sweep(at(minute));
            }
        }
        self.end();
    }

    pub(crate) fn end(&mut self) {
        for minute in [75, 80, 90, 25 * 60, 25 * 60 + 3, 26 * 60, 26 * 60 + 3] {
            self.sweep(at(minute));
        }
    }

    pub(crate) fn outcome(&self) -> Outcome {
        let page = block_on(self.inner.incidents(None, None, 1_000)).unwrap();
        let incidents = page.incidents.iter().map(|stored| {
            let incident: Incident = documents::unpack(&stored.bytes).unwrap();
            (stored.id, incident)
        });
        let incidents: BTreeMap<IncidentId, Incident> = incidents.collect();
        let mut messages: BTreeMap<String, (usize, usize)> = BTreeMap::new();
        for taken in self.carrier.taken.taken() {
            let entry = messages.entry(taken.unit).or_default();
            entry.0 += 1;
            entry.1 += usize::from(taken.repeat);
        }
        let deliveries = incidents.keys().flat_map(|id| block_on(self.inner.of(*id)).unwrap());
        let unit = |unit: &Unit| format!("{} {}", unit.incident, unit.notice);
        let deliveries = deliveries.map(|delivery| (unit(&delivery.unit), delivery.messages.len())).collect();
        let kept = block_on(self.inner.list("quarantine/", None, 1_000)).unwrap();
        Outcome {
            scope: block_on(self.inner.hosts(&TenantId::new("default"), "domain/cc.example", 100)).unwrap(),
            set_aside: kept.iter().map(|key| key.as_str().to_owned()).collect(),
            messages,
            deliveries,
            waiting: block_on(self.inner.due(EventTime::MAX, 1_000)).unwrap().len(),
            unconfirmed: block_on(self.inner.unconfirmed(EventTime::MAX, 1_000)).unwrap().len(),
            incidents,
        }
    }
}
