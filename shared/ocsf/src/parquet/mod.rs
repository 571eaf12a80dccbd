//! Rows as a Parquet file.

mod chunk;
mod rle;
mod schema;

use std::sync::Arc;

use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::SerializedFileWriter;

use self::chunk::{Chunks, Slice};
use crate::error::Result;
use crate::layout::Column;
use crate::rows::{Group, Values};

/// Rows of a row group: what Athena gives one reader, and prunes by time and address.
const ROW_GROUP_ROWS: usize = 100_000;

/// Returns the rows of a group as a file, in their order.
pub(crate) fn file(group: &Group) -> Result<Vec<u8>> {
    let columns = &group.layout.columns;
    let properties = WriterProperties::builder()
        .set_created_by("hinomi".to_owned())
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_offset_index_disabled(true)
        .build();
    let mut writer = SerializedFileWriter::new(Vec::new(), schema::of(columns)?, Arc::new(properties))?;
    let came_in_order: Vec<u32>;
    let order = group.order();
    let rows: &[u32] = match &order {
        Some(order) => order,
        None => {
            came_in_order = (0..group.rows() as u32).collect();
            &came_in_order
        }
    };
    let mut ranks: Vec<Ranks> = columns
        .iter()
        .zip(&group.values)
        .enumerate()
        .map(|(index, (_, values))| Ranks::of(group, index, values, order.is_some()))
        .collect();
    let levels: Vec<Vec<u32>> =
        columns.iter().enumerate().map(|(index, column)| levels(group, index, column)).collect();
    let descriptors = writer.schema_descr().columns().to_vec();
    let mut chunks = Chunks::new()?;
    let mut shapes = Vec::new();
    for rows in rows.chunks(ROW_GROUP_ROWS) {
        shapes.clear();
        shapes.extend(rows.iter().map(|row| group.shape_of.get(*row as usize).copied().unwrap_or(0)));
        let slice = Slice { rows, shapes: &shapes };
        let mut row_group = writer.next_row_group()?;
        let parts = columns.iter().zip(&descriptors).zip(&group.values).zip(&levels).zip(&mut ranks);
        for ((((column, descriptor), values), levels), ranks) in parts {
            let chunk =
                chunks.make(column, descriptor.clone(), values, &slice, levels, |row| ranks.rank(row))?;
            row_group.append_column(&chunk.bytes, chunk.close)?;
        }
        row_group.close()?;
    }
    Ok(writer.into_inner()?)
}

/// Returns the level of each shape in a column.
fn levels(group: &Group, index: usize, column: &Column) -> Vec<u32> {
    group.shapes.iter().map(|shape| column.definition(index, *shape)).collect()
}

/// Says which of a column's values is a row's.
enum Ranks {
    /// Every row has one.
    Same,
    /// Rows are asked for in the order in which they came: the one that is next.
    Next(u32),
    /// By row.
    Table(Vec<u32>),
}

impl Ranks {
    fn of(group: &Group, index: usize, values: &Values, reordered: bool) -> Self {
        if values.len() == group.rows() {
            return Ranks::Same;
        }
        if !reordered {
            return Ranks::Next(0);
        }
        let mut next = 0;
        let rank = |shape: &u32| {
            let rank = next;
            let has = group.shapes.get(*shape as usize).is_some_and(|shape| shape >> index & 1 == 1);
            next += u32::from(has);
            rank
        };
        Ranks::Table(group.shape_of.iter().map(rank).collect())
    }

    fn rank(&mut self, row: u32) -> u32 {
        match self {
            Ranks::Same => row,
            Ranks::Next(next) => {
                *next += 1;
                *next - 1
            }
            Ranks::Table(ranks) => ranks.get(row as usize).copied().unwrap_or(0),
        }
    }
}
