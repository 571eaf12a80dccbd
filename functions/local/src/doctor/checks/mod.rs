//! The checks, one table a subject. Each row says what is missing in its sentences (`locales/*/doctor.ftl`), what that
//! spoils, and which commands switch it on; its function says when it is missing, and from how many lines on that can
//! be told.

mod detail;
mod format;
mod functions;
mod identity;
mod intake;
mod posture;
mod sessions;
mod time;

use super::check::Check;

/// Lines from which on something common that is absent is missing, and not just rare: a quiet office writes so many
/// within the hour.
pub(super) const COMMON: u64 = 1_000;
/// Lines from which on something rare (an attack, a virus) should have been seen once: some hours of a small office.
const RARE: u64 = 20_000;
/// Lines of one kind from which on what they all lack is a setting and not chance.
const ALIKE: u64 = 50;

/// Walks all checks, in the order in which findings of equal cost are told.
pub(super) fn all() -> impl Iterator<Item = &'static Check> {
    [
        identity::CHECKS,
        sessions::CHECKS,
        functions::CHECKS,
        posture::CHECKS,
        time::CHECKS,
        detail::CHECKS,
        format::CHECKS,
        intake::CHECKS,
    ]
    .into_iter()
    .flatten()
}
