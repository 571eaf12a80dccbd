//! The SOC's console: a CloudWatch custom widget that shows the queue of open incidents, and one incident with its
//! reasons, its timeline, its evidence and who was told. Read-only.
//!
//! An event in, a page of HTML out. The dashboard strips scripts and frames; what can be clicked is a `cwdb-action` that
//! calls this function again, with the reader's own permission. An incident opens in a popup, because the dashboard
//! refreshes its widgets and would take the page away from under whoever reads it.
//!
//! Everything on a page may have been written by an attacker: pages are made with an escaping writer, indicators are
//! defanged, lists and lengths are cut, so that a page stays far below what a widget may return.

mod answer;
mod html;
mod load;
mod page;
mod request;
mod words;

pub use answer::{Answer, Console, Registries};
