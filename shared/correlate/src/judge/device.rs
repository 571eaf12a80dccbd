//! Rule 14: the appliance itself, and denial of service.

use hinomi_model::{FindingKind as K, Level, Statement, StatementKey as S};

use super::{Case, Findings};
use crate::words::{attacker, what};

pub(super) fn judge(case: &Case<'_>, found: &mut Findings) {
    for (index, thread) in case.of(&[K::DeviceIntegrity]) {
        let text = Statement::new(S::BecauseIntegrity).text("what", &what(thread));
        found.push("14", Level::FOUR, thread.first, text, [index]);
    }
    for (index, thread) in case.of(&[K::DeviceCc]) {
        let text = Statement::new(S::BecauseDeviceCc).indicator("peer", &attacker(thread));
        found.push("14", Level::FOUR, thread.first, text, [index]);
    }
    let overload = case.of(&[K::DeviceOverload]).next();
    for (index, thread) in case.of(&[K::DenialOfService]) {
        if thread.blocked() {
            let text = Statement::new(S::BecauseDosMitigated);
            found.push("14", Level::ONE, thread.first, text, [index]);
        } else if let Some((strain, overloaded)) = overload {
            let text = Statement::new(S::BecauseDosOverload);
            let since = thread.first.max(overloaded.first);
            found.push("14", Level::THREE, since, text, [index, strain]);
        } else {
            let text = Statement::new(S::BecauseDosUnmitigated);
            found.push("14", Level::TWO, thread.first, text, [index]);
            found.change(Statement::new(S::ChangeOverload), Level::THREE);
        }
    }
}
