//! The same record in other encodings and frames: what a reader must make the same event of.
//!
//! An [`Encoding`] takes a line as the makers of this crate write it and writes it as the vendor, its management
//! station or its cloud would have. [`frames`] wraps lines as relays and streams do. Names and forms follow the
//! vendors' documents ("FortiOS to CEF log field mapping guidelines", "PAN-OS Common Event Format Configuration
//! Guide", "LEEF Log Format" of the PAN-OS syslog integration, "Strata Logging Service Log Reference"); each file names
//! what it follows. The tables are this crate's own: shared with the parser, a mistake in them would hide from every
//! test.
//!
//! No encoding carries everything. An [`Encoded`] line therefore comes with the native line that says as much and no
//! more, so that a test can ask for the same event without a list of exceptions.

mod cef;
mod fortigate;
pub mod frames;
mod json;
mod panos;
pub mod stream;

use hinomi_model::Vendor;

pub use panos::native_row;

/// A way to write a record other than the appliance's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Encoding {
    /// FortiOS `set format csv`: `key=value` pairs with commas between them.
    FortigateComma,
    /// FortiOS `set format cef`.
    FortigateCef,
    /// CEF as FortiAnalyzer forwards it: the model as product, keys that CEF has not with `ad.` before them.
    AnalyzerCef,
    /// FortiOS `set format json`, numbers as numbers.
    FortigateJson,
    /// The same with every value as a string, as other releases write it.
    FortigateJsonText,
    /// CEF by the vendor's guide for custom log formats.
    PanosCef,
    /// CEF of Strata Logging Service.
    StrataCef,
    /// LEEF 1.0 by the vendor's guide, tabs between attributes.
    PanosLeefTab,
    /// LEEF 1.0 by the vendor's guide as it is found in the field: `|` between attributes.
    PanosLeefPipe,
    /// LEEF 2.0 with `^` between attributes, as its header says.
    PanosLeefCaret,
    /// JSON of Strata Logging Service.
    StrataJson,
    /// JSON of an HTTP server profile whose template names each column as the vendor does.
    PanosJson,
}

/// A field that an encoding leaves out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// The vendor's name of it in the native line.
    pub field: String,
    /// Why it is not there.
    pub why: &'static str,
}

/// A record in another encoding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Encoded {
    /// The line.
    pub line: String,
    /// The native line without what was left out: it says what [`Encoded::line`] says.
    pub plain: String,
    /// What was left out, in the order of the native line.
    pub left_out: Vec<LeftOut>,
}

impl Encoding {
    /// Every encoding.
    pub const ALL: [Encoding; 12] = [
        Encoding::FortigateComma,
        Encoding::FortigateCef,
        Encoding::AnalyzerCef,
        Encoding::FortigateJson,
        Encoding::FortigateJsonText,
        Encoding::PanosCef,
        Encoding::StrataCef,
        Encoding::PanosLeefTab,
        Encoding::PanosLeefPipe,
        Encoding::PanosLeefCaret,
        Encoding::StrataJson,
        Encoding::PanosJson,
    ];

    /// Returns whose records it writes.
    pub const fn vendor(self) -> Vendor {
        match self {
            Encoding::FortigateComma
            | Encoding::FortigateCef
            | Encoding::AnalyzerCef
            | Encoding::FortigateJson
            | Encoding::FortigateJsonText => Vendor::Fortigate,
            _ => Vendor::Panos,
        }
    }

    /// Writes a native line in this encoding; `None` when the line is not the vendor's, or the vendor does not send
    /// this log type so.
    pub fn write(self, line: &str) -> Option<Encoded> {
        match self {
            Encoding::FortigateComma => fortigate::comma(line),
            Encoding::FortigateCef => fortigate::cef(line),
            Encoding::AnalyzerCef => fortigate::analyzer_cef(line),
            Encoding::FortigateJson => fortigate::json(line, fortigate::Numbers::AsNumbers),
            Encoding::FortigateJsonText => fortigate::json(line, fortigate::Numbers::AsText),
            Encoding::PanosCef => panos::cef(line),
            Encoding::StrataCef => panos::strata_cef(line),
            Encoding::PanosLeefTab => panos::leef(line, panos::Leef::Tab),
            Encoding::PanosLeefPipe => panos::leef(line, panos::Leef::Pipe),
            Encoding::PanosLeefCaret => panos::leef(line, panos::Leef::Caret),
            Encoding::StrataJson => panos::strata_json(line),
            Encoding::PanosJson => panos::native_json(line),
        }
    }
}
