//! Scanners: quotes and delimiters, and nothing about what a field means.

pub(crate) mod cef;
#[cfg(test)]
mod cef_reference;
mod ends;
pub(crate) mod flat;
pub(crate) mod json;
pub(crate) mod kv;
#[cfg(test)]
mod kv_reference;
pub(crate) mod leef;
#[cfg(test)]
mod leef_reference;
pub(crate) mod marks;
pub(crate) mod names;
pub(crate) mod pair;
mod pattern;
pub(crate) mod shape;
