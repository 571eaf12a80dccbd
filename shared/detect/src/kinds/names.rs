//! C&C by name: look-ups, certificates, phone-home signatures.
//!
//! FortiGate DNS filter (`1501054600` address, `1501054601` name) and SSL inspection (`1700062300`); PAN-OS THREAT
//! `spyware` with its DNS signatures; PAN-OS CORRELATION.
//!
//! Example: `THREAT,spyware,…,sinkhole,…,Suspicious DNS Query (generic:bad.example)(4100111)`.
//!
//! A look-up names an indicator; only a recognised conversation is [`FindingKind::CcPayload`]. Known false positives:
//! resolvers and mail gateways asking for others (`subject` keeps them apart), link scanners, researchers.

use hinomi_model::{Event, FindingKind, Text, Unusual};

use crate::tables::panos_categories::{self, Spyware};
use crate::tables::{fortigate_log_ids as ids, panos_threat_ids, techniques};
use crate::text::{field, has, host_of, is_blank, message_id};
use crate::verdict::{self, Verdict};

/// Judges FortiGate's DNS filter.
pub(super) fn look_up<'e>(event: &'e Event<'_>) -> Option<Verdict<'e>> {
    let id = message_id(event.log_id.as_deref().unwrap_or(""));
    let told = event.message.as_deref().is_some_and(|message| has(message, "botnet"));
    if id == ids::DNS_BOTNET_NAME || id == ids::DNS_BOTNET_ADDRESS || told {
        return Some(named(event, techniques::CC_DNS));
    }
    let mut found = super::web::by_category(event)?;
    found.look_up = true;
    Some(found)
}

fn named<'e>(event: &'e Event<'_>, technique: &'static str) -> Verdict<'e> {
    let mut found = Verdict::new(FindingKind::CcContact).technique(technique).signed(event);
    found.look_up = true;
    found.indicators = asked(event);
    found
}

/// Returns the name that was asked for: the query, else what the vendor says it was, else the address answered.
fn asked(event: &Event<'_>) -> Vec<hinomi_model::Indicator> {
    let present =
        |text: &Option<Text<'_>>| text.as_deref().map(host_of).filter(|t| !is_blank(t)).map(str::to_owned);
    let name = present(&event.domain)
        .or_else(|| field(event, "botnetdomain").map(Text::into_owned))
        .or_else(|| present(&event.url))
        .or_else(|| event.signature.as_deref().and_then(name_in_signature).map(str::to_owned))
        .or_else(|| field(event, "botnetip").map(Text::into_owned));
    name.map(|name| verdict::named(&name)).into_iter().collect()
}

/// Returns the name in `Suspicious DNS Query (generic:bad.example)` or `DGA:bad.example`.
fn name_in_signature(signature: &str) -> Option<&str> {
    let (_, rest) = signature.rsplit_once(':')?;
    let name = rest.trim_end_matches(')').trim();
    (name.contains('.') && !name.contains(' ')).then_some(name)
}

/// Judges FortiGate's SSL inspection: a certificate that botnets use.
pub(super) fn certificate<'e>(event: &'e Event<'_>) -> Option<Verdict<'e>> {
    let id = message_id(event.log_id.as_deref().unwrap_or(""));
    (id == ids::SSL_BOTNET).then(|| {
        let found = Verdict::new(FindingKind::CcContact).technique(techniques::CC_ENCRYPTED).signed(event);
        let mut indicators = verdict::site(event);
        indicators.extend(event.responder().map(verdict::address).filter(|_| indicators.is_empty()));
        found.indicators(indicators)
    })
}

/// Judges PAN-OS spyware and DNS signatures, by threat category where the release has one, else by number.
pub(super) fn spyware<'e>(event: &'e Event<'_>) -> Option<Verdict<'e>> {
    let number = event.signature_id.as_deref().and_then(|id| id.parse().ok()).unwrap_or(0);
    // Ranges of names are certain; "spyware" as a category says nothing that the number does not.
    let by_number = panos_threat_ids::spyware(number);
    // Parse keeps PAN-OS's threat category as the event type.
    let by_category = event.event_type.as_deref().and_then(panos_categories::spyware);
    let what = match (by_number, by_category) {
        (Some(Spyware::Name), Some(Spyware::Payload)) => Spyware::Name,
        (_, Some(what)) => what,
        (Some(what), None) => what,
        (None, None) if event.log_subtype.eq_ignore_ascii_case("spyware") => Spyware::Payload,
        (None, None) => return None,
    };
    let is_dns = event.app.as_deref() == Some("dns") || event.dst_port == Some(53) || number >= 109_000_000;
    match what {
        Spyware::Payload => Some(super::attacks::payload(event)),
        Spyware::Name => {
            let mut found = named(event, if is_dns { techniques::CC_DNS } else { techniques::CC_WEB });
            found.look_up = is_dns || (4_000_000..5_000_000).contains(&number);
            if found.indicators.is_empty() && !found.look_up {
                found.indicators.extend(event.responder().map(verdict::address));
            }
            Some(found)
        }
        Spyware::GeneratedName => Some(named(event, techniques::CC_GENERATED_NAMES)),
        Spyware::Tunnel => {
            let mut found = named(event, techniques::CC_DNS).what(Unusual::DnsTunnel.as_str());
            found.kind = FindingKind::Behaviour;
            Some(found)
        }
        Spyware::PhishingName => {
            let mut found = named(event, techniques::PHISHING_LINK);
            found.kind = FindingKind::PhishingSite;
            Some(found)
        }
        Spyware::WebShell => {
            Some(Verdict::new(FindingKind::WebShell).technique(techniques::WEB_SHELL).signed(event))
        }
        Spyware::Mining => Some(
            Verdict::new(FindingKind::Behaviour)
                .technique(techniques::MINING)
                .what(Unusual::Mining.as_str())
                .signed(event),
        ),
        Spyware::Unwanted => {
            let name = event.signature.as_deref().unwrap_or("");
            let found = Verdict::new(FindingKind::UnwantedSoftware).what(name).signed(event);
            Some(found.indicators(verdict::site(event)))
        }
        Spyware::Hint => None,
    }
}

/// Judges PAN-OS CORRELATION "compromised-host" and the like.
///
/// The appliance's own conclusion from its other records: visits to malware sites, beacon heuristics. No payload was
/// recognised and those records are findings by themselves, so it counts as a contact that names no indicator.
pub(super) fn correlated<'e>(event: &'e Event<'_>) -> Option<Verdict<'e>> {
    let category = event.category.as_deref().unwrap_or("");
    let said = has(category, "compromised") || has(event.raw, "compromised-host");
    said.then(|| Verdict::new(FindingKind::CcContact).technique(techniques::CC).what("correlated_events"))
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_are_read_out_of_signatures() {
        let cases = [
            ("Suspicious DNS Query (generic:bad.example)", Some("bad.example")),
            ("DGA:x1y2.example", Some("x1y2.example")),
            ("Synthetic.Gen Command and Control Traffic", None),
            ("Proxy: none", None),
        ];
        for (signature, name) in cases {
            assert_eq!(super::name_in_signature(signature), name, "{signature}");
        }
    }
}
