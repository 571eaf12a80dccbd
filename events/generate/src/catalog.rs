//! What can be detected, by both vendors' names. Names and numbers are the vendors' published ones where they are
//! known and plausible ones in the same range elsewhere; malware, files and hashes are our own.

/// An attack or C&C signature.
#[derive(Debug, PartialEq, Eq)]
pub struct Signature {
    /// FortiGuard's name and number.
    pub fortigate: (&'static str, u32),
    /// PAN-OS' name and number.
    pub panos: (&'static str, u32),
    /// Severity that both print; it means nothing to the judge.
    pub severity: &'static str,
    /// FortiGuard's group, the word before the colon in `msg`.
    pub group: &'static str,
    /// PAN-OS threat category.
    pub category: &'static str,
}

macro_rules! signatures {
    ($($(#[$doc:meta])* $name:ident = $fg:literal / $fgid:literal, $pan:literal / $panid:literal, $severity:literal,
        $group:literal, $category:literal;)+) => {
        $($(#[$doc])* pub static $name: Signature = Signature { fortigate: ($fg, $fgid), panos: ($pan, $panid),
            severity: $severity, group: $group, category: $category };)+
    };
}

signatures! {
    /// Log4Shell.
    LOG4J = "Apache.Log4j.Error.Log.Remote.Code.Execution" / 51006,
        "Apache Log4j Remote Code Execution Vulnerability" / 91991, "critical", "applications3", "code-execution";
    /// Struts, CVE-2017-5638.
    STRUTS = "Apache.Struts.2.Jakarta.Multipart.Parser.Code.Execution" / 44229,
        "Apache Struts Jakarta Multipart Parser Remote Code Execution Vulnerability" / 34221, "critical", "web_app3",
        "code-execution";
    /// Shellshock.
    SHELLSHOCK = "Bash.Function.Definitions.Remote.Code.Execution" / 39294,
        "Bash Remote Code Execution Vulnerability" / 36729, "critical", "applications3", "code-execution";
    /// PHPUnit eval-stdin.
    PHPUNIT = "PHPUnit.Eval-stdin.PHP.Remote.Code.Execution" / 45765,
        "PHPUnit Remote Code Execution Vulnerability" / 55852, "high", "web_app3", "code-execution";
    /// GPON routers.
    GPON = "Dasan.GPON.Remote.Code.Execution" / 46083,
        "Dasan GPON Routers Authentication Bypass Vulnerability" / 37264, "high", "applications3", "code-execution";
    /// D-Link HNAP.
    HNAP = "D-Link.Devices.HNAP.SOAPAction-Header.Command.Execution" / 40772,
        "D-Link HNAP SOAPAction Header Command Execution Vulnerability" / 37917, "high", "web_app3",
        "code-execution";
    /// ThinkPHP.
    THINKPHP = "ThinkPHP.Controller.Parameter.Remote.Code.Execution" / 46966,
        "ThinkPHP Remote Code Execution Vulnerability" / 54825, "critical", "web_app3", "code-execution";
    /// Confluence OGNL.
    CONFLUENCE = "Atlassian.Confluence.OGNL.Remote.Code.Execution" / 51740,
        "Atlassian Confluence Remote Code Execution Vulnerability" / 92632, "critical", "web_app3",
        "code-execution";
    /// MS17-010.
    ETERNALBLUE = "MS.SMB.Server.SMB1.Trans2.Secondary.Handling.Code.Execution" / 43796,
        "Microsoft Windows SMB Remote Code Execution Vulnerability" / 32422, "critical", "operating_system",
        "code-execution";
    /// A scanner's fingerprint.
    SCANNER_FINGERPRINT = "Nmap.Script.Scanner" / 41735, "Nmap Scripting Engine Detection" / 58433, "medium",
        "tools", "info-leak";
    /// Generic injection words.
    SQL_INJECTION = "HTTP.URI.SQL.Injection" / 15621, "HTTP SQL Injection Attempt" / 30514, "medium", "web_misc",
        "sql-injection";
    /// A generic denial-of-service signature that ordinary browsing trips.
    GENERIC_DOS = "HTTP.Request.URI.Denial.of.Service" / 12110, "HTTP Request Denial of Service Attempt" / 40024,
        "medium", "web_misc", "dos";
    /// A client-side exploit: its payload comes from the server.
    CLIENT_EXPLOIT = "Adobe.Flash.newfunction.Handling.Code.Execution" / 23305,
        "Adobe Flash Player Remote Code Execution Vulnerability" / 33254, "high", "web_client", "code-execution";
    /// A web shell being used.
    WEB_SHELL = "China.Chopper.Webshell.Access" / 45123, "China Chopper Webshell Traffic Detection" / 85890,
        "critical", "backdoor", "webshell";
    /// Gh0st RAT.
    GH0ST = "Gh0st.Rat.Botnet" / 7_630_006, "Gh0st.Gen Command and Control Traffic" / 13_264, "critical", "botnet",
        "command-and-control";
    /// Mirai.
    MIRAI = "Mirai.Botnet" / 7_630_128, "Mirai.Gen Command And Control Traffic" / 13_974, "critical", "botnet",
        "botnet";
    /// Emotet.
    EMOTET = "Emotet.Cridex.Botnet" / 7_630_075, "Emotet.Gen Command and Control Traffic" / 18_361, "critical",
        "botnet", "command-and-control";
    /// njRAT.
    NJRAT = "njRAT.Botnet" / 7_630_113, "NJRat.Gen Command and Control Traffic" / 13_460, "critical", "botnet",
        "command-and-control";
}

/// A piece of malware, or what looks like one.
#[derive(Debug, PartialEq, Eq)]
pub struct Malware {
    /// FortiGuard's name.
    pub fortigate: &'static str,
    /// FortiGate `virusid`.
    pub fortigate_id: u32,
    /// PAN-OS' name and number.
    pub panos: (&'static str, u32),
    /// File that carries it.
    pub file: &'static str,
    /// SHA-256 of that file; ours, of no real file.
    pub sha256: &'static str,
}

/// A downloader in a program file.
pub static TROJAN: Malware = Malware {
    fortigate: "W32/Kogarashi.ABC!tr.dldr",
    fortigate_id: 9_120_441,
    panos: ("Virus/Win32.WGeneric.kogarashi", 280_012_345),
    file: "invoice.exe",
    sha256: "5d0c1f6a4be2c7a98f03d1e65b7c90aa3e4f12d8c6b59a7044e1f3b2d9c8a701",
};
/// A remote control program.
pub static RAT: Malware = Malware {
    fortigate: "W32/Oboro.XRY!tr.rat",
    fortigate_id: 9_120_502,
    panos: ("Virus/Win32.WGeneric.oboro", 280_045_671),
    file: "meeting_tool.exe",
    sha256: "a17be9042cdd51f3680e4cb2f9a873d5e6120b94c7fd38215a6e09bb41cd7e32",
};
/// A document with a macro.
pub static MALDOC: Malware = Malware {
    fortigate: "VBA/Kogarashi.D!tr.dldr",
    fortigate_id: 9_121_010,
    panos: ("Virus/Win32.MSOffice.kogarashi", 280_099_112),
    file: "quotation.docm",
    sha256: "0be35f7d2a614cc8e91f5a30d7b64e28c3f90d1567ab82e4c05d9f7613a8be44",
};
/// A riskware toolbar.
pub static RISKWARE: Malware = Malware {
    fortigate: "Riskware/SearchBar",
    fortigate_id: 8_300_114,
    panos: ("Riskware/Win32.searchbar", 280_033_021),
    file: "toolbar_setup.exe",
    sha256: "7c90de3154af02b86d13fe97c48b5a20e91f6d348b7a05c2d6e4f8193b5ac0d7",
};
/// The EICAR test file, whose hash is public.
pub static EICAR: Malware = Malware {
    fortigate: "EICAR_TEST_FILE",
    fortigate_id: 2_172,
    panos: ("Eicar Test File", 100_000),
    file: "eicar.com",
    sha256: "275a021bbfb6489e54d471899f7db9d1663fc695ec2fe2a2c4538aabf651fd0f",
};

/// What a site is, by both vendors' categories.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SiteKind {
    /// Ordinary business.
    Business,
    /// Search engines.
    Search,
    /// News.
    News,
    /// Streaming.
    Streaming,
    /// A malicious site.
    Malicious,
    /// A phishing site.
    Phishing,
    /// Proxy avoidance.
    ProxyAvoidance,
}

impl SiteKind {
    /// Returns FortiGuard's number and name.
    pub(crate) const fn fortiguard(self) -> (u16, &'static str) {
        match self {
            SiteKind::Business => (49, "Business"),
            SiteKind::Search => (41, "Search Engines and Portals"),
            SiteKind::News => (36, "News and Media"),
            SiteKind::Streaming => (25, "Streaming Media and Download"),
            SiteKind::Malicious => (26, "Malicious Websites"),
            SiteKind::Phishing => (61, "Phishing"),
            SiteKind::ProxyAvoidance => (59, "Proxy Avoidance"),
        }
    }

    /// Returns PAN-DB's category and risk.
    pub(crate) const fn pan_db(self) -> (&'static str, &'static str) {
        match self {
            SiteKind::Business => ("business-and-economy", "low-risk"),
            SiteKind::Search => ("search-engines", "low-risk"),
            SiteKind::News => ("news", "low-risk"),
            SiteKind::Streaming => ("streaming-media", "low-risk"),
            SiteKind::Malicious => ("malware", "high-risk"),
            SiteKind::Phishing => ("phishing", "high-risk"),
            SiteKind::ProxyAvoidance => ("proxy-avoidance-and-anonymizers", "medium-risk"),
        }
    }

    /// Tells whether the vendors' default profiles object to it.
    pub const fn is_bad(self) -> bool {
        matches!(self, SiteKind::Malicious | SiteKind::Phishing)
    }
}

/// An application as both vendors know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct App {
    /// FortiGate service name.
    pub service: &'static str,
    /// FortiGate application number, name, category and risk.
    pub fortigate: (u32, &'static str, &'static str, &'static str),
    /// PAN-OS application, subcategory, category and technology.
    pub panos: (&'static str, &'static str, &'static str, &'static str),
}

macro_rules! apps {
    ($($(#[$doc:meta])* $name:ident = $service:literal, ($id:literal $fg:literal $cat:literal $risk:literal),
        ($pan:literal $sub:literal $pcat:literal $tech:literal);)+) => {
        $($(#[$doc])* pub static $name: App = App { service: $service, fortigate: ($id, $fg, $cat, $risk),
            panos: ($pan, $sub, $pcat, $tech) };)+
    };
}

apps! {
    /// HTTPS.
    HTTPS = "HTTPS", (40568 "HTTPS.BROWSER" "Web.Client" "medium"),
        ("ssl" "encrypted-tunnel" "networking" "browser-based");
    /// HTTP.
    HTTP = "HTTP", (15893 "HTTP.BROWSER" "Web.Client" "medium"),
        ("web-browsing" "internet-utility" "general-internet" "browser-based");
    /// DNS.
    DNS = "DNS", (16195 "DNS" "Network.Service" "elevated"),
        ("dns-base" "infrastructure" "networking" "network-protocol");
    /// NTP.
    NTP = "NTP", (16270 "NTP" "Network.Service" "elevated"),
        ("ntp-base" "infrastructure" "networking" "network-protocol");
    /// SMTP.
    SMTP = "SMTP", (16068 "SMTP" "Email" "elevated"), ("smtp-base" "email" "collaboration" "client-server");
    /// POP3.
    POP3 = "POP3", (16074 "POP3" "Email" "elevated"), ("pop3" "email" "collaboration" "client-server");
    /// SMB.
    SMB = "SAMBA", (16072 "SMB" "Network.Service" "elevated"),
        ("ms-ds-smb" "storage-backup" "business-systems" "client-server");
    /// SSH.
    SSH = "SSH", (16060 "SSH" "Network.Service" "elevated"),
        ("ssh" "encrypted-tunnel" "networking" "client-server");
    /// Remote Desktop.
    RDP = "RDP", (15564 "RDP" "Remote.Access" "high"),
        ("ms-rdp" "remote-access" "networking" "client-server");
    /// Online meetings.
    MEETING = "HTTPS", (43541 "Zoom" "Collaboration" "elevated"),
        ("zoom-base" "internet-conferencing" "collaboration" "client-server");
    /// The office suite's cloud.
    OFFICE_SUITE = "HTTPS", (41468 "Microsoft.Office.365.Portal" "Collaboration" "elevated"),
        ("ms-office365-base" "office-programs" "business-systems" "browser-based");
    /// Operating system updates.
    UPDATES = "HTTPS", (16190 "MS.Windows.Update" "Update" "elevated"),
        ("ms-update" "software-update" "business-systems" "client-server");
    /// Tor.
    TOR = "tcp/9001", (15524 "Tor" "Proxy" "critical"), ("tor" "proxy" "networking" "peer-to-peer");
    /// A remote control tool.
    REMOTE_TOOL = "HTTPS", (36546 "AnyDesk" "Remote.Access" "high"),
        ("anydesk" "remote-access" "networking" "client-server");
    /// Nothing that either vendor knows.
    UNKNOWN = "", (0 "" "unscanned" "elevated"), ("unknown-tcp" "" "unknown" "");
}

/// Returns the application that one expects on a port.
pub fn expected(protocol: u8, port: u16) -> &'static App {
    match (protocol, port) {
        (_, 53) => &DNS,
        (17, 123) => &NTP,
        (6, 443) => &HTTPS,
        (6, 80 | 8080) => &HTTP,
        (6, 25) => &SMTP,
        (6, 110) => &POP3,
        (6, 445) => &SMB,
        (6, 22) => &SSH,
        (6, 3389) => &RDP,
        _ => &UNKNOWN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_sha256_and_differ() {
        let hashes = [&TROJAN, &RAT, &MALDOC, &RISKWARE, &EICAR].map(|malware| malware.sha256);
        for (index, hash) in hashes.iter().enumerate() {
            assert!(hash.len() == 64 && hash.bytes().all(|b| b.is_ascii_hexdigit()), "{hash}");
            assert!(!hashes[..index].contains(hash));
        }
    }
}
