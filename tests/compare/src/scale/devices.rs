//! 1 to 10,000 registered devices, each line of any of them.

use std::fmt::Write as _;

use hinomi_generate::mix::Form;
use hinomi_model::registry::Registry;

use super::batches::middle;
use super::{Axis, Curve};
use crate::data::Data;
use crate::ours::{Engine, Stage};
use crate::{Fault, Options};

const DEVICES: [u32; 5] = [1, 10, 100, 1_000, 10_000];
const QUICK_DEVICES: [u32; 2] = [1, 1_000];
/// Enough for each of ten thousand devices to have some.
const LINES: usize = 40_000;
/// Devices of a tenant: a prefecture's town has a few.
const OF_A_TENANT: u32 = 4;

/// Measures from records to findings.
pub(super) fn axis(options: &Options) -> Result<Axis, Fault> {
    let amounts = if options.quick { &QUICK_DEVICES[..] } else { &DEVICES[..] };
    let mut curves = Vec::new();
    for form in [Form::FortigateKeyValue, Form::PanosCsv] {
        let mut points = Vec::new();
        for devices in amounts {
            let data = Data::of_devices(form, LINES, *devices)?;
            let registry = Registry::from_yaml(&registry(form, *devices))
                .map_err(|problems| Fault::Engine(problems.to_string()))?;
            let rate = middle(&mut Engine::new(Stage::Record, registry), &data)?;
            points.push((f64::from(*devices), rate));
        }
        eprintln!("devices of {}: done", form.name());
        curves.push(Curve { name: form.name(), points });
    }
    Ok(Axis {
        name: "devices",
        title: "From records to findings",
        grows: "registered devices",
        rate_of: "lines",
        curves,
    })
}

/// Writes a registry of the generator's devices.
fn registry(form: Form, devices: u32) -> String {
    let mut text = "version: 1\ntenants:\n".to_owned();
    for number in 0..devices.max(1) {
        if number % OF_A_TENANT == 0 {
            // Writing to a string does not fail.
            let _ = write!(
                text,
                "- {{id: t{number}, name: {{ja: 市, en: Town}}, internal: [10.0.0.0/8], devices: ["
            );
        }
        let (vendor, id) = match (form, number) {
            (Form::PanosCsv, 0) => ("panos", "012801096514".to_owned()),
            (Form::PanosCsv, _) => ("panos", format!("0128{number:08}")),
            (_, 0) => ("fortigate", "FGT60FTK20000001".to_owned()),
            _ => ("fortigate", format!("FGT60FTK21{number:06}")),
        };
        let _ = write!(text, "{{id: '{id}', vendor: {vendor}}},");
        if (number + 1) % OF_A_TENANT == 0 || number + 1 == devices.max(1) {
            text.push_str("]}\n");
        }
    }
    text
}
