//! Octet counting: `LEN SP <PRI>message`, with nothing between one message and the next.
//!
//! FortiGate's `set mode reliable` and every syslog over TLS send it so. Specification: RFC 6587, section 3.4.1,
//! <https://www.rfc-editor.org/rfc/rfc6587#section-3.4.1>. Deviation: a count is not believed by itself. What it claims
//! has to be followed by the end, a line feed, another count or a priority; a count that lies would otherwise swallow
//! its neighbours or cut them.
//!
//! ```text
//! 71 <189>date=2026-01-20 time=10:15:01 devid="FGT60FTK20000001" logid="0000000013"71 <189>date=...
//! ```

use super::MAX_LINE_BYTES;

/// Digits of a count. Five make the longest line; a gigabyte is no line of anybody's, but follows a line well enough.
const MAX_DIGITS: usize = 9;

/// Bytes in front of a message that its count may take: the digits and the blank.
pub(super) const MAX_BYTES: usize = MAX_DIGITS + 1;

/// What a count says, as far as the bytes that are there show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Count {
    /// There is none, or it is not believed.
    No,
    /// It takes more bytes to tell.
    Unsure,
    /// The message lies in these bytes.
    Message {
        /// Behind the count.
        start: usize,
        /// Behind the message.
        end: usize,
    },
}

/// Tells whether bytes start like a count: most lines that start with a digit don't.
pub(super) fn looks_like(bytes: &[u8]) -> bool {
    claim(bytes, true).is_ok_and(|claim| claim.is_some())
}

/// Reads the count that bytes start with. `ended` says that nothing follows them.
pub(super) fn read(bytes: &[u8], ended: bool) -> Count {
    let (start, length) = match claim(bytes, ended) {
        Ok(Some(claim)) => claim,
        Ok(None) => return Count::No,
        Err(Unsure) => return Count::Unsure,
    };
    let end = start + length;
    if length > MAX_LINE_BYTES {
        return Count::No;
    }
    let Some(after) = bytes.get(end..) else {
        return if ended { Count::No } else { Count::Unsure };
    };
    match after {
        [] if !ended => Count::Unsure,
        [] | [b'\n', ..] | [b'\r', b'\n', ..] => Count::Message { start, end },
        [b'\r'] if !ended => Count::Unsure,
        [b'<', ..] => match priority(after, ended) {
            Ok(true) => Count::Message { start, end },
            Ok(false) => Count::No,
            Err(Unsure) => Count::Unsure,
        },
        _ => match claim(after, ended) {
            Ok(Some(_)) => Count::Message { start, end },
            Ok(None) => Count::No,
            Err(Unsure) => Count::Unsure,
        },
    }
}

/// Finds the count that is believed and whose message starts with the priority at `at`. Returns where it starts;
/// `None` when it takes more bytes to tell.
pub(super) fn before(bytes: &[u8], at: usize, ended: bool) -> Option<Option<usize>> {
    let Some((digits, b" ")) =
        bytes.get(..at).and_then(|before| before.split_at_checked(before.len().max(1) - 1))
    else {
        return Some(None);
    };
    let most = digits.iter().rev().take(MAX_DIGITS).take_while(|byte| byte.is_ascii_digit()).count();
    // The message before may end with digits too, so that each number of them may be the count.
    for length in (1..=most).rev() {
        let start = digits.len() - length;
        match read(bytes.get(start..).unwrap_or_default(), ended) {
            Count::Message { .. } => return Some(Some(start)),
            Count::Unsure => return None,
            Count::No => {}
        }
    }
    Some(None)
}

/// It takes more bytes to tell.
struct Unsure;

/// Reads `LEN SP <PRI>`: where the message starts and how long it claims to be.
fn claim(bytes: &[u8], ended: bool) -> Result<Option<(usize, usize)>, Unsure> {
    let digits = bytes.iter().take(MAX_DIGITS + 1).take_while(|byte| byte.is_ascii_digit()).count();
    if digits > MAX_DIGITS || bytes.first() == Some(&b'0') {
        return Ok(None);
    }
    let more = |found| if ended { Ok(None) } else { found };
    match bytes.get(digits) {
        None => return more(Err(Unsure)),
        Some(b' ') if digits > 0 => {}
        Some(_) => return Ok(None),
    }
    let start = digits + 1;
    let message = bytes.get(start..).unwrap_or_default();
    if !priority(message, ended)? {
        return Ok(None);
    }
    let length = bytes.iter().take(digits).fold(0, |number, digit| number * 10 + usize::from(digit - b'0'));
    Ok(Some((start, length)))
}

/// Tells whether bytes start with `<PRI>`.
fn priority(bytes: &[u8], ended: bool) -> Result<bool, Unsure> {
    let Some((b'<', rest)) = bytes.split_first() else {
        return if bytes.is_empty() && !ended { Err(Unsure) } else { Ok(false) };
    };
    let digits = rest.iter().take(4).take_while(|byte| byte.is_ascii_digit()).count();
    match rest.get(digits) {
        Some(byte) => Ok((1..=3).contains(&digits) && *byte == b'>'),
        None if ended || digits > 3 => Ok(false),
        None => Err(Unsure),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_is_believed_when_what_follows_its_message_starts_something() {
        let message = Count::Message { start: 3, end: 13 };
        for (text, expected) in [
            ("10 <1>abcdefg", message),
            ("10 <1>abcdefg\n", message),
            ("10 <1>abcdefg\r\nx", message),
            ("10 <1>abcdefg10 <1>abcdefg", message),
            ("10 <1>abcdefg<189>x", message),
            ("10 <1>abcdefg123456 <1>x", message),
            ("10 <1>abc\nefg\n", message),
            ("10 <1>abcdefgh", Count::No),
            ("10 <1>abcdef", Count::No),
            ("10 <1>abcdefg12 x", Count::No),
            ("10 <1234>defg", Count::No),
            ("10 date=1", Count::No),
            ("010 <1>abcdefg", Count::No),
            ("1,2026/01/20 10:15:01", Count::No),
            ("999999 <1>a", Count::No),
            ("9999999999 <1>a", Count::No),
            ("99999 <1>a", Count::No),
            ("", Count::No),
        ] {
            assert_eq!(read(text.as_bytes(), true), expected, "{text}");
            // A beginning says the same, or that it can't tell.
            for end in 0..text.len() {
                let early = read(&text.as_bytes()[..end], false);
                assert!(early == Count::Unsure || early == expected, "{text} at {end}: {early:?}");
            }
        }
    }

    #[test]
    fn a_count_is_found_behind_digits_that_are_not_its_own() {
        let text = b"sentbyte=12310 <1>abcdefg";
        assert_eq!(before(text, 15, true), Some(Some(12)));
        assert_eq!(before(text, 15, false), None);
        assert_eq!(before(b"x <1>abcdefg", 2, true), Some(None));
        assert_eq!(before(b"<1>", 0, true), Some(None));
        assert_eq!(before(b" <1>", 1, true), Some(None));
    }
}
