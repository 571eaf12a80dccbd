//! Identities: fingerprints of content, so that a repeat is the same thing wherever and whenever it is seen.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest, Sha256};

macro_rules! name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Makes the name from text.
            pub fn new(text: &str) -> Self {
                $name(Arc::from(text))
            }

            /// Returns the name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// Tells whether two names are the same; at once where one was cloned from the other.
            #[inline]
            pub fn is(&self, other: &Self) -> bool {
                Arc::ptr_eq(&self.0, &other.0) || self.0 == other.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

name! {
    /// A customer organisation, as the registry names it.
    TenantId
}
name! {
    /// A device as events are joined by it: the HA pair's name where there is one, else devid, serial, name or host.
    DeviceId
}

macro_rules! fingerprint_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u128);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:032x}", self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({:032x})", stringify!($name), self.0)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                u128::from_str_radix(&text, 16).map($name).map_err(|_| de::Error::custom("not a fingerprint"))
            }
        }
    };
}

fingerprint_id! {
    /// A finding: the fingerprint of tenant, device identity and the line it was read from.
    FindingId
}
fingerprint_id! {
    /// An incident: the fingerprint of tenant, kind, subject and the UTC date of its first evidence.
    IncidentId
}

/// One session of one device: the fingerprint of device identity, virtual system and session number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SessionKey(pub u64);

/// Builds a fingerprint: SHA-256 over length-prefixed parts, so that no two lists of parts share bytes.
#[derive(Clone)]
pub struct Fingerprint(Sha256);

impl Fingerprint {
    /// Starts a fingerprint in its own `domain`, so that different kinds of id never collide.
    pub fn new(domain: &str) -> Self {
        Fingerprint(Sha256::new()).bytes(domain.as_bytes())
    }

    /// Adds bytes.
    #[must_use]
    pub fn bytes(mut self, bytes: &[u8]) -> Self {
        self.0.update((bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
        self
    }

    /// Adds text.
    #[must_use]
    pub fn text(self, text: &str) -> Self {
        self.bytes(text.as_bytes())
    }

    /// Adds a number.
    #[must_use]
    pub fn number(self, number: i128) -> Self {
        self.bytes(&number.to_le_bytes())
    }

    /// Returns the first 128 bits of the digest.
    pub fn finish(self) -> u128 {
        let digest = self.0.finalize();
        let mut first = [0u8; 16];
        first.copy_from_slice(&digest[..16]);
        u128::from_be_bytes(first)
    }

    /// Returns the first 64 bits of the digest.
    pub fn finish_short(self) -> u64 {
        (self.finish() >> 64) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_do_not_run_together() {
        let one = Fingerprint::new("t").text("ab").text("c").finish();
        let other = Fingerprint::new("t").text("a").text("bc").finish();
        assert_ne!(one, other);
    }

    #[test]
    fn a_name_is_its_text_wherever_that_stands() {
        let name = DeviceId::new("FG1");
        assert!(name.is(&name.clone()) && name.is(&DeviceId::new("FG1")));
        assert!(!name.is(&DeviceId::new("FG2")));
    }

    #[test]
    fn ids_survive_json() {
        let id = FindingId(7);
        let json = serde_json::to_string(&id).unwrap();
        assert_eq!(json, "\"00000000000000000000000000000007\"");
        assert_eq!(serde_json::from_str::<FindingId>(&json).unwrap(), id);
    }
}
