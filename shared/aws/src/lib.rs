//! The AWS adapters of the ports.
