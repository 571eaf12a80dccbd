//! Several files as one stream in the order of event time, as near as can be told without holding lines back.
//!
//! The file that is furthest behind is read next. What lies between the files' times waits in the reorder window
//! behind this, so no line has to be held here and memory does not grow with the files.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use hinomi_model::EventTime;

use super::Input;
use super::clock::is_near;
use super::source::{Source, SourceLine};
use crate::error::Fault;

/// Files merged at once. Each is open and has half a megabyte of buffer and a decoder's window; systems allow some
/// 1,000 open files. More are refused, as reading them one after the other would not be in the order of time.
const MAX_FILES: usize = 256;

/// The files of a run.
pub(crate) struct Sources {
    open: Vec<Source>,
    /// Which file is being read.
    turn: usize,
    /// It stays its turn while it is not beyond this: the time of the next one behind.
    until: Option<EventTime>,
    /// The latest time that a file which is at its end had reached.
    ended: Option<EventTime>,
    read: Arc<AtomicU64>,
    length: Option<u64>,
}

impl Sources {
    /// Opens all inputs.
    ///
    /// # Errors
    ///
    /// [`Fault::Usage`] for more than [`MAX_FILES`]; [`Fault::Open`] and [`Fault::Read`] for the first that fails.
    pub(crate) fn open(inputs: Vec<Input>) -> Result<Self, Fault> {
        if inputs.len() > MAX_FILES {
            return Err(Fault::Usage(format!(
                "merge {} files: at most {MAX_FILES} at once; concatenate some that follow each other",
                inputs.len()
            )));
        }
        let read = Arc::new(AtomicU64::new(0));
        let mut open = Vec::with_capacity(inputs.len());
        let mut length = Some(0_u64);
        for (index, input) in inputs.into_iter().enumerate() {
            let (source, bytes) = Source::open(index, input, &read)?;
            open.push(source);
            length = length.zip(bytes).map(|(all, bytes)| all.saturating_add(bytes));
        }
        // Nobody has reached anything yet, so every turn is right.
        Ok(Sources { open, turn: 0, until: None, ended: None, read, length })
    }

    /// Returns the length of all files as they lie on disk; `None` when one of them has none.
    pub(crate) fn length(&self) -> Option<u64> {
        self.length
    }

    /// Returns how many bytes of that have been read.
    pub(crate) fn bytes_read(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }

    /// Returns the event time that every file has reached; `None` while that can't be told for one of them, and at
    /// the end.
    pub(crate) fn reached(&self) -> Option<EventTime> {
        // It is always the turn of the one that is furthest behind.
        self.open.get(self.turn).and_then(Source::reached)
    }

    /// Returns the latest time that any device of any file has reached, those of files at their end included. `last`,
    /// the latest of all lines, counts where it is near: few lines of a device tell no time of their own.
    pub(crate) fn furthest(&self, last: Option<EventTime>) -> Option<EventTime> {
        let told = self.open.iter().filter_map(Source::furthest).max().max(self.ended)?;
        Some(last.filter(|last| is_near(told, *last)).map_or(told, |last| last.max(told)))
    }

    /// Hands the next line of the file that is furthest behind to `take`. Returns whether there was one.
    ///
    /// # Errors
    ///
    /// [`Fault::Read`] when a file fails, and whatever `take` fails with.
    pub(crate) fn read_line(
        &mut self,
        take: impl FnOnce(SourceLine<'_>) -> Result<(), Fault>,
    ) -> Result<bool, Fault> {
        let mut take = Some(take);
        while let Some(source) = self.open.get_mut(self.turn) {
            let given = source.read_line(|line| match take.take() {
                Some(take) => take(line),
                None => Ok(()),
            })?;
            if given.is_some() {
                let beyond = source.reached() > self.until;
                if beyond && self.open.len() > 1 {
                    self.choose();
                }
                return Ok(true);
            }
            self.ended = self.ended.max(source.furthest());
            self.open.swap_remove(self.turn);
            self.choose();
        }
        Ok(false)
    }

    /// Chooses the file that is furthest behind, and until when it is that.
    fn choose(&mut self) {
        let mut times: Vec<(Option<EventTime>, usize)> =
            self.open.iter().enumerate().map(|(index, source)| (source.reached(), index)).collect();
        times.sort_unstable();
        self.turn = times.first().map_or(0, |(_, index)| *index);
        self.until = times.get(1).and_then(|(time, _)| *time);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads inputs whose lines are seconds, and returns them as they come.
    fn merged(files: &[&str]) -> Vec<i64> {
        let inputs = files.iter().enumerate().map(|(index, text)| Input::Bytes {
            name: format!("{index}.log"),
            bytes: text.replace(' ', "\n").into_bytes(),
        });
        let mut sources = Sources::open(inputs.collect()).unwrap();
        let mut order = Vec::new();
        while sources
            .read_line(|line| {
                let second: i64 = std::str::from_utf8(line.content.unwrap()).unwrap().parse().unwrap();
                order.push(second);
                line.clocks.see("fw", EventTime::from_seconds(second));
                Ok(())
            })
            .unwrap()
        {}
        order
    }

    #[test]
    fn the_file_that_is_behind_is_read_first() {
        let start = "1 1 1 1 1 1 1 1";
        let order = merged(&[&format!("{start} 10 20 30 40"), &format!("{start} 15 16 35"), ""]);
        assert_eq!(order.len(), 8 + 4 + 8 + 3);
        // A file is at most one line ahead of the others.
        assert_eq!(&order[16..], [10, 15, 20, 16, 35, 30, 40]);
    }

    #[test]
    fn one_file_is_read_in_its_order_and_empty_ones_do_not_matter() {
        assert_eq!(merged(&["3 1 2"]), [3, 1, 2]);
        assert_eq!(merged(&["", "3 1 2", ""]), [3, 1, 2]);
        assert_eq!(merged(&[]), [0_i64; 0]);
    }

    #[test]
    fn time_is_unknown_until_every_file_tells_it() {
        let input = |bytes: &str| Input::Bytes { name: "a".to_owned(), bytes: bytes.as_bytes().to_vec() };
        let mut sources = Sources::open(vec![input(&"5\n".repeat(20)), input(&"7\n".repeat(20))]).unwrap();
        let mut known = Vec::new();
        for _ in 0..40 {
            sources
                .read_line(|line| {
                    let text = std::str::from_utf8(line.content.unwrap()).unwrap();
                    line.clocks.see("fw", EventTime::from_seconds(text.parse().unwrap()));
                    Ok(())
                })
                .unwrap();
            known.push(sources.reached().map(EventTime::seconds));
        }
        assert_eq!(known.iter().position(Option::is_some), Some(15), "{known:?}");
        assert_eq!(known[15], Some(5));
        assert_eq!(sources.bytes_read(), sources.length().unwrap());
    }

    #[test]
    fn err_too_many_files_is_wrong_usage() {
        let inputs = vec![Input::Stdin; MAX_FILES + 1];
        let fault = Sources::open(inputs).err().unwrap();
        assert_eq!(fault.exit_status(), 2);
    }
}
