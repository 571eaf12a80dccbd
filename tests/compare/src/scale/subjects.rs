//! 1 to a million subjects with a history in the store, and one more finding of one of them: it is loaded, joined, judged
//! and committed, as the function `correlate` does it.
//!
//! The store is the embedded one in a folder in memory: a real store, with pages and a cache of 64 MiB that a million
//! states do not fit into. A network and DynamoDB are not in it, and no disk is waited for.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use hinomi_correlate::{Engine as Judge, NoKnowledge, SubjectState};
use hinomi_model::registry::Registry;
use hinomi_model::{EventTime, Finding, FindingId, Host, Role, Settings, Subject};
use hinomi_steps::{Moves, Subjects, key_of};
use hinomi_store::{Commit, Durability, Embedded, States as _, block_on, object};

use super::{Axis, Curve};
use crate::measure::{Spread, rate, timed};
use crate::scale::state::findings_of_the_day;
use crate::{Fault, Options};

const SUBJECTS: [u32; 7] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000];
const QUICK_SUBJECTS: [u32; 3] = [1, 100, 10_000];
/// Findings that are joined at each point, in so many rounds.
const JOINED: u32 = 400;
const ROUNDS: u32 = 5;
/// Writes between two that reach the disk, which is none here.
const GROUP: u32 = 1_000;

/// Measures joining one more finding.
pub(super) fn axis(options: &Options) -> Result<Axis, Fault> {
    let amounts = if options.quick { &QUICK_SUBJECTS[..] } else { &SUBJECTS[..] };
    let mut world = World::new()?;
    let mut points = Vec::new();
    for amount in amounts {
        world.fill(*amount)?;
        points.push((f64::from(*amount), world.join_more(*amount)?));
        eprintln!("{amount} subjects: done");
    }
    let curves = vec![Curve { name: "embedded store", points }];
    Ok(Axis {
        name: "subjects",
        title: "One more finding joined, judged and written",
        grows: "subjects with a history",
        rate_of: "findings",
        curves,
    })
}

/// A store in memory that is removed at the end.
struct World {
    folder: PathBuf,
    store: Embedded,
    registry: Registry,
    settings: Settings,
    pattern: Finding,
    filled: u32,
}

impl Drop for World {
    fn drop(&mut self) {
        // That it stays spoils no measurement, and there is nobody to tell.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

impl World {
    fn new() -> Result<Self, Fault> {
        let memory = Path::new("/dev/shm");
        let base = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
        let folder = base.join(format!("hinomi-subjects-{}", std::process::id()));
        fs::create_dir_all(&folder).map_err(|source| Fault::Write { path: folder.clone(), source })?;
        let store = Embedded::open(&folder, Durability::Every(GROUP)).map_err(engine)?;
        let findings = findings_of_the_day();
        let found = findings.into_iter().find(|finding| matches!(finding.subject, Subject::Host(_)));
        let pattern = found.ok_or_else(|| Fault::Engine("the sample day shows nothing".to_owned()))?;
        let (registry, settings) = (Registry::open(), Settings::default());
        Ok(World { folder, store, registry, settings, pattern, filled: 0 })
    }

    /// Returns a finding about the `number`th host, `later` seconds after the pattern.
    fn finding(&self, number: u32, later: u32) -> Finding {
        let mut finding = self.pattern.clone();
        let ip = std::net::IpAddr::from((0x0a00_0000 + number).to_be_bytes());
        finding.subject = Subject::Host(ip);
        finding.host = Some(Host { ip, name: None, role: Role::Client });
        finding.id = FindingId(u128::from(number) << 32 | u128::from(later));
        let shift = |time: EventTime| time.plus(i64::from(later));
        (finding.first, finding.last, finding.received) =
            (shift(finding.first), shift(finding.last), shift(finding.received));
        finding.instants.clear();
        finding
    }

    /// Gives subjects a state with one finding until there are so many.
    fn fill(&mut self, amount: u32) -> Result<(), Fault> {
        for number in self.filled..amount {
            self.put(number, None)?;
        }
        self.filled = self.filled.max(amount);
        Ok(())
    }

    /// Writes the state that a subject begins with.
    fn put(&self, number: u32, expected: Option<u64>) -> Result<(), Fault> {
        let finding = self.finding(number, 0);
        let mut state = SubjectState::new(finding.tenant.clone(), finding.subject.clone());
        state.join(&finding, &self.settings);
        state.clock = finding.last;
        let commit = Commit {
            key: key_of(&finding.tenant, &finding.subject),
            expected,
            state: object::compress(&state.encode()).map_err(engine)?,
            wake: None,
            incidents: Vec::new(),
            removed: Vec::new(),
            outbox: Vec::new(),
        };
        block_on(self.store.commit(&commit)).map(|_| ()).map_err(engine)
    }

    /// Joins findings of subjects from all over the store and returns how many a second.
    ///
    /// Each subject gets one; then all of them begin anew, untimed, so that none has a longer history where there are few.
    fn join_more(&mut self, amount: u32) -> Result<f64, Fault> {
        let mut rates = Vec::new();
        let mut turn = 0_u64;
        for _ in 0..ROUNDS {
            let (mut time, mut joined) = (Duration::ZERO, 0);
            while joined < JOINED {
                // A stride that is prime to every amount, so that neighbours are far apart and none comes twice.
                let begin = turn * 104_729;
                let numbers =
                    (0..u64::from(amount.min(JOINED))).map(|step| (begin + step * 7_919) % u64::from(amount));
                let numbers: Vec<u32> = numbers.filter_map(|number| u32::try_from(number).ok()).collect();
                let findings: Vec<Finding> = numbers.iter().map(|number| self.finding(*number, 60)).collect();
                let (took, done) = timed(|| findings.iter().try_for_each(|finding| self.join(finding)));
                done?;
                for (number, finding) in numbers.iter().zip(&findings) {
                    let key = key_of(&finding.tenant, &finding.subject);
                    let stored = block_on(self.store.load(std::slice::from_ref(&key))).map_err(engine)?;
                    self.put(*number, stored.into_iter().flatten().next().map(|stored| stored.version))?;
                }
                time += took;
                joined += u32::try_from(findings.len()).unwrap_or(JOINED);
                turn += 1;
            }
            rates.push(rate(joined as usize, time));
        }
        Ok(Spread::of(rates).median)
    }

    fn join(&self, finding: &Finding) -> Result<(), Fault> {
        let judge = Judge { settings: &self.settings, knowledge: &NoKnowledge };
        let tenant = self.registry.tenant(&finding.tenant);
        let tenant = tenant.ok_or_else(|| Fault::Engine("a tenant is not known".to_owned()))?;
        let key = key_of(&finding.tenant, &finding.subject);
        let mut subjects = Subjects::new(&self.store);
        let joined = block_on(async {
            subjects.hold(std::iter::once((&key, Some(&finding.subject)))).await?;
            let findings = std::slice::from_ref(finding);
            let (_, step) = subjects.step(&judge, &key, tenant, findings, Moves::ByFindings).await?;
            subjects.write_one(&key).await?;
            Ok::<u64, hinomi_steps::Error>(step.joined)
        });
        match joined {
            Ok(1) => Ok(()),
            Ok(joined) => Err(Fault::Engine(format!("{joined} findings were new, not one"))),
            Err(error) => Err(engine(error)),
        }
    }
}

fn engine(error: impl std::fmt::Display) -> Fault {
    Fault::Engine(error.to_string())
}
