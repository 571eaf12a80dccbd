//! The registry as a running process has it: the last good one.
//!
//! A process that never had a good one can do nothing: a line read without knowing whose it is would be quarantined for
//! nothing.

use std::sync::Arc;

use hinomi_model::registry::{Problems, Registry};
use hinomi_model::{EventTime, Seconds};
use hinomi_store::Published;

use crate::last_good::{LastGood, Nothing, Publication};

/// Where the last version that was accepted lies in the bucket of configurations.
pub const ACCEPTED: &str = "accepted/registry.yaml";

/// Why there is no registry to work with.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RegistryError {
    /// Nobody published one.
    #[error("there is no registry")]
    Missing,
    /// The only one there is does not read.
    #[error("registry refused")]
    Refused(#[source] Problems),
    /// It can't be fetched.
    #[error("registry not fetched")]
    Store(#[source] hinomi_store::Error),
}

/// A registry to work with.
#[derive(Clone, Debug)]
pub struct Current {
    /// The last good one.
    pub registry: Arc<Registry>,
    /// A version was found just now that is not used.
    pub refused: bool,
}

/// Keeps the last good registry.
#[derive(Debug)]
pub struct RegistryCache(LastGood<Registry>);

impl RegistryCache {
    /// Makes a cache that asks for another version after so many seconds.
    pub fn new(refresh: Seconds) -> Self {
        RegistryCache(LastGood::new(refresh))
    }

    /// Returns the registry; asks for another version when what is held was not asked for lately.
    ///
    /// With a registry in hand nothing is an error: one that can't be fetched, or that is gone, leaves what is there, and
    /// is asked for again as late as any other.
    ///
    /// # Errors
    ///
    /// [`RegistryError`] when there was never a good one.
    pub async fn current(&self, source: &impl Published, now: EventTime) -> Result<Current, RegistryError> {
        match self.0.current(source, now).await {
            Ok(current) => Ok(Current { registry: current.good, refused: current.refused }),
            Err(Nothing::Missing) => Err(RegistryError::Missing),
            Err(Nothing::Refused(problems)) => Err(RegistryError::Refused(problems)),
            Err(Nothing::Store(error)) => Err(RegistryError::Store(error)),
        }
    }

    /// Makes the next call ask for another version, however fresh the one in hand is: something was met that it does not
    /// know, as a tenant who was enrolled a moment ago.
    pub fn doubt(&self) {
        self.0.doubt();
    }
}

impl Publication for Registry {
    type Problem = Problems;

    fn read(bytes: &[u8]) -> Result<Self, Problems> {
        Registry::from_yaml(&String::from_utf8_lossy(bytes))
    }

    fn absent() -> Option<Self> {
        None
    }
}

#[cfg(test)]
mod tests {
    use hinomi_store::{Call, Fault, Faulty, MemoryPublished, When, block_on};

    use super::*;

    const NOON: EventTime = EventTime::from_seconds(1_795_435_200);

    fn yaml(tenant: &str) -> String {
        format!(
            "version: 1\ntenants:\n  - id: {tenant}\n    name: {{ja: 北市, en: Kita}}\n    internal: [10.1.0.0/16]\n    devices: [{{id: FGT1, vendor: fortigate}}]\n"
        )
    }

    fn first(current: &Current) -> String {
        current.registry.tenants()[0].id().to_string()
    }

    #[test]
    fn another_version_is_used_once_the_one_in_hand_is_old() {
        let source = MemoryPublished::new();
        source.publish(Some(yaml("kita").as_bytes()));
        let cache = RegistryCache::new(60);
        let at = |seconds| block_on(cache.current(&source, NOON.plus(seconds))).unwrap();
        assert_eq!(first(&at(0)), "kita");
        source.publish(Some(yaml("minami").as_bytes()));
        assert_eq!(first(&at(59)), "kita");
        assert_eq!(first(&at(60)), "minami");
        source.publish(Some(yaml("nishi").as_bytes()));
        assert_eq!(first(&at(30)), "nishi", "the clock went back");
        source.publish(Some(yaml("higashi").as_bytes()));
        assert_eq!(first(&at(31)), "nishi");
        cache.doubt();
        assert_eq!(first(&at(32)), "higashi", "what is in hand is doubted");
    }

    #[test]
    fn a_bad_version_is_refused_once_and_the_old_one_kept() {
        let source = MemoryPublished::new();
        source.publish(Some(yaml("kita").as_bytes()));
        let cache = RegistryCache::new(60);
        let at = |seconds| block_on(cache.current(&source, NOON.plus(seconds))).unwrap();
        at(0);
        for (round, bad) in [&b"tenants: 7"[..], b"\xff\xfe", b""].into_iter().enumerate() {
            source.publish(Some(bad));
            let start = 200 * (round as i64 + 1);
            let current = at(start);
            assert_eq!((first(&current).as_str(), current.refused), ("kita", true));
            assert!(!at(start + 60).refused, "the same version is not refused again");
        }
        source.publish(None);
        let current = at(1_000);
        assert_eq!((first(&current).as_str(), current.refused), ("kita", false));
        source.publish(Some(yaml("minami").as_bytes()));
        assert_eq!(first(&at(1_100)), "minami");
    }

    #[test]
    fn without_a_good_one_nothing_begins_and_with_one_nothing_stops() {
        let inner = MemoryPublished::new();
        let faults = [2, 4].map(|nth| Fault { call: Call::FetchIfChanged, nth, when: When::Before });
        let source = Faulty::new(inner.clone(), &faults);
        let cache = RegistryCache::new(60);
        let at = |seconds| block_on(cache.current(&source, NOON.plus(seconds)));
        assert!(matches!(at(0), Err(RegistryError::Missing)));
        assert!(matches!(at(0), Err(RegistryError::Store(_))));
        inner.publish(Some(yaml("kita").as_bytes()));
        assert_eq!(first(&at(0).unwrap()), "kita");
        assert_eq!(first(&at(60).unwrap()), "kita", "it can't be fetched");
        let empty = RegistryCache::new(60);
        inner.publish(Some(b"tenants: 7"));
        assert!(matches!(block_on(empty.current(&inner, NOON)), Err(RegistryError::Refused(_))));
    }
}
