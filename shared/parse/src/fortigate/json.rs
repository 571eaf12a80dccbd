//! FortiGate logs as JSON objects (`set format json`), one a line.
//!
//! ```text
//! {"date":"2026-01-20","time":"10:15:01","eventtime":1768871701123456789,"logid":"0000000013","type":"traffic","srcip":"10.1.12.34",...}
//! ```
//!
//! The names are FortiOS's own; who forwards an object may have put CEF's prefix in front of them. Numbers may be
//! numbers or strings. A nested value, which FortiOS has none of, is kept as JSON text.

use hinomi_model::{QuarantineReason, Reject, Span};
use simd_json::{Node, StaticNode};

use super::cef_names::without_prefix;
use super::keys::{Key, Keys};
use crate::scan::json::{append, members, write_value};
use crate::scan::kv::MAX_FIELDS;
use crate::scan::pair::{Form, Pair};
use crate::scan::shape::Meanings;

/// Tells whether an object is a log itself: it has the type and one of the names that mark every log, or several of
/// those. Collectors add names like `type` to their envelopes, and some the parsed fields to the line that they leave
/// in `message`: an object that holds a log's text is an envelope, because the text is what the device wrote, and one
/// that holds any other text must have the subtype too.
pub(super) fn is_document(object: &[Node<'_>]) -> bool {
    let (mut has_type, mut has_subtype, mut has_log_id, mut has_device, mut has_mark) = Default::default();
    let mut has_message = false;
    for (name, value) in members(object) {
        let place = match without_prefix(name) {
            "type" => &mut has_type,
            "subtype" => &mut has_subtype,
            "logid" | "log_id" => &mut has_log_id,
            "devid" | "device_id" => &mut has_device,
            "vd" | "eventtime" => &mut has_mark,
            "message" | "log" => match value.first() {
                Some(Node::String(text)) if is_log(text) => return false,
                Some(Node::String(_)) => &mut has_message,
                _ => continue,
            },
            _ => continue,
        };
        *place = matches!(value.first(), Some(Node::String(_) | Node::Static(_)));
    }
    let is_marked: bool = has_log_id || has_device;
    let is_kind: bool = has_subtype && has_mark;
    if has_message {
        return has_type && has_subtype && (is_marked || is_kind);
    }
    (has_type && (is_marked || is_kind)) || (has_log_id && (has_device || has_mark))
}

fn is_log(text: &str) -> bool {
    let holds = |part: &str| memchr::memmem::find(text.as_bytes(), part.as_bytes()).is_some();
    holds("type=") || holds("|Fortinet|") || holds("\"logid\"")
}

/// Tells what [`is_document`] does of an object that is some vendor's log, mostly at its first names.
pub(super) fn looks_like(object: &[Node<'_>]) -> bool {
    let is_ours = |name: &str| matches!(without_prefix(name), "logid" | "log_id" | "devid" | "device_id");
    members(object).any(|(name, _)| is_ours(name)) || is_document(object)
}

/// Returns the field that a name stands for in an object whose names are FortiOS's own as it writes them; `None` of a name
/// for which [`is_document`] and [`read`] must look at the whole object.
pub(super) fn plain_key(name: &[u8]) -> Option<Option<Key>> {
    let is_plain =
        |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'-');
    let is_ambiguous = matches!(name, b"message" | b"log" | b"log_id" | b"device_id" | b"log_type");
    (name.iter().all(is_plain) && !is_ambiguous).then(|| Key::of(name))
}

/// The fields without one of which an object is looked at as a whole: the type, and what is FortiOS's alone.
pub(super) fn is_plain_document(keys: &Keys) -> bool {
    keys.any(Keys::of(&[Key::Type])) && keys.any(Keys::of(&[Key::LogId, Key::DeviceId]))
}

/// Reads an object, which is given as its tape; the pairs replace those in `pairs` and point into `text`.
///
/// # Errors
///
/// [`QuarantineReason::Unreadable`] when it nests too deep.
pub(super) fn read(
    object: &[Node<'_>],
    text: &mut String,
    meanings: &mut Meanings<Key>,
    pairs: &mut Vec<Pair<Key>>,
) -> Result<(), Reject> {
    text.clear();
    pairs.clear();
    for (index, (name, value)) in members(object).enumerate() {
        if index >= MAX_FIELDS {
            let value = rest(object, text)?;
            pairs.push(Pair { key: None, name: Span::default(), value, form: Form::TooMany });
            return Ok(());
        }
        let own = without_prefix(name);
        let key = meanings.of(index, own.as_bytes(), Key::of_any_case);
        let (name, start) = append(text, |text| text.push_str(own));
        let value = match value.first() {
            Some(Node::String(value)) => append(text, |text| text.push_str(value)).0,
            Some(Node::Static(StaticNode::U64(number))) => append(text, |text| push_number(*number, text)).0,
            Some(Node::Static(StaticNode::I64(number))) if *number >= 0 => {
                append(text, |text| push_number(number.unsigned_abs(), text)).0
            }
            Some(Node::Static(StaticNode::Null)) => Span { start, end: start },
            _ => written(value, text)?,
        };
        let form = if own.is_empty() { Form::Stray } else { Form::Bare };
        pairs.push(Pair { key, name, value, form });
    }
    Ok(())
}

/// Writes the members beyond the limit as one object.
fn rest(object: &[Node<'_>], text: &mut String) -> Result<Span, Reject> {
    let start = text.len() as u32;
    for (index, (name, value)) in members(object).skip(MAX_FIELDS).enumerate() {
        text.push(if index == 0 { '{' } else { ',' });
        written(&[Node::String(name)], text)?;
        text.push(':');
        written(value, text)?;
    }
    text.push('}');
    Ok(Span { start, end: text.len() as u32 })
}

fn written(value: &[Node<'_>], text: &mut String) -> Result<Span, Reject> {
    let mut is_written = false;
    let (span, _) = append(text, |text| is_written = write_value(value, 0, text).is_some());
    match is_written {
        true => Ok(span),
        false => Err(Reject::new(QuarantineReason::Unreadable, "nested too deep")),
    }
}

/// Appends a number; the formatting machinery costs several times as much, and a traffic log has twenty of them.
fn push_number(number: u64, text: &mut String) {
    let mut digits = [b'0'; 20];
    let mut left = number;
    let mut start = digits.len();
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (left % 10) as u8;
        left /= 10;
        start -= 1;
        if left == 0 {
            break;
        }
    }
    text.push_str(digits.get(start..).and_then(|digits| std::str::from_utf8(digits).ok()).unwrap_or(""));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with<T>(object: &str, read: impl Fn(&[Node<'_>]) -> T) -> T {
        let mut input = object.as_bytes().to_vec();
        read(&simd_json::to_tape(&mut input).unwrap().0)
    }

    fn shown(object: &str) -> Result<Vec<(String, String, Option<Key>)>, QuarantineReason> {
        let (mut text, mut pairs) = (String::new(), Vec::new());
        let mut input = object.as_bytes().to_vec();
        let tape = simd_json::to_tape(&mut input).unwrap();
        read(&tape.0, &mut text, &mut Meanings::default(), &mut pairs).map_err(|reject| reject.reason)?;
        Ok(pairs
            .iter()
            .map(|pair| (pair.name.of(&text).to_owned(), pair.value.of(&text).to_owned(), pair.key))
            .collect())
    }

    #[test]
    fn a_log_is_told_from_what_carries_one() {
        let cases = [
            (r#"{"logid":"0000000013","type":"traffic"}"#, true),
            (r#"{"FTNTFGTlogid":"0000000013","FTNTFGTtype":"traffic"}"#, true),
            (r#"{"type":"traffic","subtype":"forward","eventtime":1768871701123456789}"#, true),
            (r#"{"devid":"FGT60FTK20000001","type":"event"}"#, true),
            (r#"{"logid":13,"vd":"root"}"#, true),
            (r#"{"devid":"FGT60FTK20000001","type":"utm","subtype":"ips","message":"free text"}"#, true),
            (r#"{"devid":"FGT60FTK20000001","type":"log","message":"free text"}"#, false),
            (r#"{"devid":"FGT60FTK20000001","type":"utm","message":"date=1 type=utm"}"#, false),
            (r#"{"type":"log","message":"hello","log":{"offset":1},"host":{"name":"x"}}"#, false),
            (r#"{"type":"syslog","subtype":"x"}"#, false),
            (r#"{"type":{"a":1},"logid":["x"]}"#, false),
            (r#"{"devid":"x"}"#, false),
            ("{}", false),
            ("[]", false),
        ];
        for (object, expected) in cases {
            assert_eq!(with(object, is_document), expected, "{object}");
        }
    }

    #[test]
    fn members_become_fields() {
        let object = r#"{"srcip":"10.1.12.34","srcport":51544,"FTNTFGTvd":"root","LogID":"1","neg":-5,"f":1.5,
            "no":null,"yes":true,"list":["a",{"b":18446744073709551615}],"msg":"a \"b\"\n","zero":0}"#;
        let expected = [
            ("srcip", "10.1.12.34", Some(Key::SrcIp)),
            ("srcport", "51544", Some(Key::SrcPort)),
            ("vd", "root", Some(Key::Vdom)),
            ("LogID", "1", Some(Key::LogId)),
            ("neg", "-5", None),
            ("f", "1.5", None),
            ("no", "", None),
            ("yes", "true", None),
            ("list", r#"["a",{"b":18446744073709551615}]"#, None),
            ("msg", "a \"b\"\n", Some(Key::Message)),
            ("zero", "0", None),
        ];
        let expected: Vec<_> = expected
            .iter()
            .map(|(name, value, key)| ((*name).to_owned(), (*value).to_owned(), *key))
            .collect();
        assert_eq!(shown(object).unwrap(), expected);
    }

    #[test]
    fn numbers_are_written_whole() {
        for number in [0, 9, 10, 1_768_871_701_123_456_789, u64::MAX] {
            let mut text = String::new();
            push_number(number, &mut text);
            assert_eq!(text, number.to_string());
        }
    }

    #[test]
    fn too_many_and_too_deep_members() {
        let many: Vec<String> = (0..MAX_FIELDS + 2).map(|n| format!("\"k{n}\":[{n}]")).collect();
        let pairs = shown(&format!("{{{}}}", many.join(","))).unwrap();
        assert_eq!(pairs.len(), MAX_FIELDS + 1);
        assert_eq!(pairs.last().unwrap().1, r#"{"k512":[512],"k513":[513]}"#);
        let deep = format!("{{\"x\":{}{}}}", "[".repeat(40), "]".repeat(40));
        assert_eq!(shown(&deep), Err(QuarantineReason::Unreadable));
    }
}
