//! The `enrol` function.

fn main() {}
