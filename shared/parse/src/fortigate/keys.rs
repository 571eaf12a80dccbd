//! The field names that have a meaning here, old spellings among them, and a look-up that costs a few cycles.
//!
//! FortiOS up to 4.3 wrote `src_port`, `log_id`, `device_id`; some 7.x logs (VoIP) still do.

use super::known;

macro_rules! keys {
    ($($key:ident = $($name:literal)|+),+ $(,)?) => {
        /// A field that is read.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        pub(super) enum Key {
            $($key,)+
            /// A field of the vendor's that is not read: it goes to `extra` under its own name. Not counted.
            Kept,
        }

        impl Key {
            /// How many there are.
            pub(super) const COUNT: usize = [$(Key::$key),+].len();

            /// Returns FortiOS's own name of the field, the newest where it had several.
            pub(super) fn name(self) -> &'static str {
                match self {
                    $(Key::$key => [$($name),+][0],)+
                    Key::Kept => "",
                }
            }
        }

        const NAMES: &[(&str, Key)] = &[$($(($name, Key::$key)),+),+];
    };
}

keys! {
    Action = "action",
    Agent = "agent" | "http_agent",
    AnalyticsChecksum = "analyticscksum",
    App = "app",
    AppCategory = "appcat" | "app_cat",
    AppId = "appid",
    Attack = "attack",
    AttackId = "attackid" | "attack_id",
    BotnetDomain = "botnetdomain",
    Category = "catdesc" | "cat_desc",
    CategoryId = "cat",
    ConfigPath = "cfgpath",
    Count = "count",
    Cve = "cve",
    Date = "date",
    DetectionType = "dtype",
    DeviceId = "devid" | "device_id",
    DeviceName = "devname",
    Direction = "direction" | "dir",
    DstCountry = "dstcountry" | "dst_country",
    DstInterface = "dstintf" | "dst_int",
    DstIp = "dstip" | "dst",
    DstMac = "dstmac",
    DstName = "dstname",
    DstPort = "dstport" | "dst_port",
    DstRole = "dstintfrole",
    Duration = "duration",
    EventId = "eventid",
    EventTime = "eventtime",
    EventType = "eventtype",
    FacIndex = "faclogindex",
    FileHash = "filehash",
    FileName = "filename" | "file",
    FileSize = "filesize",
    FileType = "filetype",
    Forwarded = "forwardedfor",
    From = "from",
    Hostname = "hostname" | "http_host",
    HttpMethod = "httpmethod" | "http_method",
    HttpStatus = "statuscode" | "httpcode" | "http_retcode",
    InlineVerdict = "icbverdict",
    InsertTime = "itime",
    Level = "level" | "pri",
    LocalIp = "locip" | "loc_ip",
    LocalPort = "locport" | "loc_port",
    LogId = "logid" | "log_id",
    LogVersion = "logver",
    Message = "msg",
    Method = "method",
    Mitm = "mitm",
    Name = "name",
    PacketsIn = "rcvdpkt" | "rcvd_pkt",
    PacketsOut = "sentpkt" | "sent_pkt",
    Policy = "policyid" | "policy_id",
    PolicyName = "policyname",
    PolicyType = "policytype",
    Protocol = "proto",
    QueryName = "qname",
    Received = "rcvdbyte" | "rcvd",
    Recipient = "recipient",
    ReceiptTime = "rt",
    Reason = "reason",
    Referral = "referralurl" | "http_referer",
    RemoteIp = "remip" | "rem_ip" | "remote_ip",
    RemotePort = "remport" | "rem_port" | "remote_port",
    RiskLevel = "crlevel",
    SandboxVerdict = "fsaverdict",
    Sender = "sender",
    Sent = "sentbyte" | "sent",
    ServerName = "sni",
    Service = "service",
    Session = "sessionid" | "session_id",
    Severity = "severity",
    SrcCountry = "srccountry" | "src_country",
    SrcInterface = "srcintf" | "src_int",
    SrcIp = "srcip" | "src",
    SrcMac = "srcmac",
    SrcName = "srcname",
    SrcPort = "srcport" | "src_port",
    SrcRole = "srcintfrole",
    Start = "start",
    Status = "status",
    Subject = "subject",
    Subtype = "subtype",
    Time = "time",
    Timestamp = "timestamp",
    To = "to",
    TranDestinationIp = "tranip" | "tran_ip" | "trans_dst",
    TranDestinationPort = "tranport" | "tran_port" | "trans_dst_port",
    TranDisposition = "trandisp" | "tran_disp",
    TranSourceIp = "transip" | "trans_src",
    TranSourcePort = "transport" | "trans_src_port",
    Type = "type",
    Ui = "ui",
    UnauthUser = "unauthuser",
    Url = "url" | "http_url",
    User = "user",
    UtmAction = "utmaction",
    Vdom = "vd",
    Virus = "virus",
    VirusCategory = "viruscat",
    VirusId = "virusid" | "virus_id",
    XauthUser = "xauthuser",
    Zone = "tz",
}

/// A set of fields that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Keys(u128);

impl Keys {
    /// No field.
    pub(super) const NONE: Keys = Keys(0);

    /// Makes the set of some fields.
    pub(super) const fn of(keys: &[Key]) -> Keys {
        let mut set = Keys::NONE;
        let mut rest = keys;
        while let [key, others @ ..] = rest {
            set = set.and(*key);
            rest = others;
        }
        set
    }

    /// Returns the set with a field added; [`Key::Kept`] is in none.
    pub(super) const fn and(self, key: Key) -> Keys {
        const { assert!(Key::COUNT <= 128, "the set has a bit for each field") };
        if matches!(key, Key::Kept) { self } else { Keys(self.0 | 1 << key as u8) }
    }

    /// Tells whether a field is in both.
    pub(super) const fn any(self, other: Keys) -> bool {
        self.0 & other.0 != 0
    }

    /// Returns how many there are.
    pub(super) const fn count(self) -> usize {
        self.0.count_ones() as usize
    }
}

impl Key {
    /// Returns the field that a name stands for; [`Key::Kept`] for one of the vendor's that is not read, `None` for one
    /// that the vendor's tables do not have.
    #[inline]
    pub(super) fn of(name: &[u8]) -> Option<Key> {
        let word = Word::of(name);
        word.and_then(Key::read).or_else(|| known::has(name, word).then_some(Key::Kept))
    }

    /// Returns what [`Key::of`] does, for a name that may have capitals: FortiOS writes none, but who rewrites its logs may.
    pub(super) fn of_any_case(name: &[u8]) -> Option<Key> {
        if let Some(key) = Key::of(name) {
            return Some(key);
        }
        let mut lower = [0; MAX_WORD_BYTES];
        let lower = lower.get_mut(..name.len())?;
        lower.copy_from_slice(name);
        lower.make_ascii_lowercase();
        if lower == name { None } else { Key::of(lower) }
    }

    #[inline]
    fn read(word: Word) -> Option<Key> {
        let mut slot = word.slot(SLOT_COUNT);
        loop {
            let (known, key) = (*SLOTS.get(slot)?)?;
            if known == word {
                return Some(key);
            }
            slot = (slot + 1) % SLOT_COUNT;
        }
    }
}

/// Longest name that two machine words hold.
pub(super) const MAX_WORD_BYTES: usize = 16;

/// A name as numbers, so that comparing is two instructions: its first and last eight bytes, which for a name of at
/// most sixteen are all of it, and its length.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Word {
    first: u64,
    last: u64,
    length: u8,
}

impl Word {
    /// No name's.
    pub(super) const NONE: Word = Word { first: 0, last: 0, length: 0 };

    /// Makes it; `None` for an empty name and for one longer than [`MAX_WORD_BYTES`].
    #[inline]
    pub(super) const fn of(name: &[u8]) -> Option<Word> {
        if name.is_empty() || name.len() > MAX_WORD_BYTES {
            return None;
        }
        let (first, last) = match (name.first_chunk::<8>(), name.last_chunk::<8>()) {
            (Some(first), Some(last)) => (u64::from_le_bytes(*first), u64::from_le_bytes(*last)),
            _ => match (name.first_chunk::<4>(), name.last_chunk::<4>()) {
                (Some(first), Some(last)) => {
                    (u32::from_le_bytes(*first) as u64, u32::from_le_bytes(*last) as u64)
                }
                _ => match *name {
                    [a] => (a as u64, 0),
                    [a, b] => (a as u64, b as u64),
                    [a, b, c] => (a as u64, (b as u64) << 8 | c as u64),
                    _ => return None,
                },
            },
        };
        Some(Word { first, last, length: name.len() as u8 })
    }

    /// Tells whether it is some name's.
    #[inline]
    pub(super) const fn is_some(self) -> bool {
        self.length != 0
    }

    /// Returns where to look first in a table of `slots`, a power of two.
    #[inline]
    pub(super) const fn slot(self, slots: usize) -> usize {
        let mixed =
            (self.first ^ self.last.rotate_left(29) ^ self.length as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (mixed >> (64 - slots.trailing_zeros())) as usize
    }
}

/// A power of two several times the number of names, so that most look-ups end at the first slot.
const SLOT_COUNT: usize = 512;

/// Where each name's number leads. A taken slot leads to the next.
static SLOTS: [Option<(Word, Key)>; SLOT_COUNT] = {
    let mut slots = [None; SLOT_COUNT];
    let mut index = 0;
    while index < NAMES.len() {
        let (name, key) = NAMES[index];
        match Word::of(name.as_bytes()) {
            Some(word) => {
                let mut slot = word.slot(SLOT_COUNT);
                while slots[slot].is_some() {
                    slot = (slot + 1) % SLOT_COUNT;
                }
                slots[slot] = Some((word, key));
            }
            None => panic!("a name is longer than is looked up"),
        }
        index += 1;
    }
    slots
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_found_and_nothing_else() {
        for (name, key) in NAMES {
            assert_eq!(Key::of(name.as_bytes()), Some(*key), "{name}");
            assert_eq!(Key::of(name.to_uppercase().as_bytes()), None, "{name}");
            assert_ne!(key.name(), "", "{name}");
            for other in [format!("{name}x"), format!("x{name}"), name[1..].to_owned(), format!("{name}\0")] {
                let key = NAMES.iter().find(|(known, _)| **known == other).map(|(_, key)| *key);
                let read = Key::of(other.as_bytes()).filter(|key| *key != Key::Kept);
                assert_eq!(read, key, "{other}");
            }
        }
        for name in ["poluuid", "devtype", "craction", "logdesc", "incidentserialno", "dstunauthusersource"] {
            assert_eq!(Key::of(name.as_bytes()), Some(Key::Kept), "{name}");
        }
        for name in ["", "a", "é", "brandnewfield", "SRCIP", "a-name-that-is-longer-than-all-the-others"] {
            assert_eq!(Key::of(name.as_bytes()), None, "{name}");
        }
    }

    #[test]
    fn names_are_told_apart_early() {
        let direct = NAMES.iter().filter(|(name, _)| {
            let word = Word::of(name.as_bytes()).unwrap();
            SLOTS[word.slot(SLOT_COUNT)].is_some_and(|(known, _)| known == word)
        });
        assert!(direct.count() * 10 >= NAMES.len() * 8);
    }
}
