//! A facts object: any bytes unpack or are refused, and what unpacks survives being packed again.
#![no_main]

use hinomi_model::FactBatch;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(batch) = FactBatch::unpack(bytes) {
        assert_eq!(FactBatch::unpack(&batch.pack()).as_ref(), Ok(&batch));
    }
});
