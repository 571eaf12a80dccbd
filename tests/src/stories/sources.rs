//! What several sources make of one story: logs that contradict each other, files that several functions log, verdicts
//! that come hours later, and what a device buffered through an outage.

use hinomi_generate::catalog::{self, Malware, SiteKind};
use hinomi_generate::site::{WEB, WEB_PUBLIC};
use hinomi_generate::{
    Action, End, Happening, Inspection, Verdict, Via, application, botnet, cc_lookup, denied, exploit,
    file_seen, judged, malware, submitted, traffic, vpn_login, web,
};
use hinomi_model::{EventTime, Vendor};
use serde_json::json;

use super::{A, B, DNS, HOUR, I, MINUTE, at};
use crate::story::{BOTH, Case, Expect, Expected, Teller};

/// The chapter's cases.
pub(super) static CASES: &[Case] = &[
    Case { number: 61, name: "IPS dropped it, 9 kB back in the traffic log", vendors: BOTH, tell: dropped },
    Case {
        number: 61,
        name: "the traffic log first, then IPS dropped it",
        vendors: BOTH,
        tell: dropped_after,
    },
    Case {
        number: 61,
        name: "IPS detected it, the policy refused the session",
        vendors: BOTH,
        tell: refused,
    },
    Case { number: 61, name: "the refusal first, then IPS detected it", vendors: BOTH, tell: refused_before },
    Case { number: 61, name: "IPS reset it, the traffic log says block", vendors: BOTH, tell: reset_and_cut },
    Case {
        number: 62,
        name: "antivirus passed it, the session was cut",
        vendors: BOTH,
        tell: passed_and_cut,
    },
    Case {
        number: 62,
        name: "the session was cut, antivirus passed it",
        vendors: BOTH,
        tell: cut_and_passed,
    },
    Case {
        number: 62,
        name: "blocked, 300 kB in the traffic log before it",
        vendors: BOTH,
        tell: blocked_after,
    },
    Case { number: 63, name: "a malicious site let through and refused", vendors: BOTH, tell: site_refused },
    Case {
        number: 63,
        name: "the site's session cut before its request",
        vendors: BOTH,
        tell: site_cut_before,
    },
    Case { number: 64, name: "one download in five logs", vendors: BOTH, tell: five_logs },
    Case {
        number: 64,
        name: "one download in five logs, last first",
        vendors: BOTH,
        tell: five_logs_reversed,
    },
    Case { number: 65, name: "an archive with two infected members", vendors: BOTH, tell: archive },
    Case { number: 65, name: "one file under three names", vendors: BOTH, tell: renamed },
    Case { number: 66, name: "the verdict three hours later", vendors: BOTH, tell: verdict_in_three_hours },
    Case { number: 66, name: "the verdict twenty hours later", vendors: BOTH, tell: verdict_in_twenty_hours },
    Case { number: 66, name: "the verdict thirty hours later", vendors: BOTH, tell: verdict_in_thirty_hours },
    Case { number: 66, name: "the verdict's log comes first", vendors: BOTH, tell: verdict_comes_first },
    Case { number: 66, name: "malicious, clean, and malicious again", vendors: BOTH, tell: verdict_stands },
    Case { number: 66, name: "another file's clean verdict", vendors: BOTH, tell: other_file_is_clean },
    Case { number: 67, name: "an attack through an outage", vendors: BOTH, tell: outage },
    Case { number: 67, name: "an outcome through an outage", vendors: BOTH, tell: outage_settles },
    Case { number: 67, name: "a call-back through an outage", vendors: BOTH, tell: outage_callback },
    Case { number: 67, name: "a scan from inside through an outage", vendors: BOTH, tell: outage_scan },
    Case { number: 67, name: "guessing through an outage", vendors: BOTH, tell: outage_guessing },
    Case { number: 67, name: "in time, and again through an outage", vendors: BOTH, tell: outage_repeats },
    Case { number: 67, name: "one of three comes again", vendors: BOTH, tell: outage_repeats_one },
    Case { number: 68, name: "47 hours late", vendors: BOTH, tell: just_in_time },
    Case { number: 68, name: "49 hours late", vendors: BOTH, tell: too_late },
    Case { number: 68, name: "49 hours late, next to what is known", vendors: BOTH, tell: too_late_attached },
];

fn attack(seconds: i64) -> Happening {
    exploit(at(seconds), A, WEB, 80, &catalog::LOG4J).behind(WEB_PUBLIC).session(61_001)
}

fn its_session(seconds: i64) -> Happening {
    traffic(at(seconds), A, WEB, 80).behind(WEB_PUBLIC).session(61_001)
}

/// Blocked is blocked; an answer's bytes don't change that (rule 1).
fn dropped(teller: &mut Teller) -> Expect {
    teller.tell(attack(0).blocked());
    teller.tell(its_session(5).bytes(640, 9_000));
    Expect::one(Expected::source(1, A).contained())
}

fn dropped_after(teller: &mut Teller) -> Expect {
    teller.tell(its_session(0).bytes(640, 9_000));
    teller.tell(attack(5).blocked());
    Expect::one(Expected::source(1, A).contained())
}

/// A session that the policy refused carried nothing back: the exploit failed (rule 2). PAN-OS gives a refused session
/// no number, so that nothing says that it is the same one.
fn refused(teller: &mut Teller) -> Expect {
    teller.tell(attack(0));
    teller.tell(its_session(5).carried(0, 0, 1, 0).ended(End::Denied));
    settled_where_numbered(teller.vendor)
}

fn refused_before(teller: &mut Teller) -> Expect {
    teller.tell(its_session(0).carried(0, 0, 1, 0).ended(End::Denied));
    teller.tell(attack(5));
    settled_where_numbered(teller.vendor)
}

fn settled_where_numbered(vendor: Vendor) -> Expect {
    Expect::one(Expected::host(if vendor == Vendor::Fortigate { 1 } else { 2 }, WEB))
}

fn reset_and_cut(teller: &mut Teller) -> Expect {
    teller.tell(attack(0).reset());
    teller.tell(its_session(5).bytes(640, 9_000).inspected(Inspection::Ips, Action::Blocked));
    Expect::one(Expected::source(1, A).contained())
}

fn download(seconds: i64, file: &'static Malware) -> Happening {
    malware(at(seconds), I, A, Via::Http, file).session(62_001)
}

fn its_download(seconds: i64) -> Happening {
    traffic(at(seconds), I, A, 80).session(62_001).bytes(1_200, 300_000)
}

/// The antivirus's own record says that the file passed; that something in the session was cut later does not bring it
/// back (rules 4 and 8).
fn passed_and_cut(teller: &mut Teller) -> Expect {
    teller.tell(download(0, &catalog::TROJAN));
    teller.tell(its_download(4).inspected(Inspection::Antivirus, Action::Blocked));
    Expect::one(Expected::host(3, I).not_contained().counts("malware", 1))
}

fn cut_and_passed(teller: &mut Teller) -> Expect {
    teller.tell(its_download(0).inspected(Inspection::Antivirus, Action::Blocked));
    teller.tell(download(4, &catalog::TROJAN));
    Expect::one(Expected::host(3, I).not_contained().counts("malware", 1))
}

fn blocked_after(teller: &mut Teller) -> Expect {
    teller.tell(its_download(0).inspected(Inspection::Antivirus, Action::Blocked));
    teller.tell(download(4, &catalog::TROJAN).blocked());
    Expect::one(Expected::host(1, I).contained().with("infection", "not_infected"))
}

fn page(seconds: i64) -> Happening {
    web(at(seconds), I, A, "cheap-tickets.example", "/index.html", SiteKind::Malicious).session(63_001)
}

/// The request was let through; what became of the session later does not unsay it (rule 3).
fn site_refused(teller: &mut Teller) -> Expect {
    teller.tell(page(0));
    teller.tell(denied(at(3), I, A, 443).session(63_001));
    Expect::one(Expected::host(2, I).not_contained())
}

fn site_cut_before(teller: &mut Teller) -> Expect {
    let cut = traffic(at(0), I, A, 443).session(63_001).inspected(Inspection::Web, Action::Blocked);
    teller.tell(cut);
    teller.tell(page(3));
    Expect::one(Expected::host(2, I).not_contained())
}

/// What the functions say of one download, in the order in which they said it.
fn download_in_five_logs() -> [Happening; 6] {
    let site = web(at(0), I, A, "cheap-tickets.example", "/invoice.exe", SiteKind::Malicious);
    [
        site.session(64_001),
        file_seen(at(1), I, A, "invoice.exe").session(64_001),
        malware(at(1), I, A, Via::Http, &catalog::TROJAN).session(64_001),
        judged(at(4 * MINUTE), I, A, &catalog::TROJAN, Verdict::Malicious).session(64_001),
        application(at(2), I, A, 80, &catalog::HTTP).session(64_001),
        traffic(at(4), I, A, 80).session(64_001).bytes(1_200, 248_000),
    ]
}

/// The site is known at once, its file a second later.
const FOUND_LATER: &[(&str, u8, &str)] = &[("first", 3, "sms"), ("first", 3, "email")];

fn one_download() -> Expect {
    let functions = json!(["antivirus", "webfilter", "sandbox"]);
    let incident = Expected::host(3, I)
        .not_contained()
        .with("functions", functions)
        .counts("malicious_site", 1)
        .counts("malware", 1)
        .counts("sandbox_malicious", 1);
    Expect::one(incident).told(FOUND_LATER)
}

fn five_logs(teller: &mut Teller) -> Expect {
    for happening in download_in_five_logs() {
        teller.tell(happening);
    }
    one_download()
}

fn five_logs_reversed(teller: &mut Teller) -> Expect {
    for happening in download_in_five_logs().into_iter().rev() {
        teller.tell(happening);
    }
    one_download()
}

/// The members of one archive have its name and their own signatures.
static MEMBERS: [Malware; 2] =
    [Malware { file: "documents.zip", ..catalog::TROJAN }, Malware { file: "documents.zip", ..catalog::RAT }];

fn archive(teller: &mut Teller) -> Expect {
    for (n, member) in (0_i64..).zip(&MEMBERS) {
        teller.tell(download(n, member));
    }
    teller.tell(its_download(3));
    Expect::one(Expected::host(3, I).counts("malware", 2))
}

static NAMES: [Malware; 3] = [
    Malware { file: "invoice.exe", ..catalog::TROJAN },
    Malware { file: "scan_0412.exe", ..catalog::TROJAN },
    Malware { file: "photo.jpg.exe", ..catalog::TROJAN },
];

fn renamed(teller: &mut Teller) -> Expect {
    for (n, file) in (0_i64..).zip(&NAMES) {
        teller.tell(malware(at(n * MINUTE), I, A, Via::Http, file).session(65_100 + n.unsigned_abs()));
    }
    let incident = Expected::host(3, I).counts("malware", 3).mentions("/indicators", catalog::TROJAN.sha256);
    Expect::one(incident)
}

/// A file that went to the sandbox and to the client, and the verdict of so many seconds later.
fn tell_verdict(teller: &mut Teller, seconds: i64) -> Expect {
    teller.tell(submitted(at(0), I, A, &catalog::RAT).session(66_001));
    teller.tell(traffic(at(5), I, A, 80).session(66_001).bytes(1_200, 412_000));
    teller.tell(judged(at(seconds), I, A, &catalog::RAT, Verdict::Malicious).session(66_001));
    Expect::one(Expected::host(3, I).not_contained().counts("sandbox_malicious", 1))
        .within(at(seconds), at(seconds + MINUTE))
}

fn verdict_in_three_hours(teller: &mut Teller) -> Expect {
    tell_verdict(teller, 3 * HOUR)
}

fn verdict_in_twenty_hours(teller: &mut Teller) -> Expect {
    tell_verdict(teller, 20 * HOUR)
}

fn verdict_in_thirty_hours(teller: &mut Teller) -> Expect {
    tell_verdict(teller, 30 * HOUR)
}

/// The sandbox's log is quicker than the firewall's of the file that it is about.
fn verdict_comes_first(teller: &mut Teller) -> Expect {
    let verdict = judged(at(6 * MINUTE), I, A, &catalog::RAT, Verdict::Malicious).session(66_001);
    teller.tell_received(0, &[at(6 * MINUTE + 2)], verdict);
    teller.tell_received(0, &[at(HOUR)], submitted(at(0), I, A, &catalog::RAT).session(66_001));
    teller.tell_received(0, &[at(HOUR)], traffic(at(5), I, A, 80).session(66_001).bytes(1_200, 412_000));
    teller.live(0..90, at(0));
    Expect::one(Expected::host(3, I).not_contained().counts("sandbox_malicious", 1))
        .within(at(6 * MINUTE + 2), at(8 * MINUTE))
}

/// A verdict is taken back by a later one about the same file, not by an earlier one.
fn verdict_stands(teller: &mut Teller) -> Expect {
    for (hour, verdict) in (1_i64..).zip([Verdict::Malicious, Verdict::Clean, Verdict::Malicious]) {
        teller.tell(judged(at(hour * HOUR), I, A, &catalog::RAT, verdict).session(66_001));
    }
    Expect::one(Expected::host(3, I)).told(&[
        ("first", 3, "sms"),
        ("first", 3, "email"),
        ("correction", 0, "sms"),
        ("correction", 0, "email"),
        ("update", 3, "sms"),
        ("update", 3, "email"),
    ])
}

fn other_file_is_clean(teller: &mut Teller) -> Expect {
    teller.tell(judged(at(0), I, A, &catalog::RAT, Verdict::Malicious).session(66_001));
    teller.tell(judged(at(HOUR), I, A, &catalog::MALDOC, Verdict::Clean).session(66_001));
    Expect::one(Expected::host(3, I))
}

/// The link to the SOC fails at ten; at three in the afternoon everything comes at once.
const LINK_IS_BACK: i64 = 5 * HOUR;

/// Lets the first appliance buffer happenings through the outage and deliver them in a jumble, some of them twice, over
/// ten minutes, between the second appliance's live lines.
fn through_the_outage(teller: &mut Teller, happenings: Vec<Happening>) {
    let count = happenings.len();
    for (n, happening) in happenings.into_iter().enumerate() {
        // Seven shares no factor with the counts used here, so that neighbours come far apart.
        let place =
            i64::try_from(n * 7 % count.max(1)).unwrap_or(0) * 600 / i64::try_from(count).unwrap_or(1);
        let received = at(LINK_IS_BACK + place);
        let times = [received, received.plus(40)];
        teller.tell_received(0, if n % 3 == 0 { &times } else { &times[..1] }, happening);
    }
    teller.live(0..360, at(0));
}

fn after_the_outage(expect: Expect) -> Expect {
    expect.within(at(LINK_IS_BACK), at(LINK_IS_BACK + 25 * MINUTE))
}

fn beacon(seconds: i64) -> Happening {
    botnet(at(seconds), I, B, 443, &catalog::EMOTET).session(67_000 + seconds.unsigned_abs())
}

/// Malware, a pause, nine beacons: one incident, told once, at the highest level that came within a moment or step by
/// step as it came.
fn outage(teller: &mut Teller) -> Expect {
    let mut happenings = vec![malware(at(0), I, A, Via::Http, &catalog::TROJAN).session(67_000)];
    happenings.extend((0..9).map(|n| beacon(20 * MINUTE + n * 450)));
    through_the_outage(teller, happenings);
    let incident = Expected::host(4, I).not_contained().counts("malware", 1).counts("cc_payload", 9);
    after_the_outage(Expect::one(incident).told(&[
        ("first", 3, "sms"),
        ("first", 3, "email"),
        ("update", 4, "sms"),
        ("update", 4, "email"),
    ]))
}

/// The session's own log settles the exploit's outcome within the hold, which counts from when they came.
fn outage_settles(teller: &mut Teller) -> Expect {
    let ended = its_session(8 * MINUTE).carried(640, 120, 4, 3).ended(End::TimedOut);
    through_the_outage(teller, vec![attack(0), ended]);
    Expect::one(Expected::host(1, WEB))
}

fn outage_callback(teller: &mut Teller) -> Expect {
    let called = traffic(at(2 * MINUTE), WEB, A, 1389).session(67_700);
    through_the_outage(teller, vec![attack(0), called]);
    after_the_outage(Expect::one(Expected::host(4, WEB).counts("callback", 1)))
}

/// 150 hosts in ten minutes, ten minutes on their way.
fn outage_scan(teller: &mut Teller) -> Expect {
    let session = |n: u64| {
        let to = hinomi_generate::site::outside(100 + n as u32);
        denied(at(3 * n.cast_signed()), I, to, 445).session(67_300 + n)
    };
    through_the_outage(teller, (0..150).map(session).collect());
    after_the_outage(Expect::one(Expected::host(2, I).contained().counts("fan_out", 100)))
}

/// Thirty failures for one account and a success.
fn outage_guessing(teller: &mut Teller) -> Expect {
    let mut attempts: Vec<Happening> =
        (0..30).map(|n| vpn_login(at(n * 10), A, "suzuki", false).session(0)).collect();
    attempts.push(vpn_login(at(10 * MINUTE), A, "suzuki", true).session(0));
    through_the_outage(teller, attempts);
    after_the_outage(Expect::one(Expected::source(4, A)))
}

/// What came in time and was told comes again with what the device buffered: nothing more is told.
fn outage_repeats(teller: &mut Teller) -> Expect {
    for n in 0..9 {
        let (at, late) = (at(n * 450), at(LINK_IS_BACK + n * 20));
        let happening = beacon(n * 450);
        teller.tell_received(0, &[at.plus(2), late, late.plus(90)], happening);
    }
    teller.live(0..360, at(0));
    Expect::one(Expected::host(4, I).not_contained().counts("cc_payload", 9)).within(at(0), at(3 * MINUTE))
}

/// Three events of one minute came in time; one of them comes again alone, with one that had not.
fn outage_repeats_one(teller: &mut Teller) -> Expect {
    for n in 0..4 {
        let (in_time, late) = ([at(n * 10 + 2)], [at(LINK_IS_BACK)]);
        let twice = [in_time[0], late[0]];
        let received: &[EventTime] = match n {
            1 => &twice,
            3 => &late,
            _ => &in_time,
        };
        teller.tell_received(0, received, beacon(n * 10));
    }
    teller.live(0..360, at(0));
    Expect::one(Expected::host(4, I).counts("cc_payload", 4)).within(at(0), at(3 * MINUTE))
}

/// Delivers one beacon so many hours late.
fn delivered(teller: &mut Teller, hours: i64) {
    let late = at(hours * HOUR);
    teller.live(0..20, at(0));
    teller.live(hours * 60 - 20..hours * 60 + 20, at(0));
    teller.tell_received(0, &[late], beacon(0));
}

fn just_in_time(teller: &mut Teller) -> Expect {
    delivered(teller, 47);
    Expect::one(Expected::host(4, I)).within(at(47 * HOUR), at(47 * HOUR + MINUTE))
}

fn too_late(teller: &mut Teller) -> Expect {
    delivered(teller, 49);
    Expect::nothing()
}

/// A look-up that was told in time, and a beacon an hour before it that comes two days late: it is part of that
/// incident and opens none.
fn too_late_attached(teller: &mut Teller) -> Expect {
    let lookup = cc_lookup(at(HOUR), I, DNS, "cdn-metrics.example").session(68_001).blocked();
    teller.tell_received(0, &[at(HOUR + 2)], lookup);
    teller.live(0..80, at(0));
    delivered(teller, 49);
    Expect::one(Expected::host(4, I).counts("cc_contact", 1).counts("cc_payload", 1)).told(&[
        ("first", 2, "email"),
        ("closed", 2, "email"),
        ("update", 4, "sms"),
        ("update", 4, "email"),
    ])
}
