//! Fluent messages of one language, loaded once: the one loader for this crate's words, the command's and the console's.
//!
//! Files are part of the program. A message that is missing or a file that does not parse is a mistake of ours, which
//! [`catalog_conformance`] finds in a test; at run time the key stands in for the message and nothing fails.

use std::collections::{BTreeMap, BTreeSet};

use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent};
use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};
use fluent_syntax::parser;
use hinomi_model::Language;
use unic_langid::langid;

/// A bundle that threads may share.
pub(crate) type Bundle = concurrent::FluentBundle<FluentResource>;

/// All messages of one language.
pub struct Catalog {
    bundle: Bundle,
}

impl Catalog {
    /// Loads files, each with its name for messages about it.
    pub fn new(language: Language, files: &[(&str, &str)]) -> Self {
        Self::prepared(language, files, |_| {})
    }

    /// Loads files into a bundle that was prepared with functions and formatters.
    pub(crate) fn prepared(
        language: Language,
        files: &[(&str, &str)],
        prepare: impl FnOnce(&mut Bundle),
    ) -> Self {
        let locale = match language {
            Language::Ja => langid!("ja"),
            Language::En => langid!("en"),
        };
        let mut bundle = concurrent::FluentBundle::new_concurrent(vec![locale]);
        // Isolation marks are invisible and would travel into subjects, SMS and whatever a person copies; values are
        // stripped of direction characters instead.
        bundle.set_use_isolating(false);
        prepare(&mut bundle);
        for (name, text) in files {
            let resource =
                FluentResource::try_new((*text).to_owned()).unwrap_or_else(|(resource, errors)| {
                    debug_assert!(errors.is_empty(), "{name}: {errors:?}");
                    resource
                });
            bundle.add_resource_overriding(resource);
        }
        Catalog { bundle }
    }

    /// Tells whether there is such a message, or such an attribute of one (`message.attribute`).
    pub fn has(&self, key: &str) -> bool {
        self.pattern(key).is_some()
    }

    /// Writes a message, or an attribute of one, whose arguments are all text. The caller has made them harmless.
    pub fn say(&self, key: &str, args: &[(&str, &str)]) -> String {
        let mut fluent = FluentArgs::with_capacity(args.len());
        for (name, value) in args {
            fluent.set(*name, FluentValue::from((*value).to_owned()));
        }
        self.write(key, &fluent)
    }

    /// Writes a message or an attribute of one.
    pub(crate) fn write(&self, key: &str, args: &FluentArgs<'_>) -> String {
        let pattern = self.pattern(key);
        debug_assert!(pattern.is_some(), "no message {key}");
        let Some(pattern) = pattern else { return key.to_owned() };
        let mut errors = Vec::new();
        let text = self.bundle.format_pattern(pattern, Some(args), &mut errors).into_owned();
        debug_assert!(errors.is_empty(), "{key}: {errors:?}");
        text
    }

    fn pattern(&self, key: &str) -> Option<&Pattern<&str>> {
        match key.split_once('.') {
            None => self.bundle.get_message(key)?.value(),
            Some((name, attribute)) => {
                self.bundle.get_message(name)?.get_attribute(attribute).map(|attribute| attribute.value())
            }
        }
    }
}

/// Checks that files parse, that no key stands twice, and that both languages have the same messages with the same
/// arguments, whose values are only shown and choose no wording. Returns the keys.
///
/// # Errors
///
/// The first thing that is wrong, in words.
pub fn catalog_conformance(ja: &[(&str, &str)], en: &[(&str, &str)]) -> Result<BTreeSet<String>, String> {
    let (ja, en) = (messages(ja)?, messages(en)?);
    for (key, arguments) in &en {
        if ja.get(key) != Some(arguments) {
            return Err(format!("{key} has {arguments:?} in English, {:?} in Japanese", ja.get(key)));
        }
    }
    match ja.keys().find(|key| !en.contains_key(*key)) {
        Some(key) => Err(format!("{key} is missing in English")),
        None => Ok(en.into_keys().collect()),
    }
}

/// Returns every message and attribute with the arguments that it reads.
fn messages(files: &[(&str, &str)]) -> Result<BTreeMap<String, BTreeSet<String>>, String> {
    let mut all = BTreeMap::new();
    let mut put = |key: String, value: &Pattern<&str>| {
        let arguments = arguments(value).map_err(|other| format!("{key} holds {other}"))?;
        if all.insert(key.clone(), arguments).is_some() { Err(format!("{key} stands twice")) } else { Ok(()) }
    };
    for (name, text) in files {
        let resource = parser::parse(*text).map_err(|(_, errors)| format!("{name}: {errors:?}"))?;
        for entry in resource.body {
            match entry {
                Entry::Message(message) => {
                    for attribute in &message.attributes {
                        put(format!("{}.{}", message.id.name, attribute.id.name), &attribute.value)?;
                    }
                    if let Some(value) = &message.value {
                        put(message.id.name.to_owned(), value)?;
                    }
                }
                Entry::Junk { content } => return Err(format!("{name}: {content}")),
                Entry::Term(_) | Entry::Comment(_) | Entry::GroupComment(_) | Entry::ResourceComment(_) => {}
            }
        }
    }
    Ok(all)
}

fn arguments(pattern: &Pattern<&str>) -> Result<BTreeSet<String>, String> {
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
            other @ PatternElement::Placeable { .. } => return Err(format!("{other:?}")),
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    const EN: &str = "row = { $name } at { $time }\n    .short = { $name }\n";

    #[test]
    fn messages_and_attributes_are_written_with_their_values() {
        let catalog = Catalog::new(Language::En, &[("a.ftl", EN)]);
        assert_eq!(catalog.say("row", &[("name", "{ $time }"), ("time", "noon")]), "{ $time } at noon");
        assert_eq!(catalog.say("row.short", &[("name", "x")]), "x");
        assert!(catalog.has("row.short") && !catalog.has("row.long") && !catalog.has("none"));
    }

    #[test]
    fn conformance_finds_what_differs() {
        let good = "row = { $time }に{ $name }\n    .short = { $name }\n";
        let keys = catalog_conformance(&[("a.ftl", good)], &[("a.ftl", EN)]).unwrap();
        assert_eq!(keys.into_iter().collect::<Vec<_>>(), ["row", "row.short"]);
        for (ja, why) in [
            ("row = { $name }\n    .short = { $name }\n", "an argument is left out"),
            ("row = { $time }に{ $name }\n", "an attribute is missing"),
            (&format!("{good}more = x\n"), "a message is more"),
            (&format!("{good}row = x\n"), "a key stands twice"),
            (&format!("{good}- = x\n"), "it does not parse"),
            (
                "row = { $time ->\n   *[one] { $name }\n }\n    .short = { $name }\n",
                "a value chooses a wording",
            ),
        ] {
            assert!(catalog_conformance(&[("a.ftl", ja)], &[("a.ftl", EN)]).is_err(), "{why}");
        }
    }
}
