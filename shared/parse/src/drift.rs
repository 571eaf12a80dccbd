//! What vendors write that their tables, as this program has them, do not know: new fields, log types and actions.
//!
//! A firmware update brings new fields, and an unknown field may be the one that says what became of an attack. They
//! are kept with the event in any case; here they are counted by device, firmware and name, with the first line that
//! had each, so that somebody sees what to read next before a customer does.
//!
//! Costs a comparison a line where nothing is unknown.

use hinomi_model::{AnomalyKind, DriftEntry, DriftKind, Event, FieldName};

/// Different shapes that are counted apart. A device that makes names up (`request=a=1` in CEF) must not fill the
/// memory: further ones are counted together.
const MAX_SHAPES: usize = 256;

/// Longest name kept, in bytes; a longer one is an attacker's.
const MAX_NAME_BYTES: usize = 64;

/// How much of the first line is kept, in bytes: enough to see the whole of nearly every log.
const MAX_EXAMPLE_BYTES: usize = 2 * 1024;

/// Counts what is unknown.
#[derive(Clone, Debug, Default)]
pub struct Drift {
    entries: Vec<DriftEntry>,
    /// Where the next unknown thing is expected: a device's lines have the same ones in the same order.
    next: usize,
    over: u64,
}

impl Drift {
    /// Takes note of what an event has that nobody knows.
    pub fn note(&mut self, event: &Event<'_>) {
        if event.unknown_fields > 0 {
            for field in event.extra.fields().filter(|field| !field.known) {
                let name = field.name.of(event.extra.line());
                match field.name {
                    FieldName::Column(_) => {
                        self.count(event, DriftKind::Field, &format!("{}/{name}", event.log_type));
                    }
                    _ => self.count(event, DriftKind::Field, &name),
                }
            }
        }
        for anomaly in &event.anomalies {
            match anomaly.kind {
                AnomalyKind::UnknownType => {
                    let name = format!("{}/{}", event.log_type, event.log_subtype);
                    self.count(event, DriftKind::LogType, &name);
                }
                AnomalyKind::UnknownAction => {
                    let action = event.action.as_deref().unwrap_or("");
                    self.count(event, DriftKind::Action, &format!("{}/{action}", event.function));
                }
                _ => {}
            }
        }
    }

    /// Returns what was counted, most lines first.
    pub fn entries(&self) -> Vec<DriftEntry> {
        let mut entries = self.entries.clone();
        entries.sort_by(|a, b| {
            let name = |entry: &DriftEntry| {
                (entry.device.clone(), entry.kind, entry.name.clone(), entry.firmware.clone())
            };
            b.lines.cmp(&a.lines).then_with(|| name(a).cmp(&name(b)))
        });
        entries
    }

    /// Returns how often something unknown was seen that there was no room to count apart.
    pub fn over(&self) -> u64 {
        self.over
    }

    fn count(&mut self, event: &Event<'_>, kind: DriftKind, name: &str) {
        let name = cut(name, MAX_NAME_BYTES);
        let firmware = event.firmware.as_deref();
        let is_it = |entry: &DriftEntry| {
            entry.name == name
                && entry.kind == kind
                && entry.device == event.device
                && entry.firmware.as_deref() == firmware
        };
        let expected = self.entries.get(self.next).is_some_and(is_it).then_some(self.next);
        if let Some(index) = expected.or_else(|| self.entries.iter().position(is_it)) {
            if let Some(entry) = self.entries.get_mut(index) {
                entry.lines += 1;
            }
            self.next = index + 1;
            return;
        }
        if self.entries.len() >= MAX_SHAPES {
            self.over += 1;
            return;
        }
        self.next = self.entries.len() + 1;
        self.entries.push(DriftEntry {
            vendor: event.vendor,
            device: cut(&event.device, MAX_NAME_BYTES).to_owned(),
            firmware: firmware.map(|firmware| cut(firmware, MAX_NAME_BYTES).to_owned()),
            kind,
            name: name.to_owned(),
            lines: 1,
            first: event.time,
            example: cut(event.raw, MAX_EXAMPLE_BYTES).to_owned(),
        });
    }
}

/// Cuts a text at a character's end.
fn cut(text: &str, most: usize) -> &str {
    let end = (0..=most.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    text.get(..end).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use hinomi_model::registry::Registry;
    use hinomi_model::{Anomaly, Escape, EventTime, Extra, ExtraField, Span, Vendor};

    use super::*;

    const LINE: &str = "newfield=1 otherfield=2";

    fn field(start: u32, end: u32) -> ExtraField {
        ExtraField {
            name: FieldName::InLine(Span { start, end }),
            value: Span { start: end + 1, end: end + 2 },
            escape: Escape::None,
            known: false,
        }
    }

    fn event<'a>(registry: &'a Registry, fields: &'a [ExtraField]) -> Event<'a> {
        let mut event = Event::new(&registry.tenants()[0], Vendor::Fortigate, EventTime::from_seconds(7));
        event.device = "FGT60FTK20000001".into();
        event.raw = LINE;
        event.extra = Extra::listed(LINE, fields);
        event.unknown_fields = fields.len() as u32;
        event
    }

    #[test]
    fn fields_are_counted_by_device_and_firmware_with_their_first_line() {
        let registry = Registry::open();
        let fields = [field(0, 8), field(11, 21)];
        let mut drift = Drift::default();
        drift.note(&event(&registry, &fields));
        drift.note(&event(&registry, &fields));
        let mut other = event(&registry, &fields[..1]);
        other.firmware = Some("v7.6.0".into());
        drift.note(&other);
        let seen: Vec<_> = drift
            .entries()
            .into_iter()
            .map(|entry| (entry.name, entry.firmware, entry.lines, entry.example))
            .collect();
        let line = LINE.to_owned();
        assert_eq!(
            seen,
            [
                ("newfield".to_owned(), None, 2, line.clone()),
                ("otherfield".to_owned(), None, 2, line.clone()),
                ("newfield".to_owned(), Some("v7.6.0".to_owned()), 1, line),
            ]
        );
    }

    #[test]
    fn types_and_actions_count_too() {
        let registry = Registry::open();
        let mut event = event(&registry, &[]);
        (event.log_type, event.log_subtype) = ("utm".into(), "brand-new".into());
        event.action = Some("teleport".into());
        event.anomalies = vec![
            Anomaly { kind: AnomalyKind::UnknownType, field: None },
            Anomaly { kind: AnomalyKind::UnknownAction, field: None },
            Anomaly { kind: AnomalyKind::BadNumber, field: None },
        ];
        let mut drift = Drift::default();
        drift.note(&event);
        let names: Vec<_> = drift.entries().into_iter().map(|entry| (entry.kind, entry.name)).collect();
        let expected = [
            (DriftKind::LogType, "utm/brand-new".to_owned()),
            (DriftKind::Action, "other/teleport".to_owned()),
        ];
        assert_eq!(names, expected);
    }

    #[test]
    fn made_up_names_cannot_fill_the_memory() {
        let registry = Registry::open();
        let mut drift = Drift::default();
        for number in 0..10_000 {
            let long = "é".repeat(5_000);
            let line = format!("f{number}{long}=1");
            let end = line.len() as u32 - 2;
            let fields = [field(0, end)];
            let mut event = event(&registry, &fields);
            (event.raw, event.extra) = (&line, Extra::listed(&line, &fields));
            drift.note(&event);
        }
        assert_eq!(drift.entries().len(), MAX_SHAPES);
        assert_eq!(drift.over(), 10_000 - MAX_SHAPES as u64);
        assert!(
            drift
                .entries()
                .iter()
                .all(|entry| entry.example.len() <= MAX_EXAMPLE_BYTES && entry.name.len() <= 64)
        );
    }
}
