//! Closed lists of words: each value has one word in every output and every language file.

use serde::{Deserialize, Serialize, Serializer};

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[allow(missing_docs, reason = "a word that explains itself needs no sentence")]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $word)] $variant),+ }

        impl $name {
            /// Every value, in order of declaration.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// Returns the word that stands for this value in every output.
            pub const fn as_str(self) -> &'static str {
                match self { $($name::$variant => $word),+ }
            }

            /// Returns the value that `word` stands for.
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some($name::$variant),)+ _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}
pub(crate) use words;
words! {
    /// Who made the appliance.
    Vendor { Fortigate = "fortigate", Panos = "panos" }
}

words! {
    /// How a record is written.
    Format {
        /// FortiOS's `key=value` pairs with blanks between them.
        KeyValue = "key_value",
        /// FortiOS's `key=value` pairs with commas between them (`set format csv`).
        KeyValueComma = "key_value_comma",
        /// PAN-OS's rows of columns.
        Csv = "csv",
        /// ArcSight Common Event Format.
        Cef = "cef",
        /// QRadar Log Event Extended Format.
        Leef = "leef",
        /// A JSON object.
        Json = "json",
    }
}

words! {
    /// What a line came out of on its way here: layers around it, each seen in its content.
    Frame {
        Gzip = "gzip", Zstd = "zstd", Base64 = "base64",
        /// Kinesis Producer Library aggregate.
        Kpl = "kpl",
        /// CloudWatch Logs subscription document.
        Cloudwatch = "cloudwatch",
        /// An element of a JSON array, alone or in an object of records.
        JsonArray = "json_array",
        /// A JSON object over several lines, or one of several in a line.
        JsonObject = "json_object",
        /// A line that ends at its line feed.
        Newline = "newline",
        /// RFC 6587 octet counting.
        OctetCounted = "octet_counted",
        /// A JSON object that carries the line in a member.
        Envelope = "envelope",
        /// RFC 3164, a bare time stamp, or what relays make of them.
        SyslogBsd = "syslog_bsd",
        /// RFC 5424.
        SyslogIetf = "syslog_ietf",
    }
}

/// A set of [`Frame`]s.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Frames(u16);

impl Frames {
    /// No frame.
    pub const EMPTY: Frames = Frames(0);

    /// Returns the set with one more.
    #[must_use]
    pub const fn with(self, frame: Frame) -> Self {
        Frames(self.0 | 1 << frame as u16)
    }

    /// Returns the set with those of another one.
    #[must_use]
    pub const fn and(self, other: Frames) -> Self {
        Frames(self.0 | other.0)
    }

    /// Tells whether a frame is in the set.
    pub const fn has(self, frame: Frame) -> bool {
        self.0 & (1 << frame as u16) != 0
    }

    /// Walks the set, outermost kinds first.
    pub fn iter(self) -> impl Iterator<Item = Frame> {
        Frame::ALL.iter().copied().filter(move |frame| self.has(*frame))
    }
}

words! {
    /// Which function of the appliance wrote the record.
    Function {
        Firewall = "firewall", Ips = "ips", Antivirus = "antivirus", Webfilter = "webfilter",
        Appcontrol = "appcontrol", Dns = "dns", Sandbox = "sandbox", Anomaly = "anomaly", Ssl = "ssl", Waf = "waf",
        Dlp = "dlp", File = "file",
        /// Anti-spam: read and counted, never judged.
        Email = "email",
        System = "system", Ha = "ha", Vpn = "vpn", Auth = "auth", Config = "config", Other = "other",
    }
}

words! {
    /// What became of the traffic, judged from the whole line.
    Disposition {
        /// The traffic went on its way and nothing was objected to.
        Allowed = "allowed",
        /// The appliance stopped it; only an inline device can.
        Blocked = "blocked",
        /// The appliance recognised it and let it pass.
        Detected = "detected",
        /// The line does not say.
        Unknown = "unknown",
    }
}

words! {
    /// The way of the payload: from whom to whom, whoever opened the session.
    Direction { Inbound = "inbound", Outbound = "outbound", Internal = "internal", External = "external" }
}

words! {
    /// Where the event's time came from, best first.
    TimeSource {
        /// An epoch or a time stamp with offset that the device wrote.
        DeviceEpoch = "device_epoch",
        /// The device's local time, with the zone from the line or the registry.
        DeviceLocal = "device_local",
        /// The time at which a relay or this program received it.
        Received = "received",
    }
}

words! {
    /// The vendor's severity. It never decides a level.
    Severity { Informational = "informational", Low = "low", Medium = "medium", High = "high", Critical = "critical" }
}

words! {
    /// How the device stands in the traffic.
    Posture {
        /// Traffic passes through it; it can block.
        Inline = "inline",
        /// It could block and is set to only detect.
        DetectOnly = "detect_only",
        /// It sees a copy (sniffer, TAP, mirror port); every blocking word means detected.
        Sniffer = "sniffer",
    }
}

words! {
    /// Which end of the session sent the payload that the record is about.
    Payload {
        /// The one that opened the session (a request, an upload).
        Initiator = "initiator",
        /// The one that answered (a page, a download).
        Responder = "responder",
    }
}

/// An IP protocol by number; printed as `tcp`, `udp`, `icmp` or the number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Protocol(pub u8);

impl Protocol {
    /// TCP.
    pub const TCP: Protocol = Protocol(6);
    /// UDP.
    pub const UDP: Protocol = Protocol(17);
    /// ICMP for IPv4.
    pub const ICMP: Protocol = Protocol(1);
}

impl Serialize for Protocol {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match *self {
            Protocol::TCP => serializer.serialize_str("tcp"),
            Protocol::UDP => serializer.serialize_str("udp"),
            Protocol::ICMP => serializer.serialize_str("icmp"),
            Protocol(number) => serializer.collect_str(&number),
        }
    }
}

words! {
    /// What can be odd about a line without making it unreadable.
    AnomalyKind {
        BadNumber = "bad_number", BadAddress = "bad_address", BadPort = "bad_port", BadTime = "bad_time",
        /// The line holds bytes that are not UTF-8; they were replaced.
        InvalidUtf8 = "invalid_utf8",
        /// A quoted value never ends.
        UnclosedQuote = "unclosed_quote",
        /// Text that is no `key=value` pair.
        StrayText = "stray_text",
        /// The same key twice; the first counts.
        DuplicateKey = "duplicate_key",
        /// The line ends in the middle of a value or column list.
        Truncated = "truncated",
        /// A log id, type or action that the vendor's tables do not know.
        UnknownType = "unknown_type", UnknownAction = "unknown_action",
        /// No usable time in the line; the receive time stands in.
        NoTime = "no_time",
        /// Device time and receive time differ by more than the permitted skew; the device's is kept, as a line that
        /// was held back for hours looks the same.
        ClockSkew = "clock_skew",
        /// The device's time was later than the line was received; the receive time stands in.
        ClockAhead = "clock_ahead",
        /// The device's time was further back than any device holds lines; the receive time stands in.
        ClockBehind = "clock_behind",
        /// The device's clock was never set; the receive time stands in.
        ClockUnset = "clock_unset",
        /// A local time in a zone that nobody said, which does not fit the receive time; that stands in.
        NoZone = "no_zone",
        /// More fields than are read; the rest is kept as one text.
        TooManyFields = "too_many_fields",
        /// An unexpanded template variable or a placeholder where a value belongs.
        Placeholder = "placeholder",
    }
}

impl AnomalyKind {
    /// Tells whether the device's clock is what is odd.
    pub const fn is_of_the_clock(self) -> bool {
        use AnomalyKind::*;
        matches!(self, ClockSkew | ClockAhead | ClockBehind | ClockUnset | NoZone)
    }
}

words! {
    /// What of a line the vendors' tables, as this program has them, do not have.
    DriftKind {
        /// A field or column.
        Field = "field",
        /// A type and subtype of log.
        LogType = "log_type",
        /// A word for what the device did.
        Action = "action",
    }
}

/// One odd thing about a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anomaly<'a> {
    /// What is odd.
    pub kind: AnomalyKind,
    /// The vendor's field that it was found in, when there is one.
    pub field: Option<&'a str>,
}

impl Serialize for Anomaly<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.field {
            Some(field) => serializer.collect_str(&format_args!("{}:{field}", self.kind)),
            None => serializer.serialize_str(self.kind.as_str()),
        }
    }
}
