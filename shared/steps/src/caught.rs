//! Keeps one poisoned line from taking a run down: a panic while reading it becomes a reject like any other.

use std::cell::{Cell, RefCell};
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

use hinomi_model::{QuarantineReason, Reject};

thread_local! {
    static CATCHING: Cell<bool> = const { Cell::new(false) };
    static PLACE: RefCell<String> = const { RefCell::new(String::new()) };
}

static HOOK: Once = Once::new();

/// Runs `read` and returns its result, or the place in the source where it panicked.
///
/// The panic's own words are dropped: they may hold what the line holds, and our messages are somebody's log.
///
/// # Errors
///
/// What `read` fails with, or [`QuarantineReason::Fault`].
pub fn caught<T>(read: impl FnOnce() -> Result<T, Reject>) -> Result<T, Reject> {
    HOOK.call_once(quiet_while_catching);
    let outer = CATCHING.replace(true);
    // The scratch buffers are cleared before each line, so what a panic leaves in them is never read.
    let result = panic::catch_unwind(AssertUnwindSafe(read));
    CATCHING.set(outer);
    result.unwrap_or_else(|_| Err(Reject::new(QuarantineReason::Fault, PLACE.take())))
}

/// Keeps the panic's place instead of printing it, while a line is being read. Other panics are told as ever.
fn quiet_while_catching() {
    let told = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        if CATCHING.get() {
            PLACE.set(panic.location().map(ToString::to_string).unwrap_or_default());
        } else {
            told(panic);
        }
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_a_reject_that_names_the_place_and_not_the_line() {
        let reject = caught(|| -> Result<(), Reject> { panic!("secret of the line") }).unwrap_err();
        assert_eq!(reject.reason, QuarantineReason::Fault);
        assert!(
            reject.detail.contains("caught.rs") && !reject.detail.contains("secret"),
            "{}",
            reject.detail
        );
    }

    #[test]
    fn results_pass_unchanged() {
        assert_eq!(caught(|| Ok(7)), Ok(7));
        let reject = Reject::new(QuarantineReason::Unreadable, "x");
        assert_eq!(caught(|| Err::<(), _>(reject.clone())), Err(reject));
    }
}
