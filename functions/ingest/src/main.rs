//! The `ingest` function, with the reader of lines that is deployed.

fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    hinomi_fn_ingest::run(hinomi_parse::parse_line)
}
