//! One event as a line of JSON.

use hinomi_model::{Event, Locator};

use crate::layout::{Column, Layout};
use crate::mapping::{Class, Kind, Line, Value};
use crate::text;
use crate::unmapped::{self, Names};

/// Appends an event as an OCSF object, without a line end.
///
/// Members stand in the order of the columns; what is not known is left out.
pub fn write_json(event: &Event<'_>, place: Option<&Locator>, out: &mut Vec<u8>) {
    let class = Class::of(event);
    let line = Line { event, class, place };
    let layout = Layout::of(class);
    let mut object = Object { open: Vec::new(), is_first: true, out };
    let mut beyond = 0;
    object.out.push(b'{');
    for (index, column) in layout.columns.iter().enumerate() {
        let value = (column.read)(&line);
        if value.is_none() {
            continue;
        }
        if !value.fits(column.kind()) {
            beyond |= 1 << index;
        } else if column.kind() == Kind::Json {
            let mut json = Vec::new();
            if unmapped::write(&line, layout, beyond, &mut Names::none(), &mut json) {
                object.lead_to(column.path());
                object.out.extend_from_slice(&json);
            }
        } else {
            object.lead_to(column.path());
            object.value(column, &value);
        }
    }
    object.close(0);
    object.out.push(b'}');
}

/// An object on its way out.
struct Object<'o> {
    /// The groups that are open, outermost first.
    open: Vec<&'static str>,
    /// Nothing stands yet in the innermost of them.
    is_first: bool,
    out: &'o mut Vec<u8>,
}

impl Object<'_> {
    /// Closes and opens groups until the member that a path leads to can be written, and writes its name.
    fn lead_to(&mut self, path: &'static str) {
        let (groups, member) = path.rsplit_once('.').unwrap_or(("", path));
        let shared = groups.split('.').zip(&self.open).take_while(|(group, open)| group == *open).count();
        self.close(shared);
        for group in groups.split('.').skip(shared).filter(|group| !group.is_empty()) {
            self.name(group);
            self.out.extend_from_slice(if group.ends_with("[]") { b"[{" } else { b"{" });
            self.open.push(group);
            self.is_first = true;
        }
        self.name(member);
    }

    fn name(&mut self, step: &str) {
        if !std::mem::take(&mut self.is_first) {
            self.out.push(b',');
        }
        text::quoted(step.trim_end_matches("[]"), self.out);
        self.out.push(b':');
    }

    /// Closes all groups but the outermost `keep`.
    fn close(&mut self, keep: usize) {
        while self.open.len() > keep {
            let is_list = self.open.pop().is_some_and(|group| group.ends_with("[]"));
            self.out.extend_from_slice(if is_list { b"}]" } else { b"}" });
            self.is_first = false;
        }
    }

    fn value(&mut self, column: &Column, value: &Value<'_>) {
        let is_list = column.path().ends_with("[]");
        if is_list {
            self.out.push(b'[');
        }
        value.write_json(self.out);
        if is_list {
            self.out.push(b']');
        }
    }
}
