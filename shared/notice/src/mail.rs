//! The mail about one incident: everything a tired administrator needs at three in the morning, in the order in which
//! it is needed.

use hinomi_model::registry::{Contact, Tenant};
use hinomi_model::{
    Actor, EventTime, Incident, IncidentKind, Language, Level, NoticeKind, Problem, Settings,
};

use crate::barrier::Barrier;
use crate::clean;
use crate::clock;
use crate::label::Label;
use crate::lexicon::{Arg, Lexicon};
use crate::page::Page;
use crate::say::Voice;
use crate::sections;
use crate::subject;

/// Longest name of a tenant, contact, user or SOC in a mail, in characters.
const MAX_NAME_CHARS: usize = 60;
/// New facts listed in an update.
const MAX_NEWS: usize = 5;
/// Reasons given for a change.
const MAX_WHYS: usize = 2;
/// Machines named under the headline.
const MAX_SUBJECTS: usize = 3;

/// A mail as SNS takes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// Printable ASCII on one line, at most [`Mail::MAX_SUBJECT`] characters.
    pub subject: String,
    /// Plain text.
    pub body: String,
}

impl Mail {
    /// Longest subject that SNS publishes (<https://docs.aws.amazon.com/sns/latest/api/API_Publish.html>: ASCII text,
    /// up to 100 characters, no line breaks or control characters).
    pub const MAX_SUBJECT: usize = 100;
    /// Longest body that this crate writes, in bytes; SNS publishes up to 256 KiB.
    pub const MAX_BODY_BYTES: usize = crate::page::MAX_BODY_BYTES;
}

/// What a contact was told last about an incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    /// The level, absent for health.
    pub level: Option<Level>,
    /// When, in event time.
    pub at: EventTime,
}

/// Whether a message may have gone out before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// It goes out for the first time.
    No,
    /// Whoever sent it before did not live to confirm it, so it says that it may be a repeat.
    Possible,
}

/// One occasion on which an incident is told.
#[derive(Clone, Copy, Debug)]
pub struct Telling<'a> {
    /// The incident as it is now.
    pub incident: &'a Incident,
    /// Whose.
    pub tenant: &'a Tenant,
    /// Why it is told.
    pub kind: NoticeKind,
    /// What this contact was told last; absent for the first notice.
    pub previous: Option<Told>,
    /// When it is told, in event time; deadlines count from here.
    pub at: EventTime,
    /// Whether it may have been told already.
    pub repeat: Repeat,
}

/// Writes the mail about one incident, in the contact's language and the tenant's zone.
pub fn email(telling: &Telling<'_>, contact: &Contact) -> Mail {
    let language = contact.language.unwrap_or(telling.tenant.language);
    let subject = subject::subject(telling.incident, telling.tenant, telling.kind, telling.repeat);
    let voice = Voice::of(telling.incident, telling.tenant, language);
    let mut page = Page::new(language);
    warn_of_repeat(&mut page, telling.repeat, voice.lexicon());
    change(&mut page, telling, &voice);
    headline(&mut page, telling, contact, &voice);
    sections::conclusion(&mut page, telling, &voice);
    sections::acts(&mut page, telling, &voice);
    sections::timeline(&mut page, telling, &voice);
    sections::grounds(&mut page, telling, &voice);
    sections::impact(&mut page, telling, &voice);
    sections::unknowns(&mut page, telling, &voice);
    sections::soc(&mut page, telling, &voice);
    next_report(&mut page, telling, &voice);
    sections::evidence(&mut page, telling, &voice);
    let number = shown_number(&telling.incident.core.number);
    let number = voice.lexicon().label(Label::FooterNumber, &[("number", Arg::Text(&number))]);
    Mail { subject, body: page.finish(&[number, ask(telling.tenant, language)]) }
}

/// Says before all else that the message may have come already.
pub(crate) fn warn_of_repeat(page: &mut Page, repeat: Repeat, lexicon: &Lexicon) {
    if repeat == Repeat::Possible {
        page.paragraph(&lexicon.fixed(Label::MailRepeat));
        page.gap();
    }
}

/// Says first what changed since the last notice, and why.
fn change(page: &mut Page, telling: &Telling<'_>, voice: &Voice<'_>) {
    let lexicon = voice.lexicon();
    let core = &telling.incident.core;
    let level = core.level.map_or(Arg::Word("none"), |level| Arg::Number(level.number().into()));
    let before = telling.previous.and_then(|told| told.level);
    let number = |level: Level| Arg::Number(level.number().into());
    let line = match (telling.kind, before) {
        (NoticeKind::Update, Some(before)) if core.level > Some(before) => {
            lexicon.label(Label::ChangeRise, &[("previous", number(before)), ("level", level)])
        }
        (NoticeKind::Update, _) => lexicon.label(Label::ChangeSame, &[("level", level)]),
        (NoticeKind::Correction, Some(before)) if core.level < Some(before) => {
            lexicon.label(Label::ChangeFall, &[("previous", number(before)), ("level", level)])
        }
        (NoticeKind::Correction, _) => lexicon.label(Label::ChangeCorrected, &[("level", level)]),
        (NoticeKind::Closed, _) => closed(telling, voice),
        (NoticeKind::Down | NoticeKind::Degraded | NoticeKind::Noted, _) => {
            return news(page, telling, voice);
        }
        _ => return,
    };
    page.paragraph(&line);
    if telling.kind != NoticeKind::Closed {
        let deciding = telling.incident.reasons.iter().filter(|reason| Some(reason.level) == core.level);
        for reason in deciding.take(MAX_WHYS) {
            let text = voice.say(&reason.text);
            page.paragraph(&lexicon.label(Label::ChangeWhy, &[("text", Arg::Text(&text))]));
        }
    }
    news(page, telling, voice);
    page.gap();
}

fn closed(telling: &Telling<'_>, voice: &Voice<'_>) -> String {
    let lexicon = voice.lexicon();
    let core = &telling.incident.core;
    match core.history.last().filter(|change| change.by != ENGINE) {
        Some(change) => lexicon.sentences(&[
            lexicon.label(Label::ChangeClosedBy, &[("who", Arg::Text(&voice.foreign(&change.by)))]),
            lexicon.label(Label::ChangeWhy, &[("text", Arg::Text(&voice.foreign(&change.why)))]),
        ]),
        None => {
            let time = clock::instant(core.last_seen, voice.reader.zone);
            lexicon.label(Label::ChangeClosed, &[("time", Arg::Text(&time))])
        }
    }
}

/// Who changes an incident when no person does.
const ENGINE: &str = "engine";

/// Lists what was seen for the first time since the contact was told.
fn news(page: &mut Page, telling: &Telling<'_>, voice: &Voice<'_>) {
    let Some(told) = telling.previous.filter(|_| tells_of_trouble(telling.kind)) else { return };
    let new: Vec<_> = telling.incident.facts.iter().filter(|fact| fact.time > told.at).collect();
    if new.is_empty() {
        return;
    }
    page.paragraph(&voice.lexicon().fixed(Label::ChangeNews));
    for fact in new.iter().rev().take(MAX_NEWS).rev() {
        page.item("- ", &voice.say(&fact.summary));
    }
    page.gap();
}

fn headline(page: &mut Page, telling: &Telling<'_>, contact: &Contact, voice: &Voice<'_>) {
    let lexicon = voice.lexicon();
    let (incident, tenant) = (telling.incident, telling.tenant);
    let core = &incident.core;
    let headline = match core.level {
        // What turned out to be nothing needs no word on blocking.
        Some(level) if level == Level::ZERO => {
            lexicon.label(Label::HeadlineCalm, &[("level", Arg::Number(level.number().into()))])
        }
        Some(level) => lexicon.label(
            Label::Headline,
            &[
                ("barrier", Arg::Word(Barrier::of(incident).as_str())),
                ("level", Arg::Number(level.number().into())),
            ],
        ),
        None => {
            let problem = subject::trouble(incident, core.problem.unwrap_or(Problem::Hardware), lexicon);
            lexicon.label(
                Label::HeadlineHealth,
                &[
                    ("kind", Arg::Word(telling.kind.as_str())),
                    ("device", Arg::Text(&subject::who(incident, tenant))),
                    ("problem", Arg::Text(&problem)),
                ],
            )
        }
    };
    page.paragraph(&headline);
    if core.kind == IncidentKind::Attack {
        page.paragraph(&voice.say(&incident.title));
    }
    if incident.guest {
        page.paragraph(&lexicon.fixed(Label::MailGuest));
    }
    page.gap();
    let about = about(telling, voice);
    if !about.is_empty() {
        page.paragraph(&lexicon.label(Label::MailAbout, &[("subject", Arg::Text(&about))]));
    }
    let first = clock::instant(core.first_seen, voice.reader.zone);
    page.paragraph(&lexicon.label(Label::MailFirst, &[("time", Arg::Text(&first))]));
    let number = shown_number(&core.number);
    page.paragraph(&lexicon.label(Label::MailNumber, &[("number", Arg::Text(&number))]));
    page.gap();
    let name = contact.name.as_deref().map(|name| clean::prose(name, MAX_NAME_CHARS));
    let tenant_name = name_in(&tenant.name, voice.reader.language);
    page.paragraph(&lexicon.label(
        Label::MailTo,
        &[
            ("tenant", Arg::Text(&tenant_name)),
            ("name", name.as_deref().map_or(Arg::Word("none"), Arg::Text)),
        ],
    ));
    page.paragraph(&lexicon.label(
        Label::MailFrom,
        &[
            ("soc", Arg::Text(&name_in(&tenant.soc.name, voice.reader.language))),
            ("urgency", Arg::Word(urgency(telling))),
        ],
    ));
}

/// Names the machines, with their users where the logs know them.
fn about(telling: &Telling<'_>, voice: &Voice<'_>) -> String {
    let lexicon = voice.lexicon();
    let core = &telling.incident.core;
    let shown: Vec<String> = core
        .hosts
        .iter()
        .take(MAX_SUBJECTS)
        .map(|ip| {
            let mut details = Vec::new();
            let asset = core.assets.iter().find(|asset| asset.ip == *ip);
            if let Some(name) = asset.and_then(|asset| asset.name.as_deref()) {
                details.push(voice.name(name));
            }
            if let Some(user) = asset.and_then(|asset| asset.user.as_deref()) {
                let user = voice.name(user);
                details.push(lexicon.label(Label::MailUser, &[("name", Arg::Text(&user))]));
            }
            let details = lexicon.list(&details, details.len());
            if details.is_empty() { voice.named(*ip) } else { format!("{} ({details})", voice.named(*ip)) }
        })
        .collect();
    lexicon.list(&shown, core.hosts.len())
}

/// Tells whether a notice is about something that became worse, rather than better.
fn tells_of_trouble(kind: NoticeKind) -> bool {
    use NoticeKind::{Closed, Correction, Recovered};
    !matches!(kind, Correction | Closed | Recovered)
}

fn urgency(telling: &Telling<'_>) -> &'static str {
    let incident = telling.incident;
    let asks = || incident.assessment.countermeasures.iter().any(|measure| measure.by == Actor::Customer);
    match incident.core.level {
        _ if !tells_of_trouble(telling.kind) => "none",
        Some(level) if level >= Level::THREE => "now",
        Some(level) if level == Level::TWO => "soon",
        None if asks() => "soon",
        _ => "none",
    }
}

fn next_report(page: &mut Page, telling: &Telling<'_>, voice: &Voice<'_>) {
    let lexicon = voice.lexicon();
    let text = match telling.kind {
        NoticeKind::Closed => lexicon.fixed(Label::NextClosed),
        NoticeKind::Recovered => lexicon.fixed(Label::NextRecovered),
        NoticeKind::Down | NoticeKind::Degraded => lexicon.fixed(Label::NextHealth),
        NoticeKind::Noted => lexicon.fixed(Label::NextNoted),
        NoticeKind::Correction => lexicon.fixed(Label::NextCorrected),
        _ => {
            let quiet = telling.incident.core.last_seen.plus(Settings::default().incident_gap);
            let time = clock::instant(quiet, voice.reader.zone);
            lexicon.label(Label::NextOpen, &[("time", Arg::Text(&time))])
        }
    };
    page.heading(&lexicon.fixed(Label::SectionNext));
    page.paragraph(&text);
}

/// Returns a name in a language; in the other one when that is all there is.
pub(crate) fn name_in(words: &hinomi_model::Words, language: Language) -> String {
    let (own, other) = match language {
        Language::Ja => (&words.ja, &words.en),
        Language::En => (&words.en, &words.ja),
    };
    let own = clean::prose(own, MAX_NAME_CHARS);
    if own.is_empty() { clean::prose(other, MAX_NAME_CHARS) } else { own }
}

/// Shows an incident's number, which has no blanks.
fn shown_number(number: &str) -> String {
    clean::prose(number, MAX_NAME_CHARS).replace(' ', "")
}

/// Says whom to ask.
pub(crate) fn ask(tenant: &Tenant, language: Language) -> String {
    let lexicon = Lexicon::of(language);
    let soc = name_in(&tenant.soc.name, language);
    let Some(phone) = &tenant.soc.phone else {
        return lexicon.label(Label::FooterSoc, &[("soc", Arg::Text(&soc))]);
    };
    let phone = clean::prose(phone, MAX_NAME_CHARS);
    lexicon.label(Label::FooterPhone, &[("soc", Arg::Text(&soc)), ("phone", Arg::Text(&phone))])
}
