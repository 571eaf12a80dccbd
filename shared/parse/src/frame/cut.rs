//! The splitter: where the next item starts and ends, told from a window of bytes.
//!
//! It is given the bytes that were not used yet and says how many it used now, or that it needs more of them. What it
//! says depends on the bytes and never on how many of them were there, so that records and streams of any pieces give
//! the same items. It asks for at most [`MAX_ENCODED_BYTES`] and some more at once.

use std::ops::Range;

use hinomi_model::{Frame, Frames, QuarantineReason, Reject};

use super::coding::{self, Encoded};
use super::count::{self, Count};
use super::walk::{Walked, Walker};
use super::{MAX_ENCODED_BYTES, MAX_LINE_BYTES, is_blank};

/// Within so many bytes the end of a line has to be: the longest one with CR and line feed.
const LINE_WINDOW: usize = MAX_LINE_BYTES + 2;

/// Bytes kept of a line that is being dropped while a count may end it.
const LOOKBACK: usize = count::MAX_BYTES;

/// Blanks looked through behind an object for what follows it.
const MAX_BLANKS: usize = 1024;

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

    /// An object that takes up one line is that line. Only one that may hold more than one log is looked into.
    fn object(&mut self, rest: &[u8], ended: bool) -> (usize, Next) {
        let near = rest.get(..LINE_WINDOW).unwrap_or(rest);
        let unsearched = near.get(self.searched..).unwrap_or_default();
        let end = match memchr::memchr(b'\n', unsearched) {
            Some(at) => self.searched + at,
            None if near.len() < LINE_WINDOW && !ended => {
                self.searched = near.len();
                return (0, Next::More);
            }
            None => near.len(),
        };
        let line = near.get(..end).unwrap_or(near);
        let is_one = line.iter().rfind(|byte| !is_blank(**byte)) == Some(&b'}') && !may_hold_several(line);
        if is_one && end < LINE_WINDOW {
            self.state = State::Line;
            self.searched = end;
            return (0, Next::On);
        }
        self.walker = Walker::document();
        (0, self.turn(State::Walk))
    }

    fn walk(&mut self, rest: &[u8], ended: bool) -> (usize, Next) {
        let near = rest.get(..=MAX_LINE_BYTES).unwrap_or(rest);
        let end = match self.walker.walk(near.get(self.searched..).unwrap_or_default()) {
            Walked::Done(by) if self.searched + by <= MAX_LINE_BYTES => self.searched + by,
            Walked::On | Walked::Done(_) if near.len() > MAX_LINE_BYTES => return self.too_long_value(near),
            Walked::Done(by) => self.searched + by,
            Walked::On if ended => {
                // Cut off: whoever reads it will say so.
                let (line, part) = self.place(true);
                self.pass(rest);
                self.state = State::Start;
                return (rest.len(), found(line, part, object(), trimmed(rest, 0..rest.len()), What::Line));
            }
            Walked::On => {
                self.searched = near.len();
                return (0, Next::More);
            }
            Walked::Broken(_) => return (0, self.turn(State::Line)),
            Walked::Array(by) => return self.open_array(rest, self.searched + by),
        };
        let behind = rest.get(end..).unwrap_or_default();
        let blanks = behind.iter().take(MAX_BLANKS).take_while(|byte| is_blank(**byte)).count();
        let (is_last, is_object) = match behind.get(blanks) {
            _ if blanks == MAX_BLANKS => (false, false),
            None if !ended => {
                self.searched = end;
                return (0, Next::More);
            }
            None | Some(b'\n') => (true, false),
            Some(b'{') => (false, true),
            Some(_) => return (0, self.turn(State::Line)),
        };
        let item = rest.get(..end).unwrap_or(rest);
        let is_object = is_object || !self.is_fresh || memchr::memchr(b'\n', item).is_some();
        let (line, part) = self.place(is_last);
        self.pass(item);
        self.state = State::Start;
        (end, found(line, part, if is_object { object() } else { newline() }, 0..end, What::Line))
    }

    fn array(&mut self, rest: &[u8], ended: bool) -> (usize, Next) {
        let near = rest.get(1..LINE_WINDOW).unwrap_or(rest.get(1..).unwrap_or_default());
        match near.iter().find(|byte| !is_blank(**byte) && **byte != b'\n') {
            Some(b'{' | b'"' | b']') => {
                let frames = Frames::default().with(Frame::JsonArray);
                self.container =
                    Some(Container { frames, in_object: false, is_control: false, is_torn: false });
                self.is_fresh = false;
                (1, self.turn(State::Between))
            }
            None if !ended && rest.len() < LINE_WINDOW => (0, Next::More),
            _ => (0, self.turn(State::Line)),
        }
    }

    /// Goes into the array whose bracket ends before byte `at`.
    fn open_array(&mut self, rest: &[u8], at: usize) -> (usize, Next) {
        let frames = Frames::default().with(Frame::JsonArray);
        let frames = if self.walker.is_cloudwatch() { frames.with(Frame::Cloudwatch) } else { frames };
        let is_control = self.walker.is_control();
        self.container = Some(Container { frames, in_object: true, is_control, is_torn: false });
        // An element's walk needs a walker of its own; of this one the outermost object is left.
        self.pass(rest.get(..at).unwrap_or(rest));
        self.is_fresh = false;
        (at, self.turn(State::Between))
    }

    fn between(&mut self, rest: &[u8]) -> (usize, Next) {
        let is_torn = self.container.is_some_and(|container| container.is_torn);
        for (at, byte) in rest.iter().enumerate() {
            match byte {
                b'\n' => self.end_line(),
                b',' => self.is_fresh = false,
                byte if is_blank(*byte) => {}
                b']' => {
                    let in_object = self.container.is_some_and(|container| container.in_object);
                    self.is_fresh = false;
                    if in_object {
                        self.walker = Walker::behind_array();
                        return (at + 1, self.turn(State::Tail));
                    }
                    self.container = None;
                    return (at + 1, self.turn(State::Start));
                }
                b'{' | b'"' => return (at, self.begin_element()),
                b'[' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n' if !is_torn => {
                    return (at, self.begin_element());
                }
                _ => {
                    // No array any more: what follows is read as if there had been none.
                    self.container = None;
                    return (at, self.turn(State::Start));
                }
            }
        }
        (rest.len(), Next::More)
    }

    fn begin_element(&mut self) -> Next {
        self.is_fresh = false;
        self.walker = Walker::value();
        self.turn(State::Element)
    }

    fn element(&mut self, rest: &[u8], ended: bool) -> (usize, Next) {
        let near = rest.get(..=MAX_LINE_BYTES).unwrap_or(rest);
        let end = match self.walker.walk(near.get(self.searched..).unwrap_or_default()) {
            Walked::Done(by) if self.searched + by <= MAX_LINE_BYTES => self.searched + by,
            Walked::On | Walked::Done(_) if near.len() > MAX_LINE_BYTES => return self.too_long_value(near),
            Walked::Done(by) => self.searched + by,
            Walked::On if ended && self.walker.may_be_whole() => rest.len(),
            Walked::On if ended => {
                let (line, part) = self.place(false);
                self.pass(rest);
                self.turn(State::Between);
                let reject = Reject::new(QuarantineReason::BadEnvelope, "an array that is cut off");
                return (
                    rest.len(),
                    found(line, part, self.frames(), trimmed(rest, 0..rest.len()), What::Refused(reject)),
                );
            }
            Walked::On => {
                self.searched = near.len();
                return (0, Next::More);
            }
            Walked::Broken(by) | Walked::Array(by) => {
                self.state = State::Line;
                self.searched += by;
                self.refused = Some("json in an array");
                self.tear();
                return (0, Next::On);
            }
        };
        let is_text = rest.first() == Some(&b'"');
        let range = if is_text { trimmed(rest, 1..end.saturating_sub(1)) } else { 0..end };
        let is_dropped = range.is_empty() || self.container.is_some_and(|container| container.is_control);
        let item = rest.get(..end).unwrap_or(rest);
        self.turn(State::Between);
        if is_dropped {
            self.pass(item);
            return (end, Next::On);
        }
        let (line, part) = self.place(false);
        self.pass(item);
        (end, found(line, part, self.frames(), range, if is_text { What::Text } else { What::Line }))
    }

    fn tail(&mut self, rest: &[u8]) -> (usize, Next) {
        let (used, next) = match self.walker.walk(rest) {
            Walked::On => (rest.len(), Next::More),
            Walked::Done(by) => {
                self.container = None;
                (by, self.turn(State::Start))
            }
            Walked::Broken(by) => {
                self.container = None;
                let next = self.turn(State::Line);
                self.refused = Some("json behind an array");
                (by, next)
            }
            Walked::Array(by) => return self.open_array(rest, by),
        };
        self.pass(rest.get(..used).unwrap_or(rest));
        (used, next)
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
        let (line, part) = self.place(used > end || end == rest.len());
        let frames = self.frames();
        let range = if self.refused.is_some() { trimmed(rest, 0..end) } else { trimmed_end(rest, end) };
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

    /// Refuses a value that is too long and drops the rest of it.
    fn too_long_value(&mut self, near: &[u8]) -> (usize, Next) {
        let (line, part) = self.place(self.container.is_none());
        self.pass(near);
        let frames = self.frames();
        self.turn(State::SkipValue);
        (near.len(), found(line, part, frames, 0..MAX_LINE_BYTES, What::Refused(too_large(MAX_LINE_BYTES))))
    }

    fn skip_value(&mut self, rest: &[u8]) -> (usize, Next) {
        let (used, next) = match self.walker.walk(rest) {
            Walked::On => (rest.len(), Next::More),
            Walked::Done(by) => (by, self.after()),
            Walked::Broken(by) => {
                self.tear();
                (by, self.turn(State::SkipLine))
            }
            Walked::Array(by) => return self.open_array(rest, by),
        };
        self.pass(rest.get(..used).unwrap_or(rest));
        (used, next)
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
                Some(Some(start)) if !rest.iter().take(start).all(u8::is_ascii_digit) => {
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

const fn newline() -> Frames {
    Frames::EMPTY.with(Frame::Newline)
}

const fn object() -> Frames {
    Frames::EMPTY.with(Frame::JsonObject)
}

fn too_large(limit: usize) -> Reject {
    Reject::new(QuarantineReason::TooLarge, format!("more than {limit} bytes"))
}

/// Tells whether an object's line may hold more than one log: an array of them, or one object right behind another.
fn may_hold_several(line: &[u8]) -> bool {
    (memchr::memchr(b'[', line).is_some()
        && (memchr::memmem::find(line, b"\"logEvents\"").is_some()
            || memchr::memmem::find(line, b"ecords\"").is_some()))
        || memchr::memmem::find(line, b"}{").is_some()
        || memchr::memmem::find(line, b"} {").is_some()
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
