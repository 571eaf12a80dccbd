//! What an AWS account and a registry's contacts there lack for notices to arrive.
//!
//! Reads only. What the enrol function remembers (who was asked how often, who left) is its own; here a contact is
//! confirmed, asked, or not subscribed.

use std::collections::BTreeSet;

use hinomi_model::registry::Registry;
use hinomi_model::{Channel, EventTime, TenantId};
use hinomi_steps::enrol::{Memory, Standing, Subscriptions, plan};
use hinomi_store::Result;
use serde::Serialize;

/// Monthly spending in US dollars below which a bad night uses it up: some two hundred messages in Japan.
pub(crate) const LOW_LIMIT: f64 = 15.0;

/// What an account may send by SMS.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Sms {
    /// Only numbers that were verified by hand get anything.
    pub sandbox: bool,
    /// What may be spent in a month; nothing when nobody set it.
    pub monthly_limit_usd: Option<f64>,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Account {
    /// SMS.
    pub sms: Sms,
    /// The registry's tenants, in its order.
    pub tenants: Vec<TenantFound>,
    /// How many things are not as they should be.
    pub problems: usize,
}

/// One tenant.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TenantFound {
    /// Which.
    pub tenant: TenantId,
    /// It has a topic.
    pub topic: bool,
    /// Nobody would get a notice of level 3 or 4.
    pub unreachable: bool,
    /// Its contacts, each with each of its channels.
    pub contacts: Vec<ContactFound>,
}

/// One contact on one channel.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ContactFound {
    /// Its id.
    pub contact: String,
    /// How it is told.
    pub channel: Channel,
    /// How it stands.
    pub standing: Standing,
}

/// Looks at an account.
///
/// # Errors
///
/// Those of the carrier.
pub async fn examine_account(
    registry: &Registry,
    subscriptions: &impl Subscriptions,
    sms: Sms,
) -> Result<Account> {
    let topics: BTreeSet<TenantId> = subscriptions.topics().await?.into_iter().collect();
    let mut tenants = Vec::new();
    for tenant in registry.tenants() {
        let topic = topics.contains(tenant.id());
        let found = if topic { subscriptions.subscriptions(tenant.id()).await? } else { Vec::new() };
        // Without a memory of who was asked, time changes nothing.
        let plan = plan(Some(tenant), &found, &Memory::default(), EventTime::EPOCH);
        let unreachable = plan.unreachable();
        let contact = |member: hinomi_steps::enrol::Member| ContactFound {
            contact: member.contact,
            channel: member.channel,
            standing: member.standing,
        };
        let contacts = plan.members.into_iter().map(contact).collect();
        tenants.push(TenantFound { tenant: tenant.id().clone(), topic, unreachable, contacts });
    }
    let mut account = Account { sms, tenants, problems: 0 };
    account.problems = account.count();
    Ok(account)
}

impl Account {
    fn count(&self) -> usize {
        let low = self.sms.monthly_limit_usd.is_none_or(|limit| limit < LOW_LIMIT);
        let of = |tenant: &TenantFound| {
            let open =
                tenant.contacts.iter().filter(|contact| contact.standing != Standing::Confirmed).count();
            usize::from(!tenant.topic) + usize::from(tenant.unreachable) + open
        };
        usize::from(self.sms.sandbox) + usize::from(low) + self.tenants.iter().map(of).sum::<usize>()
    }
}

#[cfg(test)]
mod tests {
    use hinomi_model::Language;
    use hinomi_steps::enrol::MemorySubscriptions;
    use hinomi_store::block_on;

    use super::*;
    use crate::terminal;

    fn registry() -> Registry {
        Registry::from_yaml(
            "version: 1\ntenants:\n  - id: kita\n    name: {ja: 北市, en: Kita City}\n    internal: [10.1.0.0/16]\n    \
             devices: [{id: FGT60FTK20000001, vendor: fortigate}]\n    contacts:\n      \
             - {id: duty, email: soc@kita.example, sms: \"+819000000000\", levels: [3, 4]}\n",
        )
        .unwrap()
    }

    fn shown(account: &Account, language: Language) -> String {
        let mut out = Vec::new();
        terminal::account(&mut out, &terminal::test_screen(language, 100), account).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn an_account_that_is_new_lacks_everything() {
        let (registry, carrier) = (registry(), MemorySubscriptions::default());
        let sms = Sms { sandbox: true, monthly_limit_usd: None };
        let account = block_on(examine_account(&registry, &carrier, sms)).unwrap();
        assert_eq!(account.problems, 2 + 1 + 1 + 2, "{account:?}");
        let text = shown(&account, Language::En);
        for part in
            ["sandbox", "default of 1 US dollar", "there is no topic", "nobody would get", "not subscribed"]
        {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert!(!text.contains("kita.example"), "{text}");
        assert!(shown(&account, Language::Ja).contains("サンドボックス"));
        assert!(carrier.asked().is_empty(), "it only reads");
    }

    #[test]
    fn an_account_where_all_is_well_says_so() {
        let (registry, carrier) = (registry(), MemorySubscriptions::default());
        let kita = TenantId::new("kita");
        block_on(carrier.create_topic(&kita)).unwrap();
        block_on(carrier.subscribe(&kita, Channel::Email, "soc@kita.example", "{}")).unwrap();
        block_on(carrier.subscribe(&kita, Channel::Sms, "+819000000000", "{}")).unwrap();
        let sms = Sms { sandbox: false, monthly_limit_usd: Some(200.0) };
        let account = block_on(examine_account(&registry, &carrier, sms)).unwrap();
        assert_eq!(account.problems, 1);
        assert!(shown(&account, Language::En).contains("has not confirmed yet"));
        carrier.confirm("soc@kita.example");
        let account = block_on(examine_account(&registry, &carrier, sms)).unwrap();
        assert_eq!(account.problems, 0);
        assert!(shown(&account, Language::En).contains("All 2 contacts of 1 tenants are confirmed."));
    }

    #[test]
    fn a_low_limit_is_a_problem_and_a_high_one_is_told() {
        let registry = registry();
        for (limit, problems, told) in [(1.0, 1, "a handful of alarms"), (200.0, 0, "200 US dollars")] {
            let sms = Sms { sandbox: false, monthly_limit_usd: Some(limit) };
            let account = block_on(examine_account(&registry, &MemorySubscriptions::default(), sms)).unwrap();
            assert_eq!(account.problems, problems + 4);
            assert!(shown(&account, Language::En).contains(told));
        }
    }

    #[test]
    fn programs_get_words_of_closed_lists() {
        let sms = Sms { sandbox: false, monthly_limit_usd: Some(50.0) };
        let account = block_on(examine_account(&registry(), &MemorySubscriptions::default(), sms)).unwrap();
        let json = serde_json::to_value(&account).unwrap();
        assert_eq!(json["tenants"][0]["contacts"][1]["channel"], "sms");
        assert_eq!(json["tenants"][0]["contacts"][0]["standing"], "missing");
        assert_eq!(json["sms"]["monthly_limit_usd"], 50.0);
    }
}
