//! A native PAN-OS line, taken apart by the columns of its type.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};

use super::columns;
use crate::encode::{Encoded, LeftOut};
use crate::panos::columns as common;

/// One row with the syslog header before it.
#[derive(Clone, Debug)]
pub(in crate::encode) struct Row {
    /// `<14>Oct 20 10:00:00 KITA-PA1 `, or nothing.
    header: String,
    table: &'static [&'static str],
    cells: Vec<Cell>,
}

#[derive(Clone, Debug, Default)]
struct Cell {
    value: String,
    is_quoted: bool,
}

/// Returns the columns of a type.
fn table(kind: &str) -> Option<&'static [&'static str]> {
    Some(match kind {
        "TRAFFIC" => &common::TRAFFIC,
        "THREAT" => &common::THREAT,
        "SYSTEM" => &common::SYSTEM,
        "CONFIG" => &common::CONFIG,
        "GLOBALPROTECT" => &common::GLOBALPROTECT,
        "USERID" => &columns::USERID,
        "HIPMATCH" => &columns::HIPMATCH,
        "CORRELATION" => &columns::CORRELATION,
        "DECRYPTION" => &columns::DECRYPTION,
        "AUTHENTICATION" => &columns::AUTHENTICATION,
        "IPTAG" => &columns::IPTAG,
        "START" | "END" => &columns::TUNNEL,
        _ => return None,
    })
}

/// Writes a native row of a type from the columns that have a value; `None` for a type or column that there is not.
pub fn native_row(kind: &str, values: &[(&str, &str)]) -> Option<String> {
    let table = table(kind)?;
    let mut cells = vec![Cell::default(); table.len()];
    for (column, value) in [("future_use_0", "1"), ("type", kind)].iter().chain(values) {
        let cell = cells.get_mut(table.iter().position(|name| name == column)?)?;
        *cell = Cell { value: (*value).to_owned(), is_quoted: value.contains([',', '"']) };
    }
    Some(Row { header: String::new(), table, cells }.written(|_| true))
}

impl Row {
    pub(super) fn read(line: &str) -> Option<Self> {
        if line.starts_with('{') {
            return None;
        }
        let start = if line.starts_with("1,") { 0 } else { line.find(" 1,")? + 1 };
        let (header, body) = line.split_at(start);
        let cells = split(body);
        let table = table(&cells.get(3)?.value)?;
        Some(Row { header: header.to_owned(), table, cells })
    }

    pub(super) fn header(&self) -> &str {
        &self.header
    }

    /// Returns the value of a column; nothing for one that the row has not.
    pub(super) fn get(&self, column: &str) -> &str {
        self.cell(column).map_or("", |cell| &cell.value)
    }

    /// Returns the value as a custom format writes it: with the quotes that the appliance put around it.
    pub(super) fn as_logged(&self, column: &str) -> String {
        match self.cell(column) {
            Some(Cell { value, is_quoted: true }) => format!("\"{value}\""),
            Some(cell) => cell.value.clone(),
            None => String::new(),
        }
    }

    fn cell(&self, column: &str) -> Option<&Cell> {
        self.cells.get(self.table.iter().position(|name| *name == column)?)
    }

    /// Walks the columns that have a value.
    pub(super) fn filled(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.table
            .iter()
            .zip(&self.cells)
            .filter(|(_, cell)| !cell.value.is_empty())
            .map(|(n, c)| (*n, &*c.value))
    }

    /// Returns the instant of a column with local time: the row's own offset, else Tokyo's, where the makers are.
    pub(super) fn instant(&self, column: &str) -> Option<Timestamp> {
        let text = self.get(column);
        if let Ok(exact) = text.parse::<Timestamp>() {
            return Some(exact);
        }
        let civil = DateTime::strptime("%Y/%m/%d %H:%M:%S", text).ok()?;
        let zone = TimeZone::fixed(self.offset().unwrap_or(jiff::tz::offset(9)));
        Some(civil.to_zoned(zone).ok()?.timestamp())
    }

    /// Returns the offset that the exact time stamp ends in.
    fn offset(&self) -> Option<Offset> {
        let text = self.get("high_res_timestamp");
        jiff::fmt::strtime::parse("%Y-%m-%dT%H:%M:%S%.f%:z", text).ok()?.offset()
    }

    fn written(&self, is_kept: impl Fn(&str) -> bool) -> String {
        let cells: Vec<String> = self
            .table
            .iter()
            .zip(&self.cells)
            .map(|(column, cell)| match cell {
                _ if !is_kept(column) => String::new(),
                Cell { value, is_quoted: true } => format!("\"{}\"", value.replace('"', "\"\"")),
                cell => cell.value.clone(),
            })
            .collect();
        format!("{}{}", self.header, cells.join(","))
    }

    /// Takes the fraction of a second off the exact time stamp.
    pub(super) fn without_fraction(mut self) -> Self {
        for (_, cell) in
            self.table.iter().zip(&mut self.cells).filter(|(column, _)| **column == "high_res_timestamp")
        {
            if let Some((second, rest)) = cell.value.split_once('.') {
                cell.value = format!("{second}{}", rest.trim_start_matches(|c: char| c.is_ascii_digit()));
            }
        }
        self
    }

    /// Puts an encoded line beside what it says.
    pub(super) fn encoded(&self, line: String, why: impl Fn(&str) -> Option<&'static str>) -> Encoded {
        let left_out = self
            .filled()
            .filter_map(|(column, _)| why(column).map(|why| LeftOut { field: column.to_owned(), why }))
            .collect();
        Encoded { line, plain: self.written(|column| why(column).is_none()), left_out }
    }
}

fn split(body: &str) -> Vec<Cell> {
    let mut cells = vec![Cell::default()];
    let mut is_inside = false;
    let mut rest = body.chars().peekable();
    while let Some(c) = rest.next() {
        let Some(cell) = cells.last_mut() else { break };
        match c {
            '"' if is_inside && rest.next_if_eq(&'"').is_some() => cell.value.push('"'),
            '"' => {
                is_inside = !is_inside;
                cell.is_quoted = true;
            }
            ',' if !is_inside => cells.push(Cell::default()),
            c => cell.value.push(c),
        }
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_native_row_is_taken_apart_and_put_together() {
        let values = [
            ("receive_time", "2026/10/20 10:00:01"),
            ("severity", "high"),
            ("opaque", "a \"b\", c"),
            ("high_res_timestamp", "2026-10-20T10:00:00.250+09:00"),
        ];
        let line = format!("<14>Oct 20 10:00:00 KITA-PA1 {}", native_row("SYSTEM", &values).unwrap());
        let row = Row::read(&line).unwrap();
        assert_eq!(row.header(), "<14>Oct 20 10:00:00 KITA-PA1 ");
        assert_eq!((row.get("opaque"), row.get("none")), ("a \"b\", c", ""));
        assert_eq!(row.as_logged("opaque"), "\"a \"b\", c\"");
        assert_eq!(row.written(|_| true), line);
        assert!(!row.written(|column| column != "severity").contains("high"));
        assert_eq!(row.instant("receive_time").unwrap().to_string(), "2026-10-20T01:00:01Z");
        assert_eq!(row.instant("high_res_timestamp").unwrap().to_string(), "2026-10-20T01:00:00.25Z");
        assert!(row.without_fraction().written(|_| true).ends_with(",2026-10-20T10:00:00+09:00"));
        assert!(native_row("SYSTEM", &[("unheard", "of")]).is_none() && native_row("TEA", &[]).is_none());
    }
}
