//! The calls of AWS that the world around the platform makes.

use data_encoding::BASE64;
use serde_json::{Value, json};

use super::Error;
use super::http::{Answer, request};

/// Most records in a call of PutRecords, which is Kinesis's own limit.
const MAX_RECORDS: usize = 500;
/// Most bytes in a call of PutRecords, with room below Kinesis's 5 MiB for what JSON adds.
const MAX_BYTES: usize = 3 * 1024 * 1024;

/// AWS, as the emulator plays it.
#[derive(Clone, Debug)]
pub struct Aws {
    host: String,
    region: String,
}

/// A record to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its partition key.
    pub key: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl Aws {
    /// Finds the emulator.
    ///
    /// # Errors
    ///
    /// [`Error::Environment`] when this was not started by `cargo xtask`.
    pub fn from_environment() -> Result<Self, Error> {
        let endpoint = variable("HINOMI_TEST_ENDPOINT")?;
        let host = endpoint.trim_start_matches("http://").trim_end_matches('/').to_owned();
        Ok(Aws { host, region: variable("AWS_REGION")? })
    }

    /// Returns where it answers.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.host)
    }

    /// Calls a service that speaks JSON.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] and those of the connection.
    pub fn json(&self, service: &str, target: &str, body: &Value) -> Result<Value, Error> {
        let headers = [("Content-Type", "application/x-amz-json-1.1"), ("X-Amz-Target", target)];
        let answer = self.send(service, "POST", "/", &headers, body.to_string().as_bytes())?;
        if answer.body.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&answer.body).map_err(|error| Error::Answer(format!("{target}: {error}")))
    }

    /// Calls a service that speaks forms and XML.
    ///
    /// # Errors
    ///
    /// As [`Aws::json`].
    pub fn query(&self, service: &str, fields: &[(&str, &str)]) -> Result<String, Error> {
        let form: Vec<String> =
            fields.iter().map(|(name, value)| format!("{name}={}", percent(value))).collect();
        let headers = [("Content-Type", "application/x-www-form-urlencoded")];
        let answer = self.send(service, "POST", "/", &headers, form.join("&").as_bytes())?;
        Ok(String::from_utf8_lossy(&answer.body).into_owned())
    }

    /// Puts an object.
    ///
    /// # Errors
    ///
    /// As [`Aws::json`].
    pub fn put_object(&self, bucket: &str, key: &str, bytes: &[u8]) -> Result<(), Error> {
        self.send("s3", "PUT", &format!("/{bucket}/{key}"), &[], bytes).map(|_| ())
    }

    /// Takes a bucket's policy away.
    ///
    /// # Errors
    ///
    /// As [`Aws::json`].
    pub fn delete_bucket_policy(&self, bucket: &str) -> Result<(), Error> {
        self.send("s3", "DELETE", &format!("/{bucket}?policy"), &[], &[]).map(|_| ())
    }

    /// Returns an object, if there is one.
    ///
    /// # Errors
    ///
    /// As [`Aws::json`].
    pub fn object(&self, bucket: &str, key: &str) -> Result<Option<Vec<u8>>, Error> {
        match self.send("s3", "GET", &format!("/{bucket}/{key}"), &[], &[]) {
            Ok(answer) => Ok(Some(answer.body)),
            Err(Error::Refused { status: 404, .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Lists the keys of a bucket that begin with a prefix, at most a thousand.
    ///
    /// # Errors
    ///
    /// As [`Aws::json`].
    pub fn keys(&self, bucket: &str, prefix: &str) -> Result<Vec<String>, Error> {
        let path = format!("/{bucket}?list-type=2&prefix={}", percent(prefix));
        let answer = self.send("s3", "GET", &path, &[], &[])?;
        Ok(between_all(&String::from_utf8_lossy(&answer.body), "<Key>", "</Key>"))
    }

    /// Sends records to a stream, in their order.
    ///
    /// # Errors
    ///
    /// As [`Aws::json`]; [`Error::Answer`] when the stream did not take one.
    pub fn put_records(&self, stream: &str, records: &[Record]) -> Result<(), Error> {
        let mut rest = records;
        while !rest.is_empty() {
            let mut bytes = 0;
            let fits = |record: &&Record| {
                bytes += record.bytes.len();
                bytes <= MAX_BYTES
            };
            let count = rest.iter().take(MAX_RECORDS).take_while(fits).count().max(1);
            let (now, later) = rest.split_at(count);
            let encoded =
                |record: &Record| json!({"Data": BASE64.encode(&record.bytes), "PartitionKey": record.key});
            let encoded: Vec<Value> = now.iter().map(encoded).collect();
            let body = json!({"StreamName": stream, "Records": encoded});
            let answer = self.json("kinesis", "Kinesis_20131202.PutRecords", &body)?;
            if answer["FailedRecordCount"].as_u64().unwrap_or(0) > 0 {
                return Err(Error::Answer(format!("the stream refused records: {answer}")));
            }
            rest = later;
        }
        Ok(())
    }

    /// Calls Lambda, which speaks REST.
    ///
    /// # Errors
    ///
    /// As [`Aws::json`].
    pub fn lambda(&self, method: &str, path: &str, body: &Value) -> Result<Value, Error> {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let answer = self.send("lambda", method, &format!("/2015-03-31/{path}"), &[], body.as_bytes())?;
        serde_json::from_slice(&answer.body).map_err(|error| Error::Answer(format!("{path}: {error}")))
    }

    /// Invokes a function and waits for its answer.
    ///
    /// # Errors
    ///
    /// As [`Aws::json`]; [`Error::Refused`] also when the function itself failed.
    pub fn invoke(&self, function: &str, event: &Value) -> Result<Value, Error> {
        let path = format!("/2015-03-31/functions/{function}/invocations");
        let answer = self.send("lambda", "POST", &path, &[], event.to_string().as_bytes())?;
        let body = String::from_utf8_lossy(&answer.body).into_owned();
        if answer.header("x-amz-function-error").is_some() {
            return Err(Error::Refused { call: format!("invoke {function}"), status: answer.status, body });
        }
        serde_json::from_str(&body).map_err(|error| Error::Answer(format!("{function}: {error}: {body}")))
    }

    fn send(
        &self,
        service: &str,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Result<Answer, Error> {
        // The emulator reads service, region and account here; nobody's signature is checked on this machine.
        let credential = format!("Credential=test/20260101/{}/{service}/aws4_request", self.region);
        let signed = format!("AWS4-HMAC-SHA256 {credential}, SignedHeaders=host, Signature=none");
        let mut all = vec![("Authorization", signed.as_str()), ("X-Amz-Date", "20260101T000000Z")];
        all.extend(headers);
        let answer = request(&self.host, method, path, &all, body)?;
        if (200..300).contains(&answer.status) {
            return Ok(answer);
        }
        let call = format!("{service} {method} {path}");
        let body = String::from_utf8_lossy(&answer.body).into_owned();
        Err(Error::Refused { call, status: answer.status, body })
    }
}

/// Reads a variable of the environment that `cargo xtask` sets.
pub(super) fn variable(name: &'static str) -> Result<String, Error> {
    std::env::var(name).map_err(|_| Error::Environment(name))
}

/// Returns what stands between two marks, each time.
pub(super) fn between_all(text: &str, open: &str, close: &str) -> Vec<String> {
    let parts = text.split(open).skip(1);
    parts.filter_map(|part| part.split_once(close)).map(|(inner, _)| inner.to_owned()).collect()
}

fn percent(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_of_a_form_is_one_value() {
        assert_eq!(percent("a b&c=d/é~"), "a%20b%26c%3Dd%2F%C3%A9~");
    }

    #[test]
    fn marks_that_do_not_close_hold_nothing() {
        assert_eq!(between_all("<Key>a</Key><Key>b", "<Key>", "</Key>"), ["a"]);
    }
}
