//! Facts objects: what a batch left behind for `follow`, one object a batch, divided so that each of the followers opens
//! its own part only.
//!
//! `facts/2026-11-23T1000/<shard>-<first>-<last>.zst`: the minute in which the batch began to be worked on, and which
//! records it came from. A repeat of the batch in another minute is another object of the same name, by which it is
//! known. A part holds the facts ([`FactBatch::pack`]) and the findings that leave questions open; a tenant's are all
//! in one part, as no question reaches over tenants.

use hinomi_detect::Follow;
use hinomi_model::{
    BatchError, Fact, FactBatch, Finding, FindingBatch, Fingerprint, Locator, Login, Place, Pulse, Sign,
    TenantId, WireError,
};
use hinomi_store::{ArchiveKey, Error, Result, limits};

use crate::framed::{self, Framed, corrupt};

/// Followers, each with its tenants. Four keep pace with the service's design scale and cost four calls a minute. Another
/// number would send a tenant's facts to a follower that knows nothing of its questions: it is no setting.
pub const PARTITIONS: u16 = 4;

/// The folder of facts objects.
pub const FOLDER: &str = "facts";

/// zstd's level: twice as small as the faster ones, at a tenth of parsing's cost.
const LEVEL: i32 = 3;

/// The format of the table: version, number of parts.
const VERSION: u8 = 1;

/// Returns the follower that a tenant belongs to.
pub fn partition_of(tenant: &TenantId) -> u16 {
    share_of(tenant.as_str(), PARTITIONS)
}

/// Returns which of so many equal shares a tenant falls to, by its name alone.
pub(crate) fn share_of(tenant: &str, shares: u16) -> u16 {
    let hash = Fingerprint::new("follow partition").text(tenant).finish_short();
    u16::try_from(hash % u64::from(shares.max(1))).unwrap_or_default()
}

/// What a batch left behind for one follower.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Part {
    /// Sessions, log-ins, clocks.
    pub facts: FactBatch,
    /// What leaves questions open.
    pub findings: Vec<Finding>,
}

impl Part {
    fn is_empty(&self) -> bool {
        let FactBatch { sources: _, objects: _, sessions, logins, clocks, pulses, signs } = &self.facts;
        let nothing = sessions.is_empty() && logins.is_empty() && clocks.is_empty();
        nothing && pulses.is_empty() && signs.is_empty() && self.findings.is_empty()
    }

    /// Adds what another part holds.
    pub(crate) fn append(&mut self, other: Part) {
        self.facts.append(&other.facts);
        self.findings.extend(other.findings);
    }
}

/// What a batch left behind, by follower.
#[derive(Debug)]
pub(crate) struct Divided {
    parts: Vec<Part>,
}

impl Default for Divided {
    fn default() -> Self {
        Divided { parts: (0..PARTITIONS).map(|_| Part::default()).collect() }
    }
}

impl Divided {
    /// Adds facts.
    pub(crate) fn add(&mut self, facts: &FactBatch) {
        let owners: Vec<u16> = facts.sources.iter().map(|source| partition_of(&source.tenant)).collect();
        let first = owners.first().copied().unwrap_or_default();
        if owners.iter().all(|owner| *owner == first) {
            // A record is of one tenant as a rule.
            if let Some(part) = self.part(first) {
                part.facts.append(facts);
            }
        } else {
            self.scatter(facts, &owners);
        }
    }

    /// Adds those findings that leave questions open.
    pub(crate) fn ask(&mut self, findings: &[Finding]) {
        for finding in findings.iter().filter(|finding| Follow::hears(finding)) {
            if let Some(part) = self.part(partition_of(&finding.tenant)) {
                part.findings.push(finding.clone());
            }
        }
    }

    fn part(&mut self, number: u16) -> Option<&mut Part> {
        self.parts.get_mut(usize::from(number))
    }

    fn scatter(&mut self, facts: &FactBatch, owners: &[u16]) {
        let place = |part: &mut Part, place: Option<Place>| {
            let Place { object, frame, line } = place?;
            let object = facts.objects.get(object as usize)?.clone();
            Some(part.facts.place(&Locator { object, frame, line }))
        };
        for fact in &facts.sessions {
            let Some((source, part)) = self.of(facts, owners, fact.source) else { continue };
            let place = place(part, fact.place);
            part.facts.sessions.push(Fact { source, place, ..*fact });
        }
        for login in &facts.logins {
            let Some((source, part)) = self.of(facts, owners, login.source) else { continue };
            let place = place(part, login.place);
            part.facts.logins.push(Login { source, place, ..login.clone() });
        }
        for reading in &facts.clocks {
            let Some((source, part)) = self.of(facts, owners, reading.source) else { continue };
            let place = place(part, reading.place);
            part.facts.clock(hinomi_model::ClockReading { source, place, ..*reading });
        }
        for pulse in &facts.pulses {
            let Some((source, part)) = self.of(facts, owners, pulse.source) else { continue };
            part.facts.pulse(Pulse { source, ..*pulse });
        }
        for sign in &facts.signs {
            let Some((source, part)) = self.of(facts, owners, sign.source) else { continue };
            let place = place(part, sign.place);
            part.facts.signs.push(Sign { source, place, ..sign.clone() });
        }
    }

    /// Returns the part that a source belongs to, and its number there.
    fn of(&mut self, facts: &FactBatch, owners: &[u16], source: u32) -> Option<(u32, &mut Part)> {
        let owner = owners.get(source as usize)?;
        let source = facts.sources.get(source as usize)?;
        let part = self.part(*owner)?;
        Some((part.facts.source(&source.tenant, source.device.as_str()), part))
    }

    /// Says in which object the lines lie.
    pub(crate) fn lie_in(&mut self, name: &ObjectName<'_>) {
        for part in &mut self.parts {
            part.facts.objects.iter_mut().for_each(|object| name.give(object));
            part.findings.iter_mut().for_each(|finding| name.give_to(finding));
        }
    }

    /// Tells whether there is nothing for anybody.
    pub(crate) fn is_empty(&self) -> bool {
        self.parts.iter().all(Part::is_empty)
    }

    /// Returns how many facts there are.
    pub(crate) fn facts(&self) -> u64 {
        let of = |part: &Part| part.facts.sessions.len() + part.facts.logins.len();
        self.parts.iter().map(of).sum::<usize>() as u64
    }

    /// Returns the parts, by follower.
    pub(crate) fn into_parts(self) -> Vec<Part> {
        self.parts
    }

    /// Returns the object.
    pub(crate) fn write(&self) -> Result<Vec<u8>> {
        let mut framed = Framed::default();
        for part in &self.parts {
            let facts = part.facts.pack();
            let findings = FindingBatch { quiet: false, findings: part.findings.clone() }.encode();
            let length = u64::try_from(facts.len()).unwrap_or(u64::MAX);
            let plain = [&length.to_le_bytes()[..], &facts, &findings].concat();
            framed.push(&plain, LEVEL)?;
        }
        let number = u8::try_from(self.parts.len()).unwrap_or(u8::MAX);
        framed.finish(&[VERSION, number], LEVEL)
    }
}

/// The name of a raw object, which is known only once all of it was read.
pub(crate) struct ObjectName<'n>(pub(crate) &'n str);

impl ObjectName<'_> {
    fn give(&self, object: &mut String) {
        if object.is_empty() {
            self.0.clone_into(object);
        }
    }

    /// Names the object in a finding's evidence.
    pub(crate) fn give_to(&self, finding: &mut Finding) {
        let locators = finding.evidence.iter_mut().filter_map(|evidence| evidence.locator.as_mut());
        locators.for_each(|locator| self.give(&mut locator.object));
    }

    /// Names the object in a locator.
    pub(crate) fn give_locator(&self, locator: &mut Locator) {
        self.give(&mut locator.object);
    }
}

/// Why a facts object can't be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BrokenFacts {
    /// No facts object.
    #[error("facts object broken")]
    Object(#[source] Error),
    /// The facts in it.
    #[error("facts in an object broken")]
    Facts(#[source] WireError),
    /// The findings in it.
    #[error("findings in a facts object broken")]
    Findings(#[source] BatchError),
}

/// Reads one follower's part of an object.
///
/// # Errors
///
/// [`BrokenFacts`] for what ingest has not written.
pub fn read(object: &[u8], partition: u16) -> Result<Part, BrokenFacts> {
    let broken = |what| BrokenFacts::Object(corrupt(what));
    match framed::table(object).map_err(BrokenFacts::Object)?.as_slice() {
        [VERSION, parts] if u16::from(*parts) == PARTITIONS => {}
        [VERSION, _] => return Err(broken("facts for another number of followers")),
        _ => return Err(broken("facts object of another version")),
    }
    let frame =
        framed::nth_frame(object, partition.into()).ok_or_else(|| broken("part of a facts object"))?;
    let plain = framed::decompress(frame, limits::OBJECT_BYTES).map_err(BrokenFacts::Object)?;
    let (length, rest) = plain.split_first_chunk::<8>().ok_or_else(|| broken("part of a facts object"))?;
    let length = usize::try_from(u64::from_le_bytes(*length)).unwrap_or(usize::MAX);
    let (facts, findings) = rest.split_at_checked(length).ok_or_else(|| broken("part of a facts object"))?;
    Ok(Part {
        facts: FactBatch::unpack(facts).map_err(BrokenFacts::Facts)?,
        findings: FindingBatch::decode(findings).map_err(BrokenFacts::Findings)?.findings,
    })
}

/// Returns the folder of a minute, which sorts by time.
pub fn minute_folder(minute: i64) -> String {
    format!("{FOLDER}/{}", minute_text(minute))
}

/// Returns a minute as it stands in names: `2026-11-23T1000`.
pub(crate) fn minute_text(minute: i64) -> String {
    let start = hinomi_model::EventTime::from_seconds(minute.saturating_mul(60));
    let (hour, of_hour) = (start.hour().rem_euclid(24), minute.rem_euclid(60));
    format!("{}T{hour:02}{of_hour:02}", start.day())
}

/// Reads a minute as [`minute_text`] writes it.
pub(crate) fn minute_of(text: &str) -> Option<i64> {
    let (day, time) = text.split_once('T')?;
    let (hour, minute) = time.split_at_checked(2)?;
    let start = hinomi_model::EventTime::parse_rfc3339(&format!("{day}T{hour}:{minute}:00Z"))?;
    Some(start.minute())
}

/// Returns the name of a batch's object.
pub(crate) fn key(minute: i64, shard: &str, (first, last): (&str, &str)) -> Result<ArchiveKey> {
    ArchiveKey::new(&format!("{}/{shard}-{first}-{last}.zst", minute_folder(minute)))
}

#[cfg(test)]
mod tests {
    use hinomi_model::{EventTime, LoginService};

    use super::*;

    fn login(facts: &mut FactBatch, tenant: &str, number: u64) {
        let source = facts.source(&TenantId::new(tenant), "fw");
        let place = facts.place(&Locator { object: String::new(), frame: 0, line: number as u32 });
        facts.logins.push(Login {
            time: EventTime::from_seconds(number as i64),
            source,
            from: [203, 0, 113, 7].into(),
            account: "sato".to_owned(),
            success: false,
            service: LoginService::Vpn,
            count: 1,
            line: number,
            place: Some(place),
        });
    }

    #[test]
    fn a_tenants_facts_are_all_in_its_followers_part() {
        let tenants = ["kita", "higashi", "minami", "nishi", "chuo", "midori", "aoba"];
        let mut facts = FactBatch::default();
        for (number, tenant) in tenants.iter().cycle().take(70).enumerate() {
            login(&mut facts, tenant, number as u64);
        }
        let mut divided = Divided::default();
        divided.add(&facts);
        divided.lie_in(&ObjectName("raw/x.zst"));
        assert_eq!(divided.facts(), 70);
        let object = divided.write().unwrap();
        let mut read = 0;
        for partition in 0..PARTITIONS {
            let part = super::read(&object, partition).unwrap();
            read += part.facts.logins.len();
            assert!(part.facts.sources.iter().all(|source| partition_of(&source.tenant) == partition));
            assert!(part.facts.objects.iter().all(|object| object == "raw/x.zst"));
            for login in &part.facts.logins {
                let tenant = part.facts.sources[login.source as usize].tenant.as_str();
                assert_eq!(tenant, tenants[login.line as usize % tenants.len()]);
                assert_eq!(u64::from(login.place.unwrap().line), login.line);
            }
        }
        assert_eq!(read, 70);
        let used: std::collections::BTreeSet<u16> =
            tenants.iter().map(|tenant| partition_of(&TenantId::new(tenant))).collect();
        assert!(used.len() > 1, "the test divides nothing");
    }

    #[test]
    fn tenants_keep_their_follower() {
        // A change would leave each tenant's open questions with a follower that reads its facts no more.
        let of = |tenant| partition_of(&TenantId::new(tenant));
        assert_eq!([of("kita"), of("higashi"), of("minami"), of("default")], [1, 1, 0, 3]);
    }

    #[test]
    fn minutes_sort_and_come_back() {
        let minute = EventTime::parse_rfc3339("2026-11-23T10:07:59Z").unwrap().minute();
        assert_eq!(minute_folder(minute), "facts/2026-11-23T1007");
        assert_eq!(minute_of("2026-11-23T1007"), Some(minute));
        for bad in ["", "2026-11-23", "2026-11-23T1", "2026-11-23T9999", "2026-11-23T10é"] {
            assert_eq!(minute_of(bad), None, "{bad}");
        }
    }

    #[test]
    fn what_is_no_facts_object_is_refused() {
        let whole = Divided::default().write().unwrap();
        assert!(read(&whole, 0).is_ok() && read(&whole, PARTITIONS).is_err());
        for cut in 0..whole.len() {
            assert!(read(&whole[..cut], 0).is_err(), "{cut}");
        }
        let odd = |table: &[u8], plain: &[u8]| {
            let mut framed = Framed::default();
            for _ in 0..4 {
                framed.push(plain, 1).unwrap();
            }
            framed.finish(table, 1).unwrap()
        };
        for (table, plain) in [
            (&[1, 5][..], &[0; 8][..]),
            (&[2, 4], &[0; 8]),
            (&[1, 4], &[0; 7]),
            (&[1, 4], &[0xff; 8]),
            (&[1, 4], &[0; 8]),
        ] {
            assert!(read(&odd(table, plain), 0).is_err(), "{table:?} {plain:?}");
        }
    }
}
