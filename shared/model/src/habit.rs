//! What is usual for a device or a host, and what is not: the vocabulary of behaviour that is learned.
//!
//! Nothing here says attack. What was learned of an hour is compared with what the hour showed; whoever compares writes a
//! finding of kind `behaviour`, and the judge decides what follows (rule 13).

use serde::{Deserialize, Serialize};

use crate::event::words;
use crate::time::EventTime;

words! {
    /// What is counted of an hour.
    Measure {
        /// Sessions that were let through.
        Sessions = "sessions",
        /// Sessions to the outside that were refused.
        DeniedOut = "denied_out",
        /// Bytes sent to the outside.
        BytesOut = "bytes_out",
        /// Sessions from the outside that were refused.
        DeniedIn = "denied_in",
        /// Different outside addresses that were spoken to.
        Destinations = "destinations",
    }
}

words! {
    /// In which way something is unusual. The words are those of [`crate::Finding::what`]: two findings with one word are
    /// the same kind of behaviour, whoever found them.
    Unusual {
        /// Far more is refused at the door than usual.
        DeniedInSurge = "denied_in_surge",
        /// Far more is refused on the way out than usual.
        DeniedOutSurge = "denied_out_surge",
        /// Far more sessions than usual.
        SessionSurge = "session_surge",
        /// Far more is sent than ever.
        Upload = "upload",
        /// Traffic to the outside when nobody works, beyond what is usual then.
        NightTraffic = "night_traffic",
        /// It has been growing week by week.
        SlowTrend = "slow_trend",
        /// The Tor network is used.
        Tor = "tor",
        /// A machine is controlled from afar.
        RemoteControl = "remote_control",
        /// Cryptocurrency is mined.
        Mining = "mining",
        /// Data is carried in DNS questions.
        DnsTunnel = "dns_tunnel",
    }
}

/// How what was seen differs from what is usual.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Habit {
    /// Since when it has been unusual.
    pub since: EventTime,
    /// In which way.
    pub unusual: Unusual,
    /// Of what.
    pub measure: Measure,
    /// What is usual: in such an hour, of a trend in the first of the weeks.
    pub usual: u64,
    /// What was seen: in the hour, of a trend in the last of the weeks.
    pub seen: u64,
    /// What was usual in the 24 hours (of a trend: days) up to now, as heights of [`Habit::MAX_HEIGHT`] at most.
    pub usual_chart: Vec<u8>,
    /// What was seen in them, on the same scale.
    pub seen_chart: Vec<u8>,
}

impl Habit {
    /// Hours or days in a chart.
    pub const CHART: usize = 24;
    /// The highest block of a chart: text has eight of them, and 0 is the lowest.
    pub const MAX_HEIGHT: u8 = 7;

    /// Draws both rows of a chart on one scale.
    pub fn charts(usual: &[u64], seen: &[u64]) -> (Vec<u8>, Vec<u8>) {
        let most = usual.iter().chain(seen).copied().max().unwrap_or(0).max(1);
        let row = |values: &[u64]| -> Vec<u8> {
            let height = |value: &u64| {
                let height = u128::from(*value) * u128::from(Habit::MAX_HEIGHT) / u128::from(most);
                u8::try_from(height).unwrap_or(Habit::MAX_HEIGHT)
            };
            values.iter().take(Habit::CHART).map(height).collect()
        };
        (row(usual), row(seen))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn charts_share_a_scale_and_hold_any_numbers() {
        assert_eq!(Habit::charts(&[0, 5, 10], &[10, 70, 0]), (vec![0, 0, 1], vec![1, 7, 0]));
        assert_eq!(Habit::charts(&[0], &[0]), (vec![0], vec![0]));
        assert_eq!(Habit::charts(&[u64::MAX; 30], &[1]), (vec![7; 24], vec![0]));
    }
}
