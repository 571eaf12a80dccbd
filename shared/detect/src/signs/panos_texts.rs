//! PAN-OS SYSTEM records that tell of the appliance's health, one row each; the first that fits counts.
//!
//! Many SYSTEM records have the event id `general`, so what counts then is the text. PAN-OS logs no load, memory or
//! sessions of its own beyond what these rows have: <https://docs.paloaltonetworks.com/pan-os/11-1/pan-os-admin/monitoring>.
//! The texts differ a little between releases, so a row asks for words and not for a sentence.

use hinomi_model::Symptom;

use super::panos::{Part, Says};

use Part::{After, Before, Event, Item, Package, Said, Whole};
use Says::{Over, Percent, State, Trouble};
use Symptom::*;

/// What records of a kind say.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    /// The beginning of the event id, in lower case; empty for any.
    pub(super) event: &'static str,
    /// The subtype; empty for any.
    pub(super) subtype: &'static str,
    /// Of each group one word stands in the text.
    pub(super) words: &'static [&'static [&'static str]],
    pub(super) symptom: Symptom,
    pub(super) says: Says,
    pub(super) part: Part,
}

/// A row for an event id.
const fn id(event: &'static str, symptom: Symptom, says: Says, part: Part) -> Row {
    Row { event, subtype: "", words: &[], symptom, says, part }
}

/// A row for a text.
const fn text(words: &'static [&'static [&'static str]], symptom: Symptom, says: Says, part: Part) -> Row {
    Row { event: "", subtype: "", words, symptom, says, part }
}

/// A row for a text of a subtype.
const fn of(
    subtype: &'static str,
    words: &'static [&'static [&'static str]],
    symptom: Symptom,
    says: Says,
    part: Part,
) -> Row {
    Row { event: "", subtype, words, symptom, says, part }
}

const FAILED: &[&str] = &["fail", "cannot", "error", "unable"];
const PACKAGE: &[&str] = &["content", "antivirus", "threat", "wildfire", "apps", "panup"];
const UPDATE: &[&str] = &["package", "update", "upgrade", "install"];

pub(super) const ROWS: &[Row] = &[
    // High availability
    id("connect-change", HaLinkDown, State, Event),
    id("ha1-link-change", HaLinkDown, State, Event),
    id("ha2-link-change", HaLinkDown, State, Event),
    id("ha3-link-change", HaLinkDown, State, Event),
    id("peer-split-brain", HaSplitBrain, Trouble, Whole),
    id("peer-version-degraded", HaOutOfSync, Trouble, Said("version")),
    id("peer-version-match", HaOutOfSync, Over, Said("version")),
    id("ha-config-out-of-sync", HaOutOfSync, Trouble, Said("configuration")),
    id("config-synch", HaOutOfSync, State, Said("configuration")),
    id("path-monitor-failure", PathDown, Trouble, Item("group ")),
    id("link-monitor-failure", PathDown, Trouble, Item("group ")),
    of("ha", &[&["split-brain", "split brain"]], HaSplitBrain, Trouble, Whole),
    of("ha", &[&["peer"], &["lost"]], HaMemberLost, Trouble, Whole),
    // Links
    id("link-change", InterfaceDown, State, Item("port ")),
    id("tunnel-status-down", TunnelDown, Trouble, Item("tunnel ")),
    id("tunnel-status-up", TunnelDown, Over, Item("tunnel ")),
    id("routed-bgp-peer-left-established", NeighbourLost, Trouble, Item("peer ip")),
    id("routed-bgp-peer-enter-established", NeighbourLost, Over, Item("peer ip")),
    // Hardware
    of("hw", &[&["power"]], PowerFailed, State, Item("power supply ")),
    of("hw", &[&["fan"]], FanFailed, State, Item("fan ")),
    of("hw", &[&["temperature", "thermal"]], Overheated, State, Item("sensor ")),
    of("hw", &[&["voltage"]], VoltageWrong, State, Item("sensor ")),
    of("hw", &[&["disk", "raid"]], DiskFailed, State, Item("disk ")),
    // Signatures, before what else has the same words
    id("upgrade-url-database-failure", UpdateFailed, Trouble, Said("URL database")),
    id("upgrade-url-database-success", UpdateFailed, Over, Said("URL database")),
    id("url-download-success", RatingUnreachable, Over, Whole),
    id("url-cloud-connection-failure", RatingUnreachable, Trouble, Whole),
    id("syslog-conn-status", LogServerLost, State, After("server")),
    text(&[&["update server"], FAILED], UpdateFailed, Trouble, Said("update server")),
    text(&[&["update server"], &["success"]], UpdateFailed, Over, Said("update server")),
    text(&[PACKAGE, UPDATE, FAILED], UpdateFailed, Trouble, Package),
    text(&[&["installed"], PACKAGE, &["package", "version"]], UpdateFailed, Over, Package),
    text(&[&["upgraded"], PACKAGE, &["package", "version"]], UpdateFailed, Over, Package),
    text(&[&["edl(", "external dynamic list", "external list"], FAILED], FeedFailed, Trouble, After("edl")),
    text(&[&["edl("], &["refreshed", "fetched", "updated", "success"]], FeedFailed, Over, After("edl")),
    // Licences
    text(
        &[&["license"], &["will expire", "expires in", "about to expire"]],
        LicenceExpiring,
        Trouble,
        After("feature "),
    ),
    text(&[&["license"], &["expired"]], LicenceExpired, Trouble, After("feature ")),
    // Disk and logging
    text(&[&["disk usage"], &["exceed", "in use"]], DiskUse, Percent, After("for ")),
    text(&[&["disk"], &["full"]], LogDiskFull, Trouble, Whole),
    text(
        &[&["logging suspended", "logs dropped", "dropped logs", "discarding logs"]],
        LogsDropped,
        Trouble,
        Whole,
    ),
    text(&[&["cleared"], &[" log"]], LogsDeleted, Trouble, After("user ")),
    // Load
    text(&[&["session table usage", "session table full"]], SessionUse, Percent, Whole),
    text(&[&["dataplane cpu", "management cpu", "cpu utilization", "cpu usage"]], CpuUse, Percent, Whole),
    id("high-cpu", CpuUse, Percent, Whole),
    text(&[&["nat"], &["pool"], &["exhaust", "full"]], TableFull, Trouble, Said("NAT")),
    // Starts and crashes
    text(&[&["restart requested by"]], Restarted, Trouble, After("requested by ")),
    text(&[&["system is shutting down", "shutdown requested by"]], ShutDown, Trouble, Whole),
    text(&[&["system is starting"]], RestartedUnasked, Trouble, Whole),
    id("system-shutdown", ShutDown, Trouble, Whole),
    id("system-start", RestartedUnasked, Trouble, Whole),
    text(&[&["virtual memory limit exceeded"], &["restart"]], Crashed, Trouble, Before),
    text(&[&["exited"], &["restart", "core", "times"]], Crashed, Trouble, Before),
    // Clock
    of("ntpd", &[FAILED], TimeServerLost, Trouble, After("server ")),
    of(
        "ntpd",
        &[&["sync to server", "synchronized to", "synced to"]],
        TimeServerLost,
        Over,
        After("server "),
    ),
    text(
        &[&["system clock", "system time"], &["set to", "was set", "changed"]],
        ClockSet,
        Trouble,
        After("by "),
    ),
    // Configuration and firmware
    text(&[&["installed"], &["panos", "pan-os"], &["software", "version"]], FirmwareChanged, Trouble, Whole),
    text(
        &[&["configuration"], &["exported by", "exported from"]],
        ConfigurationCopied,
        Trouble,
        After("exported by "),
    ),
    text(
        &[&["configuration"], &["loaded by", "reverted by", "restored by", "imported by"]],
        ConfigurationRestored,
        Trouble,
        After("ed by "),
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_written_as_they_are_looked_for() {
        for row in ROWS {
            assert!(!row.event.is_empty() || !row.words.is_empty(), "{row:?} would fit everything");
            assert_eq!(row.event, row.event.to_lowercase());
            for word in row.words.iter().flat_map(|group| group.iter()) {
                assert_eq!(*word, word.to_lowercase());
                assert!(!word.is_empty(), "{row:?}");
            }
        }
    }
}
