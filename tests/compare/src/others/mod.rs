//! What other people's parsers make of the same lines.
//!
//! Each is used as its documentation says it is fast: programs and expressions compiled once, buffers kept, texts shared and
//! not copied. None is asked for more than it gives: nobody's values are typed, looked up or judged.

mod csv;
mod json;
mod pairs;
mod vector;

pub(crate) use csv::csv_core;
pub(crate) use json::{serde_value, simd_tape, simd_value};
pub(crate) use pairs::regex;
pub(crate) use vector::vector;
