//! Shows how one line was read: a block of a few paragraphs, then a field a row.

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr;

use super::doctor::vendor_name;
use super::{Screen, Texts, cut, plain};
use crate::reading::{Derived, Field, Identity, Odd, Reading, Refused, RegistryUse, Source, Time, TimeHow};

/// Longest value shown, in characters: enough to recognise it; the line itself has all of it.
const MAX_VALUE: usize = 60;
/// Fields of the event named behind one of the vendor's: a type decides nearly all of them.
const MAX_BECAME: usize = 6;
/// Widest columns of names and values; longer ones push the rest of their row.
const MAX_NAME_COLUMN: usize = 24;
const MAX_VALUE_COLUMN: usize = 40;
/// Narrower screens get two lines a field instead of columns.
const MIN_TABLE_WIDTH: usize = 90;

/// Writes how a line was read.
///
/// # Errors
///
/// Whatever `out` fails with.
pub(crate) fn line(out: &mut dyn Write, screen: &Screen, reading: &Reading) -> io::Result<()> {
    let texts = Texts::of(screen.language);
    let title = format!("{}:{}", plain(&reading.file), reading.line);
    writeln!(out, "{}", screen.heading(&title))?;
    let page = Page { screen, texts };
    let layers: Vec<String> = reading
        .layers
        .iter()
        .map(|layer| {
            let name = texts.say(&format!("frame-{}", layer.frame), &[]);
            let detail = plain(&layer.detail);
            if detail.is_empty() { name } else { format!("{name} [{}]", cut(&detail, MAX_VALUE)) }
        })
        .collect();
    let around = if layers.is_empty() { texts.say("line-nothing-around", &[]) } else { layers.join(" > ") };
    page.paragraph(out, "line-around", &around)?;
    if let Some(refused) = &reading.refused {
        page.refused(out, refused)?;
    }
    if let Some(log) = &reading.log {
        let mut what = format!(
            "{}, {}, {}",
            vendor_name(log.vendor),
            texts.say(&format!("format-{}", log.format), &[]),
            kind(&log.log_type, &log.log_subtype)
        );
        what = format!("{what} → {}", texts.say(&format!("function-{}", log.function), &[]));
        if let Some(version) = &log.firmware {
            what = format!("{what}, {}", texts.say("line-firmware", &[("version", version)]));
        }
        page.paragraph(out, "line-log", &what)?;
        page.identity(out, &log.identity)?;
        page.time(out, &log.time)?;
    }
    page.fields(out, &reading.fields)?;
    page.derived(out, &reading.derived)?;
    page.anomalies(out, &reading.anomalies)?;
    writeln!(out)
}

fn kind(log_type: &str, log_subtype: &str) -> String {
    match (log_type.is_empty(), log_subtype.is_empty()) {
        (true, _) => "?".to_owned(),
        (false, true) => plain(log_type).into_owned(),
        (false, false) => format!("{}/{}", plain(log_type), plain(log_subtype)),
    }
}

struct Page<'a> {
    screen: &'a Screen,
    texts: &'static Texts,
}

impl Page<'_> {
    fn paragraph(&self, out: &mut dyn Write, label: &str, text: &str) -> io::Result<()> {
        let first = format!("  {}: ", self.texts.say(label, &[]));
        writeln!(out, "{}", self.screen.wrap(&first, "    ", text))
    }

    fn refused(&self, out: &mut dyn Write, refused: &Refused) -> io::Result<()> {
        let mut text = format!("{}: {}", refused.reason, plain(&refused.detail));
        if let Some(device) = &refused.device {
            text = format!("{text} ({})", plain(device));
        }
        let remedy = self.texts.say(&format!("reject-{}", refused.reason), &[]);
        self.paragraph(out, "line-refused", &text)?;
        writeln!(out, "{}", self.screen.wrap("    ", "    ", &remedy))
    }

    fn identity(&self, out: &mut dyn Write, identity: &Identity) -> io::Result<()> {
        let mut device = plain(&identity.device).into_owned();
        if let Some(name) = &identity.device_name {
            device = format!("{device} ({})", plain(name));
        }
        if let Some(vsys) = &identity.vsys {
            device = format!("{device}, {}", self.texts.say("line-vsys", &[("vsys", vsys)]));
        }
        let from = if identity.from.is_empty() {
            self.texts.say("line-device-nothing", &[])
        } else {
            self.sources(&identity.from)
        };
        self.paragraph(out, "line-device", &format!("{device}; {from}"))?;
        let why = match identity.registry {
            RegistryUse::None => "line-registry-open",
            RegistryUse::Id => "line-registered-id",
            RegistryUse::Alias => "line-registered-alias",
            RegistryUse::Name => "line-registered-name",
            RegistryUse::Place => "line-registry-place",
        };
        let text = format!("{}; {}", plain(&identity.tenant), self.texts.say(why, &[]));
        self.paragraph(out, "line-tenant", &text)
    }

    fn sources(&self, sources: &[Source]) -> String {
        let say = |source: &Source| {
            let key = format!("line-from-{}", source.kind);
            let value = cut(&source.value, MAX_VALUE);
            match source.kind {
                "field" => self.texts.say(&key, &[("name", &source.name)]),
                "header_time" | "received" => self.texts.say(&key, &[]),
                _ => self.texts.say(&key, &[("value", &value)]),
            }
        };
        sources.iter().map(say).collect::<Vec<_>>().join(", ")
    }

    fn time(&self, out: &mut dyn Write, time: &Time) -> io::Result<()> {
        let names: Vec<&str> =
            time.from.iter().filter(|from| from.kind == "field").map(|from| from.name.as_str()).collect();
        let names = names.join(", ");
        let zone = time.zone.as_deref().unwrap_or("UTC");
        let key = format!("line-time-{}", time.how.word());
        let how = match time.how {
            TimeHow::LocalZone => self.texts.say(&key, &[("from", &names), ("zone", zone)]),
            TimeHow::Header | TimeHow::Received => self.texts.say(&key, &[]),
            _ => self.texts.say(&key, &[("from", &names)]),
        };
        let at = format!("{} {}", self.screen.time(time.time), self.screen.zone_name(time.time));
        self.paragraph(out, "line-time", &format!("{at}; {how}"))
    }

    fn fields(&self, out: &mut dyn Write, fields: &[Field]) -> io::Result<()> {
        let shown: Vec<&Field> = fields.iter().filter(|field| !field.value.trim().is_empty()).collect();
        if shown.is_empty() {
            return Ok(());
        }
        let empty = fields.len() - shown.len();
        writeln!(out, "  {}", self.screen.heading(&self.texts.say("line-fields", &[])))?;
        let widest = |width: &dyn Fn(&Field) -> usize, most: usize| {
            shown.iter().map(|field| width(field)).filter(|width| *width <= most).max().unwrap_or(0)
        };
        let value_of = |field: &Field| cut(plain(&field.value).trim(), MAX_VALUE).into_owned();
        let names = widest(&|field| field.name.width(), MAX_NAME_COLUMN);
        let values = widest(&|field| value_of(field).width(), MAX_VALUE_COLUMN);
        for field in shown {
            let name = match field.name.is_empty() {
                true => self.texts.say("line-stray", &[]),
                false => plain(&field.name).into_owned(),
            };
            let value = value_of(field);
            let became = self.became(field);
            if self.screen.width >= MIN_TABLE_WIDTH {
                let first = format!("    {}  {}  ", padded(&name, names), padded(&value, values));
                let rest = " ".repeat(4 + names + 2 + values + 4);
                writeln!(out, "{}", self.screen.wrap(&first, &rest, &became))?;
                continue;
            }
            let start = format!("{name} = {value}");
            if 4 + start.width() + 2 + became.width() <= self.screen.width {
                writeln!(out, "    {start}  {became}")?;
            } else {
                writeln!(out, "{}", self.screen.wrap("    ", "      ", &start))?;
                writeln!(out, "{}", self.screen.wrap("      ", "        ", &became))?;
            }
        }
        if empty > 0 {
            let note = self.texts.say("line-empty", &[("count", &empty.to_string())]);
            writeln!(out, "{}", self.screen.dim(&self.screen.wrap("    ", "    ", &note)))?;
        }
        Ok(())
    }

    /// Tells in one phrase what became of a field.
    fn became(&self, field: &Field) -> String {
        let mut parts = Vec::new();
        if !field.became.is_empty() {
            let mut names = field.became.iter().take(MAX_BECAME).cloned().collect::<Vec<_>>().join(", ");
            let more = field.became.len().saturating_sub(MAX_BECAME);
            if more > 0 {
                names = format!("{names} {}", self.texts.say("line-more", &[("count", &more.to_string())]));
            }
            parts.push(format!("→ {names}"));
        }
        match &field.kept_as {
            Some(_) if field.unknown => parts.push(self.texts.say("line-unknown", &[])),
            Some(kept) if *kept == field.name => parts.push(self.texts.say("line-kept", &[])),
            Some(kept) => parts.push(self.texts.say("line-kept-as", &[("name", kept)])),
            None => {}
        }
        if let Some(needed) = &field.needed {
            let args = [("reason", needed.reason.as_str()), ("detail", needed.detail.as_str())];
            parts.push(self.texts.say("line-needed", &args));
        }
        if parts.is_empty() {
            parts.push(self.texts.say("line-silent", &[]));
        }
        parts.join("; ")
    }

    fn derived(&self, out: &mut dyn Write, derived: &[Derived]) -> io::Result<()> {
        if derived.is_empty() {
            return Ok(());
        }
        writeln!(out, "  {}", self.screen.heading(&self.texts.say("line-derived", &[])))?;
        for one in derived {
            let from = match one.from.as_slice() {
                [] => self.texts.say("line-because-kind", &[]),
                names => self.texts.say("line-because", &[("names", &names.join(", "))]),
            };
            let text = format!("{} = {} ({from})", one.field, plain(&one.value));
            writeln!(out, "{}", self.screen.wrap("    ", "      ", &text))?;
        }
        Ok(())
    }

    fn anomalies(&self, out: &mut dyn Write, anomalies: &[Odd]) -> io::Result<()> {
        if anomalies.is_empty() {
            return Ok(());
        }
        writeln!(out, "  {}", self.screen.heading(&self.texts.say("line-odd", &[])))?;
        for odd in anomalies {
            let said = self.texts.say(&format!("anomaly-{}", odd.kind), &[]);
            let text = match &odd.field {
                Some(field) => format!("{} ({}): {said}", odd.kind, plain(field)),
                None => format!("{}: {said}", odd.kind),
            };
            writeln!(out, "{}", self.screen.wrap("    - ", "      ", &text))?;
        }
        Ok(())
    }
}

/// Fills text with blanks to a number of columns.
fn padded(text: &str, columns: usize) -> String {
    let missing = columns.saturating_sub(text.width());
    format!("{text}{}", " ".repeat(missing))
}

#[cfg(test)]
mod tests {
    use hinomi_model::registry::Registry;
    use hinomi_model::{AnomalyKind, Format, Frame, Function, Language, QuarantineReason};

    use super::*;
    use crate::terminal::test_screen;

    const LINE: &str = concat!(
        "<189>Jan 20 10:15:01 fw1 date=2026-01-20 time=10:15:01 devname=\"KITA-FW1\" devid=\"FGT60FTK20000001\" ",
        "eventtime=1768871701123456789 tz=\"+0900\" logid=\"0000000013\" type=\"traffic\" subtype=\"forward\" ",
        "vd=\"root\" srcip=10.1.12.34 srcport=99999 dstip=203.0.113.7 dstport=443 proto=6 sessionid=4711 ",
        "action=\"close\" utmaction=\"block\" hinomiwaves=\"\u{1b}[31m\u{202e}x\" poluuid=\"5f1d6b6e-0000-51ea\" group=\"\"",
    );

    fn shown(line: &str, language: Language, width: usize) -> String {
        let reading = crate::explain_line("a.log", 7, line.as_bytes(), &Registry::open());
        let mut out = Vec::new();
        super::line(&mut out, &test_screen(language, width), &reading).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn tells_what_each_field_became_and_why() {
        let text = shown(LINE, Language::En, 120);
        for part in [
            "a.log:7",
            "FortiGate, key=value, traffic/forward → firewall",
            "Device: FGT60FTK20000001 (KITA-FW1), VDOM or vsys root; from devid",
            "2026-01-20 01:15:01 UTC; nanoseconds since 1970 in eventtime",
            "→ dst_port",
            "kept; not in the vendor's tables",
            "disposition = blocked (from action, utmaction)",
            "bad_port (srcport): The value is no port",
            "1 fields are empty",
        ] {
            assert!(text.contains(part), "{part} in\n{text}");
        }
    }

    #[test]
    fn nothing_of_a_line_steers_the_terminal() {
        for language in Language::ALL {
            let text = shown(LINE, *language, 100);
            let bad = text.chars().find(|c| (c.is_control() && *c != '\n') || *c == '\u{202e}');
            assert_eq!(bad, None, "{text:?}");
        }
    }

    #[test]
    fn fits_a_narrow_screen_in_both_languages() {
        for (language, word) in
            [(Language::Ja, "項目(行の順)"), (Language::En, "Fields, in the line's order")]
        {
            for text in [shown(LINE, language, 60), shown("bash: no such file", language, 60)] {
                for line in text.lines() {
                    assert!(line.width() <= 60, "{line}");
                }
            }
            assert!(shown(LINE, language, 60).contains(word));
        }
    }

    #[test]
    fn what_is_refused_is_told_with_what_would_help() {
        let text = shown("bash: no such file", Language::En, 120);
        assert!(
            text.contains("not_a_firewall_log: no known form") && text.contains("send its log untouched"),
            "{text}"
        );
    }

    #[test]
    fn every_word_of_the_closed_lists_has_a_text() {
        let texts = Texts::of(Language::En);
        let mut keys: Vec<String> = Vec::new();
        keys.extend(AnomalyKind::ALL.iter().map(|kind| format!("anomaly-{kind}")));
        keys.extend(QuarantineReason::ALL.iter().map(|reason| format!("reject-{reason}")));
        keys.extend(Frame::ALL.iter().map(|frame| format!("frame-{frame}")));
        keys.extend(Format::ALL.iter().map(|format| format!("format-{format}")));
        keys.extend(Function::ALL.iter().map(|function| format!("function-{function}")));
        keys.extend(TimeHow::ALL.iter().map(|how| format!("line-time-{}", how.word())));
        let missing: Vec<&String> = keys.iter().filter(|key| !texts.has(key)).collect();
        assert_eq!(missing, Vec::<&String>::new());
    }
}
