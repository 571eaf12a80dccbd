//! A subject's stored state: any bytes are read or refused, and what was read is written the same way ever after.
#![no_main]

use hinomi_correlate::SubjectState;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(state) = SubjectState::decode(bytes) else { return };
    let written = state.encode();
    let again = SubjectState::decode(&written).expect("what was written can be read");
    assert_eq!(again.encode(), written);
});
