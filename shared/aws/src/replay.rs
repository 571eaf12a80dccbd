//! A service that answers what a test tells it to, and keeps what it was asked.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::retry::RetryConfig;

use crate::pause::{Pause, Pauses};

/// Tells whether an error means what it should.
pub(crate) type Meant = fn(&hinomi_store::Error) -> bool;

/// What a service answers.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    /// A status, a header if there is one, and a body.
    Says(u16, Option<(&'static str, &'static str)>, String),
    /// What it says depends on what it was asked.
    To(fn(&Asked) -> Answer),
    /// The answer is lost on the way.
    Lost,
}

pub(crate) fn says(status: u16, body: impl Into<String>) -> Answer {
    Answer::Says(status, None, body.into())
}

/// An error as DynamoDB and Kinesis write it.
pub(crate) fn json_error(code: &str) -> Answer {
    says(400, format!(r#"{{"__type":"com.amazonaws#{code}","message":"m"}}"#))
}

/// An error as S3 writes it.
pub(crate) fn s3_error(status: u16, code: &str) -> Answer {
    says(status, format!("<Error><Code>{code}</Code><Message>m</Message></Error>"))
}

/// An error as SNS writes it.
pub(crate) fn query_error(status: u16, code: &str) -> Answer {
    says(
        status,
        format!("<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code></Error></ErrorResponse>"),
    )
}

/// A question as it was asked.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// The header that names the operation, or the method and the path.
    pub(crate) operation: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Asked {
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// The service. Asked more often than it has answers, it is lost.
#[derive(Clone, Debug, Default)]
pub(crate) struct Service {
    answers: Arc<Mutex<VecDeque<Answer>>>,
    asked: Arc<Mutex<Vec<Asked>>>,
    paused: Arc<Mutex<Vec<Duration>>>,
}

impl Service {
    pub(crate) fn new(answers: impl IntoIterator<Item = Answer>) -> Self {
        Service { answers: Arc::new(Mutex::new(answers.into_iter().collect())), ..Service::default() }
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// Returns how long the adapter paused, each time.
    pub(crate) fn paused(&self) -> Vec<Duration> {
        self.paused.lock().unwrap().clone()
    }

    pub(crate) fn pauses(&self) -> Pauses {
        Pauses::new(self.clone())
    }

    /// Makes a configuration whose clients ask this service, each call once.
    pub(crate) fn config(&self) -> SdkConfig {
        let connector = SharedHttpConnector::new(self.clone());
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("ap-northeast-1"))
            .credentials_provider(SharedCredentialsProvider::new(Credentials::new(
                "a", "b", None, None, "test",
            )))
            .retry_config(RetryConfig::disabled())
            .http_client(http_client_fn(move |_, _| connector.clone()))
            .build()
    }
}

impl HttpConnector for Service {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let headers: Vec<(String, String)> =
            request.headers().iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let target = headers.iter().find(|(name, _)| name == "x-amz-target").map(|(_, value)| value.clone());
        let operation = target.unwrap_or_else(|| format!("{} {}", request.method(), request.uri()));
        let body = String::from_utf8_lossy(request.body().bytes().unwrap_or_default()).into_owned();
        let asked = Asked { operation, headers, body };
        self.asked.lock().unwrap().push(asked.clone());
        let answer = match self.answers.lock().unwrap().pop_front() {
            Some(Answer::To(answer)) => answer(&asked),
            Some(answer) => answer,
            None => Answer::Lost,
        };
        HttpConnectorFuture::ready(match answer {
            Answer::Says(status, header, body) => {
                let mut answer = HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body));
                if let Some((name, value)) = header {
                    answer.headers_mut().insert(name, value);
                }
                Ok(answer)
            }
            Answer::Lost | Answer::To(_) => Err(ConnectorError::timeout("lost".into())),
        })
    }
}

impl Pause for Service {
    fn pause(&self, time: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        self.paused.lock().unwrap().push(time);
        Box::pin(std::future::ready(()))
    }
}
