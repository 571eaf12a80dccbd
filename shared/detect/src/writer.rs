//! Who writes the lines: what is the same for all lines of one device is worked out once a batch, not for every line.
//!
//! A batch comes from one or few devices, and nearly every line is of the same as the line before. The last writer is told
//! from others by comparing its names; the others wait in places by their names until one of their lines comes.

use hinomi_model::{DeviceId, Event, FactBatch, Fingerprint, Function, SessionKey, TenantId};

use crate::text::number;

/// Writers remembered beside the last one, some 6 kB. One beyond, or one that shares its place with another, is worked
/// out anew when it comes again, which costs a digest and changes nothing.
const PLACES: usize = 32;

/// Longest name of a writer that is remembered beside the last: vendors' are some 30 bytes, a stranger's are as long as
/// a line. One with a longer name is worked out anew when it comes again.
const MAX_NAME_BYTES: usize = 256;

/// The device of a tenant's that wrote a line, or one of its virtual systems.
#[derive(Debug, Default)]
pub(crate) struct Writer {
    tenant: Option<TenantId>,
    device: String,
    /// What joins its records, where the registry has the device.
    registered: Option<DeviceId>,
    vsys: String,
    /// Index of the device's own name in the facts' sources.
    own: Option<u32>,
    /// Index of the name that joins its records.
    joined: Option<u32>,
    /// Of each function the pulse that was used last, by index: nearly every line has the same.
    pulses: [u32; Function::ALL.len()],
    /// What all of its session keys begin with.
    prefix: Option<u64>,
}

impl Writer {
    #[inline]
    fn wrote(&self, event: &Event<'_>) -> bool {
        let is_registered = match (&self.registered, event.registration) {
            (Some(own), Some(device)) => own.is(device.identity()),
            (own, device) => own.is_none() && device.is_none(),
        };
        is_registered
            && self.tenant.as_ref().is_some_and(|tenant| tenant.is(event.tenant.id()))
            && *self.device == *event.device
            && *self.vsys == *vsys(event)
    }

    fn begin(&mut self, event: &Event<'_>) {
        let (mut device, mut name) = (std::mem::take(&mut self.device), std::mem::take(&mut self.vsys));
        replace(&mut device, &event.device);
        replace(&mut name, vsys(event));
        *self = Writer {
            tenant: Some(event.tenant.id().clone()),
            device,
            registered: event.registration.map(|device| device.identity().clone()),
            vsys: name,
            ..Writer::default()
        };
    }

    /// Returns the index of the device's own name among the sources of facts: each member of a pair has one.
    #[inline]
    pub(crate) fn own_source(&mut self, event: &Event<'_>, facts: &mut FactBatch) -> u32 {
        *self.own.get_or_insert_with(|| facts.source(event.tenant.id(), &event.device))
    }

    /// Returns the index of the name that joins the device's records among the sources of facts.
    #[inline]
    pub(crate) fn source(&mut self, event: &Event<'_>, facts: &mut FactBatch) -> u32 {
        *self.joined.get_or_insert_with(|| facts.source(event.tenant.id(), event.identity()))
    }

    /// Returns the place where the index of a function's last pulse is kept.
    #[inline]
    pub(crate) fn last_pulse(&mut self, function: Function) -> Option<&mut u32> {
        self.pulses.get_mut(function as usize)
    }

    /// Returns the key of the event's session; `None` when the vendor gave no number.
    ///
    /// The key is a SHA-256 of tenant, device and virtual system, mixed with the session number by SplitMix64
    /// (<https://prng.di.unimi.it/splitmix64.c>): a digest for each session would cost more than all the rest.
    #[inline]
    pub(crate) fn session(&mut self, event: &Event<'_>) -> Option<SessionKey> {
        let session = event.session_id.as_deref().filter(|id| !id.is_empty() && *id != "0")?;
        let prefix = *self.prefix.get_or_insert_with(|| prefix(event));
        // Text that is no number still gets a key of its own.
        let number =
            number(session).unwrap_or_else(|| Fingerprint::new("session").text(session).finish_short());
        Some(SessionKey(mix(prefix ^ mix(number))))
    }
}

/// The writers of a batch.
#[derive(Debug, Default)]
pub(crate) struct Writers {
    last: Writer,
    others: Vec<Writer>,
}

impl Writers {
    /// Makes the writer of an event the last one, and returns it.
    #[inline]
    pub(crate) fn of(&mut self, event: &Event<'_>) -> &mut Writer {
        if !self.last.wrote(event) {
            self.turn(event);
        }
        &mut self.last
    }

    /// Returns the writer that was asked for last.
    #[inline]
    pub(crate) fn last(&mut self) -> &mut Writer {
        &mut self.last
    }

    /// Forgets what was of the last batch's facts.
    pub(crate) fn end_batch(&mut self) {
        for writer in self.others.iter_mut().chain([&mut self.last]) {
            (writer.own, writer.joined) = (None, None);
        }
    }

    /// Puts the last writer back into its place and takes out the one of an event.
    #[inline(never)]
    fn turn(&mut self, event: &Event<'_>) {
        if self.others.is_empty() {
            self.others.resize_with(PLACES, Writer::default);
        }
        let left = std::mem::take(&mut self.last);
        let (from, to) = (place(&left.device, &left.vsys), place(&event.device, vsys(event)));
        if left.device.len().max(left.vsys.len()) <= MAX_NAME_BYTES
            && let Some(place) = self.others.get_mut(from)
        {
            self.last = std::mem::replace(place, left);
        }
        if from != to
            && let Some(place) = self.others.get_mut(to)
        {
            std::mem::swap(place, &mut self.last);
        }
        if !self.last.wrote(event) {
            self.last.begin(event);
        }
    }
}

fn vsys<'e>(event: &'e Event<'_>) -> &'e str {
    event.vsys.as_deref().unwrap_or("")
}

/// Returns the place of a writer: by the last letters of its names, because the numbers of one model begin alike.
fn place(device: &str, vsys: &str) -> usize {
    let end = |name: &str| name.bytes().rev().take(4).fold(0_u32, |end, byte| end << 8 | u32::from(byte));
    let mixed = (end(device) ^ end(vsys).rotate_left(16)).wrapping_mul(0x9e37_79b9);
    (mixed >> 16) as usize % PLACES
}

fn prefix(event: &Event<'_>) -> u64 {
    let print = Fingerprint::new("session").text(event.tenant.id().as_str());
    print.text(event.identity()).text(vsys(event)).finish_short()
}

fn replace(place: &mut String, text: &str) {
    place.clear();
    place.push_str(text);
}

fn mix(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use hinomi_model::registry::Registry;
    use hinomi_model::{EventTime, Vendor};

    use super::*;

    fn event(registry: &Registry) -> Event<'_> {
        let mut event = Event::new(&registry.tenants()[0], Vendor::Fortigate, EventTime::from_seconds(7));
        event.device = "FG1".into();
        event
    }

    #[test]
    fn sessions_of_different_devices_differ() {
        let registry = Registry::open();
        let mut writers = Writers::default();
        let mut one = event(&registry);
        one.session_id = Some("48213".into());
        let key = writers.of(&one).session(&one);
        assert_eq!(key, writers.of(&one).session(&one));
        one.device = "FG2".into();
        assert_ne!(key, writers.of(&one).session(&one));
        one.session_id = Some("0".into());
        assert_eq!(writers.of(&one).session(&one), None);
    }

    #[test]
    fn whoever_wrote_before_keys_and_sources_are_those_of_a_writer_alone() {
        let registry = Registry::open();
        let (mut writers, mut facts) = (Writers::default(), FactBatch::default());
        let long = "x".repeat(MAX_NAME_BYTES + 1);
        let mut one = event(&registry);
        one.session_id = Some("48213".into());
        let mut state = 7_u64;
        for round in 0..5_000 {
            state = mix(state);
            // More than have a place, so that some share one.
            one.device = match state % 100 {
                0 => long.clone().into(),
                number => format!("FGT60FTK200{:05}", number % 60).into(),
            };
            one.vsys = (state >> 32 & 1 == 0).then(|| format!("vd{}", state >> 40 & 3).into());
            let (source, expected) =
                (writers.of(&one).source(&one, &mut facts), facts.source(one.tenant.id(), &one.device));
            assert_eq!(source, expected, "{round}");
            let mut alone = Writer::default();
            alone.begin(&one);
            assert_eq!(writers.of(&one).session(&one), alone.session(&one), "{round}");
            if state >> 48 & 127 == 0 {
                writers.end_batch();
                facts = FactBatch::default();
            }
        }
        let is_kept = |writer: &Writer| writer.device.len() > MAX_NAME_BYTES;
        assert!(!writers.others.iter().any(is_kept), "a name as long as a line is not kept");
    }
}
