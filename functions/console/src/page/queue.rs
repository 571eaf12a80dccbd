//! The queue: what is open, the most serious first, and whether somebody was told.

use hinomi_model::{Channel, Incident, Level};
use hinomi_notice::{Reader, defang, say};

use super::{Display, MAX_NAME, MAX_TITLE, Scene, level_class};
use crate::html::{Html, cut, is_plain};
use crate::load::{Count, LEVELS, Queue, Row, Told, name_of};
use crate::request::{Filter, Shown};

/// Hosts and outside addresses named in a row; the rest is told as a number.
const MAX_ADDRESSES: usize = 2;
/// Tenants offered in the form: those that have an open incident, and the one that is chosen.
const MAX_TENANTS: usize = 500;

/// Makes the page.
pub(crate) fn queue(scene: &Scene<'_>, filter: &Filter, queue: &Queue) -> String {
    let mut html = scene.open();
    html.raw("<div class=\"top\"><div class=\"tiles\">");
    for (level, count) in LEVELS.into_iter().zip(&queue.counts) {
        tile(scene, &mut html, filter, level, *count);
    }
    html.raw("</div>");
    form(scene, &mut html, filter, queue);
    html.raw("</div>");
    if queue.rows.is_empty() {
        html.raw("<div class=\"empty\">").text(&scene.words.word("queue-empty")).raw("</div>");
    } else {
        rows(scene, &mut html, queue);
    }
    foot(scene, &mut html, queue);
    html.raw("</div>");
    html.finish()
}

/// A level's number, which is a filter when it is clicked and takes the filter back when it is on.
fn tile(scene: &Scene<'_>, html: &mut Html, filter: &Filter, level: Option<Level>, count: Option<Count>) {
    let words = scene.words;
    let shown = level.map_or(Shown::Health, Shown::Level);
    let is_on = filter.shown == shown;
    let none = count.is_some_and(|count| count.known == 0);
    html.raw("<a class=\"tile ").raw(level_class(level)).raw(if is_on { " on" } else { "" });
    html.raw(if none { " none" } else { "" });
    html.raw("\" title=\"").text(&words.of("meaning", level_class(level))).raw("\">");
    if let Some(count) = count {
        html.raw("<b>").number(count.known as u64).raw(if count.more { "+</b>" } else { "</b>" });
    }
    html.raw("<span>").text(&words.of("tile", level_class(level))).raw("</span></a>");
    let target = if is_on { Shown::Told } else { shown };
    let tenant = filter.tenant.as_deref().filter(|tenant| is_plain(tenant)).unwrap_or_default();
    scene.action(html, Display::Widget, &[("level", target.word()), ("tenant", tenant)]);
}

fn form(scene: &Scene<'_>, html: &mut Html, filter: &Filter, queue: &Queue) {
    let words = scene.words;
    html.raw("<form class=\"filter\"><select name=\"level\" aria-label=\"").text(&words.word("filter-level"));
    html.raw("\">");
    for shown in Shown::ALL {
        option(html, shown.word(), &words.of("show", shown.word()), filter.shown == shown);
    }
    html.raw("</select><select name=\"tenant\" aria-label=\"").text(&words.word("filter-tenant")).raw("\">");
    option(html, "", &words.word("filter-all-tenants"), filter.tenant.is_none());
    let chosen = filter.tenant.iter().filter(|tenant| !queue.tenants.contains(tenant));
    for tenant in chosen.chain(&queue.tenants).take(MAX_TENANTS) {
        let known = scene.registry.tenant(&hinomi_model::TenantId::new(tenant));
        let name = known.map_or(tenant.as_str(), |tenant| words.choose(&tenant.name));
        option(html, tenant, &cut(name, MAX_NAME), filter.tenant.as_ref() == Some(tenant));
    }
    html.raw("</select><a class=\"button\">").text(&words.word("filter-apply")).raw("</a>");
    scene.action(html, Display::Widget, &[("view", "queue")]);
    html.raw("</form>");
}

fn option(html: &mut Html, value: &str, name: &str, selected: bool) {
    html.raw("<option value=\"").text(value).raw(if selected { "\" selected>" } else { "\">" });
    html.text(name).raw("</option>");
}

fn rows(scene: &Scene<'_>, html: &mut Html, queue: &Queue) {
    let words = scene.words;
    html.raw("<table class=\"queue\"><thead><tr>");
    for column in ["level", "what", "host", "tenant", "age", "told"] {
        html.raw("<th>").text(&words.of("column", column)).raw("</th>");
    }
    html.raw("</tr></thead><tbody>");
    for row in &queue.rows {
        row_of(scene, html, row);
    }
    html.raw("</tbody></table>");
}

fn row_of(scene: &Scene<'_>, html: &mut Html, row: &Row) {
    let (words, incident, core) = (scene.words, &row.incident, &row.incident.core);
    html.raw("<tr class=\"").raw(level_class(core.level)).raw("\"><td class=\"level\">");
    scene.badge(html, core.level);
    html.raw("</td><td class=\"what\"><a class=\"title\">").text(&cut(&title(scene, incident), MAX_TITLE));
    html.raw("</a>");
    scene.action(html, Display::Popup, &[("view", "incident"), ("incident", &core.id.to_string())]);
    html.raw("<div class=\"sub\">");
    scene.result(html, core);
    if core.infection.as_str() == "infected" {
        html.element("span", "chip bad", &words.of("infection", "infected"));
    }
    html.element("span", "mono", &cut(&core.number, MAX_NAME)).raw("</div></td><td class=\"host\">");
    hosts(scene, html, incident);
    html.raw("</td><td class=\"tenant\">");
    let tenant = scene.registry.tenant(&core.tenant);
    html.text(&cut(name_of(tenant, incident, words.language.as_str() == "ja"), MAX_NAME));
    html.raw("</td><td class=\"age\" title=\"").text(&words.say(
        "age-title",
        &[("first", &words.instant(core.first_seen)), ("last", &words.instant(core.last_seen))],
    ));
    html.raw("\"><b>").text(&words.ago(core.opened_at)).raw("</b><div class=\"sub\">");
    html.text(&words.say("last-seen", &[("time", &words.moment(core.last_seen))]));
    html.raw("</div></td><td class=\"told\">");
    told(scene, html, &row.told);
    html.raw("</td></tr>");
}

/// Returns the incident's title. Without its tenant's registration machines have no names in it.
pub(super) fn title(scene: &Scene<'_>, incident: &Incident) -> String {
    let reader = Reader { language: scene.words.language, zone: &scene.words.zone };
    match scene.registry.tenant(&incident.core.tenant) {
        Some(tenant) => hinomi_notice::title(incident, tenant, scene.words.language),
        None => say(&incident.title, &reader),
    }
}

fn hosts(scene: &Scene<'_>, html: &mut Html, incident: &Incident) {
    let core = &incident.core;
    if core.hosts.is_empty() {
        for device in core.devices.iter().take(MAX_ADDRESSES) {
            html.element("div", "mono", &cut(device, MAX_NAME));
        }
    }
    for host in core.hosts.iter().take(MAX_ADDRESSES) {
        html.element("div", "mono", &host.to_string());
        let asset = core.assets.iter().find(|asset| asset.ip == *host);
        if let Some(name) = asset.and_then(|asset| asset.name.as_deref()) {
            html.element("div", "sub", &cut(name, MAX_NAME));
        }
    }
    more(scene, html, core.hosts.len());
    if let Some(attacker) = core.attackers.first() {
        html.raw("<div class=\"sub mono\">⇄ ").text(&defang(&attacker.to_string()));
        if core.attackers.len() > 1 {
            html.raw(" +").number(core.attackers.len() as u64 - 1);
        }
        html.raw("</div>");
    }
}

fn more(scene: &Scene<'_>, html: &mut Html, all: usize) {
    if let Some(more) = all.checked_sub(MAX_ADDRESSES).filter(|more| *more > 0) {
        html.element("div", "sub", &scene.words.say("and-more", &[("number", &more.to_string())]));
    }
}

fn told(scene: &Scene<'_>, html: &mut Html, told: &Told) {
    let words = scene.words;
    let channels = |html: &mut Html| {
        for channel in Channel::ALL {
            if told.deliveries().iter().any(|delivery| delivery.unit.channel == *channel) {
                html.element("span", "chip", &words.of("channel", channel.as_str()));
            }
        }
    };
    match told {
        Told::Yes { first, .. } => {
            html.raw("<span class=\"yes\">✓ ").text(&words.moment(*first)).raw("</span><div class=\"sub\">");
            channels(html);
            html.raw("</div>");
        }
        Told::OnItsWay { .. } => {
            html.element("span", "wait", &words.word("told-on-its-way")).raw("<div class=\"sub\">");
            channels(html);
            html.raw("</div>");
        }
        Told::NotYet => {
            html.element("span", "no", &words.word("told-not-yet"));
        }
        Told::NotNeeded => {
            html.element("span", "sub", &words.word("told-not-needed"));
        }
    }
}

fn foot(scene: &Scene<'_>, html: &mut Html, queue: &Queue) {
    let words = scene.words;
    html.raw("<div class=\"foot\">");
    let rows = queue.rows.len() + queue.unreadable;
    if queue.found > rows {
        let (shown, found) = (rows.to_string(), queue.found.to_string());
        html.element("span", "warn", &words.say("queue-cut", &[("shown", &shown), ("found", &found)]));
    }
    if queue.counts.iter().flatten().any(|count| count.more) {
        html.element("span", "warn", &words.say("queue-more", &[("number", &queue.limit.to_string())]));
    }
    if queue.unreadable > 0 {
        let number = queue.unreadable.to_string();
        html.element("span", "warn", &words.say("queue-unreadable", &[("number", &number)]));
    }
    let (now, zone) = (words.instant(words.now), words.zone());
    html.raw("<span>").text(&words.say("as-of", &[("time", &now), ("zone", &zone)])).raw("</span></div>");
}
