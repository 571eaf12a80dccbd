//! The `correlate` function: the clients and what it is told by its environment.

use hinomi_aws::{Cloud, Document, TableNames, sdk_config};
use hinomi_fn_correlate::CorrelateFunction;
use hinomi_lambda::{Clock, Function};
use hinomi_steps::registry::ACCEPTED;

fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let (start, config) = hinomi_lambda::start(Function::Correlate, |environment| environment.correlate())?;
    let sdk = start.wait(sdk_config());
    let tables =
        TableNames { incidents: config.incidents_table, scope: config.scope_table, ..TableNames::default() };
    let store = Cloud::new(&sdk, tables, &config.archive_bucket, || Clock::wall().now());
    let registry = Document::new(&sdk, &config.config_bucket, ACCEPTED);
    hinomi_lambda::run(start, CorrelateFunction::new(store, registry, config.registry_refresh))
}
