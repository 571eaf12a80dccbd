//! The event time that one file has reached, when several devices write into it: each has a clock of its own.
//!
//! A collector's file holds many devices, and one whose clock is hours ahead must not make every other device's lines
//! late. So the file has come as far as the device that is furthest behind, among those that still write: one that
//! has fallen silent is not waited for.

use std::collections::HashMap;

use hinomi_model::EventTime;

use super::clock::Clock;

/// A device that wrote none of this many lines of the file is not waited for: that is a minute and more of a busy
/// collector. A quiet device that logs again after that is late by no more than the others went on meanwhile.
const SILENT_LINES: u64 = 1 << 15;

/// Devices told apart in one file; further ones share the clock of the last. More than any one collector serves.
const MAX_DEVICES: usize = 1 << 12;

/// Up to this many devices the file's time is exact; beyond, it is looked at when the device furthest behind comes to
/// another minute, which is all that those who ask want to know.
const FEW_DEVICES: usize = 16;

/// The clocks of the devices that write into one file.
#[derive(Debug, Default)]
pub(crate) struct Clocks {
    devices: Vec<Device>,
    names: HashMap<String, usize>,
    /// The device of the line before, which most often is this line's too.
    latest: usize,
    /// The time of the line before.
    time: EventTime,
    lines: u64,
    /// What all devices have reached, and which of them is the last to.
    reached: Option<(EventTime, usize)>,
}

#[derive(Debug)]
struct Device {
    name: String,
    clock: Clock,
    seen: u64,
}

impl Clocks {
    /// Takes note of the next line: its device and time.
    pub(crate) fn see(&mut self, device: &str, time: EventTime) {
        self.lines += 1;
        self.time = time;
        let index = self.index(device);
        self.latest = index;
        let few = self.devices.len() <= FEW_DEVICES;
        let Some(known) = self.devices.get_mut(index) else { return };
        let before = known.clock.reached();
        known.seen = self.lines;
        known.clock.see(time);
        let now = known.clock.reached();
        let moved = match (before, now) {
            (Some(before), Some(now)) if !few => before.minute() != now.minute(),
            (before, now) => before != now,
        };
        // Most lines are not of the device that the others are waiting for.
        let is_last =
            self.reached.is_none_or(|(last, holder)| holder == index || now.is_some_and(|now| now < last));
        if (moved && is_last) || self.lines.is_multiple_of(SILENT_LINES) {
            self.reached = self.furthest_behind();
        }
    }

    /// Returns the time that every device has reached; `None` before that can be told.
    pub(crate) fn reached(&self) -> Option<EventTime> {
        self.reached.map(|(time, _)| time)
    }

    /// Returns the latest time that any device has reached, one that fell silent or is ahead included.
    pub(crate) fn furthest(&self) -> Option<EventTime> {
        self.devices.iter().filter_map(|known| known.clock.reached()).max()
    }

    /// Returns the time of the latest line; the epoch before the first.
    pub(crate) fn latest(&self) -> EventTime {
        self.time
    }

    fn index(&mut self, device: &str) -> usize {
        if self.devices.get(self.latest).is_some_and(|known| known.name == device) {
            return self.latest;
        }
        if let Some(index) = self.names.get(device) {
            return *index;
        }
        if self.devices.len() < MAX_DEVICES {
            let name = device.to_owned();
            self.names.insert(name.clone(), self.devices.len());
            self.devices.push(Device { name, clock: Clock::default(), seen: 0 });
        }
        self.devices.len() - 1
    }

    fn furthest_behind(&self) -> Option<(EventTime, usize)> {
        let writes = |known: &&(usize, &Device)| self.lines - known.1.seen < SILENT_LINES;
        self.devices
            .iter()
            .enumerate()
            .filter(|known| writes(&known))
            .filter_map(|(index, known)| Some((known.clock.reached()?, index)))
            .min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: i64 = 1_768_910_400 / 60;

    fn see(clocks: &mut Clocks, device: &str, minute: i64) {
        clocks.see(device, EventTime::from_seconds((NOON + minute) * 60 + 7));
    }

    fn reached(clocks: &Clocks) -> Option<i64> {
        clocks.reached().map(|time| time.minute() - NOON)
    }

    #[test]
    fn the_file_has_come_as_far_as_the_device_furthest_behind() {
        let mut clocks = Clocks::default();
        for minute in 0..30 {
            for _ in 0..8 {
                see(&mut clocks, "ahead", minute + 180);
                see(&mut clocks, "right", minute);
                see(&mut clocks, "unset", -25_000_000 + minute);
            }
        }
        assert_eq!(reached(&clocks), Some(-25_000_000 + 29));
        let mut clocks = Clocks::default();
        for minute in 0..30 {
            for _ in 0..8 {
                see(&mut clocks, "ahead", minute + 180);
                see(&mut clocks, "right", minute);
            }
        }
        assert_eq!(reached(&clocks), Some(29));
        assert_eq!(clocks.furthest().map(|time| time.minute() - NOON), Some(209));
    }

    #[test]
    fn a_device_that_fell_silent_is_not_waited_for() {
        let mut clocks = Clocks::default();
        (0..8).for_each(|_| see(&mut clocks, "silent", 0));
        for line in 0..2 * SILENT_LINES as i64 {
            see(&mut clocks, "busy", line / 1_000);
        }
        assert_eq!(reached(&clocks), Some((2 * SILENT_LINES as i64 - 1) / 1_000));
    }

    #[test]
    fn one_device_is_followed_as_ever() {
        let mut clocks = Clocks::default();
        (0..7).for_each(|_| see(&mut clocks, "fw", 0));
        assert_eq!(reached(&clocks), None);
        see(&mut clocks, "fw", 0);
        see(&mut clocks, "fw", 9);
        see(&mut clocks, "fw", 4);
        assert_eq!(reached(&clocks), Some(9));
        assert_eq!(clocks.latest().minute() - NOON, 4);
    }

    #[test]
    fn devices_without_number_cannot_fill_the_memory() {
        let mut clocks = Clocks::default();
        for device in 0..MAX_DEVICES as i64 + 100 {
            see(&mut clocks, &format!("fw{device}"), 0);
        }
        assert_eq!(clocks.devices.len(), MAX_DEVICES);
    }
}
