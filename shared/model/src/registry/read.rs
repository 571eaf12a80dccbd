//! Reads and checks `registry.yaml`, and reports everything wrong with it at once.

use std::fmt;

/// One thing wrong with a registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where, as a path: `tenants[0].devices[1].id`.
    pub path: String,
    /// What.
    pub text: String,
}

/// Everything wrong with a registry.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Problems(pub Vec<Problem>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for problem in &self.0 {
            writeln!(f, "{}: {}", problem.path, problem.text)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}
