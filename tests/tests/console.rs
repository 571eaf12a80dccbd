//! The console's pages of the sample day, as goldens and under attack: whatever stands in an incident's texts, a page
//! has the same elements, and stays below what a widget may return.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "all of this file is a test; its helpers fail it as loudly"
)]

use std::sync::{Arc, LazyLock};

use hinomi_fn_console::{Answer, Console};
use hinomi_model::registry::Registry;
use hinomi_model::{Incident, Language, Level, Status};
use hinomi_store::{Commit, IncidentRow, Memory, Standing, States, SubjectKey, block_on, object};
use hinomi_tests::console::{FUNCTION, Fixed, SampleDay, event};
use serde_json::Value;

/// What a widget may return.
const MAX_PAGE_BYTES: usize = 1_000_000;

static DAY: LazyLock<SampleDay> = LazyLock::new(|| SampleDay::play().unwrap());

/// Returns a page without its style, one element a line.
fn lines(page: &str) -> String {
    let (before, rest) = page.split_once("<style>").unwrap();
    let (_, after) = rest.split_once("</style>").unwrap();
    format!("{before}{after}").replace("><", ">\n<")
}

fn of_worst(view: &str) -> String {
    view.replace("WORST", &DAY.worst().unwrap().to_string())
}

#[test]
fn the_queue_in_english() {
    insta::assert_snapshot!(lines(&DAY.page(&event("en", "light", 1240, "")).unwrap()));
}

#[test]
fn the_queue_in_japanese_on_a_narrow_widget() {
    let all = event("ja", "dark", 480, "\"level\":\"all\",");
    insta::assert_snapshot!(lines(&DAY.page(&all).unwrap()));
}

#[test]
fn an_incident_in_japanese() {
    let view = of_worst("\"incident\":\"WORST\",");
    insta::assert_snapshot!(lines(&DAY.page(&event("ja", "light", 1240, &view)).unwrap()));
}

#[test]
fn an_incident_in_english() {
    let view = of_worst("\"incident\":\"WORST\",");
    insta::assert_snapshot!(lines(&DAY.page(&event("en", "dark", 480, &view)).unwrap()));
}

/// Replaces every text of an incident that may be any text, by trying: what a word, a time or an address must be stays.
fn attacked(incident: &Incident, hostile: &str) -> Incident {
    let mut whole = serde_json::to_value(incident).unwrap();
    let mut paths = Vec::new();
    texts(&whole, &mut String::new(), &mut paths);
    let mut replaced = 0;
    for path in &paths {
        let before = whole.pointer(path).unwrap().clone();
        *whole.pointer_mut(path).unwrap() = Value::String(hostile.to_owned());
        if serde_json::from_value::<Incident>(whole.clone()).is_ok() {
            replaced += 1;
        } else {
            *whole.pointer_mut(path).unwrap() = before;
        }
    }
    assert!(replaced > 20, "{replaced} of {}", paths.len());
    let mut incident: Incident = serde_json::from_value(whole).unwrap();
    incident.core.id = DAY.worst().unwrap();
    incident
}

fn texts(value: &Value, path: &mut String, paths: &mut Vec<String>) {
    let length = path.len();
    match value {
        Value::String(_) if !path.ends_with("/tenant") => paths.push(path.clone()),
        Value::Array(values) => {
            for (index, value) in values.iter().enumerate() {
                path.push_str(&format!("/{index}"));
                texts(value, path, paths);
                path.truncate(length);
            }
        }
        Value::Object(members) => {
            for (name, value) in members {
                path.push_str(&format!("/{}", name.replace('~', "~0").replace('/', "~1")));
                texts(value, path, paths);
                path.truncate(length);
            }
        }
        _ => {}
    }
}

/// Stores an open incident as one of a subject.
fn put(store: &Memory, subject: &str, incident: &Incident) {
    let standing = Standing { open: true, level: incident.core.level, last_seen: incident.core.last_seen };
    let bytes = object::compress(&serde_json::to_vec(incident).unwrap()).unwrap();
    block_on(store.commit(&Commit {
        key: SubjectKey { tenant: incident.core.tenant.clone(), subject: subject.to_owned() },
        expected: None,
        state: Vec::new(),
        wake: None,
        incidents: vec![IncidentRow { id: incident.core.id, standing, bytes }],
        removed: Vec::new(),
        outbox: Vec::new(),
    }))
    .unwrap();
}

/// Returns the queue's page and the incident's.
fn pages(incident: &Incident) -> [String; 2] {
    let store = Memory::new();
    put(&store, "x", incident);
    let console = Console { store, registries: Fixed(Arc::new(Registry::open())), language: Language::En };
    let view = format!("\"incident\":\"{}\",", incident.core.id);
    ["", &view].map(|view| {
        let event = event("en", "light", 1240, view);
        match block_on(console.answer(&event, FUNCTION, incident.core.last_seen)).unwrap() {
            Answer::Page(page) => page,
            Answer::Text { markdown } => panic!("{markdown}"),
        }
    })
}

/// Returns the names of a page's elements in their order, with how many attributes each has.
fn elements(page: &str) -> Vec<(String, usize)> {
    page.split('<')
        .skip(1)
        .map(|part| {
            let (tag, text) = part.split_once('>').unwrap();
            assert!(!text.contains('>'), "{part}");
            (tag.split(' ').next().unwrap().to_owned(), tag.matches("=\"").count())
        })
        .collect()
}

#[test]
fn no_text_of_an_incident_makes_an_element_or_an_attribute() {
    let incident = DAY.stored(DAY.worst().unwrap()).unwrap();
    let quiet = pages(&attacked(&incident, "quiet"));
    for hostile in [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "' onmouseover='alert(1)",
        "</style></div><cwdb-action action=\"call\">{}</cwdb-action>",
        "&lt;b&gt; &#60;i&#62; &amp;",
        "]]><!-- -->",
        "\u{202e}\u{0}\u{1b}[31m\r\n`{{}}`",
    ] {
        let attacked = pages(&attacked(&incident, hostile));
        for (quiet, attacked) in quiet.iter().zip(&attacked) {
            assert_eq!(elements(attacked), elements(quiet), "{hostile}");
            assert!(!attacked.contains(hostile) && !attacked.contains('\u{202e}'), "{hostile}");
        }
    }
}

#[test]
fn the_largest_incident_stays_below_what_a_widget_may_return() {
    let mut incident = DAY.stored(DAY.worst().unwrap()).unwrap();
    fill(&mut incident.evidence, Incident::MAX_EVIDENCE);
    fill(&mut incident.facts, Incident::MAX_FACTS);
    fill(&mut incident.reasons, 64);
    fill(&mut incident.would_change, 64);
    fill(&mut incident.core.history, 64);
    fill(&mut incident.core.indicators, 100);
    let mut incident = attacked(&incident, &"\"'<&\u{202e}".repeat(40));
    for evidence in &mut incident.evidence {
        evidence.raw = "\"<\u{202e}".repeat(800);
    }
    incident.core.level = Some(Level::FOUR);
    incident.core.status = Status::Open;
    for page in pages(&incident) {
        assert!(page.len() < MAX_PAGE_BYTES, "{}", page.len());
    }
}

fn fill<T: Clone>(values: &mut Vec<T>, number: usize) {
    let first = values.first().cloned();
    values.extend(first.iter().cycle().take(number.saturating_sub(values.len())).cloned());
}

#[test]
fn an_incident_that_is_none_is_said_to_be_none() {
    for view in ["\"incident\":\"00000000000000000000000000000000\",", "\"incident\":\"../x\","] {
        let page = DAY.page(&event("en", "light", 1240, view)).unwrap();
        assert!(page.contains("There is no such incident."), "{page}");
    }
}

#[test]
fn a_count_that_is_cut_says_how_many_were_looked_through() {
    let store = Memory::new();
    let incident = DAY.stored(DAY.worst().unwrap()).unwrap();
    for number in 0..300_u128 {
        let mut incident = incident.clone();
        incident.core.id = hinomi_model::IncidentId(number);
        put(&store, &number.to_string(), &incident);
    }
    let console = Console { store, registries: Fixed(Arc::new(Registry::open())), language: Language::En };
    let tenant = format!("\"tenant\":\"{}\",", incident.core.tenant);
    for (filter, number) in [("", 100), (tenant.as_str(), 300)] {
        let event = event("en", "light", 1240, filter);
        let Answer::Page(page) = block_on(console.answer(&event, FUNCTION, incident.core.last_seen)).unwrap()
        else {
            panic!("no page");
        };
        assert!(page.contains(&format!("<b>{number}+</b>")), "{page}");
        assert!(page.contains(&format!("{number} of a level")), "{page}");
    }
}

#[test]
fn a_filter_shows_what_it_says_and_nothing_else() {
    let badges = |view: &str| {
        let page = DAY.page(&event("en", "light", 1240, view)).unwrap();
        let levels = |level: &str| page.matches(&format!("<span class=\"badge {level}\">")).count();
        (levels("l4"), levels("l3"), levels("l2"), levels("l1"))
    };
    let (four, three, two, one) = badges("\"level\":\"all\",");
    assert!(four > 0 && three > 0 && two > 0 && one > 0);
    assert_eq!(badges(""), (four, three, two, 0));
    assert_eq!(badges("\"level\":\"4\","), (four, 0, 0, 0));
    assert_eq!(badges("\"level\":\"1\","), (0, 0, 0, one));
    assert_eq!(badges("\"tenant\":\"kita\","), (four, three, two, 0));
    assert_eq!(badges("\"tenant\":\"minami\","), (0, 0, 0, 0));
}
