//! The carrier of notices: one topic of SNS for each tenant, one `Publish` for each unit of delivery.
//!
//! A message says for which contact and channel it is, and each subscription's filter lets only its own through
//! ([`filter_policy`](hinomi_steps::enrol::filter_policy)). Everything follows Amazon SNS's developer guide, "Publishing
//! to a topic" and "Message filtering" (<https://docs.aws.amazon.com/sns/latest/dg/sns-message-filtering.html>).

use aws_config::SdkConfig;
use aws_sdk_sns::Client;
use aws_sdk_sns::error::SdkError;
use aws_sdk_sns::operation::publish::PublishError;
use aws_sdk_sns::types::MessageAttributeValue;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_smithy_types::retry::RetryConfig;
use hinomi_model::{Channel, TenantId};
use hinomi_notice::{MessageId, Notifier, NotifyError, Outgoing, Unsendable, check_deliverable};
use hinomi_steps::enrol::{CHANNEL_ATTRIBUTE as CHANNEL, CONTACT_ATTRIBUTE as CONTACT};
use hinomi_store::Result;

use crate::meaning::{Word, meaning, word};

/// Longest subject of a message to operations in characters, which is SNS's own bound.
const SUBJECT_CHARACTERS: usize = 100;
/// Longest text of a message in bytes, which is SNS's own bound
/// (<https://docs.aws.amazon.com/sns/latest/api/API_Publish.html>). What is beyond it is lost: whoever writes counts it.
const TEXT_BYTES: usize = 256 << 10;

/// Returns the topic of a tenant.
pub(crate) fn topic(prefix: &str, tenant: &TenantId) -> String {
    format!("{prefix}{tenant}")
}

/// The topics of the tenants. Clones share their connections.
#[derive(Clone, Debug)]
pub struct Topics {
    client: Client,
    prefix: String,
    sender_id: Option<String>,
}

impl Topics {
    /// Names the topics by what their names begin with; the tenant's id follows. An SMS shows the sender's id, where the
    /// country has it.
    pub fn new(config: &SdkConfig, prefix: &str, sender_id: Option<&str>) -> Self {
        // The SDK would publish again when an answer is lost, and nobody would mark the second message as a repeat.
        let once = aws_sdk_sns::config::Builder::from(config).retry_config(RetryConfig::disabled());
        let (prefix, sender_id) = (prefix.to_owned(), sender_id.map(str::to_owned));
        Topics { client: Client::from_conf(once.build()), prefix, sender_id }
    }
}

fn attribute(value: &str) -> Result<MessageAttributeValue, NotifyError> {
    let built = MessageAttributeValue::builder().data_type("String").string_value(value).build();
    built.map_err(|_| NotifyError::Unsendable(Unsendable::Refused))
}

impl Notifier for Topics {
    async fn deliver(&self, outgoing: &Outgoing<'_>) -> Result<MessageId, NotifyError> {
        let notice = outgoing.notice;
        check_deliverable(notice)?;
        let channel = notice.channel.as_str();
        // SNS wants a `default`; it reaches whoever subscribes by another protocol, a queue of a test or an archive.
        let message = serde_json::json!({ "default": notice.body, channel: notice.body });
        let mut call = self
            .client
            .publish()
            .topic_arn(topic(&self.prefix, outgoing.tenant))
            .message_structure("json")
            .message(message.to_string())
            .message_attributes(CONTACT, attribute(&notice.contact)?)
            .message_attributes(CHANNEL, attribute(channel)?);
        if notice.channel == Channel::Sms {
            call = call.message_attributes("AWS.SNS.SMS.SMSType", attribute("Transactional")?);
            if let Some(sender) = &self.sender_id {
                call = call.message_attributes("AWS.SNS.SMS.SenderID", attribute(sender)?);
            }
        } else {
            call = call.subject(&notice.subject);
        }
        match call.send().await {
            Ok(answer) => Ok(MessageId(answer.message_id.unwrap_or_default())),
            Err(error) => Err(refusal(outgoing, &error)),
        }
    }
}

/// Says what became of a message that was not taken.
fn refusal(outgoing: &Outgoing<'_>, error: &SdkError<PublishError, HttpResponse>) -> NotifyError {
    let code = match error {
        SdkError::ConstructionFailure(_) => return NotifyError::Busy,
        SdkError::ServiceError(answer) => answer.err().code().unwrap_or_default(),
        _ => return NotifyError::NoAnswer,
    };
    match (word(code), code) {
        (Word::Throttled, _) => NotifyError::Busy,
        (Word::Refused, _) => NotifyError::Unsendable(Unsendable::Refused),
        // No topic: the tenant was never enrolled, or the topic was removed by hand.
        (_, "NotFound" | "EndpointDisabled") => NotifyError::Unreachable {
            contact: outgoing.notice.contact.clone(),
            channel: outgoing.notice.channel,
        },
        // Nothing leaves until an operator gives the permission or the key back; what waits is sent then.
        (_, "AuthorizationError" | "AccessDenied" | "InvalidSecurity") => NotifyError::Busy,
        (_, code) if code.starts_with("KMS") => NotifyError::Busy,
        _ => NotifyError::NoAnswer,
    }
}

/// The topic that wakes the people who run Hinomi. Clones share their connections.
#[derive(Clone, Debug)]
pub struct Operations {
    client: Client,
    topic: String,
}

impl Operations {
    /// Names the topic by its ARN.
    pub fn new(config: &SdkConfig, topic: &str) -> Self {
        Operations { client: Client::new(config), topic: topic.to_owned() }
    }

    /// Tells operations something, as much of it as SNS takes. A repeat tells it twice.
    ///
    /// # Errors
    ///
    /// Those of every call.
    pub async fn tell(&self, subject: &str, text: &str) -> Result<()> {
        let plain = |c: char| if (' '..='~').contains(&c) { c } else { '?' };
        let subject: String = subject.chars().map(plain).take(SUBJECT_CHARACTERS).collect();
        let text = text.get(..text.floor_char_boundary(TEXT_BYTES)).unwrap_or(text);
        let call = self.client.publish().topic_arn(&self.topic).subject(subject).message(text);
        call.send().await.map(|_| ()).map_err(|error| meaning("telling operations", error))
    }
}

#[cfg(test)]
mod tests {
    use hinomi_model::{EventTime, IncidentId, Language, Notice, NoticeKind};
    use serde_json::Value;

    use super::*;
    use crate::replay::{Answer, Service, query_error, says};

    fn notice(channel: Channel) -> Notice {
        let subject = if channel == Channel::Sms { "" } else { "K-4821 level 3" };
        Notice {
            incident: IncidentId(1),
            number: "K-4821".to_owned(),
            revision: 1,
            kind: NoticeKind::First,
            level: None,
            contact: "duty".to_owned(),
            channel,
            language: Language::Ja,
            subject: subject.to_owned(),
            body: "\"北市\"".to_owned(),
            at: EventTime::EPOCH,
        }
    }

    async fn deliver(service: &Service, channel: Channel) -> Result<MessageId, NotifyError> {
        // What a function runs with would try three times.
        let patient = service.config().to_builder().retry_config(RetryConfig::standard()).build();
        let topics = Topics::new(&patient, "arn:aws:sns:ap-northeast-1:1:hinomi-", Some("HINOMI"));
        let (tenant, notice) = (TenantId::new("kita"), notice(channel));
        topics.deliver(&Outgoing { tenant: &tenant, unit: "u", notice: &notice, repeat: false }).await
    }

    fn taken() -> Answer {
        says(
            200,
            "<PublishResponse><PublishResult><MessageId>m-1</MessageId></PublishResult></PublishResponse>",
        )
    }

    /// Reads a form as SNS gets it.
    fn form(service: &Service) -> Vec<(String, String)> {
        let unescape = |text: &str| {
            let (mut bytes, mut rest) = (Vec::new(), text.as_bytes());
            while let [first, after @ ..] = rest {
                rest = after;
                match (first, after) {
                    (b'%', [a, b, after @ ..]) => {
                        let hex = [*a, *b];
                        bytes.push(u8::from_str_radix(std::str::from_utf8(&hex).unwrap(), 16).unwrap());
                        rest = after;
                    }
                    (b'+', _) => bytes.push(b' '),
                    (byte, _) => bytes.push(*byte),
                }
            }
            String::from_utf8(bytes).unwrap()
        };
        let body = service.asked()[0].body.clone();
        body.split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(k, v)| (unescape(k), unescape(v)))
            .collect()
    }

    /// Returns a message's attributes as names with their values.
    fn attributes(form: &[(String, String)]) -> Vec<(String, String)> {
        let of = |name: String| form.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone());
        let entry = |number: u32| format!("MessageAttributes.entry.{number}.");
        let mut found: Vec<_> = (1..10)
            .filter_map(|number| {
                Some((of(entry(number) + "Name")?, of(entry(number) + "Value.StringValue")?))
            })
            .collect();
        found.sort();
        found
    }

    fn value<'f>(form: &'f [(String, String)], name: &str) -> Option<&'f str> {
        form.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    #[tokio::test]
    async fn a_mail_goes_to_its_contact_through_the_tenants_topic() {
        let service = Service::new([taken()]);
        assert_eq!(deliver(&service, Channel::Email).await, Ok(MessageId("m-1".to_owned())));
        let form = form(&service);
        assert_eq!(value(&form, "TopicArn"), Some("arn:aws:sns:ap-northeast-1:1:hinomi-kita"));
        assert_eq!(value(&form, "Subject"), Some("K-4821 level 3"));
        assert_eq!(value(&form, "MessageStructure"), Some("json"));
        let message: Value = serde_json::from_str(value(&form, "Message").unwrap()).unwrap();
        assert_eq!(message, serde_json::json!({"default": "\"北市\"", "email": "\"北市\""}));
        let expected = [("channel", "email"), ("contact", "duty")].map(|(k, v)| (k.to_owned(), v.to_owned()));
        assert_eq!(attributes(&form), expected);
    }

    #[tokio::test]
    async fn an_sms_is_transactional_and_says_who_sends_it() {
        let service = Service::new([taken()]);
        deliver(&service, Channel::Sms).await.unwrap();
        let form = form(&service);
        assert_eq!(value(&form, "Subject"), None);
        let expected = [
            ("AWS.SNS.SMS.SMSType", "Transactional"),
            ("AWS.SNS.SMS.SenderID", "HINOMI"),
            ("channel", "sms"),
            ("contact", "duty"),
        ];
        assert_eq!(attributes(&form), expected.map(|(k, v)| (k.to_owned(), v.to_owned())));
    }

    #[tokio::test]
    async fn each_refusal_of_sns_has_its_meaning() {
        let unreachable = NotifyError::Unreachable { contact: "duty".to_owned(), channel: Channel::Email };
        for (answer, meant) in [
            (query_error(400, "Throttling"), NotifyError::Busy),
            (query_error(400, "KMSThrottling"), NotifyError::Busy),
            (query_error(400, "KMSDisabled"), NotifyError::Busy),
            (query_error(403, "AuthorizationError"), NotifyError::Busy),
            (query_error(404, "NotFound"), unreachable),
            (query_error(400, "InvalidParameter"), NotifyError::Unsendable(Unsendable::Refused)),
            (query_error(500, "InternalError"), NotifyError::NoAnswer),
            (says(200, "no xml"), NotifyError::NoAnswer),
            (Answer::Lost, NotifyError::NoAnswer),
        ] {
            let service = Service::new(vec![answer.clone(); 3]);
            assert_eq!(deliver(&service, Channel::Email).await, Err(meant), "{answer:?}");
            assert_eq!(service.asked().len(), 1, "published once, whatever came of it: {answer:?}");
        }
    }

    #[tokio::test]
    async fn operations_get_a_subject_that_sns_takes() {
        let service = Service::new([taken()]);
        let operations = Operations::new(&service.config(), "arn:aws:sns:ap-northeast-1:1:operations");
        operations.tell(&("北市\n".to_owned() + &"x".repeat(200)), "本文").await.unwrap();
        let form = form(&service);
        assert_eq!(value(&form, "Subject"), Some(format!("???{}", "x".repeat(97)).as_str()));
        assert_eq!(value(&form, "Message"), Some("本文"));
    }

    #[tokio::test]
    async fn operations_get_a_text_that_sns_takes() {
        let service = Service::new([taken()]);
        let operations = Operations::new(&service.config(), "arn:aws:sns:ap-northeast-1:1:operations");
        operations.tell("s", &"北".repeat(100_000)).await.unwrap();
        let form = form(&service);
        let text = value(&form, "Message").unwrap();
        assert_eq!((text.len(), text.chars().all(|c| c == '北')), ((256 << 10) - 1, true));
    }
}
