//! The words of notices: the language files, embedded and parsed once.

use std::sync::LazyLock;

use fluent_bundle::{FluentArgs, FluentValue};
use hinomi_model::Language;

use crate::catalog::Catalog;
use crate::clock;
use crate::label::Label;
use crate::shown::{self, Machine, Shown};

macro_rules! files {
    ($language:literal) => {
        &[
            ("terms.ftl", include_str!(concat!("../locales/", $language, "/terms.ftl"))),
            ("titles.ftl", include_str!(concat!("../locales/", $language, "/titles.ftl"))),
            ("saw.ftl", include_str!(concat!("../locales/", $language, "/saw.ftl"))),
            ("because.ftl", include_str!(concat!("../locales/", $language, "/because.ftl"))),
            ("assessment.ftl", include_str!(concat!("../locales/", $language, "/assessment.ftl"))),
            ("acts.ftl", include_str!(concat!("../locales/", $language, "/acts.ftl"))),
            ("health.ftl", include_str!(concat!("../locales/", $language, "/health.ftl"))),
            ("notice.ftl", include_str!(concat!("../locales/", $language, "/notice.ftl"))),
        ]
    };
}

/// The Japanese files, by name.
pub(crate) const JA_FILES: &[(&str, &str)] = files!("ja");
/// The English files, by name.
pub(crate) const EN_FILES: &[(&str, &str)] = files!("en");

static JA: LazyLock<Lexicon> = LazyLock::new(|| Lexicon::new(Language::Ja, JA_FILES));
static EN: LazyLock<Lexicon> = LazyLock::new(|| Lexicon::new(Language::En, EN_FILES));

/// All messages of one language.
pub(crate) struct Lexicon {
    language: Language,
    catalog: Catalog,
}

/// An argument of a [`Label`].
pub(crate) enum Arg<'a> {
    /// A word of a closed list.
    Word(&'a str),
    /// Text that is ready to be shown.
    Text(&'a str),
    /// A number.
    Number(u64),
}

impl Lexicon {
    /// Returns the messages of a language.
    pub(crate) fn of(language: Language) -> &'static Lexicon {
        match language {
            Language::Ja => &JA,
            Language::En => &EN,
        }
    }

    fn new(language: Language, files: &[(&str, &str)]) -> Self {
        let catalog = Catalog::prepared(language, files, |bundle| {
            bundle.set_formatter(Some(shown::format_number));
            let added = shown::add_functions(bundle);
            debug_assert!(added.is_ok(), "a function is defined twice");
        });
        Lexicon { language, catalog }
    }

    /// Writes a message. Falls back to its key, which a test proves never to happen.
    pub(crate) fn write(&self, key: &str, args: &FluentArgs<'_>) -> String {
        self.catalog.write(key, args)
    }

    /// Writes a piece of the frame.
    pub(crate) fn label(&self, label: Label, args: &[(&str, Arg<'_>)]) -> String {
        debug_assert!(
            args.iter().map(|(name, _)| *name).eq(label.args().iter().copied()),
            "{} takes {:?}",
            label.as_str(),
            label.args()
        );
        let mut fluent = FluentArgs::with_capacity(args.len());
        for (name, arg) in args {
            let value = match arg {
                Arg::Word(word) => FluentValue::from((*word).to_owned()),
                Arg::Text(text) => Shown::plain((*text).to_owned()).value(),
                Arg::Number(number) => FluentValue::from(*number),
            };
            fluent.set(*name, value);
        }
        self.write(label.as_str(), &fluent)
    }

    /// Writes a piece of the frame that takes no arguments.
    pub(crate) fn fixed(&self, label: Label) -> String {
        self.label(label, &[])
    }

    /// Names a machine by its kind (a [`Role`](hinomi_model::Role)).
    pub(crate) fn machine(&self, kind: &str, address: &str) -> String {
        let noun = self.label(Label::WordMachine, &[("word", Arg::Word(kind))]);
        self.label(Label::Machine, &[("noun", Arg::Text(&noun)), ("address", Arg::Text(address))])
    }

    /// Makes the value that stands for a machine nobody could name.
    pub(crate) fn unknown_machine(&self) -> Shown {
        let named = |kind: &str| {
            let noun = self.label(Label::WordMachine, &[("word", Arg::Word(kind))]);
            self.label(Label::MachineUnknown, &[("noun", Arg::Text(&noun))])
        };
        let machine = Machine { plain: named("client"), as_server: named("server") };
        Shown { text: self.fixed(Label::NotKnown), machine: Some(machine), total: None, missing: true }
    }

    /// Joins a list that was cut.
    pub(crate) fn list(&self, shown: &[String], total: usize) -> String {
        let joined = shown.join(match self.language {
            Language::Ja => "、",
            Language::En => ", ",
        });
        let more = total.saturating_sub(shown.len());
        if more == 0 {
            return joined;
        }
        self.label(Label::ListMore, &[("shown", Arg::Text(&joined)), ("more", Arg::Number(more as u64))])
    }

    /// Writes an hour of the day: with two digits where it could be taken for the afternoon's.
    pub(crate) fn hour(&self, hour: i8) -> String {
        match self.language {
            Language::Ja => hour.to_string(),
            Language::En => format!("{hour:02}"),
        }
    }

    /// Joins sentences.
    pub(crate) fn sentences(&self, sentences: &[String]) -> String {
        sentences.join(match self.language {
            Language::Ja => "",
            Language::En => " ",
        })
    }

    /// Writes a length of time in its two largest units.
    pub(crate) fn span(&self, seconds: i64) -> String {
        let (unit, first, second) = clock::units(seconds);
        self.label(
            Label::Span,
            &[("unit", Arg::Word(unit)), ("first", Arg::Number(first)), ("second", Arg::Number(second))],
        )
    }
}
