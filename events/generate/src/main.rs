//! Writes the committed sample day anew: `cargo run --release -p hinomi-generate -- sample-day`
//! (unoptimised, the compressors take minutes).

use std::path::Path;
use std::process::ExitCode;

use hinomi_generate::day;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments != ["sample-day"] {
        eprintln!("usage: hinomi-generate sample-day");
        return ExitCode::from(2);
    }
    match write_sample_day() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("failed to write the sample day: {error}");
            ExitCode::FAILURE
        }
    }
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
