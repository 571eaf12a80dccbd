//! HTML that values cannot break.
//!
//! Markup comes from this program's own source alone (`&'static str`); a value enters only through [`Html::text`] and
//! [`Html::plain`], which leave it nothing to make a tag, an attribute or an entity of. Marks that reorder or hide text
//! become visible, because an analyst must see that they are there.

use std::fmt::Write as _;

use hinomi_notice::is_treacherous;

/// A page, or a part of one.
#[derive(Debug, Default)]
pub(crate) struct Html(String);

impl Html {
    /// Returns the page.
    pub(crate) fn finish(self) -> String {
        self.0
    }

    /// Adds markup of our own.
    pub(crate) fn raw(&mut self, markup: &'static str) -> &mut Self {
        self.0.push_str(markup);
        self
    }

    /// Adds a value as text, within an element or within the quotes of an attribute.
    pub(crate) fn text(&mut self, value: &str) -> &mut Self {
        for c in value.chars() {
            match c {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                '`' => self.0.push_str("&#96;"),
                '\t' | '\n' | '\r' => self.0.push(' '),
                c if is_treacherous(c) => {
                    let _ = write!(self.0, "⟨U+{:04X}⟩", u32::from(c));
                }
                c => self.0.push(c),
            }
        }
        self
    }

    /// Adds a word, as the value of a JSON text or of an attribute that a program reads; nothing when it is no word.
    pub(crate) fn plain(&mut self, word: &str) -> &mut Self {
        if is_plain(word) {
            self.0.push_str(word);
        }
        self
    }

    /// Adds a number.
    pub(crate) fn number(&mut self, number: u64) -> &mut Self {
        let _ = write!(self.0, "{number}");
        self
    }

    /// Adds an element with a class that holds a value.
    pub(crate) fn element(&mut self, tag: &'static str, class: &'static str, value: &str) -> &mut Self {
        self.raw("<").raw(tag).raw(" class=\"").raw(class).raw("\">").text(value).raw("</").raw(tag).raw(">")
    }

    /// Adds a heading of a section.
    pub(crate) fn heading(&mut self, value: &str) -> &mut Self {
        self.raw("<h3>").text(value).raw("</h3>")
    }
}

/// Tells whether text is a word that needs no escaping anywhere: an ARN, an id, a key of the registry.
pub(crate) fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b":_-./$".contains(&b))
}

/// Returns the first `most` characters of text, with a mark where something was left out.
pub(crate) fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn escaped(value: &str) -> String {
        let mut html = Html::default();
        html.text(value);
        html.finish()
    }

    #[test]
    fn markup_in_a_value_is_text() {
        assert_eq!(
            escaped("<script>alert('x')</script>&lt;\"`"),
            "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;lt;&quot;&#96;"
        );
        assert_eq!(escaped("北市 café"), "北市 café");
    }

    #[test]
    fn marks_that_deceive_are_shown() {
        assert_eq!(escaped("exe\u{202e}txt\u{0}\u{1b}"), "exe⟨U+202E⟩txt⟨U+0000⟩⟨U+001B⟩");
        assert_eq!(escaped("a\tb\r\nc"), "a b  c");
    }

    #[test]
    fn only_words_enter_json() {
        let mut html = Html::default();
        html.plain("kita.2_x-y").plain("\",\"x\":\"").plain("</cwdb-action>").plain("");
        assert_eq!(html.finish(), "kita.2_x-y");
    }

    proptest! {
        #[test]
        fn no_value_makes_a_tag_an_attribute_or_an_entity(value in any::<String>()) {
            let escaped = escaped(&value);
            prop_assert!(!escaped.contains(['<', '>', '"', '\'', '`']));
            for part in escaped.split('&').skip(1) {
                let ours = ["amp;", "lt;", "gt;", "quot;", "#39;", "#96;"];
                prop_assert!(ours.iter().any(|entity| part.starts_with(entity)));
            }
        }
    }
}
