//! What was around a line, for a person who asks why it was read as it was.
//!
//! The layers are told by the code that takes them off for every line, so that what is shown is what happened.

use hinomi_model::{Frame, Reject};

use crate::syslog::Header;
use crate::{envelope, scan, text_of, trim_end};

/// Longest header text shown, in characters.
const MAX_SHOWN: usize = 256;

/// Is told of each layer that is taken off a line.
pub(crate) trait Watch {
    /// Headers were taken off `line`, and `rest` was left.
    fn headers(&mut self, line: &str, rest: &str, header: &Header<'_>);

    /// An envelope was opened by its member `key`.
    fn envelope(&mut self, key: &'static str);
}

/// Nobody asks: reading costs no more for it.
impl Watch for () {
    fn headers(&mut self, _: &str, _: &str, _: &Header<'_>) {}

    fn envelope(&mut self, _: &'static str) {}
}

/// A layer that was taken off a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    /// What it is.
    pub frame: Frame,
    /// What it said: `host=fw1 text=<189>Jan 20 10:15:01 fw1`, `key=message`.
    pub detail: String,
}

impl Watch for Vec<Layer> {
    fn headers(&mut self, line: &str, rest: &str, header: &Header<'_>) {
        let taken = line.strip_suffix(rest).unwrap_or(line).trim();
        let mut detail = header.host.map_or_else(String::new, |host| format!("host={host} "));
        detail.push_str("text=");
        detail.extend(taken.chars().take(MAX_SHOWN));
        self.extend(header.frames.iter().map(|frame| Layer { frame, detail: detail.clone() }));
    }

    fn envelope(&mut self, key: &'static str) {
        self.push(Layer { frame: Frame::Envelope, detail: format!("key={key}") });
    }
}

/// A line without what was around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peeled {
    /// What was taken off, outermost first.
    pub layers: Vec<Layer>,
    /// The text that a vendor's reader is given; or why there is none.
    pub payload: Result<String, Reject>,
}

/// Takes headers and envelopes off a line as [`parse_line`](crate::parse_line) does, and tells each of them.
pub fn peel(line: &[u8]) -> Peeled {
    let mut layers = Vec::new();
    let mut lossy = String::new();
    let mut scratch = envelope::Scratch::default();
    let mut tape = scan::json::SpareTape::default();
    let payload = text_of(line, &mut lossy)
        .and_then(|(text, _)| envelope::open(text, &mut scratch, &mut tape, &mut layers))
        .map(|contents| trim_end(contents.payload).to_owned());
    Peeled { layers, payload }
}

#[cfg(test)]
mod tests {
    use hinomi_model::QuarantineReason;

    use super::*;

    #[test]
    fn layers_are_told_outermost_first() {
        let peeled = peel(
            br#"<13>Jan 20 01:15:02 relay {"message":"<189>1 2026-01-20T01:15:01Z fw1 - - - - date=1 "}"#,
        );
        assert_eq!(peeled.payload.as_deref(), Ok("date=1"));
        let layers: Vec<(Frame, &str)> =
            peeled.layers.iter().map(|layer| (layer.frame, layer.detail.as_str())).collect();
        assert_eq!(
            layers,
            [
                (Frame::SyslogBsd, "host=relay text=<13>Jan 20 01:15:02 relay"),
                (Frame::Envelope, "key=message"),
                (Frame::SyslogIetf, "host=fw1 text=<189>1 2026-01-20T01:15:01Z fw1 - - - -"),
            ]
        );
    }

    #[test]
    fn what_was_taken_off_before_a_refusal_is_told() {
        let peeled = peel(b"<13>{\"a\":1}");
        assert_eq!(peeled.payload.map_err(|reject| reject.reason), Err(QuarantineReason::BadEnvelope));
        assert_eq!(peeled.layers.len(), 1);
    }
}
