//! The account of a run: every line read is done or quarantined with a reason, and the numbers add up.

use std::collections::BTreeMap;

use hinomi_model::{
    AnomalyKind, Channel, Document, DriftEntry, Event, EventTime, FindingKind, Format, Frame, Frames,
    Function, Notice, NoticeKind, QuarantineReason, Vendor,
};
use hinomi_parse::Drift;
use serde::Serialize;

/// The account of a run, as in summary.json.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Summary {
    /// Lines read; `done` and all of `quarantined` make them up.
    pub lines_read: u64,
    /// Lines that became events.
    pub done: u64,
    /// Lines set aside, by reason.
    pub quarantined: BTreeMap<QuarantineReason, u64>,
    /// Lines that became events, by vendor and function.
    pub events: BTreeMap<Vendor, BTreeMap<Function, u64>>,
    /// Lines that became events, by what they came out of; a line may count under several.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub frames: BTreeMap<Frame, u64>,
    /// Anti-spam lines: read and counted above under `email`, never judged.
    pub anti_spam: u64,
    /// Lines that became events, by vendor and how they were written.
    pub formats: BTreeMap<Vendor, BTreeMap<Format, u64>>,
    /// Lines of which something was odd (a bad number, a stray quote); they are among `done`.
    pub with_anomalies: u64,
    /// What was odd, by kind; one line can have several.
    pub anomalies: BTreeMap<AnomalyKind, u64>,
    /// Devices whose clock disagrees with the collector's by more than is let pass.
    pub clocks: Vec<ClockAccount>,
    /// Fields, log types and actions that the vendors' tables do not have, most lines first.
    pub drift: Vec<DriftEntry>,
    /// How often something unknown was seen beyond those that are counted apart.
    pub drift_over: u64,
    /// Lines that came later than the reorder window; judged all the same.
    pub late: u64,
    /// Findings, by kind; several lines that show the same thing in one minute are one.
    pub findings: BTreeMap<FindingKind, u64>,
    /// Incidents, by level; `health` for those that have none.
    pub incidents: BTreeMap<String, u64>,
    /// Messages, by kind and channel.
    pub notices: BTreeMap<NoticeKind, BTreeMap<Channel, u64>>,
    /// Earliest event time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_event: Option<EventTime>,
    /// Latest event time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_event: Option<EventTime>,
    /// How long the run took, wall clock.
    pub seconds: f64,
    /// Events a second of that.
    pub events_per_second: f64,
}

/// How far a device's clock is off, in seconds against the collector's; negative when it is behind, which lines that
/// were held back are too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ClockAccount {
    /// The device.
    pub device: String,
    /// Lines whose time differed by more than is let pass.
    pub lines: u64,
    /// Of these, lines for which the receive time stood in.
    pub replaced: u64,
    /// Least by which it was ahead.
    pub least_seconds: i64,
    /// Most by which it was ahead.
    pub most_seconds: i64,
}

impl Summary {
    /// Counts one incident.
    pub fn incident(&mut self, incident: &Document) {
        let level = incident.core.level.map_or_else(|| "health".to_owned(), |level| level.to_string());
        *self.incidents.entry(level).or_default() += 1;
    }

    /// Counts one message.
    pub fn notice(&mut self, notice: &Notice) {
        *self.notices.entry(notice.kind).or_default().entry(notice.channel).or_default() += 1;
    }

    /// Returns how many lines were quarantined.
    pub fn quarantined_lines(&self) -> u64 {
        self.quarantined.values().sum()
    }
}

/// Devices with a wrong clock that are accounted for; those found later are left out.
const MAX_CLOCKS: usize = 1_024;

/// Counts lines while they are read, without allocating for an ordinary one; becomes a part of the [`Summary`].
#[derive(Clone, Debug, Default)]
pub(crate) struct LineCount {
    done: [[u64; Function::ALL.len()]; Vendor::ALL.len()],
    formats: [[u64; Format::ALL.len()]; Vendor::ALL.len()],
    anomalies: [u64; AnomalyKind::ALL.len()],
    clocks: BTreeMap<String, ClockAccount>,
    drift: Drift,
    quarantined: [u64; QuarantineReason::ALL.len()],
    frames: [u64; Frame::ALL.len()],
    /// The frames of the lines counted last, and how many those are: hardly any line differs from the one before.
    alike: (Frames, u64),
    with_anomalies: u64,
    first: Option<EventTime>,
    last: Option<EventTime>,
}

impl LineCount {
    /// Counts a line that became an event.
    pub(crate) fn event(&mut self, event: &Event<'_>) {
        // Enums without values index arrays as long as they have variants.
        self.done[event.vendor as usize][event.function as usize] += 1;
        if event.frames != self.alike.0 {
            self.settle_frames();
            self.alike.0 = event.frames;
        }
        self.alike.1 += 1;
        self.formats[event.vendor as usize][event.format as usize] += 1;
        if !event.anomalies.is_empty() {
            self.odd(event);
        }
        if event.unknown_fields > 0 || !event.anomalies.is_empty() {
            self.drift.note(event);
        }
        self.first = Some(self.first.map_or(event.time, |first| first.min(event.time)));
        self.last = self.last.max(Some(event.time));
    }

    #[cold]
    fn odd(&mut self, event: &Event<'_>) {
        self.with_anomalies += 1;
        for anomaly in &event.anomalies {
            self.anomalies[anomaly.kind as usize] += 1;
        }
        let is_off = event.anomalies.iter().any(|anomaly| anomaly.kind.is_of_the_clock());
        if !is_off {
            return;
        }
        if !self.clocks.contains_key(&*event.device) && self.clocks.len() >= MAX_CLOCKS {
            return;
        }
        let ahead = event.clock_ahead.or_else(|| event.device_time.map(|said| said.since(event.time)));
        let ahead = ahead.unwrap_or_default();
        let account = self.clocks.entry(event.device.to_string()).or_insert_with(|| ClockAccount {
            device: event.device.to_string(),
            lines: 0,
            replaced: 0,
            least_seconds: ahead,
            most_seconds: ahead,
        });
        account.lines += 1;
        account.replaced += u64::from(event.device_time.is_some());
        account.least_seconds = account.least_seconds.min(ahead);
        account.most_seconds = account.most_seconds.max(ahead);
    }

    /// Counts a line that was set aside.
    pub(crate) fn quarantined(&mut self, reason: QuarantineReason) {
        self.quarantined[reason as usize] += 1;
    }

    fn settle_frames(&mut self) {
        let lines = std::mem::take(&mut self.alike.1);
        for frame in self.alike.0.iter() {
            self.frames[frame as usize] += lines;
        }
    }

    fn lines(&self) -> u64 {
        self.done() + self.quarantined.iter().sum::<u64>()
    }

    /// Returns the latest event's time.
    pub(crate) fn last(&self) -> Option<EventTime> {
        self.last
    }

    fn done(&self) -> u64 {
        self.done.iter().flatten().sum()
    }

    /// Writes the counts into a summary.
    pub(crate) fn into_summary(mut self, summary: &mut Summary) {
        self.settle_frames();
        summary.lines_read = self.lines();
        summary.done = self.done();
        summary.with_anomalies = self.with_anomalies;
        for (kind, count) in AnomalyKind::ALL.iter().zip(self.anomalies).filter(|(_, count)| *count > 0) {
            summary.anomalies.insert(*kind, count);
        }
        for (vendor, counts) in Vendor::ALL.iter().zip(self.formats) {
            for (format, count) in Format::ALL.iter().zip(counts).filter(|(_, count)| *count > 0) {
                summary.formats.entry(*vendor).or_default().insert(*format, count);
            }
        }
        summary.clocks = self.clocks.into_values().collect();
        summary.drift = self.drift.entries();
        summary.drift_over = self.drift.over();
        summary.first_event = self.first;
        summary.last_event = self.last;
        for (vendor, counts) in Vendor::ALL.iter().zip(self.done) {
            for (function, count) in Function::ALL.iter().zip(counts).filter(|(_, count)| *count > 0) {
                summary.events.entry(*vendor).or_default().insert(*function, count);
                if *function == Function::Email {
                    summary.anti_spam += count;
                }
            }
        }
        for (frame, count) in Frame::ALL.iter().zip(self.frames).filter(|(_, count)| *count > 0) {
            summary.frames.insert(*frame, count);
        }
        for (reason, count) in QuarantineReason::ALL.iter().zip(self.quarantined) {
            if count > 0 {
                summary.quarantined.insert(*reason, count);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use hinomi_model::registry::Registry;

    use super::*;

    #[test]
    fn counts_add_up_and_name_vendor_function_and_reason() {
        let registry = Registry::open();
        let tenant = &registry.tenants()[0];
        let mut count = LineCount::default();
        for (vendor, function, at) in [
            (Vendor::Panos, Function::Other, 30),
            (Vendor::Fortigate, Function::Email, 10),
            (Vendor::Fortigate, Function::Email, 20),
        ] {
            let mut event = Event::new(tenant, vendor, EventTime::from_seconds(at));
            event.function = function;
            event.frames = Frames::EMPTY.with(Frame::Newline);
            if vendor == Vendor::Panos {
                event.frames = event.frames.with(Frame::Gzip);
            }
            count.event(&event);
        }
        count.quarantined(QuarantineReason::Fault);
        let mut summary = Summary::default();
        count.into_summary(&mut summary);
        assert_eq!((summary.lines_read, summary.done, summary.quarantined_lines()), (4, 3, 1));
        assert_eq!(summary.events[&Vendor::Fortigate][&Function::Email], 2);
        assert_eq!(summary.events[&Vendor::Panos][&Function::Other], 1);
        assert_eq!(summary.anti_spam, 2);
        assert_eq!(summary.frames, BTreeMap::from([(Frame::Gzip, 1), (Frame::Newline, 3)]));
        assert_eq!(summary.first_event, Some(EventTime::from_seconds(10)));
        assert_eq!(summary.last_event, Some(EventTime::from_seconds(30)));
    }
}
