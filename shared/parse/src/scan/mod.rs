//! Scanners: quotes and delimiters, and nothing about what a field means.

pub(crate) mod kv;
#[cfg(test)]
mod kv_reference;
