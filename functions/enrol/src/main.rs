//! The `enrol` function: wires the configuration's bucket, the topics and the ledger to [`Enrol`].

use hinomi_aws::{Cloud, Document, Operations, Subscribers, TableNames};
use hinomi_fn_enrol::Enrol;
use hinomi_lambda::{Clock, Function};

/// The key that customers' topics are encrypted with: SNS's own of the account. Nothing else of a notice rests in SNS.
const TOPIC_KEY: &str = "alias/aws/sns";

fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let (start, config) = hinomi_lambda::start(Function::Enrol, |environment| environment.enrol())?;
    let sdk = start.wait(hinomi_aws::sdk_config());
    let tables = TableNames { ledger: config.ledger_table, ..TableNames::default() };
    let enrol = Enrol {
        uploaded: Document::new(&sdk, &config.config_bucket, "registry.yaml"),
        accepted: Document::new(&sdk, &config.config_bucket, hinomi_steps::registry::ACCEPTED),
        subscriptions: Subscribers::new(&sdk, &config.topic_prefix, Some(TOPIC_KEY)),
        // It has no archive; a call that needs one is refused by S3.
        ledger: Cloud::new(&sdk, tables, &config.config_bucket, || Clock::wall().now()),
        operations: Operations::new(&sdk, &config.operations_topic),
    };
    hinomi_lambda::run(start, enrol)
}
