//! What a column is, and what an event says in it.

use std::net::IpAddr;

use hinomi_model::{Anomaly, Event, EventTime, Frames, Locator};

use super::class::{Class, Classes};

/// How a column's values are held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// UTF-8.
    Text,
    /// A signed number of 32 bits: OCSF's integer, and a port.
    Integer,
    /// A signed number of 64 bits: OCSF's long, and a timestamp in milliseconds.
    Long,
    /// An instant in nanoseconds: OCSF's datetime.
    Instant,
    /// JSON in UTF-8.
    Json,
}

/// Whether a column's values repeat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Coding {
    /// They do: each is kept once, rows hold its number.
    Words,
    /// Hardly ever: each is kept as it comes.
    Plain,
}

/// One event on its way into a class.
#[derive(Debug)]
pub(crate) struct Line<'a> {
    pub(crate) event: &'a Event<'a>,
    pub(crate) class: Class,
    /// Where in the archive its line lies.
    pub(crate) place: Option<&'a Locator>,
}

/// What an event says in one column.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Value<'a> {
    None,
    Text(&'a str),
    Number(i64),
    /// A count that may be more than a signed number holds.
    Count(u64),
    Ip(IpAddr),
    /// As nanoseconds.
    Instant(EventTime),
    /// As RFC 3339.
    Stamp(EventTime),
    Place(&'a Locator),
    Anomalies(&'a [Anomaly<'a>]),
    Frames(Frames),
    /// What has no column, as JSON.
    Unmapped,
}

impl<'a> Value<'a> {
    pub(crate) fn text(text: Option<&'a (impl AsRef<str> + ?Sized)>) -> Self {
        text.map_or(Value::None, |text| Value::Text(text.as_ref()))
    }

    pub(crate) fn number(number: Option<impl Into<i64>>) -> Self {
        number.map_or(Value::None, |number| Value::Number(number.into()))
    }

    pub(crate) fn count(count: Option<u64>) -> Self {
        count.map_or(Value::None, Value::Count)
    }

    pub(crate) fn ip(ip: Option<IpAddr>) -> Self {
        ip.map_or(Value::None, Value::Ip)
    }

    pub(crate) const fn is_none(&self) -> bool {
        matches!(self, Value::None)
    }

    /// Returns the number that a column of a kind holds for this value; `None` when it is none or too large.
    pub(crate) fn as_number(&self, kind: Kind) -> Option<i64> {
        let number = match *self {
            Value::Number(number) => number,
            Value::Count(count) => i64::try_from(count).ok()?,
            Value::Instant(time) => time.nanos(),
            _ => return None,
        };
        match kind {
            Kind::Integer => i32::try_from(number).is_ok().then_some(number),
            Kind::Long | Kind::Instant => Some(number),
            Kind::Text | Kind::Json => None,
        }
    }
}

/// Reads a value.
pub(crate) type Read = for<'l> fn(&'l Line<'l>) -> Value<'l>;

/// One thing that is known of an event, and where each class keeps it.
#[derive(Debug)]
pub(crate) struct Field {
    /// What the event calls it, and `unmapped` where a class has no place for it; empty for what follows from others.
    pub(crate) name: &'static str,
    /// Where it lies: attributes with dots between them, `[]` behind a list, which holds one element at most.
    pub(crate) homes: &'static [(Classes, &'static str)],
    pub(crate) kind: Kind,
    pub(crate) coding: Coding,
    pub(crate) read: Read,
}

impl Field {
    /// Returns where a class keeps it.
    pub(crate) fn home(&self, class: Class) -> Option<&'static str> {
        self.homes.iter().find(|(classes, _)| classes.has(class)).map(|(_, path)| *path)
    }
}
