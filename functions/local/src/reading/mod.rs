//! How one line was read, for people: what was around it, whose it is, where its time came from, what became of each
//! field, and what was odd.
//!
//! What a field became is found by reading the line again without it ([`Anatomy`]): the event fields that change are
//! what it became. So this can say nothing that the parser doesn't do, whatever the encoding.

mod effects;
#[cfg(test)]
mod tests;

use hinomi_model::registry::{Device, Registry};
use hinomi_model::{
    Event, EventTime, Format, Frame, Frames, Function, QuarantineReason, Reject, TimeSource, Vendor,
};
use hinomi_parse::{Anatomy, Change, Context, PartKind};
use serde::Serialize;

use self::effects::{Effects, Facts};

/// How one line was read.
#[derive(Clone, Debug, Serialize)]
pub struct Reading {
    /// The file.
    pub(crate) file: String,
    /// The line's number in it, from 1.
    pub(crate) line: u64,
    /// Which part of that line it is, from 1; 0 for all of it.
    #[serde(skip_serializing_if = "is_zero")]
    pub(crate) part: u64,
    /// What was around the log, outermost first.
    pub(crate) layers: Vec<Layer>,
    /// Why it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) refused: Option<Refused>,
    /// What it is, unless it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) log: Option<Log>,
    /// The vendor's fields in the line's order.
    pub(crate) fields: Vec<Field>,
    /// What was made of several fields or of the registry.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) derived: Vec<Derived>,
    /// What is odd about the line.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) anomalies: Vec<Odd>,
}

/// Something that was around the log.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Layer {
    pub(crate) frame: Frame,
    /// What it said.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) detail: String,
}

/// A line that was refused.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Refused {
    pub(crate) reason: QuarantineReason,
    pub(crate) detail: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) device: Option<String>,
}

/// A line that was read.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Log {
    pub(crate) vendor: Vendor,
    pub(crate) format: Format,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) firmware: Option<String>,
    pub(crate) log_type: String,
    pub(crate) log_subtype: String,
    pub(crate) function: Function,
    pub(crate) identity: Identity,
    pub(crate) time: Time,
}

/// Whose the line is, and why.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Identity {
    pub(crate) tenant: String,
    pub(crate) device: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) device_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) vsys: Option<String>,
    /// How the registry was used.
    pub(crate) registry: RegistryUse,
    /// What decided it.
    pub(crate) from: Vec<Source>,
}

/// How the registry was used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RegistryUse {
    /// There is none.
    None,
    /// The device is in it by its id.
    Id,
    /// By an alias.
    Alias,
    /// By its name.
    Name,
    /// It is in it; what decided is not among the parts of the line.
    Place,
}

/// When it happened, and how that is known.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Time {
    pub(crate) time: EventTime,
    pub(crate) source: TimeSource,
    pub(crate) how: TimeHow,
    /// The zone that a local time was read in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) zone: Option<String>,
    pub(crate) from: Vec<Source>,
}

/// How a time was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TimeHow {
    EpochNs,
    EpochMs,
    EpochS,
    Stamp,
    LocalOffset,
    LocalZone,
    Header,
    Received,
}

impl TimeHow {
    #[cfg(test)]
    pub(crate) const ALL: [TimeHow; 8] = [
        TimeHow::EpochNs,
        TimeHow::EpochMs,
        TimeHow::EpochS,
        TimeHow::Stamp,
        TimeHow::LocalOffset,
        TimeHow::LocalZone,
        TimeHow::Header,
        TimeHow::Received,
    ];

    /// Returns the word in JSON and in the language files.
    pub(crate) fn word(self) -> &'static str {
        match self {
            TimeHow::EpochNs => "epoch_ns",
            TimeHow::EpochMs => "epoch_ms",
            TimeHow::EpochS => "epoch_s",
            TimeHow::Stamp => "stamp",
            TimeHow::LocalOffset => "local_offset",
            TimeHow::LocalZone => "local_zone",
            TimeHow::Header => "header",
            TimeHow::Received => "received",
        }
    }
}

/// A part of the line that decided something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Source {
    /// `field`, or which part of a header or envelope.
    pub(crate) kind: &'static str,
    /// The field's name; empty for what is none.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) value: String,
}

/// A field of the vendor's, and what became of it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Field {
    /// The vendor's name; empty for text that belongs to no field.
    pub(crate) name: String,
    pub(crate) value: String,
    /// Fields of the event that depend on it, the nearest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) became: Vec<String>,
    /// The name under which its text is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) kept_as: Option<String>,
    /// It is kept and the vendor's tables don't have it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) unknown: bool,
    /// Why the line can't be read without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) needed: Option<Refused>,
}

/// A field of the event that is not simply a vendor's.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Derived {
    pub(crate) field: String,
    pub(crate) value: String,
    /// Names of the vendor's fields that it depends on.
    pub(crate) from: Vec<String>,
}

/// Something odd.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Odd {
    pub(crate) kind: hinomi_model::AnomalyKind,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) field: Option<String>,
}

/// Where a line stands, and what it came out of before anybody looked into it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'a> {
    pub(crate) file: &'a str,
    pub(crate) line: u64,
    pub(crate) part: u64,
    pub(crate) frames: Frames,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over references")]
fn is_zero(part: &u64) -> bool {
    *part == 0
}

/// What is worth an explanation of its own. The others are in the fields that became them.
const DERIVED: [&str; 8] =
    ["function", "disposition", "direction", "payload", "posture", "decrypted", "interim", "count"];

/// Reads a line of a file and keeps an account of it.
pub(crate) fn read(place: &Place<'_>, line: &[u8], context: &Context<'_>) -> Reading {
    let anatomy = match Anatomy::of(line) {
        Ok(anatomy) => anatomy,
        Err(reject) => return Reading { refused: Some(reject.into()), ..Reading::empty(place) },
    };
    let base = anatomy.read(Change::Nothing, context, |result| result.map(|event| Base::of(&event)));
    let of_file = place.frames.iter().map(|frame| Layer { frame, detail: String::new() });
    let of_line = anatomy.layers().iter();
    let of_line = of_line.map(|layer| Layer { frame: layer.frame, detail: layer.detail.clone() });
    let layers = of_file.chain(of_line).collect();
    let base = match base {
        Ok(base) => base,
        Err(reject) => {
            let fields = anatomy.parts().iter().filter(|part| part.kind == PartKind::Field);
            let fields = fields.map(|part| Field::plain(&part.name, &part.value)).collect();
            return Reading { layers, fields, refused: Some(reject.into()), ..Reading::empty(place) };
        }
    };
    let effects = effects::all(&anatomy, context, &base.facts);
    let parts = || anatomy.parts().iter().zip(&effects);
    let fields = parts()
        .filter(|(part, _)| part.kind == PartKind::Field)
        .map(|(part, effects)| Field::of(&part.name, &part.value, effects, &base))
        .collect();
    let from = |decides: &dyn Fn(&Effects) -> bool| -> Vec<Source> {
        parts()
            .filter(|(_, effects)| decides(effects))
            .map(|(part, _)| Source {
                kind: kind_word(part.kind),
                name: part.name.clone(),
                value: part.value.clone(),
            })
            .collect()
    };
    let derived = DERIVED
        .iter()
        .filter_map(|field| {
            let value = base.facts.value(field)?;
            // What is as usual is not told.
            if matches!(
                (*field, value),
                ("posture", "inline") | ("decrypted" | "interim", "false") | ("count", "1")
            ) {
                return None;
            }
            let from = parts().filter(|(part, effects)| !part.name.is_empty() && effects.has(field));
            let from = from.map(|(part, _)| part.name.clone()).collect();
            Some(Derived { field: (*field).to_owned(), value: value.to_owned(), from })
        })
        .collect();
    let log = base.log(context.registry, from(&Effects::decides_identity), from(&|e| e.has("time")));
    let anomalies = base.anomalies;
    Reading { layers, fields, derived, anomalies, log: Some(log), ..Reading::empty(place) }
}

impl Reading {
    fn empty(place: &Place<'_>) -> Reading {
        Reading {
            file: place.file.to_owned(),
            line: place.line,
            part: place.part,
            layers: Vec::new(),
            refused: None,
            log: None,
            fields: Vec::new(),
            derived: Vec::new(),
            anomalies: Vec::new(),
        }
    }

    /// Accounts for a line that was refused before anybody looked into it.
    pub(crate) fn of_refused(place: &Place<'_>, reject: Reject) -> Reading {
        Reading { refused: Some(reject.into()), ..Reading::empty(place) }
    }
}

/// The event of the line as it is, owned.
struct Base {
    facts: Facts,
    anomalies: Vec<Odd>,
    vendor: Vendor,
    format: Format,
    firmware: Option<String>,
    log_type: String,
    log_subtype: String,
    function: Function,
    tenant: String,
    device: String,
    device_name: Option<String>,
    vsys: Option<String>,
    registration: Option<Device>,
    zone: Option<String>,
    time: EventTime,
    source: TimeSource,
}

impl Base {
    fn of(event: &Event<'_>) -> Base {
        let zone = event.registration.and_then(|device| device.time_zone.as_ref());
        let zone = zone.unwrap_or(&event.tenant.time_zone);
        let text = |text: &Option<hinomi_model::Text<'_>>| text.as_deref().map(str::to_owned);
        Base {
            facts: Facts::of(event),
            anomalies: event
                .anomalies
                .iter()
                .map(|anomaly| Odd { kind: anomaly.kind, field: anomaly.field.map(str::to_owned) })
                .collect(),
            vendor: event.vendor,
            format: event.format,
            firmware: text(&event.firmware),
            log_type: event.log_type.clone().into_owned(),
            log_subtype: event.log_subtype.clone().into_owned(),
            function: event.function,
            tenant: event.tenant.id().to_string(),
            device: event.device.clone().into_owned(),
            device_name: text(&event.device_name),
            vsys: text(&event.vsys),
            registration: event.registration.cloned(),
            zone: zone.iana_name().map(str::to_owned),
            time: event.time,
            source: event.time_source,
        }
    }

    fn log(&self, registry: &Registry, identity: Vec<Source>, time: Vec<Source>) -> Log {
        let how = self.how(&time);
        Log {
            vendor: self.vendor,
            format: self.format,
            firmware: self.firmware.clone(),
            log_type: self.log_type.clone(),
            log_subtype: self.log_subtype.clone(),
            function: self.function,
            identity: Identity {
                tenant: self.tenant.clone(),
                device: self.device.clone(),
                device_name: self.device_name.clone(),
                vsys: self.vsys.clone(),
                registry: self.registry_use(registry, &identity),
                from: identity,
            },
            time: Time {
                time: self.time,
                source: self.source,
                zone: self.zone.clone().filter(|_| how == TimeHow::LocalZone),
                how,
                from: time,
            },
        }
    }

    fn registry_use(&self, registry: &Registry, from: &[Source]) -> RegistryUse {
        if registry.is_open() {
            return RegistryUse::None;
        }
        let Some(device) = &self.registration else { return RegistryUse::Place };
        let is = |test: &dyn Fn(&str) -> bool| from.iter().any(|source| test(&source.value));
        if is(&|value| device.id == value) {
            RegistryUse::Id
        } else if is(&|value| device.aliases.iter().any(|alias| alias.eq_ignore_ascii_case(value))) {
            RegistryUse::Alias
        } else if is(&|value| device.name.as_ref().is_some_and(|name| name.eq_ignore_ascii_case(value))) {
            RegistryUse::Name
        } else {
            RegistryUse::Place
        }
    }

    fn how(&self, from: &[Source]) -> TimeHow {
        let has_header = from.iter().any(|source| source.kind == kind_word(PartKind::HeaderTime));
        let longest = from.iter().map(|source| source.value.as_str()).max_by_key(|value| value.len());
        match self.source {
            TimeSource::Received if has_header => TimeHow::Header,
            TimeSource::Received => TimeHow::Received,
            // The same digits that the parser decides by: eleven are seconds until the year 5138.
            TimeSource::DeviceEpoch => match longest {
                Some(value) if value.bytes().all(|byte| byte.is_ascii_digit()) => match value.len() {
                    0..12 => TimeHow::EpochS,
                    12..16 => TimeHow::EpochMs,
                    _ => TimeHow::EpochNs,
                },
                _ => TimeHow::Stamp,
            },
            TimeSource::DeviceLocal => {
                let is_zone = |source: &Source| source.name.to_ascii_lowercase().ends_with("tz");
                if from.iter().any(is_zone) { TimeHow::LocalOffset } else { TimeHow::LocalZone }
            }
        }
    }
}

impl Field {
    fn plain(name: &str, value: &str) -> Field {
        Field {
            name: name.to_owned(),
            value: value.to_owned(),
            became: Vec::new(),
            kept_as: None,
            unknown: false,
            needed: None,
        }
    }

    fn of(name: &str, value: &str, effects: &Effects, base: &Base) -> Field {
        let mut became: Vec<String> = effects.fields().map(str::to_owned).collect();
        // What holds the very value is nearest; among the others the order of names does.
        became.sort_by_key(|field| base.facts.value(field) != Some(value));
        Field {
            became,
            kept_as: effects.kept.clone(),
            unknown: effects.kept.as_ref().is_some_and(|kept| base.facts.is_unknown(kept)),
            needed: effects.needed.clone(),
            ..Field::plain(name, value)
        }
    }
}

impl From<Reject> for Refused {
    fn from(reject: Reject) -> Refused {
        Refused { reason: reject.reason, detail: reject.detail, device: reject.device }
    }
}

/// Returns the word for a kind of part in JSON and in the language files.
pub(crate) fn kind_word(kind: PartKind) -> &'static str {
    match kind {
        PartKind::HeaderHost => "header_host",
        PartKind::HeaderTime => "header_time",
        PartKind::Collector => "collector",
        PartKind::CollectedDevice => "collected_device",
        PartKind::Received => "received",
        // Kinds that come later are fields until they have a word.
        _ => "field",
    }
}
