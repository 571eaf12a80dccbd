//! What the command says of lines, samples, accounts and loads, in documents that together fill its schemas.

use std::collections::BTreeSet;

use hinomi_local::plan::{Question, plan};
use hinomi_local::{Input, Sms, examine_account};
use hinomi_model::Channel;
use hinomi_model::registry::Registry;
use hinomi_steps::enrol::{MemorySubscriptions, Subscriptions};
use hinomi_store::block_on;
use serde_json::{Value, json};

use crate::samples::written;

const REGISTRY: &str = "
version: 1
tenants:
  - id: kita
    name: { ja: 北市, en: Kita City }
    reference: K
    internal: [10.0.0.0/8]
    time_zone: Asia/Tokyo
    devices:
      - { id: FGT60FTK20000001, vendor: fortigate, name: KITA-FW1 }
    contacts:
      - { id: c1, email: c1@kita.example, sms: '+81300000000' }
";

fn registry() -> Registry {
    Registry::from_yaml(REGISTRY).unwrap()
}

/// Examines samples that together fill everything: one of a lean appliance, one of nothing that can be read.
pub(crate) fn samples() -> Vec<Value> {
    let line = |index: usize| {
        format!(
            "date=2026-01-20 time=10:15:01 eventtime=17688717010000{index:05} tz=\"+0900\" logid=\"0000000013\" \
             type=\"traffic\" subtype=\"forward\" vd=\"root\" devid=\"FGT60FTK20000001\" srcip=10.1.12.34 \
             srcport=50123 dstip=203.0.113.7 dstport=443 proto=6 sessionid={index} action=\"deny\"\n"
        )
    };
    let lean: String = (0..1_500).map(line).chain(["kernel: message\n".to_owned()]).collect();
    let examined = |text: String| {
        let input = Input::Bytes { name: "a.log".to_owned(), bytes: text.into_bytes() };
        written(&hinomi_local::examine([input], &Registry::open()).unwrap())
    };
    let short = line(1).replace("deny", "close");
    vec![examined(lean), examined(short), examined("kernel: message\n".to_owned())]
}

/// Explains lines that together fill everything but a part, which only files have.
pub(crate) fn lines() -> Vec<Value> {
    let registry = registry();
    let lines = [
        "<189>Jan 20 10:15:01 fw1 date=2026-01-20 time=10:15:01 logid=\"0000000013\" type=\"traffic\" subtype=\"forward\" vd=\"root\" devid=\"FGT60FTK20000001\" devname=\"KITA-FW1\" srcip=10.1.12.34 srcport=99999 dstip=203.0.113.7 action=\"close\" hinomiwaves=7",
        "CEF:0|Fortinet|Fortigate|v7.4.3|00013|traffic:forward close|3|deviceExternalId=FGT60FTK20000001 FTNTFGTeventtime=1768871701123456789 FTNTFGTlogid=0000000013 cat=traffic:forward FTNTFGTvd=root src=10.1.12.34 act=close",
        "date=2026-01-20 time=10:15:01 logid=\"0000000013\" type=\"traffic\" subtype=\"forward\" vd=\"root\" devid=\"FGT60FTK29999999\"",
    ];
    let explain = |line: &str| written(&hinomi_local::explain_line("a.log", 1, line.as_bytes(), &registry));
    let mut read: Vec<Value> = lines.into_iter().map(explain).collect();
    // Only a file has lines with parts.
    read[1]["part"] = json!(2);
    read
}

/// Examines accounts: a new one, one that was asked, and one in order.
pub(crate) fn accounts() -> Vec<Value> {
    let registry = registry();
    let subscriptions = MemorySubscriptions::default();
    let examined = |sandbox: bool, monthly_limit_usd: Option<f64>| {
        let sms = Sms { sandbox, monthly_limit_usd };
        block_on(examine_account(&registry, &subscriptions, sms)).unwrap()
    };
    let bare = examined(true, None);
    let tenant = &registry.tenants()[0];
    block_on(subscriptions.create_topic(tenant.id())).unwrap();
    for (channel, endpoint) in [(Channel::Email, "c1@kita.example"), (Channel::Sms, "+81300000000")] {
        block_on(subscriptions.subscribe(tenant.id(), channel, endpoint, "{}")).unwrap();
    }
    let asked = examined(false, Some(1.0));
    subscriptions.confirm("c1@kita.example");
    let whole = examined(false, Some(500.0));
    let standings: BTreeSet<String> = [&bare, &asked, &whole]
        .into_iter()
        .flat_map(|account| &account.tenants[0].contacts)
        .map(|contact| written(&contact.standing).as_str().unwrap().to_owned())
        .collect();
    assert_eq!(standings.into_iter().collect::<Vec<_>>(), ["confirmed", "missing", "pending"]);
    assert_eq!(whole.problems, 0);
    [bare, asked, whole].iter().map(written).collect()
}

/// Plans loads: one for which shards are cheaper, one that comes all at once.
pub(crate) fn plans() -> Vec<Value> {
    let steady = Question {
        events_per_day: 4e9,
        avg_bytes: 800.0,
        peak: 3.0,
        compression: 8.0,
        retention_days: 400.0,
        tenants: 300.0,
        findings_per_million: 500.0,
        window: 5.0,
        events_per_core: 600_000.0,
        archive_per_core: 300_000.0,
        compactors: 4.0,
        athena_tb: 1.0,
        siem_usd_per_gb: Some(0.5),
    };
    let sudden = Question { events_per_day: 1e6, peak: 2_000.0, siem_usd_per_gb: None, ..steady };
    let plans = [steady, sudden].map(|question| written(&plan(&question, "ap-northeast-1").unwrap()));
    assert_ne!(plans[0]["capacity"]["stream_mode"], plans[1]["capacity"]["stream_mode"]);
    plans.to_vec()
}
