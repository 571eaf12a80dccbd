//! Shows what an AWS account lacks, a line each.

use std::io::{self, Write};

use hinomi_steps::enrol::Standing;

use super::{Label, Screen, Texts};
use crate::doctor::account::{Account, LOW_LIMIT};

/// Writes what was found.
///
/// # Errors
///
/// Whatever `out` fails with.
pub(crate) fn account(out: &mut dyn Write, screen: &Screen, account: &Account) -> io::Result<()> {
    let texts = Texts::of(screen.language);
    let mut line =
        |key: &str, args: &[(&str, &str)]| writeln!(out, "{}", screen.wrap("", "  ", &texts.say(key, args)));
    line(if account.sms.sandbox { "account-sms-sandbox" } else { "account-sms-out" }, &[])?;
    match account.sms.monthly_limit_usd {
        None => line("account-sms-limit-none", &[])?,
        Some(limit) => {
            let key = if limit < LOW_LIMIT { "account-sms-limit-low" } else { "account-sms-limit" };
            line(key, &[("dollars", &limit.to_string())])?;
        }
    }
    let mut contacts = 0;
    let mut open = false;
    for found in &account.tenants {
        let tenant = found.tenant.as_str();
        open |= !found.topic || found.unreachable;
        if !found.topic {
            line("account-tenant-none", &[("tenant", tenant)])?;
        }
        if found.unreachable {
            line("account-tenant-unreachable", &[("tenant", tenant)])?;
        }
        for contact in &found.contacts {
            contacts += 1;
            let standing = match contact.standing {
                Standing::Confirmed => continue,
                Standing::Pending => "account-pending",
                Standing::Missing | Standing::Unanswered | Standing::Left | Standing::Refused => {
                    "account-missing"
                }
            };
            open = true;
            let (channel, standing) = (screen.label(Label::from(contact.channel)), texts.say(standing, &[]));
            let args = [
                ("tenant", tenant),
                ("contact", &contact.contact),
                ("channel", channel),
                ("standing", &standing),
            ];
            line("account-contact", &args)?;
        }
    }
    if !open {
        let (contacts, tenants) = (contacts.to_string(), account.tenants.len().to_string());
        line("account-well", &[("contacts", &contacts), ("tenants", &tenants)])?;
    }
    Ok(())
}
