//! The `compact` function: the clients and what it is told by its environment.

use hinomi_aws::{Document, Objects, sdk_config};
use hinomi_fn_compact::CompactFunction;
use hinomi_lambda::Function;
use hinomi_steps::registry::ACCEPTED;

fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let (start, config) = hinomi_lambda::start(Function::Compact, |environment| environment.compact())?;
    let sdk = start.wait(sdk_config());
    let archive = Objects::new(&sdk, &config.archive_bucket);
    let registry = Document::new(&sdk, &config.config_bucket, ACCEPTED);
    let function = CompactFunction::new(archive, registry, config.compactors, config.registry_refresh);
    hinomi_lambda::run(start, function)
}
