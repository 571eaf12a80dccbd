//! What holds for every stream: the plain reference finds the same items, pieces change nothing, and nothing is lost.

use proptest::prelude::*;

use crate::{Owned, as_file, as_record, reference};

/// Pieces of streams: whole ones, broken ones, and what is around them. `@` becomes a word of its own.
const FRAGMENTS: &[&str] = &[
    "date=1 a=@\n",
    "date=1 a=@",
    "<189>a=@\r\n",
    "  \0 ",
    "\n",
    "\n\n",
    "#", // A counted message.
    "#",
    "# \n",
    "99 <1>a=@",
    "3 <1>a=@\n",
    "1,2026/01/20 10:15:01,@\n",
    "{\"a\":\"@\"}\n",
    "{\"a\":\"@\"}",
    "{\n  \"a\": \"@\",\n  \"b\": [1, {\"c\": null}]\n}\n",
    "{\"message\":\"@",
    "{\"a\":\"@\",",
    "{\"a\":\"@\",\n",
    "{\"message\":\"@\",\"records\":[1]}\n",
    "{\"messageType\":\"DATA_MESSAGE\",\"logEvents\":[",
    "{\"records\":[",
    "{ \"Records\" :\n [ ",
    "[",
    "[\n",
    "{\"id\":\"@\",\"message\":\"x \\\\ \\\"y\\\"\"}",
    "\"a=@ \\\"x\\\"\"",
    "\"a=@\",\n",
    ",",
    ", ",
    "]",
    "]}",
    "]}\n",
    "],\"next\":{\"x\":[true,-1.5]}}\n",
    "{\"a\" \"@\"}\n",
    "{\"a\":{\"b\":{\"c\":[[\"@\"",
    "7,",
    "[@]\n",
    "\"\"",
];

/// Joins pieces and returns the words in them.
fn stream(choices: &[usize]) -> (Vec<u8>, Vec<String>) {
    let mut text = String::new();
    let mut words = Vec::new();
    for (number, choice) in choices.iter().enumerate() {
        let word = format!("w{number}w");
        let mut piece = FRAGMENTS[choice % FRAGMENTS.len()].to_owned();
        if let Some(rest) = piece.strip_prefix('#') {
            let message = format!("<{number}>a={word}{}", if number % 3 == 0 { "\nb=2" } else { " 12" });
            piece = format!("{} {message}@{rest}", message.len()).replace('@', "");
            words.push(word.clone());
        } else if piece.contains('@') {
            words.push(word.clone());
        }
        text.push_str(&piece.replace('@', &word));
    }
    (text.into_bytes(), words)
}

fn show(items: &[Owned]) -> Vec<String> {
    items
        .iter()
        .map(|item| {
            let words: Vec<&str> = item.frames.iter().map(|frame| frame.as_str()).collect();
            format!(
                "{}.{} {} {} {:?}",
                item.line,
                item.part,
                words.join("+"),
                item.content.is_ok(),
                item.text()
            )
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, ..ProptestConfig::default() })]

    #[test]
    fn the_plain_reference_finds_the_same(choices in prop::collection::vec(0..1_000_usize, 0..14)) {
        let (bytes, _) = stream(&choices);
        let text = String::from_utf8_lossy(&bytes);
        prop_assert_eq!(show(&as_record(&bytes)), show(&reference::split(&bytes)), "{}", text);
    }

    #[test]
    fn pieces_change_nothing(choices in prop::collection::vec(0..1_000_usize, 0..14), step in 1..40_usize) {
        let (bytes, _) = stream(&choices);
        prop_assert_eq!(show(&as_file(&bytes, step)), show(&as_record(&bytes)));
    }

    #[test]
    fn every_word_is_in_one_item(choices in prop::collection::vec(0..1_000_usize, 0..20)) {
        let (bytes, words) = stream(&choices);
        let items = as_record(&bytes);
        // Behind the array of an object of records a word may be a member's name: syntax, and in no item.
        let text = String::from_utf8_lossy(&bytes);
        let least = usize::from(!text.contains("ogEvents") && !text.contains("ecords"));
        for word in words {
            let holders = items.iter().filter(|item| item.text().contains(&word)).count();
            prop_assert!((least..=1).contains(&holders), "{} in {:?}", word, text);
        }
    }

    #[test]
    fn any_bytes_in_any_pieces(bytes in prop::collection::vec(any::<u8>(), 0..400), step in 1..40_usize) {
        // A file that breaks gives what it can; a record that breaks is refused whole.
        prop_assume!(!bytes.starts_with(&[0x1f, 0x8b]));
        prop_assert_eq!(as_file(&bytes, step), as_record(&bytes));
    }

    #[test]
    fn lines_without_syntax_are_the_lines_of_the_text(lines in prop::collection::vec("[a-zA-Z<>=,{}0-9 \"]{0,30}", 0..20)) {
        // A word in front keeps each line from looking like anything else.
        let text: String = lines.iter().map(|line| format!("x{line}\n")).collect();
        let found: Vec<String> = as_record(text.as_bytes()).iter().map(Owned::text).collect();
        let expected: Vec<String> = text.lines().map(|line| line.trim().to_owned()).collect();
        prop_assert_eq!(found, expected);
    }
}
