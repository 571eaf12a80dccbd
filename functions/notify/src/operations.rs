//! What the people who run the platform are told: which notices never reach anybody.

use std::future::Future;

use hinomi_steps::post::Posted;
use hinomi_store::Result;

/// Notices listed in one letter; the rest is counted.
const MAX_LISTED: usize = 50;

/// Tells the people who run the platform something.
pub trait TellOperations: Send + Sync {
    /// Tells it. A repeat tells it twice.
    fn tell(&self, subject: &str, text: &str) -> impl Future<Output = Result<()>> + Send;
}

impl TellOperations for hinomi_aws::Operations {
    async fn tell(&self, subject: &str, text: &str) -> Result<()> {
        hinomi_aws::Operations::tell(self, subject, text).await
    }
}

/// Writes what cannot be delivered: subject and text. `None` when everything can. Nothing of a notice's content is in it,
/// and no address: the contact's name in the registry says enough to whoever may look it up.
pub(crate) fn letter(posted: &Posted) -> Option<(String, String)> {
    let count = posted.undeliverable.len() + posted.set_aside.len();
    if count == 0 {
        return None;
    }
    let mut lines = vec!["These notices were not delivered and will not be tried again:".to_owned()];
    let refused = posted.undeliverable.iter().map(|notice| {
        let (tenant, number, reason) = (&notice.tenant, &notice.number, notice.reason);
        format!(
            "- tenant {tenant}, incident {number}, contact {} by {}: {reason}",
            notice.contact, notice.channel
        )
    });
    let broken = posted.set_aside.iter().map(|key| format!("- set aside as {key}"));
    lines.extend(refused.chain(broken).take(MAX_LISTED));
    if let Some(more) = count.checked_sub(MAX_LISTED).filter(|more| *more > 0) {
        lines.push(format!("and {more} more"));
    }
    lines.push(
        "Reach the customer another way, and see the runbook, section NoticesUndeliverable.".to_owned(),
    );
    Some((format!("[Hinomi] {count} notices not delivered"), lines.join("\n")))
}

#[cfg(test)]
mod tests {
    use hinomi_model::{Channel, TenantId};
    use hinomi_steps::post::Undeliverable;

    use super::*;

    #[test]
    fn a_letter_names_what_fails_and_stays_short() {
        assert_eq!(letter(&Posted::default()), None);
        let notice = Undeliverable {
            tenant: TenantId::new("kita"),
            number: "K-4821".to_owned(),
            contact: "duty".to_owned(),
            channel: Channel::Sms,
            reason: "unreachable",
        };
        let posted = Posted {
            undeliverable: vec![notice; 60],
            set_aside: vec!["quarantine/outbox/1.json".to_owned()],
            ..Posted::default()
        };
        let (subject, text) = letter(&posted).unwrap();
        assert_eq!(subject, "[Hinomi] 61 notices not delivered");
        assert!(text.contains("- tenant kita, incident K-4821, contact duty by sms: unreachable"), "{text}");
        assert!(text.contains("and 11 more") && text.lines().count() == 53, "{text}");
    }
}
