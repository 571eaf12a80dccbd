//! Log lines of our own making.
//!
//! Tests, benches and the sample day need firewall logs that look as the appliances write them, and real ones belong
//! to somebody. This crate writes them: a [`Happening`] says what happened in nobody's words, a [`Maker`] turns it
//! into the lines that a FortiGate (FortiOS 5.6 to 7.4) or a PAN-OS firewall (9.1 to 11.1) would log about it. Names,
//! numbers and field orders follow the vendors' log references ("FortiOS 7.4 Log Message Reference", "PAN-OS 11.1
//! Syslog Field Descriptions"); addresses are RFC 5737 and RFC 3849, names end in `.example`, hashes are invented.
//!
//! Everything is a function of its arguments: no clock, no system randomness. It knows nothing of how lines are
//! read: were it to share tables with `hinomi-parse`, the two could be wrong together.

pub mod catalog;
pub mod day;
pub mod encode;
mod fortigate;
mod happening;
pub mod mix;
mod panos;
pub mod quiet;
mod random;
pub mod site;

pub use fortigate::{FortiOs, FortigateUnit};
pub use happening::{
    Action, End, Happening, Inspection, Traffic, Verdict, Via, What, admin_login, application, botnet,
    cc_lookup, cc_lookup_of, config_change, credentials, denied, exploit, file_seen, flood, judged, load,
    lookup, malware, scan, submitted, traffic, unscannable, updated, vpn_login, web,
};
pub use panos::{PanOs, PanosUnit};
pub use random::SplitMix64;

/// An appliance that writes lines.
#[derive(Clone, Debug)]
pub enum Maker {
    /// A FortiGate.
    Fortigate(FortigateUnit),
    /// A PAN-OS firewall.
    Panos(PanosUnit),
}

impl Maker {
    /// Returns the lines that the appliance logs about a happening: usually one, none where the vendor has no such
    /// record. Lines have no line end.
    pub fn lines(&mut self, happening: &Happening) -> Vec<String> {
        match self {
            Maker::Fortigate(unit) => unit.lines(happening),
            Maker::Panos(unit) => unit.lines(happening),
        }
    }
}
