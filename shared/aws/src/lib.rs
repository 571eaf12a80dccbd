//! The ports on AWS: DynamoDB, S3, Kinesis and SNS, and nothing else.
//!
//! Each adapter translates, calls, and says what a failure means; what is decided is decided elsewhere. [`Cloud`] is the
//! store (states, outbox, scope, deliveries and ledger in DynamoDB, the archive in S3), [`Records`] a stream of Kinesis,
//! [`Document`] a file of S3 that others write, [`Topics`] the carrier of notices, [`Subscribers`] who listens to them.
//! [`schema`] describes the tables that `template.yaml` makes, and [`permissions`] what each call must be allowed.
//!
//! Clients are made once at the start of a process, by [`sdk_config`]. Time is an argument here too: what expires is
//! judged by a [`Clock`] that the function passes in.

mod cloud;
mod document;
mod meaning;
mod objects;
mod pause;
pub mod permissions;
mod records;
#[cfg(test)]
mod replay;
pub mod schema;
mod sdk;
mod subscribers;
mod tables;
mod topics;

pub use cloud::{Clock, Cloud, TableNames};
pub use document::Document;
pub use objects::Objects;
pub use pause::{Pause, Pauses};
pub use records::Records;
pub use sdk::{LONGEST_CALL, sdk_config};
pub use subscribers::{SmsAccount, Subscribers};
pub use topics::{Operations, Topics};

/// What every adapter is made from; [`sdk_config`] reads it from the environment.
pub use aws_config::SdkConfig;
