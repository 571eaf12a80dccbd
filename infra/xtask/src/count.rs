//! Reads how many tests ran from the closing lines of cargo-nextest and of Rust's own test runner.

use std::fmt;
use std::ops::Add;

/// How many tests passed, failed and were left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) skipped: u64,
}

impl Counts {
    /// Returns how many tests ran.
    pub(crate) fn ran(&self) -> u64 {
        self.passed + self.failed
    }

    /// Returns the counts that a closing line tells, or none for every other line.
    ///
    /// nextest: `Summary [   0.020s] 6 tests run: 5 passed (1 slow), 1 failed, 0 skipped`;
    /// Rust's own: `test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s`.
    pub(crate) fn in_line(line: &str) -> Self {
        let plain = without_colour(line);
        let closing = plain.trim_start();
        if !closing.starts_with("Summary [") && !closing.starts_with("test result: ") {
            return Counts::default();
        }
        let words: Vec<&str> = closing.split([' ', ',', ';']).filter(|word| !word.is_empty()).collect();
        let before = |name: &str| {
            let pairs = words.windows(2).filter(|pair| pair[1].trim_end() == name);
            pairs.filter_map(|pair| pair[0].parse::<u64>().ok()).sum::<u64>()
        };
        // nextest counts a test that ran out of time apart from the failed ones.
        Counts {
            passed: before("passed"),
            failed: before("failed") + before("timed"),
            skipped: before("skipped") + before("ignored"),
        }
    }
}

impl Add for Counts {
    type Output = Counts;

    fn add(self, other: Counts) -> Counts {
        Counts {
            passed: self.passed + other.passed,
            failed: self.failed + other.failed,
            skipped: self.skipped + other.skipped,
        }
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed, {} skipped", self.passed, self.failed, self.skipped)
    }
}

/// Leaves out the escape sequences that colour a line (`ESC [ ... m`).
fn without_colour(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, escape)) = rest.split_once("\x1b[") {
        plain.push_str(before);
        rest = escape.split_once('m').map_or("", |(_, after)| after);
    }
    plain.push_str(rest);
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_closing_lines_and_nothing_else() {
        let cases = [
            ("     Summary [   0.020s] 5 tests run: 5 passed, 0 skipped", (5, 0, 0)),
            (
                "Summary [   0.020s] 9 tests run: 6 passed (1 slow), 2 failed, 1 timed out, 4 skipped",
                (6, 3, 4),
            ),
            (
                "\x1b[32;1m     Summary\x1b[0m [   1.2s] 1 test run: \x1b[1m1\x1b[0m \x1b[32mpassed\x1b[0m, 0 skipped",
                (1, 0, 0),
            ),
            (
                "test result: ok. 3 passed; 1 failed; 2 ignored; 0 measured; 0 filtered out; finished in 0s\n",
                (3, 1, 2),
            ),
            ("test tells_that_3 passed ... ok", (0, 0, 0)),
            ("error: 7 failed", (0, 0, 0)),
            ("", (0, 0, 0)),
        ];
        for (line, (passed, failed, skipped)) in cases {
            assert_eq!(Counts::in_line(line), Counts { passed, failed, skipped }, "{line}");
        }
    }

    #[test]
    fn prints_the_line_that_readers_of_runs_know() {
        let counts = Counts { passed: 12, failed: 0, skipped: 1 };
        assert_eq!(counts.to_string(), "12 passed, 0 failed, 1 skipped");
    }
}
