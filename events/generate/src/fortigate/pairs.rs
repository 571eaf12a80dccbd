//! Puts `key=value` pairs in a row with FortiOS' quotes and escapes.

use std::fmt::{Display, Write as _};

/// A line that grows.
#[derive(Debug)]
pub(super) struct Pairs {
    line: String,
    /// FortiOS 5.6 leaves values without blanks unquoted.
    sparing: bool,
}

impl Pairs {
    pub(super) fn new(sparing: bool) -> Self {
        Pairs { line: String::with_capacity(1_024), sparing }
    }

    pub(super) fn prefix(mut self, text: &str) -> Self {
        self.line.push_str(text);
        self
    }

    /// Numbers, addresses and the few words that FortiOS never quotes.
    pub(super) fn bare(mut self, key: &str, value: impl Display) -> Self {
        self.space();
        // Writing to a string cannot fail.
        let _ = write!(self.line, "{key}={value}");
        self
    }

    pub(super) fn text(mut self, key: &str, value: &str) -> Self {
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b':' | b'/');
        if self.sparing && !value.is_empty() && value.bytes().all(plain) {
            return self.bare(key, value);
        }
        self.space();
        let _ = write!(self.line, "{key}=\"");
        for c in value.chars() {
            if matches!(c, '"' | '\\') {
                self.line.push('\\');
            }
            self.line.push(c);
        }
        self.line.push('"');
        self
    }

    pub(super) fn always_quoted(mut self, key: &str, value: &str) -> Self {
        let sparing = std::mem::replace(&mut self.sparing, false);
        self = self.text(key, value);
        self.sparing = sparing;
        self
    }

    pub(super) fn when(self, condition: bool, more: impl FnOnce(Self) -> Self) -> Self {
        if condition { more(self) } else { self }
    }

    pub(super) fn finish(self) -> String {
        self.line
    }

    fn space(&mut self) {
        if !self.line.is_empty() && !self.line.ends_with('>') {
            self.line.push(' ');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_and_escapes_as_fortios_does() {
        let line = Pairs::new(false).bare("a", 1).text("b", "x \"y\" \\z").text("c", "plain").finish();
        assert_eq!(line, r#"a=1 b="x \"y\" \\z" c="plain""#);
        let old = Pairs::new(true).text("type", "event").text("msg", "two words").always_quoted("u", "root");
        assert_eq!(old.finish(), r#"type=event msg="two words" u="root""#);
    }

    #[test]
    fn no_blank_after_the_priority() {
        assert_eq!(Pairs::new(false).prefix("<189>").bare("date", "x").finish(), "<189>date=x");
    }
}
