//! The sample day: Tuesday 2026-10-20 in Kita City, as its two firewalls logged it.
//!
//! A FortiGate stands before the city hall's offices and guests, a PAN-OS firewall before the servers and the branch
//! offices. Most of the day is quiet; between, every level of incident happens at least once. `hinomi` replays it when
//! it is started without arguments, and the README shows the result.

mod attacks;
mod junk;
mod office;

use std::io::{self, Write as _};

use hinomi_model::EventTime;
use jiff::tz::TimeZone;

use crate::random::SplitMix64;
use crate::{FortigateUnit, Happening, Maker, PanosUnit};

pub use office::ordinary;

/// Seed of the committed files.
pub const SEED: u64 = 20_261_020;
/// Midnight in Tokyo at the day's beginning, in seconds since the epoch: 2026-10-19T15:00:00Z.
const MIDNIGHT: i64 = 1_792_422_000;

/// The day's lines, in order of time, by firewall.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SampleDay {
    /// `kita-fortigate.log`.
    pub fortigate: Vec<String>,
    /// `kita-panos.log`.
    pub panos: Vec<String>,
}

/// Returns the zone of the city: no summer time since 1951, so an offset will do.
pub(crate) fn tokyo() -> TimeZone {
    TimeZone::fixed(jiff::tz::offset(9))
}

/// Returns an instant of the day by the clock in Tokyo.
pub(crate) const fn clock(hour: i64, minute: i64, second: i64) -> EventTime {
    EventTime::from_seconds(MIDNIGHT + hour * 3_600 + minute * 60 + second)
}

/// The day's FortiGate.
pub fn fortigate() -> FortigateUnit {
    FortigateUnit::new("FGT60FTK20000001", "KITA-FW1")
}

/// The day's PAN-OS firewall.
pub fn panos() -> PanosUnit {
    PanosUnit::new("012801096514", "KITA-PA1")
}

/// Writes the day.
pub fn sample_day(seed: u64) -> SampleDay {
    let mut random = SplitMix64::new(seed);
    let mut city_hall = office::city_hall(&mut random);
    city_hall.extend(attacks::at_city_hall());
    let mut branches = office::branches_and_servers(&mut random);
    branches.extend(attacks::at_servers());
    SampleDay {
        fortigate: tell(Maker::Fortigate(fortigate()), city_hall, junk::among_fortigate()),
        panos: tell(Maker::Panos(panos()), branches, junk::among_panos()),
    }
}

/// Compresses lines with gzip, each ended by a line feed. No name and no time go in, so equal lines are equal bytes.
///
/// # Errors
///
/// Whatever the compressor reports; writing to memory gives it no reason to.
pub fn gzip(lines: &[String]) -> io::Result<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    for line in lines {
        encoder.write_all(line.as_bytes())?;
        encoder.write_all(b"\n")?;
    }
    encoder.finish()
}

/// Compresses lines with zstd, each ended by a line feed.
///
/// # Errors
///
/// Whatever the compressor reports; writing to memory gives it no reason to.
pub fn zstd(lines: &[String]) -> io::Result<Vec<u8>> {
    let mut encoder = ::zstd::Encoder::new(Vec::new(), 19)?;
    encoder.long_distance_matching(true)?;
    // 16 MiB: readers that guard their memory refuse the 128 MiB that long distances take by default.
    encoder.window_log(24)?;
    for line in lines {
        encoder.write_all(line.as_bytes())?;
        encoder.write_all(b"\n")?;
    }
    encoder.finish()
}

/// Lets a maker log happenings in order of time, with foreign lines dropped in where they came.
fn tell(mut maker: Maker, mut happenings: Vec<Happening>, foreign: Vec<(EventTime, String)>) -> Vec<String> {
    // A stable sort: what happens at the same instant stays in the order of telling.
    happenings.sort_by_key(|happening| happening.at);
    let mut foreign = foreign.into_iter().peekable();
    let mut lines = Vec::with_capacity(happenings.len());
    for happening in &happenings {
        while let Some((_, line)) = foreign.next_if(|(at, _)| *at <= happening.at) {
            lines.push(line);
        }
        lines.extend(maker.lines(happening));
    }
    lines.extend(foreign.map(|(_, line)| line));
    lines
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;
    use std::path::Path;

    use super::*;

    fn committed(name: &str) -> Vec<u8> {
        std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../sample-day").join(name)).unwrap()
    }

    fn joined(lines: &[String]) -> String {
        lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect()
    }

    #[test]
    fn committed_files_hold_what_the_generator_writes() {
        // Compared unpacked: another release of a compressor may write other bytes for the same lines.
        let day = sample_day(SEED);
        let fortigate = ::zstd::decode_all(committed("kita-fortigate.log.zst").as_slice()).unwrap();
        let mut panos = String::new();
        flate2::read::GzDecoder::new(committed("kita-panos.log.gz").as_slice())
            .read_to_string(&mut panos)
            .unwrap();
        assert!(
            fortigate == joined(&day.fortigate).as_bytes(),
            "run `cargo run --release -p hinomi-generate -- sample-day`"
        );
        assert!(panos == joined(&day.panos), "run `cargo run --release -p hinomi-generate -- sample-day`");
    }

    #[test]
    fn committed_files_stay_small() {
        let bytes = committed("kita-fortigate.log.zst").len() + committed("kita-panos.log.gz").len();
        assert!(bytes < 1_500_000, "{bytes}");
    }

    #[test]
    fn day_is_as_long_as_promised() {
        let day = sample_day(SEED);
        let lines = day.fortigate.len() + day.panos.len();
        assert!((60_000..100_000).contains(&lines), "{lines}");
    }

    #[test]
    fn midnight_is_midnight_in_tokyo() {
        assert_eq!(clock(0, 0, 0).to_string(), "2026-10-19T15:00:00Z");
    }
}
