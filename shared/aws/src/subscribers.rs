//! Who listens to the tenants' topics, and what the account may send: what enrolment reads and changes.
//!
//! Decides nothing: which topics and subscriptions there should be is the function's.

use aws_config::SdkConfig;
use aws_sdk_sns::Client;
use hinomi_model::{Channel, TenantId};
use hinomi_steps::enrol::{Subscribed, SubscriptionState, Subscriptions};
use hinomi_store::{Error, Result};

use crate::meaning::meaning;
use crate::topics::topic;

/// Pages of a listing, of a hundred entries each. SNS allows 100,000 topics an account.
const MAX_PAGES: usize = 1_000;

/// What the account may send by SMS.
#[derive(Clone, Debug, PartialEq)]
pub struct SmsAccount {
    /// Only numbers that were verified by hand get anything.
    pub sandbox: bool,
    /// What may be spent in a month, in US dollars; beyond it SNS sends nothing.
    pub monthly_spend_limit: Option<f64>,
}

/// The subscriptions of the tenants' topics. Clones share their connections.
#[derive(Clone, Debug)]
pub struct Subscribers {
    client: Client,
    prefix: String,
    key: Option<String>,
}

impl Subscribers {
    /// Names the topics by what their ARNs begin with; the tenant's id follows. New topics are encrypted with the key.
    pub fn new(config: &SdkConfig, prefix: &str, key: Option<&str>) -> Self {
        Subscribers { client: Client::new(config), prefix: prefix.to_owned(), key: key.map(str::to_owned) }
    }

    /// Returns how a subscription with a name stands, and what it lets through. A listing shows one that was ended for a
    /// while still.
    async fn named(&self, arn: String) -> Result<(SubscriptionState, Option<String>)> {
        match self.client.get_subscription_attributes().subscription_arn(&arn).send().await {
            Ok(answer) => {
                let filter = answer.attributes.and_then(|mut attributes| attributes.remove("FilterPolicy"));
                Ok((SubscriptionState::Confirmed { arn }, filter))
            }
            Err(error) if error.as_service_error().is_some_and(|error| error.is_not_found_exception()) => {
                Ok((SubscriptionState::Deleted, None))
            }
            Err(error) => Err(meaning("reading a subscription", error)),
        }
    }

    /// Returns what the account may send by SMS.
    ///
    /// # Errors
    ///
    /// Those of every call.
    pub async fn sms_account(&self) -> Result<SmsAccount> {
        let status = self.client.get_sms_sandbox_account_status().send().await;
        let status = status.map_err(|error| meaning("reading the state of the account's SMS", error))?;
        let answer = self.client.get_sms_attributes().attributes("MonthlySpendLimit").send().await;
        let answer = answer.map_err(|error| meaning("reading the limits of the account's SMS", error))?;
        let limit =
            answer.attributes.and_then(|attributes| attributes.get("MonthlySpendLimit")?.parse().ok());
        Ok(SmsAccount { sandbox: status.is_in_sandbox, monthly_spend_limit: limit })
    }
}

impl Subscriptions for Subscribers {
    async fn topics(&self) -> Result<Vec<TenantId>> {
        let (mut tenants, mut next) = (Vec::new(), None);
        for _ in 0..MAX_PAGES {
            let answer = self.client.list_topics().set_next_token(next).send().await;
            let answer = answer.map_err(|error| meaning("listing topics", error))?;
            let arns = answer.topics.into_iter().flatten().filter_map(|topic| topic.topic_arn);
            tenants.extend(arns.filter_map(|arn| arn.strip_prefix(&self.prefix).map(TenantId::new)));
            next = answer.next_token.filter(|token| !token.is_empty());
            if next.is_none() {
                break;
            }
        }
        Ok(tenants)
    }

    async fn create_topic(&self, tenant: &TenantId) -> Result<()> {
        let arn = topic(&self.prefix, tenant);
        let name = arn.rsplit(':').next().unwrap_or_default();
        let mut call = self.client.create_topic().name(name);
        if let Some(key) = &self.key {
            call = call.attributes("KmsMasterKeyId", key);
        }
        let answer = call.send().await.map_err(|error| meaning("making a topic", error))?;
        match answer.topic_arn == Some(arn) {
            true => Ok(()),
            false => {
                Err(Error::Refused { what: "making a topic: its name is not below the prefix".to_owned() })
            }
        }
    }

    async fn subscriptions(&self, tenant: &TenantId) -> Result<Vec<Subscribed>> {
        let (mut found, mut next) = (Vec::new(), None);
        for _ in 0..MAX_PAGES {
            let call = self.client.list_subscriptions_by_topic().topic_arn(topic(&self.prefix, tenant));
            let answer = call.set_next_token(next).send().await;
            let answer = answer.map_err(|error| meaning("listing subscriptions", error))?;
            for subscription in answer.subscriptions.into_iter().flatten() {
                let (state, filter) = match subscription.subscription_arn.unwrap_or_default() {
                    arn if arn.starts_with("arn:") => self.named(arn).await?,
                    word if word == "Deleted" => (SubscriptionState::Deleted, None),
                    _ => (SubscriptionState::Pending, None),
                };
                let protocol = subscription.protocol.unwrap_or_default();
                let endpoint = subscription.endpoint.unwrap_or_default();
                found.push(Subscribed { state, protocol, endpoint, filter });
            }
            next = answer.next_token.filter(|token| !token.is_empty());
            if next.is_none() {
                break;
            }
        }
        Ok(found)
    }

    async fn subscribe(
        &self,
        tenant: &TenantId,
        channel: Channel,
        endpoint: &str,
        filter: &str,
    ) -> Result<()> {
        let call = self
            .client
            .subscribe()
            .topic_arn(topic(&self.prefix, tenant))
            // Our channels have SNS's own names.
            .protocol(channel.as_str())
            .endpoint(endpoint)
            .attributes("FilterPolicy", filter)
            .return_subscription_arn(true);
        call.send().await.map(|_| ()).map_err(|error| meaning("subscribing a contact", error))
    }

    async fn set_filter(&self, arn: &str, filter: &str) -> Result<()> {
        let call = self.client.set_subscription_attributes().subscription_arn(arn);
        let call = call.attribute_name("FilterPolicy").attribute_value(filter);
        call.send().await.map(|_| ()).map_err(|error| meaning("setting a subscription's filter", error))
    }

    async fn unsubscribe(&self, arn: &str) -> Result<()> {
        match self.client.unsubscribe().subscription_arn(arn).send().await {
            Ok(_) => Ok(()),
            Err(error) if error.as_service_error().is_some_and(|error| error.is_not_found_exception()) => {
                Ok(())
            }
            Err(error) => Err(meaning("unsubscribing a contact", error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replay::{Answer, Service, query_error, says};

    const PREFIX: &str = "arn:aws:sns:ap-northeast-1:1:hinomi-";

    fn subscribers(service: &Service) -> Subscribers {
        Subscribers::new(&service.config(), PREFIX, Some("alias/hinomi"))
    }

    fn xml(call: &str, inside: &str) -> Answer {
        says(200, format!("<{call}Response><{call}Result>{inside}</{call}Result></{call}Response>"))
    }

    #[tokio::test]
    async fn the_topics_of_tenants_are_told_from_others_over_pages() {
        let topic =
            |name: &str| format!("<member><TopicArn>arn:aws:sns:ap-northeast-1:1:{name}</TopicArn></member>");
        let pages = [
            format!(
                "<Topics>{}{}</Topics><NextToken>t</NextToken>",
                topic("hinomi-kita"),
                topic("other-kita")
            ),
            format!("<Topics>{}</Topics>", topic("hinomi-minami")),
        ];
        let service = Service::new(pages.map(|page| xml("ListTopics", &page)));
        let tenants = subscribers(&service).topics().await.unwrap();
        assert_eq!(tenants, ["kita", "minami"].map(TenantId::new));
        assert!(service.asked()[1].body.contains("NextToken=t"));
    }

    #[tokio::test]
    async fn subscriptions_are_confirmed_pending_or_ended() {
        let member = |arn: &str, protocol: &str, endpoint: &str| {
            format!(
                "<member><SubscriptionArn>{arn}</SubscriptionArn><Protocol>{protocol}</Protocol><Endpoint>{endpoint}</Endpoint></member>"
            )
        };
        let arn = format!("{PREFIX}kita:1");
        let list = [
            member(&arn, "email", "soc@kita.example"),
            member("PendingConfirmation", "email", "chief@kita.example"),
            member("Deleted", "sms", "+819000000000"),
        ];
        let entry =
            "<entry><key>FilterPolicy</key><value>{&quot;contact&quot;:[&quot;duty&quot;]}</value></entry>";
        let service = Service::new([
            xml("ListSubscriptionsByTopic", &format!("<Subscriptions>{}</Subscriptions>", list.concat())),
            xml("GetSubscriptionAttributes", &format!("<Attributes>{entry}</Attributes>")),
        ]);
        let found = subscribers(&service).subscriptions(&TenantId::new("kita")).await.unwrap();
        let states: Vec<&SubscriptionState> = found.iter().map(|subscribed| &subscribed.state).collect();
        let confirmed = SubscriptionState::Confirmed { arn };
        assert_eq!(states, [&confirmed, &SubscriptionState::Pending, &SubscriptionState::Deleted]);
        assert_eq!(found[0].filter.as_deref(), Some(r#"{"contact":["duty"]}"#));
        assert_eq!((found[0].protocol.as_str(), found[1].endpoint.as_str()), ("email", "chief@kita.example"));
        assert_eq!(service.asked().len(), 2, "only one that is confirmed has a filter to read");
    }

    #[tokio::test]
    async fn a_subscription_that_is_listed_and_gone_is_ended() {
        let member = format!(
            "<member><SubscriptionArn>{PREFIX}kita:1</SubscriptionArn><Protocol>email</Protocol><Endpoint>a@kita.example</Endpoint></member>"
        );
        let list = xml("ListSubscriptionsByTopic", &format!("<Subscriptions>{member}</Subscriptions>"));
        let service = Service::new([
            list.clone(),
            query_error(404, "NotFound"),
            list,
            query_error(403, "AuthorizationError"),
        ]);
        let found = subscribers(&service).subscriptions(&TenantId::new("kita")).await.unwrap();
        let [gone] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!((&gone.state, gone.endpoint.as_str()), (&SubscriptionState::Deleted, "a@kita.example"));
        assert!(subscribers(&service).subscriptions(&TenantId::new("kita")).await.is_err());
    }

    #[tokio::test]
    async fn a_number_that_sns_refuses_is_told_from_a_busy_sns() {
        let service = Service::new([query_error(400, "InvalidParameter"), query_error(400, "Throttling")]);
        let subscribers = subscribers(&service);
        for is_retryable in [false, true] {
            let asked = subscribers.subscribe(&TenantId::new("kita"), Channel::Sms, "+81", "{}").await;
            assert_eq!(asked.unwrap_err().is_retryable(), is_retryable);
        }
    }

    #[tokio::test]
    async fn a_topic_is_made_where_notices_are_published() {
        let made = xml("CreateTopic", &format!("<TopicArn>{PREFIX}kita</TopicArn>"));
        let service = Service::new([made.clone(), made]);
        subscribers(&service).create_topic(&TenantId::new("kita")).await.unwrap();
        let body = service.asked()[0].body.clone();
        assert!(body.contains("Name=hinomi-kita&") && body.contains("alias%2Fhinomi"), "{body}");
        let elsewhere = subscribers(&service).create_topic(&TenantId::new("minami")).await;
        assert!(matches!(elsewhere, Err(Error::Refused { .. })));
    }

    #[tokio::test]
    async fn ending_a_subscription_that_is_gone_is_no_error() {
        let service = Service::new([query_error(404, "NotFound"), query_error(403, "AuthorizationError")]);
        let subscribers = subscribers(&service);
        subscribers.unsubscribe("arn:x").await.unwrap();
        assert!(subscribers.unsubscribe("arn:x").await.is_err());
    }

    #[tokio::test]
    async fn the_account_says_what_it_may_send() {
        let attribute =
            "<attributes><entry><key>MonthlySpendLimit</key><value>50</value></entry></attributes>";
        let service = Service::new([
            xml("GetSMSSandboxAccountStatus", "<IsInSandbox>true</IsInSandbox>"),
            xml("GetSMSAttributes", attribute),
        ]);
        let account = subscribers(&service).sms_account().await.unwrap();
        assert_eq!(account, SmsAccount { sandbox: true, monthly_spend_limit: Some(50.0) });
    }
}
