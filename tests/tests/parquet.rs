//! The archive in columns, as analysts read it: DuckDB finds every event, in columns of OCSF's types, with the values that
//! the JSON of the same event has.

#![expect(clippy::unwrap_used, clippy::panic, reason = "all of this file is a test")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use hinomi_generate::quiet::{quiet_fortigate, quiet_panos};
use hinomi_local::{Input, ReplayOptions, Summary, replay};
use hinomi_model::registry::Registry;
use hinomi_model::{Event, EventTime, Function, Locator, Vendor};
use hinomi_ocsf::{Class, Kind, Limits, Rows, columns, write_json};
use hinomi_parse::{Context, Scratch, parse_line};
use hinomi_tests::duckdb::{ask, ask_one};
use serde_json::{Value, json};

fn events() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../events")
}

/// Replays the sample day into a directory and returns the account.
fn sample_day(out: &Path, append: bool) -> Summary {
    let registry = std::fs::read_to_string(events().join("registry.yaml")).unwrap();
    let files = ["kita-fortigate.log.zst", "kita-panos.log.gz"];
    let inputs = files.map(|name| Input::File(events().join("sample-day").join(name))).into();
    let registry = Registry::from_yaml(&registry).unwrap();
    let options =
        ReplayOptions { out: Some(out.to_owned()), append, ..ReplayOptions::in_memory(inputs, registry) };
    replay(options).unwrap().summary
}

/// Returns the table of a class below an output directory, as SQL.
fn table(out: &Path, class: &str) -> String {
    let files = out.join("ocsf").join(format!("class={class}")).join("*/*/*.parquet");
    format!("read_parquet('{}', hive_partitioning = true, union_by_name = true)", files.display())
}

#[test]
fn every_event_of_the_sample_day_is_one_row() {
    let out = tempfile::tempdir().unwrap();
    for append in [false, true] {
        let summary = sample_day(out.path(), append);
        let count = "SELECT metadata.product.name, metadata.product.feature.name, tenant, count(*) FROM";
        let rows = ask_one(&format!("{count} {} GROUP BY ALL ORDER BY ALL", table(out.path(), "*")));
        let mut found: BTreeMap<(&str, &str), u64> = BTreeMap::new();
        for row in &rows {
            assert_eq!(row[2], "kita");
            found.insert((row[0].as_str().unwrap(), row[1].as_str().unwrap()), row[3].as_u64().unwrap());
        }
        let told: Value = serde_json::to_value(&summary).unwrap();
        let mut expected = BTreeMap::new();
        for (vendor, product) in [("fortigate", "FortiGate"), ("panos", "PAN-OS")] {
            for (function, count) in told["events"][vendor].as_object().unwrap() {
                expected.insert((product, function.as_str()), count.as_u64().unwrap());
            }
        }
        assert_eq!(found, expected, "again: {append}");
        assert_eq!(found.values().sum::<u64>(), summary.done);
    }
    let quiet_day = format!("SELECT count(*) FROM {} WHERE day = '2026-01-01'", table(out.path(), "*"));
    assert_eq!(ask_one(&quiet_day), [[json!(0)]]);
    // Rows lie in the partition of their own day, in the order of time.
    let misplaced = "SELECT count(*) FROM (SELECT *, lag(time) OVER (PARTITION BY filename ORDER BY file_row_number) \
                     AS earlier FROM";
    let files = table(out.path(), "*").replace("true)", "true, filename = true, file_row_number = true)");
    let condition = "WHERE earlier > time OR day != CAST(make_timestamp(time * 1000) AS DATE)";
    assert_eq!(ask_one(&format!("{misplaced} {files}) {condition}")), [[json!(0)]]);
}

/// Returns the SQL of a column: a list has one element at most.
fn expression(path: &str) -> String {
    let step = |step: &str| match step.strip_suffix("[]") {
        Some(list) => format!("\"{list}\"[1]"),
        None => format!("\"{step}\""),
    };
    path.split('.').map(step).collect::<Vec<_>>().join(".")
}

/// What takes events.
type Take<'t> = dyn FnMut(&Event<'_>) + 't;

/// Writes rows into files below a directory, and returns the JSON of each by its place.
fn write(dir: &Path, each: &dyn Fn(&mut Take<'_>)) -> BTreeMap<String, Value> {
    let mut rows = Rows::new(Limits::default());
    let mut expected = BTreeMap::new();
    each(&mut |event| {
        let place = Locator { object: "raw/it's.zst".to_owned(), frame: 7, line: expected.len() as u32 };
        rows.push(event, Some(&place));
        let mut text = Vec::new();
        write_json(event, Some(&place), &mut text);
        expected.insert(format!("raw/it's.zst#7:{}", place.line), serde_json::from_slice(&text).unwrap());
    });
    assert_eq!(rows.rows(), expected.len());
    for (number, file) in rows.finish().unwrap().into_iter().enumerate() {
        let folder = dir.join("ocsf").join(file.folder());
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(format!("{number}.parquet")), file.bytes).unwrap();
    }
    expected
}

/// Takes nulls off, and groups that hold nothing else: DuckDB prints every column.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let members = members.into_iter().map(|(name, value)| (name, without_nulls(value)));
            Value::Object(members.filter(|(_, value)| !value.is_null()).collect())
        }
        Value::Array(elements) => elements.into_iter().map(without_nulls).collect(),
        other => other,
    }
}

/// Holds all rows below a directory against the JSON of the same events.
fn holds(dir: &Path, mut expected: BTreeMap<String, Value>) {
    let classes: Vec<Class> =
        Class::ALL.into_iter().filter(|class| dir.join(format!("ocsf/class={class}")).exists()).collect();
    let all = |class: &Class| {
        let files = table(dir, class.name()).replace("hive_partitioning = true", "hive_partitioning = false");
        format!("SELECT to_json(event), epoch_us(time_dt) FROM {files} AS event")
    };
    let answers = ask(&classes.iter().map(all).collect::<Vec<_>>());
    for row in answers.iter().flatten() {
        let mut found: Value = serde_json::from_str(row[0].as_str().unwrap()).unwrap();
        if let Some(unmapped) = found["unmapped"].as_str() {
            found["unmapped"] = serde_json::from_str(unmapped).unwrap();
        }
        let uid = found["metadata"]["uid"].as_str().unwrap().to_owned();
        let mut json =
            expected.remove(&uid).unwrap_or_else(|| panic!("{uid} is there twice, or should not be"));
        // DuckDB has instants of microseconds, and prints them its own way.
        let time = EventTime::parse_rfc3339(json["time_dt"].as_str().unwrap()).unwrap();
        assert_eq!(row[1].as_i64().unwrap(), time.nanos().div_euclid(1_000));
        for value in [&mut found, &mut json] {
            value.as_object_mut().unwrap().remove("time_dt");
            value["metadata"].as_object_mut().unwrap().remove("logged_time_dt");
        }
        assert_eq!(without_nulls(found), json);
    }
    assert!(expected.is_empty(), "{} events are not there", expected.len());
}

/// Reads lines as events.
fn each_event(lines: &[String], take: &mut Take<'_>) {
    let registry = Registry::open();
    let received = EventTime::from_nanos(1_792_454_400_123_456_789);
    let context = Context { registry: &registry, received, collected: Default::default() };
    let mut scratch = Scratch::default();
    for line in lines {
        take(&parse_line(line.as_bytes(), &context, &mut scratch).unwrap());
    }
}

#[test]
fn rows_say_what_the_json_says() {
    let dir = tempfile::tempdir().unwrap();
    let lines: Vec<String> = quiet_fortigate(2_000, 5).into_iter().chain(quiet_panos(2_000, 6)).collect();
    let expected = write(dir.path(), &|take| each_event(&lines, take));
    holds(dir.path(), expected);
}

#[test]
fn columns_have_their_types() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), &|take| each_function(take));
    for class in Class::ALL {
        let types: Vec<String> =
            columns(class).iter().map(|column| format!("typeof({})", expression(column.path()))).collect();
        let found =
            ask_one(&format!("SELECT {} FROM {} LIMIT 1", types.join(", "), table(dir.path(), class.name())));
        for (column, found) in columns(class).iter().zip(&found[0]) {
            let expected = match column.kind() {
                Kind::Text | Kind::Json => "VARCHAR",
                Kind::Integer => "INTEGER",
                Kind::Long => "BIGINT",
                Kind::Instant => "TIMESTAMP WITH TIME ZONE",
            };
            assert_eq!(found, expected, "{class}: {}", column.path());
        }
    }
}

/// An event of each function, with nothing in it.
fn each_function(take: &mut Take<'_>) {
    let registry = Registry::open();
    for function in Function::ALL {
        let mut event =
            Event::new(&registry.tenants()[0], Vendor::Panos, EventTime::from_seconds(1_792_454_400));
        event.function = *function;
        event.domain = Some("name.example".into());
        take(&event);
    }
}

/// Values that break what is careless with quotes, control characters, lengths, signs or the end of a page.
#[test]
fn hostile_values_come_back_as_they_were() {
    let long = "x".repeat(60_000);
    let values = [
        "",
        " ",
        "\"",
        "'",
        "\\",
        "\\\"",
        "';DROP TABLE event;--",
        "{\"a\":[1,null]}",
        "null",
        "\0",
        "\u{1}\t\r\n\u{1f}\u{7f}",
        "\u{fffd}\u{fffe}",
        "日本語の名前",
        "𝄞𐍈",
        "a\u{202e}b",
        "\u{feff}x",
        "%s%n",
        "../../etc",
        "=1+1",
        &long,
    ];
    let dir = tempfile::tempdir().unwrap();
    let registry = Registry::open();
    let expected = write(dir.path(), &|take| {
        for (number, value) in values.iter().enumerate() {
            for function in Function::ALL {
                let seconds = 1_792_454_400 + number as i64 * 40_000;
                let time = EventTime::from_nanos(seconds * 1_000_000_000 + 999_999_999 - number as i64);
                let mut event = Event::new(&registry.tenants()[0], Vendor::Fortigate, time);
                event.function = *function;
                let text = || Some((*value).into());
                (event.user, event.host, event.domain, event.url) = (text(), text(), text(), text());
                (event.message, event.malware, event.signature, event.category) =
                    (text(), text(), text(), text());
                (event.recipient, event.file_hash, event.app, event.session_id) =
                    (text(), text(), text(), text());
                event.device = (*value).into();
                event.src_ip = Some("2001:db8::ffff:c000:201".parse().unwrap());
                event.dst_ip = Some("::ffff:192.0.2.1".parse().unwrap());
                (event.bytes_in, event.bytes_out) = (Some(u64::MAX), Some(u64::MAX >> 1));
                event.count = 1 << 40;
                event.clock_ahead = Some(i64::MIN);
                event.device_time = Some(EventTime::from_nanos(i64::MIN));
                take(&event);
            }
        }
    });
    holds(dir.path(), expected);
}

#[test]
fn vendor_fields_with_hostile_names_stay_apart() {
    let dir = tempfile::tempdir().unwrap();
    let start = "date=2026-10-20 time=01:00:00 eventtime=1792454400000000000 tz=\"+0000\" logid=\"0000000013\" \
                 type=\"traffic\" subtype=\"forward\" level=\"notice\" devid=\"FGT60FTK20000001\" srcip=192.0.2.1";
    let tails = [
        "made=\"one\" made=\"two\" made=\"three\"",
        "event=\"a\" event=\"b\" made=\"c\"",
        "made=\"\\\"quoted\\\\\" other=\"\" made2=\"\u{8}\"",
        "zz=1 yy=2 xx=3",
        "xx=1 yy=2 zz=3 xx=4 yy=5",
        "yy=1 made=2 yy=3",
    ];
    let lines: Vec<String> = tails.iter().cycle().take(30).map(|tail| format!("{start} {tail}")).collect();
    let expected = write(dir.path(), &|take| each_event(&lines, take));
    let unmapped = &expected["raw/it's.zst#7:0"]["unmapped"];
    assert_eq!([&unmapped["made"], &unmapped["made#2"], &unmapped["made#3"]], ["one", "two", "three"]);
    let unmapped = &expected["raw/it's.zst#7:4"]["unmapped"];
    assert_eq!([&unmapped["xx"], &unmapped["xx#2"], &unmapped["yy#2"]], ["1", "4", "5"]);
    let unmapped = &expected["raw/it's.zst#7:1"]["unmapped"];
    assert_eq!([&unmapped["event#2"], &unmapped["event#3"]], ["a", "b"]);
    holds(dir.path(), expected);
}
