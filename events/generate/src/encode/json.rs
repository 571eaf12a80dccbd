//! A JSON object whose members keep their order.

/// An object that grows.
#[derive(Debug)]
pub(super) struct Object {
    text: String,
}

impl Object {
    pub(super) fn new() -> Self {
        Object { text: "{".to_owned() }
    }

    /// Adds a member whose value is text.
    pub(super) fn text(&mut self, key: &str, value: &str) {
        self.raw(key, &quoted(value));
    }

    /// Adds a member whose value is JSON already: a number, `true`, `null`, another object.
    pub(super) fn raw(&mut self, key: &str, json: &str) {
        if self.text.len() > 1 {
            self.text.push(',');
        }
        self.text.push_str(&quoted(key));
        self.text.push(':');
        self.text.push_str(json);
    }

    pub(super) fn finish(mut self) -> String {
        self.text.push('}');
        self.text
    }
}

/// Writes text as a JSON string.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Tells whether text is a number that JSON writes the same.
pub(super) fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    !digits.is_empty()
        && digits.bytes().all(|b| b.is_ascii_digit())
        && (digits.len() == 1 || !digits.starts_with('0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_keep_their_order_and_are_escaped() {
        let mut object = Object::new();
        object.text("b", "say \"x\\y\"\n");
        object.raw("a", "7");
        assert_eq!(object.finish(), r#"{"b":"say \"x\\y\"\n","a":7}"#);
    }

    #[test]
    fn numbers_that_json_would_write_otherwise_are_text() {
        for (text, is) in
            [("0", true), ("-12", true), ("0000000013", false), ("", false), ("-", false), ("1.5", false)]
        {
            assert_eq!(is_number(text), is, "{text}");
        }
    }
}
