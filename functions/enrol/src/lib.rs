//! Enrolment: a new registry is checked and put in force, and the customers' topics and subscriptions are made to say
//! what it says. Each day it looks again and reports who cannot be reached.
//!
//! Two objects of the configuration's bucket: `registry.yaml` as people upload it, `accepted/registry.yaml` the last good
//! one, which every other function reads. A bad upload changes nothing but the operators' day.
//!
//! What should be subscribed is planned by [`hinomi_steps::enrol`]; here it is carried out, tenant by tenant, and may be
//! cut off or repeated anywhere: the next run finds what is done and goes on.

mod enrol;
mod ports;
mod report;

pub use enrol::{Enrol, Summary};
pub use ports::{Accepted, Operations};
