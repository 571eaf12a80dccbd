//! The pages, and what they have in common: the frame with its style, levels, chips, and what can be clicked.

mod incident;
mod queue;

pub(crate) use incident::incident;
pub(crate) use queue::queue;

use hinomi_model::registry::Registry;
use hinomi_model::{Core, IncidentKind, Language, Level};

use crate::html::Html;
use crate::words::Words;

const STYLE: &str = include_str!("style.css");
const DESCRIBE_EN: &str = include_str!("../../locales/en/describe.md");
const DESCRIBE_JA: &str = include_str!("../../locales/ja/describe.md");

/// Longest title on a page, in characters; titles are short, a hostile one is cut.
const MAX_TITLE: usize = 160;
/// Longest name, address or number on a page, in characters.
const MAX_NAME: usize = 64;

/// What every page is made with.
pub(crate) struct Scene<'a> {
    pub(crate) words: &'a Words,
    pub(crate) registry: &'a Registry,
    /// What a click calls.
    pub(crate) endpoint: Option<&'a str>,
    pub(crate) dark: bool,
    pub(crate) narrow: bool,
}

/// Where an action's answer is shown.
#[derive(Clone, Copy)]
pub(super) enum Display {
    /// In a popup that stays when the dashboard refreshes.
    Popup,
    /// In place of the widget.
    Widget,
}

impl Scene<'_> {
    /// Opens a page: its style, and the class that the theme and the width ask for.
    pub(super) fn open(&self) -> Html {
        let mut html = Html::default();
        // The dashboard's own styles of tables and links would mix with these.
        html.raw("<div class=\"cwdb-no-default-styles\"></div><style>").raw(STYLE).raw("</style>");
        html.raw("<div class=\"hinomi").raw(if self.dark { " dark" } else { "" });
        html.raw(if self.narrow { " narrow" } else { "" }).raw("\" lang=\"");
        html.raw(match self.words.language {
            Language::Ja => "ja",
            Language::En => "en",
        });
        html.raw("\">");
        html
    }

    /// Makes the element before it call this function with members, given as words.
    pub(super) fn action(&self, html: &mut Html, display: Display, members: &[(&'static str, &str)]) {
        let Some(endpoint) = self.endpoint else { return };
        html.raw("<cwdb-action action=\"call\" display=\"");
        html.raw(match display {
            Display::Popup => "popup",
            Display::Widget => "widget",
        });
        html.raw("\" endpoint=\"").plain(endpoint).raw("\">{");
        for (index, (name, value)) in members.iter().enumerate() {
            html.raw(if index == 0 { "\"" } else { ",\"" }).raw(name).raw("\":\"").plain(value).raw("\"");
        }
        html.raw("}</cwdb-action>");
    }

    /// Adds a level's badge: a colour, and its name, because colours alone tell nothing to many.
    pub(super) fn badge(&self, html: &mut Html, level: Option<Level>) {
        html.raw("<span class=\"badge ").raw(level_class(level)).raw("\">");
        html.text(&self.level_name(level)).raw("</span>");
    }

    /// Names a level in two letters, or health.
    pub(super) fn level_name(&self, level: Option<Level>) -> String {
        match level {
            Some(level) => format!("L{level}"),
            None => self.words.word("level-health"),
        }
    }

    /// Answers "was it blocked" in a chip, and for health "does it go on".
    pub(super) fn result(&self, html: &mut Html, core: &Core) {
        let (class, word) = match core.kind {
            IncidentKind::Health => ("quiet", self.words.of("status", core.status.as_str())),
            IncidentKind::Attack if core.contained => ("good", self.words.of("outcome", "blocked")),
            IncidentKind::Attack => (
                match core.outcome.as_str() {
                    "succeeded" => "bad",
                    "unknown" => "open",
                    _ => "good",
                },
                self.words.of("outcome", core.outcome.as_str()),
            ),
        };
        html.element("span", chip(class), &word);
    }
}

/// Returns the class of a chip.
fn chip(class: &'static str) -> &'static str {
    match class {
        "good" => "chip good",
        "bad" => "chip bad",
        "open" => "chip open",
        _ => "chip",
    }
}

/// Returns the class of a level's colours.
fn level_class(level: Option<Level>) -> &'static str {
    match level.map(Level::number) {
        None => "health",
        Some(4) => "l4",
        Some(3) => "l3",
        Some(2) => "l2",
        Some(_) => "l1",
    }
}

/// Tells what the widget is and which parameters it takes, in Markdown.
pub(crate) fn describe(language: Language) -> String {
    match language {
        Language::Ja => DESCRIBE_JA,
        Language::En => DESCRIBE_EN,
    }
    .to_owned()
}
