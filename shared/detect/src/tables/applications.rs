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

/// Beginnings of names, lower-case, in the order of their first letters.
const NAMES: &[(&str, Application)] = &[
    ("anydesk", Application::RemoteControl),
    ("ammyy", Application::RemoteControl),
    ("atera", Application::RemoteControl),
    ("bittorrent", Application::PeerToPeer),
    ("connectwise", Application::RemoteControl),
    ("cloudflared", Application::RemoteControl),
    ("chrome.remote.desktop", Application::RemoteControl),
    ("chrome-remote-desktop", Application::RemoteControl),
    ("cryptocurrency", Application::Mining),
    ("dwservice", Application::RemoteControl),
    ("dns-tunnel", Application::DnsTunnel),
    ("dns.tunnel", Application::DnsTunnel),
    ("emule", Application::PeerToPeer),
    ("freenet", Application::Tor),
    ("freegate", Application::Tor),
    ("http-proxy", Application::Proxy),
    ("hotspot-shield", Application::Proxy),
    ("hotspot.shield", Application::Proxy),
    ("i2p", Application::Tor),
    ("iodine", Application::DnsTunnel),
    ("logmein", Application::RemoteControl),
    ("meshcentral", Application::RemoteControl),
    ("ngrok", Application::RemoteControl),
    ("psiphon", Application::Tor),
    ("perfect.dark", Application::PeerToPeer),
    ("perfectdark", Application::PeerToPeer),
    ("perfect-dark", Application::PeerToPeer),
    ("rustdesk", Application::RemoteControl),
    ("screenconnect", Application::RemoteControl),
    ("splashtop", Application::RemoteControl),
    ("supremo", Application::RemoteControl),
    ("stratum", Application::Mining),
    ("share-p2p", Application::PeerToPeer),
    ("tor", Application::Tor),
    ("tor2web", Application::Tor),
    ("teamviewer", Application::RemoteControl),
    ("todesk", Application::RemoteControl),
    ("tcp-over-dns", Application::DnsTunnel),
    ("ultrasurf", Application::Tor),
    ("ultraviewer", Application::RemoteControl),
    ("winny", Application::PeerToPeer),
];

/// Where the names of each letter begin in [`NAMES`], and behind them its end: most applications begin with a letter that
/// few names have, and every session has one.
const LETTERS: [usize; 27] = letters();

const fn letters() -> [usize; 27] {
    let mut letters = [0; 27];
    let (mut letter, mut name) = (0, 0);
    while letter < 26 {
        letters[letter] = name;
        while name < NAMES.len() && NAMES[name].0.as_bytes()[0] as usize == b'a' as usize + letter {
            name += 1;
        }
        letter += 1;
    }
    assert!(name == NAMES.len(), "names stand in the order of their first letters");
    letters[26] = name;
    letters
}

/// Returns the names that begin with the same letter.
#[inline]
fn of_letter(name: &str) -> &'static [(&'static str, Application)] {
    let letter = name.as_bytes().first().map_or(0, |first| first.to_ascii_lowercase().wrapping_sub(b'a'));
    let range = |letter: usize| Some(*LETTERS.get(letter)?..*LETTERS.get(letter + 1)?);
    range(usize::from(letter)).and_then(|range| NAMES.get(range)).unwrap_or(&[])
}

/// Returns what an application is, by its name and its category; `None` for nearly all.
pub(crate) fn classify(name: &str, category: &str) -> Option<Application> {
    if begins(category, "botnet") {
        return Some(Application::Botnet);
    }
    let known = of_letter(name).iter().find(|(start, _)| is_called(name, start));
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

/// Tells whether a name is that of an application: "tor" must match neither "torrent" nor a shop's name, so a name ends at
/// its first mark.
fn is_called(name: &str, start: &str) -> bool {
    begins(name, start) && name.as_bytes().get(start.len()).is_none_or(|next| !next.is_ascii_alphanumeric())
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

    #[test]
    fn names_of_a_letter_are_all_that_can_match() {
        for (known, _) in NAMES {
            let longer = [format!("{known}-base"), format!("{known}x")];
            for name in longer.into_iter().chain([known.to_uppercase(), known[1..].to_owned()]) {
                let all = NAMES.iter().find(|(start, _)| is_called(&name, start)).map(|(_, what)| *what);
                assert_eq!(classify(&name, ""), all, "{name}");
            }
        }
        for first in 0..=127_u8 {
            let name = format!("{}nything", char::from(first));
            assert!(of_letter(&name).iter().all(|(start, _)| begins(&name, &start[..1])), "{name}");
        }
        assert!(of_letter("").iter().all(|(start, _)| !is_called("", start)) && of_letter("東京").is_empty());
    }
}
