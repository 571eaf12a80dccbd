//! Holds the edges between the crates and the purity of the middle, as ARCHITECTURE.md tells them.
//!
//! A new edge is a decision: it changes the table here and ARCHITECTURE.md in the same commit.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "all of this file is a test; its helpers fail it as loudly"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// The shared crates and what of ours each may import. A crate that is not here may not exist under `shared/`.
const SHARED: [(&str, &[&str]); 10] = [
    ("shared/model", &[]),
    ("shared/parse", &["shared/model"]),
    ("shared/detect", &["shared/model"]),
    ("shared/correlate", &["shared/model"]),
    ("shared/notice", &["shared/model"]),
    ("shared/ocsf", &["shared/model"]),
    ("shared/store", &["shared/model"]),
    (
        "shared/steps",
        &[
            "shared/model",
            "shared/parse",
            "shared/detect",
            "shared/correlate",
            "shared/notice",
            "shared/ocsf",
            "shared/store",
        ],
    ),
    ("shared/aws", &["shared/model", "shared/store", "shared/notice", "shared/steps"]),
    ("shared/lambda", &["shared/model"]),
];

/// The crates that take values and return values: no clock, no input or output, no randomness.
const PURE: [&str; 5] =
    ["shared/model", "shared/parse", "shared/detect", "shared/correlate", "shared/notice"];

/// Crates that bring a clock, a network, a disk, an executor or chance. A name that ends in `-` is a whole family.
const IMPURE: [&str; 19] = [
    "async-std",
    "aws-",
    "chrono",
    "fastrand",
    "fjall",
    "getrandom",
    "hyper",
    "lambda-",
    "lambda_runtime",
    "mio",
    "rand",
    "redb",
    "reqwest",
    "rusqlite",
    "smol",
    "socket2",
    "tokio",
    "ureq",
    "uuid",
];

/// Names of the standard library that bring the same.
const IMPURE_NAMES: [&str; 7] =
    ["SystemTime", "Instant", "TcpStream", "TcpListener", "UdpSocket", "ToSocketAddrs", "RandomState"];

/// Macros that write to the terminal.
const IMPURE_MACROS: [&str; 5] = ["dbg", "eprint", "eprintln", "print", "println"];

/// Modules of the standard library that bring the same.
const IMPURE_MODULES: [&str; 5] = ["env", "fs", "process", "thread", "os"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(1).unwrap().to_path_buf()
}

fn cargo(arguments: &[&str]) -> String {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo).args(arguments).current_dir(root()).output().unwrap();
    assert!(output.status.success(), "cargo {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// A crate of the workspace: what of ours it imports, by folder.
struct Member {
    name: String,
    /// What it is built from.
    imports: BTreeSet<String>,
}

/// Returns the crates of the workspace by their folder.
fn members() -> BTreeMap<String, Member> {
    let metadata = cargo(&["metadata", "--no-deps", "--offline", "--format-version", "1"]);
    let metadata: Value = serde_json::from_str(&metadata).unwrap();
    let root = PathBuf::from(metadata["workspace_root"].as_str().unwrap());
    let folder = |path: &str| {
        let path = Path::new(path).strip_prefix(&root).unwrap_or(Path::new(path));
        path.to_str().unwrap().replace('\\', "/")
    };
    let packages = metadata["packages"].as_array().unwrap();
    let member = |package: &Value| {
        let manifest = folder(package["manifest_path"].as_str().unwrap());
        let dependencies = package["dependencies"].as_array().unwrap();
        // Tests may wire what the crate itself may not: only what it is built from makes an edge.
        let built = dependencies.iter().filter(|dependency| dependency["kind"] != "dev");
        let imports = built.filter_map(|dependency| dependency["path"].as_str()).map(folder).collect();
        let name = package["name"].as_str().unwrap().to_owned();
        (manifest.trim_end_matches("/Cargo.toml").to_owned(), Member { name, imports })
    };
    packages.iter().map(member).collect()
}

#[test]
fn shared_crates_import_what_the_table_says() {
    let table: BTreeMap<&str, &[&str]> = SHARED.into_iter().collect();
    let members = members();
    assert!(members.contains_key("shared/model"), "{:?}", members.keys());
    for (folder, member) in members.iter().filter(|(folder, _)| folder.starts_with("shared/")) {
        let allowed = table.get(folder.as_str()).unwrap_or_else(|| panic!("{folder} is not in the table"));
        for import in &member.imports {
            assert!(allowed.contains(&import.as_str()), "{folder} imports {import}");
        }
    }
}

#[test]
fn functions_import_shared_crates_and_nobody_imports_functions() {
    let members = members();
    for (folder, member) in &members {
        for import in &member.imports {
            let allowed = match folder.split('/').next().unwrap() {
                "functions" | "events" => import.starts_with("shared/"),
                // What holds the whole may reach all of it.
                "tests" => import != "infra/xtask",
                "shared" => import.starts_with("shared/"),
                _ => false,
            };
            assert!(allowed, "{folder} imports {import}");
        }
    }
}

#[test]
fn only_functions_know_lambda() {
    for (folder, member) in members() {
        let knows = member.imports.contains("shared/lambda") && folder != "tests";
        assert!(!knows || folder.starts_with("functions/"), "{folder} imports shared/lambda");
    }
}

#[test]
fn pure_crates_bring_no_clock_no_executor_and_no_store() {
    let members = members();
    for folder in PURE {
        let name = &members[folder].name;
        // With all that it brings in turn, as it is built here; what only its tests need is left out.
        let tree = cargo(&[
            "tree",
            "--offline",
            "--locked",
            "--package",
            name,
            "--edges",
            "normal,build",
            "--prefix",
            "none",
            "--format",
            "{p}",
        ]);
        let brought: BTreeSet<&str> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
        assert!(brought.contains(name.as_str()), "{tree}");
        for crate_name in brought {
            assert!(!is_impure(crate_name), "{folder} brings {crate_name}");
        }
    }
}

fn is_impure(crate_name: &str) -> bool {
    IMPURE.iter().any(|name| {
        let family = name.ends_with('-') && crate_name.starts_with(name);
        family || crate_name == *name
    })
}

#[test]
fn pure_sources_name_no_clock_no_file_and_no_network() {
    let mut read = 0;
    for folder in PURE {
        for path in sources(&root().join(folder).join("src")) {
            let text = fs::read_to_string(&path).unwrap();
            let found = impure_names(&text);
            assert!(found.is_empty(), "{}: {found:?}", path.display());
            read += 1;
        }
    }
    assert!(read > PURE.len(), "only {read} files were read");
}

#[test]
fn impure_names_are_found_where_they_are_code() {
    for code in [
        "let now = std::time::Instant::now();",
        "use std::time::{Duration, SystemTime};",
        "use std::{collections::HashMap, env};",
        "use std::{\n    fs::File,\n    io,\n};",
        "let text = std::fs::read_to_string(path);",
        "use std::net::TcpStream;",
        "println!(\"{x}\");",
        "split('\"').next(); std::env::args()",
        "let now = jiff::Timestamp::now();",
        "let zone = TimeZone::system();",
        "/// Doc.\nfn f() { std::thread::spawn(g); } // why",
        "#[cfg(test)]\nmod tests;\nuse std::fs;",
    ] {
        assert!(!impure_names(code).is_empty(), "{code}");
    }
    for code in [
        "// An Instant is not read here; std::fs neither.",
        "/// Returns the SystemTime of nobody.\nfn f() {}",
        "let instants = vec![Instants::new()];",
        "let text = \"println! in std::fs\";",
        "let print = Fingerprint::new(print);",
        "use std::{fmt, net::IpAddr};",
        "let at = Timestamp::from_second(now);",
        "const NAME: &str = env!(\"CARGO_PKG_NAME\");",
        "use crate::fs::Thing;",
        "fn f() {}\n#[cfg(test)]\nmod tests { use std::fs; }",
    ] {
        assert_eq!(impure_names(code), Vec::<String>::new(), "{code}");
    }
}

/// Returns every source file below a folder that is built into the crate: modules of tests are left out.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
        let path = entry.unwrap().path();
        let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        if stem == "tests" || stem.ends_with("_tests") {
            continue;
        }
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

/// Returns what a source names that brings a clock, input, output or chance. Comments, text in quotes and the test
/// module at the end do not count.
fn impure_names(source: &str) -> Vec<String> {
    let code: String =
        without_test_module(source).lines().map(without_text_and_comment).collect::<Vec<_>>().join("\n");
    let words = words(&code);
    let mut found = Vec::new();
    for (index, word) in words.iter().enumerate() {
        let before = |back: usize| index.checked_sub(back).and_then(|at| words.get(at)).copied();
        let now = matches!(*word, "now" | "system") && before(1) == Some("::");
        let prints = IMPURE_MACROS.contains(word) && words.get(index + 1) == Some(&"!");
        // Another crate's `Instant` would be a clock too, so the name alone decides.
        if now || prints || IMPURE_NAMES.contains(word) {
            found.push((*word).to_owned());
        }
        if *word == "std" {
            found.extend(
                modules(&words[index + 1..]).filter(|m| IMPURE_MODULES.contains(m)).map(str::to_owned),
            );
        }
    }
    found
}

/// Leaves out the test module at the end of a source; a test module in a file of its own ends nothing.
fn without_test_module(source: &str) -> &str {
    let opens = |(at, attribute): &(usize, &str)| {
        let declaration = source[at + attribute.len()..].lines().next().unwrap_or_default();
        declaration.contains('{')
    };
    let module = source.match_indices("#[cfg(test)]\nmod ").find(opens);
    module.map_or(source, |(at, _)| &source[..at])
}

/// Returns the modules that follow `std` in a path: one, or the first of each path in braces.
fn modules<'a>(after: &'a [&'a str]) -> impl Iterator<Item = &'a str> {
    let mut depth = 0usize;
    let mut first = true;
    let mut found = Vec::new();
    for word in after.iter().skip(1).copied().take_while(|word| *word != ";") {
        match word {
            "{" => depth += 1,
            "}" => depth = depth.saturating_sub(1),
            "," if depth == 1 => first = true,
            _ if first => {
                found.push(word);
                first = false;
            }
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    found.into_iter()
}

/// Leaves out what stands in double quotes on this line and what follows `//`.
fn without_text_and_comment(line: &str) -> String {
    let mut code = String::with_capacity(line.len());
    let mut characters = line.chars().peekable();
    let mut quoted = false;
    while let Some(c) = characters.next() {
        match c {
            '\\' if quoted => {
                characters.next();
            }
            '"' => quoted = !quoted,
            // The sign itself, as in `'"'`, opens nothing.
            '\'' if !quoted && characters.peek() == Some(&'"') => {
                characters.next();
            }
            '/' if !quoted && characters.peek() == Some(&'/') => break,
            _ if quoted => {}
            _ => code.push(c),
        }
    }
    code
}

/// Splits code into names, `::`, and single signs.
fn words(code: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = code.trim_start();
    while let Some(first) = rest.chars().next() {
        let name = |c: char| c.is_alphanumeric() || c == '_';
        let length = if name(first) {
            rest.find(|c| !name(c)).unwrap_or(rest.len())
        } else if rest.starts_with("::") {
            2
        } else {
            first.len_utf8()
        };
        words.push(&rest[..length]);
        rest = rest[length..].trim_start();
    }
    words
}
