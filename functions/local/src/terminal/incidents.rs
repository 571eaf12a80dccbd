//! The table of incidents: one row an incident on a wide terminal, three lines an incident on a narrow one.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use anstyle::Style;
use comfy_table::{Attribute, Cell, Color, ColumnConstraint, ContentArrangement, Table, Width, presets};
use hinomi_model::{Channel, Document, IncidentId, IncidentKind, Level, Notice};

use super::{Label, Screen, cut, level_style, plain};

/// From this width on there is room for a row an incident.
const TABLE_WIDTH: usize = 96;
/// Longest list of addresses in a cell; the rest is told as a number.
const MAX_ADDRESSES: usize = 2;
/// Longest title in a cell, in characters; titles are short, a hostile one is cut.
const MAX_TITLE: usize = 160;

/// Which channels told an incident.
#[derive(Clone, Debug, Default)]
pub struct Told(BTreeMap<IncidentId, BTreeSet<Channel>>);

impl Told {
    /// Collects what the notices told.
    pub fn of<'a>(notices: impl IntoIterator<Item = &'a Notice>) -> Self {
        let mut told = Told::default();
        for notice in notices {
            told.add(notice.incident, notice.channel);
        }
        told
    }

    /// Adds one message.
    pub fn add(&mut self, incident: IncidentId, channel: Channel) {
        self.0.entry(incident).or_default().insert(channel);
    }

    fn by(&self, incident: &Document, screen: &Screen) -> String {
        let ids = std::iter::once(&incident.core.id).chain(&incident.core.aliases);
        let channels: BTreeSet<Channel> = ids.filter_map(|id| self.0.get(id)).flatten().copied().collect();
        if channels.is_empty() {
            return screen.label(Label::Nobody).to_owned();
        }
        channels.into_iter().map(|c| screen.label(c.into())).collect::<Vec<_>>().join(" ")
    }
}

/// Returns the incidents as text that fits the screen, in the order given.
pub fn incident_table(screen: &Screen, incidents: &[&Document], told: &Told) -> String {
    if screen.width >= TABLE_WIDTH { wide(screen, incidents, told) } else { narrow(screen, incidents, told) }
}

fn wide(screen: &Screen, incidents: &[&Document], told: &Told) -> String {
    let mut table = Table::new();
    table
        .load_style(if screen.colour { presets::UTF8_HORIZONTAL_ONLY } else { presets::NOTHING })
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(u16::try_from(screen.width).unwrap_or(u16::MAX));
    if screen.colour {
        table.enforce_styling();
    } else {
        table.force_no_tty();
    }
    let columns =
        [Label::Level, Label::Number, Label::What, Label::Who, Label::Result, Label::When, Label::ToldBy];
    table.set_header(columns.map(|label| Cell::new(screen.label(label)).add_attribute(Attribute::Bold)));
    for incident in incidents {
        let core = &incident.core;
        let level = Cell::new(level_word(screen, incident));
        table.add_row([
            coloured(level, core.level),
            Cell::new(plain(&core.number)),
            Cell::new(cut(&screen.words(&incident.title), MAX_TITLE)),
            Cell::new(who(incident)),
            Cell::new(result(screen, incident)),
            Cell::new(screen.span(core.first_seen, core.last_seen)),
            Cell::new(told.by(incident, screen)),
        ]);
    }
    // Numbers and times are compared down the column; only sentences may wrap.
    for (index, most) in [(0, 8), (1, 12), (4, 12), (5, 22), (6, 12)] {
        if let Some(column) = table.column_mut(index) {
            column.set_constraint(ColumnConstraint::UpperBoundary(Width::Fixed(most)));
        }
    }
    let mut text = table.trim_fmt();
    text.push('\n');
    text
}

fn narrow(screen: &Screen, incidents: &[&Document], told: &Told) -> String {
    let mut text = String::new();
    for incident in incidents {
        let core = &incident.core;
        let level = level_word(screen, incident);
        let head =
            format!("{level} {}  {}", plain(&core.number), cut(&screen.words(&incident.title), MAX_TITLE));
        let head = screen.wrap("", "  ", &head);
        // Painted after wrapping, so that colour takes no room.
        let painted = head.replacen(&level, &screen.paint(level_style(core.level), &level), 1);
        let details = [
            who(incident),
            format!("{} · {}", result(screen, incident), screen.span(core.first_seen, core.last_seen)),
            format!("{}: {}", screen.label(Label::ToldBy), told.by(incident, screen)),
        ];
        let _ = writeln!(text, "{painted}");
        for detail in details.iter().filter(|detail| !detail.is_empty()) {
            let _ = writeln!(text, "{}", screen.wrap("  ", "    ", detail));
        }
    }
    text
}

fn coloured(cell: Cell, level: Option<Level>) -> Cell {
    match level.map(Level::number) {
        Some(4) => cell.fg(Color::Red).add_attribute(Attribute::Bold),
        Some(3) => cell.fg(Color::DarkRed),
        Some(2) => cell.fg(Color::DarkYellow),
        Some(1) => cell.fg(Color::DarkCyan),
        _ => cell.add_attribute(Attribute::Dim),
    }
}

fn level_word(screen: &Screen, incident: &Document) -> String {
    match (incident.core.kind, incident.core.level) {
        (IncidentKind::Attack, Some(level)) => format!("L{level}"),
        _ => screen.label(Label::Health).to_owned(),
    }
}

/// Returns the short answer to "was it blocked".
pub(super) fn result(screen: &Screen, incident: &Document) -> &'static str {
    match incident.core.kind {
        IncidentKind::Health => screen.label(incident.core.status.into()),
        IncidentKind::Attack if incident.core.contained => screen.label(Label::Blocked),
        IncidentKind::Attack => screen.label(incident.core.outcome.into()),
    }
}

fn who(incident: &Document) -> String {
    let core = &incident.core;
    let mut sides = Vec::new();
    if !core.hosts.is_empty() {
        sides.push(few(core.hosts.iter().map(|host| {
            match core.assets.iter().find(|asset| asset.ip == *host).and_then(|asset| asset.name.as_deref()) {
                Some(name) => format!("{host} ({})", cut(&plain(name), 24)),
                None => host.to_string(),
            }
        })));
    }
    if !core.attackers.is_empty() {
        sides.push(few(core.attackers.iter().map(ToString::to_string)));
    }
    if sides.is_empty() {
        sides.push(few(core.devices.iter().map(|device| plain(device).into_owned())));
    }
    sides.join(" ← ")
}

fn few(mut all: impl ExactSizeIterator<Item = String>) -> String {
    let rest = all.len().saturating_sub(MAX_ADDRESSES);
    let shown: Vec<String> = all.by_ref().take(MAX_ADDRESSES).collect();
    let shown = shown.join(", ");
    if rest == 0 { shown } else { format!("{shown} +{rest}") }
}

/// Returns a level as a headline paints it.
pub(super) fn level_badge(screen: &Screen, incident: &Document) -> String {
    let text = match (incident.core.kind, incident.core.level) {
        (IncidentKind::Attack, Some(level)) => format!(" {} {level} ", screen.label(Label::Level)),
        _ => format!(" {} ", screen.label(Label::Health)),
    };
    let style: Style = level_style(incident.core.level);
    if screen.colour { screen.paint(style.invert(), &text) } else { format!("[{}]", text.trim()) }
}

#[cfg(test)]
mod tests {
    use hinomi_model::{Language, NoticeKind};
    use unicode_width::UnicodeWidthStr;

    use super::*;
    use crate::terminal::{explain_fixture as document, test_screen};

    fn mail(incident: &Document) -> Notice {
        Notice {
            incident: incident.core.id,
            number: incident.core.number.clone(),
            revision: 1,
            kind: NoticeKind::First,
            level: incident.core.level,
            contact: "duty".to_owned(),
            channel: Channel::Email,
            language: Language::En,
            subject: "s".to_owned(),
            body: "b".to_owned(),
            at: incident.core.last_seen,
        }
    }

    #[test]
    fn fits_every_width_in_both_languages() {
        let incident = document();
        let notice = mail(&incident);
        for width in [40, 60, 80, 96, 120, 160] {
            for language in Language::ALL {
                let screen = test_screen(*language, width);
                let text = incident_table(&screen, &[&incident], &Told::of([&notice]));
                for line in text.lines() {
                    assert!(line.width() <= width, "{width} {language}: {line}");
                }
                assert!(text.contains("K-4821") && text.contains("L4"), "{text}");
            }
        }
    }

    #[test]
    fn shows_who_told_and_no_escape_of_an_attacker() {
        let mut incident = document();
        incident.title.en = "evil\u{1b}[2Jname".to_owned();
        let screen = test_screen(Language::En, 120);
        let text = incident_table(&screen, &[&incident], &Told::of([&mail(&incident)]));
        assert!(text.contains("e-mail") && !text.contains('\u{1b}'), "{text}");
        assert!(incident_table(&screen, &[&incident], &Told::default()).contains('—'));
    }

    #[test]
    fn plain_screen_has_no_colour_and_colour_screen_has() {
        let incident = document();
        let mut screen = test_screen(Language::En, 120);
        assert!(!incident_table(&screen, &[&incident], &Told::default()).contains('\u{1b}'));
        screen.colour = true;
        assert!(incident_table(&screen, &[&incident], &Told::default()).contains('\u{1b}'));
        screen.width = 60;
        assert!(incident_table(&screen, &[&incident], &Told::default()).contains('\u{1b}'));
    }
}
