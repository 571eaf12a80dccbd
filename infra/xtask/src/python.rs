//! Tools that come from Python's registry: each set in an environment of its own under `.tools/`, pinned by a file of
//! `infra/requirements/`, and made again when that file changes.

use std::fs;
use std::path::Path;

use crate::call::Call;
use crate::error::Error;
use crate::tools::{not_written, remove_folder};

/// A set of Python programs that agree with each other.
#[derive(Debug)]
pub(crate) struct Environment {
    /// Its folder under `.tools/`, and its file under `infra/requirements/`.
    name: &'static str,
}

/// Runs AWS on this machine.
pub(crate) const EMULATOR: Environment = Environment { name: "emulator" };
/// Checks, builds and deploys the template. The folder's name is known to `infra/link/zig.sh`.
pub(crate) const SAM: Environment = Environment { name: "sam" };
/// Reads the archive's files in the tests. The folder's name is known to `tests/src/duckdb.rs`.
pub(crate) const DUCKDB: Environment = Environment { name: "duckdb" };
/// Judges the template's security.
pub(crate) const POLICY: Environment = Environment { name: "policy" };

/// Name of the copy of the pins, written when everything they name is installed.
const SEAL: &str = "installed.txt";

impl Environment {
    /// Returns the path of one of its programs, from the workspace's root.
    pub(crate) fn program(&self, name: &str) -> String {
        format!("{}/bin/{name}", self.folder())
    }

    /// Returns the path of a file of one of its packages, from the workspace's root.
    ///
    /// # Errors
    ///
    /// [`Error::Absent`] when no package has it.
    pub(crate) fn file(&self, root: &Path, file: &str) -> Result<String, Error> {
        // Between them stands the name of the interpreter's version.
        let versions = fs::read_dir(root.join(self.folder()).join("lib")).into_iter().flatten().flatten();
        let mut paths = versions.map(|version| version.path().join("site-packages").join(file));
        let found =
            paths.find(|path| path.is_file()).ok_or_else(|| Error::Absent { file: file.to_owned() })?;
        Ok(found.display().to_string())
    }

    fn folder(&self) -> String {
        format!(".tools/{}", self.name)
    }

    /// Installs it where it is not yet, or is of other pins.
    ///
    /// # Errors
    ///
    /// [`Error::Read`] when the pins cannot be read, [`Error::Write`] when `.tools/` cannot be written, else those of the
    /// installer's run.
    pub(crate) fn install(&self, root: &Path) -> Result<(), Error> {
        let file = format!("infra/requirements/{}.txt", self.name);
        let pins = fs::read(root.join(&file)).map_err(|source| Error::Read { path: file.clone(), source })?;
        let seal = root.join(self.folder()).join(SEAL);
        if fs::read(&seal).is_ok_and(|installed| installed == pins) {
            return Ok(());
        }
        println!("installing {file} into {}/", self.folder());
        // Its programs know their own path, so it is made in its place; the seal comes last.
        remove_folder(&root.join(self.folder()))?;
        Call::new("python3", &["-m", "venv", &self.folder()]).run(root)?;
        let mut arguments = vec!["-m", "pip", "install", "--requirement", &file];
        // Nothing comes that is not in the file.
        arguments.extend(["--no-deps", "--quiet", "--disable-pip-version-check", "--no-input"]);
        Call::new(&self.program("python3"), &arguments).run(root)?;
        fs::write(&seal, pins).map_err(|source| not_written(&seal, source))
    }
}
