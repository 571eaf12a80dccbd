//! Findings: what is worth judging, as immutable values that can be joined in any order.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::event::{Direction, Disposition, Function, Payload, Posture, Vendor, words};
use crate::habit::Habit;
use crate::health::{Health, Problem};
use crate::ids::{DeviceId, FindingId, SessionKey, TenantId};
use crate::time::{EventTime, UtcDay};

words! {
    /// What a finding shows. The judge (`correlate`) reads nothing else of the vendor's words.
    FindingKind {
        // Reconnaissance and attacks
        /// The appliance's own scan verdict.
        Scan = "scan",
        /// An exploit signature; [`Finding::class`] tells how much it says.
        Exploit = "exploit",
        /// A signature of a web shell being used.
        WebShell = "web_shell",
        /// A signature that counts failed log-ins (brute force).
        BruteForce = "brute_force",
        /// Flooding; `overloaded` is told by a health finding of the same device.
        DenialOfService = "denial_of_service",
        // Command and control; only outward. The same signature inward is `CcSearch`.
        /// The payload of a botnet, spyware or C&C program was recognised.
        CcPayload = "cc_payload",
        /// A name look-up, web request or session that names a C&C indicator; the payload was not recognised.
        CcContact = "cc_contact",
        /// A session to a sinkhole address: the client of a look-up shows itself.
        Sinkhole = "sinkhole",
        /// Somebody outside searches us for C&C servers.
        CcSearch = "cc_search",
        // Files
        /// Malware on the way; `disposition` and [`Finding::delivery`] tell whether it arrived.
        Malware = "malware",
        /// A machine's guess at malware (heuristics, machine learning, medium-risk score).
        MalwareGuess = "malware_guess",
        /// Riskware, adware, grayware.
        UnwantedSoftware = "unwanted_software",
        /// EICAR and other test signatures.
        TestFile = "test_file",
        /// A file nobody could scan (password, oversize).
        Unscannable = "unscannable",
        /// The sandbox judged a delivered file malicious.
        SandboxMalicious = "sandbox_malicious",
        /// The sandbox judged a file clean, perhaps withdrawing an earlier verdict.
        SandboxClean = "sandbox_clean",
        // Web
        /// A visit to a malicious site.
        MaliciousSite = "malicious_site",
        /// A visit to a phishing site.
        PhishingSite = "phishing_site",
        /// Corporate credentials sent to a phishing site.
        CredentialsSubmitted = "credentials_submitted",
        // What follow answers
        /// The same session's end: the server sent no payload back, or refused.
        SessionFailed = "session_failed",
        /// The same session's end: the server answered.
        SessionAnswered = "session_answered",
        /// The attacked server opened a session to the attacker or to an address that the payload carried.
        Callback = "callback",
        /// The attacked server opened a session to another outside address soon after; counts only against habit.
        OtherContact = "other_contact",
        /// One inside host spoke to many hosts on one port.
        FanOut = "fan_out",
        /// One source hit many targets or used many families: its hits belong to one incident of the source.
        Campaign = "campaign",
        /// This subject's hits by that source (`peer`) belong to the source's campaign.
        InCampaign = "in_campaign",
        /// The client behind a relay became known (`host` is the client).
        ClientNamed = "client_named",
        /// A run of failed log-ins.
        PasswordRun = "password_run",
        /// A few failed log-ins that are no run.
        PasswordFailures = "password_failures",
        /// A success after a run.
        PasswordTakeover = "password_takeover",
        /// A success after a few failures: a person.
        PasswordPerson = "password_person",
        // Policy and behaviour
        /// P2P, proxy use, unwanted applications.
        Policy = "policy",
        /// A kind of behaviour that is watched (Tor, remote control, DNS tunnelling, …).
        Behaviour = "behaviour",
        // The appliance itself
        /// Tampered firmware, integrity violation, a super-administrator from nowhere.
        DeviceIntegrity = "device_integrity",
        /// The appliance's own traffic to a C&C indicator.
        DeviceCc = "device_cc",
        /// CPU, memory or session exhaustion of the appliance.
        DeviceOverload = "device_overload",
        /// A turn of the appliance's health ([`Finding::health`]); no attack, and without a level.
        Health = "health",
    }
}

words! {
    /// How much an exploit signature says.
    Class {
        /// A scanner's fingerprint, an information probe.
        Recon = "recon",
        /// Generic injection or traversal words, generic denial of service.
        Generic = "generic",
        /// A named vulnerability or a named attack tool's payload.
        Specific = "specific",
    }
}

words! {
    /// How a file travelled and where it would have arrived.
    Delivery {
        /// HTTP, FTP, SMB, POP3, IMAP: to the host itself.
        ToHost = "to_host",
        /// SMTP to a mail server, or through a proxy or other relay.
        ToRelay = "to_relay",
    }
}

words! {
    /// Stages of an attack, in order.
    Stage {
        Reconnaissance = "reconnaissance", Delivery = "delivery", Exploitation = "exploitation",
        Installation = "installation", CommandAndControl = "command_and_control",
        LateralMovement = "lateral_movement", OutboundAttack = "outbound_attack",
        CredentialAccess = "credential_access", Exfiltration = "exfiltration", Policy = "policy",
    }
}

words! {
    /// What an inside address is, by the registry's `roles`.
    Role {
        Client = "client", Server = "server", Resolver = "resolver", Proxy = "proxy", Mail = "mail", Nat = "nat",
        VpnPool = "vpn_pool", Guest = "guest", Iot = "iot",
    }
}

impl Role {
    /// Tells whether others act through this machine, so that it is not by itself the one that did it.
    pub const fn is_relay(self) -> bool {
        matches!(self, Role::Resolver | Role::Proxy | Role::Mail | Role::Nat)
    }
}

words! {
    /// Types of indicator.
    IndicatorKind { Domain = "domain", Url = "url", Ip = "ip", Sha256 = "sha256", Md5 = "md5", FileName = "file_name" }
}

/// Something that can be looked for elsewhere. The value is as the log wrote it, cut to 1,024 bytes; defanged only
/// in notices.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Indicator {
    /// Its type.
    #[serde(rename = "type")]
    pub kind: IndicatorKind,
    /// Its value.
    pub value: String,
}

/// Who an incident is about. Findings of one (tenant, incident kind, subject) share one state.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// An inside host: what it does and what it suffers unstopped.
    Host(IpAddr),
    /// An outside source on one UTC day: stopped attacks, scans, password guessing, campaigns.
    Source(IpAddr, UtcDay),
    /// What an unnamed client did through a relay, by indicator.
    Relayed(IpAddr, String),
    /// The appliance itself.
    Device(DeviceId),
    /// What is wrong with an appliance: each problem has a story of its own.
    Health(DeviceId, Problem),
}

/// An inside machine.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Host {
    /// Its address.
    pub ip: IpAddr,
    /// Its name, from the log.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub name: Option<String>,
    /// What it is.
    pub role: Role,
}

/// The other side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Peer {
    /// Its address.
    pub ip: IpAddr,
    /// Its port, or the port that it spoke to.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub port: Option<u16>,
}

/// What the vendor called it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Signature {
    /// Whose signature.
    pub vendor: Vendor,
    /// Its number.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The CVE, when the log or the table names one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub cve: Option<String>,
}

impl Signature {
    /// Returns the family: what counts as "the same attack" when families are counted.
    ///
    /// The last word after a vendor's dot or blank is dropped where it only numbers a variant.
    pub fn family(&self) -> &str {
        let name = self.name.trim();
        let base = name.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | '-' | '_' | ' '));
        if base.is_empty() { name } else { base }
    }
}

/// Where in the archive a line is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Locator {
    /// The archive object.
    pub object: String,
    /// The frame (Kinesis record or chunk) in the object.
    pub frame: u32,
    /// The line in the frame, from 0.
    pub line: u32,
}

/// One log line as proof.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Evidence {
    /// When it happened.
    pub time: EventTime,
    /// When it was received.
    pub received: EventTime,
    /// SHA-256 of the raw line without relay headers, hexadecimal.
    pub sha256: String,
    /// The device that wrote it (not the HA pair).
    pub device: String,
    /// Which function.
    pub function: Function,
    /// What became of it.
    pub disposition: Disposition,
    /// Session number.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub session_id: Option<String>,
    /// Policy id or rule name.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub policy: Option<String>,
    /// Initiator and responder.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub src_ip: Option<IpAddr>,
    /// Responder.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub dst_ip: Option<IpAddr>,
    /// Responder's port.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub dst_port: Option<u16>,
    /// The signature, malware, URL or account it is about.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub what: Option<String>,
    /// Where it lies in the archive.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub locator: Option<Locator>,
    /// The raw line, cut to 4 KiB. Empty while only `locator` is known: a fact's line is fetched when something
    /// follows from it.
    pub raw: String,
}

impl Evidence {
    /// Tells whether the line is still to be fetched from the archive.
    pub fn is_pending(&self) -> bool {
        self.raw.is_empty() && self.locator.is_some()
    }
}

/// One thing worth judging. Several lines that show the same thing in one record are one finding with a count.
///
/// Lists are sorted and without repeats; their bounds are the named constants below. At a bound the smallest values
/// are kept, so that the order of lines does not matter; what is lost can only lower a count of distinct things that
/// is already far above every threshold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// Its identity: the same lines give the same id.
    pub id: FindingId,
    /// Whose.
    pub tenant: TenantId,
    /// Who it is about.
    pub subject: Subject,
    /// What it shows.
    pub kind: FindingKind,
    /// How much the signature says; [`Class::Specific`] where it does not apply.
    pub class: Class,
    /// What became of it.
    pub disposition: Disposition,
    /// From whom to whom the payload went.
    pub direction: Direction,
    /// Which end of the session sent it: tells an attacked server (initiator) from a lured client (responder).
    pub payload: Payload,
    /// First and last time of the lines.
    pub first: EventTime,
    /// Last time of the lines.
    pub last: EventTime,
    /// When the first line was received.
    pub received: EventTime,
    /// How many events; exact.
    pub count: u64,
    /// Which function of the appliance.
    pub function: Function,
    /// Who made the appliance.
    pub vendor: Vendor,
    /// The device's identity.
    pub device: DeviceId,
    /// How it stands in the traffic.
    pub posture: Posture,
    /// The inside machine.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub host: Option<Host>,
    /// The relay it came through when its client is not known: caps the level at 2.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub relay: Option<IpAddr>,
    /// Other sides, at most [`Finding::MAX_PEERS`].
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub peers: Vec<Peer>,
    /// How many different other sides there were, when more than `peers` holds.
    #[serde(skip_serializing_if = "is_zero", default)]
    pub peer_count: u64,
    /// The vendor's signature.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub signature: Option<Signature>,
    /// Families, when several are counted (campaigns), at most [`Finding::MAX_NAMES`].
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub families: Vec<String>,
    /// How a file travelled.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub delivery: Option<Delivery>,
    /// What can be looked for elsewhere, at most [`Finding::MAX_NAMES`].
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub indicators: Vec<Indicator>,
    /// Sessions it was seen in, at most [`Finding::MAX_SESSIONS`].
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub sessions: Vec<SessionKey>,
    /// Some of its lines named no session, or there were too many: its outcome cannot be settled by sessions.
    #[serde(default)]
    pub unsettled: bool,
    /// Users or accounts, at most [`Finding::MAX_NAMES`].
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub users: Vec<String>,
    /// Times of its lines, at most [`Finding::MAX_INSTANTS`], for counting attempts.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub instants: Vec<EventTime>,
    /// The first malware, application, behaviour or account that it is about, in the vendor's words.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub what: Option<String>,
    /// Bytes back and packets back, for outcomes.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub bytes_in: Option<u64>,
    /// Bytes out, where volume matters.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub bytes_out: Option<u64>,
    /// ATT&CK technique.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub technique: Option<String>,
    /// How the appliance is; of findings of health alone.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub health: Option<Health>,
    /// How it differs from what is usual; of behaviour that was learned alone.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub habit: Option<Habit>,
    /// Lines that show it, first and last, at most [`Finding::MAX_EVIDENCE`].
    pub evidence: Vec<Evidence>,
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl Finding {
    /// Peers kept; every threshold on peers is at most 100.
    pub const MAX_PEERS: usize = 128;
    /// Names (users, indicators, families) kept; every threshold on names is at most 10.
    pub const MAX_NAMES: usize = 16;
    /// Sessions kept; beyond, the outcome stays open, which errs towards telling.
    pub const MAX_SESSIONS: usize = 64;
    /// Instants kept; attempts are counted per minute, so one record seldom holds more.
    pub const MAX_INSTANTS: usize = 64;
    /// Evidence lines kept in one finding.
    pub const MAX_EVIDENCE: usize = 4;
    /// Longest raw line kept as evidence, in bytes.
    pub const MAX_RAW_BYTES: usize = 4096;
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A finding travels between functions: what was written stays readable, field for field.
    const GOLDEN: &str = r#"{"id":"0000000000000000000000000000002a","tenant":"kita","subject":{"source":["203.0.113.9",20746]},"kind":"exploit","class":"specific","disposition":"blocked","direction":"inbound","payload":"initiator","first":"2026-10-20T01:00:00Z","last":"2026-10-20T01:00:09.5Z","received":"2026-10-20T01:00:01Z","count":3,"function":"ips","vendor":"fortigate","device":"kita-pair","posture":"inline","host":{"ip":"10.1.200.10","name":"WEB01","role":"server"},"peers":[{"ip":"203.0.113.9","port":443}],"signature":{"vendor":"fortigate","id":"51006","name":"Made.Remote.Code.Execution","cve":"CVE-2021-44228"},"indicators":[{"type":"url","value":"/a?b=\"c\""}],"sessions":[7],"unsettled":false,"instants":["2026-10-20T01:00:00Z"],"technique":"T1190","evidence":[{"time":"2026-10-20T01:00:00Z","received":"2026-10-20T01:00:01Z","sha256":"00","device":"FGT60FTK20000001","function":"ips","disposition":"blocked","src_ip":"203.0.113.9","locator":{"object":"raw/a/000001.zst","frame":0,"line":4},"raw":"a line"}]}"#;

    #[test]
    fn what_was_written_stays_readable() {
        let finding: Finding = serde_json::from_str(GOLDEN).unwrap();
        assert_eq!(serde_json::to_string(&finding).unwrap(), GOLDEN);
        assert_eq!(finding.subject, Subject::Source("203.0.113.9".parse().unwrap(), UtcDay(20_746)));
        assert!(!finding.evidence[0].is_pending());
    }

    #[test]
    fn families_are_names_without_the_number_of_a_variant() {
        let named = |name: &str| Signature {
            vendor: Vendor::Panos,
            id: "1".to_owned(),
            name: name.to_owned(),
            cve: None,
        };
        let cases =
            [("Emotet.Botnet.2", "Emotet.Botnet"), ("Made.Rat", "Made.Rat"), ("7", "7"), ("Bot-1.3", "Bot")];
        for (name, family) in cases {
            assert_eq!(named(name).family(), family);
        }
    }
}
