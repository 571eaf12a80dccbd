//! What Hinomi's functions share because they run on Lambda: the events that call them, the answers that Lambda
//! understands, the time they have, their configuration, and what they tell about themselves.
//!
//! Nothing here knows a log, an incident or an AWS client. A function's crate reads its configuration with [`config`],
//! builds its clients, and gives [`run`] a [`Handler`]; everything in the handler is tested without Lambda.

mod budget;
pub mod config;
pub mod event;
mod metrics;
mod outcome;
mod start;

pub use budget::{Budget, Clock};
pub use event::{BadEvent, Event};
pub use metrics::{Dimension, Function, Metric, Report, Unit};
pub use outcome::{Answer, Outcome, Sequence};
pub use start::{Failure, Handler, Invocation, Start, invoke, run, start};
