//! Keeps one poisoned line or record from taking a run down: a panic becomes an error like any other.

use std::cell::{Cell, RefCell};
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

use hinomi_model::{QuarantineReason, Reject};

thread_local! {
    static CATCHING: Cell<bool> = const { Cell::new(false) };
    static PLACE: RefCell<String> = const { RefCell::new(String::new()) };
}

static HOOK: Once = Once::new();

/// Where in the source something panicked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Panicked {
    /// The file, the line and the column.
    pub place: String,
}

/// Runs `work` and returns what it returns, or the place in the source where it panicked.
///
/// The panic's own words are dropped: they may hold what the input holds, and our messages are somebody's log. What
/// `work` was changing is in no defined state after a panic: drop it.
///
/// # Errors
///
/// [`Panicked`].
pub fn caught<T>(work: impl FnOnce() -> T) -> Result<T, Panicked> {
    HOOK.call_once(quiet_while_catching);
    let before = CATCHING.replace(true);
    let result = panic::catch_unwind(AssertUnwindSafe(work));
    CATCHING.set(before);
    result.map_err(|_| Panicked { place: PLACE.take() })
}

/// Reads a line; a panic while reading it is a reject like any other.
///
/// # Errors
///
/// What `read` fails with, or [`QuarantineReason::Fault`].
pub fn caught_line<T>(read: impl FnOnce() -> Result<T, Reject>) -> Result<T, Reject> {
    // The scratch buffers are cleared before each line, so what a panic leaves in them is never read.
    caught(read).unwrap_or_else(|panic| Err(Reject::new(QuarantineReason::Fault, panic.place)))
}

/// Keeps the panic's place instead of printing it, while something is being caught. Other panics are told as ever.
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
        let reject = caught_line(|| -> Result<(), Reject> { panic!("secret of the line") }).unwrap_err();
        assert_eq!(reject.reason, QuarantineReason::Fault);
        assert!(
            reject.detail.contains("caught.rs") && !reject.detail.contains("secret"),
            "{}",
            reject.detail
        );
    }

    #[test]
    fn a_catch_inside_a_catch_leaves_the_outer_one_catching() {
        let outer = caught(|| {
            caught(|| panic!("inner")).unwrap_err();
            panic!("outer");
        });
        assert!(outer.is_err_and(|panic: Panicked| panic.place.contains("caught.rs")));
    }

    #[test]
    fn results_pass_unchanged() {
        assert_eq!(caught_line(|| Ok(7)), Ok(7));
        let reject = Reject::new(QuarantineReason::Unreadable, "x");
        assert_eq!(caught_line(|| Err::<(), _>(reject.clone())), Err(reject));
    }
}
