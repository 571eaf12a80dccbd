//! Checks of deliveries.

use hinomi_model::{Channel, IncidentId};

use super::at;
use crate::error::Error;
use crate::ports::{Claim, Deliveries, Delivery, Message, Unit, limits};

fn unit(incident: u128, notice: &str, contact: &str, channel: Channel) -> Unit {
    let (notice, contact) = (notice.to_owned(), contact.to_owned());
    Unit { incident: IncidentId(incident), notice, contact, channel }
}

fn message(seconds: i64, id: &str) -> Message {
    Message { at: at(seconds), id: id.to_owned() }
}

/// Checks [`Deliveries`].
///
/// # Panics
///
/// When the store breaks the contract.
pub async fn deliveries<S: Deliveries>(fresh: impl AsyncFn() -> S) {
    one_unit(&fresh().await).await;
    many_units(&fresh().await).await;
}

async fn one_unit(store: &impl Deliveries) {
    let mail = unit(1, "n", "duty", Channel::Email);
    assert!(
        matches!(store.sent(&mail, at(1), "m").await, Err(Error::Missing { .. })),
        "sent without a claim"
    );
    assert!(matches!(store.take_over(&mail, at(1), at(2)).await, Err(Error::Missing { .. })));
    assert_eq!(store.of(IncidentId(1)).await.unwrap(), [], "what is refused leaves nothing");
    assert_eq!(store.claim(&mail, at(10)).await.unwrap(), Claim::New, "the first claim is new");
    for later in [10, 11, 500] {
        let found = store.claim(&mail, at(later)).await.unwrap();
        assert_eq!(found, Claim::Claimed { at: at(10) }, "a second claim finds the first and leaves it");
    }
    let wrong = store.take_over(&mail, at(9), at(200)).await;
    assert!(matches!(wrong, Err(Error::Conflict { .. })), "taking over another claim than the one found");
    assert_eq!(store.take_over(&mail, at(10), at(200)).await.unwrap(), 2, "the second attempt");
    let late = store.take_over(&mail, at(10), at(200)).await;
    assert!(matches!(late, Err(Error::Conflict { .. })), "of two that take over one wins");
    assert_eq!(store.claim(&mail, at(300)).await.unwrap(), Claim::Claimed { at: at(200) });
    store.sent(&mail, at(201), "m1").await.unwrap();
    assert_eq!(store.claim(&mail, at(300)).await.unwrap(), Claim::Sent { at: at(201) });
    store.sent(&mail, at(205), "m1").await.unwrap();
    // The first attempt was alive after all: the customer got two, and the record says so.
    store.sent(&mail, at(202), "m0").await.unwrap();
    let done = store.take_over(&mail, at(200), at(400)).await;
    assert!(matches!(done, Err(Error::Conflict { .. })), "what was sent cannot be taken over");
    let messages = vec![message(201, "m1"), message(202, "m0")];
    let expected = Delivery { unit: mail.clone(), claimed: at(200), attempts: 2, messages };
    assert_eq!(store.of(IncidentId(1)).await.unwrap(), [expected], "one receipt for each message id");
    assert_eq!(
        store.claim(&mail, at(300)).await.unwrap(),
        Claim::Sent { at: at(201) },
        "by the first receipt"
    );
    for number in 0..20 {
        store.sent(&mail, at(300 + number), &format!("more {number}")).await.unwrap();
    }
    let kept = store.of(IncidentId(1)).await.unwrap().remove(0).messages;
    assert_eq!((kept.len(), &kept[0]), (limits::MESSAGES, &message(201, "m1")), "receipts are bounded");
}

async fn many_units(store: &impl Deliveries) {
    let units = [
        unit(1, "first", "chief", Channel::Email),
        unit(1, "first", "duty", Channel::Email),
        unit(1, "first", "duty", Channel::Sms),
        unit(1, "update", "duty", Channel::Email),
        unit(2, "first", "duty", Channel::Email),
        unit(u128::MAX, "first", "duty", Channel::Email),
    ];
    // Claimed in the opposite order, so that order by unit and by time differ.
    for (index, unit) in units.iter().enumerate().rev() {
        let claim = store.claim(unit, at(100 - index as i64)).await.unwrap();
        assert_eq!(claim, Claim::New, "units that differ in one part are not one ({unit:?})");
    }
    let of = async |incident| -> Vec<Unit> {
        store.of(IncidentId(incident)).await.unwrap().into_iter().map(|delivery| delivery.unit).collect()
    };
    assert_eq!(of(1).await, units[..4], "an incident's deliveries, by unit");
    assert_eq!(of(u128::MAX).await, units[5..]);
    assert_eq!(of(3).await, [], "an incident that nobody was told");
    store.sent(&units[4], at(101), "m").await.unwrap();
    store.take_over(&units[5], at(95), at(97)).await.unwrap();
    let open =
        |list: &[(usize, i64)]| -> Vec<_> { list.iter().map(|(u, t)| (units[*u].clone(), at(*t))).collect() };
    let all = open(&[(3, 97), (5, 97), (2, 98), (1, 99), (0, 100)]);
    assert_eq!(store.unconfirmed(at(101), 9).await.unwrap(), all, "what is not confirmed, the oldest first");
    assert_eq!(store.unconfirmed(at(99), 9).await.unwrap(), all[..3], "claimed before, not at, the time");
    assert_eq!(store.unconfirmed(at(101), 2).await.unwrap(), all[..2], "the limit keeps the oldest");
    assert_eq!(store.unconfirmed(at(97), 9).await.unwrap(), [], "a unit taken over is as young as that");
}
