//! Values as Fluent sees them: already in words, and opaque, so that no foreign text can choose a wording.

use std::borrow::Cow;

use fluent_bundle::types::{FluentNumber, FluentType, FluentValue};
use fluent_bundle::{FluentArgs, FluentError, FluentResource, concurrent};

/// A value in words. Fluent compares it with nothing: a selector on it always takes the default.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Shown {
    /// What is shown.
    pub text: String,
    /// The same with a word for what kind of machine it is.
    pub machine: Option<Machine>,
    /// How many things a list names, the ones left out included.
    pub total: Option<usize>,
    /// There is no value; `text` says so.
    pub missing: bool,
}

/// A machine with its kind: `host 10.1.12.34`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Machine {
    /// By the registry, or a client when it does not say.
    pub plain: String,
    /// The same where the sentence knows that it serves.
    pub as_server: String,
}

impl Shown {
    /// Makes a plain value.
    pub(crate) fn plain(text: String) -> Self {
        Shown { text, machine: None, total: None, missing: false }
    }

    /// Makes a value that stands for none.
    pub(crate) fn missing(text: String) -> Self {
        Shown { text, machine: None, total: None, missing: true }
    }

    /// Hands the value to Fluent.
    pub(crate) fn value(self) -> FluentValue<'static> {
        FluentValue::Custom(Box::new(self))
    }

    fn of<'a>(value: Option<&'a FluentValue<'_>>) -> Option<&'a Shown> {
        match value {
            Some(FluentValue::Custom(custom)) => custom.as_any().downcast_ref(),
            _ => None,
        }
    }
}

impl FluentType for Shown {
    fn duplicate(&self) -> Box<dyn FluentType + Send> {
        Box::new(self.clone())
    }

    fn as_string(&self, _: &intl_memoizer::IntlLangMemoizer) -> Cow<'static, str> {
        Cow::Owned(self.text.clone())
    }

    fn as_string_threadsafe(&self, _: &intl_memoizer::concurrent::IntlLangMemoizer) -> Cow<'static, str> {
        Cow::Owned(self.text.clone())
    }
}

/// Adds the functions that the language files use.
///
/// # Errors
///
/// When a function of that name is there already.
pub(crate) fn add_functions(
    bundle: &mut concurrent::FluentBundle<FluentResource>,
) -> Result<(), FluentError> {
    bundle.add_builtins()?;
    bundle.add_function("HOST", |values, named| host(values.first(), named))?;
    bundle.add_function("COUNT", |values, _| count(values.first()))?;
    bundle.add_function("GIVEN", |values, _| {
        let missing = Shown::of(values.first()).is_some_and(|shown| shown.missing);
        FluentValue::from(if missing { "no" } else { "yes" })
    })
}

/// Names a machine by its kind; `as: "server"` where the sentence knows it, `case: "upper"` at the start of one.
fn host(value: Option<&FluentValue<'_>>, named: &FluentArgs<'_>) -> FluentValue<'static> {
    let Some(shown) = Shown::of(value) else { return FluentValue::Error };
    let serves = matches!(named.get("as"), Some(FluentValue::String(word)) if word == "server");
    let upper = matches!(named.get("case"), Some(FluentValue::String(word)) if word == "upper");
    let text = match &shown.machine {
        Some(machine) if serves => &machine.as_server,
        Some(machine) => &machine.plain,
        None => &shown.text,
    };
    // Only our own word for the kind is capitalised, never a value: a name or address keeps its case.
    if upper && shown.machine.is_some() {
        let mut letters = text.chars();
        let first = letters.next().map(|c| c.to_ascii_uppercase());
        return FluentValue::from(first.into_iter().chain(letters).collect::<String>());
    }
    FluentValue::from(text.clone())
}

/// Returns a number as it is, and how many things a list names.
fn count(value: Option<&FluentValue<'_>>) -> FluentValue<'static> {
    match value {
        Some(FluentValue::Number(number)) => FluentValue::Number(number.clone()),
        other => match Shown::of(other) {
            Some(Shown { total: Some(total), .. }) => FluentValue::from(*total),
            Some(Shown { missing: true, .. }) => FluentValue::from(0),
            Some(_) => FluentValue::from(1),
            None => FluentValue::Error,
        },
    }
}

/// Writes numbers with thousands separators, unless the message switched them off.
pub(crate) fn format_number<M>(value: &FluentValue<'_>, _: &M) -> Option<String> {
    let FluentValue::Number(FluentNumber { value, options }) = value else { return None };
    // Counts are whole and not negative; beyond 2^53 the last digits are not exact, which no reader can miss.
    let digits = format!("{value:.0}");
    Some(if options.use_grouping { grouped(&digits) } else { digits })
}

/// Sets a comma after each three digits from the end.
pub(crate) fn grouped(digits: &str) -> String {
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}
