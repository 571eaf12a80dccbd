//! Rule 7: guessing log-ins.

use hinomi_model::{Direction, FindingKind as K, Level, Statement, StatementKey as S};

use super::{Case, Findings};
use crate::words::accounts;

pub(super) fn judge(case: &Case<'_>, found: &mut Findings) {
    for (index, thread) in case.of(&[K::PasswordRun, K::PasswordFailures]) {
        let text = Statement::new(S::BecauseGuessing).with("count", thread.count);
        found.push("7", Level::ONE, thread.first, text, [index]);
        found.change(Statement::new(S::ChangeLoginSuccess), Level::FOUR);
    }
    for (index, thread) in case.of(&[K::PasswordPerson]) {
        let text = Statement::new(S::BecausePerson).with("count", thread.count);
        found.push("7", Level::ONE, thread.first, text, [index]);
    }
    for (index, thread) in case.of(&[K::PasswordTakeover]) {
        let text = Statement::new(S::BecauseTakeover).with("accounts", accounts(thread));
        found.push("7", Level::FOUR, thread.last, text, [index]);
    }
    // A signature that counts failures inward says no more than the failures; outward it is rule 6.
    for (index, thread) in case.of(&[K::BruteForce]) {
        if matches!(thread.key.direction, Direction::Inbound | Direction::External | Direction::Internal) {
            let text = Statement::new(S::BecauseGuessing).with("count", thread.count);
            found.push("7", Level::ONE, thread.first, text, [index]);
            found.change(Statement::new(S::ChangeLoginSuccess), Level::FOUR);
        }
    }
}
