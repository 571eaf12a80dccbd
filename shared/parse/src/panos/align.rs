//! Finds the type column of a row, and puts columns back in their places where a row is known to lose them.
//!
//! The leading `1,` can be eaten by a relay that takes it for a syslog tag, and Panorama can insert columns before
//! the type, so every place is counted from the type. What is repaired, because real rows need it:
//!
//! * `link_switches` of TRAFFIC, a list in braces whose commas are not quoted;
//! * the description of SYSTEM and the path of CONFIG, and the URL of THREAT, when a relay took off the quotes;
//! * SYSTEM rows of old releases without the virtual system;
//! * the two orders of CONFIG's tail.
//!
//! Each repair needs two anchors (a sequence number before hexadecimal flags, a severity before a direction), so
//! that no text of an attacker moves a column of a row that is in order.

use super::columns::{CONFIG_CHANGE_FIRST, Layout, SYSTEM_WITHOUT_VSYS};
use super::extra::Row;
use super::kind::Kind;
use super::split::Fields;
use crate::value;

/// Index of the last column that may hold the type; one before is usual.
const LAST_TYPE_COLUMN: usize = 5;

/// Columns that one unquoted text is put together from. Four links with nine parts each are 36; a URL rarely has more
/// commas. Beyond, the row is read as it stands.
const MAX_PARTS: usize = 64;

/// Columns counted from the type that the repairs look at.
mod column {
    pub(super) const LINK_SWITCHES: usize = 66;
    pub(super) const MISC: usize = 28;
    pub(super) const SYSTEM_SEVERITY: usize = 10;
    pub(super) const SYSTEM_MESSAGE: usize = 11;
    pub(super) const CONFIG_PATH: usize = 10;
}

/// Finds the type column among the first columns and the two columns before it that say something.
pub(crate) fn find_type(line: &str, fields: &Fields) -> Option<(Kind, Row)> {
    let text = |index: usize| fields.text(line, index);
    let mut found = None;
    for (index, edges) in fields.edges().windows(2).enumerate().take(LAST_TYPE_COLUMN + 1).skip(1) {
        let [before, end] = *edges else { break };
        let raw = line.as_bytes().get(before.wrapping_add(1) as usize..end as usize).unwrap_or_default();
        let kind = match raw {
            [b' ' | b'"', ..] => Kind::of_column(text(index).as_bytes()),
            raw => Kind::of_column(raw),
        };
        if let Some(kind) = kind {
            found = Some((index, kind));
            break;
        }
    }
    let (at, kind) = found?;
    let (receive_time, serial) = match at {
        3 => (Some(1), Some(2)),
        2 => (Some(0), Some(1)),
        1 if has_time(text(0)) => (Some(0), None),
        1 => (None, Some(0)),
        _ => match (0..at).find(|&index| has_time(text(index))) {
            Some(time) => (Some(time), (time + 1 < at).then_some(time + 1)),
            None => (None, Some(at - 1)),
        },
    };
    Some((kind, Row { at, receive_time, serial }))
}

/// Puts the columns of a row in their places and returns the layout that holds for them.
pub(crate) fn repair(line: &str, kind: Kind, at: usize, fields: &mut Fields) -> &'static Layout {
    let text = |fields: &Fields, column: usize| fields.text(line, at + column).trim();
    match kind {
        Kind::Traffic if begins_with_brace(line, fields, at + column::LINK_SWITCHES) => {
            let first = at + column::LINK_SWITCHES;
            let mut parts = first..fields.len().min(first + MAX_PARTS);
            let closing = parts.find(|index| fields.text(line, *index).trim_end().ends_with('}'));
            if let Some(last) = closing {
                fields.join(first, last);
            }
        }
        Kind::Threat => {
            let in_order =
                is_severity(text(fields, column::MISC + 3)) || fields.len() < at + column::MISC + 4;
            if !in_order {
                let surplus = (1..MAX_PARTS).find(|surplus| {
                    let severity = column::MISC + 3 + surplus;
                    is_severity(text(fields, severity)) && is_direction(text(fields, severity + 1))
                });
                if let Some(surplus) = surplus {
                    fields.join(at + column::MISC, at + column::MISC + surplus);
                }
            }
        }
        Kind::System => {
            let severity = column::SYSTEM_SEVERITY;
            if !is_severity(text(fields, severity)) && is_severity(text(fields, severity - 1)) {
                join_text(line, at, column::SYSTEM_MESSAGE - 1, fields);
                return &SYSTEM_WITHOUT_VSYS;
            }
            join_text(line, at, column::SYSTEM_MESSAGE, fields);
        }
        Kind::Config => {
            let is_tail =
                |column: usize| is_sequence_and_flags(text(fields, column), text(fields, column + 1));
            let path = column::CONFIG_PATH;
            if !is_tail(path + 1) && is_tail(path + 3) {
                return &CONFIG_CHANGE_FIRST;
            }
            join_text(line, at, path, fields);
        }
        _ => {}
    }
    kind.layout()
}

/// Joins the pieces of an unquoted text up to the sequence number and flags that must follow it.
fn join_text(line: &str, at: usize, column: usize, fields: &mut Fields) {
    let first = at + column;
    let text = |index: usize| fields.text(line, index).trim();
    let tail =
        (first + 1..first + MAX_PARTS).find(|&index| is_sequence_and_flags(text(index), text(index + 1)));
    if let Some(tail) = tail.filter(|&tail| tail > first + 1) {
        fields.join(first, tail - 1);
    }
}

fn begins_with_brace(line: &str, fields: &Fields, index: usize) -> bool {
    // Nearly all are empty, or a number.
    let may_have = |raw: &str| raw.contains('{');
    may_have(fields.raw(line, index)) && fields.text(line, index).trim().starts_with('{')
}

fn has_time(text: &str) -> bool {
    // `2026/01/20 10:15:02`, or the time of day alone when a relay took the date.
    text.len() >= 8
        && text.bytes().any(|byte| byte == b':')
        && text.trim().starts_with(|c: char| c.is_ascii_digit())
}

fn is_severity(text: &str) -> bool {
    ["informational", "low", "medium", "high", "critical"].iter().any(|word| text.eq_ignore_ascii_case(word))
}

fn is_direction(text: &str) -> bool {
    matches!(
        text,
        "client-to-server" | "server-to-client" | "client to server" | "server to client" | "0" | "1"
    )
}

fn is_sequence_and_flags(sequence: &str, flags: &str) -> bool {
    value::number(sequence).is_some() && flags.starts_with("0x")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::panos::columns::{CONFIG, NOWHERE, Slot};
    use crate::panos::split::split;

    fn read(line: &str) -> (Kind, Row, &'static Layout, Vec<String>) {
        let mut fields = Fields::default();
        split(line, &mut fields);
        let (kind, row) = find_type(line, &fields).unwrap();
        let layout = repair(line, kind, row.at, &mut fields);
        (kind, row, layout, (0..fields.len()).map(|index| fields.text(line, index).to_owned()).collect())
    }

    #[test]
    fn finds_the_type_wherever_a_relay_left_it() {
        let cases = [
            ("1,2026/01/20 10:15:02,0123,TRAFFIC,end", 3, Some(1), Some(2)),
            (",2026/01/20 10:15:02,0123,TRAFFIC,end", 3, Some(1), Some(2)),
            ("2026/01/20 10:15:02,0123,TRAFFIC,end", 2, Some(0), Some(1)),
            ("0123,TRAFFIC,end", 1, None, Some(0)),
            ("10:15:02,TRAFFIC,end", 1, Some(0), None),
            ("1,2026/01/20 10:15:02,0123,x,y,TRAFFIC,end", 5, Some(1), Some(2)),
            ("1,x,y,0123,TRAFFIC,end", 4, None, Some(3)),
        ];
        for (line, at, receive_time, serial) in cases {
            assert_eq!(read(line).1, Row { at, receive_time, serial }, "{line}");
        }
        let mut fields = Fields::default();
        for line in ["TRAFFIC,end", "1,2,3,4,5,6,TRAFFIC", "1,2,3,traffic", "", ",,,,,,,"] {
            split(line, &mut fields);
            assert_eq!(find_type(line, &fields), None, "{line}");
        }
    }

    #[test]
    fn brace_list_is_one_column_only_where_it_belongs() {
        let columns = ["x"; 66 - 1].join(",");
        let (.., fields) = read(&format!("1,t,s,TRAFFIC,{columns},{{isp1, tag, dia, e1/1}},sdwan"));
        assert_eq!(fields[3 + 66..], ["{isp1, tag, dia, e1/1}", "sdwan"]);
        let (.., fields) = read("1,t,s,TRAFFIC,end,{a,b},c");
        assert_eq!(fields.len(), 8);
        let (.., fields) = read(&format!("1,t,s,TRAFFIC,{columns},{{never,ends"));
        assert_eq!(fields.len(), 3 + 68);
    }

    #[test]
    fn system_text_without_quotes_is_one_column() {
        let (.., fields) =
            read("1,t,s,SYSTEM,auth,0,t,,auth-fail,,0,0,general,medium,failed, twice, ok,77,0x0,1");
        assert_eq!(fields[14..], ["failed, twice, ok", "77", "0x0", "1"]);
    }

    #[test]
    fn system_row_without_vsys_is_put_right() {
        let (.., layout, fields) =
            read("1,t,s,SYSTEM,vpn,0,t,ike-config,,0,0,general,informational,text, too,0,0x0");
        let of = |slot: Slot| fields[3 + usize::from(layout.places[slot as usize])].as_str();
        let read = [Slot::EventId, Slot::Severity, Slot::Message, Slot::Sequence].map(of);
        assert_eq!(read, ["ike-config", "informational", "text, too", "0"]);
        assert_eq!(layout.places[Slot::Vsys as usize], NOWHERE);
    }

    #[test]
    fn config_layouts() {
        let a = read("1,t,s,CONFIG,0,0,t,h,,set,admin,Web,Succeeded, path,7,0x0,0,0,0,0,,FW").2;
        assert!(std::ptr::eq(a, &CONFIG));
        let b = read("1,t,s,CONFIG,0,0,t,h,,set,admin,Web,Succeeded, path,before,after,7,0x0,0,0,0,0,,FW").2;
        assert!(std::ptr::eq(b, &CONFIG_CHANGE_FIRST));
        assert_eq!(b.places[Slot::Sequence as usize], 13);
        let (.., fields) = read("1,t,s,CONFIG,0,0,t,h,,set,admin,Web,Succeeded, a,b,7,0x0");
        assert_eq!(fields[13..], [" a,b", "7", "0x0"]);
    }

    #[test]
    fn url_without_quotes_is_one_column() {
        let head = "1,t,s,THREAT,url,0,t".to_owned() + &",x".repeat(24);
        let (.., fields) =
            read(&format!("{head},www.example/a,b,c,(9999),news,informational,client-to-server,1"));
        assert_eq!(
            fields[31..],
            ["www.example/a,b,c", "(9999)", "news", "informational", "client-to-server", "1"]
        );
    }
}
