//! What relays, streams and collectors put around lines.
//!
//! Sources: RFC 3164, RFC 5424 and RFC 6587 (octet counting); the record forms that Fluent Bit, Vector, the Kinesis
//! Agent and rsyslog document; "Kinesis Producer Library: aggregated record format"; "CloudWatch Logs: subscription
//! filters". Lines go in as bytes, bytes come out; a writer of one line leaves the line end to [`newline`].
//!
//! ```text
//! 673 <189>date=2026-10-20 time=10:00:00 devname="KITA-FW1" ...
//! {"hinomi":{"collector":"c1","received":"2026-10-20T01:00:05Z"},"message":"<189>date=2026-10-20 ..."}
//! ```

use std::io::{self, Write as _};

use data_encoding::BASE64;
use hinomi_model::EventTime;
use md5::{Digest, Md5};

use super::json::{Object, quoted};

/// First bytes of an aggregate of the Kinesis Producer Library.
const KPL_MAGIC: [u8; 4] = [0xf3, 0x89, 0x9a, 0xc2];

/// Ends each line with a line feed: plain files, and NDJSON where the lines are objects.
pub fn newline<'a>(lines: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for line in lines {
        bytes.extend_from_slice(line);
        bytes.push(b'\n');
    }
    bytes
}

/// Puts the length before each line and nothing after it (RFC 6587, 3.4.1), as FortiOS does over TCP.
pub fn octet_counted<'a>(lines: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for line in lines {
        bytes.extend_from_slice(format!("{} ", line.len()).as_bytes());
        bytes.extend_from_slice(line);
    }
    bytes
}

/// Puts a relay's RFC 3164 header before a line.
pub fn rfc3164(at: EventTime, host: &str, line: &str) -> String {
    let local = at.timestamp().to_zoned(crate::day::tokyo());
    format!("<13>{} {host} {line}", local.strftime("%b %e %H:%M:%S"))
}

/// Puts a relay's RFC 5424 header before a line.
pub fn rfc5424(at: EventTime, host: &str, line: &str) -> String {
    format!("<13>1 {} {host} relay 812 - - {line}", utc(at, "%Y-%m-%dT%H:%M:%S%.6fZ"))
}

/// Writes what rsyslog's default file format (`RSYSLOG_FileFormat`) leaves of a message.
pub fn rsyslog_file(at: EventTime, host: &str, line: &str) -> String {
    let local = at.timestamp().to_zoned(crate::day::tokyo());
    format!("{} {host} {line}", local.strftime("%Y-%m-%dT%H:%M:%S%.6f%:z"))
}

/// Writes rsyslog's JSON by the template that its documentation shows.
pub fn rsyslog_json(at: EventTime, host: &str, line: &str) -> String {
    let mut object = Object::new();
    object.text("timereported", &utc(at, "%Y-%m-%dT%H:%M:%S%.6f+00:00"));
    object.text("fromhost-ip", "10.1.0.1");
    object.text("hostname", host);
    object.text("facility", "local7");
    object.text("msg", line);
    object.finish()
}

/// Writes Fluent Bit's record of a tailed file.
pub fn fluent_bit(at: EventTime, line: &str) -> String {
    let mut object = Object::new();
    object.raw("date", &format!("{}.{:06}", at.seconds(), at.nanos().rem_euclid(1_000_000_000) / 1_000));
    object.text("log", line);
    object.finish()
}

/// Writes Vector's event of its socket source.
pub fn vector(at: EventTime, host: &str, line: &str) -> String {
    let mut object = Object::new();
    object.text("host", host);
    object.text("message", line);
    object.raw("port", "514");
    object.text("source_type", "socket");
    object.text("timestamp", &utc(at, "%Y-%m-%dT%H:%M:%S%.9fZ"));
    object.finish()
}

/// Writes what the Kinesis Agent's `LOGTOJSON` makes of a syslog line.
pub fn kinesis_agent(at: EventTime, host: &str, line: &str) -> String {
    let mut object = Object::new();
    object.text("timestamp", &utc(at, "%b %d %H:%M:%S"));
    object.text("hostname", host);
    object.text("program", "firewall");
    object.text("processid", "812");
    object.text("message", line);
    object.finish()
}

/// Writes this project's envelope.
pub fn hinomi(at: EventTime, collector: &str, line: &str) -> String {
    let mut ours = Object::new();
    ours.text("collector", collector);
    ours.text("received", &utc(at, "%Y-%m-%dT%H:%M:%SZ"));
    let mut object = Object::new();
    object.raw("hinomi", &ours.finish());
    object.text("message", line);
    object.finish()
}

/// Writes a JSON array of objects, on one line.
pub fn json_array<'a>(objects: impl IntoIterator<Item = &'a str>) -> Vec<u8> {
    format!("[{}]", objects.into_iter().collect::<Vec<_>>().join(",")).into_bytes()
}

/// Writes a JSON array of strings with one element a line.
pub fn json_strings<'a>(lines: impl IntoIterator<Item = &'a str>) -> Vec<u8> {
    format!("[\n  {}\n]\n", lines.into_iter().map(quoted).collect::<Vec<_>>().join(",\n  ")).into_bytes()
}

/// Writes an aggregate of the Kinesis Producer Library: magic, a protobuf of the records, its MD5.
pub fn kpl<'a>(records: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut message = Vec::new();
    field(&mut message, 1, b"kita-firewalls");
    for data in records {
        // The record's partition key is the first of the table; the explicit hash key is left out, as it may be.
        let mut record = vec![1 << 3, 0];
        field(&mut record, 3, data);
        field(&mut message, 3, &record);
    }
    let mut bytes = KPL_MAGIC.to_vec();
    bytes.extend_from_slice(&message);
    bytes.extend_from_slice(&Md5::digest(&message));
    bytes
}

/// Writes a CloudWatch Logs subscription document as the service hands it over: gzip.
///
/// # Errors
///
/// None in practice: the compressor writes to memory.
pub fn cloudwatch<'a>(lines: impl IntoIterator<Item = (EventTime, &'a str)>) -> io::Result<Vec<u8>> {
    let mut events = Vec::new();
    for (number, (at, line)) in lines.into_iter().enumerate() {
        let mut event = Object::new();
        event.text("id", &format!("3{number:055}"));
        event.raw("timestamp", &(at.nanos() / 1_000_000).to_string());
        event.text("message", line);
        events.push(event.finish());
    }
    let mut document = Object::new();
    document.text("messageType", "DATA_MESSAGE");
    document.text("owner", "123456789012");
    document.text("logGroup", "/firewalls/kita");
    document.text("logStream", "kita");
    document.raw("subscriptionFilters", r#"["to-hinomi"]"#);
    document.raw("logEvents", &format!("[{}]", events.join(",")));
    gzip(document.finish().as_bytes())
}

/// Writes what Lambda receives of a subscription: the document in base64 in an object.
///
/// # Errors
///
/// None in practice: the compressor writes to memory.
pub fn awslogs<'a>(lines: impl IntoIterator<Item = (EventTime, &'a str)>) -> io::Result<Vec<u8>> {
    let mut data = Object::new();
    data.text("data", &base64(&cloudwatch(lines)?));
    let mut object = Object::new();
    object.raw("awslogs", &data.finish());
    Ok(object.finish().into_bytes())
}

/// Compresses with gzip.
///
/// # Errors
///
/// None in practice: the compressor writes to memory.
pub fn gzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes)?;
    encoder.finish()
}

/// Writes base64 on one line.
pub fn base64(bytes: &[u8]) -> String {
    BASE64.encode(bytes)
}

/// Adds a length-delimited field of a protobuf message.
fn field(message: &mut Vec<u8>, number: u8, content: &[u8]) {
    message.push(number << 3 | 2);
    let mut length = content.len();
    while length >= 0x80 {
        message.push((length & 0x7f) as u8 | 0x80);
        length >>= 7;
    }
    message.push(length as u8);
    message.extend_from_slice(content);
}

fn utc(at: EventTime, format: &str) -> String {
    at.timestamp().to_zoned(jiff::tz::TimeZone::UTC).strftime(format).to_string()
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use serde_json::Value;

    use super::*;

    const AT: EventTime = EventTime::from_nanos(1_792_458_000_250_000_000);

    #[test]
    fn lengths_count_bytes() {
        assert_eq!(octet_counted(["<1>ä".as_bytes(), b"<2>b"]), "5 <1>ä4 <2>b".as_bytes());
        assert_eq!(newline([b"a".as_slice(), b"b"]), b"a\nb\n");
    }

    #[test]
    fn headers_follow_their_documents() {
        for (header, written) in [
            ("<13>Oct 20 10:00:00 relay ", rfc3164(AT, "relay", "x")),
            ("<13>1 2026-10-20T01:00:00.250000Z relay relay 812 - - ", rfc5424(AT, "relay", "x")),
            ("2026-10-20T10:00:00.250000+09:00 relay ", rsyslog_file(AT, "relay", "x")),
        ] {
            assert_eq!(written, format!("{header}x"));
        }
    }

    #[test]
    fn envelopes_are_json_that_holds_the_line() {
        let line = "<189>url=\"a\\\\b\" name=\"市\"";
        for (text, key) in [
            (rsyslog_json(AT, "relay", line), "msg"),
            (fluent_bit(AT, line), "log"),
            (vector(AT, "relay", line), "message"),
            (kinesis_agent(AT, "relay", line), "message"),
            (hinomi(AT, "c1", line), "message"),
        ] {
            let object: Value = serde_json::from_str(&text).unwrap();
            assert_eq!(object[key], line, "{text}");
            let array: Value = serde_json::from_slice(&json_array([text.as_str(), "{}"])).unwrap();
            assert_eq!(array[0], object);
        }
        assert_eq!(
            hinomi(AT, "c1", "x"),
            r#"{"hinomi":{"collector":"c1","received":"2026-10-20T01:00:00Z"},"message":"x"}"#
        );
        let strings: Value = serde_json::from_slice(&json_strings([line, "b"])).unwrap();
        assert_eq!(strings, serde_json::json!([line, "b"]));
    }

    #[test]
    fn an_aggregate_is_the_documented_protobuf() {
        let long = vec![b'x'; 300];
        let bytes = kpl([b"one".as_slice(), &long]);
        assert_eq!(bytes[..4], KPL_MAGIC);
        let (message, digest) = bytes[4..].split_at(bytes.len() - 20);
        assert_eq!(digest, Md5::digest(message).as_slice());
        let mut expected = vec![0x0a, 14];
        expected.extend_from_slice(b"kita-firewalls");
        expected.extend_from_slice(&[0x1a, 7, 0x08, 0, 0x1a, 3]);
        expected.extend_from_slice(b"one");
        // 305 = 2 * 128 + 49, 300 = 2 * 128 + 44.
        expected.extend_from_slice(&[0x1a, 0xb1, 0x02, 0x08, 0, 0x1a, 0xac, 0x02]);
        expected.extend_from_slice(&long);
        assert_eq!(message, expected);
    }

    #[test]
    fn a_subscription_is_gzip_of_a_document() {
        let object: Value = serde_json::from_slice(&awslogs([(AT, "a \"b\"")]).unwrap()).unwrap();
        let packed = BASE64.decode(object["awslogs"]["data"].as_str().unwrap().as_bytes()).unwrap();
        let mut text = String::new();
        flate2::read::GzDecoder::new(packed.as_slice()).read_to_string(&mut text).unwrap();
        let document: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(document["messageType"], "DATA_MESSAGE");
        assert_eq!(document["logEvents"][0]["timestamp"], 1_792_458_000_250_i64);
        assert_eq!(document["logEvents"][0]["message"], "a \"b\"");
    }
}
