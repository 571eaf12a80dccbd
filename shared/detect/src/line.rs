//! Identities of lines and sessions.

use hinomi_model::{Event, Fingerprint, SessionKey, TimeSource, Vendor};

const NANOS: i64 = 1_000_000_000;

/// Returns the identity of an event: the same vendor event is the same number however often and whichever way it
/// arrives.
///
/// * PAN-OS numbers its records: serial, log type and `seqno` name one, directly or through Panorama.
/// * FortiGate does not; device, VDOM, log id, the event time in nanoseconds, the session and what was found name one,
///   through FortiAnalyzer too. Releases that write whole seconds are told by the raw line.
/// * Members of an HA pair are one device, but each writes its own numbers and its own clock's nanoseconds: there, the
///   second, both ends with their ports, and what was found name the event. Two real events that agree in all of these
///   count as one, which errs towards lower counts.
/// * Everything else is the raw line without relay headers.
///
/// Tenant and device identity are part of each.
pub fn line_id(event: &Event<'_>) -> u128 {
    let print = Fingerprint::new("line").text(event.tenant.id().as_str()).text(event.identity());
    if event.registration.is_some_and(|device| device.ha.is_some()) {
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
        _ => print.text("raw").text(event.raw).finish(),
    }
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
        .text(&text(&event.user))
        .text(&text(&event.message))
}

/// Makes session keys; remembers the last device, because batches come from few.
#[derive(Clone, Debug, Default)]
pub(crate) struct SessionKeys {
    tenant: String,
    device: String,
    vsys: String,
    prefix: u64,
}

impl SessionKeys {
    /// Returns the key of the event's session; `None` when the vendor gave no number.
    ///
    /// The key is a SHA-256 of tenant, device and virtual system, mixed with the session number by SplitMix64
    /// (<https://prng.di.unimi.it/splitmix64.c>): a digest for each session would cost more than all the rest.
    pub(crate) fn of(&mut self, event: &Event<'_>) -> Option<SessionKey> {
        let session = event.session_id.as_deref().filter(|id| !id.is_empty() && *id != "0")?;
        let (tenant, device, vsys) =
            (event.tenant.id().as_str(), event.identity(), event.vsys.as_deref().unwrap_or(""));
        if self.tenant != tenant || self.device != device || self.vsys != vsys {
            replace(&mut self.tenant, tenant);
            replace(&mut self.device, device);
            replace(&mut self.vsys, vsys);
            self.prefix = Fingerprint::new("session").text(tenant).text(device).text(vsys).finish_short();
        }
        // Text that is no number still gets a key of its own.
        let number = session
            .parse::<u64>()
            .unwrap_or_else(|_| Fingerprint::new("session").text(session).finish_short());
        Some(SessionKey(mix(self.prefix ^ mix(number))))
    }
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
    use hinomi_model::EventTime;
    use hinomi_model::registry::Registry;

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
    fn whole_seconds_are_told_by_the_line() {
        let registry = Registry::open();
        let mut one = event(&registry, Vendor::Fortigate);
        one.time = EventTime::from_seconds(1_768_871_701);
        let mut two = one.clone();
        two.raw = "another line of the same second";
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

    #[test]
    fn sessions_of_different_devices_differ() {
        let registry = Registry::open();
        let mut keys = SessionKeys::default();
        let mut one = event(&registry, Vendor::Fortigate);
        one.session_id = Some("48213".into());
        let key = keys.of(&one);
        assert_eq!(key, keys.of(&one));
        one.device = "FG2".into();
        assert_ne!(key, keys.of(&one));
        one.session_id = Some("0".into());
        assert_eq!(keys.of(&one), None);
    }
}
