//! The `console` function: wires the tables and the accepted registry to [`Console`].

use std::sync::Arc;

use hinomi_aws::{Cloud, Document, TableNames};
use hinomi_fn_console::{Console, Registries};
use hinomi_lambda::{Clock, Failure, Function};
use hinomi_model::EventTime;
use hinomi_model::registry::Registry;
use hinomi_steps::registry::{ACCEPTED, RegistryCache};

/// The accepted registry, asked for anew now and then.
struct InForce {
    document: Document,
    cache: RegistryCache,
}

impl Registries for InForce {
    async fn registry(&self, now: EventTime) -> Result<Arc<Registry>, Failure> {
        let current = self.cache.current(&self.document, now).await.map_err(Failure::fault)?;
        Ok(current.registry)
    }
}

fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let (start, config) = hinomi_lambda::start(Function::Console, |environment| environment.console())?;
    let sdk = start.wait(hinomi_aws::sdk_config());
    let tables = TableNames {
        incidents: config.incidents_table,
        deliveries: config.deliveries_table,
        scope: config.scope_table,
        ledger: String::new(),
    };
    let console = Console {
        // It reads no archive; a call that needs one is refused by S3.
        store: Cloud::new(&sdk, tables, &config.config_bucket, || Clock::wall().now()),
        registries: InForce {
            document: Document::new(&sdk, &config.config_bucket, ACCEPTED),
            cache: RegistryCache::new(config.registry_refresh),
        },
        language: config.language,
    };
    hinomi_lambda::run(start, console)
}
