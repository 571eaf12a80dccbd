//! UTM logs: IPS, antivirus, sandbox, web filter, DNS filter, application control, file filter, anomaly.
//!
//! `direction` is relative to the session's initiator: `outgoing` when it sent the payload, `incoming` when it got it.

use crate::catalog::{App, Malware, Signature, SiteKind};
use crate::happening::{Action, Happening, Verdict, Via};
use crate::site::country;

use super::pairs::Pairs;
use super::{FortiOs, FortigateUnit, countries};

impl FortigateUnit {
    /// Addresses in the order of web filter, DNS and application logs: address and port together.
    fn ends(&self, line: Pairs, happening: &Happening) -> Pairs {
        let (src_interface, src_role) = self.interface(happening.src, happening.src);
        let (dst_interface, dst_role) = self.interface(happening.dst, happening.real());
        let line = line
            .bare("srcip", happening.src)
            .bare("srcport", happening.src_port)
            .text("srcintf", src_interface)
            .text("srcintfrole", src_role);
        let line = line
            .bare("dstip", happening.dst)
            .bare("dstport", happening.dst_port)
            .text("dstintf", dst_interface)
            .text("dstintfrole", dst_role);
        countries(line, happening.src, happening.dst).bare("proto", happening.protocol)
    }

    fn policy_pairs(&self, line: Pairs, happening: &Happening) -> Pairs {
        let (policy, _, uuid) = Self::policy(happening);
        let line = line.bare("policyid", policy);
        if self.version == FortiOs::V7_4 {
            line.text("poluuid", uuid).text("policytype", self.policy_type())
        } else {
            line
        }
    }

    pub(super) fn exploit(
        &self,
        happening: &Happening,
        signature: &Signature,
        url: Option<&str>,
        towards_client: bool,
    ) -> Pairs {
        let action = match happening.action {
            Action::Passed => "detected",
            Action::Blocked => "dropped",
            Action::Reset => "reset",
        };
        // Up to 6.0 source and destination are those of the attack; since 6.2 those of the session.
        let turned = towards_client && self.version < FortiOs::V7_4;
        let mut seen = happening.clone();
        if turned {
            (seen.src, seen.dst) = (happening.real(), happening.src);
            (seen.src_port, seen.dst_port) = (happening.dst_port, happening.src_port);
            seen.real_dst = None;
        }
        let (src_interface, src_role) = self.interface(seen.src, seen.src);
        let (dst_interface, dst_role) = self.interface(seen.dst, seen.real());
        let (name, id) = signature.fortigate;
        let mut line = self
            .head(happening.at, "0419016384", ["utm", "ips", "signature"], "alert")
            .text("severity", signature.severity)
            .bare("srcip", seen.src)
            .text("srccountry", country(seen.src))
            .bare("dstip", seen.dst)
            .text("dstcountry", country(seen.dst))
            .text("srcintf", src_interface)
            .text("srcintfrole", src_role)
            .text("dstintf", dst_interface)
            .text("dstintfrole", dst_role)
            .bare("sessionid", happening.session)
            .text("action", action)
            .bare("proto", happening.protocol)
            .text("service", &Self::service(happening));
        line = self.policy_pairs(line, happening);
        if let Some(user) = happening.user {
            line = line.text("user", user);
        }
        line = line.text("attack", name).bare("srcport", seen.src_port).bare("dstport", seen.dst_port);
        if let Some(url) = url {
            line = line.text("hostname", "www.kita.example").text("url", url).text("httpmethod", "GET");
        }
        let direction = if towards_client { "incoming" } else { "outgoing" };
        line.text("direction", direction)
            .bare("attackid", id)
            .text("profile", "kita-ips")
            .text("ref", &format!("http://www.fortinet.com/ids/VID{id}"))
            .bare("incidentserialno", self.written)
            .text("msg", &format!("{}: {name},", signature.group))
            .bare("crscore", 50)
            .bare("craction", 4_096)
            .text("crlevel", "critical")
    }

    pub(super) fn botnet(&self, happening: &Happening, signature: &Signature) -> Pairs {
        let (logid, level, action) = match happening.action {
            Action::Passed => ("0422016401", "notice", "detected"),
            Action::Blocked => ("0422016400", "warning", "blocked"),
            Action::Reset => ("0422016400", "warning", "reset"),
        };
        let (name, id) = signature.fortigate;
        let line = self
            .head(happening.at, logid, ["utm", "ips", "botnet"], level)
            .text("msg", "Botnet C&C Communication.")
            .text("severity", signature.severity);
        let line = self
            .ends(line, happening)
            .bare("sessionid", happening.session)
            .text("action", action)
            .text("service", &Self::service(happening));
        self.policy_pairs(line, happening)
            .text("profile", "kita-ips")
            .text("direction", "outgoing")
            .text("attack", name)
            .bare("attackid", id)
            .text("ref", &format!("http://www.fortinet.com/be?bid={id}"))
            .bare("incidentserialno", self.written)
            .bare("crscore", 50)
            .bare("craction", 4)
            .text("crlevel", "critical")
    }

    /// Everything that antivirus logs have before the file.
    fn file_head(&self, line: Pairs, happening: &Happening, action: &str, is_download: bool) -> Pairs {
        let line = line
            .text("action", action)
            .text("service", &Self::service(happening))
            .bare("sessionid", happening.session);
        let line = self.ends(line, happening);
        let line = self.policy_pairs(line, happening);
        line.text("direction", if is_download { "incoming" } else { "outgoing" })
    }

    pub(super) fn malware(&self, happening: &Happening, malware: &Malware, via: Via) -> Pairs {
        let is_mail = matches!(via, Via::Smtp | Via::Pop3);
        let is_blocked = happening.action != Action::Passed;
        let (logid, level, action) = match (is_mail, is_blocked) {
            (false, true) => ("0211008192", "warning", "blocked"),
            (false, false) => ("0211008193", "notice", "monitored"),
            (true, true) => ("0211008194", "warning", "blocked"),
            (true, false) => ("0211008195", "notice", "monitored"),
        };
        let line = self
            .head(happening.at, logid, ["utm", "virus", "infected"], level)
            .text("msg", if is_mail { "MIME data is infected." } else { "File is infected." });
        let mut line = self
            .file_head(line, happening, action, via.is_download())
            .text("filename", malware.file)
            .text("quarskip", "File-was-not-quarantined.")
            .text("virus", malware.fortigate)
            .text("viruscat", "Virus")
            .text("dtype", "av-engine")
            .text("ref", &format!("http://www.fortinet.com/ve?vn={}", malware.fortigate))
            .bare("virusid", malware.fortigate_id);
        line = match via {
            Via::Http => line
                .text("url", &format!("http://files.example/{}", malware.file))
                .text("profile", "kita-av")
                .text("httpmethod", "GET")
                .text("agent", "Mozilla/5.0"),
            Via::Smtp | Via::Pop3 => line
                .text("profile", "kita-av")
                .text("from", "billing@sender.example")
                .text("to", &format!("staff{}@kita.example", happening.session % 1_000))
                .text("subject", "ご請求書"),
            Via::Smb => line.text("profile", "kita-av"),
        };
        line.text("analyticscksum", malware.sha256)
            .text("analyticssubmit", "false")
            .bare("crscore", 50)
            .bare("craction", 2)
            .text("crlevel", "critical")
    }

    pub(super) fn submitted(&self, happening: &Happening, malware: &Malware) -> Pairs {
        let line = self
            .head(happening.at, "0201009233", ["utm", "virus", "analytics"], "notice")
            .text("msg", "File submitted to Sandbox.");
        self.file_head(line, happening, "analytics", true)
            .text("filename", malware.file)
            .text("quarskip", "No-skip")
            .text("url", &format!("http://files.example/{}", malware.file))
            .text("profile", "kita-av")
            .text("analyticscksum", malware.sha256)
            .text("analyticssubmit", "true")
    }

    pub(super) fn judged(&self, happening: &Happening, malware: &Malware, verdict: Verdict) -> Pairs {
        let (word, message) = match verdict {
            Verdict::Malicious => ("malicious", "File reported infected by Sandbox."),
            Verdict::Suspicious => ("medium-risk", "File reported suspicious by Sandbox."),
            Verdict::Clean => ("clean", "File reported clean by Sandbox."),
        };
        let line = self
            .head(happening.at, "0201009238", ["utm", "virus", "analytics"], "notice")
            .text("msg", message);
        self.file_head(line, happening, "monitored", true)
            .text("filename", malware.file)
            .text("dtype", "fortisandbox")
            .text("fsaverdict", word)
            .text("url", &format!("http://files.example/{}", malware.file))
            .text("profile", "kita-av")
            .text("analyticscksum", malware.sha256)
    }

    pub(super) fn unscannable(&self, happening: &Happening, file: &str) -> Pairs {
        let line = self
            .head(happening.at, "0262008963", ["utm", "virus", "scanerror"], "notice")
            .text("msg", "Encrypted archive.");
        self.file_head(line, happening, "passthrough", true)
            .text("filename", file)
            .text("quarskip", "No-skip")
            .text("url", &format!("http://files.example/{file}"))
            .text("profile", "kita-av")
    }

    pub(super) fn file_seen(&self, happening: &Happening, file: &str) -> Pairs {
        let line = self
            .head(happening.at, "1900064001", ["utm", "file-filter", "file-filter"], "notice")
            .text("msg", "File was detected by file filter.");
        self.file_head(line, happening, "passthrough", true)
            .text("filtername", "log-programs")
            .text("filename", file)
            .bare("filesize", 245_760)
            .text("filetype", "exe")
            .text("url", &format!("http://files.example/{file}"))
            .text("profile", "kita-files")
    }

    pub(super) fn web(&self, happening: &Happening, host: &str, path: &str, kind: SiteKind) -> Pairs {
        let is_blocked = happening.action != Action::Passed;
        let (logid, eventtype, level, action, message) = if is_blocked {
            ("0316013056", "ftgd_blk", "warning", "blocked", "URL belongs to a denied category in policy")
        } else {
            (
                "0317013312",
                "ftgd_allow",
                "notice",
                "passthrough",
                "URL belongs to an allowed category in policy",
            )
        };
        let (category, category_name) = kind.fortiguard();
        let line = self.head(happening.at, logid, ["utm", "webfilter", eventtype], level);
        let line = self.policy_pairs(line, happening).bare("sessionid", happening.session);
        let mut line = self.ends(line, happening);
        if let Some(user) = happening.user {
            line = line.text("user", user);
        }
        line = line
            .text("service", "HTTPS")
            .text("hostname", host)
            .text("profile", "kita-web")
            .text("action", action)
            .text("reqtype", "direct")
            .text("url", &format!("https://{host}{path}"))
            .bare("sentbyte", 517)
            .bare("rcvdbyte", if is_blocked { 0 } else { 3_744 })
            .text("direction", "outgoing")
            .text("msg", message)
            .text("ratemethod", "domain")
            .bare("cat", category)
            .text("catdesc", category_name);
        line.when(kind.is_bad(), |line| {
            line.bare("crscore", 30).bare("craction", 4_194_304).text("crlevel", "high")
        })
    }

    pub(super) fn credentials(&self, happening: &Happening, host: &str) -> Pairs {
        let (logid, level, action) = match happening.action {
            Action::Passed => ("0346013648", "notice", "passthrough"),
            _ => ("0346013651", "warning", "blocked"),
        };
        let line = self.head(happening.at, logid, ["utm", "webfilter", "antiphishing"], level);
        let line = self.policy_pairs(line, happening).bare("sessionid", happening.session);
        let mut line = self.ends(line, happening);
        if let Some(user) = happening.user {
            line = line.text("user", user);
        }
        line.text("service", "HTTPS")
            .text("hostname", host)
            .text("profile", "kita-web")
            .text("action", action)
            .text("reqtype", "direct")
            .text("url", &format!("https://{host}/login"))
            .bare("sentbyte", 1_912)
            .bare("rcvdbyte", 640)
            .text("direction", "outgoing")
            .text("httpmethod", "POST")
            .text("msg", "Corporate credential submission detected.")
            .bare("cat", 61)
            .text("catdesc", "Phishing")
            .text("antiphishdc", "kita-ad")
            .text("antiphishrule", "corporate-accounts")
    }

    pub(super) fn lookup(&self, happening: &Happening, name: &str, kind: &str, hostile: bool) -> Pairs {
        let (logid, level) = if hostile { ("1501054601", "warning") } else { ("1501054802", "notice") };
        let line = self.head(happening.at, logid, ["utm", "dns", "dns-response"], level);
        let line = self.policy_pairs(line, happening).bare("sessionid", happening.session);
        let number = match kind {
            "AAAA" => 28,
            "HTTPS" => 65,
            _ => 1,
        };
        let line = self
            .ends(line, happening)
            .text("profile", "kita-dns")
            .bare("xid", happening.session % 65_536)
            .text("qname", name)
            .text("qtype", kind)
            .bare("qtypeval", number)
            .text("qclass", "IN");
        match (hostile, happening.action) {
            (true, Action::Passed) => line
                .text("msg", "Domain belongs to a botnet C&C")
                .text("action", "pass")
                .text("botnetdomain", name),
            (true, _) => line
                .text("ipaddr", "208.91.112.55")
                .text("msg", "Domain was blocked by dns botnet C&C")
                .text("action", "redirect")
                .text("botnetdomain", name),
            (false, _) => line
                .text("ipaddr", "203.0.113.200")
                .text("msg", "Domain is monitored")
                .text("action", "pass")
                .bare("cat", 52)
                .text("catdesc", "Information Technology"),
        }
    }

    pub(super) fn application(&self, happening: &Happening, app: &App) -> Pairs {
        let (logid, level, action) = match happening.action {
            Action::Passed => ("1059028704", "information", "pass"),
            _ => ("1059028705", "warning", "block"),
        };
        let (id, name, category, risk) = app.fortigate;
        let line = self.head(happening.at, logid, ["utm", "app-ctrl", "signature"], level).bare("appid", id);
        let line = self
            .ends(line, happening)
            .text("service", &Self::service(happening))
            .text("direction", "outgoing");
        self.policy_pairs(line, happening)
            .bare("sessionid", happening.session)
            .text("applist", "kita-apps")
            .text("action", action)
            .text("appcat", category)
            .text("app", name)
            .bare("incidentserialno", self.written)
            .text("msg", &format!("{category}: {name}"))
            .text("apprisk", risk)
    }

    pub(super) fn scan(&self, happening: &Happening) -> Pairs {
        self.anomaly(happening, "tcp_port_scan", 100_663_398, 812)
    }

    pub(super) fn flood(&self, happening: &Happening, packets: u64) -> Pairs {
        self.anomaly(happening, "tcp_syn_flood", 100_663_396, packets)
    }

    fn anomaly(&self, happening: &Happening, name: &str, id: u32, count: u64) -> Pairs {
        let action = if happening.action == Action::Passed { "detected" } else { "clear_session" };
        let (interface, role) = self.interface(happening.src, happening.src);
        self.head(happening.at, "0720018432", ["utm", "anomaly", "anomaly"], "alert")
            .text("severity", "critical")
            .bare("srcip", happening.src)
            .text("srccountry", country(happening.src))
            .bare("dstip", happening.dst)
            .text("dstcountry", country(happening.dst))
            .text("srcintf", interface)
            .text("srcintfrole", role)
            .bare("sessionid", 0)
            .text("action", action)
            .bare("proto", happening.protocol)
            .text("service", &format!("tcp/{}", happening.dst_port))
            .bare("count", count)
            .text("attack", name)
            .bare("srcport", happening.src_port)
            .bare("dstport", happening.dst_port)
            .bare("attackid", id)
            .bare("policyid", 1)
            .text("policytype", "DoS-policy")
            .text("ref", &format!("http://www.fortinet.com/ids/VID{id}"))
            .text("msg", &format!("anomaly: {name}, 1001 > threshold 1000, repeats {count} times"))
            .bare("crscore", 50)
            .bare("craction", 4_096)
            .text("crlevel", "critical")
    }
}
