//! The whole lines behind evidence, as the archive has them: shown beneath what the document carries, and compared with
//! it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Write};

use hinomi_model::{EvidenceLine, Locator};
use hinomi_steps::proof::is_line_of;

use super::{Screen, Texts, plain};

/// What an archive holds at the places that an incident's evidence names.
#[derive(Clone, Debug, Default)]
pub struct Originals(BTreeMap<Locator, Result<Vec<u8>, NotFetched>>);

/// Why there is no line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NotFetched {
    /// What the document names is no place in an archive; or it names none.
    NoPlace,
    /// There is no such object.
    Absent,
    /// The object is there, and holds no such line or is damaged.
    NoLine,
    /// The archive can't be read, and why.
    Failed(String),
    /// The document has more lines than any incident.
    TooMany,
}

impl Originals {
    /// Takes what was found at each place.
    pub(crate) fn new(fetched: BTreeMap<Locator, Result<Vec<u8>, NotFetched>>) -> Self {
        Originals(fetched)
    }
}

/// What became of the line behind one piece of evidence.
#[derive(Debug)]
pub(super) enum Original<'a> {
    /// It is the line that the document shows.
    Same(Cow<'a, str>),
    /// It is another line: the archive or the document was changed.
    Differs(Cow<'a, str>),
    /// It was not fetched.
    Not(&'a NotFetched),
}

impl<'a> Original<'a> {
    /// Compares the line that was fetched for a piece of evidence with what the document says of it.
    pub(super) fn of(originals: &'a Originals, evidence: &EvidenceLine) -> Self {
        let Some(place) = &evidence.locator else { return Original::Not(&NotFetched::NoPlace) };
        match originals.0.get(place) {
            None => Original::Not(&NotFetched::TooMany),
            Some(Err(why)) => Original::Not(why),
            Some(Ok(line)) => {
                let text = String::from_utf8_lossy(line);
                if is_line_of(line, &evidence.sha256, &evidence.raw) {
                    Original::Same(text)
                } else {
                    Original::Differs(text)
                }
            }
        }
    }

    /// Tells whether the whole line shows the document's text as it is, so that it need not be shown twice.
    pub(super) fn holds(&self, raw: &str) -> bool {
        matches!(self, Original::Same(text) if text.contains(raw))
    }

    /// Writes the whole line, or why there is none.
    ///
    /// # Errors
    ///
    /// Whatever `out` fails with.
    pub(super) fn write(&self, out: &mut dyn Write, screen: &Screen, indent: &str) -> io::Result<()> {
        let texts = Texts::of(screen.language);
        let inner = format!("{indent}  ");
        let say = |said: &str| screen.wrap(indent, &inner, said);
        let line = match self {
            Original::Not(why) => return writeln!(out, "{}", say(&why.say(texts))),
            Original::Same(line) => {
                writeln!(out, "{}", say(&texts.say("archive-same", &[])))?;
                line
            }
            Original::Differs(line) => {
                writeln!(out, "{}", screen.heading(&say(&texts.say("archive-differs", &[]))))?;
                line
            }
        };
        writeln!(out, "{}", screen.dim(&screen.wrap(&inner, &inner, plain(line).trim())))
    }
}

impl NotFetched {
    fn say(&self, texts: &Texts) -> String {
        match self {
            NotFetched::NoPlace => texts.say("archive-no-place", &[]),
            NotFetched::Absent => texts.say("archive-absent", &[]),
            NotFetched::NoLine => texts.say("archive-no-line", &[]),
            NotFetched::Failed(why) => texts.say("archive-failed", &[("why", why)]),
            NotFetched::TooMany => texts.say("archive-too-many", &[]),
        }
    }
}

#[cfg(test)]
mod tests {
    use hinomi_model::Language;
    use unicode_width::UnicodeWidthStr;

    use super::*;
    use crate::terminal::{explain, explain_fixture, test_screen};

    /// Returns what is shown of the incident's one line, from its place on.
    fn shown(language: Language, width: usize, fetched: Result<&[u8], NotFetched>) -> String {
        let incident = explain_fixture();
        let place = incident.evidence[0].locator.clone().unwrap();
        let originals = Originals::new(BTreeMap::from([(place, fetched.map(<[u8]>::to_vec))]));
        let mut out = Vec::new();
        explain(&mut out, &test_screen(language, width), &incident, Some(&originals)).unwrap();
        let text = String::from_utf8(out).unwrap();
        let mut lines = text[text.find("raw/000001.zst").unwrap()..].lines();
        let place = lines.next().unwrap();
        let beneath = lines.take_while(|line| line.starts_with("           "));
        std::iter::once(place).chain(beneath).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn a_line_that_differs_stands_beneath_the_documents_without_what_steers_a_terminal() {
        let line = b"<189>devid=FGT60FTK20000002 msg=\"\x1b[2J\xff\xe2\x80\xaeevil\"\n\tlog=1";
        assert_eq!(
            shown(Language::En, 120, Ok(line)),
            concat!(
                "raw/000001.zst#0:7\n",
                "           devid=FGT60FTK20000001 msg=\" [2Jevil\"\n",
                "           From the archive, NOT the line that the document has: one of the two was changed, or they do not belong\n",
                "             together:\n",
                "             <189>devid=FGT60FTK20000002 msg=\" [2J\u{fffd} evil\"  log=1",
            )
        );
    }

    #[test]
    fn why_there_is_no_line_is_told_in_one_line() {
        for (why, told) in [
            (
                NotFetched::NoPlace,
                "Not fetched: the document does not say where in an archive the line lies.",
            ),
            (NotFetched::Absent, "Not in the archive: it has no such object."),
            (
                NotFetched::NoLine,
                "Not in the archive: the object is there, and holds no such line or is damaged.",
            ),
            (NotFetched::Failed("a\u{1b}[31mb\nc".to_owned()), "The archive can't be read: a [31mb c"),
            (
                NotFetched::TooMany,
                "Not fetched: the document has more lines than an incident of this program.",
            ),
        ] {
            assert_eq!(
                shown(Language::En, 120, Err(why)),
                format!(
                    "raw/000001.zst#0:7\n           devid=FGT60FTK20000001 msg=\" [2Jevil\"\n           {told}"
                )
            );
        }
    }

    #[test]
    fn fits_a_narrow_screen_in_both_languages() {
        let line = "<189>devid=FGT60FTK20000002 msg=\"北市の端末\" ".repeat(40);
        for language in Language::ALL {
            for fetched in [Ok(line.as_bytes()), Err(NotFetched::NoLine), Err(NotFetched::TooMany)] {
                let text = shown(*language, 60, fetched);
                for line in text.lines() {
                    assert!(line.width() <= 60, "{line}");
                }
            }
        }
        let text = shown(Language::Ja, 60, Ok(b"x"));
        assert!(text.contains("アーカイブの行は文書の行と異なります"), "{text}");
    }
}
