//! Several waits at once, on one thread.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;

/// Drives futures side by side and returns what each returned, in their order.
///
/// All of them are polled whenever one of them wakes, so this is for a few: the caller bounds their number.
pub async fn together<F: Future>(futures: impl IntoIterator<Item = F>) -> Vec<F::Output> {
    let mut waiting: Vec<Option<Pin<Box<F>>>> =
        futures.into_iter().map(|future| Some(Box::pin(future))).collect();
    let mut returned: Vec<Option<F::Output>> = waiting.iter().map(|_| None).collect();
    poll_fn(|context| {
        let mut is_done = true;
        for (future, output) in waiting.iter_mut().zip(&mut returned) {
            let Some(pending) = future else { continue };
            match pending.as_mut().poll(context) {
                Poll::Ready(value) => {
                    *output = Some(value);
                    *future = None;
                }
                Poll::Pending => is_done = false,
            }
        }
        if is_done { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    returned.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use hinomi_store::block_on;

    use super::*;

    #[test]
    fn all_wait_at_once_and_answer_in_their_order() {
        let begun = Cell::new(0);
        let wait = |number: usize| {
            let begun = &begun;
            let mut polls = 0;
            poll_fn(move |context| {
                polls += 1;
                if polls == 1 {
                    begun.set(begun.get() + 1);
                    context.waker().wake_by_ref();
                    return Poll::Pending;
                }
                assert_eq!(begun.get(), 3, "the others have begun");
                Poll::Ready(number)
            })
        };
        assert_eq!(block_on(together((0..3).map(wait))), [0, 1, 2]);
        assert!(block_on(together(Vec::<std::future::Ready<u8>>::new())).is_empty());
    }
}
