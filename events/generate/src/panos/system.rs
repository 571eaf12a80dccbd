//! SYSTEM, CONFIG and GLOBALPROTECT.

use crate::happening::Happening;
use crate::site::country;

use super::columns;
use super::row::Row;
use super::{PanOs, PanosUnit};

impl PanosUnit {
    fn system(
        &mut self,
        happening: &Happening,
        subtype: &str,
        event: &str,
        severity: &str,
        text: &str,
    ) -> Row {
        let width = if self.version == PanOs::V9_1 { 23 } else { columns::SYSTEM.len() };
        let mut row = self.row(happening.at, &columns::SYSTEM, width, ["SYSTEM", subtype]);
        row.set("eventid", event)
            .set("future_use_1", 0)
            .set("future_use_2", 0)
            .set("module", "general")
            .set("severity", severity)
            .set("opaque", text)
            .set("future_use_3", 0)
            .set("future_use_4", 0);
        row
    }

    /// A failure is one record; a success is two: the authentication and the log-in.
    pub(super) fn admin_login(&mut self, happening: &Happening, user: &str, ok: bool) -> Vec<Row> {
        let from = happening.src;
        if !ok {
            let text = format!(
                "failed authentication for user '{user}'.  Reason: Invalid username/password. From: {from}."
            );
            return vec![self.system(happening, "auth", "auth-fail", "medium", &text)];
        }
        let authenticated = format!("authenticated for user '{user}'.   From: {from}.");
        let logged_in = format!("User {user} logged in via Web from {from} using https");
        vec![
            self.system(happening, "auth", "auth-success", "informational", &authenticated),
            self.system(happening, "general", "general", "informational", &logged_in),
        ]
    }

    pub(super) fn updated(&mut self, happening: &Happening) -> Row {
        let text = "Installed content package: panupv2-all-contents-8901-9402";
        self.system(happening, "general", "general", "informational", text)
    }

    pub(super) fn config_change(
        &mut self,
        happening: &Happening,
        user: &str,
        path: &str,
        object: &str,
    ) -> Row {
        let width = if self.version == PanOs::V9_1 { 24 } else { columns::CONFIG.len() };
        let mut row = self.row(happening.at, &columns::CONFIG, width, ["CONFIG", "0"]);
        row.set("host", happening.src)
            .set("cmd", "set")
            .set("admin", user)
            .set("client", "Web")
            .set("result", "Succeeded")
            .set("path", format_args!(" {path}  {object}"))
            .set("dg_id", 0)
            .set("future_use_1", 0);
        row
    }

    pub(super) fn vpn_login(&mut self, happening: &Happening, user: &str, ok: bool) -> Row {
        let width = if self.version == PanOs::V9_1 { 36 } else { columns::GLOBALPROTECT.len() };
        let mut row = self.row(happening.at, &columns::GLOBALPROTECT, width, ["GLOBALPROTECT", "0"]);
        row.set("vsys", &self.vsys)
            .set("eventid", "gateway-auth")
            .set("stage", "login")
            .set("auth_method", "LDAP")
            .set("srcuser", user)
            .set("srcregion", country(happening.src))
            .set("machinename", "PC-REMOTE")
            .set("public_ip", happening.src)
            .set("public_ipv6", "0.0.0.0")
            .set("private_ip", "0.0.0.0")
            .set("private_ipv6", "0.0.0.0")
            .set("client_ver", "6.2.4")
            .set("client_os", "Windows")
            .set("repeatcnt", 1)
            .set("reason", if ok { "" } else { "Authentication failed: Invalid username or password" })
            .set("status", if ok { "success" } else { "failure" })
            .set("login_duration", 0)
            .set("error_code", 0)
            .set("portal", "GP-GW")
            .set("vsys_id", 1);
        row
    }
}
