//! Things that happen on a network, without any vendor's words.
//!
//! A [`Happening`] is one thing that an appliance writes a record about. Source and destination are the initiator and
//! the responder of the session, always; the makers turn them round where a vendor does.

use std::net::IpAddr;

use hinomi_model::EventTime;

use crate::catalog::{self, App, Malware, Signature, SiteKind};

/// What the appliance did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// It let it pass, whether it objected or not.
    Passed,
    /// It dropped it, or showed a block page.
    Blocked,
    /// It reset the session.
    Reset,
}

/// How a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Both sides closed it.
    Closed,
    /// The initiator reset it.
    ClientReset,
    /// The responder reset it.
    ServerReset,
    /// Nothing came any more, or at all.
    TimedOut,
    /// The policy refused it.
    Denied,
}

/// Which inspection had something to say about a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inspection {
    /// Antivirus.
    Antivirus,
    /// IPS.
    Ips,
    /// Web filter.
    Web,
    /// Application control.
    App,
}

/// How a file travelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Via {
    /// The initiator fetched it over HTTP.
    Http,
    /// The initiator fetched it over POP3.
    Pop3,
    /// The initiator sent it by mail.
    Smtp,
    /// The initiator wrote it to a share.
    Smb,
}

impl Via {
    /// Tells whether the file went from responder to initiator.
    pub const fn is_download(self) -> bool {
        matches!(self, Via::Http | Via::Pop3)
    }
}

/// A sandbox's verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Malicious.
    Malicious,
    /// Not quite sure.
    Suspicious,
    /// Clean.
    Clean,
}

/// Session statistics.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Traffic {
    /// Bytes from initiator to responder.
    pub bytes_out: u64,
    /// Bytes from responder to initiator.
    pub bytes_in: u64,
    /// Packets from initiator to responder.
    pub packets_out: u64,
    /// Packets from responder to initiator.
    pub packets_in: u64,
    /// How long it lasted.
    pub seconds: u64,
    /// How it ended.
    pub end: End,
    /// What an inspection said, and whether it cut the session.
    pub inspected: Option<(Inspection, Action)>,
    /// A threat feed (FortiGate) or external dynamic list (PAN-OS) that the responder is on.
    pub listed: Option<&'static str>,
    /// The application.
    pub app: &'static App,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "fields that repeat the variant's sentence")]
pub enum What {
    /// A session ended, or was refused.
    Traffic(Traffic),
    /// An exploit signature matched.
    Exploit { signature: &'static Signature, url: Option<String>, towards_client: bool },
    /// A botnet or C&C signature matched.
    Botnet { signature: &'static Signature },
    /// Malware in a file.
    Malware { malware: &'static Malware, via: Via },
    /// A file was sent to the sandbox and delivered.
    Submitted { malware: &'static Malware },
    /// The sandbox's verdict about a delivered file.
    Judged { malware: &'static Malware, verdict: Verdict },
    /// A file that nobody could open.
    Unscannable { file: &'static str },
    /// A file of a type that is logged.
    FileSeen { file: &'static str },
    /// A web request.
    Web { host: String, path: String, kind: SiteKind },
    /// Corporate credentials went to a site.
    Credentials { host: String },
    /// A name look-up; `hostile` when the vendor knows the name as C&C.
    Lookup { name: String, kind: &'static str, hostile: bool },
    /// Application control had something to log.
    App { app: &'static App },
    /// The appliance's own scan verdict.
    Scan,
    /// A flood.
    Flood { packets: u64 },
    /// A VPN log-in.
    VpnLogin { user: String, ok: bool },
    /// An administrator's log-in.
    AdminLogin { user: String, ok: bool },
    /// A configuration change.
    ConfigChange { user: String, path: String, object: String },
    /// The appliance's load.
    Load { cpu: u8, memory: u8, sessions: u64 },
    /// A signature update succeeded.
    Updated,
}

/// One thing that an appliance writes a record about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happening {
    /// When the record is written.
    pub at: EventTime,
    /// Session initiator.
    pub src: IpAddr,
    /// Initiator's port.
    pub src_port: u16,
    /// Session responder, as the initiator knows it.
    pub dst: IpAddr,
    /// Responder's port.
    pub dst_port: u16,
    /// The real responder, where destination NAT stands before it.
    pub real_dst: Option<IpAddr>,
    /// IP protocol.
    pub protocol: u8,
    /// Session number.
    pub session: u64,
    /// The initiator's user.
    pub user: Option<&'static str>,
    /// What the appliance did.
    pub action: Action,
    /// What happened.
    pub what: What,
}

impl Happening {
    fn new(at: EventTime, src: IpAddr, dst: IpAddr, dst_port: u16, what: What) -> Self {
        let happening = Happening {
            at,
            src,
            src_port: 0,
            dst,
            dst_port,
            real_dst: None,
            protocol: 6,
            session: 0,
            user: None,
            action: Action::Passed,
            what,
        };
        let session = 1_000 + at.nanos().unsigned_abs() / 1_000_000 % 900_000_000;
        happening.session(session)
    }

    /// Sets the session number, and the initiator's port with it, so that records of one session agree.
    #[must_use]
    pub fn session(mut self, session: u64) -> Self {
        self.session = session;
        self.src_port = 32_768 + (session.wrapping_mul(2_654_435_761) % 28_000) as u16;
        self
    }

    /// Puts destination NAT before the responder: the initiator knows it by `public`.
    #[must_use]
    pub fn behind(mut self, public: IpAddr) -> Self {
        self.real_dst = Some(self.dst);
        self.dst = public;
        self
    }

    /// Says who the initiator's user is.
    #[must_use]
    pub fn user(mut self, user: &'static str) -> Self {
        self.user = Some(user);
        self
    }

    /// Makes it UDP.
    #[must_use]
    pub fn udp(mut self) -> Self {
        self.protocol = 17;
        self
    }

    /// Lets the appliance drop it.
    #[must_use]
    pub fn blocked(mut self) -> Self {
        self.action = Action::Blocked;
        self
    }

    /// Lets the appliance reset the session.
    #[must_use]
    pub fn reset(mut self) -> Self {
        self.action = Action::Reset;
        self
    }

    /// Sets bytes and packets out and in of a session; nothing for other happenings.
    #[must_use]
    pub fn carried(self, bytes_out: u64, bytes_in: u64, packets_out: u64, packets_in: u64) -> Self {
        self.traffic(|traffic| {
            traffic.bytes_out = bytes_out;
            traffic.bytes_in = bytes_in;
            traffic.packets_out = packets_out;
            traffic.packets_in = packets_in;
        })
    }

    /// Sets bytes out and in of a session, with the packets they take.
    #[must_use]
    pub fn bytes(self, bytes_out: u64, bytes_in: u64) -> Self {
        self.carried(
            bytes_out,
            bytes_in,
            4 + bytes_out / 1_400,
            if bytes_in == 0 { 0 } else { 4 + bytes_in / 1_400 },
        )
    }

    /// Sets how a session ended.
    #[must_use]
    pub fn ended(self, end: End) -> Self {
        self.traffic(|traffic| traffic.end = end)
    }

    /// Sets how long a session lasted.
    #[must_use]
    pub fn lasted(self, seconds: u64) -> Self {
        self.traffic(|traffic| traffic.seconds = seconds)
    }

    /// Says that an inspection objected to a session, and what it did.
    #[must_use]
    pub fn inspected(self, inspection: Inspection, action: Action) -> Self {
        self.traffic(|traffic| traffic.inspected = Some((inspection, action)))
    }

    /// Puts the responder on a list.
    #[must_use]
    pub fn listed(self, list: &'static str) -> Self {
        self.traffic(|traffic| traffic.listed = Some(list))
    }

    /// Sets the application of a session.
    #[must_use]
    pub fn app(self, app: &'static App) -> Self {
        self.traffic(|traffic| traffic.app = app)
    }

    fn traffic(mut self, change: impl FnOnce(&mut Traffic)) -> Self {
        if let What::Traffic(traffic) = &mut self.what {
            change(traffic);
        }
        self
    }

    /// Sets the URL that an exploit came in.
    #[must_use]
    pub fn url(mut self, text: &str) -> Self {
        if let What::Exploit { url, .. } = &mut self.what {
            *url = Some(text.to_owned());
        }
        self
    }

    /// Says that the exploit's payload came from the responder.
    #[must_use]
    pub fn towards_client(mut self) -> Self {
        if let What::Exploit { towards_client, .. } = &mut self.what {
            *towards_client = true;
        }
        self
    }

    /// The responder where it really stands.
    pub fn real(&self) -> IpAddr {
        self.real_dst.unwrap_or(self.dst)
    }
}

/// A TCP session that ended normally after a small page.
pub fn traffic(at: EventTime, src: IpAddr, dst: IpAddr, port: u16) -> Happening {
    let traffic = Traffic {
        bytes_out: 1_850,
        bytes_in: 9_400,
        packets_out: 14,
        packets_in: 17,
        seconds: 2,
        end: End::Closed,
        inspected: None,
        listed: None,
        app: catalog::expected(6, port),
    };
    Happening::new(at, src, dst, port, What::Traffic(traffic))
}

/// A session that the policy refused.
pub fn denied(at: EventTime, src: IpAddr, dst: IpAddr, port: u16) -> Happening {
    traffic(at, src, dst, port).carried(0, 0, 0, 0).lasted(0).ended(End::Denied)
}

/// An exploit in what the initiator sent.
pub fn exploit(
    at: EventTime,
    src: IpAddr,
    dst: IpAddr,
    port: u16,
    signature: &'static Signature,
) -> Happening {
    Happening::new(at, src, dst, port, What::Exploit { signature, url: None, towards_client: false })
}

/// A botnet or C&C program's payload.
pub fn botnet(
    at: EventTime,
    src: IpAddr,
    dst: IpAddr,
    port: u16,
    signature: &'static Signature,
) -> Happening {
    Happening::new(at, src, dst, port, What::Botnet { signature })
}

/// Malware in a file between initiator and responder.
pub fn malware(at: EventTime, src: IpAddr, dst: IpAddr, via: Via, malware: &'static Malware) -> Happening {
    let port = match via {
        Via::Http => 80,
        Via::Pop3 => 110,
        Via::Smtp => 25,
        Via::Smb => 445,
    };
    Happening::new(at, src, dst, port, What::Malware { malware, via })
}

/// A downloaded file that went to the sandbox and to the client.
pub fn submitted(at: EventTime, src: IpAddr, dst: IpAddr, malware: &'static Malware) -> Happening {
    Happening::new(at, src, dst, 80, What::Submitted { malware })
}

/// The sandbox's verdict about a downloaded file.
pub fn judged(
    at: EventTime,
    src: IpAddr,
    dst: IpAddr,
    malware: &'static Malware,
    verdict: Verdict,
) -> Happening {
    Happening::new(at, src, dst, 80, What::Judged { malware, verdict })
}

/// A downloaded archive with a password.
pub fn unscannable(at: EventTime, src: IpAddr, dst: IpAddr, file: &'static str) -> Happening {
    Happening::new(at, src, dst, 80, What::Unscannable { file })
}

/// A downloaded file of a type that is logged.
pub fn file_seen(at: EventTime, src: IpAddr, dst: IpAddr, file: &'static str) -> Happening {
    Happening::new(at, src, dst, 80, What::FileSeen { file })
}

/// A web request over HTTPS.
pub fn web(at: EventTime, src: IpAddr, dst: IpAddr, host: &str, path: &str, kind: SiteKind) -> Happening {
    let what = What::Web { host: host.to_owned(), path: path.to_owned(), kind };
    Happening::new(at, src, dst, 443, what)
}

/// Corporate credentials sent to a phishing site.
pub fn credentials(at: EventTime, src: IpAddr, dst: IpAddr, host: &str) -> Happening {
    Happening::new(at, src, dst, 443, What::Credentials { host: host.to_owned() })
}

/// A look-up of a C&C domain.
pub fn cc_lookup(at: EventTime, src: IpAddr, resolver: IpAddr, name: &str) -> Happening {
    let what = What::Lookup { name: name.to_owned(), kind: "A", hostile: true };
    Happening::new(at, src, resolver, 53, what).udp()
}

/// A look-up of a C&C domain with another query type.
pub fn cc_lookup_of(
    at: EventTime,
    src: IpAddr,
    resolver: IpAddr,
    name: &str,
    kind: &'static str,
) -> Happening {
    let what = What::Lookup { name: name.to_owned(), kind, hostile: true };
    Happening::new(at, src, resolver, 53, what).udp()
}

/// An ordinary look-up.
pub fn lookup(at: EventTime, src: IpAddr, resolver: IpAddr, name: &str) -> Happening {
    let what = What::Lookup { name: name.to_owned(), kind: "A", hostile: false };
    Happening::new(at, src, resolver, 53, what).udp()
}

/// An application that application control logs.
pub fn application(at: EventTime, src: IpAddr, dst: IpAddr, port: u16, app: &'static App) -> Happening {
    Happening::new(at, src, dst, port, What::App { app })
}

/// The appliance's scan verdict.
pub fn scan(at: EventTime, src: IpAddr, dst: IpAddr) -> Happening {
    Happening::new(at, src, dst, 22, What::Scan).session(0)
}

/// A flood of TCP connection requests.
pub fn flood(at: EventTime, src: IpAddr, dst: IpAddr, port: u16, packets: u64) -> Happening {
    Happening::new(at, src, dst, port, What::Flood { packets }).session(0)
}

/// A VPN log-in from an address.
pub fn vpn_login(at: EventTime, src: IpAddr, user: &str, ok: bool) -> Happening {
    let what = What::VpnLogin { user: user.to_owned(), ok };
    Happening::new(at, src, crate::site::GATEWAY, 443, what)
}

/// An administrator's log-in from an address.
pub fn admin_login(at: EventTime, src: IpAddr, user: &str, ok: bool) -> Happening {
    let what = What::AdminLogin { user: user.to_owned(), ok };
    Happening::new(at, src, crate::site::ADMIN_PORTAL, 443, what)
}

/// A configuration change by an administrator.
pub fn config_change(at: EventTime, src: IpAddr, user: &str, path: &str, object: &str) -> Happening {
    let what = What::ConfigChange { user: user.to_owned(), path: path.to_owned(), object: object.to_owned() };
    Happening::new(at, src, crate::site::ADMIN_PORTAL, 443, what)
}

/// The appliance's regular statement of its load.
pub fn load(at: EventTime, cpu: u8, memory: u8, sessions: u64) -> Happening {
    let portal = crate::site::ADMIN_PORTAL;
    Happening::new(at, portal, portal, 0, What::Load { cpu, memory, sessions })
}

/// A signature update that succeeded.
pub fn updated(at: EventTime) -> Happening {
    let portal = crate::site::ADMIN_PORTAL;
    Happening::new(at, portal, portal, 0, What::Updated)
}
