//! Objects and arrays: one object over several lines or several in one line, and arrays of logs of any length, whose
//! elements are given one by one as soon as each is there.
//!
//! ```text
//! {"messageType":"DATA_MESSAGE","owner":"123456789012","logEvents":[{"id":"3","timestamp":1768871701000,"message":"..."}]}
//! ```
//!
//! Specifications: RFC 8259; NDJSON, <https://github.com/ndjson/ndjson-spec>; "Using CloudWatch Logs subscription
//! filters", <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html>. What breaks off is no
//! JSON up to its line feed and does not swallow what follows.

use hinomi_model::{Frame, Frames, QuarantineReason, Reject};

use super::super::walk::{Walked, Walker};
use super::super::{MAX_LINE_BYTES, is_blank};
use super::{Container, Cut, LINE_WINDOW, Next, State, What, found, newline, too_large, trimmed};

/// Blanks looked through behind an object for what follows it.
const MAX_BLANKS: usize = 1024;

impl Cut {
    /// An object that takes up one line is that line. Only one that may hold more than one log is looked into; where
    /// counts are in use a counted message may follow any, and none in an object's text is believed.
    pub(super) fn object(&mut self, rest: &[u8], ended: bool) -> (usize, Next) {
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
        let is_one = is_closed(line) && !may_hold_several(line) && !self.has_counts;
        if is_one && end < LINE_WINDOW {
            self.state = State::Line;
            self.searched = end;
            return (0, Next::On);
        }
        self.walker = Walker::document();
        (0, self.turn(State::Walk))
    }

    pub(super) fn walk(&mut self, rest: &[u8], ended: bool) -> (usize, Next) {
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

    pub(super) fn array(&mut self, rest: &[u8], ended: bool) -> (usize, Next) {
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

    pub(super) fn between(&mut self, rest: &[u8]) -> (usize, Next) {
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

    pub(super) fn element(&mut self, rest: &[u8], ended: bool) -> (usize, Next) {
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

    pub(super) fn tail(&mut self, rest: &[u8]) -> (usize, Next) {
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

    /// Refuses a value that is too long and drops the rest of it.
    fn too_long_value(&mut self, near: &[u8]) -> (usize, Next) {
        let (line, part) = self.place(self.container.is_none());
        self.pass(near);
        let frames = self.frames();
        self.turn(State::SkipValue);
        (near.len(), found(line, part, frames, 0..MAX_LINE_BYTES, What::Refused(too_large(MAX_LINE_BYTES))))
    }

    pub(super) fn skip_value(&mut self, rest: &[u8]) -> (usize, Next) {
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
}

const fn object() -> Frames {
    Frames::EMPTY.with(Frame::JsonObject)
}

/// Finds the end of a line that surely is one object and holds one log, in one walk over it; where there is any doubt there
/// is no answer, and [`Cut::object`] looks.
pub(super) fn end_of_one_object(near: &[u8]) -> Option<usize> {
    if !near.starts_with(b"{\"") || near.starts_with(b"{\"awslogs\"") {
        return None;
    }
    let mut has_array = false;
    for at in memchr::memchr3_iter(b'\n', b'}', b'[', near) {
        match near.get(at) {
            Some(b'}') if is_followed(near, at) => return None,
            Some(b'}') => {}
            Some(b'[') => has_array = true,
            _ => {
                let line = near.get(..at).unwrap_or(near);
                return (is_closed(line) && !(has_array && names_logs(line))).then_some(at);
            }
        }
    }
    None
}

/// Tells whether an object's line may hold more than one log: an array of them, or one object right behind another.
fn may_hold_several(line: &[u8]) -> bool {
    memchr::memchr_iter(b'}', line).any(|at| is_followed(line, at))
        || (memchr::memchr(b'[', line).is_some() && names_logs(line))
}

/// Tells whether the last thing in a line is a closing brace.
fn is_closed(line: &[u8]) -> bool {
    line.iter().rfind(|byte| !is_blank(**byte)) == Some(&b'}')
}

/// Tells whether an object starts right behind the brace at a place.
fn is_followed(line: &[u8], at: usize) -> bool {
    let rest = line.get(at + 1..).unwrap_or_default();
    rest.starts_with(b"{") || rest.starts_with(b" {")
}

/// Tells whether a line has the name of a member that holds an array of logs.
fn names_logs(line: &[u8]) -> bool {
    memchr::memmem::find(line, b"\"logEvents\"").is_some()
        || memchr::memmem::find(line, b"ecords\"").is_some()
}
