//! What a person sees: text that is safe to show, colour where it is wanted, lines that fit.
//!
//! Attackers write our input: everything that came from a log passes [`plain`] before it reaches a terminal.

#[cfg(any(feature = "aws", test))]
mod account;
mod doctor;
mod explain;
mod incidents;
mod labels;
mod line;
mod originals;
mod plan;
mod progress;
mod texts;

use std::borrow::Cow;
use std::io::IsTerminal;

use anstyle::{AnsiColor, Style};
use hinomi_model::{EventTime, Language, Level, Words};

#[cfg(any(feature = "aws", test))]
pub(crate) use account::account;
pub(crate) use doctor::doctor;
pub use explain::explain;
pub(crate) use explain::shown_evidence;
#[cfg(test)]
pub(crate) use explain::tests::document as explain_fixture;
pub use incidents::{Told, incident_table};
pub use labels::Label;
pub(crate) use line::line;
pub(crate) use originals::NotFetched;
pub use originals::Originals;
pub(crate) use plan::plan;
pub use progress::Progress;
#[cfg(test)]
pub(crate) use texts::tests::keys as text_keys;
pub(crate) use texts::{Texts, grouped};

/// Columns assumed where none are known (a pipe, a file).
const DEFAULT_WIDTH: usize = 100;
/// Narrower than this nothing can be laid out; longer lines are left to the terminal.
const MIN_WIDTH: usize = 40;
/// Wider lines are tiring to read.
const MAX_WIDTH: usize = 160;

/// How to show things: colour or not, how wide, in which language and zone.
#[derive(Clone, Debug)]
pub struct Screen {
    /// Colour is wanted: a terminal, and neither `NO_COLOR` nor `TERM=dumb` speaks against it.
    pub colour: bool,
    /// Columns.
    pub width: usize,
    /// Language of labels and sentences.
    pub language: Language,
    /// Zone in which times are shown.
    pub zone: jiff::tz::TimeZone,
}

impl Screen {
    /// Looks at standard output: its width, and whether it wants colour. Times are shown in UTC.
    pub fn of_stdout(language: Language) -> Self {
        let stdout = std::io::stdout();
        let columns = if stdout.is_terminal() {
            terminal_size::terminal_size().map(|(columns, _)| usize::from(columns.0))
        } else {
            // Not exported by shells; set by those who want a width all the same.
            std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok())
        };
        Screen {
            colour: anstream::AutoStream::choice(&stdout) != anstream::ColorChoice::Never,
            width: columns.unwrap_or(DEFAULT_WIDTH).clamp(MIN_WIDTH, MAX_WIDTH),
            language,
            zone: jiff::tz::TimeZone::UTC,
        }
    }

    /// Returns this screen with times shown in another zone.
    #[must_use]
    pub fn in_zone(mut self, zone: jiff::tz::TimeZone) -> Self {
        self.zone = zone;
        self
    }

    /// Returns the screen's language of a text that exists in every language, made safe.
    pub(crate) fn words<'a>(&self, words: &'a Words) -> Cow<'a, str> {
        plain(match self.language {
            Language::Ja => &words.ja,
            Language::En => &words.en,
        })
    }

    /// Returns a label in the screen's language.
    pub(crate) fn label(&self, label: Label) -> &'static str {
        label.text(self.language)
    }

    /// Paints text when colour is wanted.
    pub(crate) fn paint(&self, style: Style, text: &str) -> String {
        if self.colour { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }

    /// Returns a heading.
    pub(crate) fn heading(&self, text: &str) -> String {
        self.paint(Style::new().bold(), text)
    }

    /// Returns secondary text.
    pub(crate) fn dim(&self, text: &str) -> String {
        self.paint(Style::new().dimmed(), text)
    }

    /// Returns an instant in the screen's zone, to the second.
    pub(crate) fn time(&self, time: EventTime) -> String {
        time.timestamp().to_zoned(self.zone.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string()
    }

    /// Returns from when to when, the date once when it is the same.
    pub(crate) fn span(&self, first: EventTime, last: EventTime) -> String {
        let (from, to) = (self.time(first), self.time(last));
        if from == to {
            return from;
        }
        match (from.split_once(' '), to.split_once(' ')) {
            (Some((day, _)), Some((same, time))) if day == same => format!("{from} – {time}"),
            _ => format!("{from} – {to}"),
        }
    }

    /// Returns the name of the zone at an instant, such as `UTC` or `JST`.
    pub(crate) fn zone_name(&self, time: EventTime) -> String {
        time.timestamp().to_zoned(self.zone.clone()).strftime("%Z").to_string()
    }

    /// Breaks text into lines that fit, the first after `first`, the others after `rest`.
    pub(crate) fn wrap(&self, first: &str, rest: &str, text: &str) -> String {
        let options = textwrap::Options::new(self.width).initial_indent(first).subsequent_indent(rest);
        textwrap::fill(text, options)
    }
}

/// Returns the colours of a level.
pub(crate) fn level_style(level: Option<Level>) -> Style {
    match level.map(Level::number) {
        Some(4) => Style::new().fg_color(Some(AnsiColor::BrightRed.into())).bold(),
        Some(3) => Style::new().fg_color(Some(AnsiColor::Red.into())),
        Some(2) => Style::new().fg_color(Some(AnsiColor::Yellow.into())),
        Some(1) => Style::new().fg_color(Some(AnsiColor::Cyan.into())),
        _ => Style::new().dimmed(),
    }
}

/// Returns text without what could steer a terminal or deceive the eye: control characters, and marks that change
/// the direction of writing. Each becomes one blank, so that nothing runs together.
pub fn plain(text: &str) -> Cow<'_, str> {
    if text.contains(is_unsafe) { Cow::Owned(text.replace(is_unsafe, " ")) } else { Cow::Borrowed(text) }
}

fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

/// Returns the first `most` characters of text, with a mark where something was left out.
pub(crate) fn cut(text: &str, most: usize) -> Cow<'_, str> {
    match text.char_indices().nth(most) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => Cow::Borrowed(text),
    }
}

#[cfg(test)]
pub(crate) fn test_screen(language: Language, width: usize) -> Screen {
    Screen { colour: false, width, language, zone: jiff::tz::TimeZone::UTC }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_strips_what_steers_a_terminal() {
        assert_eq!(plain("\u{1b}[31mred\u{7}\r\n\u{9b}2J"), " [31mred    2J");
        assert_eq!(plain("exe\u{202e}cod.txt"), "exe cod.txt");
        assert!(matches!(plain("北市 ok"), Cow::Borrowed("北市 ok")));
    }

    #[test]
    fn cut_counts_characters_and_marks_the_loss() {
        assert_eq!(cut("北市の端末", 2), "北市…");
        assert_eq!(cut("abc", 3), "abc");
    }

    #[test]
    fn span_names_a_day_once() {
        let screen = test_screen(Language::En, 80);
        let first = EventTime::from_seconds(1_768_871_701);
        assert_eq!(screen.span(first, first), "2026-01-20 01:15:01");
        assert_eq!(screen.span(first, first.plus(60)), "2026-01-20 01:15:01 – 01:16:01");
        assert_eq!(screen.span(first, first.plus(86_400)), "2026-01-20 01:15:01 – 2026-01-21 01:15:01");
    }

    #[test]
    fn wrap_counts_japanese_characters_twice() {
        let screen = test_screen(Language::Ja, 40);
        let text = screen.wrap(
            "- ",
            "  ",
            "端末が外部の指令サーバーと通信しました。すぐに回線から切り離してください。",
        );
        for line in text.lines() {
            assert!(unicode_width::UnicodeWidthStr::width(line) <= 40, "{line}");
        }
    }
}
