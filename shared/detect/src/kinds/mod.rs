//! What an event shows by the vendor's own verdict, one file a kind of thing.
//!
//! Each function looks at one function of the appliance and answers with a [`Verdict`] or nothing. They decide what
//! was seen, never whom it is about (`subject`), whether it is allowed (the judge) or how bad it is (the judge).

mod applications;
mod attacks;
mod device;
mod files;
mod names;
mod sessions;
mod web;

use hinomi_model::{Event, Function, Vendor};

use crate::sides::Sides;
use crate::verdict::Verdict;

/// Returns what the event shows; `None` for nearly all.
#[inline]
pub(crate) fn judge<'e>(event: &'e Event<'_>, sides: &Sides) -> Option<Verdict<'e>> {
    if event.log_type.eq_ignore_ascii_case("CORRELATION") {
        return names::correlated(event);
    }
    match event.function {
        Function::Firewall => sessions::judge(event, sides),
        _ => by_function(event),
    }
}

fn by_function<'e>(event: &'e Event<'_>) -> Option<Verdict<'e>> {
    match event.function {
        Function::Ips => match event.vendor {
            Vendor::Panos if event.log_subtype.eq_ignore_ascii_case("spyware") => names::spyware(event),
            _ => attacks::judge(event),
        },
        Function::Anomaly => attacks::anomaly(event),
        Function::Waf => attacks::web_application(event),
        Function::Antivirus | Function::Sandbox => files::judge(event),
        Function::File => files::blocked_type(event),
        Function::Webfilter => web::judge(event),
        Function::Dns => match event.vendor {
            Vendor::Panos => names::spyware(event),
            Vendor::Fortigate => names::look_up(event),
        },
        Function::Ssl => names::certificate(event),
        Function::Appcontrol => applications::judge(event),
        Function::System | Function::Config | Function::Ha => device::judge(event),
        // Sessions are judged with their sides.
        Function::Firewall => None,
        // Anti-spam is counted, never judged; log-ins are judged by their runs; the rest is no verdict of anything.
        Function::Email | Function::Vpn | Function::Auth | Function::Dlp | Function::Other => None,
    }
}
