//! Lists of known enemies: read out of bytes, and as a running process has them.
//!
//! What an indicator is, `detect` knows. Here is how a list is packed, how large it may be, and that a version which is no
//! list does not take the place of the last good one. Without any list nothing is missing that the firewalls do not say
//! themselves, so that none is no error.

use std::borrow::Cow;
use std::str;
use std::sync::Arc;

use hinomi_detect::{Indicators, RefusedIndicator};
use hinomi_model::{EventTime, Seconds};
use hinomi_parse::decompressed;
use hinomi_store::{Error, Published};

use crate::last_good::{LastGood, Nothing, Publication};

/// Where the operator's list lies in the bucket of configurations.
pub const PUBLISHED: &str = "indicators.txt";

/// What matches with the published list are said to come from.
const LIST: &str = "indicators";

/// Largest text of a published list: as many indicators as are taken, at twice the length of an address. What is larger is
/// refused whole.
const MAX_TEXT_BYTES: usize = 16 << 20;

/// Indicators taken of a published list. They are held twice while a new version is read, some hundred bytes each, beside a
/// batch; a list with more is refused whole, because nobody could say which of its lines are the ones that matter.
const MAX_PUBLISHED: usize = 1 << 18;

/// Why bytes are no list.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BadList {
    /// They don't decompress within the limit.
    #[error("list is no gzip or zstd of less than {limit} bytes")]
    Packed {
        /// The limit.
        limit: usize,
    },
    /// They are more than a list may have.
    #[error("list has more than {limit} bytes")]
    TooLarge {
        /// The limit.
        limit: usize,
    },
    /// They are no UTF-8.
    #[error("list is no text")]
    NotText,
    /// There are more indicators than are taken.
    #[error("list has more than {limit} indicators")]
    TooMany {
        /// The limit.
        limit: usize,
    },
    /// Most lines are no indicators.
    #[error("list has {indicators} indicators and more lines that are none, the first on line {first}")]
    NoList {
        /// How many indicators there are.
        indicators: usize,
        /// The number of the first line that is none, from 1.
        first: u64,
    },
}

/// Returns the text of a list: plain, gzip or zstd.
///
/// # Errors
///
/// [`BadList`] for what does not decompress, is too large, or is no text.
pub fn text(bytes: &[u8], limit: usize) -> Result<Cow<'_, str>, BadList> {
    let plain = decompressed(bytes, limit).map_err(|_| BadList::Packed { limit })?;
    if plain.len() > limit {
        return Err(BadList::TooLarge { limit });
    }
    match plain {
        Cow::Borrowed(bytes) => str::from_utf8(bytes).map(Cow::Borrowed).map_err(|_| BadList::NotText),
        Cow::Owned(bytes) => String::from_utf8(bytes).map(Cow::Owned).map_err(|_| BadList::NotText),
    }
}

/// Lists to work with.
#[derive(Clone, Debug)]
pub struct Current {
    /// What the last good version names; nothing when nobody published one.
    pub indicators: Arc<Indicators>,
    /// A version was found just now that is not used.
    pub refused: bool,
}

/// Keeps what the last good version names.
#[derive(Debug)]
pub struct IndicatorsCache(LastGood<Indicators>);

impl IndicatorsCache {
    /// Makes a cache that asks for another version after so many seconds.
    pub fn new(refresh: Seconds) -> Self {
        IndicatorsCache(LastGood::new(refresh))
    }

    /// Returns what the list names; asks for another version when what is held was not asked for lately.
    ///
    /// A list that was taken away names nothing. One that does not read leaves what is there; a process that never had a
    /// good one goes on without.
    ///
    /// # Errors
    ///
    /// When it could never be asked whether there is one: going on would miss what it names and tell nobody.
    pub async fn current(&self, source: &impl Published, now: EventTime) -> Result<Current, Error> {
        match self.0.current(source, now).await {
            Ok(current) => Ok(Current { indicators: current.good, refused: current.refused }),
            Err(Nothing::Store(error)) => Err(error),
            // Where nothing is published, or nothing that reads, nothing is named.
            Err(Nothing::Missing | Nothing::Refused(_)) => {
                Ok(Current { indicators: Arc::default(), refused: false })
            }
        }
    }
}

impl Publication for Indicators {
    type Problem = BadList;

    fn read(bytes: &[u8]) -> Result<Self, BadList> {
        let mut indicators = Indicators::default();
        let refused = indicators.add(LIST, &text(bytes, MAX_TEXT_BYTES)?, MAX_PUBLISHED);
        if indicators.len() > MAX_PUBLISHED {
            return Err(BadList::TooMany { limit: MAX_PUBLISHED });
        }
        match refused.first() {
            // A slip in a line leaves the others of use; a page that says that a feed has moved is no list.
            Some(RefusedIndicator { line, .. }) if refused.len() > indicators.len() => {
                Err(BadList::NoList { indicators: indicators.len(), first: *line })
            }
            _ => Ok(indicators),
        }
    }

    fn absent() -> Option<Self> {
        Some(Indicators::default())
    }
}

#[cfg(test)]
mod tests {
    use hinomi_store::object::compress;
    use hinomi_store::{Call, Fault, Faulty, MemoryPublished, When, block_on};

    use super::*;

    const NOON: EventTime = EventTime::from_seconds(1_795_435_200);

    struct Site {
        published: MemoryPublished,
        cache: IndicatorsCache,
    }

    impl Site {
        fn new() -> Self {
            Site { published: MemoryPublished::new(), cache: IndicatorsCache::new(300) }
        }

        /// Returns whether an address is named, and whether a version was refused.
        fn at(&self, seconds: i64, ip: &str) -> (bool, bool) {
            let current = block_on(self.cache.current(&self.published, NOON.plus(seconds))).unwrap();
            (current.indicators.address(ip.parse().unwrap(), None) == Some("indicators"), current.refused)
        }
    }

    #[test]
    fn a_list_is_used_as_long_as_it_is_there_however_it_is_packed() {
        let site = Site::new();
        assert_eq!(site.at(0, "203.0.113.9"), (false, false), "there is none");
        site.published.publish(Some(b"203.0.113.9"));
        assert_eq!(site.at(299, "203.0.113.9"), (false, false), "it was asked a moment ago");
        assert_eq!(site.at(300, "203.0.113.9"), (true, false));
        // `printf '203.0.113.10\n' | gzip -n`
        let gzip = [
            31, 139, 8, 0, 0, 0, 0, 0, 0, 3, 51, 50, 48, 214, 51, 208, 51, 52, 52, 214, 51, 52, 224, 2, 0,
            213, 182, 205, 35, 13, 0, 0, 0,
        ];
        site.published.publish(Some(&gzip));
        assert_eq!(site.at(600, "203.0.113.10"), (true, false));
        site.published.publish(Some(&compress(b"# ours\n203.0.113.11\n10.0.0.1\n").unwrap()));
        assert_eq!(site.at(900, "203.0.113.11"), (true, false), "a slip leaves the others of use");
        site.published.publish(None);
        assert_eq!(site.at(1_200, "203.0.113.11"), (false, false), "it was taken away");
    }

    #[test]
    fn what_is_no_list_is_refused_once_and_the_last_one_kept() {
        let names: String = (0..=MAX_PUBLISHED).map(|number| format!("n{number}.example\n")).collect();
        let long = "# \n".repeat(MAX_TEXT_BYTES / 3 + 1);
        let bad: [&[u8]; 7] = [
            b"<html>\n<p>This list has moved.\n203.0.113.77\n",
            b"\xff\xfe",
            b"\x1f\x8b\x08 no gzip",
            &compress(b"203.0.113.9").unwrap()[..12],
            names.as_bytes(),
            long.as_bytes(),
            &compress(long.as_bytes()).unwrap(),
        ];
        for (case, bad) in bad.into_iter().enumerate() {
            let site = Site::new();
            site.published.publish(Some(bad));
            assert_eq!(site.at(0, "203.0.113.9"), (false, true), "{case}: there was never a good one");
            site.published.publish(Some(b"203.0.113.9"));
            assert_eq!(site.at(300, "203.0.113.9"), (true, false), "{case}");
            site.published.publish(Some(bad));
            assert_eq!(site.at(600, "203.0.113.9"), (true, true), "{case}");
            assert_eq!(site.at(900, "203.0.113.9"), (true, false), "{case}: once is enough");
        }
    }

    #[test]
    fn a_list_that_cannot_be_asked_for_stays_and_one_that_never_could_is_an_error() {
        let inner = MemoryPublished::new();
        inner.publish(Some(b"203.0.113.9"));
        let faults = [1, 3].map(|nth| Fault { call: Call::FetchIfChanged, nth, when: When::Before });
        let source = Faulty::new(inner, &faults);
        let cache = IndicatorsCache::new(300);
        let at = |seconds| block_on(cache.current(&source, NOON.plus(seconds)));
        assert!(at(0).is_err_and(|error| error.is_retryable()));
        assert_eq!(at(0).unwrap().indicators.len(), 1, "it is asked again at once");
        let kept = at(300).unwrap();
        assert_eq!((kept.indicators.len(), kept.refused), (1, false));
    }
}
