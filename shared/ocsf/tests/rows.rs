//! What is collected comes out again: every row once, in its class and day, in the order of time, whatever the order in
//! which it came.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "all of this file is a test; its helpers fail it as loudly"
)]

use hinomi_model::registry::{Registry, Tenant};
use hinomi_model::{
    Direction, Disposition, Event, EventTime, Extra, ExtraField, FieldName, Function, Locator, Payload,
    Protocol, Span, TimeSource, Vendor,
};
use hinomi_ocsf::{Class, Limits, ParquetFile, Rows, columns, write_json};
use parquet::column::reader::ColumnReader;
use parquet::file::reader::{FileReader, SerializedFileReader};
use proptest::prelude::*;
use serde_json::{Value, json};

const NOON: i64 = 1_792_497_600;

fn event(tenant: &Tenant, function: Function, seconds: i64) -> Event<'_> {
    let mut event = Event::new(tenant, Vendor::Fortigate, EventTime::from_seconds(seconds));
    event.function = function;
    event.time_source = TimeSource::DeviceEpoch;
    event
}

fn place(line: u32) -> Locator {
    Locator { object: format!("raw/{}.zst", line % 3), frame: line / 7, line }
}

fn json_of(event: &Event<'_>) -> Value {
    let mut text = Vec::new();
    write_json(event, None, &mut text);
    serde_json::from_slice(&text).unwrap()
}

fn reader(file: &ParquetFile) -> SerializedFileReader<bytes::Bytes> {
    SerializedFileReader::new(bytes::Bytes::from(file.bytes.clone())).unwrap()
}

/// Returns the levels and numbers of a column, row group by row group.
fn longs(file: &ParquetFile, path: &str) -> (Vec<i16>, Vec<i64>) {
    let reader = reader(file);
    let index = columns(file.class).iter().position(|column| column.path() == path).unwrap();
    let (mut levels, mut numbers) = (Vec::new(), Vec::new());
    for group in 0..reader.num_row_groups() {
        let group = reader.get_row_group(group).unwrap();
        let rows = group.metadata().num_rows() as usize;
        match group.get_column_reader(index).unwrap() {
            ColumnReader::Int64ColumnReader(mut column) => {
                column.read_records(rows, Some(&mut levels), None, &mut numbers).unwrap();
            }
            ColumnReader::Int32ColumnReader(mut column) => {
                let mut found: Vec<i32> = Vec::new();
                let mut lists = Vec::new();
                column.read_records(rows, Some(&mut levels), Some(&mut lists), &mut found).unwrap();
                assert!(lists.iter().all(|level| *level == 0));
                numbers.extend(found.into_iter().map(i64::from));
            }
            _ => panic!("{path} holds no numbers"),
        }
    }
    (levels, numbers)
}

#[test]
fn each_function_has_its_class_and_no_field_of_it_is_lost() {
    let registry = Registry::open();
    let tenant = &registry.tenants()[0];
    for (function, class) in [
        (Function::Firewall, Class::NetworkActivity),
        (Function::Appcontrol, Class::NetworkActivity),
        (Function::Webfilter, Class::HttpActivity),
        (Function::Dns, Class::DnsActivity),
        (Function::Email, Class::EmailActivity),
        (Function::File, Class::NetworkFileActivity),
        (Function::Vpn, Class::TunnelActivity),
        (Function::Ips, Class::DetectionFinding),
        (Function::Dlp, Class::DetectionFinding),
        (Function::Auth, Class::Authentication),
        (Function::Config, Class::EntityManagement),
        (Function::System, Class::BaseEvent),
    ] {
        let mut event = event(tenant, function, NOON);
        // Findings are called by it.
        event.signature = Some("Made.Up".into());
        event.domain = Some("asked-for.example".into());
        event.app = Some("named-app".into());
        event.service = Some("named-service".into());
        event.session_id = Some("4711".into());
        event.src_ip = Some([192, 0, 2, 77].into());
        event.cve = Some("CVE-2021-44228".into());
        event.bytes_in = Some(123_456_789);
        event.file_hash = Some("d41d8cd98f00b204e9800998ecf8427e".into());
        event.mail_subject = Some("named-subject".into());
        event.verdict = Some("named-verdict".into());
        assert_eq!(Class::of(&event), class, "{function}");
        let text = json_of(&event).to_string();
        for value in [
            "asked-for.example",
            "named-app",
            "named-service",
            "4711",
            "192.0.2.77",
            "CVE-2021-44228",
            "123456789",
            "d41d8cd98f00b204e9800998ecf8427e",
            "named-subject",
            "named-verdict",
        ] {
            assert_eq!(text.matches(value).count(), 1, "{function}: {value} in {text}");
        }
    }
}

#[test]
fn classes_follow_what_the_event_tells_beside_its_function() {
    let registry = Registry::open();
    let tenant = &registry.tenants()[0];
    let mut admin = event(tenant, Function::System, NOON);
    admin.action = Some("login".into());
    assert_eq!(Class::of(&admin), Class::Authentication);
    assert_eq!(json_of(&admin)["activity_id"], 1);
    let mut portal = event(tenant, Function::Vpn, NOON);
    portal.log_id = Some("portal-auth".into());
    assert_eq!(Class::of(&portal), Class::Authentication);
    let nameless = event(tenant, Function::Webfilter, NOON);
    assert_eq!(Class::of(&nameless), Class::NetworkActivity, "without a request there is no HTTP");
    let mut tunnel = event(tenant, Function::Vpn, NOON);
    for (action, activity) in
        [("tunnel-up", 1), ("tunnel-down", 2), ("disconnected", 2), ("tunnel-stats", 99)]
    {
        tunnel.action = Some(action.into());
        assert_eq!(json_of(&tunnel)["type_uid"], 401_400 + activity, "{action}");
    }
}

#[test]
fn directions_are_of_the_connection_and_not_of_the_payload() {
    let registry = Registry::open();
    let mut event = event(&registry.tenants()[0], Function::Firewall, NOON);
    event.host = Some("PC01".into());
    for (direction, payload, id, end) in [
        (Direction::Outbound, Payload::Initiator, 2, "src_endpoint"),
        (Direction::Inbound, Payload::Responder, 2, "src_endpoint"),
        (Direction::Inbound, Payload::Initiator, 1, "dst_endpoint"),
        (Direction::Outbound, Payload::Responder, 1, "dst_endpoint"),
        (Direction::Internal, Payload::Initiator, 3, "src_endpoint"),
        (Direction::External, Payload::Initiator, 99, "src_endpoint"),
    ] {
        (event.direction, event.payload) = (Some(direction), payload);
        let json = json_of(&event);
        assert_eq!(json["connection_info"]["direction_id"], id, "{direction} {payload}");
        assert_eq!(json[end]["hostname"], "PC01", "{direction} {payload}");
        assert_eq!(json["unmapped"]["event"].get("payload").is_some(), payload == Payload::Responder);
    }
}

#[test]
fn dispositions_have_their_numbers() {
    let registry = Registry::open();
    let mut event = event(&registry.tenants()[0], Function::Ips, NOON);
    for (disposition, action, id) in [
        (Disposition::Unknown, 0, 0),
        (Disposition::Allowed, 1, 1),
        (Disposition::Blocked, 2, 2),
        (Disposition::Detected, 3, 15),
    ] {
        event.disposition = disposition;
        let json = json_of(&event);
        assert_eq!([&json["action_id"], &json["disposition_id"]], [&json!(action), &json!(id)]);
    }
}

#[test]
fn numbers_that_a_column_cannot_hold_are_unmapped() {
    let registry = Registry::open();
    let mut event = event(&registry.tenants()[0], Function::Firewall, NOON);
    (event.count, event.bytes_in, event.bytes_out) = (1 << 31, Some(u64::MAX), Some(i64::MAX as u64));
    let json = json_of(&event);
    assert!(json.get("count").is_none());
    assert_eq!(json["traffic"], json!({ "bytes_out": i64::MAX }));
    assert_eq!(json["unmapped"], json!({ "event": { "count": 1_u64 << 31, "bytes_in": u64::MAX } }));
}

#[test]
fn absent_groups_and_absent_members_have_levels_of_their_own() {
    let registry = Registry::open();
    let tenant = &registry.tenants()[0];
    let mut rows = Rows::new(Limits::default());
    for number in 0..4 {
        let mut event = event(tenant, Function::Ips, NOON + number);
        event.file_name = (number > 0).then(|| "a.exe".into());
        event.file_hash = (number > 1).then(|| "d41d8cd98f00b204e9800998ecf8427e".into());
        event.malware = (number > 2).then(|| "Made.Up".into());
        rows.push(&event, None);
    }
    let files = rows.finish().unwrap();
    // evidences, its element, file, hashes, its element, algorithm_id: the first has evidence of a connection alone.
    let (levels, numbers) = longs(&files[0], "evidences[].file.hashes[].algorithm_id");
    assert_eq!((levels, numbers), (vec![2, 3, 6, 6], vec![1, 1]));
    let (levels, numbers) = longs(&files[0], "malware[].classification_ids[]");
    assert_eq!((levels, numbers), (vec![0, 0, 0, 4], vec![0]));
}

#[test]
fn files_are_of_a_class_and_a_day_and_sorted_by_time() {
    let registry = Registry::open();
    let tenant = &registry.tenants()[0];
    let mut rows = Rows::new(Limits::default());
    let midnight = EventTime::from_seconds(NOON).day().start();
    for (seconds, function) in [
        (5, Function::Firewall),
        (-1, Function::Firewall),
        (3, Function::Dns),
        (0, Function::Firewall),
        (4, Function::Ssl),
    ] {
        let mut event = event(tenant, function, 0);
        event.time = midnight.plus(seconds);
        rows.push(&event, None);
    }
    let files = rows.finish().unwrap();
    let told: Vec<(Class, i64, u64)> =
        files.iter().map(|file| (file.class, file.day.start().since(midnight) / 86_400, file.rows)).collect();
    use Class::{DnsActivity, NetworkActivity};
    assert_eq!(told, [(NetworkActivity, -1, 1), (NetworkActivity, 0, 3), (DnsActivity, 0, 1)]);
    assert_eq!([files[1].first, files[1].last], [midnight, midnight.plus(5)]);
    let (_, times) = longs(&files[1], "time");
    assert_eq!(times, [0, 4, 5].map(|seconds| midnight.plus(seconds).nanos() / 1_000_000));
    let group = reader(&files[1]).metadata().row_group(0).column(0).statistics().unwrap().clone();
    assert_eq!(group.min_bytes_opt().unwrap(), (midnight.nanos() / 1_000_000).to_le_bytes());
}

#[test]
fn nothing_gives_no_file() {
    let mut rows = Rows::new(Limits::default());
    assert!(rows.is_empty() && !rows.is_full() && rows.finish().unwrap().is_empty());
}

#[test]
fn limits_tell_when_it_is_enough_and_lose_nothing() {
    let registry = Registry::open();
    let tenant = &registry.tenants()[0];
    let mut rows = Rows::new(Limits { bytes: 1 << 20, rows: 1_000 });
    let mut written = 0;
    for number in 0..5_000 {
        let mut event = event(tenant, Function::Firewall, NOON + number % 90_000);
        event.message = Some("x".repeat(number as usize % 3 * 1_000).into());
        rows.push(&event, None);
        if rows.is_full() {
            assert!(rows.rows() == 1_000 || rows.bytes() >= 1 << 20);
            assert!(rows.bytes() < (1 << 20) + 40_000, "one row over at most: {}", rows.bytes());
            written += rows.finish().unwrap().iter().map(|file| file.rows).sum::<u64>();
            assert_eq!((rows.rows(), rows.bytes()), (0, 0));
        }
    }
    written += rows.finish().unwrap().iter().map(|file| file.rows).sum::<u64>();
    assert_eq!(written, 5_000);
    // Each day costs memory of its own, so days that jump about fill it, too.
    for day in 0.. {
        rows.push(&event(tenant, Function::Firewall, day * 86_400), None);
        if rows.is_full() {
            assert!(day < 100);
            break;
        }
    }
}

#[test]
fn many_rows_make_several_row_groups_and_pages() {
    let registry = Registry::open();
    let tenant = &registry.tenants()[0];
    let mut rows = Rows::new(Limits::default());
    let count = 120_000;
    for number in 0..count {
        // Backwards, and with an attribute that only some have.
        let mut event = event(tenant, Function::Firewall, NOON + 20_000 - number / 10);
        event.src_port = (number % 3 == 0).then_some((number % 65_536) as u16);
        event.protocol = Some(Protocol::TCP);
        event.session_id = Some(number.to_string().into());
        rows.push(&event, Some(&place(number as u32)));
    }
    let files = rows.finish().unwrap();
    assert_eq!(files.len(), 1);
    assert_eq!(reader(&files[0]).num_row_groups(), 2);
    let (_, times) = longs(&files[0], "time");
    assert!(times.is_sorted() && times.len() == count as usize);
    let (levels, ports) = longs(&files[0], "src_endpoint.port");
    assert_eq!((levels.len(), ports.len()), (count as usize, count as usize / 3));
    assert_eq!(ports.iter().sum::<i64>(), (0..count).step_by(3).map(|n| n % 65_536).sum::<i64>());
}

/// What a made-up event is made of.
#[derive(Clone, Debug)]
struct Made {
    seconds: i64,
    received: i64,
    function: Function,
    text: Option<String>,
    port: Option<u16>,
    bytes: Option<u64>,
}

fn made() -> impl Strategy<Value = Made> {
    let function = prop::sample::select(Function::ALL);
    let text = prop::option::of("[a-c]{0,3}|\\PC{0,12}");
    (0..100_000_i64, 0..3_i64, function, text, any::<Option<u16>>(), any::<Option<u64>>()).prop_map(
        |(seconds, received, function, text, port, bytes)| Made {
            seconds,
            received,
            function,
            text,
            port,
            bytes,
        },
    )
}

fn files_of(all: &[(u32, Made)]) -> Vec<ParquetFile> {
    let registry = Registry::open();
    let mut rows = Rows::new(Limits::default());
    for (line, made) in all {
        let mut event = event(&registry.tenants()[0], made.function, NOON + made.seconds);
        event.received = EventTime::from_seconds(made.received);
        event.user = made.text.as_deref().map(Into::into);
        event.domain = made.text.as_deref().map(Into::into);
        (event.src_port, event.bytes_in) = (made.port, made.bytes);
        rows.push(&event, Some(&place(*line)));
    }
    assert_eq!(rows.rows(), all.len());
    rows.finish().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_order_in_which_rows_come_changes_nothing(all in prop::collection::vec(made(), 0..60), seed in any::<u64>()) {
        let all: Vec<(u32, Made)> = (0..).zip(all).collect();
        let files = files_of(&all);
        prop_assert_eq!(files.iter().map(|file| file.rows).sum::<u64>(), all.len() as u64);
        let mut shuffled = all;
        shuffled.sort_by_key(|(line, _)| u64::from(*line + 1).wrapping_mul(seed | 1).rotate_left(17));
        prop_assert_eq!(files_of(&shuffled), files);
    }

    #[test]
    fn vendor_fields_are_unmapped_as_the_event_has_them(
        rows in prop::collection::vec(prop::collection::vec(("[a-e]{1,2}", "[x\"\\\\é\u{1}]{0,9}"), 0..12), 1..12)
    ) {
        // The same names in one order or another, some twice: a row's text must not depend on the rows before it.
        let registry = Registry::open();
        let mut collected = Rows::new(Limits::default());
        let mut expected = Vec::new();
        for (number, fields) in rows.iter().enumerate() {
            let mut line = String::new();
            let mut extra = Vec::new();
            for (name, value) in fields {
                let mut part = |text: &str| {
                    let start = line.len() as u32;
                    line.push_str(text);
                    Span { start, end: line.len() as u32 }
                };
                let (name, value) = (FieldName::InLine(part(name)), part(value));
                extra.push(ExtraField { name, value, escape: hinomi_model::Escape::Backslash, known: true });
            }
            let mut event = event(&registry.tenants()[0], Function::Firewall, NOON + number as i64);
            event.extra = Extra::listed(&line, &extra);
            let alone = json_of(&event).get("unmapped").cloned().unwrap_or(json!({}));
            prop_assert_eq!(&alone, &serde_json::to_value(event.extra).unwrap());
            expected.extend(Some(alone).filter(|alone| *alone != json!({})));
            collected.push(&event, None);
        }
        let file = collected.finish().unwrap().remove(0);
        let reader = reader(&file);
        let rows = reader.get_row_iter(None).unwrap().map(|row| row.unwrap());
        let texts = rows.filter_map(|row| {
            let found = row.get_column_iter().find(|(name, _)| *name == "unmapped").map(|(_, field)| field.clone());
            match found {
                Some(parquet::record::Field::Str(text)) => Some(serde_json::from_str::<Value>(&text).unwrap()),
                _ => None,
            }
        });
        prop_assert_eq!(texts.collect::<Vec<_>>(), expected);
    }
}
