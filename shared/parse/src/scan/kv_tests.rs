//! What the scanner of pairs finds, and that it finds what its reference does.

use proptest::prelude::*;

use super::super::kv_reference;
use super::*;

type Shown = (String, String, Form);

/// Knows some names, so that both ways of the scanner are taken.
fn known(name: &[u8]) -> Option<()> {
    matches!(name, b"srcip" | b"a" | b"msg").then_some(())
}

fn fast(text: &str) -> Vec<Pair<()>> {
    let mut pairs = Vec::new();
    scan(text, &mut Scratch::<_, ()>::default(), &mut pairs, known);
    pairs
}

fn fast_commas(text: &str) -> Vec<Pair<()>> {
    let mut pairs = Vec::new();
    scan_commas(text, &mut Scratch::<_, ()>::default(), &mut pairs, known);
    pairs
}

fn reference(text: &str) -> Vec<Pair<()>> {
    reference_with(text, b' ')
}

fn reference_with(text: &str, separator: u8) -> Vec<Pair<()>> {
    let mut pairs = kv_reference::scan(text, separator);
    for pair in &mut pairs {
        pair.key = known(pair.name.of(text).as_bytes());
    }
    pairs
}

fn shown(text: &str) -> Vec<Shown> {
    show(text, &fast(text))
}

fn show(text: &str, pairs: &[Pair<()>]) -> Vec<Shown> {
    pairs
        .iter()
        .map(|pair| (pair.name.of(text).to_owned(), pair.value.of(text).to_owned(), pair.form))
        .collect()
}

#[test]
fn values_end_where_the_device_ended_them() {
    use Form::*;
    type Expected = &'static [(&'static str, &'static str, Form)];
    let cases: &[(&str, Expected)] = &[
        ("a=1 b=2", &[("a", "1", Bare), ("b", "2", Bare)]),
        ("  a=1   b=\"x y\"  ", &[("a", "1", Bare), ("b", "x y", Quoted)]),
        ("a= b=\"\"", &[("a", "", Bare), ("b", "", Quoted)]),
        (r#"u="?|dir\\..\\" b=1"#, &[("u", r"?|dir\\..\\", Escaped), ("b", "1", Bare)]),
        (r#"u="a\"></script>" b=1"#, &[("u", r#"a\"></script>"#, Escaped), ("b", "1", Bare)]),
        (r#"u="example.com\jdoe" b=1"#, &[("u", r"example.com\jdoe", Escaped), ("b", "1", Bare)]),
        ("m=\"say \"hi\" \" b=1", &[("m", "say \"hi", Quoted), ("", "\"", Stray), ("b", "1", Bare)]),
        ("m=\"a\"b\"c\" b=1", &[("m", "a\"b\"c", Quoted), ("b", "1", Bare)]),
        ("m=\"abc\"|", &[("m", "abc", Quoted), ("", "|", Stray)]),
        ("m=\"never ends b=1", &[("m", "never ends b=1", Unclosed)]),
        ("m=\"ends in an escape\\", &[("m", "ends in an escape\\", Unclosed)]),
        ("ui=https(192.0.2.1) c=\"a/b\"", &[("ui", "https(192.0.2.1)", Bare), ("c", "a/b", Quoted)]),
        ("t=10: 13:03 x=1", &[("t", "10:", Bare), ("", "13:03", Stray), ("x", "1", Bare)]),
        ("one two a=1 three", &[("", "one two", Stray), ("a", "1", Bare), ("", "three", Stray)]),
        ("a=b=c ==x =y", &[("a", "b=c", Bare), ("", "==x =y", Stray)]),
        ("cert-type=x SN=1 ad.k=2", &[("cert-type", "x", Bare), ("SN", "1", Bare), ("ad.k", "2", Bare)]),
        ("a=\"x\ny\" b=1\nc=2", &[("a", "x\ny", Quoted), ("b", "1", Bare), ("", "c=2", NextLine)]),
        ("p=\"é=ü\" é=1", &[("p", "é=ü", Quoted), ("", "é=1", Stray)]),
        ("a=1\n\r\n \0", &[("a", "1", Bare)]),
        ("", &[]),
    ];
    for (text, expected) in cases {
        let expected: Vec<Shown> =
            expected.iter().map(|(n, v, f)| ((*n).to_owned(), (*v).to_owned(), *f)).collect();
        assert_eq!(shown(text), expected, "{text:?}");
    }
}

#[test]
fn commas_stand_where_blanks_do() {
    use Form::*;
    type Expected = &'static [(&'static str, &'static str, Form)];
    let cases: &[(&str, Expected)] = &[
        ("a=1,b=2", &[("a", "1", Bare), ("b", "2", Bare)]),
        ("a=1 , b=\"x, y\",", &[("a", "1", Bare), ("b", "x, y", Quoted)]),
        ("c=United States,b=", &[("c", "United States", Bare), ("b", "", Bare)]),
        ("m=\"say \"hi\" to, me\",b=1", &[("m", "say \"hi\" to, me", Quoted), ("b", "1", Bare)]),
        (r#"u="?|dir\\",b=1"#, &[("u", r"?|dir\\", Escaped), ("b", "1", Bare)]),
        ("user=jdoe,staff,b=1", &[("user", "jdoe", Bare), ("", "staff", Stray), ("b", "1", Bare)]),
        ("m=\"never ends,b=1", &[("m", "never ends,b=1", Unclosed)]),
        ("a=\"x\ny\",b=1\nc=2", &[("a", "x\ny", Quoted), ("b", "1", Bare), ("", "c=2", NextLine)]),
        ("a=b c=d", &[("a", "b c=d", Bare)]),
        (",,a=1,,", &[("a", "1", Bare)]),
    ];
    for (text, expected) in cases {
        let expected: Vec<Shown> =
            expected.iter().map(|(n, v, f)| ((*n).to_owned(), (*v).to_owned(), *f)).collect();
        assert_eq!(show(text, &fast_commas(text)), expected, "{text:?}");
    }
}

#[test]
fn what_exceeds_the_limit_is_one_text() {
    let text = "a=1 ".repeat(MAX_FIELDS + 3);
    let pairs = shown(&text);
    assert_eq!(pairs.len(), MAX_FIELDS + 1);
    assert_eq!(pairs.last().unwrap(), &(String::new(), "a=1 ".repeat(3), Form::TooMany));
}

fn like_logs() -> impl Strategy<Value = String> {
    let parts = vec![
        "a=",
        "srcip=",
        "x",
        " ",
        "  ",
        "\"",
        "\\",
        "\\\"",
        "\\\\",
        "=",
        "\n",
        "\t",
        "|",
        "192.0.2.1",
        "é",
        "value with words",
        "a-long-value-without-blanks-in-it",
        "\0",
        "msg=\"",
        "\" ",
        "incidentserialno=",
        ",",
        "\",",
    ];
    prop::collection::vec(prop::sample::select(parts), 0..40).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn fast_equals_reference_on_any_text(text in ".{0,200}") {
        prop_assert_eq!(fast(&text), reference(&text));
        prop_assert_eq!(fast_commas(&text), reference_with(&text, b','));
    }

    #[test]
    fn fast_equals_reference_on_text_like_logs(text in like_logs()) {
        prop_assert_eq!(fast(&text), reference(&text));
        prop_assert_eq!(fast_commas(&text), reference_with(&text, b','));
    }

    #[test]
    fn shapes_of_other_lines_change_nothing(texts in prop::collection::vec(like_logs(), 1..6)) {
        let mut shape = Scratch::<_, ()>::default();
        let mut pairs = Vec::new();
        for text in texts.iter().chain(&texts) {
            scan(text, &mut shape, &mut pairs, known);
            prop_assert_eq!(&pairs, &reference(text));
            scan_commas(text, &mut shape, &mut pairs, known);
            prop_assert_eq!(&pairs, &reference_with(text, b','));
        }
    }

    #[test]
    fn patterns_of_other_lines_change_nothing(lines in prop::collection::vec(plain_lines(), 1..5)) {
        let mut scratch = Scratch::<_, ()>::default();
        let mut pairs = Vec::new();
        // Once for the names, once for the pattern, and once by it; then what is nearly the same.
        let lines = || lines.iter();
        for (plain, nearly) in lines().chain(lines()).chain(lines()) {
            for text in [plain, nearly] {
                scan(text, &mut scratch, &mut pairs, known);
                prop_assert_eq!(&pairs, &reference(text), "{}", text);
                scan_commas(text, &mut scratch, &mut pairs, known);
                prop_assert_eq!(&pairs, &reference_with(text, b','), "{}", text);
            }
        }
    }
}

/// Lines of pairs as devices write them, each with one that has an oddity somewhere, or another value.
fn plain_lines() -> impl Strategy<Value = (String, String)> {
    let name = prop_oneof![
        8 => prop::sample::select(vec!["a", "srcip", "msg", "srccountry", "incidentserialno", "dstunauthusersource"]),
        1 => Just("a-name-of-more-than-thirty-two-bytes-in-all"),
    ];
    let value = prop_oneof![
        4 => "[a-z0-9.]{0,12}",
        4 => "\"[a-z0-9 ,=]{0,40}\"",
        1 => "\"[a-z0-9 ]{60,130}\"",
        1 => Just("https(192.0.2.1)".to_owned()),
        1 => Just("United States".to_owned()),
    ];
    let oddity = prop::sample::select(vec![
        "", "", "x", " ", "\"", "\" ", " \"", "\"\"", "\"a\"", "=", "\\", "\\\"", "\n", "\t", ",", ", ",
        " b=1", ",b=\"1\"", "é",
    ]);
    let pairs = prop::collection::vec((name, value), 1..12);
    (pairs, any::<bool>(), oddity, any::<prop::sample::Index>(), any::<bool>()).prop_map(
        |(pairs, has_commas, oddity, place, is_put_in)| {
            let pairs: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
            let plain = pairs.join(if has_commas { "," } else { " " });
            let mut nearly = plain.clone();
            let place = place.index(plain.len());
            let end = if is_put_in { place } else { place + 1 };
            nearly.replace_range(place..end, oddity);
            (plain, nearly)
        },
    )
}

#[test]
fn the_third_line_of_a_kind_is_split_by_its_pattern() {
    let line = |country: &str| {
        format!(
            "date=2026-01-20 devname=\"KITA-FW1\" dstunauthusersource=\"x\" srccountry=\"{country}\" sessionid=5000001 vrf=0"
        )
    };
    let mut scratch = Scratch::<_, ()>::default();
    let mut pairs = Vec::new();
    let by_pattern = |scratch: &mut Scratch<(), ()>, text: &str| {
        let is_plain = scratch.ends.find::<b' '>(text.as_bytes());
        let mut pairs = Vec::new();
        let place = scratch.patterns.split::<b' '>(text.as_bytes(), &scratch.ends, &mut pairs);
        (is_plain && place.is_some()).then_some(pairs)
    };
    for country in ["Reserved", "France"] {
        assert_eq!(by_pattern(&mut scratch, &line(country)), None);
        scan(&line(country), &mut scratch, &mut pairs, known);
    }
    for country in ["Japan", "United States", "", "="] {
        let found = by_pattern(&mut scratch, &line(country));
        assert_eq!(found, Some(reference(&line(country))), "{country}");
    }
    for other in ["a\"b", "a\" b=\"c", "\\", "\t"] {
        assert_eq!(by_pattern(&mut scratch, &line(other)), None, "{other}");
    }
}

#[test]
fn blanks_in_front_of_commas_are_no_part_of_a_value() {
    let line = |country: &str| {
        format!(
            "date=2026-01-20,devname=\"KITA-FW1\",srccountry={country},sessionid=5000001,policyname=out-web,vrf=0"
        )
    };
    let mut scratch = Scratch::<_, ()>::default();
    let mut pairs = Vec::new();
    for country in ["Japan", "Japan", "Japan", "United States", "Japan ", " ", "", " Japan", "Japan"] {
        scan_commas(&line(country), &mut scratch, &mut pairs, known);
        assert_eq!(pairs, reference_with(&line(country), b','), "{country:?}");
    }
}

#[test]
fn patterns_without_end_are_bounded() {
    let mut scratch = Scratch::<_, ()>::default();
    let mut pairs = Vec::new();
    for number in 0..3_000 {
        let names: Vec<String> =
            (0..number % 40 + 8).map(|name| format!("n{}x{name}=value", number % 700)).collect();
        let text = names.join(" ");
        for _ in 0..3 {
            scan(&text, &mut scratch, &mut pairs, known);
            assert_eq!(pairs, reference(&text), "{text}");
        }
    }
}
