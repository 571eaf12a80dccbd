//! Identities of lines.

use hinomi_model::{Event, EventTime, Fingerprint, TimeSource, Vendor};

use crate::text::field;

const NANOS: i64 = 1_000_000_000;

/// What else of a FortiGate record tells two of one second apart: the number of an IPS or application record, a DNS
/// question's, what a change changed, the tunnel of a log-in. All of them are the device's own; a relay adds none.
const TELLING_FIELDS: &[&str] =
    &["incidentserialno", "xid", "qtype", "cfgtid", "cfgpath", "cfgobj", "cfgattr", "tunnelid", "ui", "sn"];

/// Returns the identity of an event: the same vendor event is the same number however often and whichever way it
/// arrives.
///
/// * PAN-OS numbers its records: serial, log type and `seqno` name one, directly or through Panorama.
/// * FortiGate does not; device, VDOM, log id, the event time in nanoseconds, the session and what was found name one,
///   through FortiAnalyzer too. Where the time is a whole second (up to 6.0), what the session counted and the device's
///   own numbers are part of it; what relays add or reorder is not.
/// * Members of an HA pair are one device, but each writes its own numbers and its own clock's nanoseconds: there, the
///   second, both ends with their ports, and what was found name the event. Two real events that agree in all of these
///   count as one, which errs towards lower counts.
/// * Everything else is the raw line without relay headers.
///
/// Tenant and device identity are part of each.
pub fn line_id(event: &Event<'_>) -> u128 {
    let print = Fingerprint::new("line").text(event.tenant.id().as_str()).text(event.identity());
    if is_paired(event) {
        return content(print.text("pair"), event).number(i128::from(event.time.seconds())).finish();
    }
    match (event.vendor, event.sequence.as_deref()) {
        (Vendor::Panos, Some(sequence)) if !sequence.is_empty() && sequence != "0" => {
            print.text("panos").text(&event.device).text(&event.log_type).text(sequence).finish()
        }
        (Vendor::Fortigate, _) if is_precise(event) => content(print.text("fortigate"), event)
            .number(i128::from(event.time.nanos()))
            .text(event.session_id.as_deref().unwrap_or(""))
            .finish(),
        (Vendor::Fortigate, _) if event.log_id.is_some() && event.time_source != TimeSource::Received => {
            within_second(content(print.text("fortigate second"), event), event)
                .number(i128::from(event.time.seconds()))
                .finish()
        }
        _ => print.text("raw").text(event.raw).finish(),
    }
}

/// Returns the time by which repeats of an event are known: members of an HA pair agree to the second.
#[inline]
pub(crate) fn line_time(event: &Event<'_>) -> EventTime {
    if is_paired(event) { EventTime::from_seconds(event.time.seconds()) } else { event.time }
}

/// Tells whether a second device may write the same event.
fn is_paired(event: &Event<'_>) -> bool {
    event.registration.is_some_and(|device| device.ha.is_some())
}

/// Adds what tells events of one second apart.
fn within_second(print: Fingerprint, event: &Event<'_>) -> Fingerprint {
    let numbers = [
        event.bytes_out,
        event.bytes_in,
        event.packets_out,
        event.packets_in,
        event.duration_ms,
        event.nat_src_port.map(u64::from),
        event.protocol.map(|protocol| u64::from(protocol.0)),
        Some(event.count),
    ];
    let print = print.text(event.session_id.as_deref().unwrap_or(""));
    let print = numbers
        .into_iter()
        // A count that is not there is not zero.
        .fold(print, |print, number| print.number(number.map_or(-1, i128::from)));
    TELLING_FIELDS.iter().fold(print, |print, name| print.text(field(event, name).as_deref().unwrap_or("")))
}

/// Tells whether the event's time names an instant, not a second.
fn is_precise(event: &Event<'_>) -> bool {
    event.time_source == TimeSource::DeviceEpoch && event.time.nanos() % NANOS != 0 && event.log_id.is_some()
}

fn content(print: Fingerprint, event: &Event<'_>) -> Fingerprint {
    let text = |value: &Option<hinomi_model::Text<'_>>| value.as_deref().unwrap_or("").to_owned();
    let address = |ip: Option<std::net::IpAddr>| ip.map(|ip| ip.to_string()).unwrap_or_default();
    print
        .text(&text(&event.vsys))
        .text(&text(&event.log_id))
        .text(&event.log_type)
        .text(&event.log_subtype)
        .text(&text(&event.action))
        .text(&address(event.src_ip))
        .number(event.src_port.unwrap_or(0).into())
        .text(&address(event.dst_ip))
        .number(event.dst_port.unwrap_or(0).into())
        .text(&text(&event.signature))
        .text(&text(&event.malware))
        .text(&text(&event.domain))
        .text(&text(&event.url))
        .text(&text(&event.file_name))
        .text(&text(&event.file_hash))
        .text(&text(&event.user))
        .text(&text(&event.message))
}

#[cfg(test)]
mod tests {
    use hinomi_model::registry::Registry;
    use hinomi_model::{Escape, EventTime, Extra, ExtraField, FieldName, Span};

    use super::*;

    fn event(registry: &Registry, vendor: Vendor) -> Event<'_> {
        let mut event = Event::new(&registry.tenants()[0], vendor, EventTime::from_seconds(7));
        event.device = "FG1".into();
        event.log_id = Some("0419016384".into());
        event.time = EventTime::from_nanos(1_768_871_701_123_456_789);
        event.time_source = TimeSource::DeviceEpoch;
        event.raw = "one way";
        event
    }

    #[test]
    fn one_vendor_event_is_one_line_whichever_way_it_came() {
        let registry = Registry::open();
        let direct = event(&registry, Vendor::Fortigate);
        let mut relayed = direct.clone();
        relayed.raw = "another way";
        assert_eq!(line_id(&direct), line_id(&relayed));
        let mut other = direct.clone();
        other.signature = Some("Other.Attack".into());
        assert_ne!(line_id(&direct), line_id(&other));
    }

    #[test]
    fn of_one_second_it_is_what_they_tell_that_keeps_two_events_apart() {
        let registry = Registry::open();
        let mut one = event(&registry, Vendor::Fortigate);
        one.time = EventTime::from_seconds(1_768_871_701);
        let mut relayed = one.clone();
        relayed.raw = "itime=1768871702 the same event in another order";
        assert_eq!(line_id(&one), line_id(&relayed));
        let changes: [fn(&mut Event<'_>); 6] = [
            |event| event.time = event.time.plus(1),
            |event| event.session_id = Some("48214".into()),
            |event| event.src_port = Some(51_545),
            |event| event.bytes_in = Some(0),
            |event| event.duration_ms = Some(1_000),
            |event| event.file_hash = Some("5d0c".into()),
        ];
        for (number, change) in changes.iter().enumerate() {
            let mut other = one.clone();
            change(&mut other);
            assert_ne!(line_id(&one), line_id(&other), "change {number}");
        }
    }

    #[test]
    fn the_devices_own_numbers_tell_events_of_one_second_apart() {
        let registry = Registry::open();
        let line = "incidentserialno=7 xid=7";
        let number = |end: u32| ExtraField {
            name: FieldName::InLine(Span { start: 0, end: 16 }),
            value: Span { start: end - 1, end },
            escape: Escape::None,
            known: true,
        };
        let (seven, blank) = ([number(18)], []);
        let mut one = event(&registry, Vendor::Fortigate);
        one.time = EventTime::from_seconds(1_768_871_701);
        one.extra = Extra::listed(line, &seven);
        let mut two = one.clone();
        two.extra = Extra::listed(line, &blank);
        assert_ne!(line_id(&one), line_id(&two));
    }

    #[test]
    fn without_a_time_of_its_own_an_event_is_its_line() {
        let registry = Registry::open();
        let mut one = event(&registry, Vendor::Fortigate);
        one.time_source = TimeSource::Received;
        let mut two = one.clone();
        two.raw = "another line";
        assert_ne!(line_id(&one), line_id(&two));
    }

    #[test]
    fn panos_goes_by_its_sequence() {
        let registry = Registry::open();
        let mut one = event(&registry, Vendor::Panos);
        one.sequence = Some("7300000000000000001".into());
        let mut two = one.clone();
        two.raw = "through Panorama";
        assert_eq!(line_id(&one), line_id(&two));
        two.log_type = "THREAT".into();
        assert_ne!(line_id(&one), line_id(&two));
    }
}
