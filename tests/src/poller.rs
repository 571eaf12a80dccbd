//! The event source mapping of a Kinesis stream, as AWS documents what it does with a function's answers.
//!
//! Emulators keep a mapping's settings and ignore them when a function fails, so what happens to a shard then is shown
//! with this one. What it follows
//! (<https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html>,
//! <https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html>):
//!
//! * a batch is taken from the checkpoint on, in the order of the shard;
//! * an answer whose `batchItemFailures` is missing, null or empty is a success: the checkpoint moves behind the batch;
//! * an answer that names records moves the checkpoint to the lowest sequence number named, and everything from there
//!   on is delivered again, done or not;
//! * an answer that names an empty, null or unknown record, or an error, is a failure of the whole batch;
//! * a failed batch is delivered again; with bisecting in halves, which does not count as an attempt;
//! * a batch that used up its attempts goes to the on-failure destination, and the shard moves on.

use std::collections::VecDeque;

use serde_json::Value;

/// A record of a shard.
#[derive(Clone, Debug, PartialEq)]
pub struct Polled {
    /// Its sequence number; a shard's rise as numbers.
    pub sequence: String,
    /// Its partition key.
    pub partition_key: String,
    /// When it arrived, in seconds of Unix time.
    pub arrived: f64,
    /// Its bytes.
    pub data: Vec<u8>,
}

/// The settings of a mapping.
#[derive(Clone, Copy, Debug)]
pub struct Mapping {
    /// Most records of a batch.
    pub batch_size: usize,
    /// Whether a failed batch is delivered in halves.
    pub bisect: bool,
    /// How often a batch is delivered again before it is given up; `None` for ever.
    pub retries: Option<u32>,
}

/// What a function said to a batch.
#[derive(Clone, Debug)]
pub enum Answer {
    /// It returned this.
    Returned(Value),
    /// It failed, was killed or timed out.
    Failed,
}

/// What became of a shard's records.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Account {
    /// How often the function was called.
    pub calls: u64,
    /// Records delivered, each time counted.
    pub delivered: u64,
    /// Batches given up, for the on-failure destination.
    pub given_up: Vec<Vec<Polled>>,
    /// Records from the checkpoint on when the run ended; none when the shard was read to its end.
    pub left: usize,
}

impl Account {
    /// Adds what became of others.
    pub fn add(&mut self, more: Account) {
        self.calls += more.calls;
        self.delivered += more.delivered;
        self.given_up.extend(more.given_up);
        self.left += more.left;
    }
}

/// Delivers the records of one shard until its end, or until the function was called `most_calls` times.
pub fn drive(
    records: &[Polled],
    mapping: Mapping,
    most_calls: u64,
    mut function: impl FnMut(&[Polled]) -> Answer,
) -> Account {
    let mut account = Account::default();
    let mut checkpoint = 0;
    while checkpoint < records.len() && account.calls < most_calls {
        let end = records.len().min(checkpoint + mapping.batch_size.max(1));
        // Batches still to deliver, each with the attempts that it has used; in the order of the shard.
        let mut pending = VecDeque::from([(checkpoint, end, 0_u32)]);
        while let Some((from, to, used)) = pending.pop_front() {
            if account.calls >= most_calls {
                break;
            }
            let batch = records.get(from..to).unwrap_or_default();
            account.calls += 1;
            account.delivered += batch.len() as u64;
            match verdict(batch, &function(batch)) {
                Verdict::Done => checkpoint = to,
                Verdict::From(place) if place > 0 => {
                    // What is done is done: the batch that goes on is another one.
                    checkpoint = from + place;
                    pending.push_front((checkpoint, to, 0));
                }
                Verdict::From(_) | Verdict::Failed if mapping.bisect && batch.len() > 1 => {
                    let middle = from + batch.len() / 2;
                    pending.push_front((middle, to, used));
                    pending.push_front((from, middle, used));
                }
                Verdict::From(_) | Verdict::Failed => {
                    if mapping.retries.is_some_and(|most| used >= most) {
                        account.given_up.push(batch.to_vec());
                        checkpoint = to;
                    } else {
                        pending.push_front((from, to, used + 1));
                    }
                }
            }
        }
    }
    account.left = records.len() - checkpoint;
    account
}

enum Verdict {
    Done,
    /// Everything from this place on is undone.
    From(usize),
    Failed,
}

fn verdict(batch: &[Polled], answer: &Answer) -> Verdict {
    let Answer::Returned(answer) = answer else { return Verdict::Failed };
    let failures = match answer {
        Value::Null => return Verdict::Done,
        Value::Object(answer) => answer.get("batchItemFailures").unwrap_or(&Value::Null),
        _ => return Verdict::Failed,
    };
    let failures = match failures {
        Value::Null => return Verdict::Done,
        Value::Array(failures) => failures,
        _ => return Verdict::Failed,
    };
    let mut lowest = None;
    for failure in failures {
        let named = failure.get("itemIdentifier").and_then(Value::as_str);
        let Some(place) = batch.iter().position(|record| Some(record.sequence.as_str()) == named) else {
            return Verdict::Failed;
        };
        lowest = Some(lowest.map_or(place, |lowest: usize| lowest.min(place)));
    }
    lowest.map_or(Verdict::Done, Verdict::From)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const EVERYTHING: Mapping = Mapping { batch_size: 4, bisect: true, retries: None };

    fn shard(length: usize) -> Vec<Polled> {
        let record = |number: usize| Polled {
            sequence: format!("{number:05}"),
            partition_key: "fw".to_owned(),
            arrived: number as f64,
            data: vec![number as u8],
        };
        (0..length).map(record).collect()
    }

    fn undone(records: &[&Polled]) -> Answer {
        let items: Vec<Value> = records.iter().map(|r| json!({"itemIdentifier": r.sequence})).collect();
        Answer::Returned(json!({ "batchItemFailures": items }))
    }

    #[test]
    fn every_way_to_say_that_all_is_well_moves_on() {
        for answer in [json!(null), json!({}), json!({"batchItemFailures": null}), undone_none()] {
            let account = drive(&shard(9), EVERYTHING, 99, |_| Answer::Returned(answer.clone()));
            assert_eq!((account.calls, account.delivered, account.left), (3, 9, 0));
        }
    }

    fn undone_none() -> Value {
        json!({"batchItemFailures": []})
    }

    #[test]
    fn what_follows_the_lowest_undone_record_comes_again() {
        let mut seen = Vec::new();
        let account = drive(&shard(4), EVERYTHING, 99, |batch| {
            seen.push(batch.iter().map(|record| record.data[0]).collect::<Vec<_>>());
            if seen.len() == 1 { undone(&[&batch[3], &batch[1]]) } else { Answer::Returned(Value::Null) }
        });
        assert_eq!(seen, [vec![0, 1, 2, 3], vec![1, 2, 3]]);
        assert_eq!(account.left, 0);
    }

    #[test]
    fn an_unknown_or_empty_name_fails_the_whole_batch() {
        for name in [json!(""), json!(null), json!("99999"), json!(3)] {
            let mapping = Mapping { bisect: false, retries: Some(1), ..EVERYTHING };
            let answer = json!({"batchItemFailures": [{"itemIdentifier": name}]});
            let account = drive(&shard(2), mapping, 99, |_| Answer::Returned(answer.clone()));
            assert_eq!((account.calls, account.given_up.len(), account.left), (2, 1, 0));
        }
    }

    #[test]
    fn bisecting_finds_the_poison_and_gives_up_it_alone() {
        let mapping = Mapping { retries: Some(2), ..EVERYTHING };
        let account = drive(&shard(4), mapping, 99, |batch| {
            let poisoned = batch.iter().any(|record| record.data == [2]);
            if poisoned { Answer::Failed } else { Answer::Returned(Value::Null) }
        });
        let given_up: Vec<&[u8]> = account.given_up.iter().flatten().map(|r| r.data.as_slice()).collect();
        assert_eq!(given_up, [&[2]]);
        assert_eq!(account.left, 0);
    }

    #[test]
    fn a_function_that_never_works_blocks_its_shard_without_a_limit() {
        let account = drive(&shard(4), EVERYTHING, 50, |_| Answer::Failed);
        assert_eq!((account.calls, account.left), (50, 4));
    }
}
