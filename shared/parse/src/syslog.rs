//! Takes off what relays put in front of a log: RFC 3164 and RFC 5424 headers with and without priority, doubled
//! ones, rsyslog's ISO 8601 header, a bare BSD time stamp, `host - `.
//!
//! Read token by token until something starts that a firewall wrote, because no two relays agree:
//! `<189>Jan 20 10:15:01 relay 2026-01-20T01:15:01.5+00:00 KITA-FW1 date=2026-01-20 ...`. Of several headers the
//! innermost counts: it is nearest to the device. Facility and severity are not kept; they say nothing about the event.

use hinomi_model::{EventTime, Frame, Frames};
use jiff::tz::TimeZone;
use wide::u8x16;

use crate::when::{self, Civil, TimeOfDay, Zones};

/// Most parts of headers taken off one line (each of two doubled RFC 5424 headers has seven). What follows more is
/// taken as it stands, and then is no log.
const MAX_PARTS: usize = 24;

/// A relay's stamp may lie this far ahead of the receive time before it is taken for last year's: clocks drift and
/// zones are unknown.
const FUTURE_SECONDS: i64 = 2 * 86_400;

/// RFC 1035 names have at most 255 bytes.
const MAX_HOST_BYTES: usize = 255;

/// Says that JSON follows (Common Event Expression, as rsyslog and syslog-ng write it).
const CEE_COOKIE: &str = "@cee:";

/// What the headers said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Header<'a> {
    /// Host that the innermost header names.
    pub(crate) host: Option<&'a str>,
    /// Time with an offset (RFC 5424, ISO 8601).
    pub(crate) time: Option<EventTime>,
    /// Time without zone, and without year (RFC 3164); read with [`Header::time_in`].
    pub(crate) stamp: Option<Stamp>,
    /// What was around the text: headers, and what they stood in.
    pub(crate) frames: Frames,
}

/// A relay's wall clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    year: Option<i64>,
    month: u32,
    day: u32,
    time: TimeOfDay,
}

impl<'a> Header<'a> {
    /// Takes over what an RFC 5424 header said.
    fn merge(&mut self, said: Header<'a>) {
        self.time = said.time.or(self.time);
        self.host = said.host.or(self.host);
        self.frames = self.frames.with(Frame::SyslogIetf);
    }

    /// Returns the header's time; a stamp without offset is read in `zone`, one without year in the year that
    /// brings it nearest to `received`.
    pub(crate) fn time_in(
        &self,
        zone: &TimeZone,
        received: EventTime,
        zones: &mut Zones,
    ) -> Option<EventTime> {
        if self.time.is_some() {
            return self.time;
        }
        let stamp = self.stamp?;
        let at = |year: i64| Civil::new(year, stamp.month, stamp.day, stamp.time);
        if let Some(year) = stamp.year {
            return at(year).map(|civil| zones.instant(zone, civil));
        }
        let year = i64::from(received.timestamp().to_zoned(TimeZone::UTC).year());
        let not_later = received.plus(FUTURE_SECONDS);
        // Received in the first days of January, December belongs to the year before, and the other way round.
        [year + 1, year, year - 1, year - 2, year - 3, year - 4]
            .into_iter()
            .filter_map(|year| at(year).map(|civil| zones.instant(zone, civil)))
            .find(|time| *time <= not_later)
    }
}

/// Takes the headers off a line.
#[inline]
pub(crate) fn strip(line: &str) -> (&str, Header<'_>) {
    one_header(line).unwrap_or_else(|| any_headers(line))
}

/// Takes off the one header that most devices write, `<14>Jan 20 10:15:01 KITA-PA1 ` with nothing more in front of the
/// log; `None` for every other line.
#[inline(never)]
fn one_header(line: &str) -> Option<(&str, Header<'_>)> {
    let rest = priority(line).unwrap_or(line);
    let (stamp, after) = rest.as_bytes().split_first_chunk::<16>()?;
    let [m1, m2, m3, b' ', d1, d2, b' ', time @ .., b' '] = stamp else { return None };
    let day = if *d1 == b' ' { digit(*d2)? } else { 10 * digit(*d1)? + digit(*d2)? };
    let time = when::clock_time(time)?;
    let month = month_of([*m1, *m2, *m3, b' '])?;
    // A name that may be more than a host's, and what may be another header, is for those who know all headers.
    if !after.first()?.is_ascii_alphabetic() {
        return None;
    }
    let length = after.iter().position(|&byte| !IN_PLAIN_HOST[usize::from(byte)])?;
    let payload = rest.get(16 + length..)?.strip_prefix(' ')?;
    // Three letters may be a month, and what begins so another header.
    let may_be_header = length == 3 || !matches!(payload.as_bytes().first()?, b'!'..=b'~');
    let is_header = matches!(payload.as_bytes().first()?, b'<' | b'@') || octet_count(payload).is_some();
    if may_be_header || is_header || length > MAX_HOST_BYTES || !is_payload(payload) {
        return None;
    }
    let header = Header {
        host: rest.get(16..16 + length),
        time: None,
        stamp: Some(Stamp { year: None, month, day, time }),
        frames: Frames::EMPTY.with(Frame::SyslogBsd),
    };
    Some((payload, header))
}

/// What the name of a host is written with in nearly all headers.
const IN_PLAIN_HOST: [bool; 256] = {
    let mut known = [false; 256];
    let mut byte = 0;
    while byte < known.len() {
        known[byte] = matches!(byte as u8, b'-' | b'_' | b'.') || (byte as u8).is_ascii_alphanumeric();
        byte += 1;
    }
    known
};

fn digit(byte: u8) -> Option<u32> {
    Some(u32::from(byte.wrapping_sub(b'0'))).filter(|digit| *digit <= 9)
}

/// Takes off whatever headers there are.
fn any_headers(line: &str) -> (&str, Header<'_>) {
    let mut header = Header::default();
    let mut rest = trim_start(line);
    // A host is taken after a time stamp, or in front of a ` - `.
    let mut after_stamp = false;
    for _ in 0..MAX_PARTS {
        if let Some(after) = octet_count(rest) {
            header.frames = header.frames.with(Frame::OctetCounted);
            rest = after;
            continue;
        }
        if let Some(after) = priority(rest) {
            rest = trim_start(after);
            let Some(after) = version(rest) else {
                header.frames = header.frames.with(Frame::SyslogBsd);
                continue;
            };
            let (after, said) = rfc5424(after);
            header.merge(said);
            rest = trim_start(after);
            after_stamp = false;
            continue;
        }
        if let Some(after) = rest.strip_prefix(CEE_COOKIE) {
            rest = trim_start(after);
            continue;
        }
        if is_payload(rest) {
            return (rest, header);
        }
        if let Some((stamp, after)) = bsd_stamp(rest) {
            (header.stamp, header.time) = (Some(stamp), None);
            header.frames = header.frames.with(Frame::SyslogBsd);
            (rest, after_stamp) = (trim_start(after), true);
            continue;
        }
        if let Some((civil, offset, after)) = iso_stamp(rest) {
            header.time = Some(civil.at_offset(offset));
            header.frames = header.frames.with(Frame::SyslogBsd);
            (rest, after_stamp) = (trim_start(after), true);
            continue;
        }
        if let Some(after) = version(rest) {
            let (after, said) = rfc5424(after);
            header.merge(said);
            (rest, after_stamp) = (trim_start(after), false);
            continue;
        }
        let (token, after) = next_token(rest);
        if token.is_empty() {
            break;
        }
        let is_tag = token == "-" || token.ends_with(':');
        if !is_tag && is_host(token) && (after_stamp || after.starts_with("- ") || is_payload(after)) {
            header.host = Some(token);
            header.frames = header.frames.with(Frame::SyslogBsd);
            (rest, after_stamp) = (after, false);
            continue;
        }
        if is_tag {
            (rest, after_stamp) = (after, false);
            continue;
        }
        break;
    }
    (rest, header)
}

/// Tells whether a firewall's own text starts here: a pair, a comma-separated row, a JSON object, CEF or LEEF.
fn is_payload(rest: &str) -> bool {
    match rest.as_bytes() {
        [b'{', ..] => return true,
        [b'C', ..] if rest.starts_with("CEF:") => return true,
        [b'L', ..] if rest.starts_with("LEEF:") => return true,
        // CEF of which a relay took the mark for its tag.
        [b'0' | b'1', b'|', ..] => return true,
        _ => {}
    }
    let ends = |bytes: u8x16| {
        let is = |byte| bytes.simd_eq(u8x16::splat(byte));
        is(b'=') | is(b',') | is(b' ') | is(b'\t') | is(b'\n')
    };
    let end = first_of(rest, ends).and_then(|end| rest.as_bytes().get(end));
    matches!(end, Some(b'=' | b','))
}

#[inline]
fn trim_start(text: &str) -> &str {
    match text.as_bytes().first() {
        Some(b'!'..=b'~') => text,
        _ => trim_blanks(text),
    }
}

fn trim_blanks(text: &str) -> &str {
    // A byte order mark may stand in front of the message of RFC 5424.
    text.trim_start_matches([' ', '\t', '\r', '\n', '\0', '\u{feff}'])
}

/// Returns the first byte of a kind; `kind` marks the bytes of it with all their bits, as comparisons do. What is looked
/// for is nearly always among the first sixteen.
#[inline(always)]
fn first_of(text: &str, kind: impl Fn(u8x16) -> u8x16) -> Option<usize> {
    let (chunks, rest) = text.as_bytes().as_chunks::<16>();
    for (number, chunk) in chunks.iter().enumerate() {
        let found = kind(u8x16::new(*chunk)).to_bitmask();
        if found != 0 {
            return Some(16 * number + found.trailing_zeros() as usize);
        }
    }
    let mut last = [0; 16];
    for (to, from) in last.iter_mut().zip(rest) {
        *to = *from;
    }
    // No kind that is looked for has the byte that fills the last chunk up.
    let found = kind(u8x16::new(last)).to_bitmask();
    (found != 0).then(|| text.len() - rest.len() + found.trailing_zeros() as usize)
}

#[inline]
fn next_token(text: &str) -> (&str, &str) {
    let end = first_of(text, |bytes| bytes.simd_eq(u8x16::splat(b' '))).unwrap_or(text.len());
    match text.split_at_checked(end) {
        Some((token, rest)) => (token, trim_start(rest.get(1..).unwrap_or(""))),
        None => (text, ""),
    }
}

fn is_host(token: &str) -> bool {
    // IPv6 has colons, some relays add a scope or a port in brackets.
    token.len() <= MAX_HOST_BYTES && token.bytes().all(|b| IN_HOST[usize::from(b)]) && token != "-"
}

/// What a host may be written with.
const IN_HOST: [bool; 256] = {
    let mut known = [false; 256];
    let mut byte = 0;
    while byte < known.len() {
        let marks = matches!(
            byte as u8,
            b'.' | b'-' | b'_' | b':' | b'%' | b'[' | b']' | b'(' | b')' | b'/' | b'@' | 0x80..
        );
        known[byte] = marks || (byte as u8).is_ascii_alphanumeric();
        byte += 1;
    }
    known
};

/// `673 <189>...`: the byte count of RFC 6587, when the transport left it in.
fn octet_count(rest: &str) -> Option<&str> {
    if !rest.as_bytes().first()?.is_ascii_digit() {
        return None;
    }
    let digits = rest.bytes().take(6).take_while(u8::is_ascii_digit).count();
    let after = rest.get(digits..)?.strip_prefix(' ')?;
    (digits > 0 && after.starts_with('<') && priority(after).is_some()).then_some(after)
}

fn priority(rest: &str) -> Option<&str> {
    let digits = match rest.as_bytes() {
        [b'<', a, b'>', ..] if a.is_ascii_digit() => 1,
        [b'<', a, b, b'>', ..] if [a, b].iter().all(|byte| byte.is_ascii_digit()) => 2,
        [b'<', a, b, c, b'>', ..] if [a, b, c].iter().all(|byte| byte.is_ascii_digit()) => 3,
        _ => return None,
    };
    rest.get(digits + 2..)
}

/// The version of RFC 5424, `1 `, when a time stamp or `-` follows.
fn version(rest: &str) -> Option<&str> {
    let after = rest.strip_prefix("1 ")?;
    (after.starts_with("- ") || iso_stamp(after).is_some()).then_some(after)
}

/// TIMESTAMP HOSTNAME APP-NAME PROCID MSGID STRUCTURED-DATA; senders leave out what they like, so it stops where the
/// payload starts.
fn rfc5424(rest: &str) -> (&str, Header<'_>) {
    let mut header = Header::default();
    let mut rest = match iso_stamp(rest) {
        Some((civil, offset, after)) => {
            header.time = Some(civil.at_offset(offset));
            trim_start(after)
        }
        None => next_token(rest).1,
    };
    for part in 0..4 {
        if is_payload(rest) {
            return (rest, header);
        }
        let (token, after) = next_token(rest);
        if part == 0 && token != "-" && is_host(token) {
            header.host = Some(token);
        }
        rest = after;
    }
    (structured_data(rest), header)
}

fn structured_data(rest: &str) -> &str {
    if let Some(after) = rest.strip_prefix("- ") {
        return after;
    }
    let mut quoted = false;
    let mut depth = 0usize;
    let bytes = rest.as_bytes();
    if bytes.first() != Some(&b'[') {
        return rest;
    }
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' if quoted => at += 1,
            b'"' => quoted = !quoted,
            b'[' if !quoted => depth += 1,
            b']' if !quoted => depth = depth.saturating_sub(1),
            b' ' if !quoted && depth == 0 => return rest.get(at..).unwrap_or(""),
            _ => {}
        }
        at += 1;
    }
    // An element that never ends holds the log itself, if anything does.
    rest
}

/// `Jan  6 19:47:37`, `Jan 06 2026 19:47:37.123`, `Jan  6 19:47:37 2026`.
fn bsd_stamp(rest: &str) -> Option<(Stamp, &str)> {
    let month = month_of(*rest.as_bytes().first_chunk()?)?;
    let (day, mut after) = next_token(trim_start(rest.get(4..)?));
    let day = small(day, 2)?;
    let mut year = year_of(after);
    if year.is_some() {
        after = next_token(after).1;
    }
    let (time, after) = when::time_of_day(after)?;
    let mut after = after.strip_prefix(' ').or_else(|| after.is_empty().then_some(""))?;
    if year.is_none() {
        year = year_of(after);
        if year.is_some() {
            after = next_token(after).1;
        }
    }
    Some((Stamp { year, month, day: u32::try_from(day).ok()?, time }, after))
}

/// Returns the number of the month that a name with a blank behind it is.
fn month_of(name: [u8; 4]) -> Option<u32> {
    Some(match &name {
        b"Jan " => 1,
        b"Feb " => 2,
        b"Mar " => 3,
        b"Apr " => 4,
        b"May " => 5,
        b"Jun " => 6,
        b"Jul " => 7,
        b"Aug " => 8,
        b"Sep " => 9,
        b"Oct " => 10,
        b"Nov " => 11,
        b"Dec " => 12,
        _ => return None,
    })
}

fn year_of(text: &str) -> Option<i64> {
    let year = match text.as_bytes() {
        [a, b, c, d] | [a, b, c, d, b' ', ..] => [*a, *b, *c, *d],
        _ => return None,
    };
    let year = crate::value::number_of(&year).and_then(|year| i64::try_from(year).ok())?;
    (1990..=2261).contains(&year).then_some(year)
}

fn small(text: &str, digits: usize) -> Option<i64> {
    (text.len() <= digits).then(|| crate::value::number(text)).flatten().and_then(|n| i64::try_from(n).ok())
}

fn iso_stamp(rest: &str) -> Option<(Civil, i32, &str)> {
    if !rest.as_bytes().first()?.is_ascii_digit() {
        return None;
    }
    let (token, after) = next_token(rest);
    let (civil, offset) = when::timestamp(token)?;
    // Without an offset RFC 5424 knows no stamp; those who write one mean UTC.
    Some((civil, offset.unwrap_or(0), after))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn time(text: &str) -> Option<EventTime> {
        EventTime::parse_rfc3339(text)
    }

    proptest! {
        #[test]
        fn one_header_is_read_as_any_are(
            head in "(<[0-9]{1,3}>)?",
            stamp in "(Jan|Feb|May|Oct|Dec|Foo) ([ 0-3][0-9]|[0-9]) [0-2][0-9]:[0-6][0-9]:[0-6][0-9](\\.5)?( 20[0-9]{2})? {1,2}",
            host in "(Oct|fw1|KITA-PA1|192\\.0\\.2\\.1|a:b|fw[1]|CEF:|Jan 20|f\u{e9}|-|[a-z0-9._:=,-]{1,4}){0,2}",
            rest in "( {1,2}|: |)(1,2026/01/20|date=1|\\{\"a\":1\\}|CEF:0\\|a|LEEF:1|text|12 <14>date=1|<14>date=1|1 - - date=1|@cee:x|\r,|\t|=a|,,|)",
        ) {
            let line = format!("{head}{stamp}{host}{rest}");
            prop_assert_eq!(strip(&line), any_headers(&line));
        }
    }

    #[test]
    fn headers_of_the_field_come_off() {
        let utc = "2026-01-20T01:15:01Z";
        let cases = [
            ("date=2026-01-20 a=1", "date=2026-01-20 a=1", None, None),
            ("<189>date=2026-01-20", "date=2026-01-20", None, None),
            ("<189> date=1", "date=1", None, None),
            ("  <189>date=1", "date=1", None, None),
            ("Jan 20 01:15:01 fw1 date=1", "date=1", Some("fw1"), Some(utc)),
            ("Jan 20 01:15:01 date=1", "date=1", None, Some(utc)),
            ("<111> Jan 20 01:15:01 fw1 date=1", "date=1", Some("fw1"), Some(utc)),
            ("<14>Jan 20 2026 01:15:01 fw1 date=1", "date=1", Some("fw1"), Some(utc)),
            ("<14>Jan 20 01:15:01 2026 fw1 date=1", "date=1", Some("fw1"), Some(utc)),
            ("<14>Jan 20 01:15:01 fw1 : date=1", "date=1", Some("fw1"), Some(utc)),
            ("<14>Jan 20 01:15:01 fw1 logger[7]: date=1", "date=1", Some("fw1"), Some(utc)),
            ("2026-01-20T10:15:01+09:00 192.0.2.1 date=1", "date=1", Some("192.0.2.1"), Some(utc)),
            ("<189>2026-01-20T01:15:01Z fw1 date=1", "date=1", Some("fw1"), Some(utc)),
            ("<165>1 2026-01-20T01:15:01Z fw1 - - - - date=1", "date=1", Some("fw1"), Some(utc)),
            ("1 2026-01-20T01:15:01Z fw1 app 12 id - date=1", "date=1", Some("fw1"), Some(utc)),
            ("<165>1 - - - - - - date=1", "date=1", None, None),
            (
                "<165>1 2026-01-20T01:15:01Z fw1 a - - [x@1 k=\"a ] \\\" b\"][y@2] \u{feff}date=1",
                "date=1",
                Some("fw1"),
                Some(utc),
            ),
            ("Jan 20 03:00:00 relay Jan 20 01:15:01 fw1 date=1", "date=1", Some("fw1"), Some(utc)),
            ("<13>Jan 20 03:00:00 relay <189>date=1", "date=1", Some("relay"), Some("2026-01-20T03:00:00Z")),
            ("fw1 - 1,2026/01/20 10:15:01,0128", "1,2026/01/20 10:15:01,0128", Some("fw1"), None),
            (": 1,2026/01/20 10:15:01,0128", "1,2026/01/20 10:15:01,0128", None, None),
            ("673 <189>date=1", "date=1", None, None),
            ("Jan 20 01:15:01 fw1 CEF: 0|a b", "CEF: 0|a b", Some("fw1"), Some(utc)),
            ("Jan 20 01:15:01 fw1 {\"a\": 1}", "{\"a\": 1}", Some("fw1"), Some(utc)),
            ("2001:db8::1 date=1", "date=1", Some("2001:db8::1"), None),
            ("<189>Jan 20 01:15:01 fw1 app: @cee:{\"a\": 1}", "{\"a\": 1}", Some("fw1"), Some(utc)),
            ("@cee: {\"a\": 1}", "{\"a\": 1}", None, None),
        ];
        let received = time("2026-01-20T02:00:00Z").unwrap();
        for (line, payload, host, at) in cases {
            let (rest, header) = strip(line);
            assert_eq!(rest, payload, "{line}");
            assert_eq!(header.host, host, "{line}");
            let read = header.time_in(&TimeZone::UTC, received, &mut Zones::default());
            assert_eq!(read, at.and_then(time), "{line}");
        }
    }

    #[test]
    fn headers_are_named() {
        use Frame::{OctetCounted, SyslogBsd, SyslogIetf};
        let cases: [(&str, &[Frame]); 7] = [
            ("date=1", &[]),
            ("<189>date=1", &[SyslogBsd]),
            ("16 <189>date=1", &[OctetCounted, SyslogBsd]),
            ("2026-01-20T10:15:01+09:00 192.0.2.1 date=1", &[SyslogBsd]),
            ("<165>1 2026-01-20T01:15:01Z fw1 - - - - date=1", &[SyslogIetf]),
            ("1 2026-01-20T01:15:01Z fw1 app 12 id - date=1", &[SyslogIetf]),
            ("<13>Jan 20 03:00:00 relay <165>1 - - - - - - date=1", &[SyslogBsd, SyslogIetf]),
        ];
        for (line, frames) in cases {
            let (_, header) = strip(line);
            assert_eq!(header.frames.iter().collect::<Vec<_>>(), frames, "{line}");
        }
    }

    #[test]
    fn text_that_is_no_header_stays() {
        for line in
            ["", " ", "hello world", "<1234>x", "<>x", "Jan", "Jan 40", "1 ", "<14>", "Foo 20 01:15:01 x"]
        {
            let (rest, header) = strip(line);
            assert!(line.ends_with(rest), "{line:?} {rest:?}");
            assert_eq!(header.time, None);
        }
    }

    #[test]
    fn year_of_a_stamp_is_the_nearest_before_the_receive_time() {
        let cases = [
            ("Dec 31 23:59:59 h a=1", "2026-01-01T00:00:10Z", "2025-12-31T23:59:59Z"),
            ("Jan  1 00:00:05 h a=1", "2025-12-31T23:59:59Z", "2026-01-01T00:00:05Z"),
            ("Feb 29 10:00:00 h a=1", "2026-03-01T00:00:00Z", "2024-02-29T10:00:00Z"),
            ("Jul  4 10:00:00 h a=1", "2026-07-04T10:00:03Z", "2026-07-04T10:00:00Z"),
        ];
        for (line, received, expected) in cases {
            let (_, header) = strip(line);
            let read = header.time_in(&TimeZone::UTC, time(received).unwrap(), &mut Zones::default());
            assert_eq!(read, time(expected), "{line}");
        }
    }
}
