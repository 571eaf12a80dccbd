//! One object of S3 that is replaced now and then: the registry.

use aws_config::SdkConfig;
use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use hinomi_store::{Error, Fetched, Published, Result};

use crate::meaning::meaning;
use crate::objects::{body, client, is_missing};

/// Largest document in bytes. A registry of four hundred tenants has one megabyte.
const DOCUMENT_BYTES: usize = 16 << 20;
/// The status of an answer that sends nothing because nothing changed.
const NOT_MODIFIED: u16 = 304;

/// A document in a bucket, told from its other versions by its `ETag`.
#[derive(Clone, Debug)]
pub struct Document {
    client: Client,
    bucket: String,
    key: String,
}

impl Document {
    /// Names a document.
    pub fn new(config: &SdkConfig, bucket: &str, key: &str) -> Self {
        Document { client: client(config), bucket: bucket.to_owned(), key: key.to_owned() }
    }

    /// Writes a new version in the place of whatever is there. A repeat changes nothing.
    ///
    /// # Errors
    ///
    /// [`Error::TooLarge`] for what could not be read again, and those of every call.
    pub async fn replace(&self, bytes: &[u8]) -> Result<()> {
        if bytes.len() > DOCUMENT_BYTES {
            return Err(Error::TooLarge { what: "document", size: bytes.len(), limit: DOCUMENT_BYTES });
        }
        let put = self.client.put_object().bucket(&self.bucket).key(&self.key);
        let put = put.body(ByteStream::from(bytes.to_vec()));
        put.send().await.map(|_| ()).map_err(|error| meaning("replacing a document", error))
    }
}

impl Published for Document {
    async fn fetch_if_changed(&self, known: Option<&str>) -> Result<Fetched> {
        let what = "reading a document";
        let get = self.client.get_object().bucket(&self.bucket).key(&self.key);
        match get.set_if_none_match(known.map(str::to_owned)).send().await {
            Ok(answer) => {
                let tag = answer.e_tag.clone().unwrap_or_default();
                // A store that sends what was not asked for anew is right, and slow.
                if !tag.is_empty() && known == Some(tag.as_str()) {
                    return Ok(Fetched::Unchanged);
                }
                Ok(Fetched::New { tag, bytes: body(what, answer, DOCUMENT_BYTES).await? })
            }
            Err(error) if is_missing(&error) => Ok(Fetched::Missing),
            Err(error) => match error.raw_response() {
                Some(answer) if answer.status().as_u16() == NOT_MODIFIED => Ok(Fetched::Unchanged),
                _ => Err(meaning(what, error)),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replay::{Answer, Service, s3_error};

    fn document(service: &Service) -> Document {
        Document::new(&service.config(), "config", "accepted/registry.yaml")
    }

    #[tokio::test]
    async fn only_what_changed_is_sent() {
        let new = Answer::Says(200, Some(("etag", "\"two\"")), "version: 1".to_owned());
        let service = Service::new([Answer::Says(304, None, String::new()), new.clone(), new]);
        let document = document(&service);
        assert_eq!(document.fetch_if_changed(Some("\"one\"")).await.unwrap(), Fetched::Unchanged);
        assert_eq!(service.asked()[0].header("if-none-match"), Some("\"one\""));
        let two = Fetched::New { tag: "\"two\"".to_owned(), bytes: b"version: 1".to_vec() };
        assert_eq!(document.fetch_if_changed(Some("\"one\"")).await.unwrap(), two);
        assert_eq!(
            document.fetch_if_changed(Some("\"two\"")).await.unwrap(),
            Fetched::Unchanged,
            "sent all the same"
        );
    }

    #[tokio::test]
    async fn a_document_that_cannot_be_read_is_not_missing() {
        let error = document(&Service::new([s3_error(403, "AccessDenied")]))
            .fetch_if_changed(None)
            .await
            .unwrap_err();
        assert!(error.is_retryable(), "{error:?}");
        let missing =
            document(&Service::new([s3_error(404, "NoSuchKey")])).fetch_if_changed(None).await.unwrap();
        assert_eq!(missing, Fetched::Missing);
    }
}
