//! The SMS: level, who, what, blocked or not, one act, number, in one message without a link.
//!
//! 70 UTF-16 units hold little, so a message is tried from its fullest form to its barest; level, machine, act and
//! number are in every form, and the parts of the barest are bounded so that it always fits.

use hinomi_model::registry::{Contact, Tenant};
use hinomi_model::{Actor, Incident, IncidentKind, Language, Level, NoticeKind, StatementKey};

use crate::barrier::Barrier;
use crate::clean;
use crate::gsm::{septets, sms_fits};
use crate::label::Label;
use crate::lexicon::{Arg, Lexicon};
use crate::mail::{Repeat, Telling};
use crate::subject::{self, MAX_NUMBER_CHARS, MAX_WHO_CHARS};

/// Longest name of a tenant in an SMS, in characters; tried in this order.
const TENANT_CHARS: [usize; 3] = [24, 12, 6];

/// Writes the SMS about one incident, in the contact's language.
pub fn sms(telling: &Telling<'_>, contact: &Contact) -> String {
    let incident = telling.incident;
    let language = contact.language.unwrap_or(telling.tenant.language);
    let parts = Parts::of(incident, telling.tenant, language, telling.kind);
    let before =
        telling.previous.and_then(|told| told.level).filter(|before| Some(*before) != incident.core.level);
    let shown_before = if telling.kind == NoticeKind::First { None } else { before };
    let (mark, short_mark) = marks(telling.repeat);
    let head = parts.head(telling.kind, shown_before, incident.core.level, mark);
    let plain_head = parts.head(NoticeKind::First, None, incident.core.level, short_mark);
    let kind = match telling.kind {
        NoticeKind::Down | NoticeKind::Degraded | NoticeKind::Recovered | NoticeKind::Noted => "health",
        other => other.as_str(),
    };
    let story = parts.story(Label::SmsStory, kind);
    let story_short = parts.story(Label::SmsStoryShort, kind);
    let crowd = parts.crowd(incident.core.hosts.len());
    let tenants = parts.tenants();
    let mut forms = Vec::new();
    for who in [&crowd, &parts.who] {
        for tenant in &tenants {
            forms.push((Label::SmsFull, &head, Some(tenant), who, Some(&story), &parts.act));
        }
    }
    for tenant in &tenants {
        forms.push((Label::SmsBrief, &head, Some(tenant), &parts.who, Some(&story), &parts.act));
    }
    for tenant in &tenants {
        forms.push((Label::SmsBrief, &head, Some(tenant), &parts.who, Some(&story), &parts.act_short));
    }
    forms.push((Label::SmsAlone, &head, None, &parts.who, Some(&story), &parts.act_short));
    forms.push((Label::SmsAlone, &head, None, &parts.who, Some(&story_short), &parts.act_short));
    forms.push((Label::SmsBare, &head, None, &parts.who, None, &parts.act_short));
    forms.push((Label::SmsBare, &plain_head, None, &parts.who, None, &parts.act_short));
    let written = forms.into_iter().map(|(form, head, tenant, who, story, act)| {
        let mut args = vec![("head", Arg::Text(head))];
        args.extend(tenant.map(|tenant| ("tenant", Arg::Text(tenant))));
        args.push(("who", Arg::Text(who)));
        args.extend(story.map(|story| ("story", Arg::Text(story))));
        args.push(("act", Arg::Text(act)));
        args.push(("number", Arg::Text(&parts.number)));
        parts.finish(&parts.lexicon.label(form, &args))
    });
    first_that_fits(written)
}

/// Writes the one SMS that stands for several incidents when an hour's messages are used up: the first, which should
/// be the most serious, and how many there are besides.
pub fn folded_sms(
    first: &Incident,
    others: &[&Incident],
    tenant: &Tenant,
    contact: &Contact,
    repeat: Repeat,
) -> String {
    let language = contact.language.unwrap_or(tenant.language);
    let parts = Parts::of(first, tenant, language, NoticeKind::First);
    let (mark, short_mark) = marks(repeat);
    let head = parts.head(NoticeKind::First, None, first.core.level, mark);
    let plain_head = parts.head(NoticeKind::First, None, first.core.level, short_mark);
    let count = || Arg::Number(others.len() as u64);
    let full = parts
        .tenants()
        .into_iter()
        .flat_map(|tenant| [(tenant.clone(), &parts.act), (tenant, &parts.act_short)]);
    let mut written: Vec<String> = full
        .map(|(tenant, act)| {
            parts.finish(&parts.lexicon.label(
                Label::SmsFolded,
                &[
                    ("head", Arg::Text(&head)),
                    ("tenant", Arg::Text(&tenant)),
                    ("who", Arg::Text(&parts.who)),
                    ("count", count()),
                    ("barrier", Arg::Text(&parts.barrier)),
                    ("act", Arg::Text(act)),
                    ("number", Arg::Text(&parts.number)),
                ],
            ))
        })
        .collect();
    // An address written out leaves no room for the whole name of the act, so the last form has none.
    for act in [parts.act_short.as_str(), ""] {
        written.push(parts.finish(&parts.lexicon.label(
            Label::SmsFoldedBrief,
            &[
                ("head", Arg::Text(&plain_head)),
                ("who", Arg::Text(&parts.who)),
                ("count", count()),
                ("act", Arg::Text(act)),
                ("number", Arg::Text(&parts.number)),
            ],
        )));
    }
    first_that_fits(written.into_iter())
}

/// Returns the words by which a head says that the message may be a repeat: where there is room, and where there is none.
const fn marks(repeat: Repeat) -> (&'static str, &'static str) {
    match repeat {
        Repeat::No => ("none", "none"),
        Repeat::Possible => ("possible", "short"),
    }
}

/// Returns the first text that one SMS holds; the last one where none does, which the bounds of its parts rule out.
fn first_that_fits(texts: impl Iterator<Item = String>) -> String {
    let mut last = String::new();
    for text in texts {
        if sms_fits(&text) {
            return text;
        }
        last = text;
    }
    debug_assert!(false, "the barest form is too long: {last}");
    last
}

/// What every form is made of.
struct Parts<'a> {
    lexicon: &'static Lexicon,
    language: Language,
    tenant: &'a Tenant,
    who: String,
    what: String,
    barrier: String,
    act: String,
    act_short: String,
    number: String,
}

impl<'a> Parts<'a> {
    fn of(incident: &Incident, tenant: &'a Tenant, language: Language, kind: NoticeKind) -> Self {
        let lexicon = Lexicon::of(language);
        let customers = incident.assessment.countermeasures.iter().find(|act| act.by == Actor::Customer);
        let act = match customers {
            // What was urgent once is not any more; the mail lists what remains.
            Some(_) if kind == NoticeKind::Closed => "closed",
            Some(measure) => measure.act.key.as_str(),
            // Of health, no measure does not mean that nothing is wrong.
            None if incident.core.kind == IncidentKind::Health => "health",
            None => StatementKey::ActNone.as_str(),
        };
        let barrier = Barrier::of(incident).as_str();
        let word = |label: Label| lexicon.label(label, &[("act", Arg::Word(act))]);
        Parts {
            lexicon,
            language,
            tenant,
            who: cut(&subject::who(incident, tenant), MAX_WHO_CHARS),
            what: subject::what(incident, lexicon),
            barrier: lexicon.label(Label::BarrierShort, &[("barrier", Arg::Word(barrier))]),
            act: word(Label::ActShort),
            act_short: word(Label::ActShortest),
            number: cut(&subject::number(incident), MAX_NUMBER_CHARS),
        }
    }

    fn head(&self, kind: NoticeKind, before: Option<Level>, level: Option<Level>, repeat: &str) -> String {
        let shown = |level: Option<Level>| {
            level.map_or(Arg::Word("none"), |level| Arg::Number(level.number().into()))
        };
        self.lexicon.label(
            Label::SmsHead,
            &[
                ("kind", Arg::Word(kind.as_str())),
                ("previous", shown(before)),
                ("level", shown(level)),
                ("repeat", Arg::Word(repeat)),
            ],
        )
    }

    fn story(&self, label: Label, kind: &str) -> String {
        self.lexicon.label(
            label,
            &[
                ("kind", Arg::Word(kind)),
                ("what", Arg::Text(&self.what)),
                ("barrier", Arg::Text(&self.barrier)),
            ],
        )
    }

    fn crowd(&self, hosts: usize) -> String {
        match hosts.checked_sub(1) {
            None | Some(0) => self.who.clone(),
            Some(others) => self.lexicon.label(
                Label::SmsOthers,
                &[("who", Arg::Text(&self.who)), ("count", Arg::Number(others as u64))],
            ),
        }
    }

    /// Returns the tenant's name, longest form first.
    fn tenants(&self) -> Vec<String> {
        let name = crate::mail::name_in(&self.tenant.name, self.language);
        let mut names: Vec<String> =
            TENANT_CHARS.iter().map(|chars| clean::sms_name(&name, *chars)).collect();
        names.dedup();
        names.retain(|name| !name.is_empty());
        names
    }

    /// Keeps an English message in the GSM alphabet, which holds more than twice as much.
    fn finish(&self, text: &str) -> String {
        match self.language {
            Language::Ja => text.to_owned(),
            Language::En => {
                let mut sms = clean::ascii(text);
                // The one ASCII mark that the GSM alphabet lacks.
                sms = sms.replace('`', "'");
                debug_assert!(septets(&sms).is_some(), "{sms} leaves the GSM alphabet");
                sms
            }
        }
    }
}

/// Cuts a name to a number of UTF-16 units.
fn cut(name: &str, units: usize) -> String {
    let mut left = units;
    name.chars()
        .take_while(|c| {
            let fits = c.len_utf16() <= left;
            left = left.saturating_sub(c.len_utf16());
            fits
        })
        .collect()
}
