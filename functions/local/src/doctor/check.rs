//! What a check is, and what it can say.

use super::sample::{Sample, VendorSample};

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
        pub(crate) enum $name { $($(#[$vdoc])* #[serde(rename = $word)] $variant),+ }

        impl $name {
            /// Every value, in order.
            pub(crate) const ALL: &'static [$name] = &[$($name::$variant),+];

            /// Returns the word in JSON and in the language files.
            pub(crate) const fn word(self) -> &'static str {
                match self { $($name::$variant => $word),+ }
            }
        }
    };
}

words! {
    /// What a lack costs, the worst first.
    Cost {
        /// Something can't be judged at all.
        Blocks = "blocks",
        /// Levels are less sure than they could be.
        Weakens = "weakens",
        /// Good to know.
        Note = "note",
    }
}

/// How well something can be judged, the worst last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verdict {
    Well,
    Partly,
    Not,
    /// The sample is too short to say.
    CannotTell,
}

impl Verdict {
    /// Returns the word in JSON and in the language files.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Verdict::Well => "well",
            Verdict::Partly => "partly",
            Verdict::Not => "not",
            Verdict::CannotTell => "cannot_tell",
        }
    }
}

words! {
    /// What the service judges.
    Area {
        /// Attacks on servers and hosts.
        Attacks = "attacks",
        /// Whether an attack succeeded.
        Outcome = "outcome",
        /// Malware that was delivered.
        Malware = "malware",
        /// Malicious and phishing sites.
        Sites = "sites",
        /// Infected hosts that talk to their C&C.
        CommandAndControl = "command_and_control",
        /// Scans, uploads, fan-outs: what the traffic itself shows.
        Behaviour = "behaviour",
        /// Password guessing against the appliance and its VPN.
        Logins = "logins",
        /// Which machine and which person it was.
        Who = "who",
        /// When, and in which order.
        When = "when",
    }
}

/// One thing to look for.
pub(crate) struct Check {
    /// Its name in JSON and in the language files.
    pub(crate) id: &'static str,
    pub(crate) cost: Cost,
    /// What can be judged less well without it.
    pub(crate) spoils: &'static [(Area, Verdict)],
    /// Commands that switch it on, as they are typed; empty where there are none.
    pub(crate) fortigate: &'static str,
    pub(crate) panos: &'static str,
    pub(crate) look: Look,
}

/// At what a check looks.
#[derive(Clone, Copy)]
pub(crate) enum Look {
    /// At the lines of each vendor by themselves.
    Vendor(fn(&VendorSample) -> Seen),
    /// At the sample as a whole.
    Whole(fn(&Sample) -> Seen),
}

/// What a check sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    /// Nothing is missing.
    Fine,
    /// The check has nothing to do with this vendor or sample.
    Elsewhere,
    /// There are too few lines to tell.
    TooFew { have: u64, need: u64 },
    /// Something is missing.
    Missing(Evidence),
}

/// The numbers behind a finding.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Evidence {
    /// How many lines show it, or have what most should have.
    pub(crate) count: u64,
    /// Of how many.
    pub(crate) of: u64,
    /// What it is about: fields, devices, addresses.
    pub(crate) names: Vec<String>,
}

impl Evidence {
    pub(crate) fn of(count: u64, of: u64) -> Evidence {
        Evidence { count, of, names: Vec::new() }
    }

    pub(crate) fn named(self, names: Vec<String>) -> Evidence {
        Evidence { names, ..self }
    }
}

impl Seen {
    /// Says that something is missing when it is, once there are enough lines to tell.
    pub(crate) fn missing_if(is_missing: bool, have: u64, need: u64, evidence: Evidence) -> Seen {
        if have < need {
            // What is there is there, however short the sample.
            return if is_missing { Seen::TooFew { have, need } } else { Seen::Fine };
        }
        if is_missing { Seen::Missing(evidence) } else { Seen::Fine }
    }
}

/// Tells whether `count` is at least so many per cent of `of`.
pub(crate) fn is_share(count: u64, of: u64, percent: u64) -> bool {
    of > 0 && count.saturating_mul(100) >= of.saturating_mul(percent)
}
