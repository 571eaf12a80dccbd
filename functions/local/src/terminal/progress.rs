//! The progress bar: bytes done, lines a second and the time left, on standard error of a terminal and nowhere else.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Input shorter than this is done before anybody could read a bar.
const MIN_BYTES: u64 = 32 << 20;

/// A bar, or nothing where nobody would see one.
#[derive(Debug)]
pub struct Progress(ProgressBar);

impl Progress {
    /// Starts a bar for `bytes` of input; `None` when the length is not known (standard input).
    pub fn start(bytes: Option<u64>) -> Self {
        let worth_it = bytes.is_none_or(|bytes| bytes >= MIN_BYTES);
        if !worth_it || !std::io::stderr().is_terminal() {
            return Progress::hidden();
        }
        let template = match bytes {
            Some(_) => "{bar:30} {percent:>3}%  {bytes}/{total_bytes}  {msg}  {eta} left",
            None => "{spinner} {bytes}  {msg}  {elapsed}",
        };
        let bar = ProgressBar::with_draw_target(bytes, ProgressDrawTarget::stderr_with_hz(5));
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("=> "));
        }
        Progress(bar)
    }

    /// Makes a bar that nobody sees.
    pub fn hidden() -> Self {
        Progress(ProgressBar::hidden())
    }

    /// Shows how far it is: bytes of the files as they lie on disk, and lines since the start.
    pub fn at(&self, bytes: u64, lines: u64, elapsed: Duration) {
        if self.0.is_hidden() {
            return;
        }
        self.0.set_position(bytes);
        let seconds = elapsed.as_secs_f64();
        if seconds > 0.0 {
            self.0.set_message(format!("{:.0} lines/s", lines as f64 / seconds));
        }
    }

    /// Takes the bar away.
    pub fn clear(&self) {
        self.0.finish_and_clear();
    }
}
