//! Sites: malicious, phishing, command and control, and credentials given away.
//!
//! FortiGate web filter by FortiGuard category (`0316013056` blocked, `0317013312` allowed) and credential phishing
//! prevention (`0346013648` to `013651`); PAN-OS THREAT `url`.
//!
//! Example: `subtype="webfilter" … action="blocked" hostname="malware.example" cat=26 catdesc="Malicious Websites"`.
//!
//! Credentials count as submitted only when the appliance says so: a POST to a phishing site is not proof. Known false
//! positives: categories that lag behind a cleaned site, link scanners of mail gateways (`subject` keeps them apart).

use hinomi_model::{Event, FindingKind, Vendor};

use crate::tables::fortigate_categories::{self, Site};
use crate::tables::{fortigate_log_ids as ids, panos_categories, techniques};
use crate::text::{field, has, message_id};
use crate::verdict::{self, Verdict};

/// PAN-OS flag: the user submitted corporate credentials.
const FLAG_CREDENTIALS: u64 = 0x1000_0000;

/// Judges a web filter or URL record.
pub(super) fn judge<'e>(event: &'e Event<'_>) -> Option<Verdict<'e>> {
    if event.vendor == Vendor::Fortigate {
        let id = message_id(event.log_id.as_deref().unwrap_or(""));
        if ids::CREDENTIALS.contains(&id) || event.event_type.as_deref() == Some("antiphishing") {
            return Some(credentials(event));
        }
    }
    let found = by_category(event)?;
    let lures =
        matches!(found.kind, FindingKind::PhishingSite | FindingKind::MaliciousSite | FindingKind::CcContact);
    if event.vendor == Vendor::Panos && lures && submitted(event) {
        return Some(credentials(event));
    }
    Some(found)
}

fn credentials<'e>(event: &'e Event<'_>) -> Verdict<'e> {
    let found = Verdict::new(FindingKind::CredentialsSubmitted).technique(techniques::PORTAL_CAPTURE);
    found.indicators(verdict::site(event))
}

fn submitted(event: &Event<'_>) -> bool {
    let flags = field(event, "flags").and_then(|flags| {
        let digits = flags.trim().trim_start_matches("0x").to_owned();
        u64::from_str_radix(&digits, 16).ok()
    });
    flags.is_some_and(|flags| flags & FLAG_CREDENTIALS != 0)
        // Strata Logging Service has a field for the flag.
        || field(event, "is_phishing").is_some_and(|said| said.eq_ignore_ascii_case("true"))
        || event.action.as_deref().is_some_and(|action| has(action, "credential"))
        || event.reason.as_deref().is_some_and(|reason| has(reason, "credential"))
}

/// Judges by the category of the site.
pub(super) fn by_category<'e>(event: &'e Event<'_>) -> Option<Verdict<'e>> {
    let category = event.category.as_deref().unwrap_or("");
    let site = match event.vendor {
        Vendor::Fortigate => fortigate_categories::classify(event.category_id, category)?,
        // A customer's own category may stand in front of the vendor's; the list has both.
        Vendor::Panos => panos_categories::worst_site(category).or_else(|| {
            field(event, "url_category_list").and_then(|list| panos_categories::worst_site(&list))
        })?,
    };
    let (kind, technique) = match site {
        Site::Malicious => (FindingKind::MaliciousSite, Some(techniques::DRIVE_BY)),
        Site::Phishing => (FindingKind::PhishingSite, Some(techniques::PHISHING_LINK)),
        Site::CommandAndControl => (FindingKind::CcContact, Some(techniques::CC_WEB)),
        Site::Unwanted => (FindingKind::UnwantedSoftware, None),
        Site::Policy => (FindingKind::Policy, None),
    };
    let mut found = Verdict::new(kind).indicators(verdict::site(event));
    found.technique = technique;
    if found.indicators.is_empty() {
        found.indicators.extend(event.responder().map(verdict::address));
    }
    if matches!(site, Site::Unwanted | Site::Policy) {
        found = found.what(category);
    }
    Some(found)
}
