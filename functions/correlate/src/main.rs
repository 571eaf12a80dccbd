//! The `correlate` function.

fn main() {}
