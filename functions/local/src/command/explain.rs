//! `hinomi explain`: reads incident documents, chooses one, and explains it. Needs no registry or store, and an archive
//! only for the whole lines.

use std::fs::File;
use std::io::{self, BufReader, Read, Write};

use hinomi_model::{Document, Language};

use super::explain_archive::LineArchive;
use crate::cli;
use crate::error::Fault;
use crate::terminal::{self, Label, Screen, Told};

/// Incidents listed when none is chosen; more help nobody to choose.
const MAX_LISTED: usize = 200;
/// Fewest characters of an id that choose an incident.
const MIN_PREFIX: usize = 4;

/// Explains the incident that the arguments choose.
///
/// # Errors
///
/// [`Fault::Usage`] for an unknown zone and for no archive, [`Fault::Open`] and [`Fault::NotAnIncident`] for the file,
/// [`Fault::NoSuchIncident`] when nothing in it is meant.
pub(crate) fn run(args: &cli::Explain, language: Language, out: &mut dyn Write) -> Result<(), Fault> {
    let zone = jiff::tz::TimeZone::get(&args.time_zone)
        .map_err(|_| Fault::Usage(format!("no time zone is called {}", args.time_zone)))?;
    let page = Page {
        screen: Screen::of_stdout(language).in_zone(zone),
        archive: args.archive.as_deref().map(LineArchive::open).transpose()?,
    };
    let name = args.file.display().to_string();
    let input: Box<dyn Read> = if name == "-" {
        Box::new(io::stdin().lock())
    } else {
        let file =
            File::open(&args.file).map_err(|source| Fault::Open { path: args.file.clone(), source })?;
        Box::new(BufReader::new(file))
    };
    let documents = serde_json::Deserializer::from_reader(input).into_iter::<Document>();
    let documents = documents.map(|document| {
        document.map_err(|error| Fault::NotAnIncident { name: name.clone(), detail: error.to_string() })
    });
    match &args.id {
        Some(id) => explain_one(out, &page, documents, id, &name),
        None => explain_only(out, &page, documents, &name),
    }
}

/// How an incident is shown, and where its lines are.
struct Page {
    screen: Screen,
    archive: Option<LineArchive>,
}

impl Page {
    fn explain(&self, out: &mut dyn Write, incident: &Document) -> Result<(), Fault> {
        let originals = self.archive.as_ref().map(|archive| archive.originals(incident));
        Ok(terminal::explain(out, &self.screen, incident, originals.as_ref())?)
    }
}

fn explain_one(
    out: &mut dyn Write,
    page: &Page,
    documents: impl Iterator<Item = Result<Document, Fault>>,
    id: &str,
    name: &str,
) -> Result<(), Fault> {
    for document in documents {
        let document = document?;
        if is_called(&document, id) {
            return page.explain(out, &document);
        }
    }
    Err(Fault::NoSuchIncident { name: name.to_owned(), id: id.to_owned() })
}

fn explain_only(
    out: &mut dyn Write,
    page: &Page,
    documents: impl Iterator<Item = Result<Document, Fault>>,
    name: &str,
) -> Result<(), Fault> {
    let mut listed = Vec::new();
    let mut more = 0_u64;
    for document in documents {
        let document = document?;
        if listed.len() < MAX_LISTED {
            listed.push(document);
        } else {
            more += 1;
        }
    }
    match listed.as_slice() {
        [] => Err(Fault::NotAnIncident { name: name.to_owned(), detail: "it holds no incident".to_owned() }),
        [only] => page.explain(out, only),
        many => {
            let screen = &page.screen;
            let all: Vec<&Document> = many.iter().collect();
            out.write_all(terminal::incident_table(screen, &all, &Told::default()).as_bytes())?;
            if more > 0 {
                writeln!(out, "+{more} {} {name}", Label::MoreIncidents.text(screen.language))?;
            }
            writeln!(out, "\n{}: hinomi explain {name} --id {}", Label::ChooseOne.text(screen.language), {
                terminal::plain(&many[0].core.number)
            })?;
            Ok(())
        }
    }
}

fn is_called(document: &Document, name: &str) -> bool {
    let core = &document.core;
    let name = name.trim().to_ascii_lowercase();
    if core.number.eq_ignore_ascii_case(&name) {
        return true;
    }
    let mut ids = std::iter::once(&core.id).chain(&core.aliases);
    name.len() >= MIN_PREFIX && ids.any(|id| id.to_string().starts_with(&name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terminal::explain_fixture;

    #[test]
    fn an_incident_is_called_by_number_id_or_the_start_of_its_id() {
        let document = explain_fixture();
        for name in ["K-4821", "k-4821", "000000000000000000000000000012cf", "0000"] {
            assert!(is_called(&document, name), "{name}");
        }
        for name in ["K-482", "000", "12cf", ""] {
            assert!(!is_called(&document, name), "{name}");
        }
    }
}
