//! THREAT: vulnerability, spyware, virus, wildfire, url, file, scan, flood.

use crate::catalog::{self, Malware, Signature, SiteKind};
use crate::happening::{Action, Happening, Verdict, Via};

use super::columns;
use super::row::Row;
use super::{PanOs, PanosUnit};

/// Flag of the session column `flags`: the user sent corporate credentials.
const CREDENTIALS: u32 = 0x1000_0000;

impl PanosUnit {
    fn threat(&mut self, happening: &Happening, subtype: &str, server_to_client: bool) -> Row {
        let width = match self.version {
            PanOs::V9_1 => 79,
            PanOs::V10_1 => 120,
            PanOs::V11_1 => columns::THREAT.len(),
        };
        let mut row = self.row(happening.at, &columns::THREAT, width, ["THREAT", subtype]);
        self.ends(&mut row, happening, server_to_client);
        let (app, subcategory, category, technology) =
            catalog::expected(happening.protocol, happening.dst_port).panos;
        row.set("app", app)
            .set("action", action(happening.action))
            .set("category", "any")
            .set("severity", "informational")
            .set("direction", if server_to_client { "server-to-client" } else { "client-to-server" })
            .set("pcap_id", 0)
            .set("url_idx", 0)
            .set("reportid", 0)
            .set("contentver", "AppThreat-8901-9402")
            .set("future_use_3", "0x0")
            .set("ppid", 4_294_967_295_u32)
            .set("subcategory_of_app", subcategory)
            .set("category_of_app", category)
            .set("technology_of_app", technology)
            .set("risk_of_app", 4)
            .set_quoted(
                "characteristic_of_app",
                "used-by-malware,able-to-transfer-file,has-known-vulnerability",
            )
            .set("tunneled_app", app)
            .set("is_saas_of_app", "no")
            .set("sanctioned_state_of_app", "no")
            .set("flow_type", "NonProxyTraffic");
        row
    }

    pub(super) fn exploit(
        &mut self,
        happening: &Happening,
        signature: &Signature,
        url: Option<&str>,
        towards_client: bool,
    ) -> Row {
        let mut row = self.threat(happening, "vulnerability", towards_client);
        set_signature(&mut row, signature);
        if let Some(url) = url {
            row.set_quoted("misc", &format!("www.kita.example{url}")).set("http_method", "get");
        }
        row
    }

    pub(super) fn botnet(&mut self, happening: &Happening, signature: &Signature) -> Row {
        let mut row = self.threat(happening, "spyware", false);
        set_signature(&mut row, signature);
        row
    }

    pub(super) fn malware(&mut self, happening: &Happening, malware: &Malware, via: Via) -> Row {
        let mut row = self.threat(happening, "virus", via.is_download());
        let (name, id) = malware.panos;
        row.set_quoted("misc", malware.file)
            .set("threatid", format_args!("{name}({id})"))
            .set("severity", "medium")
            .set("filedigest", malware.sha256)
            .set("filetype", "pe")
            .set("thr_category", "pe");
        if matches!(via, Via::Smtp | Via::Pop3) {
            row.set("sender", "billing@sender.example")
                .set("subject", "ご請求書")
                .set("recipient", format_args!("staff{}@kita.example", happening.session % 1_000));
        }
        row
    }

    pub(super) fn judged(&mut self, happening: &Happening, malware: &Malware, verdict: Verdict) -> Row {
        let mut row = self.threat(happening, "wildfire", true);
        let (category, severity) = match verdict {
            Verdict::Malicious => ("malicious", "high"),
            Verdict::Suspicious => ("grayware", "low"),
            Verdict::Clean => ("benign", "informational"),
        };
        row.set_quoted("misc", malware.file)
            .set("threatid", "Windows Executable (EXE)(52020)")
            .set("action", "allow")
            .set("category", category)
            .set("severity", severity)
            .set("filedigest", malware.sha256)
            .set("cloud", "wildfire.paloaltonetworks.com")
            .set("filetype", "pe")
            .set("reportid", 11_069_273_395_u64);
        row
    }

    pub(super) fn file(&mut self, happening: &Happening, file: &str, threat: &str, kind: &str) -> Row {
        let mut row = self.threat(happening, "file", true);
        row.set_quoted("misc", file).set("threatid", threat).set("severity", "low").set("filetype", kind);
        row
    }

    pub(super) fn web(&mut self, happening: &Happening, host: &str, path: &str, kind: SiteKind) -> Row {
        let mut row = self.threat(happening, "url", false);
        let (category, risk) = kind.pan_db();
        row.set_quoted("misc", &format!("{host}{path}"))
            .set("threatid", "(9999)")
            .set("action", if happening.action == Action::Passed { "alert" } else { "block-url" })
            .set("category", category)
            .set("contenttype", "text/html")
            .set("url_idx", 1)
            .set("user_agent", "Mozilla/5.0")
            .set("http_method", "get")
            .set_quoted("url_category_list", &format!("{category},{risk}"));
        row
    }

    pub(super) fn credentials(&mut self, happening: &Happening, host: &str) -> Row {
        let mut row = self.web(happening, host, "/login", SiteKind::Phishing);
        // The translation's flag stays.
        row.set("flags", format_args!("0x{:x}", 0x0040_0000 | CREDENTIALS)).set("http_method", "post");
        row
    }

    pub(super) fn lookup(&mut self, happening: &Happening, name: &str) -> Row {
        let mut row = self.threat(happening, "spyware", false);
        // A number in the range of DNS C2 signatures that depends on the name alone.
        let id = 4_000_000
            + name.bytes().fold(7_u64, |sum, b| sum.wrapping_mul(31).wrapping_add(u64::from(b))) % 900_000;
        row.set_quoted("misc", name)
            .set("threatid", format_args!("Suspicious DNS Query (generic:{name})({id})"))
            .set("app", "dns-base")
            .set("action", if happening.action == Action::Passed { "alert" } else { "sinkhole" })
            .set("severity", "medium")
            .set("thr_category", "dns-c2");
        row
    }

    pub(super) fn zone_protection(
        &mut self,
        happening: &Happening,
        subtype: &str,
        threat: &str,
        count: u64,
    ) -> Row {
        let mut row = self.threat(happening, subtype, false);
        row.set("threatid", threat)
            .set("app", "not-applicable")
            .set("repeatcnt", count)
            .set("rule", "")
            .set("outbound_if", "")
            .set("dport", if subtype == "scan" { 0 } else { happening.dst_port })
            .set("severity", "medium");
        row
    }
}

fn set_signature(row: &mut Row, signature: &Signature) {
    let (name, id) = signature.panos;
    row.set("threatid", format_args!("{name}({id})"))
        .set("severity", signature.severity)
        .set("thr_category", signature.category);
}

fn action(action: Action) -> &'static str {
    match action {
        Action::Passed => "alert",
        Action::Blocked => "drop",
        Action::Reset => "reset-both",
    }
}
