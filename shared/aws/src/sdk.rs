//! How every client calls: where, with which patience, over which TLS.

use std::time::Duration;

use aws_config::{BehaviorVersion, SdkConfig};
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;

/// Longest time to a connection. Inside a region it takes milliseconds; what takes longer is better tried again.
const CONNECT: Duration = Duration::from_millis(1_500);
/// Longest silence of a service. The largest of our calls, an object of some megabytes, takes below two seconds.
const READ: Duration = Duration::from_secs(5);
/// Longest time of one call with its attempts: two that a service never answers, or three and their pauses when it
/// answers at all. It ends within the time that a function keeps for its answer, so that the function hands its batch back
/// instead of being cut off.
pub const LONGEST_CALL: Duration = Duration::from_secs(10);
/// Attempts of one call. The SDK pauses between them; beyond, the batch is repeated.
const ATTEMPTS: u32 = 3;

/// Reads region, credentials and endpoint from the environment as the SDK does, and sets what all clients share.
pub async fn sdk_config() -> SdkConfig {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .read_timeout(READ)
        .operation_timeout(LONGEST_CALL)
        .build();
    let http = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
    aws_config::defaults(BehaviorVersion::latest())
        .http_client(http)
        .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS))
        .timeout_config(timeouts)
        .load()
        .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_call_has_an_end() {
        let config = sdk_config().await;
        let timeouts = config.timeout_config().unwrap();
        assert_eq!((timeouts.connect_timeout(), timeouts.read_timeout()), (Some(CONNECT), Some(READ)));
        assert_eq!(timeouts.operation_timeout(), Some(LONGEST_CALL));
        assert_eq!(config.retry_config().unwrap().max_attempts(), ATTEMPTS);
    }
}
