//! FortiGate message ids (last six digits of `logid`) that decide something.
//!
//! FortiOS Log Message Reference 7.x (<https://docs.fortinet.com/product/fortigate>), cross-checked with 6.x. The
//! digits before the last six name type and event type and differ between releases, so they are not looked at.

/// What a record of the antivirus function says of its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FileRecord {
    /// Something was found in it.
    Found,
    /// It went to the sandbox and on to its receiver; no verdict yet.
    Submitted,
    /// The sandbox has answered.
    Verdict,
    /// It could not be scanned: encrypted, oversize, time-out.
    Unscannable,
    /// Another policy spoke (file type, name, exemption, disarming): no malware was found.
    Policy,
}

/// Returns what an antivirus record says. Unknown ids count as found when they name a malware.
pub(crate) fn file_record(id: u32) -> Option<FileRecord> {
    match id {
        8_192..=8_195 | 9_234 | 9_235 | 8_220 | 8_221 => Some(FileRecord::Found),
        8_202 | 8_203 | 8_212 | 8_213 | 8_216 | 8_217 => Some(FileRecord::Found),
        9_233 => Some(FileRecord::Submitted),
        9_238 => Some(FileRecord::Verdict),
        8_704 | 8_705 | 8_962 | 8_963 | 8_224 | 8_225 => Some(FileRecord::Unscannable),
        8_200 | 8_201 | 8_206 | 8_448 | 8_449 | 9_239 => Some(FileRecord::Policy),
        _ => None,
    }
}

/// IPS: a URL from FortiGuard's list of malicious URLs.
pub(crate) const MALICIOUS_URL: u32 = 16_399;
/// IPS: botnet C&C communication, blocked and monitored.
pub(crate) const BOTNET: [u32; 2] = [16_400, 16_401];
/// Web filter: corporate credentials submitted, allowed to blocked.
pub(crate) const CREDENTIALS: std::ops::RangeInclusive<u32> = 13_648..=13_651;
/// DNS filter: a C&C address in the answer.
pub(crate) const DNS_BOTNET_ADDRESS: u32 = 54_600;
/// DNS filter: a C&C name in the question.
pub(crate) const DNS_BOTNET_NAME: u32 = 54_601;
/// SSL inspection: a certificate from the list of botnet certificates.
pub(crate) const SSL_BOTNET: u32 = 62_300;

/// System: the FortiGate's own traffic to an address known as an indicator of compromise.
pub(crate) const LOCAL_OUT_INDICATOR: u32 = 20_214;
/// System: write violations, unknown kernel modules, missing or changed file hashes.
pub(crate) const INTEGRITY: std::ops::RangeInclusive<u32> = 20_230..=20_235;
/// System: an object of the configuration was added or changed.
pub(crate) const CONFIGURED: [u32; 2] = [44_545, 44_547];
/// System: conserve mode (memory, extreme low memory, file descriptors), CPU threshold, global resource limit.
pub(crate) const OVERLOAD: [u32; 5] = [22_011, 22_022, 22_802, 40_705, 22_017];
/// System: performance statistics, every five minutes.
pub(crate) const PERFORMANCE: u32 = 40_704;

/// System: administrator log-in, success and failure.
pub(crate) const ADMIN_LOGIN: (u32, u32) = (32_001, 32_002);
/// VPN: SSL VPN tunnel up (user known) and log-in failed. The session's own "tunnel up" (039947) comes as well; one is
/// enough.
pub(crate) const VPN_LOGIN: (u32, u32) = (39_424, 39_426);
/// VPN: SSL VPN session up, for releases that write no 039424.
pub(crate) const VPN_SESSION: u32 = 39_947;
/// Lock-outs of administrators and users: the consequence of failures that were logged before.
pub(crate) const LOCK_OUTS: [u32; 2] = [32_021, 43_010];
/// User: authentication, success and failure.
pub(crate) const USER_LOGIN: (u32, u32) = (43_008, 43_009);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_submission_is_no_verdict() {
        assert_eq!(file_record(9_233), Some(FileRecord::Submitted));
        assert_eq!(file_record(9_238), Some(FileRecord::Verdict));
        assert_eq!(file_record(8_963), Some(FileRecord::Unscannable));
        assert_eq!(file_record(8_206), Some(FileRecord::Policy));
        assert_eq!(file_record(1), None);
    }
}
