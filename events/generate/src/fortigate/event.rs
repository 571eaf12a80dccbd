//! Event logs: VPN and administrators' log-ins, configuration changes, load, updates.

use crate::happening::Happening;

use super::FortigateUnit;
use super::pairs::Pairs;

impl FortigateUnit {
    pub(super) fn vpn_login(&self, happening: &Happening, user: &str, ok: bool) -> Pairs {
        if ok {
            return self
                .head(happening.at, "0101039424", ["event", "vpn", ""], "information")
                .text("logdesc", "SSL VPN tunnel up")
                .text("action", "tunnel-up")
                .text("tunneltype", "ssl-web")
                .bare("tunnelid", 900_000 + self.written)
                .bare("remip", happening.src)
                .bare("tunnelip", "(null)")
                .text("user", user)
                .text("group", "vpn-staff")
                .text("dst_host", "N/A")
                .text("reason", "login successfully")
                .text("msg", "SSL tunnel established");
        }
        self.head(happening.at, "0101039426", ["event", "vpn", ""], "alert")
            .text("logdesc", "SSL VPN login fail")
            .text("action", "ssl-login-fail")
            .text("tunneltype", "ssl-web")
            .bare("tunnelid", 0)
            .bare("remip", happening.src)
            .text("user", user)
            .text("group", "N/A")
            .text("dst_host", "N/A")
            .text("reason", "sslvpn_login_permission_denied")
            .text("msg", "SSL user failed to logged in")
    }

    pub(super) fn admin_login(&self, happening: &Happening, user: &str, ok: bool) -> Pairs {
        let from = happening.src;
        let (logid, level, description) = if ok {
            ("0100032001", "information", "Admin login successful")
        } else {
            ("0100032002", "alert", "Admin login failed")
        };
        let line = self
            .head(happening.at, logid, ["event", "system", ""], level)
            .text("logdesc", description)
            .text("sn", &if ok { happening.at.seconds().to_string() } else { "0".to_owned() })
            .text("user", user)
            .text("ui", &format!("https({from})"))
            .text("method", "https")
            .bare("srcip", from)
            .bare("dstip", happening.dst)
            .text("action", "login");
        if ok {
            line.text("status", "success")
                .text("reason", "none")
                .text("profile", "super_admin")
                .text("msg", &format!("Administrator {user} logged in successfully from https({from})"))
        } else {
            line.text("status", "failed").text("reason", "passwd_invalid").text(
                "msg",
                &format!("Administrator {user} login failed from https({from}) because of invalid password"),
            )
        }
    }

    pub(super) fn config_change(&self, happening: &Happening, user: &str, path: &str, object: &str) -> Pairs {
        self.head(happening.at, "0100044547", ["event", "system", ""], "information")
            .text("logdesc", "Object attribute configured")
            .text("user", user)
            .text("ui", &format!("https({})", happening.src))
            .text("action", "Edit")
            .bare("cfgtid", 125_000_000 + self.written)
            .text("cfgpath", path)
            .text("cfgobj", object)
            .text("cfgattr", "comment[->reviewed]")
            .text("msg", &format!("Edit {path} {object}"))
    }

    pub(super) fn load(&self, happening: &Happening, cpu: u8, memory: u8, sessions: u64) -> Pairs {
        self.head(happening.at, "0100040704", ["event", "system", ""], "notice")
            .text("logdesc", "System performance statistics")
            .text("action", "perf-stats")
            .bare("cpu", cpu)
            .bare("mem", memory)
            .bare("totalsession", sessions)
            .bare("disk", 2)
            .text("bandwidth", &format!("{}/{}", sessions * 8, sessions * 2))
            .bare("setuprate", sessions / 80)
            .bare("disklograte", 0)
            .bare("fazlograte", sessions / 300)
            .bare("freediskstorage", 0)
            .bare("sysuptime", happening.at.seconds() - 1_770_000_000)
            .text(
                "msg",
                &format!(
                    "Performance statistics: average CPU: {cpu}, memory:  {memory}, concurrent sessions:  {sessions}, \
                     setup-rate: {}",
                    sessions / 80
                ),
            )
    }

    pub(super) fn updated(&self, happening: &Happening) -> Pairs {
        self.head(happening.at, "0100041000", ["event", "system", ""], "notice")
            .text("logdesc", "FortiGate update succeeded")
            .text("status", "update")
            .text("msg", "Fortigate scheduled update fcni=yes fdni=yes fsci=yes idb(31.00884)")
    }
}
