//! The `follow` function.

fn main() {}
