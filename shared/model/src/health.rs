//! What can be wrong with an appliance, and how bad it is: the vocabulary of system monitoring.
//!
//! Health says nothing about attacks and has no level. What a device's own records show is a [`crate::Sign`]; whoever
//! watches turns signs and silence into findings of kind `health`, one state for each device and [`Problem`].

use serde::{Deserialize, Serialize};

use crate::event::words;
use crate::time::EventTime;

words! {
    /// What a health incident is about.
    Problem {
        LogSilence = "log_silence", Cpu = "cpu", Memory = "memory", Disk = "disk", Sessions = "sessions", Ha = "ha",
        Link = "link", Signatures = "signatures", Licence = "licence", Reachability = "reachability", Clock = "clock",
        Logging = "logging", Hardware = "hardware", Configuration = "configuration",
    }
}

words! {
    /// How an appliance is.
    Condition {
        /// Nothing is wrong, or no longer.
        Well = "well",
        /// Something happened that somebody should look at, and that does not end by itself.
        Noted = "noted",
        /// It works with less than it should.
        Degraded = "degraded",
        /// It does not do what it is there for.
        Down = "down",
    }
}

/// Names the symptoms, each with the problem that it belongs to and how bad it is while it lasts.
macro_rules! symptoms {
    ($($(#[$doc:meta])* $variant:ident = $word:literal $problem:ident $condition:ident),+ $(,)?) => {
        words! {
            /// What shows that something is wrong.
            Symptom { $($(#[$doc])* $variant = $word),+ }
        }

        impl Symptom {
            /// Returns the problem that it belongs to.
            pub const fn problem(self) -> Problem {
                match self { $(Symptom::$variant => Problem::$problem),+ }
            }

            /// Returns how the appliance is while it lasts.
            pub const fn condition(self) -> Condition {
                match self { $(Symptom::$variant => Condition::$condition),+ }
            }
        }
    };
}

symptoms! {
    // Logs that don't come
    /// Nothing comes from a device.
    Silent = "silent" LogSilence Down,
    /// One kind of log does not come any more.
    FunctionSilent = "function_silent" LogSilence Degraded,
    /// Numbers are missing in the device's own sequence.
    SequenceGap = "sequence_gap" LogSilence Degraded,
    // Measures
    /// CPU use, in percent.
    CpuUse = "cpu_use" Cpu Degraded,
    /// Memory use, in percent.
    MemoryUse = "memory_use" Memory Degraded,
    /// Disk use, in percent.
    DiskUse = "disk_use" Disk Degraded,
    /// Sessions, in a number or in percent of what the device holds.
    SessionUse = "session_use" Sessions Degraded,
    /// New sessions a second.
    SessionRate = "session_rate" Sessions Degraded,
    // Memory
    /// Conserve mode: inspection may be passed over.
    ConserveMode = "conserve_mode" Memory Down,
    /// The IPS engine lets traffic pass unexamined.
    IpsFailOpen = "ips_fail_open" Memory Down,
    /// A table is full: NAT addresses, sockets, sessions.
    TableFull = "table_full" Sessions Down,
    // High availability
    /// A member of the cluster is lost.
    HaMemberLost = "ha_member_lost" Ha Degraded,
    /// Another member took over.
    HaFailover = "ha_failover" Ha Noted,
    /// Members don't have the same configuration or sessions.
    HaOutOfSync = "ha_out_of_sync" Ha Degraded,
    /// The link between members is down.
    HaLinkDown = "ha_link_down" Ha Degraded,
    /// Both members think that they are active.
    HaSplitBrain = "ha_split_brain" Ha Down,
    // Links
    /// An interface is down.
    InterfaceDown = "interface_down" Link Degraded,
    /// A monitored path is dead.
    PathDown = "path_down" Link Degraded,
    /// A tunnel is down.
    TunnelDown = "tunnel_down" Link Degraded,
    /// A routing neighbour is lost.
    NeighbourLost = "neighbour_lost" Link Degraded,
    // Hardware
    /// A power supply failed.
    PowerFailed = "power_failed" Hardware Degraded,
    /// A fan failed.
    FanFailed = "fan_failed" Hardware Degraded,
    /// Too hot.
    Overheated = "overheated" Hardware Degraded,
    /// A voltage is out of range.
    VoltageWrong = "voltage_wrong" Hardware Degraded,
    /// It started again, and somebody had asked for that.
    Restarted = "restarted" Hardware Noted,
    /// It started again, and nobody had asked for that.
    RestartedUnasked = "restarted_unasked" Hardware Degraded,
    /// It was shut down.
    ShutDown = "shut_down" Hardware Down,
    /// A program on it crashed.
    Crashed = "crashed" Hardware Noted,
    // Signatures
    /// Updates fail.
    UpdateFailed = "update_failed" Signatures Degraded,
    /// Signatures are old: no update came for long.
    UpdateStale = "update_stale" Signatures Degraded,
    /// The rating service can't be reached.
    RatingUnreachable = "rating_unreachable" Signatures Degraded,
    /// The scanner failed.
    ScannerFailed = "scanner_failed" Signatures Down,
    /// A list of indicators can't be fetched.
    FeedFailed = "feed_failed" Signatures Degraded,
    // Licences
    /// It expires soon.
    LicenceExpiring = "licence_expiring" Licence Degraded,
    /// It has expired.
    LicenceExpired = "licence_expired" Licence Down,
    // Logging and disk
    /// The disk for logs is full or nearly.
    LogDiskFull = "log_disk_full" Disk Degraded,
    /// A disk failed.
    DiskFailed = "disk_failed" Disk Down,
    /// The device drops logs.
    LogsDropped = "logs_dropped" Logging Degraded,
    /// The device can't reach where it sends logs.
    LogServerLost = "log_server_lost" Logging Degraded,
    /// Logs were deleted on the device.
    LogsDeleted = "logs_deleted" Logging Noted,
    /// Logging was switched off.
    LoggingDisabled = "logging_disabled" Logging Noted,
    // Clock
    /// The time server can't be reached.
    TimeServerLost = "time_server_lost" Clock Degraded,
    /// The clock is wrong.
    ClockWrong = "clock_wrong" Clock Degraded,
    /// Somebody set the clock.
    ClockSet = "clock_set" Clock Noted,
    // Configuration
    /// It was changed outside a change window.
    Changed = "changed" Configuration Noted,
    /// A protective profile was taken out of use.
    ProfileDisabled = "profile_disabled" Configuration Noted,
    /// A policy lets anything pass.
    AnyAnyPolicy = "any_any_policy" Configuration Noted,
    /// A new administrator.
    AdministratorAdded = "administrator_added" Configuration Noted,
    /// An administrator came from a country that none came from before.
    AdministratorFromNewCountry = "administrator_from_new_country" Configuration Noted,
    /// The configuration was copied.
    ConfigurationCopied = "configuration_copied" Configuration Noted,
    /// The configuration was replaced.
    ConfigurationRestored = "configuration_restored" Configuration Noted,
    /// Other firmware than before.
    FirmwareChanged = "firmware_changed" Configuration Noted,
    // From outside
    /// A port that should answer does not.
    Unreachable = "unreachable" Reachability Down,
    /// It answers slowly.
    SlowAnswer = "slow_answer" Reachability Degraded,
    /// Its certificate expires soon or has expired.
    CertificateExpiring = "certificate_expiring" Reachability Degraded,
}

impl Condition {
    /// Tells whether something is wrong that can end.
    pub const fn lasts(self) -> bool {
        matches!(self, Condition::Degraded | Condition::Down)
    }
}

/// A turn of a device's health: since when it is how, and what shows it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Health {
    /// What shows it.
    pub symptom: Symptom,
    /// How the device is, as far as this symptom goes.
    pub condition: Condition,
    /// Which part, program or function; empty for the whole. At most [`Health::MAX_OBJECT_BYTES`].
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub object: String,
    /// Since when; of a recovery, since when it had been wrong.
    pub since: EventTime,
    /// What was measured, in the symptom's unit.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub value: Option<u64>,
    /// What it is compared with: the limit, or what is usual.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub usual: Option<u64>,
}

impl Health {
    /// Longest name of a part. Two parts that differ only beyond it are one, which errs towards fewer notices.
    pub const MAX_OBJECT_BYTES: usize = 64;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_symptom_is_something_wrong() {
        for symptom in Symptom::ALL {
            assert!(symptom.condition() > Condition::Well, "{symptom}");
        }
    }

    #[test]
    fn every_problem_has_a_symptom() {
        for problem in Problem::ALL {
            assert!(Symptom::ALL.iter().any(|symptom| symptom.problem() == *problem), "{problem}");
        }
    }
}
