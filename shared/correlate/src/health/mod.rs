//! Health: from the turns of one problem of one appliance to its incidents, and who is told of them.
//!
//! Whoever watches an appliance says when it became worse or better (a *turn*); nothing here looks at measures or
//! decides what is unusual. Health has no level and never mixes with attacks: an incident of health is a course of
//! trouble, told by mail alone to those who asked for it.
//!
//! | file | answers |
//! |---|---|
//! | `course` | which turns belong together, since when, until when |
//! | `forget` | what of a long course must be remembered |
//! | `incident` | the incident of a course |
//! | `answers` | what it means, and what to do |
//! | `telling` | who is told what, when |
//! | `blind` | when nobody could have seen an attack |

mod answers;
mod blind;
mod course;
mod forget;
mod incident;
mod telling;

pub use blind::{Blind, blind_times, with_blind_times};
pub(crate) use course::courses;
pub(crate) use forget::forget;
pub(crate) use incident::incident;
pub use telling::Heard;
pub(crate) use telling::{Occasion, decide};
