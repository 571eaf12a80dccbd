//! What other parts of the service know and the judge may ask: learned habit and indicators.
//!
//! Both may be absent. Without habit, a contact of an attacked server with somebody else stays level 2 (rule 2);
//! without indicators, no contact counts as one with a fresh, specific indicator (rule 5).

use hinomi_model::{EventTime, Indicator};

/// What can be asked. Answers must not change for the same question while one subject is judged.
pub trait Knowledge {
    /// Tells whether an indicator was fresh and specific (not shared hosting, not stale) at a time; `None` when
    /// nothing is known of it.
    fn is_fresh(&self, indicator: &Indicator, at: EventTime) -> Option<bool>;

    /// Tells whether the contact is unusual against at least 14 days of learned habit; `None` without habit.
    fn is_unusual(&self, host: std::net::IpAddr, peer: std::net::IpAddr, port: Option<u16>) -> Option<bool>;
}

/// Knows nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoKnowledge;

impl Knowledge for NoKnowledge {
    fn is_fresh(&self, _: &Indicator, _: EventTime) -> Option<bool> {
        None
    }

    fn is_unusual(&self, _: std::net::IpAddr, _: std::net::IpAddr, _: Option<u16>) -> Option<bool> {
        None
    }
}
