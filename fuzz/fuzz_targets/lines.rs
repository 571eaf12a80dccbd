//! A record and a file: any bytes become bounded lines, and both readers see the same ones.
#![no_main]

use hinomi_parse::{LineReader, Lines, MAX_LINE_BYTES, MAX_RECORD_BYTES, open};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut buffer = Vec::new();
    let Ok(text) = open(bytes, &mut buffer) else {
        // The file's reader has no bound on the whole, so it may read what a record refuses; it must end.
        let mut reader = LineReader::new(bytes).expect("memory can be read");
        while reader.next_line().is_some() {}
        return;
    };
    assert!(text.len() <= MAX_RECORD_BYTES);
    let mut reader = LineReader::new(bytes).expect("memory can be read");
    for (number, line) in Lines::new(text) {
        let (other_number, other) = reader.next_line().expect("the file's reader ends early");
        assert_eq!(number, other_number);
        match (line, other) {
            (Ok(line), Ok(other)) => {
                assert!(!line.is_empty() && line.len() <= MAX_LINE_BYTES);
                assert_eq!(line, other);
            }
            (Err((reject, _)), Err(other)) => assert_eq!(reject.reason, other.reason),
            (line, other) => panic!("line {number}: {line:?} as a record, {other:?} as a file"),
        }
    }
    assert!(reader.next_line().is_none(), "the file's reader goes on");
});
