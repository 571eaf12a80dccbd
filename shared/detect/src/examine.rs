//! The way from events to findings and facts.

use std::sync::Arc;

use hinomi_model::{
    Direction, Disposition, Event, FactBatch, Finding, FindingKind, Function, Locator, Login, Place, Pulse,
    Sign,
};
use rustc_hash::FxHashMap;

use crate::coalesce::{Coalescer, Part};
use crate::facts::Attempt;
use crate::indicators::Indicators;
use crate::known::{KnownLines, short};
use crate::line::{line_id, line_time};
use crate::sides::Sides;
use crate::signs::{self, Seen};
use crate::writer::Writers;
use crate::{facts, kinds, subject};

/// Examines the events of one batch and collects what they leave behind.
///
/// A quiet event costs no allocation beyond the growth of the facts, and that memory is set aside at once from the
/// size of the last batch.
#[derive(Debug, Default)]
pub struct Examiner {
    findings: Coalescer,
    facts: FactBatch,
    /// Which of the facts' pulses a source, minute and function has.
    pulses: FxHashMap<(u32, i64, Function), u32>,
    writers: Writers,
    counts: Counts,
    lines: Vec<u64>,
    indicators: Arc<Indicators>,
}

/// What the events of a batch left behind.
#[derive(Debug, Default)]
pub struct Examined {
    /// What is worth judging, by first time and id.
    pub findings: Vec<Finding>,
    /// Sessions and log-ins for `follow`, and what devices show of their health.
    pub facts: FactBatch,
    /// How many events were what.
    pub counts: Counts,
    /// The lines that became part of a finding, for [`KnownLines::note`]; one that came twice may stand here twice.
    pub lines: Vec<u64>,
}

/// How many events were what. An event can be counted in several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Records examined.
    pub events: u64,
    /// Records of sessions that became facts.
    pub sessions: u64,
    /// Sessions towards the inside that the firewall denied: background, counted and never an incident by itself.
    pub denied_inbound: u64,
    /// Log-in attempts.
    pub logins: u64,
    /// Records that became part of a finding.
    pub judged: u64,
    /// Records that were part of a finding of an earlier batch.
    pub known: u64,
    /// Records that show something and name nobody it could be about.
    pub unplaced: u64,
    /// Anti-spam records: never judged.
    pub mail: u64,
}

impl Examiner {
    /// Makes an examiner for the first batch.
    pub fn new() -> Self {
        Examiner::default()
    }

    /// Makes an examiner that knows what lists of enemies name.
    pub fn with_indicators(indicators: Arc<Indicators>) -> Self {
        Examiner { indicators, ..Examiner::default() }
    }

    /// Examines one event. `locator` says where its line lies in the archive.
    pub fn examine(&mut self, event: &Event<'_>, locator: Option<&Locator>) {
        self.examine_new(event, locator, &KnownLines::default());
    }

    /// Examines one event; what showed something in an earlier batch shows nothing new.
    pub fn examine_new(&mut self, event: &Event<'_>, locator: Option<&Locator>, known: &KnownLines) {
        self.counts.events += 1;
        self.writers.of(event);
        self.pulse(event);
        if event.function == Function::Email {
            self.counts.mail += 1;
            return;
        }
        let mut place = None;
        if event.clock_ahead.is_some() || event.device_time.is_some() {
            place = self.clock(event, locator);
        }
        for seen in signs::signs(event) {
            self.sign(event, seen, locator);
        }
        let sides = Sides::of(event);
        if facts::is_session(event) {
            self.session(event, &sides, place, locator);
        } else if let Some(attempt) = facts::login(event) {
            self.login(event, attempt, locator);
        }
        let shown = kinds::judge(event, &sides);
        // Nearly every event ends here, before anything large is moved.
        if shown.is_none() && self.indicators.is_empty() {
            return;
        }
        let verdict = match shown {
            // The appliance's own word says more than a list, unless it only names what was used.
            Some(verdict) if !is_weak(verdict.kind) => verdict,
            weak => match self.indicators.judge(event, &sides).or(weak) {
                Some(verdict) => verdict,
                None => return,
            },
        };
        let Some(placed) = subject::place(event, &sides, &verdict) else {
            self.counts.unplaced += 1;
            return;
        };
        let line = line_id(event);
        if known.holds(line) {
            self.counts.known += 1;
            return;
        }
        self.counts.judged += 1;
        self.lines.push(short(line));
        let session = self.writers.last().session(event);
        let time = line_time(event);
        let part = Part { event, verdict: &verdict, placed: &placed, line, time, session, locator };
        self.findings.add(&part);
    }

    /// Takes note of what an event shows of its device's clock, and returns the place of its line.
    fn clock(&mut self, event: &Event<'_>, locator: Option<&Locator>) -> Option<Place> {
        // Not the pair's: each member has a clock of its own.
        let source = self.writers.last().own_source(event, &mut self.facts);
        let place = locator.map(|locator| self.facts.place(locator));
        self.facts.clock(facts::clock(event, source, place));
        place
    }

    /// Counts a line of the device's. Not the pair's: each member may fall silent.
    #[inline]
    fn pulse(&mut self, event: &Event<'_>) {
        let writer = self.writers.last();
        let pulse = Pulse { source: writer.own_source(event, &mut self.facts), ..facts::pulse(event) };
        let key = |pulse: &Pulse| (pulse.source, pulse.minute, pulse.function);
        let last = writer.last_pulse(event.function);
        if let Some(last) = &last
            && let Some(own) = self.facts.pulses.get_mut(**last as usize)
            && key(own) == key(&pulse)
        {
            own.join(&pulse);
            return;
        }
        let next = u32::try_from(self.facts.pulses.len()).unwrap_or(u32::MAX);
        let index = *self.pulses.entry(key(&pulse)).or_insert(next);
        match self.facts.pulses.get_mut(index as usize) {
            Some(own) => own.join(&pulse),
            None => self.facts.pulses.push(pulse),
        }
        if let Some(last) = last {
            *last = index;
        }
    }

    #[cold]
    fn sign(&mut self, event: &Event<'_>, seen: Seen, locator: Option<&Locator>) {
        let device = seen.device.as_deref().unwrap_or(&event.device);
        let source = self.facts.source(event.tenant.id(), device);
        let place = locator.map(|locator| self.facts.place(locator));
        self.facts.signs.push(Sign {
            time: line_time(event),
            source,
            symptom: seen.symptom,
            saying: seen.saying,
            object: seen.object,
            value: seen.value,
            place,
        });
    }

    #[inline]
    fn session(&mut self, event: &Event<'_>, sides: &Sides, place: Option<Place>, locator: Option<&Locator>) {
        let writer = self.writers.last();
        let source = writer.source(event, &mut self.facts);
        let key = writer.session(event);
        let Some(mut fact) = facts::session(event, sides, source, key) else { return };
        fact.place = place.or_else(|| locator.map(|locator| self.facts.place(locator)));
        self.counts.sessions += 1;
        if fact.disposition == Disposition::Blocked && fact.direction == Direction::Inbound {
            self.counts.denied_inbound = self.counts.denied_inbound.saturating_add(event.count.max(1));
        }
        self.facts.sessions.push(fact);
    }

    #[inline(never)]
    fn login(&mut self, event: &Event<'_>, attempt: Attempt, locator: Option<&Locator>) {
        self.counts.logins += 1;
        let source = self.writers.last().source(event, &mut self.facts);
        let place = locator.map(|locator| self.facts.place(locator));
        self.facts.logins.push(Login {
            time: line_time(event),
            source,
            from: attempt.from,
            account: attempt.account,
            success: attempt.success,
            service: attempt.service,
            count: u32::try_from(event.count.max(1)).unwrap_or(u32::MAX),
            line: short(line_id(event)),
            place,
        });
    }

    /// Returns what the batch left behind, and starts the next one.
    pub fn take(&mut self) -> Examined {
        self.pulses.clear();
        self.writers.end_batch();
        let next = FactBatch {
            sources: Vec::with_capacity(self.facts.sources.len()),
            objects: Vec::new(),
            sessions: Vec::with_capacity(self.facts.sessions.len()),
            logins: Vec::new(),
            clocks: Vec::new(),
            pulses: Vec::with_capacity(self.facts.pulses.len()),
            signs: Vec::new(),
        };
        Examined {
            findings: self.findings.take(),
            facts: std::mem::replace(&mut self.facts, next),
            counts: std::mem::take(&mut self.counts),
            lines: std::mem::take(&mut self.lines),
        }
    }
}

/// Tells whether a kind of finding is about an application or a habit and names no enemy.
fn is_weak(kind: FindingKind) -> bool {
    matches!(kind, FindingKind::Behaviour | FindingKind::Policy)
}
