//! What the functions read back from a bucket: any bytes are refused or read, and what was read can be gone on from.
#![no_main]

use hinomi_detect::Follow;
use hinomi_model::registry::Registry;
use hinomi_model::{EventTime, FactBatch, Locator, Settings};
use hinomi_steps::facts::{self, PARTITIONS};
use hinomi_steps::raw;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    for entry in raw::entries(bytes).unwrap_or_default().iter().take(16) {
        let _ = raw::record(bytes, entry);
    }
    for (frame, line) in [(0, 0), (0, 7), (1, 0)] {
        let _ = raw::line(bytes, &Locator { object: String::new(), frame, line });
    }
    for partition in 0..=PARTITIONS {
        let _ = facts::read(bytes, partition);
    }
    if let Some(mut follow) = Follow::decode(bytes, Settings::default()) {
        follow.step(&FactBatch::default(), &[], &Registry::open(), EventTime::from_seconds(1_795_435_200));
        assert!(Follow::decode(&follow.encode(usize::MAX), Settings::default()).is_some());
    }
});
