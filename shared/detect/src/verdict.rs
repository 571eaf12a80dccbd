//! What one event shows, before it is known who it is about.

use std::borrow::Cow;

use hinomi_model::{Class, Event, FindingKind, Indicator, IndicatorKind, Signature};

use crate::tables::cve;
use crate::text::{cut, cve_in, host_of, is_blank};

/// Longest indicator value; longer ones are cut, as the model says.
const MAX_INDICATOR_BYTES: usize = 1024;

/// Longest name of a signature, a malware or an application; longer ones are an attacker's, not a vendor's.
const MAX_NAME_BYTES: usize = 256;

/// What one event shows.
#[derive(Clone, Debug)]
pub(crate) struct Verdict<'e> {
    pub(crate) kind: FindingKind,
    pub(crate) class: Class,
    pub(crate) technique: Option<&'static str>,
    /// Malware, application or behaviour in the vendor's words.
    pub(crate) what: Option<Cow<'e, str>>,
    /// The signature's name is part of what it shows.
    pub(crate) signature: Option<Signature>,
    /// What can be looked for elsewhere; the first is what it is about.
    pub(crate) indicators: Vec<Indicator>,
    /// Counted at the destination: the source may be forged.
    pub(crate) forged: bool,
    /// A question to the name service: whoever was asked is not the other side.
    pub(crate) look_up: bool,
}

impl<'e> Verdict<'e> {
    pub(crate) fn new(kind: FindingKind) -> Self {
        Verdict {
            kind,
            class: Class::Specific,
            technique: None,
            what: None,
            signature: None,
            indicators: Vec::new(),
            forged: false,
            look_up: false,
        }
    }

    pub(crate) fn class(mut self, class: Class) -> Self {
        self.class = class;
        self
    }

    pub(crate) fn technique(mut self, technique: &'static str) -> Self {
        self.technique = Some(technique);
        self
    }

    pub(crate) fn what(mut self, what: &'e str) -> Self {
        self.what = (!is_blank(what)).then(|| Cow::Borrowed(cut(what, MAX_NAME_BYTES)));
        self
    }

    pub(crate) fn signed(mut self, event: &Event<'_>) -> Self {
        self.signature = signature(event);
        self
    }

    pub(crate) fn indicators(mut self, indicators: Vec<Indicator>) -> Self {
        self.indicators = indicators;
        self
    }
}

/// Returns what the vendor called it; a malware's name stands in for a signature's.
fn signature(event: &Event<'_>) -> Option<Signature> {
    let name = event.signature.as_deref().or(event.malware.as_deref()).filter(|name| !is_blank(name))?;
    let named = event.cve.as_deref().and_then(cve_in).or_else(|| cve_in(name));
    Some(Signature {
        vendor: event.vendor,
        id: cut(event.signature_id.as_deref().unwrap_or(""), MAX_NAME_BYTES).to_owned(),
        name: cut(name.trim_end_matches(','), MAX_NAME_BYTES).to_owned(),
        cve: named.map(str::to_uppercase).or_else(|| cve::of(name).map(str::to_owned)),
    })
}

/// Returns the name (or address) that the event asks for, then the URL.
///
/// Names are in lower case without the last dot: a resolver may ask `ExAmPle.` for `example` (0x20 encoding), and the
/// judge counts what is asked by its name.
pub(crate) fn site(event: &Event<'_>) -> Vec<Indicator> {
    let mut found = Vec::new();
    let url = event.url.as_deref().filter(|url| !is_blank(url));
    // Without a scheme a URL may begin with a path or a file's name: then only parse, which knows the vendor, can tell.
    let in_url = || url.filter(|url| url.contains("://")).map(host_of);
    let host = event.domain.as_deref().filter(|name| !is_blank(name)).or_else(in_url);
    if let Some(name) = host.map(host_of).filter(|name| !name.is_empty()) {
        found.push(named(name));
    }
    if let Some(url) = url.filter(|url| url.contains('/')) {
        found.push(Indicator { kind: IndicatorKind::Url, value: cut(url, MAX_INDICATOR_BYTES).to_owned() });
    }
    found
}

/// Returns a name, or the address that is written like one, as an indicator.
pub(crate) fn named(name: &str) -> Indicator {
    let name = name.trim().trim_end_matches('.');
    match name.parse::<std::net::IpAddr>() {
        Ok(ip) => address(ip),
        Err(_) => Indicator {
            kind: IndicatorKind::Domain,
            value: cut(name, MAX_INDICATOR_BYTES).to_ascii_lowercase(),
        },
    }
}

pub(crate) fn address(ip: std::net::IpAddr) -> Indicator {
    Indicator { kind: IndicatorKind::Ip, value: ip.to_string() }
}

/// Returns the file's hash and name, then where it came from.
pub(crate) fn file(event: &Event<'_>) -> Vec<Indicator> {
    let mut found = Vec::new();
    if let Some(hash) =
        event.file_hash.as_deref().map(str::trim).filter(|hash| hash.bytes().all(|b| b.is_ascii_hexdigit()))
    {
        let kind = match hash.len() {
            64 => Some(IndicatorKind::Sha256),
            32 => Some(IndicatorKind::Md5),
            // FortiGate's own checksum of eight digits says nothing elsewhere.
            _ => None,
        };
        found.extend(kind.map(|kind| Indicator { kind, value: hash.to_ascii_lowercase() }));
    }
    if let Some(name) = event.file_name.as_deref().filter(|name| !is_blank(name)) {
        found.push(Indicator {
            kind: IndicatorKind::FileName,
            value: cut(name, MAX_INDICATOR_BYTES).to_owned(),
        });
    }
    found.extend(site(event));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_no_name() {
        let registry = hinomi_model::registry::Registry::open();
        let cases =
            [("ad.aspx?f=300", None), ("/login", None), ("http://site.example/a", Some("site.example"))];
        for (url, name) in cases {
            let mut event = Event::new(
                &registry.tenants()[0],
                hinomi_model::Vendor::Panos,
                hinomi_model::EventTime::EPOCH,
            );
            event.url = Some(url.into());
            let domain = site(&event).into_iter().find(|indicator| indicator.kind == IndicatorKind::Domain);
            assert_eq!(domain.map(|domain| domain.value).as_deref(), name, "{url}");
        }
    }

    #[test]
    fn names_are_compared_without_case_and_last_dot() {
        assert_eq!(named("C2.Example.").value, "c2.example");
        assert_eq!(named("203.0.113.9").kind, IndicatorKind::Ip);
    }
}
