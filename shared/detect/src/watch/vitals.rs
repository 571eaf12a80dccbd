//! What of a batch of facts is read by whoever watches, apart from the traffic: a few bytes a device and minute, however much
//! the device has to do.

use hinomi_model::{FactBatch, Locator, Sign};

use super::clocks::is_odd;
use super::minute::{MAX_SIGNS, order};

/// Signs of one device that are kept of one batch: of ten minutes that each say all that is heard of a minute. A flood of
/// signs with times of its own making cannot take the room of others.
const MAX_SIGNS_OF_A_DEVICE: usize = 10 * MAX_SIGNS;

/// Takes pulses, signs and readings of clocks out of a batch, with the sources and objects that they name.
pub fn take_vitals(facts: &mut FactBatch) -> FactBatch {
    let (pulses, signs) = (std::mem::take(&mut facts.pulses), std::mem::take(&mut facts.signs));
    let clocks = std::mem::take(&mut facts.clocks);
    let mut vitals = FactBatch::default();
    for mut pulse in pulses {
        let Some(source) = facts.sources.get(pulse.source as usize) else { continue };
        pulse.source = vitals.source(&source.tenant, source.device.as_str());
        vitals.pulse(pulse);
    }
    for mut sign in signs {
        let Some(source) = facts.sources.get(sign.source as usize) else { continue };
        sign.source = vitals.source(&source.tenant, source.device.as_str());
        sign.place = sign.place.and_then(|place| {
            let object = facts.objects.get(place.object as usize)?.clone();
            Some(vitals.place(&Locator { object, frame: place.frame, line: place.line }))
        });
        vitals.signs.push(sign);
    }
    for mut reading in clocks {
        let Some(source) = facts.sources.get(reading.source as usize) else { continue };
        reading.source = vitals.source(&source.tenant, source.device.as_str());
        // Nobody is shown a line of a clock that is right.
        let place = reading.place.filter(|_| is_odd(&reading));
        reading.place = place.and_then(|place| {
            let object = facts.objects.get(place.object as usize)?.clone();
            Some(vitals.place(&Locator { object, frame: place.frame, line: place.line }))
        });
        vitals.clock(reading);
    }
    vitals
}

/// Sorts signs, takes out repeats and drops what nobody would hear: of each device and minute the first `MAX_SIGNS` by their
/// own order stay, whatever order they came in.
pub fn settle_vitals(vitals: &mut FactBatch) {
    vitals.signs.sort_by(|a, b| (a.source, order(a), a.place).cmp(&(b.source, order(b), b.place)));
    vitals.signs.dedup_by(|a, b| (a.source, order(a)) == (b.source, order(b)));
    let (mut minute, mut of_minute, mut of_device) = (None, 0, 0);
    vitals.signs.retain(|sign: &Sign| {
        let at = (sign.source, sign.time.minute());
        if minute != Some(at) {
            of_minute = 0;
            if minute.is_none_or(|(source, _)| source != sign.source) {
                of_device = 0;
            }
            minute = Some(at);
        }
        of_minute += 1;
        let stays = of_minute <= MAX_SIGNS && of_device < MAX_SIGNS_OF_A_DEVICE;
        of_device += usize::from(stays);
        stays
    });
}
