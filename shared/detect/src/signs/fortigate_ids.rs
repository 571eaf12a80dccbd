//! FortiGate message ids (last six digits of `logid`) that tell of the appliance's health, one row each.
//!
//! FortiOS Log Message Reference 7.x, cross-checked with 6.x. Releases share numbers between types; where a record has
//! a description it has to fit the row.
//!
//! Left out, because nobody could act on one record of them: the memory log's ring, rolled logs, daemons' starts,
//! second phases of tunnels (they end and begin with every key), SLA samples, cores of a processor, leases, an optional
//! power supply that was never there.

use hinomi_model::Symptom;

use super::fortigate::{Part, Says};

use Part::{After, Fields, Said, User, Whole};
use Says::{Days, Over, Percent, State, Trouble};
use Symptom::*;

/// What records with a number say.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub(super) id: u32,
    pub(super) symptom: Symptom,
    pub(super) says: Says,
    pub(super) part: Part,
    /// One of them stands in the description or the message, where there is a description.
    pub(super) words: &'static [&'static str],
}

const fn row(id: u32, symptom: Symptom, says: Says, part: Part, words: &'static [&'static str]) -> Row {
    Row { id, symptom, says, part, words }
}

/// System: performance statistics, every five minutes.
pub(super) use crate::tables::fortigate_log_ids::PERFORMANCE;
/// System: a path, an object, an attribute of the configuration was changed.
pub(super) const CONFIGURED: std::ops::RangeInclusive<u32> = 44_544..=44_547;

const INTERFACE: Part = After(&["intf", "interface", "devintfname"], "interface ");
const NEIGHBOUR: Part = After(&[], "neighbor ");
const MONITOR: Part = Fields(&["name", "healthcheck", "interface"]);
const MEMBER: Part = Fields(&["sn"]);
const HEARTBEAT: Part = After(&["devintfname"], "interface ");
const SERVER: Part = After(&["server", "addr"], "server ");
const POOL: Part = After(&["poolname"], "pool ");

/// Returns the rows of a number.
pub(super) fn rows(id: u32) -> &'static [Row] {
    let start = ROWS.partition_point(|row| row.id < id);
    let end = ROWS.partition_point(|row| row.id <= id);
    ROWS.get(start..end).unwrap_or_default()
}

/// By number.
const ROWS: &[Row] = &[
    row(20_007, TableFull, Trouble, Said("sockets"), &["socket"]),
    row(20_090, InterfaceDown, State, INTERFACE, &["interface"]),
    row(20_099, InterfaceDown, State, INTERFACE, &["interface"]),
    row(20_101, LicenceExpiring, Days, Said("web filter"), &["licen"]),
    row(20_102, LicenceExpiring, Days, Said("antispam"), &["licen"]),
    row(20_103, LicenceExpiring, Days, Said("antivirus"), &["licen"]),
    row(20_104, LicenceExpiring, Days, Said("IPS"), &["licen"]),
    row(20_107, LogServerLost, Trouble, Said("log upload"), &["upload"]),
    row(20_109, LicenceExpired, Trouble, Said("web filter"), &["licen"]),
    row(20_116, LicenceExpired, Trouble, Said("antispam"), &["licen"]),
    row(20_117, LicenceExpired, Trouble, Said("antivirus"), &["licen"]),
    row(20_118, RatingUnreachable, Over, Whole, &["rating", "web", "reach"]),
    row(20_119, RatingUnreachable, Trouble, Whole, &["rating", "web", "reach"]),
    row(20_202, DiskFailed, Trouble, Whole, &["disk"]),
    row(20_209, DiskFailed, Trouble, Whole, &["disk"]),
    row(20_300, NeighbourLost, State, NEIGHBOUR, &["bgp"]),
    row(20_302, NeighbourLost, State, NEIGHBOUR, &["ospf"]),
    row(22_011, ConserveMode, Trouble, Whole, &["conserve"]),
    row(22_012, ConserveMode, Over, Whole, &["conserve"]),
    row(22_013, TableFull, Trouble, POOL, &["pool", "nat"]),
    row(22_014, TableFull, Trouble, POOL, &["pool", "nat"]),
    row(22_017, TableFull, Trouble, Said("global resources"), &["limit", "resource"]),
    row(22_018, TableFull, Trouble, Said("VDOM resources"), &["limit", "resource"]),
    row(22_019, LogsDropped, Trouble, Whole, &["log"]),
    row(22_022, ConserveMode, Trouble, Said("extreme low memory"), &["memory", "conserve"]),
    row(22_023, ConserveMode, Over, Said("extreme low memory"), &["memory", "conserve"]),
    row(22_102, DiskFailed, Trouble, Said("log disk"), &["disk"]),
    row(22_105, PowerFailed, Trouble, Whole, &["power"]),
    row(22_107, VoltageWrong, Trouble, Whole, &["voltage"]),
    row(22_108, FanFailed, Trouble, Whole, &["fan"]),
    row(22_109, Overheated, Trouble, Whole, &["temperature"]),
    row(22_114, PowerFailed, Trouble, Whole, &["power"]),
    row(22_115, PowerFailed, Over, Whole, &["power"]),
    row(22_116, PowerFailed, Trouble, Said("redundancy"), &["power"]),
    row(22_117, PowerFailed, Trouble, Said("redundancy"), &["power"]),
    row(22_150, VoltageWrong, Over, Whole, &["voltage"]),
    row(22_151, FanFailed, Over, Whole, &["fan"]),
    row(22_153, Overheated, Over, Whole, &["temperature"]),
    row(22_207, CertificateExpiring, Days, Fields(&["name", "cert"]), &["certificate"]),
    row(22_221, FeedFailed, Trouble, Fields(&["name", "server"]), &["resource", "feed"]),
    row(22_222, FeedFailed, Over, Fields(&["name", "server"]), &["resource", "feed"]),
    row(22_700, IpsFailOpen, Trouble, Whole, &["ips", "fail"]),
    row(22_701, IpsFailOpen, Over, Whole, &["ips", "fail"]),
    row(22_800, ScannerFailed, Trouble, Fields(&["service", "daemon"]), &["scan"]),
    row(22_802, ConserveMode, Trouble, Said("file descriptors"), &["conserve"]),
    row(22_803, ConserveMode, Over, Said("file descriptors"), &["conserve"]),
    row(22_804, LicenceExpired, State, Said("VM"), &["licen"]),
    row(22_805, LicenceExpired, Trouble, Said("VM"), &["licen", "valid"]),
    row(22_808, LicenceExpired, Trouble, Whole, &["licen"]),
    row(22_809, LicenceExpiring, Days, Whole, &["licen"]),
    row(22_810, ScannerFailed, Trouble, Whole, &["scan"]),
    row(22_811, ScannerFailed, Trouble, Whole, &["scan"]),
    row(22_814, UpdateFailed, Trouble, Said("antivirus database"), &["database", "db"]),
    row(22_816, UpdateFailed, Trouble, Said("antivirus database"), &["database", "db"]),
    row(22_901, LogServerLost, Over, Said("FortiAnalyzer"), &["analyzer"]),
    row(22_902, LogServerLost, Trouble, Said("FortiAnalyzer"), &["analyzer"]),
    row(22_903, LogServerLost, Trouble, Said("FortiAnalyzer"), &["analyzer"]),
    row(22_912, LogServerLost, Trouble, Said("FortiCloud"), &["cloud"]),
    row(22_913, LogServerLost, Trouble, Said("FortiCloud"), &["cloud"]),
    row(22_915, LogServerLost, Over, Said("FortiCloud"), &["cloud"]),
    row(22_921, PathDown, State, INTERFACE, &["rout"]),
    row(22_922, PathDown, State, MONITOR, &["monitor"]),
    row(22_923, PathDown, State, MONITOR, &["wan"]),
    row(22_931, PathDown, State, MONITOR, &["wan"]),
    row(22_932, PathDown, State, MONITOR, &["monitor"]),
    row(22_940, PathDown, State, MONITOR, &["monitor", "detect"]),
    row(27_001, HaFailover, Trouble, After(&["interface"], "interface "), &["vrrp"]),
    row(32_009, RestartedUnasked, Trouble, Whole, &["start"]),
    row(32_009, ShutDown, Over, Whole, &["start"]),
    row(32_010, LogDiskFull, Trouble, Whole, &["disk", "full"]),
    row(32_014, LicenceExpiring, Days, Whole, &["licen", "expir"]),
    row(32_015, LogDiskFull, Percent, Whole, &["disk", "usage"]),
    row(32_028, LogsDeleted, Trouble, User, &["log"]),
    row(32_029, LogsDeleted, Trouble, User, &["log"]),
    row(32_033, LogDiskFull, Trouble, Said("quarantine"), &["quarantine"]),
    row(32_037, LogDiskFull, Percent, Whole, &["disk", "full"]),
    row(32_044, LogsDeleted, Trouble, User, &["log"]),
    row(32_049, LicenceExpiring, Days, Said("FortiCare"), &["contract", "licen", "expir"]),
    row(32_105, TimeServerLost, Over, SERVER, &["ntp"]),
    row(32_108, TimeServerLost, Trouble, SERVER, &["ntp"]),
    row(32_109, UpdateFailed, Over, Whole, &["database", "db", "update"]),
    row(32_110, UpdateFailed, Over, Whole, &["database", "db", "update"]),
    row(32_116, UpdateFailed, Trouble, Whole, &["database", "package", "update"]),
    row(32_138, Restarted, Trouble, User, &["reboot", "restart"]),
    row(32_140, ClockSet, Trouble, User, &["time", "clock"]),
    row(32_142, ConfigurationCopied, Trouble, User, &["config", "back"]),
    row(32_143, ConfigurationCopied, Trouble, User, &["config", "back", "scp"]),
    row(32_200, ShutDown, Trouble, Whole, &["shut"]),
    row(32_202, FirmwareChanged, Trouble, User, &["image", "firmware", "upgrade"]),
    row(32_203, ConfigurationRestored, Trouble, User, &["config", "restor"]),
    row(32_217, UpdateFailed, Over, Whole, &["package", "update"]),
    row(32_252, ConfigurationRestored, Trouble, User, &["reset", "factory"]),
    row(32_545, Restarted, Trouble, User, &["restart", "reboot"]),
    row(32_546, Crashed, Trouble, After(&["daemon"], "application"), &["crash"]),
    row(35_011, HaOutOfSync, Trouble, Said("configurations"), &["sync"]),
    row(35_012, HaOutOfSync, Trouble, Said("configurations"), &["sync"]),
    row(35_013, HaFailover, Trouble, MEMBER, &["fail"]),
    row(35_016, HaFailover, Trouble, MEMBER, &["fail"]),
    row(37_136, TunnelDown, Trouble, Fields(&["vpntunnel"]), &["dpd"]),
    row(37_138, TunnelDown, State, Fields(&["vpntunnel"]), &["connection", "tunnel"]),
    row(37_892, HaFailover, Trouble, MEMBER, &["member", "state"]),
    row(37_893, HaMemberLost, Trouble, MEMBER, &["member", "dead"]),
    row(37_894, HaMemberLost, Over, MEMBER, &["member", "join"]),
    row(37_898, InterfaceDown, Trouble, HEARTBEAT, &["interface"]),
    row(37_901, HaLinkDown, Trouble, HEARTBEAT, &["heartbeat"]),
    row(37_902, HaLinkDown, Over, HEARTBEAT, &["heartbeat"]),
    row(37_903, HaOutOfSync, State, Fields(&["sync_type"]), &["sync"]),
    row(37_908, HaLinkDown, Trouble, HEARTBEAT, &["heartbeat"]),
    row(37_910, HaLinkDown, Trouble, HEARTBEAT, &["heartbeat"]),
    row(39_952, ConserveMode, Trouble, Said("SSL VPN"), &["conserve"]),
    row(40_705, CpuUse, Percent, Whole, &["cpu"]),
    row(41_000, UpdateFailed, Over, Whole, &["update"]),
    row(41_001, UpdateFailed, Trouble, Whole, &["update"]),
    row(41_006, UpdateFailed, Over, Whole, &["database", "db", "update"]),
    row(41_009, UpdateFailed, Trouble, Said("database signature"), &["database", "signature", "db"]),
    row(47_000, FeedFailed, Trouble, Said("malware hash list"), &["hash", "malware"]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_stand_by_number_and_say_a_thing_once() {
        for pair in ROWS.windows(2) {
            let [a, b] = pair else { continue };
            assert!(a.id <= b.id && (a.id, a.symptom) != (b.id, b.symptom), "{}", b.id);
        }
        for row in ROWS {
            assert!(
                row.words.iter().all(|word| *word == word.to_lowercase() && !word.is_empty()),
                "{}",
                row.id
            );
        }
        assert_eq!(rows(32_009).len(), 2);
        assert!(rows(0).is_empty() && rows(u32::MAX).is_empty());
    }
}
