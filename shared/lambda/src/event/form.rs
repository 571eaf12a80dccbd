//! The members of events that are read, as they come. Everything else in them is passed over.

use std::borrow::Cow;

use serde::Deserialize;

/// Text that is borrowed where it has no escapes; within an `Option`, serde borrows only through a type of its own.
#[derive(Deserialize)]
pub(super) struct Borrowed<'a>(#[serde(borrow)] pub(super) Cow<'a, str>);

#[derive(Deserialize)]
pub(super) struct Event<'a> {
    #[serde(rename = "Records", borrow, default)]
    pub(super) records: Option<Vec<Record<'a>>>,
    #[serde(borrow, default)]
    pub(super) source: Option<Borrowed<'a>>,
    #[serde(default)]
    pub(super) detail: Option<Detail>,
    #[serde(borrow, default)]
    pub(super) time: Option<Borrowed<'a>>,
    #[serde(default)]
    pub(super) partition: Option<u16>,
    #[serde(default)]
    pub(super) redrive: Option<Redrive>,
}

#[derive(Deserialize)]
pub(super) struct Record<'a> {
    #[serde(rename = "eventID", borrow, default)]
    pub(super) event_id: Option<Borrowed<'a>>,
    #[serde(borrow, default)]
    pub(super) kinesis: Option<Kinesis<'a>>,
    #[serde(default)]
    pub(super) dynamodb: Option<Change>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Kinesis<'a> {
    #[serde(borrow, default)]
    pub(super) sequence_number: Option<Borrowed<'a>>,
    #[serde(borrow, default)]
    pub(super) data: Option<Borrowed<'a>>,
    #[serde(default)]
    pub(super) approximate_arrival_timestamp: Option<f64>,
}

#[derive(Deserialize)]
pub(super) struct Change {
    #[serde(rename = "SequenceNumber", default)]
    pub(super) sequence_number: Option<String>,
    #[serde(rename = "Keys", default)]
    pub(super) keys: Option<Keys>,
    #[serde(rename = "NewImage", default)]
    pub(super) new_image: Option<Image>,
}

#[derive(Deserialize)]
pub(super) struct Keys {
    #[serde(default)]
    pub(super) pk: Option<Text>,
}

/// Of an item only this: an image brings a whole incident, and nothing of it is needed here.
#[derive(Deserialize)]
pub(super) struct Image {
    #[serde(default)]
    pub(super) dt: Option<Number>,
}

#[derive(Deserialize)]
pub(super) struct Text {
    #[serde(rename = "S", default)]
    pub(super) text: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Number {
    #[serde(rename = "N", default)]
    pub(super) number: Option<String>,
}

#[derive(Default, Deserialize)]
pub(super) struct Detail {
    #[serde(default)]
    pub(super) bucket: Option<Bucket>,
    #[serde(default)]
    pub(super) object: Option<Object>,
}

#[derive(Deserialize)]
pub(super) struct Bucket {
    #[serde(default)]
    pub(super) name: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Object {
    #[serde(default)]
    pub(super) key: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Redrive {
    #[serde(default)]
    pub(super) object: Option<String>,
    #[serde(default)]
    pub(super) prefix: Option<String>,
    #[serde(default)]
    pub(super) after: Option<String>,
}
