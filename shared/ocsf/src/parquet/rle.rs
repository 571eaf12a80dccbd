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

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads so many values, as a reader does.
    fn decode(mut bytes: &[u8], width: u32, count: usize) -> Vec<u32> {
        let mut values = Vec::new();
        while values.len() < count {
            let mut header = 0_u64;
            for shift in (0..).step_by(7) {
                let (byte, rest) = bytes.split_first().unwrap();
                bytes = rest;
                header |= u64::from(byte & 0x7f) << shift;
                if byte & 0x80 == 0 {
                    break;
                }
            }
            if header & 1 == 0 {
                let (value, rest) = bytes.split_at(width.div_ceil(8) as usize);
                bytes = rest;
                let value = value.iter().rev().fold(0, |all, byte| all << 8 | u32::from(*byte));
                values.extend(std::iter::repeat_n(value, (header >> 1) as usize));
            } else {
                let packed = (header >> 1) as usize * GROUP;
                let (bits, rest) = bytes.split_at(packed * width as usize / 8);
                bytes = rest;
                let bit = |at: usize| u32::from(bits[at / 8] >> (at % 8) & 1);
                let value = |index: usize| {
                    (0..width as usize).rev().fold(0, |all, at| all << 1 | bit(index * width as usize + at))
                };
                values.extend((0..packed).map(value));
            }
        }
        assert!(bytes.is_empty());
        values.truncate(count);
        values
    }

    #[test]
    fn values_come_back() {
        for largest in [0, 1, 2, 5, 255, 256, 70_000, u32::MAX] {
            let width = width(largest);
            for length in 0..70_u32 {
                for run in [1, 3, 7, 8, 9, 40] {
                    let values: Vec<u32> = (0..length)
                        .map(|at| ((at / run).wrapping_mul(2_654_435_761)) % largest.max(1))
                        .collect();
                    let mut bytes = Vec::new();
                    encode(&values, width, &mut bytes);
                    assert_eq!(decode(&bytes, width, values.len()), values, "{largest} {length} {run}");
                }
            }
        }
    }

    #[test]
    fn runs_are_short() {
        let mut bytes = Vec::new();
        encode(&[3; 100_000], width(3), &mut bytes);
        assert_eq!(bytes.len(), 4);
    }
}
