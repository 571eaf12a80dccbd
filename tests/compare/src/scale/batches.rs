//! Batches of 1 to 64 MB of lines, as one event of Lambda each. What Lambda hands over at once is 6 MB of base64, some
//! 36 MB of lines at the usual compression.

use hinomi_generate::mix::Form;
use hinomi_model::registry::Registry;

use super::{Axis, Curve};
use crate::data::Data;
use crate::measure::{Spread, rate, timed};
use crate::ours::{Engine, Stage};
use crate::reader::Reader as _;
use crate::{Fault, Options};

const MEGABYTES: [usize; 7] = [1, 2, 4, 8, 16, 32, 64];
const QUICK_MEGABYTES: [usize; 3] = [1, 4, 16];
/// Bytes of a line, about, which say how many make a megabyte.
const LINE_BYTES: usize = 900;
const PASSES: usize = 5;

/// Measures from the event to findings.
pub(super) fn axis(options: &Options) -> Result<Axis, Fault> {
    let sizes = if options.quick { &QUICK_MEGABYTES[..] } else { &MEGABYTES[..] };
    let mut curves = Vec::new();
    for form in Form::ALL {
        let mut points = Vec::new();
        for megabytes in sizes {
            let data = Data::new(form, megabytes * 1_000_000 / LINE_BYTES)?;
            let rate = middle(&mut Engine::new(Stage::Event, Registry::open()), &data)?;
            points.push((*megabytes as f64, rate));
        }
        eprintln!("batches of {}: done", form.name());
        curves.push(Curve { name: form.name(), points });
    }
    Ok(Axis {
        name: "batch_mb",
        title: "From Lambda's event to findings",
        grows: "megabytes of lines in a batch",
        rate_of: "lines",
        curves,
    })
}

/// Returns the middle one of several passes' rates, after one that fills the buffers.
pub(super) fn middle(engine: &mut Engine, data: &Data) -> Result<f64, Fault> {
    let mut rates = Vec::with_capacity(PASSES);
    for pass in 0..=PASSES {
        let (time, read) = timed(|| engine.pass(data));
        if read != data.count() {
            return Err(Fault::Engine(format!("{read} of {} lines were read", data.count())));
        }
        if pass > 0 {
            rates.push(rate(read, time));
        }
    }
    Ok(Spread::of(rates).median)
}
