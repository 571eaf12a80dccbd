//! Holds the language files to the engine's statements, to this crate's labels, and to each other.

use std::collections::{BTreeMap, BTreeSet};

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement, VariantKey};
use fluent_syntax::parser;
use hinomi_model::{
    EventTime, Function, Language, Problem, Role, Statement, StatementKey, Symptom, Unusual, Value,
};
use jiff::tz::TimeZone;

use crate::label::Label;
use crate::lexicon::{EN_FILES, JA_FILES};
use crate::{Reader, say};

/// What a message reads and holds.
#[derive(Default)]
struct Message {
    variables: BTreeSet<String>,
    /// Variables shown, rather than only selected by.
    shown: BTreeSet<String>,
    references: BTreeSet<String>,
    /// Keys of selectors on a plain variable, by variable.
    variants: BTreeMap<String, BTreeSet<String>>,
    text: String,
}

fn messages(files: &[(&str, &str)]) -> BTreeMap<String, Message> {
    let mut all = BTreeMap::new();
    for (name, text) in files {
        let resource = parser::parse(*text).unwrap_or_else(|(_, errors)| panic!("{name}: {errors:?}"));
        for entry in resource.body {
            let (key, value) = match entry {
                Entry::Message(message) => (message.id.name.to_owned(), message.value.unwrap()),
                Entry::Term(term) => (format!("-{}", term.id.name), term.value),
                Entry::Junk { content } => panic!("{name}: {content}"),
                Entry::Comment(_) | Entry::GroupComment(_) | Entry::ResourceComment(_) => continue,
            };
            let mut message = Message::default();
            read_pattern(&value, &mut message);
            assert!(all.insert(key.clone(), message).is_none(), "{name}: {key} stands twice");
        }
    }
    all
}

fn read_pattern(pattern: &Pattern<&str>, message: &mut Message) {
    for element in &pattern.elements {
        match element {
            PatternElement::TextElement { value } => message.text.push_str(value),
            PatternElement::Placeable { expression } => read_expression(expression, message),
        }
    }
}

fn read_expression(expression: &Expression<&str>, message: &mut Message) {
    match expression {
        Expression::Inline(inline) => read_inline(inline, message, true),
        Expression::Select { selector, variants } => {
            read_inline(selector, message, false);
            for variant in variants {
                if let InlineExpression::VariableReference { id } = selector {
                    let (VariantKey::Identifier { name: key } | VariantKey::NumberLiteral { value: key }) =
                        variant.key;
                    message.variants.entry(id.name.to_owned()).or_default().insert(key.to_owned());
                }
                read_pattern(&variant.value, message);
            }
        }
    }
}

fn read_inline(inline: &InlineExpression<&str>, message: &mut Message, is_shown: bool) {
    match inline {
        InlineExpression::VariableReference { id } => {
            message.variables.insert(id.name.to_owned());
            if is_shown {
                message.shown.insert(id.name.to_owned());
            }
        }
        InlineExpression::FunctionReference { arguments, .. } => {
            for argument in &arguments.positional {
                read_inline(argument, message, is_shown);
            }
        }
        InlineExpression::MessageReference { id, .. } => {
            message.references.insert(id.name.to_owned());
        }
        InlineExpression::TermReference { id, .. } => {
            message.references.insert(format!("-{}", id.name));
        }
        InlineExpression::Placeable { expression } => read_expression(expression, message),
        InlineExpression::StringLiteral { .. } | InlineExpression::NumberLiteral { .. } => {}
    }
}

/// Returns the variables that a message reads, those of the messages it refers to included.
fn reads(all: &BTreeMap<String, Message>, key: &str, seen: &mut BTreeSet<String>) -> BTreeSet<String> {
    let message = all.get(key).unwrap_or_else(|| panic!("no message {key}"));
    let mut variables = message.variables.clone();
    for reference in &message.references {
        seen.insert(reference.clone());
        variables.extend(reads(all, reference, seen));
    }
    variables
}

fn languages() -> [(Language, BTreeMap<String, Message>); 2] {
    [(Language::Ja, messages(JA_FILES)), (Language::En, messages(EN_FILES))]
}

#[test]
fn every_statement_has_a_message_that_reads_exactly_its_arguments() {
    for (language, all) in languages() {
        let mut wrong = Vec::new();
        for key in StatementKey::ALL {
            if !all.contains_key(key.as_str()) {
                wrong.push(format!("{} is missing", key.as_str()));
                continue;
            }
            let read = reads(&all, key.as_str(), &mut BTreeSet::new());
            let declared: BTreeSet<String> = key.args().iter().map(|arg| (*arg).to_owned()).collect();
            let unread = declared.difference(&read);
            wrong.extend(unread.map(|arg| format!("{} does not say ${arg}", key.as_str())));
            wrong.extend(read.difference(&declared).map(|arg| format!("{} has no ${arg}", key.as_str())));
        }
        assert!(wrong.is_empty(), "{language}: {wrong:#?}");
    }
}

#[test]
fn every_label_has_a_message_that_reads_only_its_arguments() {
    for (language, all) in languages() {
        for label in Label::ALL {
            let read = reads(&all, label.as_str(), &mut BTreeSet::new());
            let declared: BTreeSet<String> = label.args().iter().map(|arg| (*arg).to_owned()).collect();
            assert!(read.is_subset(&declared), "{language}: {} reads {read:?}", label.as_str());
        }
    }
    // A language may leave an argument out (a date without a time), but not both of them.
    let [(_, ja), (_, en)] = languages();
    for label in Label::ALL {
        let mut read = reads(&ja, label.as_str(), &mut BTreeSet::new());
        read.extend(reads(&en, label.as_str(), &mut BTreeSet::new()));
        let declared: BTreeSet<String> = label.args().iter().map(|arg| (*arg).to_owned()).collect();
        assert_eq!(read, declared, "{}", label.as_str());
    }
}

#[test]
fn no_message_is_unused_and_both_languages_have_the_same() {
    let [(_, ja), (_, en)] = languages();
    assert_eq!(ja.keys().collect::<Vec<_>>(), en.keys().collect::<Vec<_>>());
    for all in [ja, en] {
        let mut used: BTreeSet<String> =
            StatementKey::ALL.iter().map(|key| key.as_str().to_owned()).collect();
        used.extend(Label::ALL.iter().map(|label| label.as_str().to_owned()));
        for key in used.clone() {
            reads(&all, &key, &mut used);
        }
        let unused: Vec<_> = all.keys().filter(|key| !used.contains(*key)).collect();
        assert!(unused.is_empty(), "{unused:?}");
    }
}

#[test]
fn words_of_closed_lists_select_and_are_never_shown() {
    let words: &[&str] = &[
        "disposition",
        "class",
        "direction",
        "how",
        "delivery",
        "site",
        "where",
        "outcome",
        "contained",
        "symptom",
        "condition",
        "effect",
        "blind",
    ];
    for (language, all) in languages() {
        for (key, message) in &all {
            for word in words {
                assert!(!message.shown.contains(*word), "{language}: {key} shows the word ${word}");
            }
        }
    }
}

#[test]
fn every_word_of_the_model_has_its_own_wording() {
    let functions: Vec<&str> = Function::ALL.iter().map(|word| word.as_str()).collect();
    let roles: Vec<&str> = Role::ALL.iter().map(|word| word.as_str()).collect();
    let dispositions: Vec<&str> = hinomi_model::Disposition::ALL.iter().map(|word| word.as_str()).collect();
    let unusual: Vec<&str> = Unusual::ALL.iter().map(|word| word.as_str()).collect();
    for (language, all) in languages() {
        for (key, words) in [
            ("word-function", &functions),
            ("word-machine", &roles),
            ("word-disposition", &dispositions),
            ("word-behaviour", &unusual),
        ] {
            let variants: Vec<&str> = all[key].variants["word"].iter().map(String::as_str).collect();
            let mut expected = words.clone();
            expected.sort_unstable();
            assert_eq!(variants, expected, "{language}: {key}");
        }
    }
}

#[test]
fn every_symptom_has_its_own_words() {
    let mut symptoms: Vec<&str> = Symptom::ALL.iter().map(|word| word.as_str()).collect();
    symptoms.sort_unstable();
    let mut problems: Vec<&str> = Problem::ALL.iter().map(|word| word.as_str()).collect();
    problems.sort_unstable();
    for (language, all) in languages() {
        for (key, variable, words) in [
            ("word-symptom", "symptom", &symptoms),
            ("saw-health", "symptom", &symptoms),
            ("word-problem", "word", &problems),
        ] {
            let variants: Vec<&str> = all[key].variants[variable].iter().map(String::as_str).collect();
            assert_eq!(&variants, words, "{language}: {key}");
        }
        // Two symptoms with one name would be one to whoever reads it.
        let zone = TimeZone::UTC;
        let said: BTreeSet<String> = Symptom::ALL
            .iter()
            .map(|symptom| {
                let title = Statement::new(StatementKey::TitleHealth).word("symptom", symptom.as_str());
                say(&title, &Reader { language, zone: &zone })
            })
            .collect();
        assert_eq!(said.len(), Symptom::ALL.len(), "{language}");
    }
}

/// Values of every kind, for every argument.
fn values() -> Vec<Value> {
    vec![
        Value::Word("blocked".to_owned()),
        Value::Text("Emotet".to_owned()),
        Value::Text(String::new()),
        Value::Indicator("http://evil.example/a".to_owned()),
        Value::Inside("10.1.12.34".to_owned()),
        Value::Inside("-".to_owned()),
        Value::Indicators(vec!["203.0.113.7".to_owned(); 9]),
        Value::Names(vec!["10.1.12.34".to_owned(), "tanaka".to_owned()]),
        Value::Names(Vec::new()),
        Value::Number(0),
        Value::Number(1),
        Value::Number(u64::MAX),
        Value::Bytes(u64::MAX),
        Value::Time(EventTime::MAX),
        Value::Span(i64::MIN),
    ]
}

#[test]
fn saying_never_fails_whatever_the_arguments() {
    // `debug_assert!` in the lexicon turns any Fluent error into a failure of this test.
    let zone = TimeZone::UTC;
    for language in Language::ALL {
        let reader = Reader { language: *language, zone: &zone };
        for key in StatementKey::ALL {
            let bare = say(&Statement::new(*key), &reader);
            assert!(!bare.is_empty() && bare != key.as_str());
            for value in values() {
                let mut statement = Statement::new(*key);
                statement.args = key.args().iter().map(|arg| ((*arg).to_owned(), value.clone())).collect();
                let said = say(&statement, &reader);
                assert!(!said.contains(['{', '}', '\n', '$', '\u{2068}']), "{said}");
            }
        }
    }
}

#[test]
fn foreign_text_never_chooses_a_wording() {
    let zone = TimeZone::UTC;
    let reader = Reader { language: Language::En, zone: &zone };
    let mut statement = Statement::new(StatementKey::SawCcPayload);
    statement.args = vec![("disposition".to_owned(), Value::Text("blocked".to_owned()))];
    assert!(say(&statement, &reader).contains(" communicated with"));
}

#[test]
fn no_text_speaks_of_a_possibility() {
    for (language, all) in languages() {
        for (key, message) in &all {
            for banned in ["可能性", "かもしれ", "ossib", "might", "perhaps", "probably"] {
                assert!(!message.text.contains(banned), "{language}: {key} says {banned}");
            }
        }
    }
}

#[test]
fn verdicts_of_infection_are_plain() {
    let zone = TimeZone::UTC;
    for key in StatementKey::ALL.iter().filter(|key| key.as_str().starts_with("infected-")) {
        for language in Language::ALL {
            let said = say(&Statement::new(*key), &Reader { language: *language, zone: &zone });
            for hedge in ["疑い", "おそれ", "may ", "could", "suspect", "likely", "seems"] {
                assert!(!said.contains(hedge), "{said}");
            }
        }
    }
}

#[test]
fn sentences_end_and_japanese_is_japanese() {
    let [(_, ja), (_, en)] = languages();
    for key in StatementKey::ALL {
        let name = key.as_str();
        if name.starts_with("title-") || name.starts_with("change-") {
            continue;
        }
        let zone = TimeZone::UTC;
        let said = |language| say(&Statement::new(*key), &Reader { language, zone: &zone });
        assert!(said(Language::Ja).ends_with('。'), "{name}: {}", said(Language::Ja));
        assert!(said(Language::En).ends_with('.'), "{name}: {}", said(Language::En));
    }
    for (key, message) in en {
        assert!(message.text.is_ascii(), "{key} is not plain English");
        let own = &ja[&key].text;
        assert!(own.is_empty() || own != &message.text || own.len() < 12, "{key} is not translated: {own}");
    }
}
