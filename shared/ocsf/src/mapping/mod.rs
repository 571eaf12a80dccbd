//! From an event to what OCSF calls its parts.

mod activity;
mod class;
mod field;
mod fields;

pub use class::Class;
pub use field::Kind;
pub(crate) use field::{Coding, Field, Line, Read, Value};
pub(crate) use fields::{FIELDS, FOLLOWS};
