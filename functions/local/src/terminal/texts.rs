//! The sentences of `hinomi parse --explain` and `hinomi doctor`: Fluent messages in `locales/`, one file a command,
//! the same keys in both languages. Single words of the command are [`Label`](super::Label)s.
//!
//! Every argument is text: numbers come with their thousands grouped, and what a log brought comes cleaned by
//! [`plain`], so that no value can choose a wording or steer a terminal.

use std::sync::LazyLock;

use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent};
use hinomi_model::Language;
use unic_langid::langid;

use super::plain;

macro_rules! files {
    ($language:literal) => {
        &[
            ("doctor.ftl", include_str!(concat!("../../locales/", $language, "/doctor.ftl"))),
            ("line.ftl", include_str!(concat!("../../locales/", $language, "/line.ftl"))),
        ]
    };
}

const JA_FILES: &[(&str, &str)] = files!("ja");
const EN_FILES: &[(&str, &str)] = files!("en");

static JA: LazyLock<Texts> = LazyLock::new(|| Texts::new(Language::Ja, JA_FILES));
static EN: LazyLock<Texts> = LazyLock::new(|| Texts::new(Language::En, EN_FILES));

/// All sentences of one language.
pub(crate) struct Texts {
    bundle: concurrent::FluentBundle<FluentResource>,
}

impl Texts {
    /// Returns the sentences of a language.
    pub(crate) fn of(language: Language) -> &'static Texts {
        match language {
            Language::Ja => &JA,
            Language::En => &EN,
        }
    }

    fn new(language: Language, files: &[(&str, &str)]) -> Self {
        let locale = match language {
            Language::Ja => langid!("ja"),
            Language::En => langid!("en"),
        };
        let mut bundle = concurrent::FluentBundle::new_concurrent(vec![locale]);
        // Isolation marks are invisible and would be copied with a command.
        bundle.set_use_isolating(false);
        for (name, text) in files {
            // The files are part of the program; a test proves that they parse.
            let resource =
                FluentResource::try_new((*text).to_owned()).unwrap_or_else(|(resource, errors)| {
                    debug_assert!(errors.is_empty(), "{name}: {errors:?}");
                    resource
                });
            bundle.add_resource_overriding(resource);
        }
        Texts { bundle }
    }

    /// Tells whether there is such a message, or such an attribute of one (`message.attribute`).
    pub(crate) fn has(&self, key: &str) -> bool {
        let (name, attribute) = split(key);
        let message = self.bundle.get_message(name);
        message.is_some_and(|message| match attribute {
            None => message.value().is_some(),
            Some(attribute) => message.get_attribute(attribute).is_some(),
        })
    }

    /// Writes a message or an attribute of one. Falls back to its key, which tests prove never to happen.
    pub(crate) fn say(&self, key: &str, args: &[(&str, &str)]) -> String {
        let (name, attribute) = split(key);
        let message = self.bundle.get_message(name);
        let pattern = message.and_then(|message| match attribute {
            None => message.value(),
            Some(attribute) => message.get_attribute(attribute).map(|attribute| attribute.value()),
        });
        debug_assert!(pattern.is_some(), "no message {key}");
        let Some(pattern) = pattern else { return key.to_owned() };
        let mut fluent = FluentArgs::with_capacity(args.len());
        for (name, value) in args {
            fluent.set(*name, FluentValue::from(plain(value).into_owned()));
        }
        let mut errors = Vec::new();
        let text = self.bundle.format_pattern(pattern, Some(&fluent), &mut errors).into_owned();
        debug_assert!(errors.is_empty(), "{key}: {errors:?}");
        text
    }
}

fn split(key: &str) -> (&str, Option<&str>) {
    key.split_once('.').map_or((key, None), |(name, attribute)| (name, Some(attribute)))
}

/// Returns a number with its thousands grouped.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
pub(crate) mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};
    use fluent_syntax::parser;

    use super::*;

    /// Returns every message and attribute of a language with the arguments that it reads.
    fn messages(files: &[(&str, &str)]) -> BTreeMap<String, BTreeSet<String>> {
        let mut all = BTreeMap::new();
        for (name, text) in files {
            let resource = parser::parse(*text).unwrap_or_else(|(_, errors)| panic!("{name}: {errors:?}"));
            for entry in resource.body {
                match entry {
                    Entry::Message(message) => {
                        let key = message.id.name.to_owned();
                        for attribute in &message.attributes {
                            let key = format!("{key}.{}", attribute.id.name);
                            assert!(all.insert(key.clone(), arguments(&attribute.value)).is_none(), "{key}");
                        }
                        if let Some(value) = &message.value {
                            assert!(all.insert(key.clone(), arguments(value)).is_none(), "{key} twice");
                        }
                    }
                    Entry::Junk { content } => panic!("{name}: {content}"),
                    Entry::Term(_)
                    | Entry::Comment(_)
                    | Entry::GroupComment(_)
                    | Entry::ResourceComment(_) => {}
                }
            }
        }
        all
    }

    fn arguments(pattern: &Pattern<&str>) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        for element in &pattern.elements {
            match element {
                PatternElement::TextElement { .. } => {}
                PatternElement::Placeable {
                    expression: Expression::Inline(InlineExpression::VariableReference { id }),
                } => {
                    found.insert(id.name.to_owned());
                }
                PatternElement::Placeable {
                    expression: Expression::Inline(InlineExpression::StringLiteral { .. }),
                } => {}
                other @ PatternElement::Placeable { .. } => {
                    panic!("only plain arguments are used here: {other:?}")
                }
            }
        }
        found
    }

    /// Returns the keys of all messages.
    pub(crate) fn keys() -> BTreeSet<String> {
        messages(EN_FILES).into_keys().collect()
    }

    #[test]
    fn languages_have_the_same_messages_with_the_same_arguments() {
        let (ja, en) = (messages(JA_FILES), messages(EN_FILES));
        for (key, arguments) in &en {
            assert_eq!(ja.get(key), Some(arguments), "{key} in Japanese");
        }
        for key in ja.keys() {
            assert!(en.contains_key(key), "{key} in English");
        }
    }

    #[test]
    fn values_can_not_steer_a_terminal() {
        let text = Texts::of(Language::En).say("line-unknown", &[]);
        assert!(!text.is_empty());
        let text =
            Texts::of(Language::En).say("line-needed", &[("reason", "a\u{1b}[31m"), ("detail", "\u{202e}")]);
        assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'), "{text:?}");
    }

    #[test]
    fn thousands_are_grouped() {
        for (number, text) in
            [(0, "0"), (999, "999"), (1000, "1,000"), (12_345, "12,345"), (1_234_567, "1,234,567")]
        {
            assert_eq!(grouped(number), text);
        }
    }
}
