//! The plain way to read `key=value`: a regular expression into a map.

use std::collections::HashMap;
use std::hint::black_box;

use regex::Regex;

use crate::Fault;
use crate::data::Data;
use crate::reader::{Reader, Told};

/// A key, and a value that is quoted or ends at the next blank.
const PAIR: &str = r#"([A-Za-z0-9_-]+)=("(?:[^"\\]|\\.)*"|\S*)"#;

/// Reads pairs with a regular expression.
///
/// # Errors
///
/// [`Fault::Reader`] when the expression is none.
pub(crate) fn regex() -> Result<Box<dyn Reader>, Fault> {
    let pair = Regex::new(PAIR).map_err(|error| Fault::Reader(error.to_string()))?;
    Ok(Box::new(Pairs { pair }))
}

struct Pairs {
    pair: Regex,
}

impl Pairs {
    fn read<'l>(&self, line: &'l str) -> HashMap<&'l str, &'l str> {
        let pairs = self.pair.captures_iter(line);
        pairs.filter_map(|pair| Some((pair.get(1)?.as_str(), pair.get(2)?.as_str()))).collect()
    }
}

impl Reader for Pairs {
    fn pass(&mut self, data: &Data) -> usize {
        data.lines().filter(|line| black_box(self.read(line)).contains_key("srcip")).count()
    }

    fn tell(&mut self, line: &str) -> Option<Told> {
        let fields = self.read(line);
        Told::of_texts(fields.get("srcip")?, fields.get("dstip")?, fields.len())
    }
}
