//! The sentences of `hinomi parse --explain`, `hinomi explain --archive`, `hinomi doctor` and `hinomi plan`: Fluent messages
//! in `locales/`, one file a command, the same keys in both languages. Single words of the command are [`Label`](super::Label)s.
//!
//! Every argument is text: numbers come with their thousands grouped, and what a log brought comes cleaned by
//! [`plain`], so that no value can choose a wording or steer a terminal.

use std::sync::LazyLock;

use hinomi_model::Language;
use hinomi_notice::Catalog;

use super::plain;

macro_rules! files {
    ($language:literal) => {
        &[
            ("account.ftl", include_str!(concat!("../../locales/", $language, "/account.ftl"))),
            ("doctor.ftl", include_str!(concat!("../../locales/", $language, "/doctor.ftl"))),
            ("explain.ftl", include_str!(concat!("../../locales/", $language, "/explain.ftl"))),
            ("line.ftl", include_str!(concat!("../../locales/", $language, "/line.ftl"))),
            ("plan.ftl", include_str!(concat!("../../locales/", $language, "/plan.ftl"))),
        ]
    };
}

const JA_FILES: &[(&str, &str)] = files!("ja");
const EN_FILES: &[(&str, &str)] = files!("en");

static JA: LazyLock<Texts> = LazyLock::new(|| Texts(Catalog::new(Language::Ja, JA_FILES)));
static EN: LazyLock<Texts> = LazyLock::new(|| Texts(Catalog::new(Language::En, EN_FILES)));

/// All sentences of one language.
pub(crate) struct Texts(Catalog);

impl Texts {
    /// Returns the sentences of a language.
    pub(crate) fn of(language: Language) -> &'static Texts {
        match language {
            Language::Ja => &JA,
            Language::En => &EN,
        }
    }

    /// Tells whether there is such a message, or such an attribute of one (`message.attribute`).
    pub(crate) fn has(&self, key: &str) -> bool {
        self.0.has(key)
    }

    /// Writes a message or an attribute of one. Falls back to its key, which tests prove never to happen.
    pub(crate) fn say(&self, key: &str, args: &[(&str, &str)]) -> String {
        let args: Vec<_> = args.iter().map(|(name, value)| (*name, plain(value))).collect();
        let args: Vec<(&str, &str)> = args.iter().map(|(name, value)| (*name, value.as_ref())).collect();
        self.0.say(key, &args)
    }
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
    use std::collections::BTreeSet;

    use hinomi_notice::catalog_conformance;

    use super::*;

    /// Returns the keys of all messages, which are the same in both languages.
    pub(crate) fn keys() -> BTreeSet<String> {
        catalog_conformance(JA_FILES, EN_FILES).unwrap()
    }

    #[test]
    fn languages_have_the_same_messages_with_the_same_arguments() {
        assert!(keys().contains("line-unknown"));
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
