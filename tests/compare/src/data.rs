//! What everything is measured on: the project's own lines, in the forms that each reader takes.

use std::ops::Range;

use bytes::Bytes;
use hinomi_generate::encode::stream;
use hinomi_generate::mix::{Form, Mix};

use crate::Fault;

/// Seed of the lines: the same ones in every run, on every machine.
const SEED: u64 = 20_261_020;
/// Lines of a record of Kinesis. Less even lines would fill the 125,000 bytes that collectors are told to send; these
/// take half of it.
const RECORD_LINES: usize = 1_500;
/// When the records arrived: on the day of the lines.
const ARRIVED: f64 = 1_792_454_400.0;

/// Lines of one form.
#[derive(Debug)]
pub(crate) struct Data {
    /// The form.
    pub(crate) form: Form,
    /// The lines, each ended by a line feed. Nothing of syslog stands before them: most of these readers are not given
    /// it, and ours pays next to nothing for it.
    pub(crate) text: String,
    /// The same bytes, to be shared without a copy.
    pub(crate) shared: Bytes,
    /// Where each line stands.
    pub(crate) places: Vec<Range<usize>>,
    /// The lines as Kinesis has them, compressed with zstd.
    pub(crate) records: Vec<Vec<u8>>,
    /// The records as Lambda hands them over: base64 in JSON.
    pub(crate) event: String,
}

impl Data {
    /// Makes lines.
    ///
    /// # Errors
    ///
    /// [`Fault::Data`] when they can't be compressed.
    pub(crate) fn new(form: Form, lines: usize) -> Result<Self, Fault> {
        Data::of_text(form, Mix::new(form, SEED).without_header().text(lines))
    }

    /// Makes lines of so many devices, some of which write at a time: each record is of so many of them.
    ///
    /// # Errors
    ///
    /// As [`Data::new`].
    pub(crate) fn of_devices(
        form: Form,
        lines: usize,
        devices: u32,
        of_a_record: usize,
    ) -> Result<Self, Fault> {
        let mix = Mix::of_devices(form, SEED, devices).in_turns(of_a_record, RECORD_LINES);
        Data::of_text(form, mix.without_header().text(lines))
    }

    fn of_text(form: Form, text: String) -> Result<Self, Fault> {
        let mut places = Vec::new();
        let mut start = 0;
        for (end, _) in text.match_indices('\n') {
            places.push(start..end);
            start = end + 1;
        }
        let records = stream::zstd_records(&text, RECORD_LINES).map_err(Fault::Data)?;
        let event = stream::event_of(&records, ARRIVED);
        Ok(Data { form, shared: Bytes::copy_from_slice(text.as_bytes()), text, places, records, event })
    }

    /// Returns the lines.
    pub(crate) fn lines(&self) -> impl Iterator<Item = &str> {
        self.places.iter().filter_map(|place| self.text.get(place.clone()))
    }

    /// Returns how many lines there are.
    pub(crate) fn count(&self) -> usize {
        self.places.len()
    }

    /// Returns how many bytes the lines have.
    pub(crate) fn bytes(&self) -> usize {
        self.text.len()
    }
}
