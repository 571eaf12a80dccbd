//! The day's digest: level 2 from mass probing of devices that only detect, in one mail a tenant and day.

use hinomi_model::registry::{Contact, Tenant};
use hinomi_model::{Incident, UtcDay};

use crate::clock;
use crate::label::Label;
use crate::lexicon::{Arg, Lexicon};
use crate::mail::{Mail, Repeat, ask, name_in, warn_of_repeat};
use crate::page::Page;
use crate::say::Voice;
use crate::subject;

/// Incidents listed; the rest is counted.
const MAX_ITEMS: usize = 40;

/// Writes the digest of a tenant's mass probing on one UTC day.
pub fn digest(
    incidents: &[&Incident],
    tenant: &Tenant,
    contact: &Contact,
    day: UtcDay,
    repeat: Repeat,
) -> Mail {
    let language = contact.language.unwrap_or(tenant.language);
    let lexicon = Lexicon::of(language);
    let count = incidents.len() as u64;
    let mut page = Page::new(language);
    warn_of_repeat(&mut page, repeat, lexicon);
    let date = clock::utc_date(day, lexicon);
    page.paragraph(
        &lexicon.label(Label::DigestHeadline, &[("date", Arg::Text(&date)), ("count", Arg::Number(count))]),
    );
    page.gap();
    let name = contact.name.as_deref().map(|name| crate::clean::prose(name, 60));
    page.paragraph(&lexicon.label(
        Label::MailTo,
        &[
            ("tenant", Arg::Text(&name_in(&tenant.name, language))),
            ("name", name.as_deref().map_or(Arg::Word("none"), Arg::Text)),
        ],
    ));
    page.paragraph(&lexicon.label(
        Label::MailFrom,
        &[("soc", Arg::Text(&name_in(&tenant.soc.name, language))), ("urgency", Arg::Word("soon"))],
    ));
    page.heading(&lexicon.fixed(Label::SectionConclusion));
    page.paragraph(&lexicon.fixed(Label::DigestConclusion));
    page.heading(&lexicon.fixed(Label::SectionActs));
    page.item("1. ", &lexicon.fixed(Label::DigestActs1));
    page.item("2. ", &lexicon.fixed(Label::DigestActs2));
    page.heading(&lexicon.fixed(Label::SectionDigest));
    for incident in incidents.iter().take(MAX_ITEMS) {
        let title = Voice::of(incident, tenant, language).say(&incident.title);
        let number = subject::number(incident);
        let item = [("number", Arg::Text(number.as_str())), ("title", Arg::Text(title.as_str()))];
        page.item("- ", &lexicon.label(Label::DigestItem, &item));
    }
    if let Some(more) = incidents.len().checked_sub(MAX_ITEMS).filter(|more| *more > 0) {
        page.paragraph(&lexicon.label(Label::DigestMore, &[("count", Arg::Number(more as u64))]));
    }
    page.heading(&lexicon.fixed(Label::SectionSoc));
    page.item("- ", &lexicon.fixed(Label::DigestSoc1));
    page.item("- ", &lexicon.fixed(Label::SocWatching));
    let subject = subject::printable(&format!(
        "[SOC][L2]{}{} {day}: {count} attack campaigns, detected only, NOT blocked",
        subject::mark(hinomi_model::NoticeKind::Digest),
        subject::repeat_mark(repeat)
    ));
    Mail { subject, body: page.finish(&[ask(tenant, language)]) }
}
