//! Applications worth a finding, by the names that FortiGate application control and PAN-OS App-ID give them.
//!
//! FortiGuard application control encyclopedia (<https://www.fortiguard.com/appcontrol>; categories `Botnet`, `P2P`,
//! `Proxy`, `Remote.Access`) and Palo Alto Networks Applipedia (<https://applipedia.paloaltonetworks.com>).
//! RDP, SSH, VNC and Telnet are in FortiGuard's `Remote.Access` too and are everyday administration: they are not
//! here.

use crate::text::{begins, has};

/// What an application is to the judge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Application {
    /// Tor and other networks that hide the far side.
    Tor,
    /// A tool for controlling a machine from afar through its maker's servers.
    RemoteControl,
    /// Cryptocurrency mining.
    Mining,
    /// Tunnels in DNS.
    DnsTunnel,
    /// Peer-to-peer file sharing.
    PeerToPeer,
    /// Proxies and proxy avoidance.
    Proxy,
    /// A botnet by application control (FortiOS 5 and 6).
    Botnet,
}

/// Beginnings of names, lower-case.
const NAMES: &[(&str, Application)] = &[
    ("tor", Application::Tor),
    ("tor2web", Application::Tor),
    ("i2p", Application::Tor),
    ("freenet", Application::Tor),
    ("psiphon", Application::Tor),
    ("ultrasurf", Application::Tor),
    ("freegate", Application::Tor),
    ("anydesk", Application::RemoteControl),
    ("teamviewer", Application::RemoteControl),
    ("screenconnect", Application::RemoteControl),
    ("connectwise", Application::RemoteControl),
    ("rustdesk", Application::RemoteControl),
    ("splashtop", Application::RemoteControl),
    ("logmein", Application::RemoteControl),
    ("ammyy", Application::RemoteControl),
    ("atera", Application::RemoteControl),
    ("ultraviewer", Application::RemoteControl),
    ("supremo", Application::RemoteControl),
    ("dwservice", Application::RemoteControl),
    ("meshcentral", Application::RemoteControl),
    ("todesk", Application::RemoteControl),
    ("ngrok", Application::RemoteControl),
    ("cloudflared", Application::RemoteControl),
    ("chrome.remote.desktop", Application::RemoteControl),
    ("chrome-remote-desktop", Application::RemoteControl),
    ("stratum", Application::Mining),
    ("cryptocurrency", Application::Mining),
    ("dns-tunnel", Application::DnsTunnel),
    ("dns.tunnel", Application::DnsTunnel),
    ("iodine", Application::DnsTunnel),
    ("tcp-over-dns", Application::DnsTunnel),
    ("bittorrent", Application::PeerToPeer),
    ("emule", Application::PeerToPeer),
    ("winny", Application::PeerToPeer),
    ("perfect.dark", Application::PeerToPeer),
    ("perfectdark", Application::PeerToPeer),
    ("perfect-dark", Application::PeerToPeer),
    ("share-p2p", Application::PeerToPeer),
    ("http-proxy", Application::Proxy),
    ("hotspot-shield", Application::Proxy),
    ("hotspot.shield", Application::Proxy),
];

/// Returns what an application is, by its name and its category; `None` for nearly all.
pub(crate) fn classify(name: &str, category: &str) -> Option<Application> {
    if begins(category, "botnet") {
        return Some(Application::Botnet);
    }
    let known = NAMES.iter().find(|(start, _)| {
        // "tor" must not match "torrent" nor a shop's name: a name ends at its first mark.
        begins(name, start)
            && name.as_bytes().get(start.len()).is_none_or(|next| !next.is_ascii_alphanumeric())
    });
    if let Some((_, application)) = known {
        return Some(*application);
    }
    if category.is_empty() {
        return None;
    }
    if begins(category, "p2p") || has(category, "peer-to-peer") {
        return Some(Application::PeerToPeer);
    }
    begins(category, "proxy").then_some(Application::Proxy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_categories_tell_applications() {
        let cases = [
            ("Tor", "Proxy", Some(Application::Tor)),
            ("Torrentz.Search", "General.Interest", None),
            ("tor2web", "", Some(Application::Tor)),
            ("AnyDesk", "Remote.Access", Some(Application::RemoteControl)),
            ("teamviewer-base", "", Some(Application::RemoteControl)),
            ("RDP", "Remote.Access", None),
            ("SSH", "Network.Service", None),
            ("BitTorrent", "P2P", Some(Application::PeerToPeer)),
            ("Proxy.HTTP", "Proxy", Some(Application::Proxy)),
            ("Some.New.Sharing", "P2P", Some(Application::PeerToPeer)),
            ("Mirai.Botnet", "Botnet", Some(Application::Botnet)),
            ("HTTPS.BROWSER", "Web.Client", None),
            ("shared-drive", "", None),
        ];
        for (name, category, what) in cases {
            assert_eq!(classify(name, category), what, "{name} {category}");
        }
    }
}
