//! The splitter: where the next item starts and ends, told from a window of bytes.
//!
//! It is given the bytes that were not used yet and says how many it used now, or that it needs more of them. What it
//! says depends on the bytes and never on how many of them were there, so that records and streams of any pieces give
//! the same items. It asks for at most [`MAX_ENCODED_BYTES`] and some more at once.

mod json;

use std::ops::Range;

use hinomi_model::{Frame, Frames, QuarantineReason, Reject};

use super::coding::{self, Encoded};
use super::count::{self, Count};
use super::walk::Walker;
use super::{MAX_ENCODED_BYTES, MAX_LINE_BYTES, is_blank};

/// Within so many bytes the end of a line has to be: the longest one with CR and line feed.
const LINE_WINDOW: usize = MAX_LINE_BYTES + 2;

/// Bytes kept of a line that is being dropped while a count may end it.
const LOOKBACK: usize = count::MAX_BYTES;

/// What a step came to.
#[derive(Debug)]
pub(super) enum Step {
    /// An item; its range is one of the bytes given.
    Found(Found),
    /// It needs more bytes.
    More,
    /// All bytes are used and none follow.
    End,
}

/// An item in the bytes that were given.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) line: u64,
    pub(super) part: u64,
    pub(super) frames: Frames,
    pub(super) range: Range<usize>,
    pub(super) what: What,
}

/// What an item's range holds.
#[derive(Debug)]
pub(super) enum What {
    /// A line.
    Line,
    /// A JSON text's inside, in which there may be escapes.
    Text,
    /// Base64 of more.
    Encoded,
    /// The beginning of something that is refused.
    Refused(Reject),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Before an item.
    Start,
    /// At what may be a byte order mark.
    Mark,
    /// At a digit.
    Count,
    /// At what may be base64.
    Encoded,
    /// At a brace.
    Subscription,
    Object,
    /// In an object that is no single line.
    Walk,
    /// At a bracket.
    Array,
    /// In an array, before an element or its end.
    Between,
    /// In an element.
    Element,
    /// Behind an array, in the object that holds it.
    Tail,
    /// In a line, up to its line feed.
    Line,
    /// In what is left of a line that was refused.
    SkipLine,
    /// In what is left of a value that was refused.
    SkipValue,
}

/// The array that items are taken from.
#[derive(Clone, Copy, Debug)]
struct Container {
    frames: Frames,
    in_object: bool,
    /// It holds no lines.
    is_control: bool,
    /// An element was broken, so that only what is surely another one is believed.
    is_torn: bool,
}

enum Next {
    On,
    More,
    Found(Found),
}

enum LineEnd {
    Feed(usize),
    /// A count that is believed starts here.
    Count(usize),
    /// This byte may be a count's priority; it takes more bytes to tell.
    Unsure(usize),
    None,
}

/// The splitter's place in a stream.
#[derive(Debug)]
pub(super) struct Cut {
    state: State,
    /// How many of the bytes not used yet were looked at.
    searched: usize,
    line: u64,
    part: u64,
    /// No item was found in this line yet.
    is_fresh: bool,
    /// Counts were believed here: a line may end where one starts.
    has_counts: bool,
    /// This line starts with a count that is not believed.
    is_suspect: bool,
    /// Why the line that is being read is refused.
    refused: Option<&'static str>,
    walker: Walker,
    container: Option<Container>,
}

impl Cut {
    pub(super) fn new() -> Self {
        Cut {
            state: State::Start,
            searched: 0,
            line: 1,
            part: 0,
            is_fresh: true,
            has_counts: false,
            is_suspect: false,
            refused: None,
            walker: Walker::value(),
            container: None,
        }
    }

    /// Returns the number of the line it is in.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// Goes on counting behind the items that were inside the last one.
    pub(super) fn count_parts(&mut self, line: u64, part: u64) {
        if line == self.line {
            self.part = self.part.max(part);
        }
    }

    /// Takes an ordinary line that is there as a whole, as nearly all are: its number, where it ends, and how many bytes
    /// are used. It is what [`step`](Cut::step) would find; whatever needs a second look is left to that.
    #[inline]
    pub(super) fn quick(&mut self, bytes: &[u8]) -> Option<(u64, usize, usize)> {
        if self.state != State::Start || !self.is_fresh || self.has_counts {
            return None;
        }
        let near = bytes.get(..LINE_WINDOW).unwrap_or(bytes);
        let end = match near {
            [b'{', ..] => json::end_of_one_object(near)?,
            _ if is_ordinary(near) => memchr::memchr(b'\n', near)?,
            _ => return None,
        };
        let length = trimmed_end(bytes, end).end;
        if length > MAX_LINE_BYTES {
            return None;
        }
        let line = self.line;
        self.line += 1;
        self.part = 0;
        Some((line, length, end + 1))
    }

    /// Looks for the next item. Returns how many bytes are used now, of which the item's are some. `ended` says that
    /// nothing follows the bytes.
    pub(super) fn step(&mut self, bytes: &[u8], ended: bool) -> (usize, Step) {
        let mut used = 0;
        loop {
            let rest = bytes.get(used..).unwrap_or_default();
            let (took, next) = match self.state {
                State::Start => self.start(rest),
                State::Line => self.in_line(rest, ended),
                State::Mark => self.mark(rest, ended),
                State::Count => self.count(rest, ended),
                State::Encoded => self.encoded(rest, ended),
                State::Subscription => self.subscription(rest, ended),
                State::Object => self.object(rest, ended),
                State::Walk => self.walk(rest, ended),
                State::Array => self.array(rest, ended),
                State::Between => self.between(rest),
                State::Element => self.element(rest, ended),
                State::Tail => self.tail(rest),
                State::SkipLine => self.skip_line(rest, ended),
                State::SkipValue => self.skip_value(rest),
            };
            match next {
                Next::On => used += took,
                Next::More => return (used + took, if ended { Step::End } else { Step::More }),
                Next::Found(mut found) => {
                    found.range = found.range.start + used..found.range.end + used;
                    return (used + took, Step::Found(found));
                }
            }
        }
    }

    fn start(&mut self, rest: &[u8]) -> (usize, Next) {
        let mut at = 0;
        let first = loop {
            match rest.get(at) {
                None => return (at, Next::More),
                Some(b'\n') => self.end_line(),
                Some(byte) if is_blank(*byte) => {}
                Some(byte) => break *byte,
            }
            at += 1;
        };
        self.is_suspect = false;
        let state = match first {
            b'0'..=b'9' => State::Count,
            b'{' => State::Subscription,
            b'[' => State::Array,
            b'H' | b'K' | b'e' | b'W' => State::Encoded,
            0xef if self.line == 1 => State::Mark,
            _ => State::Line,
        };
        (at, self.turn(state))
    }

    /// A byte order mark before JSON, as Windows writes it. Before a line it is left to whoever reads the line.
    fn mark(&mut self, rest: &[u8], ended: bool) -> (usize, Next) {
        match rest {
            [0xef, 0xbb, 0xbf, b'{' | b'[', ..] => (3, self.turn(State::Start)),
            [0xef] | [0xef, 0xbb] | [0xef, 0xbb, 0xbf] if !ended => (0, Next::More),
            _ => (0, self.turn(State::Line)),
        }
    }

    fn count(&mut self, rest: &[u8], ended: bool) -> (usize, Next) {
        let (start, end) = match count::read(rest, ended) {
            Count::Unsure => return (0, Next::More),
            Count::No => {
                self.is_suspect = count::looks_like(rest);
                return (0, self.turn(State::Line));
            }
            Count::Message { start, end } => (start, end),
        };
        self.has_counts = true;
        let used = rest.get(..end).unwrap_or(rest);
        let is_line_end = used.ends_with(b"\n") || is_line_end(rest.get(end..).unwrap_or_default());
        let (line, part) = self.place(is_line_end);
        self.pass(used);
        self.state = State::Start;
        let frames = Frames::default().with(Frame::OctetCounted);
        (end, found(line, part, frames, trimmed(rest, start..end), What::Line))
    }

    fn encoded(&mut self, rest: &[u8], ended: bool) -> (usize, Next) {
        match coding::line(rest, &mut self.searched, ended) {
            Encoded::No => (0, self.turn(State::Line)),
            Encoded::Unsure => (0, Next::More),
            Encoded::TooLarge => self.too_long_text(rest),
            Encoded::Yes { text, end } => {
                let (line, part) = self.place(true);
                self.state = State::Start;
                (end, found(line, part, newline(), text, What::Encoded))
            }
        }
    }

    fn subscription(&mut self, rest: &[u8], ended: bool) -> (usize, Next) {
        match coding::subscription(rest, &mut self.searched, ended) {
            Encoded::No => (0, self.turn(State::Object)),
            Encoded::Unsure => (0, Next::More),
            Encoded::TooLarge => self.too_long_text(rest),
            Encoded::Yes { text, end } => {
                let (line, part) = self.place(is_line_end(rest.get(end..).unwrap_or_default()));
                self.pass(rest.get(..end).unwrap_or(rest));
                self.state = State::Start;
                (end, found(line, part, Frames::default(), text, What::Encoded))
            }
        }
    }

    fn too_long_text(&mut self, rest: &[u8]) -> (usize, Next) {
        let (line, part) = self.place(true);
        self.pass(rest.get(..MAX_LINE_BYTES).unwrap_or(rest));
        self.turn(State::SkipLine);
        let reject = too_large(MAX_ENCODED_BYTES);
        // More than this is there: it was looked through.
        (MAX_LINE_BYTES, found(line, part, Frames::default(), 0..MAX_LINE_BYTES, What::Refused(reject)))
    }

    fn in_line(&mut self, rest: &[u8], ended: bool) -> (usize, Next) {
        let near = rest.len().min(LINE_WINDOW);
        let (end, used) = match self.line_end(rest, near, ended) {
            LineEnd::Feed(at) => (at, at + 1),
            LineEnd::Count(at) => (at, at),
            LineEnd::Unsure(at) => {
                self.searched = at;
                return (0, Next::More);
            }
            LineEnd::None if near == LINE_WINDOW => {
                let (line, part) = self.place(true);
                let reject = self.rejection().unwrap_or_else(|| too_large(MAX_LINE_BYTES));
                self.turn(State::SkipLine);
                let used = MAX_LINE_BYTES - LOOKBACK;
                self.pass(rest.get(..used).unwrap_or(rest));
                let frames = self.frames();
                return (used, found(line, part, frames, 0..MAX_LINE_BYTES, What::Refused(reject)));
            }
            LineEnd::None if ended => (near, near),
            LineEnd::None => {
                self.searched = near;
                return (0, Next::More);
            }
        };
        let range = if self.refused.is_some() { trimmed(rest, 0..end) } else { trimmed_end(rest, end) };
        let frames = self.frames();
        // Behind an array that broke there may be nothing.
        let (line, part) = match range.is_empty() {
            true => (self.line, self.part),
            false => self.place(used > end || end == rest.len()),
        };
        let what = match self.rejection() {
            Some(reject) => {
                self.pass(rest.get(..end).unwrap_or(rest));
                What::Refused(reject)
            }
            None if range.len() > MAX_LINE_BYTES => What::Refused(too_large(MAX_LINE_BYTES)),
            None => What::Line,
        };
        if used > end {
            self.end_line();
        }
        self.after();
        if range.is_empty() {
            return (used, Next::On);
        }
        (used, found(line, part, frames, range.start..range.end.min(range.start + MAX_LINE_BYTES), what))
    }

    fn skip_line(&mut self, rest: &[u8], ended: bool) -> (usize, Next) {
        match self.line_end(rest, rest.len(), ended) {
            LineEnd::Feed(at) => {
                self.end_line();
                (at + 1, self.after())
            }
            LineEnd::Count(at) => (at, self.after()),
            LineEnd::Unsure(at) => {
                let used = at.saturating_sub(LOOKBACK);
                self.searched = at - used;
                (used, Next::More)
            }
            LineEnd::None => {
                let kept = if ended { 0 } else { rest.len().min(LOOKBACK) };
                self.searched = kept;
                (rest.len() - kept, Next::More)
            }
        }
    }

    /// Finds the end of the line: its line feed or, where counts are in use, one that is believed.
    fn line_end(&self, rest: &[u8], limit: usize, ended: bool) -> LineEnd {
        let near = rest.get(..limit).unwrap_or(rest);
        let mut from = self.searched;
        if !self.has_counts && !self.is_suspect {
            let unsearched = near.get(from..).unwrap_or_default();
            return memchr::memchr(b'\n', unsearched).map_or(LineEnd::None, |at| LineEnd::Feed(from + at));
        }
        while let Some(at) = near.get(from..).and_then(|rest| memchr::memchr2(b'\n', b'<', rest)) {
            let at = from + at;
            if near.get(at) == Some(&b'\n') {
                return LineEnd::Feed(at);
            }
            match count::before(rest, at, ended) {
                // The digits that the line starts with are one count, believed or not.
                Some(Some(start))
                    if self.state == State::SkipLine || !rest.iter().take(start).all(u8::is_ascii_digit) =>
                {
                    return LineEnd::Count(start);
                }
                Some(_) => from = at + 1,
                None => return LineEnd::Unsure(at),
            }
        }
        LineEnd::None
    }

    fn turn(&mut self, state: State) -> Next {
        self.state = state;
        self.searched = 0;
        self.refused = None;
        Next::On
    }

    /// Goes on behind what a line or a value was refused for.
    fn after(&mut self) -> Next {
        self.turn(if self.container.is_some() { State::Between } else { State::Start })
    }

    fn tear(&mut self) {
        if let Some(container) = &mut self.container {
            container.is_torn = true;
        }
    }

    fn rejection(&self) -> Option<Reject> {
        self.refused.map(|detail| Reject::new(QuarantineReason::BadEnvelope, detail))
    }

    fn frames(&self) -> Frames {
        self.container.map_or_else(newline, |container| container.frames)
    }

    /// Numbers the next item.
    fn place(&mut self, is_line_end: bool) -> (u64, u64) {
        if !(self.is_fresh && is_line_end) {
            self.part += 1;
        }
        self.is_fresh = false;
        (self.line, self.part)
    }

    fn end_line(&mut self) {
        self.line += 1;
        self.part = 0;
        self.is_fresh = true;
    }

    /// Counts the lines of bytes that were used.
    fn pass(&mut self, bytes: &[u8]) {
        let last = match memchr::memrchr(b'\n', bytes) {
            Some(at) => {
                self.line += memchr::memchr_iter(b'\n', bytes).count() as u64;
                self.part = 0;
                self.is_fresh = true;
                bytes.get(at + 1..).unwrap_or_default()
            }
            None => bytes,
        };
        self.is_fresh &= last.iter().all(|byte| is_blank(*byte));
    }
}

fn found(line: u64, part: u64, frames: Frames, range: Range<usize>, what: What) -> Next {
    Next::Found(Found { line, part, frames, range, what })
}

pub(super) const fn newline() -> Frames {
    Frames::EMPTY.with(Frame::Newline)
}

fn too_large(limit: usize) -> Reject {
    Reject::new(QuarantineReason::TooLarge, format!("more than {limit} bytes"))
}

/// Tells by its first bytes whether a line is surely nothing but that.
fn is_ordinary(bytes: &[u8]) -> bool {
    match bytes {
        [b'\n' | b' ' | b'\t' | b'\r' | b'\0' | b'{' | b'[' | 0xef, ..] | [] => false,
        [b'H' | b'K' | b'e' | b'W', second, ..] => !matches!(second, b'4' | b'L' | b'y' | b'3'),
        // A row of PAN-OS, or the year of a time stamp.
        [b'0'..=b'9', b',', ..] | [b'0'..=b'9', _, _, _, b'-', ..] => true,
        [b'0'..=b'9' | b'H' | b'K' | b'e' | b'W', ..] => false,
        _ => true,
    }
}

fn is_line_end(behind: &[u8]) -> bool {
    matches!(behind, [] | [b'\n', ..] | [b'\r', b'\n', ..])
}

fn trimmed(bytes: &[u8], range: Range<usize>) -> Range<usize> {
    let around = |byte: &u8| is_blank(*byte) || *byte == b'\n';
    let item = bytes.get(range.clone()).unwrap_or_default();
    let Some(start) = item.iter().position(|byte| !around(byte)) else {
        return range.start..range.start;
    };
    let end = item.iter().rposition(|byte| !around(byte)).map_or(start, |last| last + 1);
    range.start + start..range.start + end
}

fn trimmed_end(bytes: &[u8], end: usize) -> Range<usize> {
    let line = bytes.get(..end).unwrap_or(bytes);
    0..line.iter().rposition(|byte| !is_blank(*byte)).map_or(0, |last| last + 1)
}
