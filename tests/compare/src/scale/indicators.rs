//! 10 to 100,000 indicators, of all kinds, none of which is in the lines: as in nearly every line of life.

use hinomi_generate::mix::Form;
use hinomi_model::registry::Registry;

use super::batches::middle;
use super::{Axis, Curve};
use crate::data::Data;
use crate::ours::{Engine, Stage};
use crate::{Fault, Options};

const INDICATORS: [usize; 5] = [10, 100, 1_000, 10_000, 100_000];
const QUICK_INDICATORS: [usize; 2] = [10, 100_000];
const LINES: usize = 20_000;

/// Measures from records to findings.
pub(super) fn axis(options: &Options) -> Result<Axis, Fault> {
    let amounts = if options.quick { &QUICK_INDICATORS[..] } else { &INDICATORS[..] };
    let mut curves = Vec::new();
    for form in [Form::FortigateKeyValue, Form::PanosCsv] {
        let data = Data::new(form, LINES)?;
        let mut points = Vec::new();
        for count in amounts {
            let mut engine = Engine::new(Stage::Record, Registry::open()).with_indicators(*count);
            points.push((*count as f64, middle(&mut engine, &data)?));
        }
        eprintln!("indicators, {}: done", form.name());
        curves.push(Curve { name: form.name(), points });
    }
    Ok(Axis {
        name: "indicators",
        title: "From records to findings",
        grows: "indicators in the lists",
        rate_of: "lines",
        curves,
    })
}
