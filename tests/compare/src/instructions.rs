//! Instructions a line, counted by callgrind: the one figure that a machine's other work does not move.
//!
//! A reader runs alone in a process under valgrind, once over the lines and then three times; half the difference is a
//! pass without what comes before it (making the lines, compiling programs, growing buffers). Instructions are not time:
//! a core does four of them at once in a scanner and waits for memory in a map.

use std::process::{Command, Stdio};

use hinomi_generate::mix::Form;

use crate::Fault;
use crate::data::Data;
use crate::measure::Figures;
use crate::reader::contestants;

/// Lines of a pass: valgrind is fifty times slower than the machine.
const LINES: usize = 1_000;
const VALGRIND: &str = "valgrind";

/// Runs one reader alone.
///
/// # Errors
///
/// [`Fault::Reader`] when there is none of that name.
pub(crate) fn pass(form: Form, name: &str, lines: usize, passes: usize) -> Result<(), Fault> {
    let data = Data::new(form, lines)?;
    let found = contestants()?.into_iter().find(|one| one.form == form && one.name == name);
    let mut contestant = found.ok_or_else(|| Fault::Reader(format!("there is no {name}")))?;
    for _ in 0..passes {
        let read = contestant.reader.pass(&data);
        if read != data.count() {
            return Err(Fault::Unread { name: contestant.name, read, of: data.count() });
        }
    }
    Ok(())
}

/// Tells whether valgrind is there.
pub(crate) fn can_count() -> bool {
    let version =
        Command::new(VALGRIND).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    version.is_ok_and(|status| status.success())
}

/// Counts the instructions of each row, and puts them into it.
///
/// # Errors
///
/// [`Fault::Program`] when valgrind fails.
pub(crate) fn count(figures: &mut [Figures]) -> Result<(), Fault> {
    for row in figures {
        let (once, thrice) = (collected(row, 1)?, collected(row, 3)?);
        row.instructions_per_line = Some(thrice.saturating_sub(once) as f64 / 2.0 / LINES as f64);
    }
    Ok(())
}

/// Runs a row's reader under callgrind and returns how many instructions the whole process took.
fn collected(row: &Figures, passes: usize) -> Result<u64, Fault> {
    let failed = |problem: String| Fault::Program { program: VALGRIND, problem };
    let own = std::env::current_exe().map_err(|error| failed(error.to_string()))?;
    let output = Command::new(VALGRIND)
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(own)
        .args(["pass", row.form, &row.name, &LINES.to_string(), &passes.to_string()])
        .output()
        .map_err(|error| failed(error.to_string()))?;
    let told = String::from_utf8_lossy(&output.stderr);
    let count = total(&told).filter(|_| output.status.success());
    count.ok_or_else(|| failed(told.lines().last().unwrap_or_default().to_owned()))
}

/// Finds the total that callgrind tells at its end.
fn total(told: &str) -> Option<u64> {
    let line = told.lines().find_map(|line| line.split_once("Collected : "))?;
    line.1.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_total_is_found_among_what_valgrind_says() {
        let told = "==7== Events    : Ir\n==7== Collected : 224102\n==7==\n==7== I   refs:      224,102\n";
        assert_eq!(total(told), Some(224_102));
        assert_eq!(total("==7== valgrind: no such file\n"), None);
    }
}
