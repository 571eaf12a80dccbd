//! YAML as a plain tree, bounded, with every duplicate key still in it.
//!
//! `serde_yaml_ng::Value` stops at the first duplicate key and lets aliases multiply a small text into gigabytes.
//! This tree counts what it builds and leaves duplicates to the reader, which reports them with all the rest.
//! YAML 1.2 core schema; tags and several documents in one file are refused.

use std::cell::Cell;
use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

/// Most nodes of a tree, those that aliases repeat included. A megabyte of YAML without aliases holds fewer; beyond
/// it the whole text is refused.
const MAX_NODES: usize = 600_000;

/// Deepest nesting of brackets, those in quotes and comments included. The parser's effort grows with the square of
/// the depth; a registry needs five.
const MAX_BRACKETS: usize = 256;
/// Longest line in bytes; the same for dashes, of which one line can nest as many as it holds.
const MAX_LINE_BYTES: usize = 1 << 16;

/// One value of a YAML text.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    Null,
    Bool(bool),
    Integer(i128),
    Float(f64),
    Text(String),
    List(Vec<Node>),
    Map(Vec<(Node, Node)>),
}

impl Node {
    /// Reads one YAML document.
    pub(super) fn read(text: &str) -> Result<Node, String> {
        if let Some(line) = text.lines().position(|line| line.len() > MAX_LINE_BYTES) {
            return Err(format!("line {} is longer than {MAX_LINE_BYTES} bytes", line + 1));
        }
        let mut depth = 0_usize;
        for byte in text.bytes() {
            match byte {
                b'[' | b'{' => depth += 1,
                b']' | b'}' => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth > MAX_BRACKETS {
                return Err(format!("brackets nest deeper than {MAX_BRACKETS}"));
            }
        }
        let left = Cell::new(MAX_NODES);
        let document = serde_yaml_ng::Deserializer::from_str(text);
        Budget { left: &left }.deserialize(document).map_err(|error| error.to_string())
    }

    /// Returns what the value is, in the words of a problem.
    pub(super) fn what(&self) -> &'static str {
        match self {
            Node::Null => "nothing",
            Node::Bool(_) => "true or false",
            Node::Integer(_) | Node::Float(_) => "a number",
            Node::Text(_) => "text",
            Node::List(_) => "a list",
            Node::Map(_) => "a map",
        }
    }
}

#[derive(Clone, Copy)]
struct Budget<'b> {
    left: &'b Cell<usize>,
}

impl<'de> DeserializeSeed<'de> for Budget<'_> {
    type Value = Node;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        let left = self.left.get();
        if left == 0 {
            return Err(de::Error::custom(format_args!("more than {MAX_NODES} values")));
        }
        self.left.set(left - 1);
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Budget<'_> {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value without tag")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_none<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Integer(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Node, E> {
        Ok(Node::Integer(value.into()))
    }

    fn visit_i128<E>(self, value: i128) -> Result<Node, E> {
        Ok(Node::Integer(value))
    }

    fn visit_u128<E>(self, value: u128) -> Result<Node, E> {
        Ok(i128::try_from(value).map_or(Node::Float(value as f64), Node::Integer))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Node, E> {
        Ok(Node::Float(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Node, E> {
        Ok(Node::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(self)? {
            list.push(item);
        }
        Ok(Node::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Node, A::Error> {
        let mut map = Vec::new();
        while let Some(key) = entries.next_key_seed(self)? {
            map.push((key, entries.next_value_seed(self)?));
        }
        Ok(Node::Map(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_times_and_serials_stay_text() {
        for text in ["2026-11-23", "08:30", "012801096514", "mon-fri", "10.1.0.0/16", "FGT60FTK20000001"] {
            assert_eq!(Node::read(text).unwrap(), Node::Text(text.to_owned()));
        }
    }

    #[test]
    fn aliases_repeat_their_anchor() {
        let both = Node::read("[&a {x: 1}, *a]").unwrap();
        let Node::List(items) = both else { panic!("{both:?}") };
        assert_eq!(items[0], items[1]);
    }

    #[test]
    fn alias_bombs_end_at_the_budget() {
        let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..9 {
            let line = vec![format!("*a{}", level - 1); 10].join(", ");
            bomb.push_str(&format!("a{level}: &a{level} [{line}]\n"));
        }
        assert!(Node::read(&bomb).is_err());
    }

    #[test]
    fn deep_nesting_is_refused() {
        for text in ["[".repeat(500_000), "{a: ".repeat(50_000), "- ".repeat(20_000), "[".repeat(200)] {
            assert!(Node::read(&text).is_err());
        }
    }

    #[test]
    fn several_documents_and_tags_are_refused() {
        assert!(Node::read("a: 1\n---\na: 2\n").is_err());
        assert!(Node::read("a: !secret x\n").is_err());
    }
}
