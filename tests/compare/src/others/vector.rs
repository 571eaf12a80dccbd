//! VRL, the language in which Vector's users parse logs (<https://vrl.dev>).
//!
//! The program is compiled once and resolved for each line, as Vector's `remap` transform does it. A line is a slice of
//! shared bytes, which costs no copy; the answer is returned and not assigned to the event, which costs less than in life.

use std::collections::BTreeMap;
use std::hint::black_box;

use bytes::Bytes;
use vrl::compiler::state::RuntimeState;
use vrl::compiler::{Context, Program, TargetValue, TimeZone};
use vrl::value::{KeyString, Secrets, Value};

use crate::Fault;
use crate::data::Data;
use crate::reader::{Reader, Told};

/// Columns of a PAN-OS row's addresses, from 0.
const SOURCE: usize = 7;
const DESTINATION: usize = 8;

/// Reads lines with a program.
///
/// # Errors
///
/// [`Fault::Reader`] when the program can't be compiled.
pub(crate) fn vector(source: &str) -> Result<Box<dyn Reader>, Fault> {
    let compiled = vrl::compiler::compile(source, &vrl::stdlib::all());
    let program = compiled.map_err(|problems| Fault::Reader(format!("{source}: {problems:?}")))?.program;
    Ok(Box::new(Remap { program, state: RuntimeState::default(), zone: TimeZone::default() }))
}

struct Remap {
    program: Program,
    state: RuntimeState,
    zone: TimeZone,
}

impl Remap {
    fn read(&mut self, line: Bytes) -> Option<Value> {
        let event = BTreeMap::from([(KeyString::from("message"), Value::Bytes(line))]);
        let mut target = TargetValue {
            value: Value::Object(event),
            metadata: Value::Object(BTreeMap::new()),
            secrets: Secrets::default(),
        };
        self.state.clear();
        let mut context = Context::new(&mut target, &mut self.state, &self.zone);
        self.program.resolve(&mut context).ok()
    }
}

impl Reader for Remap {
    fn pass(&mut self, data: &Data) -> usize {
        let mut read = 0;
        for place in &data.places {
            read += usize::from(black_box(self.read(data.shared.slice(place.clone()))).is_some());
        }
        read
    }

    fn tell(&mut self, line: &str) -> Option<Told> {
        let value = self.read(Bytes::copy_from_slice(line.as_bytes()))?;
        let (source, destination, fields) = match &value {
            Value::Object(members) => (members.get("srcip")?, members.get("dstip")?, members.len()),
            Value::Array(columns) => (columns.get(SOURCE)?, columns.get(DESTINATION)?, columns.len()),
            _ => return None,
        };
        Told::of_texts(&source.to_str_lossy()?, &destination.to_str_lossy()?, fields)
    }
}
