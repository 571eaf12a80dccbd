//! Inside out, inside in, log-ins.

use std::net::IpAddr;

use hinomi_generate::catalog::{self, Signature};
use hinomi_generate::site::{ip, outside};
use hinomi_generate::{
    End, Happening, Via, admin_login, application, denied, exploit, malware, traffic, vpn_login,
};

use super::cc::beaconed;
use super::{A, DAY, HOUR, I, MINUTE, at};
use crate::story::{About, BOTH, Case, Expect, Expected, Notices, Teller};

/// The chapter's cases.
pub(super) static CASES: &[Case] = &[
    Case { number: 41, name: "SMB exploits to twelve outside hosts", vendors: BOTH, tell: attacks_out },
    Case { number: 41, name: "the same, blocked", vendors: BOTH, tell: attacks_out_blocked },
    Case {
        number: 42,
        name: "a generic signature at one advertising server",
        vendors: BOTH,
        tell: advertising,
    },
    Case { number: 43, name: "a client-side exploit towards the PC", vendors: BOTH, tell: client_side },
    Case { number: 44, name: "150 outside hosts on 445, denied", vendors: BOTH, tell: fan_out },
    Case { number: 44, name: "60 outside hosts on 445, denied", vendors: BOTH, tell: small_fan_out },
    Case {
        number: 44,
        name: "150 hosts, and malware the same day",
        vendors: BOTH,
        tell: fan_out_with_malware,
    },
    Case { number: 45, name: "three inside hosts over SMB, passed", vendors: BOTH, tell: lateral },
    Case { number: 45, name: "one blocked attempt inside", vendors: BOTH, tell: one_lateral_blocked },
    Case { number: 46, name: "40 VPN failures for many accounts", vendors: BOTH, tell: vpn_guessing },
    Case { number: 47, name: "30 failures, then a success", vendors: BOTH, tell: vpn_takeover },
    Case {
        number: 47,
        name: "30 failures, then another account's success",
        vendors: BOTH,
        tell: vpn_other_account,
    },
    Case {
        number: 47,
        name: "many accounts, then any account's success",
        vendors: BOTH,
        tell: vpn_spray_success,
    },
    Case { number: 48, name: "three failures, then a success", vendors: BOTH, tell: person },
    Case {
        number: 49,
        name: "ten admin failures inside, then a success",
        vendors: BOTH,
        tell: admin_takeover,
    },
    Case { number: 49, name: "nine admin failures, then a success", vendors: BOTH, tell: admin_person },
    Case { number: 50, name: "the nightly backup", vendors: BOTH, tell: backup },
    Case { number: 51, name: "300 MB an hour at night to a new address", vendors: BOTH, tell: upload },
    Case { number: 51, name: "the same, and Tor", vendors: BOTH, tell: upload_and_tor },
    Case { number: 52, name: "a visitor's phone beacons", vendors: BOTH, tell: guest },
];

fn hit(seconds: i64, target: IpAddr, port: u16, signature: &'static Signature) -> Happening {
    exploit(at(seconds), I, target, port, signature).session(7_000 + seconds.unsigned_abs())
}

fn attacks_out(teller: &mut Teller) -> Expect {
    for n in 0..12 {
        teller.tell(hit(n * 40, outside(400 + n as u32), 445, &catalog::ETERNALBLUE));
    }
    Expect::one(Expected::host(4, I).not_contained().with("infection", "infected"))
}

fn attacks_out_blocked(teller: &mut Teller) -> Expect {
    for n in 0..12 {
        teller.tell(hit(n * 40, outside(400 + n as u32), 445, &catalog::ETERNALBLUE).blocked());
    }
    Expect::one(Expected::host(4, I).contained())
}

fn advertising(teller: &mut Teller) -> Expect {
    for n in 0..6 {
        teller.tell(hit(n * 90, A, 80, &catalog::GENERIC_DOS));
    }
    let incident = Expected::new(1..=2, About::Host(I));
    Expect { incidents: vec![incident], notices: Notices::UpTo(2), ..Expect::nothing() }
}

fn client_side(teller: &mut Teller) -> Expect {
    teller.tell(hit(0, A, 80, &catalog::CLIENT_EXPLOIT).towards_client());
    Expect::one(Expected::host(2, I))
}

fn tell_fan_out(teller: &mut Teller, hosts: i64) {
    for n in 0..hosts {
        let attempt = denied(at(HOUR + n * 3), I, outside(300 + n as u32), 445);
        teller.tell(attempt.session(9_000 + n.unsigned_abs()));
    }
}

fn fan_out(teller: &mut Teller) -> Expect {
    tell_fan_out(teller, 150);
    Expect::one(Expected::host(2, I).contained())
}

fn small_fan_out(teller: &mut Teller) -> Expect {
    tell_fan_out(teller, 60);
    Expect::nothing()
}

fn fan_out_with_malware(teller: &mut Teller) -> Expect {
    teller.tell(malware(at(0), I, A, Via::Http, &catalog::TROJAN).session(7_001));
    tell_fan_out(teller, 150);
    Expect::one(Expected::host(4, I)).told(&[
        ("first", 3, "sms"),
        ("first", 3, "email"),
        ("update", 4, "sms"),
        ("update", 4, "email"),
    ])
}

fn lateral(teller: &mut Teller) -> Expect {
    for n in 0..3 {
        teller.tell(hit(n * 60, ip(10, 1, 200, 31 + n as u8), 445, &catalog::ETERNALBLUE));
    }
    Expect::one(Expected::host(4, I).mentions("/stages", "lateral_movement"))
}

fn one_lateral_blocked(teller: &mut Teller) -> Expect {
    teller.tell(hit(0, ip(10, 1, 200, 31), 445, &catalog::ETERNALBLUE).blocked());
    Expect::one(Expected::host(2, I).contained())
}

fn vpn_guessing(teller: &mut Teller) -> Expect {
    for n in 0..40 {
        teller.tell(vpn_login(at(n * 9), A, &format!("user{:02}", n % 20), false));
    }
    Expect::one(Expected::source(1, A))
}

fn tell_guessing(teller: &mut Teller, user: &str, failures: i64) {
    for n in 0..failures {
        teller.tell(vpn_login(at(n * 15), A, user, false));
    }
}

fn vpn_takeover(teller: &mut Teller) -> Expect {
    tell_guessing(teller, "tanaka", 30);
    teller.tell(vpn_login(at(20 * MINUTE), A, "tanaka", true));
    Expect::one(Expected::source(4, A).mentions("/users", "tanaka"))
}

fn vpn_other_account(teller: &mut Teller) -> Expect {
    tell_guessing(teller, "tanaka", 30);
    teller.tell(vpn_login(at(20 * MINUTE), A, "suzuki", true));
    Expect::one(Expected::source(1, A))
}

fn vpn_spray_success(teller: &mut Teller) -> Expect {
    for n in 0..12 {
        teller.tell(vpn_login(at(n * 20), A, &format!("user{:02}", n % 6), false));
    }
    teller.tell(vpn_login(at(30 * MINUTE), A, "suzuki", true));
    Expect::one(Expected::source(4, A))
}

fn person(teller: &mut Teller) -> Expect {
    tell_guessing(teller, "tanaka", 3);
    teller.tell(vpn_login(at(2 * MINUTE), A, "tanaka", true));
    Expect::one(Expected::source(1, A))
}

fn tell_admin(teller: &mut Teller, failures: i64) {
    for n in 0..failures {
        teller.tell(admin_login(at(n * 30), I, "admin", false));
    }
    teller.tell(admin_login(at(40 * MINUTE), I, "admin", true));
}

fn admin_takeover(teller: &mut Teller) -> Expect {
    tell_admin(teller, 10);
    Expect::one(Expected::host(4, I).mentions("/users", "admin"))
}

fn admin_person(teller: &mut Teller) -> Expect {
    tell_admin(teller, 9);
    Expect::one(Expected::host(1, I))
}

fn backup(teller: &mut Teller) -> Expect {
    for night in 0..16 {
        for part in 0..4 {
            let session = traffic(at((night - 16) * DAY - 8 * HOUR + part * 720), ip(10, 1, 200, 30), A, 443);
            let session = session.bytes(1_073_741_824, 2_100_000).lasted(700);
            teller.tell(session.session(10_000 + (night * 4 + part).unsigned_abs()));
        }
    }
    Expect::nothing()
}

fn tell_upload(teller: &mut Teller) {
    // Two in the morning in Tokyo and the two hours after.
    for hour in 0..3 {
        let session =
            traffic(at(16 * HOUR + hour * HOUR), I, A, 443).bytes(300_000_000, 900_000).lasted(3_000);
        teller.tell(session.session(11_000 + hour.unsigned_abs()));
    }
}

fn upload(teller: &mut Teller) -> Expect {
    tell_upload(teller);
    Expect::one(Expected::host(1, I))
}

fn upload_and_tor(teller: &mut Teller) -> Expect {
    tell_upload(teller);
    teller.tell(application(at(17 * HOUR), I, outside(420), 9_001, &catalog::TOR).session(11_100));
    teller.tell(
        traffic(at(17 * HOUR + 60), I, outside(420), 9_001)
            .app(&catalog::TOR)
            .session(11_100)
            .ended(End::Closed),
    );
    Expect::one(Expected::host(2, I))
}

fn guest(teller: &mut Teller) -> Expect {
    let phone = ip(10, 1, 90, 23);
    teller.tell(beaconed(0, phone));
    Expect::one(Expected::host(4, phone)).told(&[("first", 4, "email")]).mails_say("visitor's device")
}
