//! Web, mail, malware.

use std::net::IpAddr;

use hinomi_generate::catalog::{self, Malware, SiteKind};
use hinomi_generate::site::{MAIL, MAIL_PUBLIC, ip, outside};
use hinomi_generate::{
    Action, Happening, Inspection, Verdict, Via, botnet, credentials, judged, malware, submitted, traffic,
    unscannable, web,
};
use hinomi_model::Vendor;

use super::{A, B, DAY, HOUR, I, MINUTE, at};
use crate::story::{BOTH, Case, Expect, Expected, Teller};

/// The chapter's cases.
pub(super) static CASES: &[Case] = &[
    Case { number: 15, name: "a malicious site, blocked", vendors: BOTH, tell: site_blocked },
    Case { number: 16, name: "a malicious site, allowed", vendors: BOTH, tell: site_allowed },
    Case { number: 16, name: "allowed, and malware came through", vendors: BOTH, tell: site_and_malware },
    Case { number: 17, name: "credentials to a phishing site", vendors: BOTH, tell: phished },
    Case { number: 17, name: "a phishing site without credentials", vendors: BOTH, tell: phishing_visit },
    Case {
        number: 18,
        name: "malware blocked, 300 kB in the traffic log",
        vendors: BOTH,
        tell: malware_blocked,
    },
    Case { number: 19, name: "malware passed over HTTP", vendors: BOTH, tell: malware_passed },
    Case { number: 20, name: "the sandbox's verdict six minutes later", vendors: BOTH, tell: sandboxed },
    Case { number: 20, name: "a medium risk is a guess", vendors: BOTH, tell: sandbox_guess },
    Case { number: 21, name: "the sandbox withdraws its verdict", vendors: BOTH, tell: withdrawn },
    Case { number: 22, name: "25 mails with malware passed", vendors: BOTH, tell: mails_passed },
    Case { number: 22, name: "one mail with malware passed", vendors: BOTH, tell: mail_passed },
    Case { number: 23, name: "25 mails with malware blocked", vendors: BOTH, tell: mails_blocked },
    Case { number: 24, name: "malware passed over POP3", vendors: BOTH, tell: pop3 },
    Case { number: 25, name: "a zip with a password", vendors: BOTH, tell: encrypted },
    Case {
        number: 25,
        name: "a zip with a password, then a beacon two days later",
        vendors: BOTH,
        tell: encrypted_then_beacon,
    },
    Case { number: 26, name: "a riskware toolbar", vendors: BOTH, tell: riskware },
    Case { number: 27, name: "EICAR, blocked", vendors: BOTH, tell: eicar_blocked },
    Case { number: 27, name: "EICAR, passed", vendors: BOTH, tell: eicar_passed },
    Case { number: 28, name: "one file, three PCs, one beacons", vendors: BOTH, tell: three_hosts },
];

fn page(kind: SiteKind, host: &str) -> Happening {
    web(at(0), I, A, host, "/index.html", kind).session(3_001)
}

fn its_session(seconds: i64, bytes_in: u64) -> Happening {
    traffic(at(seconds), I, A, 80).session(3_001).bytes(1_200, bytes_in)
}

/// A file over HTTP.
pub(super) fn download(seconds: i64, host: IpAddr, file: &'static Malware) -> Happening {
    malware(at(seconds), host, A, Via::Http, file).session(3_000 + seconds.unsigned_abs())
}

fn site_blocked(teller: &mut Teller) -> Expect {
    teller.tell(page(SiteKind::Malicious, "cheap-tickets.example").blocked());
    Expect::one(Expected::host(1, I).contained())
}

fn site_allowed(teller: &mut Teller) -> Expect {
    teller.tell(page(SiteKind::Malicious, "cheap-tickets.example"));
    Expect::one(Expected::host(2, I).not_contained())
}

fn site_and_malware(teller: &mut Teller) -> Expect {
    teller.tell(page(SiteKind::Malicious, "cheap-tickets.example"));
    teller.tell(download(40, I, &catalog::TROJAN));
    Expect::one(Expected::host(3, I))
}

fn phished(teller: &mut Teller) -> Expect {
    teller.tell(page(SiteKind::Phishing, "login-office.example").user("kobayashi"));
    teller.tell(credentials(at(70), I, A, "login-office.example").user("kobayashi").session(3_070));
    Expect::one(Expected::host(3, I).mentions("/users", "kobayashi"))
}

fn phishing_visit(teller: &mut Teller) -> Expect {
    teller.tell(page(SiteKind::Phishing, "login-office.example"));
    Expect::one(Expected::host(2, I))
}

fn malware_blocked(teller: &mut Teller) -> Expect {
    teller.tell(malware(at(0), I, A, Via::Http, &catalog::TROJAN).session(3_001).blocked());
    teller.tell(its_session(4, 300_000).inspected(Inspection::Antivirus, Action::Blocked));
    Expect::one(Expected::host(1, I).contained().with("infection", "not_infected"))
}

fn malware_passed(teller: &mut Teller) -> Expect {
    teller.tell(malware(at(0), I, A, Via::Http, &catalog::TROJAN).session(3_001));
    teller.tell(its_session(4, 248_000));
    Expect::one(Expected::host(3, I).not_contained())
}

fn tell_sandbox(teller: &mut Teller, verdict: Verdict) {
    teller.tell(submitted(at(0), I, A, &catalog::RAT).session(3_001));
    teller.tell(its_session(5, 412_000));
    teller.tell(judged(at(6 * MINUTE), I, A, &catalog::RAT, verdict).session(3_001));
}

fn sandboxed(teller: &mut Teller) -> Expect {
    tell_sandbox(teller, Verdict::Malicious);
    Expect::one(Expected::host(3, I))
}

fn sandbox_guess(teller: &mut Teller) -> Expect {
    tell_sandbox(teller, Verdict::Suspicious);
    match teller.vendor {
        Vendor::Fortigate => Expect::one(Expected::host(2, I)),
        // WildFire's grayware is unwanted software, not half a verdict.
        Vendor::Panos => Expect::one(Expected::host(1, I)),
    }
}

fn withdrawn(teller: &mut Teller) -> Expect {
    tell_sandbox(teller, Verdict::Malicious);
    teller.tell(judged(at(20 * HOUR), I, A, &catalog::RAT, Verdict::Clean).session(3_001));
    // It falls to what the rest of the evidence supports: nothing.
    Expect::one(Expected::host(0, I)).told(&[
        ("first", 3, "sms"),
        ("first", 3, "email"),
        ("correction", 0, "sms"),
        ("correction", 0, "email"),
    ])
}

fn mail(seconds: i64, relay: IpAddr) -> Happening {
    let mail = malware(at(seconds), relay, MAIL, Via::Smtp, &catalog::MALDOC).behind(MAIL_PUBLIC);
    mail.session(4_000 + seconds.unsigned_abs())
}

fn mails_passed(teller: &mut Teller) -> Expect {
    for n in 0..25 {
        teller.tell(mail(n * 20, outside(230 + n as u32 % 5)));
    }
    Expect::one(Expected::host(2, MAIL))
}

fn mail_passed(teller: &mut Teller) -> Expect {
    teller.tell(mail(0, A));
    Expect::one(Expected::host(2, MAIL))
}

fn mails_blocked(teller: &mut Teller) -> Expect {
    for n in 0..25 {
        teller.tell(mail(n * 20, A).blocked());
    }
    Expect::one(Expected::source(1, A))
}

fn pop3(teller: &mut Teller) -> Expect {
    teller.tell(malware(at(0), I, A, Via::Pop3, &catalog::MALDOC).session(3_001));
    Expect::one(Expected::host(3, I))
}

fn encrypted(teller: &mut Teller) -> Expect {
    teller.tell(unscannable(at(0), I, A, "documents.zip").session(3_001));
    Expect::nothing_above_zero()
}

fn encrypted_then_beacon(teller: &mut Teller) -> Expect {
    teller.tell(unscannable(at(0), I, A, "documents.zip").session(3_001));
    teller.tell(botnet(at(2 * DAY), I, B, 443, &catalog::EMOTET).session(3_900));
    let incident = Expected::host(4, I).mentions("/assessment/en/cause", "documents");
    Expect::one(incident).others_up_to(0)
}

fn riskware(teller: &mut Teller) -> Expect {
    teller.tell(download(0, I, &catalog::RISKWARE));
    Expect::one(Expected::host(1, I))
}

fn eicar_blocked(teller: &mut Teller) -> Expect {
    teller.tell(download(0, I, &catalog::EICAR).blocked());
    Expect::nothing_above_zero()
}

fn eicar_passed(teller: &mut Teller) -> Expect {
    teller.tell(download(0, I, &catalog::EICAR));
    Expect::nothing_above_zero()
}

fn three_hosts(teller: &mut Teller) -> Expect {
    let hosts = [I, ip(10, 1, 12, 35), ip(10, 1, 12, 36)];
    for (n, host) in (0_i64..).zip(hosts) {
        teller.tell(download(n * 15 * MINUTE, host, &catalog::TROJAN));
    }
    teller.tell(botnet(at(HOUR), I, B, 443, &catalog::EMOTET).session(3_950));
    let on_all = |level: u8, host: IpAddr| Expected::host(level, host).scope(&hosts);
    Expect::one(on_all(4, hosts[0])).and(on_all(3, hosts[1])).and(on_all(3, hosts[2])).told(&[
        ("first", 3, "sms"),
        ("first", 3, "email"),
        ("first", 3, "sms"),
        ("first", 3, "email"),
        ("first", 3, "sms"),
        ("first", 3, "email"),
        ("update", 4, "sms"),
        ("update", 4, "email"),
    ])
}
