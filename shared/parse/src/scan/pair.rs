//! A field as a scanner finds it: a name and a value, both ranges of the text.

use hinomi_model::Span;

/// One pair, or what stands between the pairs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pair<K> {
    /// What the name stands for, when the caller knows it.
    pub(crate) key: Option<K>,
    /// The name; empty for text that is no pair.
    pub(crate) name: Span,
    /// The value without its quotes.
    pub(crate) value: Span,
    /// How it is written.
    pub(crate) form: Form,
}

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Without quotes.
    Bare,
    /// In quotes.
    Quoted,
    /// In quotes, with backslashes that may be escapes.
    Escaped,
    /// With CEF's backslash escapes.
    Cef,
    /// In quotes of which the closing one is missing.
    Unclosed,
    /// No pair.
    Stray,
    /// What follows the last field that is read.
    TooMany,
    /// What follows a line feed.
    NextLine,
}
