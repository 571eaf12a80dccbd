//! The layout of a mail: plain text, wrapped for English, bounded.

use hinomi_model::Language;

use crate::label::Label;
use crate::lexicon::Lexicon;

/// Columns of an English line; Japanese is left to the reader's program, which breaks between any two characters.
const COLUMNS: usize = 76;
/// Longest body in bytes. SNS allows 256 KiB; nobody reads more than this.
pub(crate) const MAX_BODY_BYTES: usize = 32 * 1024;

/// A mail's text in the making.
pub(crate) struct Page {
    language: Language,
    text: String,
}

impl Page {
    /// Starts an empty page.
    pub(crate) fn new(language: Language) -> Self {
        Page { language, text: String::with_capacity(4096) }
    }

    /// Writes a heading after an empty line.
    pub(crate) fn heading(&mut self, heading: &str) {
        self.gap();
        self.wrapped("", "", heading);
    }

    /// Writes an empty line.
    pub(crate) fn gap(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    /// Writes a paragraph.
    pub(crate) fn paragraph(&mut self, text: &str) {
        self.wrapped("", "", text);
    }

    /// Writes an item with a mark before it.
    pub(crate) fn item(&mut self, mark: &str, text: &str) {
        let indent = " ".repeat(mark.chars().count());
        self.wrapped(mark, &indent, text);
    }

    /// Writes a line that is never wrapped.
    pub(crate) fn verbatim(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn wrapped(&mut self, first: &str, rest: &str, text: &str) {
        if text.is_empty() {
            return;
        }
        self.text.push_str(first);
        if self.language == Language::Ja {
            self.text.push_str(text);
            self.text.push('\n');
            return;
        }
        let mut column = first.chars().count();
        for (i, word) in words(text).enumerate() {
            let width = word.chars().count();
            if i > 0 && column + 1 + width > COLUMNS {
                self.text.push('\n');
                self.text.push_str(rest);
                column = rest.chars().count();
            } else if i > 0 {
                self.text.push(' ');
                column += 1;
            }
            self.text.push_str(word);
            column += width;
        }
        self.text.push('\n');
    }

    /// Finishes the page with a footer that survives any cut.
    pub(crate) fn finish(mut self, footer: &[String]) -> String {
        let footer = footer.join("\n");
        let cut = Lexicon::of(self.language).fixed(Label::BodyCut);
        let room = MAX_BODY_BYTES.saturating_sub(footer.len() + cut.len() + 4);
        if self.text.len() > room {
            let mut end = room;
            while !self.text.is_char_boundary(end) {
                end -= 1;
            }
            self.text.truncate(end);
            self.text.push('\n');
            self.text.push_str(&cut);
            self.text.push('\n');
        }
        self.gap();
        self.text.push_str(&footer);
        self.text.push('\n');
        self.text
    }
}

/// Splits a line into what may stand on lines of its own: at blanks, but not within quotes, so that no foreign text
/// begins a line.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    text.split(move |c: char| {
        quoted ^= c == '"';
        c == ' ' && !quoted
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn english_wraps_with_hanging_indent_and_japanese_does_not() {
        let mut page = Page::new(Language::En);
        page.item("1. ", &"word ".repeat(30));
        let text = page.finish(&[]);
        assert!(text.lines().all(|line| line.chars().count() <= COLUMNS));
        assert!(text.lines().nth(1).unwrap().starts_with("   word"));

        let mut page = Page::new(Language::En);
        page.paragraph(&format!("A file \"{}\" came.", "Bcc: all ".repeat(20)));
        assert!(page.finish(&[]).lines().all(|line| !line.starts_with("Bcc")));

        let mut page = Page::new(Language::Ja);
        page.paragraph(&"あ ".repeat(100));
        assert_eq!(page.finish(&[]).lines().filter(|line| !line.is_empty()).count(), 1);
    }

    #[test]
    fn an_endless_body_is_cut_before_its_footer() {
        let mut page = Page::new(Language::Ja);
        for _ in 0..5_000 {
            page.paragraph("長い本文です。");
        }
        let text = page.finish(&["番号: K-1".to_owned()]);
        assert!(text.len() <= MAX_BODY_BYTES);
        assert!(text.ends_with("番号: K-1\n"));
    }
}
