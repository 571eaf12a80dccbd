//! One incident: what it is, what to do, why it has its level, what happened, the lines that prove it, who was told.

use hinomi_model::registry::{Registry, Tenant};
use hinomi_model::{
    AssessmentText, Core, Document, EvidenceLine, FactText, History, IncidentKind, MomentText, ReasonText,
    TenantId,
};
use hinomi_notice::{defang, document};
use hinomi_store::Delivery;

use super::{MAX_NAME, MAX_TITLE, Scene, chip, level_class};
use crate::html::{Html, cut};
use crate::load::{Row, Told, name_of, receipt};

/// Longest raw line on the page, in characters. Evidence keeps 32 lines of at most 4 KiB, and an escaped character takes
/// up to eight: together less than half of what a widget may return.
const MAX_RAW: usize = 1_500;
/// Longest sentence on the page, in characters; each argument of a statement is cut far below.
const MAX_SENTENCE: usize = 600;
/// Names, addresses or indicators in a list; the rest is told as a number.
const MAX_LISTED: usize = 16;
/// Longest indicator on the page, in characters.
const MAX_INDICATOR: usize = 200;
/// Facts, reasons, deliveries and revisions listed. The engine keeps at most 64 facts; the others are fewer nearly always.
const MAX_ENTRIES: usize = 64;

/// Makes the page; without an incident, one that says so.
pub(crate) fn incident(scene: &Scene<'_>, row: Option<&Row>) -> String {
    let mut html = scene.open();
    match row {
        None => {
            html.raw("<div class=\"empty\">").text(&scene.words.word("incident-none")).raw("</div>");
        }
        Some(row) => {
            let known = scene.registry.tenant(&row.incident.core.tenant);
            match told_for(scene, known) {
                Some(tenant) => whole(scene, &mut html, row, &document(&row.incident, &tenant), known),
                // No registry has no tenant at all; one that is in force always has one.
                None => drop(html.element("div", "empty", &scene.words.word("incident-none"))),
            }
        }
    }
    html.raw("</div>");
    html.finish()
}

/// Returns the tenant with whose names the incident is told, its times in the reader's zone: the analyst compares them
/// with the dashboard. A tenant that the registry knows no more is told as the one of no registry.
fn told_for(scene: &Scene<'_>, known: Option<&Tenant>) -> Option<Tenant> {
    let open = Registry::open();
    let tenant = known.or_else(|| open.tenant(&TenantId::new("default")))?;
    let mut tenant = tenant.clone();
    tenant.time_zone = scene.words.zone.clone();
    Some(tenant)
}

fn whole(scene: &Scene<'_>, html: &mut Html, row: &Row, document: &Document, known: Option<&Tenant>) {
    let words = scene.words;
    head(scene, html, row, document, known);
    html.raw("<div class=\"columns\"><div class=\"main\">");
    if let Some(assessment) = document.assessment.get(words.language.as_str()) {
        conclusion(scene, html, document.core.kind, assessment);
        acts(scene, html, assessment);
    }
    reasons(scene, html, document);
    html.raw("</div><div class=\"side\">");
    who(scene, html, &document.core);
    told(scene, html, &row.told);
    html.raw("</div></div>");
    timeline(scene, html, document.core.kind, &document.timeline);
    evidence(scene, html, &document.evidence);
    history(scene, html, &document.core.history);
    html.raw("<div class=\"foot\"><span>");
    html.text(&words.say("incident-foot", &[("zone", &words.zone()), ("id", &document.core.id.to_string())]));
    html.raw("</span></div>");
}

fn head(scene: &Scene<'_>, html: &mut Html, row: &Row, document: &Document, known: Option<&Tenant>) {
    let (words, core) = (scene.words, &document.core);
    html.raw("<div class=\"head ").raw(level_class(core.level)).raw("\"><div class=\"line\">");
    scene.badge(html, core.level);
    html.element("span", "title", &cut(words.choose(&document.title), MAX_TITLE))
        .raw("</div><div class=\"sub\">");
    html.element("span", "mono", &cut(&core.number, MAX_NAME));
    html.element("span", "", &cut(name_of(known, &row.incident, words.language.as_str() == "ja"), MAX_NAME));
    scene.result(html, core);
    let infection = core.infection.as_str();
    let class = if infection == "infected" { "bad" } else { "quiet" };
    if core.level.is_some() {
        html.element("span", chip(class), &words.of("infection", infection));
        html.element("span", "chip", &words.of("status", core.status.as_str()));
        let confidence = words.of("confidence", core.confidence.as_str());
        html.element("span", "", &words.say("confidence-of", &[("confidence", &confidence)]));
    }
    html.element("span", "", &words.say("opened", &[("ago", &words.ago(core.opened_at))]));
    html.raw("</div><div class=\"meaning\">").text(&words.of("meaning", level_class(core.level)));
    html.raw("</div></div>");
}

fn conclusion(scene: &Scene<'_>, html: &mut Html, kind: IncidentKind, assessment: &AssessmentText) {
    let words = scene.words;
    let verdict = if kind == IncidentKind::Health { "health" } else { "infection" };
    html.raw("<section>").heading(&words.word("conclusion")).raw("<dl>");
    for (name, text) in
        [(verdict, &assessment.infection), ("impact", &assessment.impact), ("reach", &assessment.scope)]
    {
        if !text.is_empty() {
            html.raw("<dt>").text(&words.of("answer", name)).raw("</dt><dd>");
            html.text(&cut(text, MAX_SENTENCE)).raw("</dd>");
        }
    }
    html.raw("</dl>");
    if !assessment.unknowns.is_empty() {
        html.raw("<div class=\"unknown\"><b>").text(&words.word("unknowns")).raw("</b><ul>");
        for unknown in assessment.unknowns.iter().take(MAX_ENTRIES) {
            html.raw("<li>").text(&cut(unknown, MAX_SENTENCE)).raw("</li>");
        }
        html.raw("</ul></div>");
    }
    html.raw("</section>");
}

fn acts(scene: &Scene<'_>, html: &mut Html, assessment: &AssessmentText) {
    let words = scene.words;
    if assessment.countermeasures.is_empty() {
        return;
    }
    html.raw("<section>").heading(&words.word("to-do")).raw("<ol class=\"acts\">");
    for measure in assessment.countermeasures.iter().take(MAX_ENTRIES) {
        html.raw("<li><span class=\"chip ").raw(if measure.by.as_str() == "soc" {
            "soc"
        } else {
            "customer"
        });
        html.raw("\">").text(&words.of("by", measure.by.as_str())).raw("</span> ");
        html.element("span", "chip", &words.of("within", measure.within.as_str()));
        html.raw(" ").text(&cut(&measure.act, MAX_SENTENCE)).raw("</li>");
    }
    html.raw("</ol></section>");
}

fn reasons(scene: &Scene<'_>, html: &mut Html, document: &Document) {
    let words = scene.words;
    if document.reasons.is_empty() {
        return;
    }
    html.raw("<section>").heading(&words.word("why")).raw("<ul class=\"reasons\">");
    for reason in document.reasons.iter().take(MAX_ENTRIES) {
        reason_of(scene, html, reason, &document.facts);
    }
    html.raw("</ul>");
    if !document.would_change.is_empty() {
        html.raw("<h4>").text(&words.word("would-change")).raw("</h4><ul class=\"reasons\">");
        for change in document.would_change.iter().take(MAX_ENTRIES) {
            html.raw("<li>");
            scene.badge(html, Some(change.to_level));
            html.raw("<div>").text(&cut(words.choose(&change.fact), MAX_SENTENCE)).raw("</div></li>");
        }
        html.raw("</ul>");
    }
    html.raw("</section>");
}

fn reason_of(scene: &Scene<'_>, html: &mut Html, reason: &ReasonText, facts: &[FactText]) {
    let words = scene.words;
    html.raw("<li>");
    scene.badge(html, Some(reason.level));
    html.raw("<div>").text(&cut(words.choose(&reason.text), MAX_SENTENCE));
    html.raw(" <span class=\"rule\">").text(&words.say("rule", &[("rule", &cut(&reason.rule, MAX_NAME))]));
    html.raw("</span>");
    let behind: Vec<&FactText> = facts.iter().filter(|fact| reason.facts.contains(&fact.id)).collect();
    if let [first, rest @ ..] = behind.as_slice() {
        html.raw("<div class=\"sub\">").text(&cut(words.choose(&first.text), MAX_SENTENCE));
        if !rest.is_empty() {
            html.raw(" ").text(&words.say("and-more", &[("number", &rest.len().to_string())]));
        }
        html.raw("</div>");
    }
    html.raw("</div></li>");
}

fn who(scene: &Scene<'_>, html: &mut Html, core: &Core) {
    let words = scene.words;
    html.raw("<section>").heading(&words.word("involved")).raw("<dl>");
    let hosts = core.hosts.iter().map(|host| {
        let asset = core.assets.iter().find(|asset| asset.ip == *host);
        match asset.and_then(|asset| asset.name.as_deref()) {
            Some(name) => format!("{host} ({})", cut(name, MAX_NAME)),
            None => host.to_string(),
        }
    });
    list(scene, html, "hosts", hosts);
    list(scene, html, "users", core.users.iter().map(|user| cut(user, MAX_NAME)));
    list(scene, html, "attackers", core.attackers.iter().map(|ip| defang(&ip.to_string())));
    list(scene, html, "devices", core.devices.iter().map(|device| cut(device, MAX_NAME)));
    list(
        scene,
        html,
        "indicators",
        core.indicators.iter().map(|indicator| cut(&defang(&indicator.value), MAX_INDICATOR)),
    );
    let signatures = core.signatures.iter().map(|signature| match &signature.cve {
        Some(cve) => cut(&format!("{} ({cve})", signature.name), MAX_NAME),
        None => cut(&signature.name, MAX_NAME),
    });
    list(scene, html, "signatures", signatures);
    list(scene, html, "techniques", core.techniques.iter().map(|technique| cut(technique, MAX_NAME)));
    let scope = core.scope.hosts.iter().filter(|host| !core.hosts.contains(host)).map(ToString::to_string);
    list(scene, html, "scope", scope);
    html.raw("<dt>").text(&words.of("field", "seen")).raw("</dt><dd>").text(&words.instant(core.first_seen));
    html.raw(" – ").text(&words.instant(core.last_seen)).raw("</dd>");
    if let Some(reason) = &core.suppressed_by {
        html.raw("<dt>").text(&words.of("field", "allowed")).raw("</dt><dd>");
        html.text(&cut(reason, MAX_SENTENCE)).raw("</dd>");
    }
    html.raw("</dl></section>");
}

fn list(scene: &Scene<'_>, html: &mut Html, field: &'static str, values: impl Iterator<Item = String>) {
    let values: Vec<String> = values.filter(|value| !value.is_empty()).collect();
    if values.is_empty() {
        return;
    }
    html.raw("<dt>").text(&scene.words.of("field", field)).raw("</dt><dd class=\"mono\">");
    for value in values.iter().take(MAX_LISTED) {
        html.raw("<div>").text(value).raw("</div>");
    }
    if let Some(more) = values.len().checked_sub(MAX_LISTED).filter(|more| *more > 0) {
        html.element("div", "sub", &scene.words.say("and-more", &[("number", &more.to_string())]));
    }
    html.raw("</dd>");
}

fn told(scene: &Scene<'_>, html: &mut Html, told: &Told) {
    let words = scene.words;
    html.raw("<section>").heading(&words.word("who-was-told"));
    match told {
        Told::NotYet => {
            html.element("p", "no", &words.word("told-not-yet"));
        }
        Told::NotNeeded => {
            html.element("p", "sub", &words.word("told-not-needed"));
        }
        Told::Yes { .. } | Told::OnItsWay { .. } => {
            html.raw("<ul class=\"deliveries\">");
            for delivery in told.deliveries().iter().take(MAX_ENTRIES) {
                delivery_of(scene, html, delivery);
            }
            html.raw("</ul>");
        }
    }
    html.raw("</section>");
}

fn delivery_of(scene: &Scene<'_>, html: &mut Html, delivery: &Delivery) {
    let words = scene.words;
    html.raw("<li>");
    match receipt(delivery) {
        Some(message) => {
            html.raw("<span class=\"yes\" title=\"").text(&cut(&message.id, MAX_NAME)).raw("\">✓ ");
            html.text(&words.instant(message.at)).raw("</span>");
        }
        None if delivery.messages.is_empty() => {
            html.element("span", "wait", &words.word("told-on-its-way"));
        }
        None => {
            html.element("span", "wait", &words.word("told-refused"));
        }
    }
    html.raw(" <b>").text(&cut(&delivery.unit.contact, MAX_NAME)).raw("</b> ");
    html.element("span", "chip", &words.of("channel", delivery.unit.channel.as_str()));
    if delivery.attempts > 1 {
        html.raw(" ").element("span", "wait", &words.word("told-repeated"));
    }
    html.raw("</li>");
}

fn timeline(scene: &Scene<'_>, html: &mut Html, kind: IncidentKind, moments: &[MomentText]) {
    let words = scene.words;
    if moments.is_empty() {
        return;
    }
    html.raw("<section>").heading(&words.word("timeline")).raw("<ol class=\"timeline\">");
    for moment in moments.iter().take(MAX_ENTRIES) {
        let disposition = moment.disposition.as_str();
        html.raw("<li class=\"").raw(match disposition {
            "blocked" => "good",
            "allowed" => "bad",
            _ => "open",
        });
        html.raw("\"><time>").text(&words.instant(moment.time)).raw("</time><div>");
        // An appliance's trouble is no stage of an attack.
        if kind == IncidentKind::Attack {
            html.element("span", "chip", &words.of("stage", moment.stage.as_str())).raw(" ");
        }
        html.text(&cut(words.choose(&moment.summary), MAX_SENTENCE));
        html.raw("</div></li>");
    }
    html.raw("</ol></section>");
}

fn evidence(scene: &Scene<'_>, html: &mut Html, lines: &[EvidenceLine]) {
    let words = scene.words;
    if lines.is_empty() {
        return;
    }
    html.raw("<section>").heading(&words.say("evidence", &[("number", &lines.len().to_string())]));
    html.raw("<div class=\"evidence\">");
    for line in lines {
        html.raw("<details><summary><time>").text(&words.instant(line.time)).raw("</time> ");
        html.element("span", "chip", &words.of("function", line.function.as_str())).raw(" ");
        html.text(&cut(words.choose(&line.summary), MAX_SENTENCE));
        html.raw("</summary><pre>").text(&cut(&line.raw, MAX_RAW)).raw("</pre><div class=\"sub mono\">");
        html.text(&cut(&line.device, MAX_NAME));
        if let Some(locator) = &line.locator {
            let place = format!(" · {}#{}:{}", locator.object, locator.frame, locator.line);
            html.text(&cut(&place, MAX_INDICATOR));
        }
        html.raw(" · sha256 ").text(&cut(&line.sha256, MAX_NAME)).raw("</div></details>");
    }
    html.raw("</div></section>");
}

fn history(scene: &Scene<'_>, html: &mut Html, entries: &[History]) {
    let words = scene.words;
    if entries.len() < 2 {
        return;
    }
    html.raw("<section>").heading(&words.word("history")).raw("<ol class=\"timeline\">");
    for entry in entries.iter().take(MAX_ENTRIES) {
        html.raw("<li class=\"open\"><time>").text(&words.instant(entry.at)).raw("</time><div>");
        scene.badge(html, entry.level);
        html.raw(" ").text(&words.say("revision", &[("number", &entry.revision.to_string())]));
        let why = match entry.why.strip_prefix("rule ") {
            Some(rule) => words.say("rule", &[("rule", rule)]),
            None => entry.why.clone(),
        };
        if entry.by != "engine" {
            html.raw(" · ").text(&cut(&entry.by, MAX_NAME));
        }
        html.raw(" · ").text(&cut(&why, MAX_SENTENCE));
        html.raw("</div></li>");
    }
    html.raw("</ol></section>");
}
