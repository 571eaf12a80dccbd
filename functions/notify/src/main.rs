//! The `notify` function: the clients and what it is told by its environment.

use hinomi_aws::{Cloud, Document, Operations, TableNames, Topics, sdk_config};
use hinomi_fn_notify::NotifyFunction;
use hinomi_lambda::{Clock, Function};
use hinomi_steps::registry::ACCEPTED;

fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let (start, config) = hinomi_lambda::start(Function::Notify, |environment| environment.notify())?;
    let sdk = start.wait(sdk_config());
    let tables = TableNames {
        incidents: config.incidents_table,
        deliveries: config.deliveries_table,
        scope: config.scope_table,
        ledger: config.ledger_table,
    };
    let store = Cloud::new(&sdk, tables, &config.archive_bucket, || Clock::wall().now());
    let topics = Topics::new(&sdk, &config.topic_prefix, Some(&config.sms_sender_id));
    let operations = Operations::new(&sdk, &config.operations_topic);
    let registry = Document::new(&sdk, &config.config_bucket, ACCEPTED);
    let function = NotifyFunction::new(store, topics, operations, registry, config.registry_refresh);
    hinomi_lambda::run(start, function)
}
