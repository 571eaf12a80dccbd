//! Reads the registry's file. What a registry is, and what is wrong with one, `model` knows.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use hinomi_model::Language;
use hinomi_model::registry::{MAX_REGISTRY_BYTES, Problem, Problems, Registry};

use crate::error::Fault;

/// Reads a registry; without a file, makes the open one in the given language.
///
/// # Errors
///
/// [`Fault::Open`] and [`Fault::Read`] for the file, [`Fault::Registry`] with all its problems.
pub(crate) fn read(path: Option<&Path>, language: Language) -> Result<Registry, Fault> {
    let Some(path) = path else {
        return Ok(Registry::open().in_language(language));
    };
    let file = File::open(path).map_err(|source| Fault::Open { path: path.to_owned(), source })?;
    let mut bytes = Vec::new();
    // One byte more than allowed is enough for `from_yaml` to refuse it, and never fills the memory.
    let most = MAX_REGISTRY_BYTES as u64 + 1;
    file.take(most)
        .read_to_end(&mut bytes)
        .map_err(|source| Fault::Read { name: path.display().to_string(), source })?;
    let refuse = |problems| Fault::Registry { path: path.to_owned(), problems };
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        refuse(Problems(vec![Problem { path: String::new(), text: format!("not UTF-8 at byte {at}") }]))
    })?;
    Registry::from_yaml(&text).map_err(refuse)
}
