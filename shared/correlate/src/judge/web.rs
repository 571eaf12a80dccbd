//! Rule 3: malicious and phishing sites, and credentials given to them.

use hinomi_model::{FindingKind as K, Level, Statement, StatementKey as S};

use super::{Case, Findings, files, passed};
use crate::words::indicator;

pub(super) fn judge(case: &Case<'_>, found: &mut Findings) {
    for (kind, site) in [(K::MaliciousSite, "malicious"), (K::PhishingSite, "phishing")] {
        for (index, thread) in case.of(&[kind]) {
            if !passed(thread) {
                let text = Statement::new(S::BecauseSiteBlocked).word("site", site);
                found.push("3", Level::ONE, thread.first, text, [index]);
                found.change(Statement::new(S::ChangePassed), Level::TWO);
                continue;
            }
            let text = Statement::new(S::BecauseSiteAllowed).word("site", site);
            found.push("3", Level::TWO, thread.first, text, [index]);
            found.change(Statement::new(S::ChangeMalwareFollows), Level::THREE);
            found.change(Statement::new(S::ChangeCredentials), Level::THREE);
            let arrival = files::reached(case).find(|(_, file)| file.last >= thread.first);
            if let Some((file, arrived)) = arrival {
                let text = Statement::new(S::BecauseSiteMalware).word("site", site);
                found.push("3", Level::THREE, arrived.first.max(thread.first), text, [index, file]);
            }
        }
    }
    for (index, thread) in case.of(&[K::CredentialsSubmitted]) {
        if passed(thread) {
            let text = Statement::new(S::BecauseCredentials).indicator("indicator", &indicator(thread));
            found.push("3", Level::THREE, thread.first, text, [index]);
        } else {
            let text = Statement::new(S::BecauseCredentialsBlocked);
            found.push("3", Level::ONE, thread.first, text, [index]);
        }
    }
}
