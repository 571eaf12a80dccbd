//! What is left of a line when nothing is around it any more: what a vendor's folder reads.

use simd_json::Node;

/// The firewall's own text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Payload<'a, 't> {
    /// As it stands in the line, or in the buffer of the envelope that it came out of.
    pub(crate) text: &'a str,
    /// Its tape, when it is a JSON object.
    pub(crate) object: Option<&'t [Node<'t>]>,
}
