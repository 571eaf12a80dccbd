//! The OCSF classes that events become, and which event becomes which.

use std::fmt;

use hinomi_model::{Event, Function};

/// A class of OCSF events: one table of the archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Sessions, whatever went through them.
    NetworkActivity,
    /// Requests to web sites.
    HttpActivity,
    /// Questions to name servers.
    DnsActivity,
    /// Mails that were looked at.
    EmailActivity,
    /// Files seen on their way.
    NetworkFileActivity,
    /// Tunnels that open and close.
    TunnelActivity,
    /// Verdicts: intrusion prevention, antivirus, sandbox, data loss prevention, floods.
    DetectionFinding,
    /// Log-ins and log-outs.
    Authentication,
    /// Changes to the appliance's configuration.
    EntityManagement,
    /// What the appliance says of itself, and whatever has no better class.
    BaseEvent,
}

impl Class {
    /// Every class, in the order of the files that [`Rows::finish`](crate::Rows::finish) makes.
    pub const ALL: [Class; 10] = [
        Class::NetworkActivity,
        Class::HttpActivity,
        Class::DnsActivity,
        Class::EmailActivity,
        Class::NetworkFileActivity,
        Class::TunnelActivity,
        Class::DetectionFinding,
        Class::Authentication,
        Class::EntityManagement,
        Class::BaseEvent,
    ];

    /// Returns the name, as the schema and the folders of the archive have it.
    pub const fn name(self) -> &'static str {
        match self {
            Class::NetworkActivity => "network_activity",
            Class::HttpActivity => "http_activity",
            Class::DnsActivity => "dns_activity",
            Class::EmailActivity => "email_activity",
            Class::NetworkFileActivity => "network_file_activity",
            Class::TunnelActivity => "tunnel_activity",
            Class::DetectionFinding => "detection_finding",
            Class::Authentication => "authentication",
            Class::EntityManagement => "entity_management",
            Class::BaseEvent => "base_event",
        }
    }

    /// Returns OCSF's number of the class.
    pub const fn uid(self) -> i64 {
        match self {
            Class::NetworkActivity => 4001,
            Class::HttpActivity => 4002,
            Class::DnsActivity => 4003,
            Class::EmailActivity => 4009,
            Class::NetworkFileActivity => 4010,
            Class::TunnelActivity => 4014,
            Class::DetectionFinding => 2004,
            Class::Authentication => 3002,
            Class::EntityManagement => 3004,
            Class::BaseEvent => 0,
        }
    }

    /// Returns OCSF's number of the category: the thousands of the class.
    pub const fn category_uid(self) -> i64 {
        self.uid() / 1000
    }

    /// Returns the class that an event becomes.
    pub fn of(event: &Event<'_>) -> Class {
        match event.function {
            Function::Firewall | Function::Appcontrol | Function::Ssl => Class::NetworkActivity,
            // Without anything of the request there is no HTTP to tell of.
            Function::Webfilter if event.url.is_none() && event.domain.is_none() => Class::NetworkActivity,
            Function::Webfilter => Class::HttpActivity,
            Function::Dns => Class::DnsActivity,
            Function::Email => Class::EmailActivity,
            Function::File => Class::NetworkFileActivity,
            Function::Ips
            | Function::Antivirus
            | Function::Sandbox
            | Function::Anomaly
            | Function::Waf
            | Function::Dlp => Class::DetectionFinding,
            Function::Auth => Class::Authentication,
            Function::Vpn | Function::System if is_login(event) => Class::Authentication,
            Function::Vpn => Class::TunnelActivity,
            Function::Config => Class::EntityManagement,
            Function::System | Function::Ha | Function::Other => Class::BaseEvent,
        }
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Tells whether somebody proves who they are, or leaves.
fn is_login(event: &Event<'_>) -> bool {
    let says = |text: &str| {
        ["login", "logon", "logout", "logoff"].iter().any(|word| text.contains(word))
            || text.ends_with("-auth")
    };
    event.action.as_deref().is_some_and(says) || event.log_id.as_deref().is_some_and(says)
}

/// A set of classes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Classes(u16);

impl Classes {
    pub(crate) const ALL: Classes = Classes::of(&Class::ALL);

    pub(crate) const fn of(classes: &[Class]) -> Self {
        let mut set = 0;
        let mut rest = classes;
        while let [first, others @ ..] = rest {
            set |= 1 << *first as u16;
            rest = others;
        }
        Classes(set)
    }

    pub(crate) const fn with(self, other: Classes) -> Self {
        Classes(self.0 | other.0)
    }

    pub(crate) const fn has(self, class: Class) -> bool {
        self.0 & (1 << class as u16) != 0
    }
}
