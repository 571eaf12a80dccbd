//! The ports on AWS: DynamoDB, S3, Kinesis and SNS, and nothing else.
//!
//! Each adapter translates, calls, and says what a failure means; what is decided is decided elsewhere. [`Cloud`] is the
//! store (states, outbox, scope, deliveries and ledger in DynamoDB, the archive in S3), [`Records`] a stream of Kinesis,
//! [`Document`] a file of S3 that others write.
//! [`schema`] describes the tables; `template.yaml` makes them.
//!
//! Clients are made once at the start of a process, by [`sdk_config`]. Time is an argument here too: what expires is
//! judged by a [`Clock`] that the function passes in.

mod cloud;
mod document;
mod meaning;
mod objects;
mod pause;
mod records;
#[cfg(test)]
mod replay;
pub mod schema;
mod sdk;
mod tables;

pub use cloud::{Clock, Cloud, Lifetimes, TableNames};
pub use document::Document;
pub use objects::Objects;
pub use pause::{Pause, Pauses};
pub use records::Records;
pub use sdk::sdk_config;

/// The SDK's clients, for who makes tables, buckets and streams in a test.
pub use {aws_sdk_dynamodb, aws_sdk_kinesis, aws_sdk_s3, aws_sdk_sns};
