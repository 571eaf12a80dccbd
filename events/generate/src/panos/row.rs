//! One row of comma-separated columns, filled by name.

use std::fmt::Display;

/// A row under a table of columns.
#[derive(Debug)]
pub(super) struct Row {
    table: &'static [&'static str],
    values: Vec<String>,
    width: usize,
}

impl Row {
    /// Makes an empty row; the first `width` columns will be written.
    pub(super) fn new(table: &'static [&'static str], width: usize) -> Self {
        Row { table, values: vec![String::new(); table.len()], width }
    }

    /// Sets a column. Columns that the type does not have are left out, so that what all types share can be set alike.
    pub(super) fn set(&mut self, column: &str, value: impl Display) -> &mut Self {
        if let Some(slot) =
            self.table.iter().position(|name| *name == column).and_then(|index| self.values.get_mut(index))
        {
            *slot = value.to_string();
        }
        self
    }

    /// Sets a column that is always quoted, as URLs and lists are.
    pub(super) fn set_quoted(&mut self, column: &str, value: &str) -> &mut Self {
        self.set(column, format_args!("\"{}\"", value.replace('"', "\"\"")))
    }

    pub(super) fn finish(self) -> String {
        let mut line = String::with_capacity(1_024);
        for (index, value) in self.values.iter().take(self.width).enumerate() {
            if index > 0 {
                line.push(',');
            }
            let is_quoted = value.len() > 1 && value.starts_with('"') && value.ends_with('"');
            if !is_quoted && value.contains([',', '"']) {
                line.push('"');
                line.push_str(&value.replace('"', "\"\""));
                line.push('"');
            } else {
                line.push_str(value);
            }
        }
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_as_pan_os_does_and_stops_at_the_width() {
        static TABLE: [&str; 4] = ["a", "b", "c", "d"];
        let mut row = Row::new(&TABLE, 3);
        row.set("a", "x,\"y\"").set_quoted("b", "u").set("c", 3).set("d", "beyond").set("unheard", "of");
        assert_eq!(row.finish(), r#""x,""y""","u",3"#);
    }
}
