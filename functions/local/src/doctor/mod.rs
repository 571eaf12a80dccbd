//! What a customer's logs lack for good judgement: counts a sample of any length in bounded memory, looks at the counts
//! with one check after the other, and reports what is missing, what that costs, and how to switch it on.
//!
//! Lines are read by the same `parse_line` as everywhere; nothing is judged. A check never guesses from too few lines:
//! it says that it can't tell. Adding one is a row in a table of `checks` and its sentences in `locales/*/doctor.ftl`.

pub(crate) mod account;
mod check;
mod checks;
mod count;
mod report;
mod sample;
#[cfg(test)]
mod tests;

pub(crate) use check::{Area, Cost, Verdict};
pub use report::Report;
pub(crate) use report::{Finding, VendorPart};
pub(crate) use sample::Sample;
