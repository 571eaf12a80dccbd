//! Stand-in.
use hinomi_model::{Event, EventTime, Locator, UtcDay};
#[derive(Default)]
pub(super) struct Rows {
    rows: Vec<(EventTime, String)>,
}
pub(super) struct File {
    pub(super) class: Class,
    pub(super) day: UtcDay,
    pub(super) bytes: Vec<u8>,
}
pub(super) struct Class;
impl Class {
    pub(super) fn as_str(&self) -> &'static str {
        "network_activity"
    }
}
impl Rows {
    pub(super) fn new() -> Self {
        Rows::default()
    }
    pub(super) fn bytes(&self) -> usize {
        self.rows.len() * 600
    }
    pub(super) fn push(&mut self, event: &Event<'_>, place: Option<&Locator>) {
        self.rows.push((event.time, format!("{place:?}")));
    }
    pub(super) fn finish(&mut self) -> hinomi_store::Result<Vec<File>> {
        let mut days: std::collections::BTreeMap<UtcDay, Vec<u8>> = Default::default();
        for (time, text) in self.rows.drain(..) {
            let of = days.entry(time.day()).or_default();
            of.extend_from_slice(text.as_bytes());
            of.push(10);
        }
        Ok(days.into_iter().map(|(day, bytes)| File { class: Class, day, bytes }).collect())
    }
}
