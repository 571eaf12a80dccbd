//! The archive on S3: objects written once, by `If-None-Match`.

use aws_config::SdkConfig;
use aws_sdk_s3::Client;
use aws_sdk_s3::error::SdkError;
use aws_sdk_s3::operation::get_object::{GetObjectError, GetObjectOutput};
use aws_sdk_s3::primitives::ByteStream;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use hinomi_store::{Archive, ArchiveKey, Error, Put, Result, limits, object};

use crate::meaning::meaning;
use crate::pause::Pauses;

/// Attempts of a put that meets another put of the same name. One of the two is done within the pauses.
const ATTEMPTS: u32 = 5;
/// Keys of one page of a listing, which is S3's own bound.
const PAGE: usize = 1_000;

/// A bucket as the archive. Clones share their connections.
///
/// A put whose answer was lost is repeated by the SDK and then finds its own object, which counts as [`Put::Existed`].
#[derive(Clone, Debug)]
pub struct Objects {
    client: Client,
    bucket: String,
    pauses: Pauses,
}

impl Objects {
    /// Makes the archive of a bucket.
    pub fn new(config: &SdkConfig, bucket: &str) -> Self {
        Objects { client: client(config), bucket: bucket.to_owned(), pauses: Pauses::default() }
    }

    /// Pauses otherwise between attempts.
    #[must_use]
    pub fn with_pauses(self, pauses: Pauses) -> Self {
        Objects { pauses, ..self }
    }
}

/// Makes a client of S3.
pub(crate) fn client(config: &SdkConfig) -> Client {
    // Buckets have names of their own in AWS's DNS, and nowhere else.
    let elsewhere = config.endpoint_url().is_some();
    Client::from_conf(aws_sdk_s3::config::Builder::from(config).force_path_style(elsewhere).build())
}

/// Tells whether there is no such object. Without the permission to list a bucket S3 says that it is forbidden instead,
/// which stays an error here: a missing permission must not look like a missing object.
pub(crate) fn is_missing(error: &SdkError<GetObjectError, HttpResponse>) -> bool {
    error.as_service_error().is_some_and(|error| error.is_no_such_key() || error.code() == Some("NotFound"))
}

/// Reads an object's bytes, up to a limit.
pub(crate) async fn body(what: &str, answer: GetObjectOutput, limit: usize) -> Result<Vec<u8>> {
    let promised = answer.content_length.and_then(|length| usize::try_from(length).ok()).unwrap_or(0);
    if promised > limit {
        return Err(Error::TooLarge { what: "object", size: promised, limit });
    }
    let mut bytes = Vec::with_capacity(promised);
    let mut body = answer.body;
    while let Some(chunk) = body.try_next().await.map_err(|error| Error::unavailable(what, error))? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > limit {
            return Err(Error::TooLarge { what: "object", size: bytes.len(), limit });
        }
    }
    Ok(bytes)
}

impl Archive for Objects {
    async fn put_new(&self, key: &ArchiveKey, bytes: &[u8]) -> Result<Put> {
        object::check(bytes.len())?;
        for attempt in 0..ATTEMPTS {
            let put = self.client.put_object().bucket(&self.bucket).key(key.as_str()).if_none_match("*");
            let put = put.body(ByteStream::from(bytes.to_vec()));
            match put.send().await.map_err(|error| meaning("writing an archive object", error)) {
                Ok(_) => return Ok(Put::Stored),
                Err(Error::Conflict { .. }) => return Ok(Put::Existed),
                // S3 says so of a put that runs beside another one of the same name, too.
                Err(Error::Throttled) => self.pauses.after(attempt).await,
                Err(error) => return Err(error),
            }
        }
        Err(Error::Throttled)
    }

    async fn fetch(&self, key: &ArchiveKey) -> Result<Option<Vec<u8>>> {
        let what = "reading an archive object";
        match self.client.get_object().bucket(&self.bucket).key(key.as_str()).send().await {
            Ok(answer) => body(what, answer, limits::OBJECT_BYTES).await.map(Some),
            Err(error) if is_missing(&error) => Ok(None),
            Err(error) => Err(meaning(what, error)),
        }
    }

    async fn list(&self, prefix: &str, after: Option<&ArchiveKey>, limit: usize) -> Result<Vec<ArchiveKey>> {
        let (mut keys, mut next) = (Vec::new(), None);
        while keys.len() < limit {
            let page = (limit - keys.len()).min(PAGE);
            let list = self
                .client
                .list_objects_v2()
                .bucket(&self.bucket)
                .prefix(prefix)
                .max_keys(i32::try_from(page).unwrap_or(1))
                .set_start_after(after.map(|key| key.as_str().to_owned()))
                .set_continuation_token(next);
            let answer = list.send().await.map_err(|error| meaning("listing the archive", error))?;
            let names = answer.contents.into_iter().flatten().filter_map(|object| object.key);
            // A name that is no key is none of ours: what somebody put there by hand.
            keys.extend(names.filter_map(|name| ArchiveKey::new(&name).ok()));
            next = answer.next_continuation_token.filter(|_| answer.is_truncated == Some(true));
            if next.is_none() {
                break;
            }
        }
        Ok(keys)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replay::{Answer, Meant, Service, s3_error, says};

    fn objects(service: &Service) -> Objects {
        Objects::new(&service.config(), "archive").with_pauses(service.pauses())
    }

    fn key() -> ArchiveKey {
        ArchiveKey::new("raw/a.zst").unwrap()
    }

    #[tokio::test]
    async fn an_object_is_put_only_where_there_is_none() {
        let service = Service::new([says(200, ""), s3_error(412, "PreconditionFailed")]);
        let objects = objects(&service);
        assert_eq!(objects.put_new(&key(), b"one").await.unwrap(), Put::Stored);
        assert_eq!(objects.put_new(&key(), b"two").await.unwrap(), Put::Existed);
        assert!(service.asked().iter().all(|asked| asked.header("if-none-match") == Some("*")));
    }

    #[tokio::test]
    async fn a_put_beside_another_of_its_name_waits_for_it() {
        let beside = s3_error(409, "ConditionalRequestConflict");
        let service = Service::new([beside.clone(), beside.clone(), s3_error(412, "PreconditionFailed")]);
        assert_eq!(objects(&service).put_new(&key(), b"one").await.unwrap(), Put::Existed);
        assert_eq!(service.paused().len(), 2);
        let service = Service::new(vec![beside; 50]);
        assert!(
            matches!(objects(&service).put_new(&key(), b"one").await, Err(Error::Throttled)),
            "not for ever"
        );
    }

    #[tokio::test]
    async fn each_failure_of_s3_has_its_meaning() {
        let meanings: [(Answer, Meant); 5] = [
            (s3_error(503, "SlowDown"), |e| matches!(e, Error::Throttled)),
            (s3_error(500, "InternalError"), |e| matches!(e, Error::Unavailable { .. })),
            // Without the permission to list, a missing object is forbidden; that must not pass for missing.
            (s3_error(403, "AccessDenied"), |e| matches!(e, Error::Unavailable { .. })),
            (s3_error(404, "NoSuchBucket"), |e| matches!(e, Error::Unavailable { .. })),
            (Answer::Lost, |e| matches!(e, Error::Unavailable { .. })),
        ];
        for (answer, meant) in meanings {
            let error = objects(&Service::new([answer.clone()])).fetch(&key()).await.unwrap_err();
            assert!(meant(&error), "{answer:?}: {error:?}");
        }
        let missing = objects(&Service::new([s3_error(404, "NoSuchKey")])).fetch(&key()).await.unwrap();
        assert_eq!(missing, None);
    }

    #[tokio::test]
    async fn an_object_that_promises_too_much_is_not_read() {
        let large = Answer::Says(200, Some(("content-length", "200000000")), "x".to_owned());
        let refused = objects(&Service::new([large])).fetch(&key()).await;
        assert!(matches!(refused, Err(Error::TooLarge { size: 200_000_000, .. })));
        let answer = GetObjectOutput::builder().body(ByteStream::from(vec![0; 100])).build();
        assert!(matches!(body("reading", answer, 99).await, Err(Error::TooLarge { size: 100, .. })));
    }
}
