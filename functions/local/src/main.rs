//! The `hinomi` command. Everything is in the library; here is only the allocator that counts for `hinomi bench`.

use std::alloc::System;
use std::process::ExitCode;

use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn main() -> ExitCode {
    hinomi_local::run(std::env::args_os(), || ALLOCATOR.stats().bytes_allocated as u64)
}
