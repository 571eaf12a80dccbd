//! Every figure of `docs/performance.md`, measured again by one command.
//!
//! Everything is built as it is shipped. The tables go to the terminal and to `target/perf/`; `--write` puts them into the
//! page as well, and the curves beside it, so that page and program cannot drift apart by hand.

use std::fs;
use std::path::Path;

use crate::call::Call;
use crate::error::Error;
use crate::functions::shared;
use crate::tools::not_written;

/// Where results go, from the workspace's root.
const OUT: &str = "target/perf";
/// The page that tells them.
const PAGE: &str = "docs/performance.md";
/// The comparison's package; not a member of the workspace, so it has a folder for what it builds.
const COMPARE: &str = "tests/compare/Cargo.toml";
const COMPARE_TARGET: &str = "target/compare";
/// Lines that the command's own measurement reads.
const BENCH_LINES: &str = "40000";

/// How much is measured and where it goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Options {
    /// A short run: fewer lines, rounds and points, and none of the stages' benches, which compile for minutes.
    quick: bool,
    /// The page gets the tables.
    write: bool,
}

/// Measures.
///
/// # Errors
///
/// [`Error::Usage`] for an unknown word, those of the calls, [`Error::Write`] when a result can't be written.
pub(crate) fn run(root: &Path, words: &[&str]) -> Result<(), Error> {
    let options = Options::read(words)?;
    let out = root.join(OUT);
    fs::create_dir_all(&out).map_err(|source| not_written(&out, source))?;
    let quick: &[&str] = if options.quick { &["--quick"] } else { &[] };

    let cargo = |what: &str| {
        let call =
            [what, "--release", "--locked", "--manifest-path", COMPARE, "--target-dir", COMPARE_TARGET];
        shared(Call::cargo(&call), root)
    };
    if !options.quick {
        // The checks leave it out: what it is compared with takes minutes to compile.
        told(cargo("test"), root)?;
    }
    let compare = |what: &str| told(cargo("run").also(&["--", what, "--out", OUT]).also(quick), root);
    let mut tables = vec![("compare", compare("compare")?), ("scale", compare("scale")?)];
    tables.push(("bench", bench(root)?));
    if !options.quick {
        let stages = ["bench", "--locked", "--package", "hinomi-tests", "--bench", "stages"];
        tables.push(("stages", fenced(&told(shared(Call::cargo(&stages), root), root)?)));
    }
    for (name, table) in &tables {
        let path = out.join(format!("{name}.md"));
        fs::write(&path, table).map_err(|source| not_written(&path, source))?;
    }
    if options.write {
        write(root, &tables)?;
    }
    println!("results are in {OUT}/");
    Ok(())
}

impl Options {
    fn read(words: &[&str]) -> Result<Self, Error> {
        let mut options = Options::default();
        for word in words {
            match *word {
                "--quick" => options.quick = true,
                "--write" => options.write = true,
                other => return Err(Error::Usage(format!("perf knows no {other}"))),
            }
        }
        Ok(options)
    }
}

/// Lets the command measure its own stages on the same mixture, whose JSON `hinomi plan` takes.
fn bench(root: &Path) -> Result<String, Error> {
    let lines = format!("{OUT}/fortigate_kv.log");
    let generate =
        ["run", "--release", "--locked", "--package", "hinomi-generate", "--", "mix", "fortigate_kv"];
    let generate = Call::cargo(&generate).also(&[BENCH_LINES]);
    let text = shared(generate, root).output(root)?;
    let path = root.join(&lines);
    fs::write(&path, text).map_err(|source| not_written(&path, source))?;
    let measure = ["run", "--release", "--locked", "--package", "hinomi-local", "--", "bench"];
    let measure = |options: &[&str]| shared(Call::cargo(&measure).also(options).also(&[&lines]), root);
    let document = measure(&["--json"]).output(root)?;
    let path = root.join(OUT).join("bench.json");
    fs::write(&path, document).map_err(|source| not_written(&path, source))?;
    Ok(fenced(&told(measure(&[]), root)?))
}

/// Runs a call, shows what it prints and returns it.
fn told(call: Call, root: &Path) -> Result<String, Error> {
    println!("{call}");
    let text = call.output(root)?;
    println!("{text}");
    Ok(text)
}

fn fenced(text: &str) -> String {
    format!("```\n{}\n```\n", text.trim_end())
}

/// Puts each table between its marks in the page, and the curves beside it.
fn write(root: &Path, tables: &[(&str, String)]) -> Result<(), Error> {
    let path = root.join(PAGE);
    let mut page = fs::read_to_string(&path).map_err(|source| not_written(&path, source))?;
    for (name, table) in tables {
        let Some(filled) = filled(&page, name, table) else {
            return Err(Error::Usage(format!("{PAGE} has no place for the table {name}")));
        };
        page = filled;
    }
    fs::write(&path, page).map_err(|source| not_written(&path, source))?;
    for name in ["scaling.svg", "scaling.csv"] {
        let (from, to) = (root.join(OUT).join(name), root.join("docs").join(name));
        fs::copy(from, &to).map_err(|source| not_written(&to, source))?;
    }
    Ok(())
}

/// Returns the page with the table between `<!-- table: NAME -->` and `<!-- end -->`; `None` when it has no such place.
fn filled(page: &str, name: &str, table: &str) -> Option<String> {
    const END: &str = "<!-- end -->";
    let begin = format!("<!-- table: {name} -->\n");
    let (before, rest) = page.split_once(&begin)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{begin}\n{}\n\n{END}{after}", table.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_takes_the_place_of_the_one_before() {
        let page = "a\n<!-- table: x -->\nold\n<!-- end -->\nb\n<!-- table: y -->\n<!-- end -->\n";
        let filled = filled(page, "x", "new\n").unwrap();
        assert_eq!(
            filled,
            "a\n<!-- table: x -->\n\nnew\n\n<!-- end -->\nb\n<!-- table: y -->\n<!-- end -->\n"
        );
        assert_eq!(super::filled(&filled, "x", "new").as_ref(), Some(&filled));
        assert_eq!(super::filled(page, "z", "new"), None);
    }

    #[test]
    fn the_page_has_a_place_for_each_table() {
        let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(PAGE);
        let page = fs::read_to_string(page).unwrap();
        for name in ["compare", "scale", "bench", "stages"] {
            assert!(filled(&page, name, "x").is_some(), "{name}");
        }
    }

    #[test]
    fn the_comparison_is_built_as_the_engine_is() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let profile = |manifest: &str, head: &str| -> Vec<String> {
            let text = fs::read_to_string(root.join(manifest)).unwrap();
            let (_, section) = text.split_once(&format!("\n[{head}]\n")).unwrap();
            let section = section.lines().take_while(|line| !line.starts_with('['));
            section.filter(|line| line.contains(" = ")).map(str::to_owned).collect()
        };
        for head in ["profile.release", "profile.release.package.hinomi-parse"] {
            let own = profile("Cargo.toml", head);
            assert!(!own.is_empty());
            assert_eq!(own, profile(COMPARE, head), "{head}");
        }
    }

    #[test]
    fn options_are_known_or_wrong_usage() {
        assert_eq!(Options::read(&["--quick", "--write"]).ok(), Some(Options { quick: true, write: true }));
        assert!(matches!(Options::read(&["--fast"]), Err(Error::Usage(_))));
    }
}
