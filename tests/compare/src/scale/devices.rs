//! 1 to 10,000 registered devices. In life a record comes from one collector, which serves a few; the other curve, where each
//! line of a record is of any device, is the worst that there can be: a record's facts name each of its devices.

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
/// Devices whose lines are in one record, with the curve's name.
const OF_A_RECORD: [(&str, usize); 2] =
    [("eight devices a record", 8), ("any device in any line", usize::MAX)];
/// Devices of a tenant: a prefecture's town has a few.
const OF_A_TENANT: u32 = 4;

/// Measures from records to findings.
pub(super) fn axis(options: &Options) -> Result<Axis, Fault> {
    let amounts = if options.quick { &QUICK_DEVICES[..] } else { &DEVICES[..] };
    let mut curves = Vec::new();
    let form = Form::FortigateKeyValue;
    for (name, of_a_record) in OF_A_RECORD {
        let mut points = Vec::new();
        for devices in amounts {
            let data = Data::of_devices(form, LINES, *devices, of_a_record)?;
            let registry = Registry::from_yaml(&registry(*devices))
                .map_err(|problems| Fault::Engine(problems.to_string()))?;
            let rate = middle(&mut Engine::new(Stage::Record, registry), &data)?;
            points.push((f64::from(*devices), rate));
        }
        eprintln!("{name}: done");
        curves.push(Curve { name, points });
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
fn registry(devices: u32) -> String {
    let mut text = "version: 1\ntenants:\n".to_owned();
    for number in 0..devices.max(1) {
        // Writing to a string does not fail.
        if number % OF_A_TENANT == 0 {
            let _ = write!(
                text,
                "- {{id: t{number}, name: {{ja: 市, en: Town}}, internal: [10.0.0.0/8], devices: ["
            );
        }
        let id = match number {
            0 => "FGT60FTK20000001".to_owned(),
            _ => format!("FGT60FTK21{number:06}"),
        };
        let _ = write!(text, "{{id: '{id}', vendor: fortigate}},");
        if (number + 1) % OF_A_TENANT == 0 || number + 1 == devices.max(1) {
            text.push_str("]}\n");
        }
    }
    text
}
