//! The `watch` function: the clients and what it is told by its environment.

use hinomi_aws::{Document, Objects, Records, sdk_config};
use hinomi_fn_watch::WatchFunction;
use hinomi_lambda::Function;
use hinomi_steps::registry::ACCEPTED;

fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let (start, config) = hinomi_lambda::start(Function::Watch, |environment| environment.flow())?;
    let sdk = start.wait(sdk_config());
    let archive = Objects::new(&sdk, &config.archive_bucket);
    let findings = Records::new(&sdk, &config.findings_stream);
    let registry = Document::new(&sdk, &config.config_bucket, ACCEPTED);
    hinomi_lambda::run(start, WatchFunction::new(archive, findings, registry, config.registry_refresh))
}
