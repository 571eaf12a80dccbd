//! A class's columns as a Parquet schema.

use std::sync::Arc;

use parquet::basic::{LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::schema::types::{Type, TypePtr};

use crate::error::Result;
use crate::layout::Column;
use crate::mapping::Kind;

/// Returns the schema of columns.
pub(super) fn of(columns: &[Column]) -> Result<TypePtr> {
    let leaves: Vec<(&str, Kind)> = columns.iter().map(|column| (column.path(), column.kind())).collect();
    let root = Type::group_type_builder("event").with_fields(members(&leaves)?).build()?;
    Ok(Arc::new(root))
}

/// Returns the members of a group; those that share a first step stand together.
fn members(mut leaves: &[(&str, Kind)]) -> Result<Vec<TypePtr>> {
    let mut grown = Vec::new();
    while let Some((path, kind)) = leaves.first() {
        let Some((step, _)) = path.split_once('.') else {
            grown.push(leaf(path, *kind)?);
            leaves = leaves.get(1..).unwrap_or_default();
            continue;
        };
        let below = |path: &str| path.split_once('.').is_some_and(|(first, _)| first == step);
        let count = leaves.iter().take_while(|(path, _)| below(path)).count();
        let (inside, rest) = leaves.split_at(count);
        let inside: Vec<(&str, Kind)> =
            inside.iter().filter_map(|(path, kind)| Some((path.split_once('.')?.1, *kind))).collect();
        grown.push(group(step, members(&inside)?)?);
        leaves = rest;
    }
    Ok(grown)
}

fn group(step: &str, members: Vec<TypePtr>) -> Result<TypePtr> {
    let Some(name) = step.strip_suffix("[]") else {
        let group = Type::group_type_builder(step).with_repetition(Repetition::OPTIONAL);
        return Ok(Arc::new(group.with_fields(members).build()?));
    };
    let element = Type::group_type_builder("element").with_repetition(Repetition::REQUIRED);
    list(name, element.with_fields(members).build()?)
}

fn leaf(step: &str, kind: Kind) -> Result<TypePtr> {
    match step.strip_suffix("[]") {
        None => Ok(Arc::new(value(step, kind, Repetition::OPTIONAL)?)),
        Some(name) => list(name, value("element", kind, Repetition::REQUIRED)?),
    }
}

/// The three levels that the format asks of a list.
fn list(name: &str, element: Type) -> Result<TypePtr> {
    let entries = Type::group_type_builder("list").with_repetition(Repetition::REPEATED);
    let entries = entries.with_fields(vec![Arc::new(element)]).build()?;
    let list = Type::group_type_builder(name).with_repetition(Repetition::OPTIONAL);
    let list = list.with_logical_type(Some(LogicalType::List)).with_fields(vec![Arc::new(entries)]);
    Ok(Arc::new(list.build()?))
}

fn value(name: &str, kind: Kind, repetition: Repetition) -> Result<Type> {
    let (physical, logical) = match kind {
        // JSON as text: Athena knows no other.
        Kind::Text | Kind::Json => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        Kind::Integer => (Physical::INT32, None),
        Kind::Long => (Physical::INT64, None),
        Kind::Instant => (Physical::INT64, Some(LogicalType::timestamp(true, TimeUnit::NANOS))),
    };
    let value = Type::primitive_type_builder(name, physical).with_repetition(repetition);
    Ok(value.with_logical_type(logical).build()?)
}
