//! The splitter again, plain and slow: all bytes are there, nothing is remembered but where it is, and JSON is read by
//! recursion. It knows no layers and no limits, so it is held against inputs that are plain and short.

use hinomi_model::Frame::{self, Cloudwatch, JsonArray, JsonObject, Newline, OctetCounted};
use hinomi_model::QuarantineReason::BadEnvelope;

use crate::Owned;

const MAX_DEPTH: usize = 32;

pub(crate) fn split(bytes: &[u8]) -> Vec<Owned> {
    let mut splitter = Splitter { bytes, at: 0, counts: false, in_tail: false, items: Vec::new() };
    splitter.run();
    splitter.items
}

/// Why a JSON value has no end.
enum Stop {
    Broken(usize),
    /// The bytes end first.
    Cut,
    /// An array of logs starts here, in the outermost object.
    Array {
        at: usize,
        cloudwatch: bool,
        control: bool,
    },
}

struct Splitter<'a> {
    bytes: &'a [u8],
    at: usize,
    counts: bool,
    /// The line that is read is what an object broke off with.
    in_tail: bool,
    items: Vec<Owned>,
}

impl Splitter<'_> {
    fn byte(&self, at: usize) -> Option<u8> {
        self.bytes.get(at).copied()
    }

    fn run(&mut self) {
        loop {
            while self.byte(self.at).is_some_and(|byte| is_blank(byte) || byte == b'\n') {
                self.at += 1;
            }
            let Some(first) = self.byte(self.at) else { return };
            let start = self.at;
            let line = self.bytes[..start].iter().filter(|byte| **byte == b'\n').count();
            if line == 0
                && self.bytes[start..].starts_with(b"\xef\xbb\xbf")
                && matches!(self.byte(start + 3), Some(b'{' | b'['))
            {
                self.at += 3;
                continue;
            }
            if let Some((from, to)) = self.count(start) {
                self.counts = true;
                self.item(start, to, from, to, &[OctetCounted]);
            } else if first == b'[' && matches!(self.next_solid(start + 1), Some(b'{' | b'"' | b']')) {
                self.at += 1;
                self.array(false, false, false);
            } else if first == b'{' {
                self.object();
            } else {
                self.line(Newline, None, start);
            }
        }
    }

    fn next_solid(&self, at: usize) -> Option<u8> {
        self.bytes[at..].iter().copied().find(|byte| !is_blank(*byte) && *byte != b'\n')
    }

    /// `LEN SP <PRI>` whose message is followed by what may follow one: where the message starts and ends.
    fn count(&self, at: usize) -> Option<(usize, usize)> {
        let (start, length) = self.claim(at)?;
        let end = start + length;
        if end > self.bytes.len() {
            return None;
        }
        let after = &self.bytes[end..];
        let is_followed = after.is_empty()
            || after.starts_with(b"\n")
            || after.starts_with(b"\r\n")
            || self.priority(end)
            || self.claim(end).is_some();
        is_followed.then_some((start, end))
    }

    fn claim(&self, at: usize) -> Option<(usize, usize)> {
        let digits = self.bytes[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        if !(1..=9).contains(&digits) || self.byte(at) == Some(b'0') || self.byte(at + digits) != Some(b' ') {
            return None;
        }
        let length: usize = std::str::from_utf8(&self.bytes[at..at + digits]).unwrap().parse().unwrap();
        let start = at + digits + 1;
        self.priority(start).then_some((start, length))
    }

    fn priority(&self, at: usize) -> bool {
        let digits = self
            .bytes
            .get(at + 1..)
            .unwrap_or_default()
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        self.byte(at) == Some(b'<') && (1..=3).contains(&digits) && self.byte(at + 1 + digits) == Some(b'>')
    }

    /// Takes the line up to its line feed, which is looked for from `from`, or up to a count that is believed.
    fn line(&mut self, frame: Frame, torn: Option<bool>, from: usize) {
        let start = self.at;
        let looks_for_counts =
            self.counts || (torn.is_none() && !self.in_tail && self.claim(start).is_some());
        let is_count = |at: usize| {
            looks_for_counts
                && !self.bytes[start..at].iter().all(u8::is_ascii_digit)
                && self.count(at).is_some_and(|(message, _)| message >= from)
        };
        let is_end = |at: &usize| is_count(*at) || (*at >= from && self.byte(*at) == Some(b'\n'));
        let end = (start..self.bytes.len()).find(is_end).unwrap_or(self.bytes.len());
        let frames: Vec<Frame> = match torn {
            Some(true) => vec![Cloudwatch, JsonArray],
            Some(false) => vec![JsonArray],
            None => vec![frame],
        };
        let next = if self.byte(end) == Some(b'\n') { end + 1 } else { end };
        let is_whole = next > end || end == self.bytes.len();
        self.give(start, next, start, end, is_whole, &frames, torn.is_some());
    }

    fn object(&mut self) {
        let start = self.at;
        let end = self.bytes[start..]
            .iter()
            .position(|byte| *byte == b'\n')
            .map_or(self.bytes.len(), |at| start + at);
        let line = trim(&self.bytes[start..end]);
        let holds = |text: &[u8]| line.windows(text.len()).any(|window| window == text);
        let may_hold_several =
            holds(b"}{") || (line.contains(&b'[') && (holds(b"\"logEvents\"") || holds(b"ecords\"")));
        if line.ends_with(b"}") && !may_hold_several && !self.counts {
            return self.line(Newline, None, start);
        }
        match self.value(start, 0, true, false) {
            Ok(end) => {
                let blanks = self.bytes[end..].iter().take_while(|byte| is_blank(**byte)).count();
                let next = self.byte(end + blanks);
                if !matches!(next, None | Some(b'\n' | b'{')) {
                    return self.line(Newline, None, start);
                }
                let is_first = self.is_fresh(start);
                let is_object = next == Some(b'{') || !is_first || self.bytes[start..end].contains(&b'\n');
                let frame = if is_object { JsonObject } else { Newline };
                self.give(start, end, start, end, next != Some(b'{'), &[frame], false);
            }
            Err(Stop::Cut) => {
                let end = self.bytes.len();
                self.give(start, end, start, end, true, &[JsonObject], false);
            }
            Err(Stop::Broken(_)) => self.line(Newline, None, start),
            Err(Stop::Array { at, cloudwatch, control }) => {
                self.at = at;
                self.array(true, cloudwatch, control);
            }
        }
    }

    /// Takes the elements of an array, behind its bracket.
    fn array(&mut self, in_object: bool, cloudwatch: bool, control: bool) {
        let frames: &[Frame] = if cloudwatch { &[Cloudwatch, JsonArray] } else { &[JsonArray] };
        let mut is_torn = false;
        loop {
            let Some(byte) = self.byte(self.at) else { return };
            let start = self.at;
            match byte {
                b'\n' | b',' => self.at += 1,
                byte if is_blank(byte) => self.at += 1,
                b']' => {
                    self.at += 1;
                    if in_object {
                        self.tail();
                    }
                    return;
                }
                b'{' | b'"' | b'[' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n'
                    if !is_torn || matches!(byte, b'{' | b'"') =>
                {
                    match self.value(start, 0, false, false) {
                        Ok(end) => {
                            let text = byte == b'"';
                            let (from, to) = if text { (start + 1, end - 1) } else { (start, end) };
                            if control || trim(&self.bytes[from..to]).is_empty() {
                                self.at = end;
                            } else {
                                self.give(start, end, from, to, false, frames, false);
                            }
                        }
                        Err(Stop::Cut) => {
                            let end = self.bytes.len();
                            self.give(start, end, start, end, false, frames, true);
                        }
                        Err(Stop::Broken(at)) => {
                            is_torn = true;
                            self.line(JsonArray, Some(cloudwatch), at);
                        }
                        Err(Stop::Array { .. }) => unreachable!(),
                    }
                }
                _ => return,
            }
        }
    }

    /// Takes what is behind an array in its object.
    fn tail(&mut self) {
        match self.members(self.at, 1, true, true, true) {
            Ok(end) => self.at = end,
            Err(Stop::Cut) => self.at = self.bytes.len(),
            Err(Stop::Broken(at)) => {
                self.at = at;
                let items = self.items.len();
                self.in_tail = true;
                self.line(Newline, None, at);
                self.in_tail = false;
                for item in &mut self.items[items..] {
                    item.content = item.content.clone().and_then(|line| Err((BadEnvelope, line)));
                }
            }
            Err(Stop::Array { at, cloudwatch, control }) => {
                self.at = at;
                self.array(true, cloudwatch, control);
            }
        }
    }

    /// Finds the end of a value.
    fn value(&self, at: usize, depth: usize, document: bool, in_array: bool) -> Result<usize, Stop> {
        let at = self.solid(at);
        match self.byte(at).ok_or(Stop::Cut)? {
            b'"' => self.text(at),
            b'{' if depth < MAX_DEPTH => self.members(at + 1, depth + 1, document, false, false),
            b'[' if depth < MAX_DEPTH => {
                let mut at = self.solid(at + 1);
                if self.byte(at).ok_or(Stop::Cut)? == b']' {
                    return Ok(at + 1);
                }
                loop {
                    at = self.solid(self.value(at, depth + 1, false, true)?);
                    match self.byte(at).ok_or(Stop::Cut)? {
                        b',' => at += 1,
                        b']' => return Ok(at + 1),
                        _ => return Err(Stop::Broken(at)),
                    }
                }
            }
            b'-' | b'0'..=b'9' | b't' | b'f' | b'n' => {
                let is_part =
                    |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(**byte, b'-' | b'+' | b'.');
                let end = at + self.bytes[at..].iter().take_while(is_part).count();
                // Inside something else the end of all bytes is no end of a number; alone it may be one.
                if end == self.bytes.len() && (depth > 0 || in_array) { Err(Stop::Cut) } else { Ok(end) }
            }
            _ => Err(Stop::Broken(at)),
        }
    }

    /// Finds the end of an object whose first name, or the comma before its next, is looked for at `at`.
    fn members(
        &self,
        mut at: usize,
        depth: usize,
        document: bool,
        behind: bool,
        is_tail: bool,
    ) -> Result<usize, Stop> {
        let is_outermost = document && depth == 1;
        let (mut holds_line, mut control) = (false, false);
        let mut is_first = !behind;
        loop {
            at = self.solid(at);
            let byte = self.byte(at).ok_or(Stop::Cut)?;
            if !is_first {
                match byte {
                    b'}' => return Ok(at + 1),
                    b',' => at = self.solid(at + 1),
                    _ => return Err(Stop::Broken(at)),
                }
            } else if byte == b'}' {
                return Ok(at + 1);
            }
            is_first = false;
            if self.byte(at).ok_or(Stop::Cut)? != b'"' {
                return Err(Stop::Broken(at));
            }
            let end = self.text(at)?;
            let name = &self.bytes[at + 1..end - 1];
            if is_outermost && is_carrier(name) {
                holds_line = true;
                if is_tail {
                    return Err(Stop::Broken(end - 1));
                }
            }
            at = self.solid(end);
            if self.byte(at).ok_or(Stop::Cut)? != b':' {
                return Err(Stop::Broken(at));
            }
            at = self.solid(at + 1);
            let is_array = matches!(name, b"logEvents" | b"records" | b"Records");
            if is_outermost && is_array && !holds_line && self.byte(at) == Some(b'[') {
                return Err(Stop::Array { at: at + 1, cloudwatch: name == b"logEvents", control });
            }
            let start = at;
            at = self.value(at, depth, false, false)?;
            if is_outermost && name == b"messageType" && self.byte(start) == Some(b'"') {
                control = &self.bytes[start..at] == b"\"CONTROL_MESSAGE\"";
            }
        }
    }

    fn text(&self, start: usize) -> Result<usize, Stop> {
        let mut at = start + 1;
        loop {
            match self.byte(at).ok_or(Stop::Cut)? {
                b'"' => return Ok(at + 1),
                b'\n' => return Err(Stop::Broken(at)),
                b'\\' if self.byte(at + 1) == Some(b'\n') => return Err(Stop::Broken(at + 1)),
                b'\\' => at += 2,
                _ => at += 1,
            }
        }
    }

    fn solid(&self, at: usize) -> usize {
        let rest = self.bytes.get(at..).unwrap_or_default();
        at + rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n')).count()
    }

    fn item(&mut self, start: usize, next: usize, from: usize, to: usize, frames: &[Frame]) {
        let after = &self.bytes[next..];
        let is_line_end = self.bytes[..next].ends_with(b"\n")
            || after.is_empty()
            || after.starts_with(b"\n")
            || after.starts_with(b"\r\n");
        self.give(start, next, from, to, is_line_end, frames, false);
    }

    /// Tells whether nothing but blanks stands before this byte in its line.
    fn is_fresh(&self, at: usize) -> bool {
        self.bytes[..at].iter().rev().take_while(|byte| **byte != b'\n').all(|byte| is_blank(*byte))
            || self.bytes[..at].ends_with(b"\xef\xbb\xbf")
    }

    #[expect(clippy::too_many_arguments, reason = "it is where all that is known of an item meets")]
    fn give(
        &mut self,
        start: usize,
        next: usize,
        from: usize,
        to: usize,
        ends: bool,
        frames: &[Frame],
        refused: bool,
    ) {
        let line = 1 + self.bytes[..start].iter().filter(|byte| **byte == b'\n').count() as u64;
        let last = self.items.iter().rfind(|item| item.line == line).map_or(0, |item| item.part);
        let part = if self.is_fresh(start) && ends && !frames.contains(&JsonArray) { 0 } else { last + 1 };
        let text = trim(&self.bytes[from..to]).to_vec();
        if text.is_empty() {
            self.at = next;
            return;
        }
        let content =
            if refused { Err((BadEnvelope, text)) } else { Ok(unescaped(text, self.byte(start), frames)) };
        self.items.push(Owned { line, part, frames: frames.to_vec(), content });
        self.at = next;
    }
}

/// Texts of arrays lose their escapes. The inputs that this is held against know two of them.
fn unescaped(text: Vec<u8>, first: Option<u8>, frames: &[Frame]) -> Vec<u8> {
    if first != Some(b'"') || !frames.contains(&JsonArray) {
        return text;
    }
    String::from_utf8(text).unwrap().replace("\\\"", "\"").replace("\\\\", "\\").into_bytes()
}

fn is_carrier(name: &[u8]) -> bool {
    matches!(
        name,
        b"message"
            | b"log"
            | b"event"
            | b"msg"
            | b"rawmsg"
            | b"MESSAGE"
            | b"_raw"
            | b"logid"
            | b"devid"
            | b"LogType"
    )
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\0')
}

fn trim(line: &[u8]) -> &[u8] {
    let around = |byte: &u8| is_blank(*byte) || *byte == b'\n';
    let start = line.iter().position(|byte| !around(byte)).unwrap_or(line.len());
    let end = line.iter().rposition(|byte| !around(byte)).map_or(start, |last| last + 1);
    &line[start..end]
}
