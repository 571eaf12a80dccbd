//! Thresholds and windows of the rubric, by name. The defaults are the service's promise.

use serde::{Deserialize, Serialize};

use crate::ids::Fingerprint;
use crate::time::Seconds;

macro_rules! settings {
    ($($(#[$doc:meta])* $name:ident: $kind:ty = $default:expr),+ $(,)?) => {
        /// The named settings of the judge. Windows are in seconds.
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct Settings { $($(#[$doc])* pub $name: $kind),+ }

        impl Default for Settings {
            fn default() -> Self {
                Settings { $($name: $default),+ }
            }
        }

        impl Settings {
            /// Returns the digest of the rule set: names and values, so that an incident can say what judged it.
            pub fn digest(&self) -> String {
                let mut print = Fingerprint::new("rules/1");
                $(print = print.text(stringify!($name)).number(i128::from(self.$name as i64));)+
                format!("{:032x}", print.finish())
            }
        }
    };
}

settings! {
    /// Lines of one host about one indicator within this long are one attempt.
    attempt: Seconds = 60,
    /// A session's own traffic log is looked for this long before and after.
    session_window: Seconds = 600,
    /// An attacked server that opens a session within this long may be calling back.
    callback_window: Seconds = 1_800,
    /// Bytes back per packet up to which a session carried no payload back.
    no_payload_bytes_per_packet: u64 = 80,
    /// Packets back up to which a session carried no payload back.
    no_payload_packets: u64 = 4,
    /// Bytes back up to which a session carried no payload back, when packets are unknown.
    no_payload_bytes: u64 = 320,
    /// Targets of one source that make a campaign.
    campaign_targets: u64 = 5,
    /// Families of one source that make a campaign.
    campaign_families: u64 = 3,
    /// Blocked C&C: this many attempts …
    cc_attempts: u64 = 3,
    /// … spanning at least this long …
    cc_span: Seconds = 300,
    /// … within this long.
    cc_window: Seconds = 3_600,
    /// Blocked C&C: attempts in this many different hours of a day.
    cc_hours: u64 = 4,
    /// Blocked C&C: this many families.
    cc_families: u64 = 2,
    /// Sessions with data both ways to a fresh, specific indicator.
    cc_sessions: u64 = 2,
    /// A C&C attempt within this long after a delivery is an infection.
    delivery_to_cc: Seconds = 86_400,
    /// The same file is looked for this long.
    hash_window: Seconds = 7 * 86_400,
    /// A file nobody could scan is remembered this long.
    unscannable_memory: Seconds = 7 * 86_400,
    /// Attacks sent by an inside host within `outbound_window`.
    outbound_attempts: u64 = 3,
    /// Window of outbound attacks.
    outbound_window: Seconds = 3_600,
    /// Outside hosts that make outbound attacks an infection.
    outbound_hosts: u64 = 2,
    /// Inside hosts attacked from inside.
    lateral_hosts: u64 = 3,
    /// Outside hosts on one port.
    scan_outside: u64 = 100,
    /// Inside hosts on one port.
    scan_inside: u64 = 20,
    /// Window of scanning from inside.
    scan_window: Seconds = 600,
    /// Failures for one account that make a run.
    run_failures: u64 = 10,
    /// Accounts of one source that make a run.
    run_accounts: u64 = 5,
    /// Window of a run.
    run_window: Seconds = 600,
    /// A success within this long after a run is a takeover.
    run_success: Seconds = 3_600,
    /// Failures up to which a success afterwards is a person.
    person_failures: u64 = 9,
    /// A sandbox verdict is awaited this long.
    sandbox_window: Seconds = 86_400,
    /// Bytes to one address in an hour of the night that are an upload.
    upload_bytes: u64 = 300_000_000,
    /// A destination is a host's habit when it was used this long before; a host is known after as long.
    upload_habit: Seconds = 20 * 3_600,
    /// Two kinds of behaviour of one host within this long are level 2.
    behaviour_window: Seconds = 86_400,
    /// An incident closes this long after its last evidence.
    incident_gap: Seconds = 86_400,
    /// An incident lives this long at most.
    incident_life: Seconds = 7 * 86_400,
    /// Findings later than this open nothing.
    lateness: Seconds = 48 * 3_600,
    /// A level 2 notice waits this long for the session's own traffic log.
    level2_hold: Seconds = 600,
    /// Updates at the same level come at most this often.
    update_interval: Seconds = 3_600,
    /// An unacknowledged level 3 or 4 goes to the next contact after this long.
    escalation: Seconds = 900,
    /// Levels 3 and 4 go by themselves after this long where an analyst releases.
    analyst_release: Seconds = 300,
    /// SMS an hour and tenant.
    sms_per_hour: u64 = 3,
    /// The SMS that folds the rest waits this long for them.
    sms_fold: Seconds = 600,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digest_changes_with_any_value() {
        let changed = Settings { cc_hours: 5, ..Settings::default() };
        assert_ne!(Settings::default().digest(), changed.digest());
    }
}
