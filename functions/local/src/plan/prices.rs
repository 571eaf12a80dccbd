//! What AWS charges, as dated data: `prices.csv`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// When the prices were read.
pub(crate) const AS_OF: &str = "2026-09";

const TABLE: &str = include_str!("prices.csv");

macro_rules! items {
    ($($name:ident = $text:literal),+ $(,)?) => {
        /// Something that is paid for.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub(crate) enum Item { $(#[doc = $text] $name),+ }

        impl Item {
            #[cfg(test)]
            pub(crate) const ALL: &[Item] = &[$(Item::$name),+];

            /// Returns its name in the table.
            pub(crate) const fn as_str(self) -> &'static str {
                match self { $(Item::$name => $text),+ }
            }
        }
    };
}

items! {
    Shard = "kinesis-shard",
    PutUnit = "kinesis-put",
    ShardKept = "kinesis-kept",
    OnDemandStream = "kinesis-on-demand",
    OnDemandIn = "kinesis-on-demand-in",
    OnDemandOut = "kinesis-on-demand-out",
    OnDemandKept = "kinesis-on-demand-kept",
    Compute = "lambda-compute",
    Requests = "lambda-requests",
    TableWrite = "dynamodb-write",
    TableRead = "dynamodb-read",
    TableStored = "dynamodb-stored",
    Put = "s3-put",
    Get = "s3-get",
    Standard = "s3-standard",
    Infrequent = "s3-infrequent",
    GlacierInstant = "s3-glacier-instant",
    ToInfrequent = "s3-to-infrequent",
    ToGlacierInstant = "s3-to-glacier-instant",
    Scanned = "athena-scanned",
    Mail = "sns-mail",
    Sms = "sns-sms",
    LogsIn = "cloudwatch-logs",
    MetricMonth = "cloudwatch-metric",
    AlarmMonth = "cloudwatch-alarm",
    KeyMonth = "kms-key",
}

/// One row of the table.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Price {
    /// What one is.
    pub(crate) unit: &'static str,
    /// Dollars for one.
    pub(crate) usd: f64,
    /// Whether it was read in AWS's own list.
    pub(crate) is_sure: bool,
}

/// The prices of a region.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Prices {
    rows: BTreeMap<&'static str, Price>,
}

static REGIONS: LazyLock<BTreeMap<&'static str, Prices>> = LazyLock::new(|| read(TABLE));

impl Prices {
    /// Returns the prices of a region, if there are any.
    pub(crate) fn of(region: &str) -> Option<&'static Prices> {
        REGIONS.get(region)
    }

    /// Returns the regions that there are prices of.
    pub(crate) fn regions() -> impl Iterator<Item = &'static str> {
        REGIONS.keys().copied()
    }

    /// Returns what one of something costs; a test proves that there is a price of everything.
    pub(crate) fn price(&self, item: Item) -> Option<&Price> {
        self.rows.get(item.as_str())
    }
}

fn read(table: &'static str) -> BTreeMap<&'static str, Prices> {
    let mut rows = table.lines().filter(|line| !line.starts_with('#')).map(|line| line.split(','));
    let mut regions: BTreeMap<&str, Prices> = BTreeMap::new();
    let Some(head) = rows.next() else { return regions };
    let head: Vec<&str> = head.collect();
    for row in rows {
        let cells: Vec<&str> = row.collect();
        let [item, unit, prices @ .., confidence] = cells.as_slice() else { continue };
        for (region, usd) in head.iter().skip(2).zip(prices) {
            if let Ok(usd) = usd.parse() {
                let price = Price { unit, usd, is_sure: *confidence == "sure" };
                let of = regions.entry(region).or_insert_with(|| Prices { rows: BTreeMap::new() });
                of.rows.insert(item, price);
            }
        }
    }
    regions
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_has_a_price_in_every_region_and_no_row_is_for_nothing() {
        assert_eq!(Prices::regions().collect::<Vec<_>>(), ["ap-northeast-1", "us-east-1"]);
        for region in Prices::regions() {
            let prices = Prices::of(region).unwrap();
            assert_eq!(prices.rows.len(), Item::ALL.len(), "{region}");
            for item in Item::ALL {
                let price = prices.price(*item).unwrap_or_else(|| panic!("{region}: {}", item.as_str()));
                assert!(price.usd > 0.0 && !price.unit.is_empty(), "{region}: {}", item.as_str());
            }
        }
    }

    #[test]
    fn the_table_says_when_it_was_read() {
        assert!(TABLE.lines().next().is_some_and(|line| line.contains(AS_OF)));
    }
}
