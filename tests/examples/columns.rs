//! Writes Athena's tables into the template: `cargo run -p hinomi-tests --example columns`.

use std::path::Path;

use hinomi_tests::columns::rewritten;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../template.yaml");
    let template = std::fs::read_to_string(&path)?;
    std::fs::write(&path, rewritten(&template).ok_or("the template has no place for tables")?)?;
    Ok(())
}
