//! Writes the console's pages of the sample day as HTML files, to be looked at in a browser:
//! `cargo run -p hinomi-tests --example console -- DIRECTORY`.

use std::error::Error;
use std::path::{Path, PathBuf};

use hinomi_tests::console::{SampleDay, event};

fn main() -> Result<(), Box<dyn Error>> {
    let directory = PathBuf::from(std::env::args().nth(1).ok_or("name a directory")?);
    std::fs::create_dir_all(&directory)?;
    let day = SampleDay::play()?;
    let worst = day.worst()?;
    for language in ["ja", "en"] {
        for theme in ["light", "dark"] {
            for width in [1240, 480] {
                let page = |view: &str| day.page(&event(language, theme, width, view));
                write(&directory, &format!("queue-{language}-{theme}-{width}"), theme, &page("")?)?;
                write(
                    &directory,
                    &format!("all-{language}-{theme}-{width}"),
                    theme,
                    &page("\"level\":\"all\",")?,
                )?;
                let view = format!("\"incident\":\"{worst}\",");
                write(&directory, &format!("incident-{language}-{theme}-{width}"), theme, &page(&view)?)?;
            }
        }
    }
    Ok(())
}

/// Writes a page within a dashboard's ground.
fn write(directory: &Path, name: &str, theme: &str, page: &str) -> Result<(), Box<dyn Error>> {
    let ground = if theme == "dark" { "#0f1b2a" } else { "#fff" };
    let html = format!(
        "<!doctype html><meta charset=\"utf-8\"><body style=\"margin:0;background:{ground}\">{page}</body>"
    );
    std::fs::write(directory.join(format!("{name}.html")), html)?;
    Ok(())
}
