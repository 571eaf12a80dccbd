//! Levels and the numbers of words as Parquet packs them: runs of one value, and groups of eight packed by bits.
//!
//! <https://parquet.apache.org/docs/file-format/data-pages/encodings/>, "Run Length Encoding / Bit-Packing Hybrid".

/// Values that are packed by bits come in groups of so many.
const GROUP: usize = 8;

/// Returns how many bits the numbers up to `largest` need, at least one.
pub(super) fn width(largest: u32) -> u32 {
    (u32::BITS - largest.leading_zeros()).max(1)
}

/// Appends values below two to the power of `width`.
pub(super) fn encode(values: &[u32], width: u32, out: &mut Vec<u8>) {
    let mut packed_from = 0;
    let mut at = 0;
    while let Some(value) = values.get(at).copied() {
        let run = values.iter().skip(at).take_while(|other| **other == value).count();
        // What is packed before the run takes from it until its last group is full.
        let taken = (GROUP - (at - packed_from) % GROUP) % GROUP;
        if run >= GROUP + taken {
            pack(values.get(packed_from..at + taken).unwrap_or_default(), width, out);
            repeat(value, run - taken, width, out);
            packed_from = at + run;
        }
        at += run;
    }
    pack(values.get(packed_from..).unwrap_or_default(), width, out);
}

/// Appends a run of one value.
pub(super) fn repeat(value: u32, times: usize, width: u32, out: &mut Vec<u8>) {
    if times == 0 {
        return;
    }
    varint((times as u64) << 1, out);
    let bytes = width.div_ceil(8) as usize;
    out.extend_from_slice(value.to_le_bytes().get(..bytes).unwrap_or_default());
}

/// Appends values packed by bits; the last group is filled up with zeros.
fn pack(values: &[u32], width: u32, out: &mut Vec<u8>) {
    if values.is_empty() {
        return;
    }
    let groups = values.len().div_ceil(GROUP);
    varint((groups as u64) << 1 | 1, out);
    let (mut bits, mut held) = (0_u64, 0_u32);
    let padding = std::iter::repeat_n(&0, groups * GROUP - values.len());
    for value in values.iter().chain(padding) {
        bits |= u64::from(*value) << held;
        held += width;
        while held >= u8::BITS {
            out.push(bits as u8);
            bits >>= u8::BITS;
            held -= u8::BITS;
        }
    }
}

fn varint(mut number: u64, out: &mut Vec<u8>) {
    while number > 0x7f {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}
