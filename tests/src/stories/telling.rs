//! Telling.

use hinomi_generate::catalog;
use hinomi_generate::site::{WEB, WEB_PUBLIC, ip};
use hinomi_generate::{End, Via, cc_lookup, exploit, malware, traffic};

use super::cc::beaconed;
use super::{A, DNS, HOUR, I, MINUTE, at};
use crate::story::{Act, BOTH, Case, Expect, Expected, Notices, Teller};

/// The chapter's cases.
pub(super) static CASES: &[Case] = &[
    Case { number: 53, name: "malware, then 40 beacons over five hours", vendors: BOTH, tell: forty_beacons },
    Case { number: 54, name: "level 2 becomes 4 after 30 minutes", vendors: BOTH, tell: rises },
    Case {
        number: 54,
        name: "level 2 becomes 4 within the hold",
        vendors: BOTH,
        tell: rises_within_the_hold,
    },
    Case { number: 55, name: "level 2 falls to 1 within the hold", vendors: BOTH, tell: falls },
    Case { number: 56, name: "ten hosts reach level 4 in ten minutes", vendors: BOTH, tell: ten_hosts },
    Case { number: 57, name: "an analyst marks a false positive", vendors: BOTH, tell: false_positive },
    Case { number: 58, name: "the same file twice", vendors: BOTH, tell: twice },
];

fn forty_beacons(teller: &mut Teller) -> Expect {
    teller.tell(malware(at(0), I, A, Via::Http, &catalog::TROJAN).session(8_001));
    for n in 0..40 {
        teller.tell(beaconed(12 * MINUTE + n * 450, I));
    }
    // Told once at each level; forty beacons are nothing new after the first.
    Expect::one(Expected::host(4, I).not_contained()).told(&[
        ("first", 3, "sms"),
        ("first", 3, "email"),
        ("update", 4, "sms"),
        ("update", 4, "email"),
    ])
}

fn rises(teller: &mut Teller) -> Expect {
    teller.tell(cc_lookup(at(0), I, DNS, "cdn-metrics.example").session(8_001).blocked());
    teller.tell(beaconed(30 * MINUTE, I));
    Expect::one(Expected::host(4, I).not_contained()).told(&[
        ("first", 2, "email"),
        ("update", 4, "sms"),
        ("update", 4, "email"),
    ])
}

fn rises_within_the_hold(teller: &mut Teller) -> Expect {
    teller.tell(cc_lookup(at(0), I, DNS, "cdn-metrics.example").session(8_001).blocked());
    teller.tell(beaconed(5 * MINUTE, I));
    Expect::one(Expected::host(4, I).not_contained())
}

fn falls(teller: &mut Teller) -> Expect {
    teller.tell(exploit(at(0), A, WEB, 80, &catalog::LOG4J).behind(WEB_PUBLIC).session(8_001));
    let session = traffic(at(8 * MINUTE), A, WEB, 80).behind(WEB_PUBLIC).session(8_001);
    teller.tell(session.carried(640, 120, 4, 3).ended(End::TimedOut));
    Expect::one(Expected::host(1, WEB))
}

fn ten_hosts(teller: &mut Teller) -> Expect {
    let hosts: Vec<_> = (0..10_u8).map(|n| ip(10, 1, 13, 20 + n)).collect();
    for (n, host) in (0_i64..).zip(&hosts) {
        teller.tell(beaconed(n * MINUTE, *host));
    }
    Expect {
        incidents: hosts.iter().map(|host| Expected::host(4, *host)).collect(),
        notices: Notices::Folded { sms: 3, emails: 10 },
        ..Expect::nothing()
    }
}

fn false_positive(teller: &mut Teller) -> Expect {
    teller.tell(beaconed(0, I));
    teller.acts.push(Act { at: at(HOUR), what: "false_positive" });
    Expect::one(Expected::host(0, I)).told(&[
        ("first", 4, "sms"),
        ("first", 4, "email"),
        ("correction", 0, "sms"),
        ("correction", 0, "email"),
    ])
}

fn twice(teller: &mut Teller) -> Expect {
    let expect = forty_beacons(teller);
    teller.repeat_everything();
    expect
}
