//! C&C.

use std::net::IpAddr;

use hinomi_generate::catalog;
use hinomi_generate::site::{RESOLVER, WEB, WEB_PUBLIC, ip};
use hinomi_generate::{End, Happening, Via, botnet, cc_lookup, cc_lookup_of, malware, traffic};
use hinomi_model::Vendor;

use super::{A, B, DNS, HOUR, I, MINUTE, at};
use crate::story::{BOTH, Case, Expect, Expected, Teller};

/// The chapter's cases.
pub(super) static CASES: &[Case] = &[
    Case { number: 29, name: "malware passed, then a beacon", vendors: BOTH, tell: malware_then_beacon },
    Case { number: 30, name: "one botnet signature, allowed", vendors: BOTH, tell: beacon },
    Case { number: 30, name: "one botnet signature, blocked", vendors: BOTH, tell: beacon_blocked },
    Case { number: 31, name: "one blocked look-up", vendors: BOTH, tell: lookup_once },
    Case { number: 31, name: "one allowed look-up alone", vendors: BOTH, tell: lookup_allowed },
    Case { number: 32, name: "one click is one attempt", vendors: BOTH, tell: click },
    Case { number: 32, name: "nine lines within a minute are one attempt", vendors: BOTH, tell: burst },
    Case { number: 33, name: "nine blocked look-ups, three minutes apart", vendors: BOTH, tell: persistent },
    Case { number: 33, name: "three attempts within four minutes", vendors: BOTH, tell: too_short },
    Case { number: 33, name: "two attempts are not three", vendors: BOTH, tell: two_attempts },
    Case { number: 33, name: "two C&C families", vendors: BOTH, tell: two_families },
    Case { number: 34, name: "a blocked look-up every 100 minutes", vendors: BOTH, tell: slow },
    Case { number: 34, name: "three hours are not four", vendors: BOTH, tell: three_hours },
    Case { number: 35, name: "malware yesterday, an attempt today", vendors: BOTH, tell: day_after },
    Case {
        number: 35,
        name: "malware yesterday, an attempt 25 hours later",
        vendors: BOTH,
        tell: later_than_a_day,
    },
    Case { number: 36, name: "the resolver asks", vendors: BOTH, tell: resolver },
    Case { number: 37, name: "the resolver asks, a PC goes to the sinkhole", vendors: BOTH, tell: sinkhole },
    Case {
        number: 37,
        name: "a portal that is no sinkhole alone",
        vendors: &[Vendor::Fortigate],
        tell: portal,
    },
    Case { number: 38, name: "Gh0st at our server, detected", vendors: BOTH, tell: searched },
    Case { number: 38, name: "Mirai at our server, blocked", vendors: BOTH, tell: searched_blocked },
    Case { number: 39, name: "an old list, no answer", vendors: BOTH, tell: old_list },
    Case { number: 40, name: "both members of a pair log it", vendors: BOTH, tell: pair },
];

const NAME: &str = "cdn-metrics.example";

fn asked(seconds: i64) -> Happening {
    cc_lookup(at(seconds), I, DNS, NAME).session(5_000 + seconds.unsigned_abs()).blocked()
}

fn passed_malware(seconds: i64) -> Happening {
    malware(at(seconds), I, A, Via::Http, &catalog::TROJAN).session(4_900)
}

/// An allowed beacon.
pub(super) fn beaconed(seconds: i64, host: IpAddr) -> Happening {
    let number = u64::from(match host {
        IpAddr::V4(v4) => v4.octets()[3],
        IpAddr::V6(_) => 0,
    });
    botnet(at(seconds), host, B, 443, &catalog::EMOTET)
        .session(600_000 + number * 100_000 + seconds.unsigned_abs())
}

const RAISED: [(&str, u8, &str); 4] =
    [("first", 3, "sms"), ("first", 3, "email"), ("update", 4, "sms"), ("update", 4, "email")];

fn malware_then_beacon(teller: &mut Teller) -> Expect {
    teller.tell(passed_malware(0));
    teller.tell(beaconed(12 * MINUTE, I));
    let incident = Expected::host(4, I)
        .not_contained()
        .with("infection", "infected")
        .mentions("/stages", "delivery")
        .mentions("/stages", "command_and_control");
    Expect::one(incident).told(&RAISED)
}

fn beacon(teller: &mut Teller) -> Expect {
    teller.tell(beaconed(0, I));
    Expect::one(Expected::host(4, I).not_contained().with("infection", "infected"))
}

fn beacon_blocked(teller: &mut Teller) -> Expect {
    teller.tell(beaconed(0, I).blocked());
    Expect::one(Expected::host(2, I).contained())
}

fn lookup_once(teller: &mut Teller) -> Expect {
    teller.tell(asked(0));
    Expect::one(Expected::host(2, I).contained())
}

fn lookup_allowed(teller: &mut Teller) -> Expect {
    teller.tell(cc_lookup(at(0), I, DNS, NAME).session(5_001));
    Expect::one(Expected::host(2, I).not_contained())
}

fn click(teller: &mut Teller) -> Expect {
    teller.tell(asked(0));
    for (n, kind) in (1_i64..).zip(["AAAA", "HTTPS"]) {
        let lookup = cc_lookup_of(at(n), I, DNS, NAME, kind);
        teller.tell(lookup.session(5_000 + n.unsigned_abs()).blocked());
    }
    Expect::one(Expected::host(2, I).contained())
}

fn burst(teller: &mut Teller) -> Expect {
    for n in 0..9 {
        teller.tell(asked(n * 6));
    }
    Expect::one(Expected::host(2, I).contained())
}

fn persistent(teller: &mut Teller) -> Expect {
    for n in 0..9 {
        teller.tell(asked(n * 3 * MINUTE));
    }
    // The third attempt comes within the hold of the level 2 notice.
    let incident = Expected::host(4, I).contained().with("infection", "infected");
    Expect::one(incident).mails_say("BLOCKED (contained)")
}

fn too_short(teller: &mut Teller) -> Expect {
    for n in 0..3 {
        teller.tell(asked(n * 2 * MINUTE));
    }
    Expect::one(Expected::host(2, I).contained())
}

fn two_attempts(teller: &mut Teller) -> Expect {
    teller.tell(asked(0));
    teller.tell(asked(30 * MINUTE));
    Expect::one(Expected::host(2, I).contained())
}

fn two_families(teller: &mut Teller) -> Expect {
    teller.tell(beaconed(0, I).blocked());
    teller.tell(botnet(at(2 * MINUTE), I, A, 8080, &catalog::NJRAT).session(6_900).blocked());
    Expect::one(Expected::host(4, I).contained())
}

fn slow(teller: &mut Teller) -> Expect {
    for n in 0..14 {
        teller.tell(asked(n * 100 * MINUTE));
    }
    Expect::one(Expected::host(4, I).contained()).told(&[
        ("first", 2, "email"),
        ("update", 4, "sms"),
        ("update", 4, "email"),
    ])
}

fn three_hours(teller: &mut Teller) -> Expect {
    for n in 0..3 {
        teller.tell(asked(n * 100 * MINUTE));
    }
    Expect::one(Expected::host(2, I).contained())
}

fn day_after(teller: &mut Teller) -> Expect {
    teller.tell(passed_malware(0));
    teller.tell(asked(22 * HOUR));
    // The malware itself was not blocked; what the host tried afterwards was.
    Expect::one(Expected::host(4, I).contained()).told(&RAISED)
}

fn later_than_a_day(teller: &mut Teller) -> Expect {
    teller.tell(passed_malware(0));
    teller.tell(asked(25 * HOUR));
    // The chain is cut at 24 hours: two incidents, neither of level 4.
    Expect::one(Expected::host(3, I)).and(Expected::host(2, I)).told(&[
        ("first", 3, "sms"),
        ("first", 3, "email"),
        ("closed", 3, "email"),
        ("first", 2, "email"),
    ])
}

fn tell_resolver(teller: &mut Teller) {
    for n in 0..20 {
        let lookup = cc_lookup(at(n * 4 * MINUTE), RESOLVER, DNS, NAME);
        teller.tell(lookup.session(5_000 + n.unsigned_abs()).blocked());
    }
}

fn resolver(teller: &mut Teller) -> Expect {
    tell_resolver(teller);
    let incident =
        Expected::host(2, RESOLVER).mentions("/assessment/en/countermeasures/0/act", "find the machine");
    Expect::one(incident)
}

fn visit_sinkhole(teller: &mut Teller, seconds: i64) {
    let visit = traffic(at(seconds), I, teller.sinkhole(), 443).session(5_100).bytes(1_200, 900);
    teller.tell(visit.lasted(1));
}

fn sinkhole(teller: &mut Teller) -> Expect {
    tell_resolver(teller);
    // Three seconds after the last look-up.
    visit_sinkhole(teller, 76 * MINUTE + 3);
    Expect::one(Expected::host(4, I)).others_up_to(2).told(&[
        ("first", 2, "email"),
        ("first", 4, "sms"),
        ("first", 4, "email"),
    ])
}

fn portal(teller: &mut Teller) -> Expect {
    tell_resolver(teller);
    // The same address shows the page for blocked categories: hours later it says nothing of C&C.
    visit_sinkhole(teller, 5 * HOUR);
    Expect::one(Expected::host(2, RESOLVER)).others_up_to(1)
}

fn searched(teller: &mut Teller) -> Expect {
    teller.tell(botnet(at(0), A, WEB, 443, &catalog::GH0ST).behind(WEB_PUBLIC).session(5_001));
    Expect::one(Expected::source(1, A))
}

fn searched_blocked(teller: &mut Teller) -> Expect {
    teller.tell(botnet(at(0), A, WEB, 80, &catalog::MIRAI).behind(WEB_PUBLIC).session(5_001).blocked());
    Expect::one(Expected::source(1, A))
}

fn old_list(teller: &mut Teller) -> Expect {
    let session = traffic(at(0), I, A, 8443).session(5_001).carried(180, 0, 3, 0).ended(End::TimedOut);
    teller.tell(session.listed("cc-list-2024"));
    Expect::one(Expected::host(2, I))
}

fn pair(teller: &mut Teller) -> Expect {
    teller.registry.is_pair = true;
    teller.tell_twice(asked(0));
    // Whoever is the source, the pair is one device, and the look-up one event.
    Expect::one(Expected::host(2, ip(10, 1, 12, 34)).contained())
}
