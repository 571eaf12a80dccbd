//! One column of a row group as pages.

use bytes::Bytes;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::column::page::{CompressedPage, Page, PageWriter};
use parquet::column::writer::ColumnCloseResult;
use parquet::data_type::ByteArray;
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::statistics::Statistics;
use parquet::file::writer::{SerializedPageWriter, TrackedWrite};
use parquet::schema::types::ColumnDescPtr;

use super::rle;
use crate::error::{Error, Result};
use crate::layout::Column;
use crate::mapping::Kind;
use crate::rows::{Texts, Values};

/// zstd's level: the fastest that still finds repeated keys; what is read often is read faster for it, too.
const COMPRESSION: i32 = 1;
/// Bytes of values after which a page ends: what a reader opens to see one row.
const PAGE_BYTES: usize = 1 << 20;
/// Rows after which a page ends.
const PAGE_ROWS: usize = 20_000;
/// Longest text that stands in the statistics; a column with a longer one at either end has none.
const MAX_STATISTIC_BYTES: usize = 256;
const UNNUMBERED: u32 = u32::MAX;

/// The rows of a row group, in their order in the file.
pub(super) struct Slice<'a> {
    /// The rows' numbers among those of the group.
    pub(super) rows: &'a [u32],
    /// The number of each one's shape.
    pub(super) shapes: &'a [u32],
}

/// Makes column chunks. Keeps its buffers from one to the next.
pub(super) struct Chunks {
    compressor: zstd::bulk::Compressor<'static>,
    page: Vec<u8>,
    values: Vec<u8>,
    levels: Vec<u32>,
    /// The values of the rows that have one, by their number in the column.
    present: Vec<u32>,
    /// The numbers that the words have in this chunk, by their number in the column.
    renumbered: Vec<u32>,
    words: Vec<u32>,
}

/// A column chunk: its bytes, and what the footer says of it.
pub(super) struct Chunk {
    pub(super) bytes: Bytes,
    pub(super) close: ColumnCloseResult,
}

impl Chunks {
    pub(super) fn new() -> Result<Self> {
        let compressor = zstd::bulk::Compressor::new(COMPRESSION)
            .map_err(|source| Error::Compress { bytes: 0, source })?;
        Ok(Chunks {
            compressor,
            page: Vec::new(),
            values: Vec::new(),
            levels: Vec::new(),
            present: Vec::new(),
            renumbered: Vec::new(),
            words: Vec::new(),
        })
    }

    /// Makes the chunk of one column.
    ///
    /// `levels` has the level of each shape; `rank` the number of a row's value among those of the column.
    pub(super) fn make(
        &mut self,
        column: &Column,
        descriptor: ColumnDescPtr,
        values: &Values,
        slice: &Slice<'_>,
        levels: &[u32],
        mut rank: impl FnMut(u32) -> u32,
    ) -> Result<Chunk> {
        self.levels.clear();
        self.present.clear();
        match levels {
            // Most columns: every shape has a value, or none has.
            [first, others @ ..] if others.iter().all(|level| level == first) => {
                self.levels.resize(slice.rows.len(), *first);
                if *first == column.max_definition {
                    self.present.extend(slice.rows.iter().map(|row| rank(*row)));
                }
            }
            _ => {
                let level = |shape: &u32| levels.get(*shape as usize).copied().unwrap_or(0);
                self.levels.extend(slice.shapes.iter().map(level));
                let rows = slice.rows.iter().zip(&self.levels);
                let present = rows.filter(|(_, level)| **level == column.max_definition);
                self.present.extend(present.map(|(row, _)| rank(*row)));
            }
        }
        let nulls = (slice.rows.len() - self.present.len()) as u64;

        let mut sink = TrackedWrite::new(Vec::new());
        let mut pages = Pages {
            writer: SerializedPageWriter::new(&mut sink),
            compressor: &mut self.compressor,
            page: &mut self.page,
            uncompressed: 0,
        };
        let mut dictionary = None;
        let statistics = match values {
            Values::Texts(texts) => {
                pages.plain(column, &self.levels, &self.present, &mut self.values, |index, out| {
                    length_and_text(texts.get(index), out);
                })?;
                // The text of what has no column is not asked for as a whole.
                let is_json = column.kind() == Kind::Json;
                let ends = if is_json { None } else { ends_of_texts(texts, self.present.iter()) };
                byte_statistics(ends, nulls)
            }
            Values::Numbers(numbers) => {
                let number = |index: usize| numbers.get(index).copied().unwrap_or(0);
                let kind = column.kind();
                pages.plain(column, &self.levels, &self.present, &mut self.values, |index, out| {
                    push_number(number(index), kind, out);
                })?;
                number_statistics(self.present.iter().map(|index| number(*index as usize)), kind, nulls)
            }
            Values::Words { words, rows, .. } => {
                renumber(words.len(), rows, &mut self.present, &mut self.renumbered, &mut self.words);
                dictionary = Some(pages.dictionary(&self.words, &mut self.values, |index, out| {
                    length_and_text(words.get(index), out);
                })?);
                pages.numbered(column, &self.levels, &self.present, self.words.len(), &mut self.values)?;
                byte_statistics(ends_of_texts(words, self.words.iter()), nulls)
            }
            Values::Figures { figures, rows, .. } => {
                renumber(figures.len(), rows, &mut self.present, &mut self.renumbered, &mut self.words);
                let figure = |index: usize| figures.get(index).copied().unwrap_or(0);
                let kind = column.kind();
                dictionary = Some(pages.dictionary(&self.words, &mut self.values, |index, out| {
                    push_number(figure(index), kind, out);
                })?);
                pages.numbered(column, &self.levels, &self.present, self.words.len(), &mut self.values)?;
                number_statistics(self.words.iter().map(|index| figure(*index as usize)), kind, nulls)
            }
        };
        let uncompressed = pages.uncompressed;
        let bytes = Bytes::from(sink.into_inner()?);
        let encodings = match dictionary {
            Some(_) => vec![Encoding::PLAIN, Encoding::RLE, Encoding::RLE_DICTIONARY],
            None => vec![Encoding::PLAIN, Encoding::RLE],
        };
        let metadata = ColumnChunkMetaData::builder(descriptor)
            .set_compression(Compression::ZSTD(ZstdLevel::try_new(COMPRESSION)?))
            .set_encodings(encodings)
            .set_num_values(slice.rows.len() as i64)
            .set_total_compressed_size(bytes.len() as i64)
            .set_total_uncompressed_size(uncompressed as i64)
            .set_dictionary_page_offset(dictionary.map(|_| 0))
            .set_data_page_offset(dictionary.unwrap_or(0) as i64)
            .set_statistics(statistics)
            .build()?;
        let close = ColumnCloseResult {
            bytes_written: bytes.len() as u64,
            rows_written: slice.rows.len() as u64,
            metadata,
            bloom_filter: None,
            column_index: None,
            offset_index: None,
        };
        Ok(Chunk { bytes, close })
    }
}

/// The pages of one chunk on their way out.
struct Pages<'a, 'c> {
    writer: SerializedPageWriter<'a, Vec<u8>>,
    compressor: &'a mut zstd::bulk::Compressor<'c>,
    page: &'a mut Vec<u8>,
    /// Bytes of all pages before compression.
    uncompressed: usize,
}

impl Pages<'_, '_> {
    /// Writes the dictionary; returns how long it is.
    fn dictionary(
        &mut self,
        words: &[u32],
        values: &mut Vec<u8>,
        write: impl Fn(usize, &mut Vec<u8>),
    ) -> Result<usize> {
        values.clear();
        for word in words {
            write(*word as usize, values);
        }
        let page = |buf| Page::DictionaryPage {
            buf,
            num_values: words.len() as u32,
            encoding: Encoding::PLAIN,
            is_sorted: false,
        };
        self.write(values, page)
    }

    /// Writes values as they are.
    fn plain(
        &mut self,
        column: &Column,
        levels: &[u32],
        present: &[u32],
        values: &mut Vec<u8>,
        write: impl Fn(usize, &mut Vec<u8>),
    ) -> Result<()> {
        let mut present = present.iter();
        let mut rest = levels;
        while !rest.is_empty() {
            values.clear();
            let mut rows = 0;
            while rows < PAGE_ROWS
                && values.len() < PAGE_BYTES
                && let Some(level) = rest.get(rows)
            {
                if *level == column.max_definition
                    && let Some(index) = present.next()
                {
                    write(*index as usize, values);
                }
                rows += 1;
            }
            let (levels, others) = rest.split_at(rows);
            self.data(column, levels, values, Encoding::PLAIN)?;
            rest = others;
        }
        Ok(())
    }

    /// Writes values as numbers of words.
    fn numbered(
        &mut self,
        column: &Column,
        levels: &[u32],
        mut numbers: &[u32],
        words: usize,
        values: &mut Vec<u8>,
    ) -> Result<()> {
        let width = rle::width(words.saturating_sub(1) as u32);
        for levels in levels.chunks(PAGE_ROWS) {
            let count = levels.iter().filter(|level| **level == column.max_definition).count();
            let (page, others) = numbers.split_at_checked(count).unwrap_or((numbers, &[]));
            numbers = others;
            values.clear();
            values.push(width as u8);
            rle::encode(page, width, values);
            self.data(column, levels, values, Encoding::RLE_DICTIONARY)?;
        }
        Ok(())
    }

    fn data(&mut self, column: &Column, levels: &[u32], values: &[u8], encoding: Encoding) -> Result<()> {
        let mut page = std::mem::take(self.page);
        page.clear();
        if column.max_repetition > 0 {
            // A list has one element at most, so every level is the first of its row.
            let width = rle::width(column.max_repetition);
            length_and(&mut page, |page| rle::repeat(0, levels.len(), width, page));
        }
        let width = rle::width(column.max_definition);
        length_and(&mut page, |page| rle::encode(levels, width, page));
        page.extend_from_slice(values);
        let data = |buf| Page::DataPage {
            buf,
            num_values: levels.len() as u32,
            encoding,
            def_level_encoding: Encoding::RLE,
            rep_level_encoding: Encoding::RLE,
            statistics: None,
        };
        let written = self.write(&page, data);
        *self.page = page;
        written.map(|_| ())
    }

    fn write(&mut self, plain: &[u8], page: impl FnOnce(Bytes) -> Page) -> Result<usize> {
        let bytes = plain.len();
        let compressed =
            self.compressor.compress(plain).map_err(|source| Error::Compress { bytes, source })?;
        let written = self.writer.write_page(CompressedPage::new(page(compressed.into()), bytes))?;
        self.uncompressed += written.uncompressed_size;
        Ok(written.bytes_written as usize)
    }
}

/// Appends what `write` writes, behind its length.
fn length_and(out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    out.extend_from_slice(&[0; 4]);
    write(out);
    let length = (out.len() - start - 4) as u32;
    if let Some(place) = out.get_mut(start..start + 4) {
        place.copy_from_slice(&length.to_le_bytes());
    }
}

fn length_and_text(text: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(&(text.len() as u32).to_le_bytes());
    out.extend_from_slice(text);
}

fn push_number(number: i64, kind: Kind, out: &mut Vec<u8>) {
    if kind == Kind::Integer {
        // Checked when it came.
        out.extend_from_slice(&(number as i32).to_le_bytes());
    } else {
        out.extend_from_slice(&number.to_le_bytes());
    }
}

/// Numbers the words of a chunk anew in the order in which its rows have them, so that neither words of other rows nor
/// the order in which they came leave a trace.
///
/// `present` are the rows' values before, and the numbers of their words after.
fn renumber(
    words: usize,
    word_of: &[u32],
    present: &mut [u32],
    renumbered: &mut Vec<u32>,
    order: &mut Vec<u32>,
) {
    renumbered.clear();
    renumbered.resize(words, UNNUMBERED);
    order.clear();
    for value in present {
        let word = word_of.get(*value as usize).copied().unwrap_or(0);
        let Some(number) = renumbered.get_mut(word as usize) else { continue };
        if *number == UNNUMBERED {
            *number = order.len() as u32;
            order.push(word);
        }
        *value = *number;
    }
}

fn ends_of_texts<'t>(
    texts: &'t Texts,
    indices: impl Iterator<Item = &'t u32> + Clone,
) -> Option<(&'t [u8], &'t [u8])> {
    let all = || indices.clone().map(|index| texts.get(*index as usize));
    Some((all().min()?, all().max()?))
}

fn byte_statistics(ends: Option<(&[u8], &[u8])>, nulls: u64) -> Statistics {
    let ends = ends.filter(|(min, max)| min.len().max(max.len()) <= MAX_STATISTIC_BYTES);
    let (min, max) = ends.map(|(min, max)| (ByteArray::from(min), ByteArray::from(max))).unzip();
    Statistics::byte_array(min, max, None, Some(nulls), false)
}

fn number_statistics(numbers: impl Iterator<Item = i64> + Clone, kind: Kind, nulls: u64) -> Statistics {
    let (min, max) = (numbers.clone().min(), numbers.max());
    if kind == Kind::Integer {
        let narrow = |number: Option<i64>| number.and_then(|number| i32::try_from(number).ok());
        return Statistics::int32(narrow(min), narrow(max), None, Some(nulls), false);
    }
    Statistics::int64(min, max, None, Some(nulls), false)
}
