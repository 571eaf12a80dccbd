//! Log lines of our own making.
