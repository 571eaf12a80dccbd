//! What a state that became too large to be stored keeps: what proves most, as a function of the set.
//!
//! Evidence of one hour is bounded in number, and packed it is small, because it repeats itself. What an enemy writes need
//! not: lines of chance letters, hour by hour, make a state that no store takes. From then on the state has room for as
//! much as fits even if nothing of it can be packed. Pieces are taken in the order of what they can prove, earlier hours
//! first, as far as the room goes; the first that does not fit is remembered, and neither it nor any behind it is taken in
//! again. Pieces only grow and that border only falls, so in whatever order findings come the same are kept.

use std::collections::BTreeMap;
use std::io;

use serde::{Deserialize, Serialize};

use crate::state::SubjectState;
use crate::strand::{Cell, StrandKey};

/// Room of a state that became too large, in bytes as written: with all else that a state has below the two megabytes
/// that a value may have, unpacked.
const ROOM: usize = 3 << 19;

/// Room that a state is never given less of. One that does not fit with that is not too large by its evidence.
const LEAST_ROOM: usize = 1 << 16;

/// Where a piece of evidence stands: what it can prove, its hour, and its strand.
type Place = (u8, i64, StrandKey);

/// The room of a state that became too large.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Room {
    /// Bytes of evidence, as written.
    bytes: usize,
    /// The first piece that did not fit.
    border: Option<Place>,
    /// The newest hour when something last did not fit. Once that is forgotten there is room again.
    hour: i64,
}

impl SubjectState {
    /// Gives evidence as much room as fits at the worst, or half of it when even that did not, and drops what proves least;
    /// `false` when it is as little as may be.
    ///
    /// For whoever finds that a state does not fit where it is to be kept. Incidents judged from then on say so.
    pub fn tighten(&mut self) -> bool {
        let bytes = self.room.as_ref().map_or(ROOM, |room| room.bytes / 2);
        if bytes < LEAST_ROOM {
            return false;
        }
        let border = self.room.take().and_then(|room| room.border);
        self.room = Some(Room { bytes, border, hour: i64::MIN });
        self.fit();
        true
    }

    /// Tells whether there is no room for a piece, whatever it holds.
    pub(crate) fn has_no_room_for(&self, hour: i64, key: &StrandKey) -> bool {
        let border = self.room.as_ref().and_then(|room| room.border.as_ref());
        border.is_some_and(|(rank, at, strand)| (crate::state::rank(key), hour, key) >= (*rank, *at, strand))
    }

    /// Drops what there is no room for.
    pub(crate) fn fit(&mut self) {
        let Some(room) = &self.room else { return };
        let mut pieces: Vec<(Place, usize)> = self.pieces().collect();
        pieces.sort_unstable_by(|one, other| one.0.cmp(&other.0));
        let mut held = 0_usize;
        let beyond = pieces.into_iter().find_map(|(place, bytes)| {
            held = held.saturating_add(bytes);
            (held > room.bytes).then_some(place)
        });
        let Some(beyond) = beyond else { return };
        let newest = self.hours.keys().next_back().copied().unwrap_or(i64::MIN);
        self.hours.retain(|hour, strands| {
            strands.retain(|key, _| (crate::state::rank(key), *hour, key) < (beyond.0, beyond.1, &beyond.2));
            !strands.is_empty()
        });
        self.over = true;
        if let Some(room) = &mut self.room {
            room.hour = room.hour.max(newest);
            room.border = match room.border.take() {
                Some(border) => Some(border.min(beyond)),
                None => Some(beyond),
            };
        }
    }

    /// Gives a state room again once the hours that filled it are forgotten.
    pub(crate) fn forget_room(&mut self, oldest: i64) {
        self.room = self.room.take().filter(|room| room.hour >= oldest);
    }

    fn pieces(&self) -> impl Iterator<Item = (Place, usize)> {
        let of_hour = |(hour, strands): (&i64, &'_ BTreeMap<StrandKey, Cell>)| {
            let hour = *hour;
            let piece = move |(key, cell): (&StrandKey, &Cell)| {
                ((crate::state::rank(key), hour, key.clone()), bytes(key, cell))
            };
            strands.iter().map(piece).collect::<Vec<_>>()
        };
        self.hours.iter().flat_map(of_hour)
    }
}

/// Returns how many bytes a piece has as it is written.
fn bytes(key: &StrandKey, cell: &Cell) -> usize {
    struct Count(usize);
    impl io::Write for Count {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 = self.0.saturating_add(bytes.len());
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut count = Count(0);
    // Neither plain values nor counting fails.
    let _ = serde_json::to_writer(&mut count, &(key, cell));
    count.0
}
