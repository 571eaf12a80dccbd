//! Writes the committed sample day anew: `cargo run --release -p hinomi-generate -- sample-day`
//! (unoptimised, the compressors take minutes). Prints lines for measuring: `... -- mix fortigate_kv 40000`.

use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::process::ExitCode;

use hinomi_generate::day;
use hinomi_generate::mix::{Form, Mix};

const USAGE: &str = "usage: hinomi-generate sample-day\n       hinomi-generate mix FORM LINES";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["sample-day"] => write_sample_day(),
        ["mix", form, lines] => {
            let form = Form::ALL.into_iter().find(|known| known.name() == *form);
            let (Some(form), Ok(lines)) = (form, lines.parse()) else { return wrong_usage() };
            print_mix(form, lines)
        }
        _ => return wrong_usage(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("failed to write lines: {error}");
            ExitCode::FAILURE
        }
    }
}

fn wrong_usage() -> ExitCode {
    let forms: Vec<&str> = Form::ALL.iter().map(|form| form.name()).collect();
    eprintln!("{USAGE}\nforms: {}", forms.join(", "));
    ExitCode::from(2)
}

fn print_mix(form: Form, lines: usize) -> std::io::Result<()> {
    let mut out = BufWriter::new(std::io::stdout().lock());
    for line in Mix::new(form, day::SEED).take(lines) {
        writeln!(out, "{line}")?;
    }
    out.flush()
}

fn write_sample_day() -> std::io::Result<()> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../sample-day");
    std::fs::create_dir_all(&directory)?;
    let lines = day::sample_day(day::SEED);
    for (name, bytes) in [
        ("kita-fortigate.log.zst", day::zstd(&lines.fortigate)?),
        ("kita-panos.log.gz", day::gzip(&lines.panos)?),
    ] {
        std::fs::write(directory.join(name), &bytes)?;
        println!("{name}: {} bytes", bytes.len());
    }
    println!("{} lines", lines.fortigate.len() + lines.panos.len());
    Ok(())
}
