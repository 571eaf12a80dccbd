//! Each framing as the field writes it.

use hinomi_model::Frame::{self, Cloudwatch, JsonArray, JsonObject, Newline, OctetCounted};
use hinomi_model::QuarantineReason::{BadEnvelope, TooLarge};
use hinomi_parse::MAX_LINE_BYTES;

use crate::{Owned, split};

/// What is expected: line, part, its one frame or two, and the text.
type Expected = (u64, u64, &'static [Frame], &'static str);

fn check(bytes: &[u8], expected: &[Expected]) {
    let found = split(bytes);
    let all_read = found.iter().all(|item| item.content.is_ok());
    let texts: Vec<(u64, u64, &[Frame], String)> =
        found.iter().map(|item| (item.line, item.part, item.frames.as_slice(), item.text())).collect();
    let expected: Vec<(u64, u64, &[Frame], String)> = expected
        .iter()
        .map(|(line, part, frames, text)| (*line, *part, *frames, (*text).to_owned()))
        .collect();
    assert_eq!(texts, expected, "{}", String::from_utf8_lossy(bytes));
    assert!(all_read, "{}", String::from_utf8_lossy(bytes));
}

#[test]
fn lines_end_at_line_feeds_and_keep_their_numbers() {
    check(
        b"one\r\n\n  \0\n two \0\nlast",
        &[(1, 0, &[Newline], "one"), (4, 0, &[Newline], "two"), (5, 0, &[Newline], "last")],
    );
    for bytes in [b"".as_slice(), b"\n", b"\n\n", b" ", b"\0\r\n"] {
        check(bytes, &[]);
    }
}

#[test]
fn a_line_may_be_as_long_as_the_limit_and_no_longer() {
    let longest = "x".repeat(MAX_LINE_BYTES);
    for (text, is_read) in [
        (format!("{longest}\nnext"), true),
        (format!("  {longest}\r\nnext"), true),
        (format!("{longest}x\nnext"), false),
        (format!("{longest}{longest}{longest}\nnext"), false),
    ] {
        let found = split(text.as_bytes());
        let expected = if is_read {
            Ok(longest.clone().into_bytes())
        } else {
            Err((TooLarge, longest.clone().into_bytes()))
        };
        assert_eq!(found[0].content, expected);
        assert_eq!((found[1].line, found[1].part, found[1].text().as_str()), (2, 0, "next"));
        assert_eq!(found.len(), 2);
    }
}

#[test]
fn counted_messages_follow_each_other_without_line_feeds() {
    check(
        b"8 <1>a=1 x9 <189>b=2\n12 <1>c=3\nd=4 e6 <2>f=5",
        &[
            (1, 1, &[OctetCounted], "<1>a=1 x"),
            (1, 2, &[OctetCounted], "<189>b=2"),
            (2, 1, &[OctetCounted], "<1>c=3\nd=4 e"),
            (3, 1, &[OctetCounted], "<2>f=5"),
        ],
    );
}

#[test]
fn counted_messages_mix_with_lines() {
    check(
        b"6 <1>a=1\n<1>b=2\n6 <1>c=3<1>d=4\n7 <1>e=5\n<1>f=6\n",
        &[
            (1, 0, &[OctetCounted], "<1>a=1"),
            (2, 0, &[Newline], "<1>b=2"),
            (3, 1, &[OctetCounted], "<1>c=3"),
            (3, 2, &[Newline], "<1>d=4"),
            (4, 0, &[OctetCounted], "<1>e=5"),
            (5, 0, &[Newline], "<1>f=6"),
        ],
    );
}

#[test]
fn a_counted_message_behind_an_object_is_its_own_and_one_in_its_text_is_not() {
    check(
        b"6 <1>a=1\n{\"b\":2},6 <1>d=412 <1>{\"c\":\"c\"}\n{\"e\":\"6 <1>f=66 <1>g=7\"}\n",
        &[
            (1, 0, &[OctetCounted], "<1>a=1"),
            (2, 1, &[Newline], r#"{"b":2},"#),
            (2, 2, &[OctetCounted], "<1>d=4"),
            (2, 3, &[OctetCounted], r#"<1>{"c":"c"}"#),
            (3, 0, &[Newline], r#"{"e":"6 <1>f=66 <1>g=7"}"#),
        ],
    );
}

#[test]
fn a_count_that_lies_swallows_nobody() {
    check(
        b"6 <1>a=16 <1>b=299 <1>c=36 <1>d=46 <1>e=5",
        &[
            (1, 1, &[OctetCounted], "<1>a=1"),
            (1, 2, &[OctetCounted], "<1>b=2"),
            (1, 3, &[Newline], "99 <1>c=3"),
            (1, 4, &[OctetCounted], "<1>d=4"),
            (1, 5, &[OctetCounted], "<1>e=5"),
        ],
    );
    // The first one of a stream, one that was cut off in the middle, and the last one.
    check(b"90 <1>a=1\n6 <1>b=2", &[(1, 0, &[Newline], "90 <1>a=1"), (2, 0, &[OctetCounted], "<1>b=2")]);
    check(
        b"6 <1>a=130 <1>b=2 and the rest is go6 <1>c=366 <1>d=4",
        &[
            (1, 1, &[OctetCounted], "<1>a=1"),
            (1, 2, &[Newline], "30 <1>b=2 and the rest is go"),
            (1, 3, &[OctetCounted], "<1>c=3"),
            (1, 4, &[Newline], "66 <1>d=4"),
        ],
    );
}

#[test]
fn a_counted_message_that_is_too_long_is_refused_and_the_next_one_found() {
    let long = format!("<1>{}", "x".repeat(MAX_LINE_BYTES * 3));
    let text = format!("6 <1>a=1{} {long}6 <1>b=26 <1>c=3", long.len());
    let found = split(text.as_bytes());
    assert_eq!(found.len(), 4);
    assert!(matches!(&found[1].content, Err((TooLarge, head)) if head.len() == MAX_LINE_BYTES));
    assert_eq!([found[0].text(), found[2].text(), found[3].text()], ["<1>a=1", "<1>b=2", "<1>c=3"]);
}

#[test]
fn rows_and_dates_are_no_counts() {
    check(
        b"1,2026/01/20 10:15:02,0128\n2026-01-20T10:15:01Z fw1 date=1\n20 date=1\n",
        &[
            (1, 0, &[Newline], "1,2026/01/20 10:15:02,0128"),
            (2, 0, &[Newline], "2026-01-20T10:15:01Z fw1 date=1"),
            (3, 0, &[Newline], "20 date=1"),
        ],
    );
}

#[test]
fn objects_are_lines_or_run_over_several() {
    check(
        b"{\"a\":1}\n{\n  \"b\": {\n    \"c\": [2]\n  }\n}\n{\"d\":4}{\"e\":5} {\"f\":6}\n",
        &[
            (1, 0, &[Newline], "{\"a\":1}"),
            (2, 0, &[JsonObject], "{\n  \"b\": {\n    \"c\": [2]\n  }\n}"),
            (7, 1, &[JsonObject], "{\"d\":4}"),
            (7, 2, &[JsonObject], "{\"e\":5}"),
            (7, 3, &[Newline], "{\"f\":6}"),
        ],
    );
}

#[test]
fn an_object_that_was_cut_off_does_not_swallow_the_next_one() {
    for cut in
        ["{\"message\":\"date=1", "{\"a\":1,", "{\"a\":{\"b\":1}", "{\"a\":", "{\"a\"", "{", "{\"a\":[1,"]
    {
        let text = format!("{cut}\n{{\"b\":2}}\n{{\"c\":3}}\n");
        let texts: Vec<String> = split(text.as_bytes()).iter().map(Owned::text).collect();
        assert_eq!(texts, [cut, "{\"b\":2}", "{\"c\":3}"], "{cut}");
    }
    // At the end of all nothing could follow: the beginning is one item.
    check(b"{\n\"a\": 1,\n", &[(1, 0, &[JsonObject], "{\n\"a\": 1,")]);
}

#[test]
fn arrays_give_their_elements_wherever_they_stand() {
    check(
        b"[{\"a\":1}, \"b=2 \\\"x\\\"\",\"c=3\" ]\nd=4\n",
        &[
            (1, 1, &[JsonArray], "{\"a\":1}"),
            (1, 2, &[JsonArray], "b=2 \"x\""),
            (1, 3, &[JsonArray], "c=3"),
            (2, 0, &[Newline], "d=4"),
        ],
    );
    check(
        b"\xef\xbb\xbf[\n  {\n    \"a\": 1\n  },\n  \"\",\n  \"b=2\\n\",\n  7\n]\n",
        &[
            (2, 1, &[JsonArray], "{\n    \"a\": 1\n  }"),
            (6, 1, &[JsonArray], "b=2"),
            (7, 1, &[JsonArray], "7"),
        ],
    );
    check(b"[]\n[ \n ]\na=1", &[(4, 0, &[Newline], "a=1")]);
    check(b"[2026] a=1\n[a]\n", &[(1, 0, &[Newline], "[2026] a=1"), (2, 0, &[Newline], "[a]")]);
}

#[test]
fn objects_of_records_give_their_records() {
    check(
        b"{\"records\":[{\"a\":1},\"b=2\"],\"next\":{\"x\":[1]}}\n{ \"Records\" : [\n{\"c\":3}\n] }\nd=4",
        &[
            (1, 1, &[JsonArray], "{\"a\":1}"),
            (1, 2, &[JsonArray], "b=2"),
            (3, 1, &[JsonArray], "{\"c\":3}"),
            (5, 0, &[Newline], "d=4"),
        ],
    );
    // A line beside the array: the whole is one thing.
    check(
        b"{\"message\":\"a=1\",\"records\":[1]}\n",
        &[(1, 0, &[Newline], "{\"message\":\"a=1\",\"records\":[1]}")],
    );
    let found = split(b"{\"records\":[1],\"message\":\"a=1\"}\nb=2");
    assert!(matches!(&found[1].content, Err((BadEnvelope, head)) if head == b"\":\"a=1\"}"));
    assert_eq!(found[2].text(), "b=2");
}

#[test]
fn subscriptions_of_cloudwatch_logs_give_their_events() {
    let event = r#"{"id":"1","timestamp":1768871701000,"message":"date=1"}"#;
    let document = |kind: &str| {
        format!(
            r#"{{"messageType":"{kind}","owner":"1","logGroup":"g","subscriptionFilters":["f"],"logEvents":[{event},{event}]}}"#
        )
    };
    // Kinesis' consumers put several behind each other without anything between them.
    let text = [document("DATA_MESSAGE"), document("CONTROL_MESSAGE"), document("DATA_MESSAGE")].concat();
    let found = split(text.as_bytes());
    assert_eq!(found.len(), 4);
    for (index, item) in found.iter().enumerate() {
        assert_eq!((item.line, item.part), (1, index as u64 + 1));
        assert_eq!(item.frames, [Cloudwatch, JsonArray]);
        assert_eq!(item.content.as_deref(), Ok(event.as_bytes()));
    }
}

#[test]
fn documents_may_be_longer_than_any_line() {
    let event = format!(r#"{{"id":"1","timestamp":1768871701000,"message":"{}"}}"#, "x".repeat(1_000));
    let text = format!(
        r#"{{"messageType":"DATA_MESSAGE","logEvents":[{}]}}"#,
        vec![event.as_str(); 2_000].join(",")
    );
    assert!(text.len() > 20 * MAX_LINE_BYTES);
    let found = split(text.as_bytes());
    assert_eq!(found.len(), 2_000);
    assert!(found.iter().all(|item| item.content.as_deref() == Ok(event.as_bytes())));
}

#[test]
fn an_element_that_is_too_long_is_refused_and_the_next_one_found() {
    let long = "y".repeat(MAX_LINE_BYTES * 10);
    for text in [
        format!("[\"{long}\",\"a=1\"]"),
        format!("[{{\"x\":[\"{long}\"]}}\n,\"a=1\"]"),
        format!("{{\"records\":[{{\"x\":\"{long}\"}},\"a=1\"]}}"),
    ] {
        let found = split(text.as_bytes());
        assert!(matches!(&found[0].content, Err((TooLarge, head)) if head.len() == MAX_LINE_BYTES));
        assert_eq!(found[1].text(), "a=1");
        assert_eq!(found.len(), 2);
    }
}

#[test]
fn a_torn_array_is_told_and_read_on() {
    let found = split(b"[\"a=1\",\n{\"b\" 2},\n\"c=3\",\n{\"d\":\"e=4");
    let outcomes: Vec<_> = found.iter().map(|item| (item.line, item.content.is_ok(), item.text())).collect();
    assert_eq!(
        outcomes,
        [
            (1, true, "a=1".to_owned()),
            (2, false, "{\"b\" 2},".to_owned()),
            (3, true, "c=3".to_owned()),
            (4, false, "{\"d\":\"e=4".to_owned()),
        ]
    );
    // What follows an array that never ends is read as if there had been none.
    check(b"[\"a=1\",\nb=2\n", &[(1, 1, &[JsonArray], "a=1"), (2, 0, &[Newline], "b=2")]);
}
