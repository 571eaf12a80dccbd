//! Compression, base64 and aggregates, one in the other.

use hinomi_model::Frame::{Base64, Cloudwatch, Gzip, JsonArray, Kpl, Newline, Zstd};
use hinomi_model::QuarantineReason::{BadCompression, BadEnvelope, TooLarge};
use hinomi_parse::{MAX_ENCODED_BYTES, MAX_LINE_BYTES, MAX_RECORD_BYTES, RATIO_FLOOR_BYTES, user_records};

use crate::pack::{aggregate, awslogs, base64, counted, gzip, sealed, zstd};
use crate::{Owned, as_file, as_record, split};

fn texts(items: &[Owned]) -> Vec<(u64, u64, String)> {
    items.iter().map(|item| (item.line, item.part, item.text())).collect()
}

fn two_lines() -> Vec<(u64, u64, String)> {
    vec![(1, 0, "one".to_owned()), (2, 0, "two".to_owned())]
}

#[test]
fn codings_are_told_by_their_first_bytes_and_count_no_lines() {
    let text = b"one\ntwo\n".as_slice();
    for (record, frame) in [
        (gzip(text), Gzip),
        ([gzip(b"one\n"), gzip(b"two\n")].concat(), Gzip),
        (zstd(text), Zstd),
        ([zstd(b"one\n"), zstd(b"two\n")].concat(), Zstd),
        (gzip(&gzip(text)), Gzip),
        (gzip(&zstd(text)), Zstd),
    ] {
        let items = split(&record);
        assert_eq!(texts(&items), two_lines());
        assert!(items.iter().all(|item| item.frames.contains(&frame) && item.frames.contains(&Newline)));
    }
}

#[test]
fn base64_of_what_is_read_is_opened() {
    let object = br#"{"message":"one"}"#;
    for line in [base64(&gzip(b"one\ntwo")), base64(&zstd(b"one\ntwo")), awslogs(&gzip(b"one\ntwo"))] {
        let items = split(&[b"zero\n".as_slice(), &line, b"\r\nlast"].concat());
        assert_eq!(
            texts(&items),
            [(1, 0, "zero"), (2, 1, "one"), (2, 2, "two"), (3, 0, "last")].map(|(l, p, t)| (
                l,
                p,
                t.to_owned()
            ))
        );
        assert!(items[1].frames.contains(&Base64) && !items[3].frames.contains(&Base64));
    }
    let items = split(&base64(object));
    assert_eq!(items[0].content.as_deref(), Ok(object.as_slice()));
    assert_eq!(items[0].frames, [Base64, Newline]);
    // Text in an array may be base64 too; what follows it goes on counting.
    let array = [b"[\"", base64(&gzip(b"one\ntwo")).as_slice(), b"\",\"three\"]"].concat();
    assert_eq!(
        texts(&split(&array)),
        [(1, 1, "one"), (1, 2, "two"), (1, 3, "three")].map(|(l, p, t)| (l, p, t.to_owned()))
    );
}

#[test]
fn a_subscription_comes_out_of_its_base64() {
    let document = br#"{"messageType":"DATA_MESSAGE","logEvents":[{"id":"1","timestamp":1768871701000,"message":"date=1"}]}"#;
    let items = split(&awslogs(&gzip(document)));
    assert_eq!(items.len(), 1);
    assert_eq!(items[0].frames, [Gzip, Base64, Cloudwatch, JsonArray]);
    assert_eq!(items[0].text(), r#"{"id":"1","timestamp":1768871701000,"message":"date=1"}"#);
}

#[test]
fn text_that_only_looks_encoded_is_a_line() {
    for line in ["H4sI and more", "eyJ date=1", "W3si=,x", "KLUv/=1 2", "H4s", "eyJhIjoxfQ== x"] {
        let items = split(format!("{line}\nnext").as_bytes());
        assert_eq!(items[0].content.as_deref(), Ok(line.as_bytes()));
        assert_eq!(items.len(), 2);
    }
}

#[test]
fn broken_base64_and_broken_compression_are_refused_and_the_next_line_read() {
    let mut cut = gzip(b"some text that is cut off");
    cut.truncate(cut.len() - 6);
    for (line, reason) in [
        (base64(&cut), BadCompression),
        (b"H4sIA".to_vec(), BadEnvelope),
        (b"eyJ=eyJ".to_vec(), BadEnvelope),
        (base64(&gzip(&vec![b'0'; RATIO_FLOOR_BYTES + 1])), BadCompression),
    ] {
        let items = split(&[line.as_slice(), b"\nnext"].concat());
        assert!(
            matches!(&items[0].content, Err((found, head)) if *found == reason && line.starts_with(head))
        );
        assert_eq!(texts(&items[1..]), [(2, 0, "next".to_owned())]);
    }
}

#[test]
fn base64_may_be_longer_than_a_line_and_is_bounded() {
    let noise: String =
        (0..20_000_u64).map(|n| format!("{:x}\n", n.wrapping_mul(0x9e37_79b9_7f4a_7c15))).collect();
    let line = base64(&gzip(noise.as_bytes()));
    assert!(line.len() > 2 * MAX_LINE_BYTES);
    let items = split(&[line.as_slice(), b"\nnext"].concat());
    assert_eq!(items.len(), 20_001);
    assert_eq!((items[20_000].line, items[20_000].part), (2, 0));

    let endless = [b"H4sI".as_slice(), &vec![b'A'; MAX_ENCODED_BYTES], b"\nnext"].concat();
    for items in [as_record(&endless), as_file(&endless, usize::MAX)] {
        assert!(matches!(&items[0].content, Err((TooLarge, head)) if head.len() == MAX_LINE_BYTES));
        assert_eq!(texts(&items[1..]), [(2, 0, "next".to_owned())]);
    }
}

#[test]
fn bombs_and_broken_records_are_refused_whole() {
    let zeros = vec![b'0'; RATIO_FLOOR_BYTES + 1];
    let mut cut = gzip(b"some text that is cut off");
    cut.truncate(cut.len() - 6);
    for record in [gzip(&zeros), zstd(&zeros), cut, b"\x1f\x8bnonsense".to_vec()] {
        let items = as_record(&record);
        assert!(matches!(
            items.as_slice(),
            [Owned { line: 1, part: 0, content: Err((BadCompression, _)), .. }]
        ));
    }
    let large = vec![b'a'; MAX_RECORD_BYTES + 1];
    assert!(matches!(as_record(&large).as_slice(), [Owned { content: Err((TooLarge, _)), .. }]));
}

#[test]
fn layers_that_multiply_run_out_of_budget() {
    // Each line is within its ratio; a hundred of them are not within the record's budget.
    let mut inner = Vec::new();
    for _ in 0..8 {
        inner.extend_from_slice(b"x\n");
        inner.extend_from_slice(&vec![b' '; 100_000]);
    }
    let line = base64(&gzip(&inner));
    let record = gzip(&[line.as_slice(), b"\n"].concat().repeat(100));
    let items = as_record(&record);
    let read = items.iter().filter(|item| item.content.is_ok()).count();
    let refused = items.iter().filter(|item| item.content.is_err()).count();
    assert_eq!(read / 8 + refused, 100);
    assert!((70..100).contains(&(read / 8)), "{read} {refused}");
}

#[test]
fn aggregates_give_their_user_records() {
    let record = aggregate(&[b"one", b"", b"two\nthree\n", &gzip(b"four\nfive")]);
    let expected = [(1, 1, "one"), (3, 1, "two"), (3, 2, "three"), (4, 1, "four"), (4, 2, "five")]
        .map(|(l, p, t)| (l, p, t.to_owned()));
    for bytes in [record.clone(), gzip(&record)] {
        let items = split(&bytes);
        assert_eq!(texts(&items), expected);
        assert!(items.iter().all(|item| item.frames.contains(&Kpl)));
        assert!(items[4].frames.contains(&Gzip));
    }
    assert_eq!(user_records(&record).unwrap().unwrap().len(), 4);
    assert_eq!(user_records(b"one"), Ok(None));
}

#[test]
fn err_what_is_no_aggregate_is_read_as_it_stands() {
    let mut record = aggregate(&[b"one"]);
    *record.last_mut().unwrap() ^= 1;
    let items = split(&[record.as_slice(), b"\nnext"].concat());
    assert_eq!(items.last().map(Owned::text).as_deref(), Some("next"));
    assert!(!items.iter().any(|item| item.frames.contains(&Kpl)));
    let items = split(&sealed(&[0x1a, 0xff, 0xff]));
    assert!(matches!(items.as_slice(), [Owned { line: 1, content: Err((BadEnvelope, _)), .. }]));
}

#[test]
fn a_fourth_layer_is_refused() {
    let third = base64(&gzip(b"one"));
    for record in [gzip(&aggregate(&[&third])), aggregate(&[&gzip(&third)]), gzip(&gzip(&third))] {
        let items = split(&record);
        assert_eq!(items.iter().map(Owned::text).collect::<Vec<_>>(), ["one"]);
    }
    for record in [
        gzip(&gzip(&gzip(&gzip(b"one")))),
        gzip(&gzip(&aggregate(&[&third]))),
        gzip(&aggregate(&[&gzip(&third)])),
        base64(&gzip(&base64(&gzip(&base64(&gzip(&third)))))),
    ] {
        let items = split(&record);
        assert!(
            matches!(items.as_slice(), [Owned { line: 1, content: Err((BadEnvelope, _)), .. }]),
            "{items:?}"
        );
    }
}

#[test]
fn counted_messages_come_out_of_their_layers() {
    let stream = [counted(b"<1>one"), counted(b"<1>two")].concat();
    for record in [gzip(&stream), aggregate(&[&stream]), base64(&zstd(&stream))] {
        let items = split(&record);
        assert_eq!(texts(&items), [(1, 1, "<1>one"), (1, 2, "<1>two")].map(|(l, p, t)| (l, p, t.to_owned())));
    }
}

#[test]
fn a_cut_file_gives_its_whole_lines_and_one_reject() {
    let text: String =
        (0..10_000).map(|n: u64| format!("line {}\n", n.wrapping_mul(0x9e37_79b9_7f4a_7c15))).collect();
    for whole in [gzip(text.as_bytes()), zstd(text.as_bytes()), gzip(&zstd(text.as_bytes()))] {
        let items = as_file(&whole[..whole.len() / 2], 4096);
        let (last, before) = items.split_last().unwrap();
        assert!(matches!(&last.content, Err((BadCompression, _))));
        for (item, expected) in before.iter().zip(text.lines()) {
            assert_eq!(item.content.as_deref(), Ok(expected.as_bytes()), "{}", item.line);
        }
    }
}
