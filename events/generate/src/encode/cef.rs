//! ArcSight Common Event Format: a header of seven fields between bars, then `key=value` pairs.
//!
//! Source: "Implementing ArcSight Common Event Format", version 25: `\|` and `\\` in the header, `\=` and `\\` in
//! values. `CEF:0|Fortinet|Fortigate|v7.4.3|00013|traffic:forward close|3|deviceExternalId=FGT60FTK20000001 ...`

use std::fmt::Write as _;

/// A CEF message that grows.
#[derive(Debug)]
pub(super) struct Cef {
    text: String,
    /// Characters of values that get a backslash.
    escaped: &'static [char],
}

impl Cef {
    /// Begins a message: vendor, product, version, class id and name, then the severity.
    pub(super) fn new(header: [&str; 5], severity: u8) -> Self {
        let mut text = "CEF:0".to_owned();
        for field in header {
            text.push('|');
            text.push_str(&field.replace('\\', "\\\\").replace('|', "\\|"));
        }
        // Writing to a string cannot fail.
        let _ = write!(text, "|{severity}|");
        Cef { text, escaped: &['\\', '='] }
    }

    /// Lets quotes in values get a backslash too, as profiles do whose list of escaped characters has them.
    pub(super) fn escaping_quotes(mut self) -> Self {
        self.escaped = &['\\', '=', '"'];
        self
    }

    /// Adds a pair.
    pub(super) fn pair(&mut self, key: &str, value: &str) {
        if !self.text.ends_with('|') {
            self.text.push(' ');
        }
        self.text.push_str(key);
        self.text.push('=');
        for c in value.chars() {
            if self.escaped.contains(&c) {
                self.text.push('\\');
            }
            self.text.push(c);
        }
    }

    /// Adds a pair that stands for something only its label names.
    pub(super) fn labelled(&mut self, key: &str, label: &str, value: &str) {
        self.pair(&format!("{key}Label"), label);
        self.pair(key, value);
    }

    pub(super) fn finish(self) -> String {
        self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_and_values_have_escapes_of_their_own() {
        let mut cef = Cef::new(["V", "P|q", "1\\2", "7", "a=b"], 3);
        cef.pair("request", r"/q?a=1\2|3");
        cef.labelled("cs1", "Rule", "out web");
        let text = cef.finish();
        assert_eq!(text, r"CEF:0|V|P\|q|1\\2|7|a=b|3|request=/q?a\=1\\2|3 cs1Label=Rule cs1=out web");
        let mut quoting = Cef::new(["V", "P", "1", "7", "n"], 1).escaping_quotes();
        quoting.pair("request", "\"a\"");
        assert_eq!(quoting.finish(), r#"CEF:0|V|P|1|7|n|1|request=\"a\""#);
    }
}
