//! Statements: what the engine says, as a key with arguments. The words are `notice`'s.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::time::{EventTime, Seconds};

/// An argument of a statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// A word of a closed list (a disposition, a stage, a function); selects the wording, is never shown as it is.
    Word(String),
    /// Text that an attacker may have written; escaped and cut for the medium.
    Text(String),
    /// Something to look for elsewhere; defanged for the medium.
    Indicator(String),
    /// An inside address or name; never defanged.
    Inside(String),
    /// Several indicators; defanged, joined, cut with "and n more".
    Indicators(Vec<String>),
    /// Several inside addresses, users or accounts; joined, cut with "and n more".
    Names(Vec<String>),
    /// A number.
    Number(u64),
    /// A number of bytes.
    Bytes(u64),
    /// An instant, shown in the reader's zone.
    Time(EventTime),
    /// A length of time.
    Span(Seconds),
    /// What was usual and what was seen, as heights of one scale ([`crate::Habit`]).
    Chart {
        /// What was usual.
        usual: Vec<u8>,
        /// What was seen.
        seen: Vec<u8>,
    },
}

impl From<u64> for Value {
    fn from(number: u64) -> Self {
        Value::Number(number)
    }
}

impl From<EventTime> for Value {
    fn from(time: EventTime) -> Self {
        Value::Time(time)
    }
}

/// One sentence: what is said, and about what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// What is said.
    pub key: StatementKey,
    /// About what, in the order of [`StatementKey::args`].
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub args: Vec<(String, Value)>,
}

impl Statement {
    /// Makes a statement without arguments.
    pub fn new(key: StatementKey) -> Self {
        Statement { key, args: Vec::new() }
    }

    /// Adds an argument.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        debug_assert!(self.key.args().contains(&name), "{} takes no {name}", self.key.as_str());
        self.args.push((name.to_owned(), value.into()));
        self
    }

    /// Adds a word of a closed list.
    #[must_use]
    pub fn word(self, name: &str, word: &str) -> Self {
        self.with(name, Value::Word(word.to_owned()))
    }

    /// Adds text that an attacker may have written.
    #[must_use]
    pub fn text(self, name: &str, text: &str) -> Self {
        self.with(name, Value::Text(text.to_owned()))
    }

    /// Adds an indicator.
    #[must_use]
    pub fn indicator(self, name: &str, text: &str) -> Self {
        self.with(name, Value::Indicator(text.to_owned()))
    }

    /// Adds an inside address.
    #[must_use]
    pub fn inside(self, name: &str, ip: IpAddr) -> Self {
        self.with(name, Value::Inside(ip.to_string()))
    }

    /// Returns an argument.
    pub fn arg(&self, name: &str) -> Option<&Value> {
        self.args.iter().find(|(n, _)| n == name).map(|(_, value)| value)
    }
}

macro_rules! statements {
    ($($(#[$doc:meta])* $variant:ident = $key:literal ($($arg:literal),* $(,)?)),+ $(,)?) => {
        /// Every sentence that the engine can say. Each has a text in every language; a test compares them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[allow(missing_docs, reason = "the key is the name of the message; the language files say the rest")]
        pub enum StatementKey { $($(#[$doc])* #[serde(rename = $key)] $variant),+ }

        impl StatementKey {
            /// Every key.
            pub const ALL: &'static [StatementKey] = &[$(StatementKey::$variant),+];

            /// Returns the key of the message in the language files.
            pub const fn as_str(self) -> &'static str {
                match self { $(StatementKey::$variant => $key),+ }
            }

            /// Returns the names of the arguments that every such statement carries.
            pub const fn args(self) -> &'static [&'static str] {
                match self { $(StatementKey::$variant => &[$($arg),*]),+ }
            }
        }
    };
}

statements! {
    // Titles. `host` and `attacker` are shown as written; `count` selects singular and plural.
    /// C&C; `contained` is yes or no.
    TitleCc = "title-cc" ("host", "contained"),
    /// Malware arrived (or perhaps did); `outcome` is reached, blocked, guess, unwanted, test,
    /// unscannable, relay, withdrawn.
    TitleMalware = "title-malware" ("host", "outcome"),
    /// A server was attacked; `outcome` is succeeded, unknown, failed.
    TitleExploit = "title-exploit" ("host", "attacker", "outcome"),
    /// Attacks from outside were stopped or only looked around.
    TitleInbound = "title-inbound" ("attacker", "count"),
    /// One source tried many targets or families and was not stopped everywhere.
    TitleCampaign = "title-campaign" ("attacker", "targets"),
    TitleScan = "title-scan" ("attacker"),
    /// An inside host attacks; `where` is outside or inside.
    TitleOutbound = "title-outbound" ("host", "where"),
    TitleInsideScan = "title-inside-scan" ("host"),
    /// An inside host tripped generic signatures; nothing to act on.
    TitleMinor = "title-minor" ("host"),
    /// A site; `site` is malicious or phishing; `outcome` is blocked, allowed, malware, credentials.
    TitleSite = "title-site" ("host", "site", "outcome"),
    /// Guessing log-ins; `outcome` is failed, succeeded, person.
    TitlePassword = "title-password" ("attacker", "outcome"),
    TitleDos = "title-dos" ("target", "outcome"),
    TitleDevice = "title-device" ("device"),
    TitlePolicy = "title-policy" ("host"),
    TitleBehaviour = "title-behaviour" ("host"),
    TitleWebShell = "title-web-shell" ("host", "attacker"),
    TitleFalsePositive = "title-false-positive" ("host"),
    /// All of it is on the allow list.
    TitleAllowed = "title-allowed" ("host"),
    /// An appliance's health; `condition` is down, degraded, noted, recovered.
    TitleHealth = "title-health" ("device", "symptom", "condition"),

    // What happened: one sentence for each kind of evidence, used for timeline, cause and evidence.
    // `disposition` is allowed, blocked, detected or unknown.
    SawScan = "saw-scan" ("attacker", "what", "count", "disposition"),
    SawExploit = "saw-exploit" ("attacker", "host", "what", "count", "disposition", "class", "direction"),
    SawWebShell = "saw-web-shell" ("attacker", "host", "what", "count", "disposition"),
    SawBruteForce = "saw-brute-force" ("attacker", "host", "what", "count", "disposition"),
    SawDos = "saw-dos" ("attacker", "host", "what", "count", "disposition"),
    SawCcPayload = "saw-cc-payload" ("host", "peer", "what", "count", "disposition"),
    /// `how` is lookup, web or session.
    SawCcContact = "saw-cc-contact" ("host", "indicator", "what", "count", "disposition", "how"),
    SawSinkhole = "saw-sinkhole" ("host", "peer", "count"),
    SawCcSearch = "saw-cc-search" ("attacker", "host", "what", "count", "disposition"),
    /// `delivery` is to_host or to_relay.
    SawMalware = "saw-malware" ("host", "what", "file", "peer", "count", "disposition", "delivery"),
    SawMalwareGuess = "saw-malware-guess" ("host", "what", "file", "count", "disposition"),
    SawUnwantedSoftware = "saw-unwanted-software" ("host", "what", "count", "disposition"),
    SawTestFile = "saw-test-file" ("host", "what", "count", "disposition"),
    SawUnscannable = "saw-unscannable" ("host", "file", "count", "disposition"),
    SawSandboxMalicious = "saw-sandbox-malicious" ("host", "file", "what", "count"),
    SawSandboxClean = "saw-sandbox-clean" ("host", "file", "count"),
    /// `site` is malicious or phishing.
    SawSite = "saw-site" ("host", "indicator", "count", "disposition", "site"),
    SawCredentials = "saw-credentials" ("host", "indicator", "count", "disposition"),
    SawSessionFailed = "saw-session-failed" ("host", "attacker", "bytes"),
    SawSessionAnswered = "saw-session-answered" ("host", "attacker", "bytes"),
    SawCallback = "saw-callback" ("host", "peer", "port", "count"),
    SawOtherContact = "saw-other-contact" ("host", "peer", "count"),
    /// `where` is outside or inside.
    SawFanOut = "saw-fan-out" ("host", "port", "hosts", "where", "disposition"),
    SawCampaign = "saw-campaign" ("attacker", "targets", "families"),
    SawInCampaign = "saw-in-campaign" ("attacker"),
    SawClientNamed = "saw-client-named" ("host", "relay"),
    SawPasswordRun = "saw-password-run" ("attacker", "count", "accounts"),
    SawPasswordFailures = "saw-password-failures" ("attacker", "count", "accounts"),
    SawPasswordTakeover = "saw-password-takeover" ("attacker", "accounts"),
    SawPasswordPerson = "saw-password-person" ("attacker", "accounts", "count"),
    SawPolicy = "saw-policy" ("host", "what", "count", "disposition"),
    SawBehaviour = "saw-behaviour" ("host", "what", "count", "disposition"),
    /// What was learned says so; a `measure` of `week` is bytes sent in a week.
    SawHabit = "saw-habit" ("host", "what", "measure", "usual", "seen", "since", "chart"),
    SawDeviceIntegrity = "saw-device-integrity" ("device", "what", "count"),
    SawDeviceCc = "saw-device-cc" ("device", "peer", "count"),
    SawDeviceOverload = "saw-device-overload" ("device", "what", "count"),
    /// A turn for the worse; `object`, `value` and `usual` may be absent.
    SawHealth = "saw-health" ("device", "symptom", "object", "value", "usual", "since", "count"),
    /// A recovery, and how long it lasted.
    SawHealthOver = "saw-health-over" ("device", "symptom", "object", "span"),

    // Reasons: the sentence that stands behind a level. Numbers name the rules of the service.
    /// Rule 1: inbound and stopped.
    BecauseBlocked = "because-blocked" ("count", "attacker"),
    /// Rule 1: the appliance's scan verdict.
    BecauseScan = "because-scan" ("attacker"),
    /// Rule 2: passed, outcome open.
    BecauseExploitOpen = "because-exploit-open" ("what"),
    /// Rule 2: passed; the server answered, which proves nothing.
    BecauseExploitAnswered = "because-exploit-answered" ("what", "bytes"),
    /// Rule 2: reconnaissance or generic class.
    BecauseExploitMinor = "because-exploit-minor" ("what"),
    /// Rule 2: the server sent nothing back or refused.
    BecauseExploitFailed = "because-exploit-failed" ("what"),
    /// Rule 2: the attacked server called back.
    BecauseCallback = "because-callback" ("host", "peer", "minutes"),
    /// Rule 2: another contact, without learned habit.
    BecauseOtherContact = "because-other-contact" ("host", "peer"),
    /// Rule 2: campaign.
    BecauseCampaign = "because-campaign" ("attacker", "targets", "families"),
    /// Rule 2 for a client-side payload: the PC is the victim.
    BecauseVictim = "because-victim" ("host", "what"),
    /// Rule 3; `site` is malicious or phishing.
    BecauseSiteBlocked = "because-site-blocked" ("site"),
    BecauseSiteAllowed = "because-site-allowed" ("site"),
    BecauseSiteMalware = "because-site-malware" ("site"),
    BecauseCredentials = "because-credentials" ("indicator"),
    /// Rule 3: credentials were submitted and the submission was stopped.
    BecauseCredentialsBlocked = "because-credentials-blocked" (),
    /// Rule 4.
    BecauseMalwareBlocked = "because-malware-blocked" ("what"),
    BecauseMalwareReached = "because-malware-reached" ("what"),
    BecauseMalwareRelay = "because-malware-relay" ("what", "count"),
    BecauseSandbox = "because-sandbox" ("file"),
    BecauseSandboxWithdrawn = "because-sandbox-withdrawn" ("file"),
    BecauseGuess = "because-guess" ("what"),
    BecauseUnwanted = "because-unwanted" ("what"),
    BecauseTestFile = "because-test-file" ("what"),
    BecauseUnscannable = "because-unscannable" ("file"),
    /// Rule 5. `contained` is yes or no.
    BecauseCcPayload = "because-cc-payload" ("what"),
    BecauseCcSessions = "because-cc-sessions" ("indicator", "count"),
    BecauseCcOneSession = "because-cc-one-session" ("indicator"),
    BecauseCcLookup = "because-cc-lookup" ("indicator"),
    BecauseCcFew = "because-cc-few" ("attempts"),
    BecauseCcPersistent = "because-cc-persistent" ("attempts", "minutes", "contained"),
    BecauseCcHours = "because-cc-hours" ("hours", "contained"),
    BecauseCcFamilies = "because-cc-families" ("families", "contained"),
    BecauseCcAfterDelivery = "because-cc-after-delivery" ("hours", "contained"),
    BecauseCcSearch = "because-cc-search" ("attacker"),
    /// The word "Host": the client behind a relay is not known.
    BecauseClientUnknown = "because-client-unknown" ("relay"),
    /// Rule 6.
    BecauseOutbound = "because-outbound" ("attempts", "hosts"),
    BecauseOutboundOne = "because-outbound-one" (),
    BecauseOutboundGeneric = "because-outbound-generic" (),
    BecauseLateralPassed = "because-lateral-passed" ("what"),
    BecauseLateralHosts = "because-lateral-hosts" ("hosts"),
    BecauseLateralBlocked = "because-lateral-blocked" (),
    BecauseInsideScan = "because-inside-scan" ("hosts"),
    BecauseInsideScanSign = "because-inside-scan-sign" ("hosts"),
    /// Rule 7.
    BecauseGuessing = "because-guessing" ("count"),
    BecauseTakeover = "because-takeover" ("accounts"),
    BecausePerson = "because-person" ("count"),
    /// Rule 8: an analyst set the level.
    BecauseAnalyst = "because-analyst" ("who", "why"),
    /// Rule 9.
    BecauseAllowed = "because-allowed" ("why"),
    /// Rule 11.
    BecausePolicy = "because-policy" ("what"),
    /// Rule 12 and plain traffic: nothing to judge.
    BecauseBackground = "because-background" (),
    /// Rule 13.
    BecauseBehaviour = "because-behaviour" ("what"),
    BecauseBehaviours = "because-behaviours" ("kinds"),
    /// Rule 14.
    BecauseIntegrity = "because-integrity" ("what"),
    BecauseDeviceCc = "because-device-cc" ("peer"),
    BecauseDosMitigated = "because-dos-mitigated" (),
    BecauseDosUnmitigated = "because-dos-unmitigated" (),
    BecauseDosOverload = "because-dos-overload" (),
    BecauseWebShell = "because-web-shell" ("what"),

    // What would have changed the level.
    ChangeCallback = "change-callback" ("host"),
    ChangeNoAnswer = "change-no-answer" (),
    ChangePassed = "change-passed" (),
    ChangeAttempts = "change-attempts" ("more"),
    ChangePayload = "change-payload" (),
    ChangeDelivery = "change-delivery" (),
    ChangeClient = "change-client" (),
    ChangeTwoWay = "change-two-way" (),
    ChangeMalwareFollows = "change-malware-follows" (),
    ChangeCredentials = "change-credentials" (),
    ChangeReachedHost = "change-reached-host" (),
    ChangeVerdict = "change-verdict" (),
    ChangeVerdictWithdrawn = "change-verdict-withdrawn" (),
    ChangeSecondHost = "change-second-host" (),
    ChangeOtherSign = "change-other-sign" (),
    ChangeLoginSuccess = "change-login-success" (),
    ChangeSecondBehaviour = "change-second-behaviour" (),
    ChangeOverload = "change-overload" (),

    // Infection: the verdict and why.
    InfectedCcPassed = "infected-cc-passed" ("host"),
    InfectedCcContained = "infected-cc-contained" ("host"),
    InfectedAttacking = "infected-attacking" ("host"),
    InfectedServer = "infected-server" ("host"),
    InfectedDevice = "infected-device" ("device"),
    /// The account, not the machine, is in foreign hands.
    InfectedAccount = "infected-account" ("accounts"),
    NotInfectedBlocked = "not-infected-blocked" (),
    NotInfectedFailed = "not-infected-failed" (),
    NotInfectedScan = "not-infected-scan" (),
    NotInfectedPolicy = "not-infected-policy" (),
    NotInfectedFalse = "not-infected-false" (),
    UnknownInfectionDelivered = "unknown-infection-delivered" ("host"),
    UnknownInfectionVisited = "unknown-infection-visited" ("host"),
    UnknownInfectionExploit = "unknown-infection-exploit" ("host"),
    UnknownInfectionCc = "unknown-infection-cc" ("host"),
    UnknownInfectionClient = "unknown-infection-client" ("relay"),
    UnknownInfectionRelay = "unknown-infection-relay" ("host"),
    UnknownInfectionCredentials = "unknown-infection-credentials" ("host"),
    UnknownInfectionBehaviour = "unknown-infection-behaviour" ("host"),
    /// Logs of an appliance were missing or told wrong times; `blind` says which, and without `until` it lasts.
    UnknownInfectionBlind = "unknown-infection-blind" ("device", "blind", "since", "until"),
    /// Health: how the appliance is, and that this is no attack; `condition` as of the title.
    ConclusionHealth = "conclusion-health" ("device", "condition"),
    /// Health: since when and until when it lasted.
    ConclusionHealthOver = "conclusion-health-over" ("device", "symptom", "since", "until", "span"),

    // Impact.
    ImpactNone = "impact-none" (),
    ImpactBlind = "impact-blind" (),
    ImpactRemoteControl = "impact-remote-control" ("host"),
    ImpactContained = "impact-contained" ("host"),
    ImpactServer = "impact-server" ("host"),
    ImpactMalware = "impact-malware" ("host"),
    ImpactCredentials = "impact-credentials" (),
    ImpactSpread = "impact-spread" ("hosts"),
    ImpactThirdParties = "impact-third-parties" (),
    ImpactAccount = "impact-account" (),
    ImpactAvailability = "impact-availability" (),
    ImpactDevice = "impact-device" ("device"),
    ImpactOpen = "impact-open" (),
    /// What an appliance's trouble means while it lasts, or what happened; `effect` is a word of the engine's.
    ImpactHealth = "impact-health" ("device", "effect"),
    /// What it meant while it lasted.
    ImpactHealthOver = "impact-health-over" ("effect", "span"),

    // Scope.
    ScopeOneHost = "scope-one-host" ("host"),
    ScopeHosts = "scope-hosts" ("hosts", "count"),
    ScopeSameFile = "scope-same-file" ("hosts"),
    ScopeSameDestination = "scope-same-destination" ("indicator", "hosts"),
    ScopeBytes = "scope-bytes" ("bytes"),
    ScopeUsers = "scope-users" ("users"),
    ScopeTargets = "scope-targets" ("count"),
    ScopeNone = "scope-none" (),

    // Countermeasures of the customer.
    ActIsolate = "act-isolate" ("host"),
    ActIsolateVisitor = "act-isolate-visitor" ("host"),
    ActIsolateThing = "act-isolate-thing" ("host"),
    ActFirmware = "act-firmware" ("host"),
    ActExamine = "act-examine" ("host"),
    ActReimage = "act-reimage" ("host"),
    ActFindClient = "act-find-client" ("relay"),
    ActAskUser = "act-ask-user" ("host"),
    ActAskVisit = "act-ask-visit" ("host"),
    ActChangePassword = "act-change-password" ("accounts"),
    ActChangePasswordUser = "act-change-password-user" ("host"),
    ActDisableAccount = "act-disable-account" ("accounts"),
    ActMfa = "act-mfa" (),
    ActScanHost = "act-scan-host" ("host"),
    ActDeleteFile = "act-delete-file" ("file"),
    ActPurgeMail = "act-purge-mail" (),
    ActWarnUsers = "act-warn-users" (),
    ActCheckServer = "act-check-server" ("host"),
    ActPatch = "act-patch" ("what"),
    ActKeepLogs = "act-keep-logs" (),
    ActReviewLogins = "act-review-logins" ("accounts"),
    ActCheckDevice = "act-check-device" ("device"),
    ActCheckOthers = "act-check-others" ("hosts"),
    ActCheckService = "act-check-service" ("host"),
    ActConfirmActivity = "act-confirm-activity" ("host"),
    ActConsiderReport = "act-consider-report" (),
    ActCheckPower = "act-check-power" ("device"),
    ActCheckLogPath = "act-check-log-path" ("device"),
    ActCheckLoad = "act-check-load" ("device"),
    ActCheckDisk = "act-check-disk" ("device"),
    ActCheckHa = "act-check-ha" ("device"),
    ActCheckLine = "act-check-line" ("device"),
    ActRepair = "act-repair" ("device"),
    ActConfirmRestart = "act-confirm-restart" ("device"),
    ActCheckUpdates = "act-check-updates" ("device"),
    ActRenewLicence = "act-renew-licence" ("device"),
    ActRenewCertificate = "act-renew-certificate" ("device"),
    ActCheckTime = "act-check-time" ("device"),
    ActConfirmChange = "act-confirm-change" ("device"),
    ActUndoChange = "act-undo-change" ("device"),
    ActConfirmAdministrator = "act-confirm-administrator" ("device"),
    ActNone = "act-none" (),

    // Countermeasures of the SOC: worded as what we do or ask to be allowed.
    SocBlockDestination = "soc-block-destination" ("indicators"),
    SocBlockSource = "soc-block-source" ("indicators"),
    SocBlockHash = "soc-block-hash" (),
    SocTuneSignature = "soc-tune-signature" ("what"),
    SocWatch = "soc-watch" ("host"),
    SocSearchScope = "soc-search-scope" (),
    SocTuneFalsePositive = "soc-tune-false-positive" (),
    SocWatchDevice = "soc-watch-device" ("device"),
    SocSearchGap = "soc-search-gap" ("device"),
    SocReviewChange = "soc-review-change" ("device"),

    // What is not known.
    UnknownOutcome = "unknown-outcome" (),
    UnknownClient = "unknown-client" ("relay"),
    UnknownTraffic = "unknown-traffic" (),
    UnknownExecuted = "unknown-executed" (),
    UnknownEntered = "unknown-entered" (),
    UnknownEncrypted = "unknown-encrypted" (),
    UnknownInside = "unknown-inside" (),
    UnknownSent = "unknown-sent" (),
    UnknownVerdict = "unknown-verdict" (),
    UnknownHabit = "unknown-habit" (),
    UnknownSniffer = "unknown-sniffer" (),
    UnknownDelivered = "unknown-delivered" (),
    /// What an appliance would have told of this, as of [`StatementKey::UnknownInfectionBlind`].
    UnknownBlind = "unknown-blind" ("device", "blind", "since", "until"),
    /// Health: what happened while logs were missing.
    UnknownSilence = "unknown-silence" (),
    /// Health: what passed unexamined.
    UnknownUnexamined = "unknown-unexamined" (),
    /// Health: why the appliance failed.
    UnknownTrouble = "unknown-trouble" (),
    /// Health: whether a change was meant.
    UnknownIntended = "unknown-intended" (),
    /// Evidence was more than an incident may hold; counts are at least the printed ones.
    UnknownCut = "unknown-cut" (),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_unique() {
        let mut keys: Vec<&str> = StatementKey::ALL.iter().map(|k| k.as_str()).collect();
        keys.sort_unstable();
        let all = keys.len();
        keys.dedup();
        assert_eq!(keys.len(), all);
    }
}
