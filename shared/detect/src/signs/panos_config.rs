//! What changes of a PAN-OS configuration say.
//!
//! ```text
//! CONFIG,0,…,10.9.9.9,,set,admin,Web,Succeeded, vsys  vsys1 rulebase security rules  any-any,…
//! ```
//!
//! What was changed stands in the record only where the administrator has details logged; without them a path says no
//! more than where. A refused change is none.

use hinomi_model::{Event, Symptom};

use super::Seen;
use super::words::{account, rest_after};
use crate::text::{field, has, has_any};

/// Paths whose changes matter: policies, protective profiles, administrators, logging, routing, VPN, interfaces.
const WATCHED: &[&str] = &[
    "rulebase",
    "profiles",
    "profile-group",
    "zone",
    "mgt-config",
    "log-settings",
    "deviceconfig",
    "virtual-router",
    "logical-router",
    "network interface",
    "network ike",
    "network tunnel",
    "global-protect",
    "server-profile",
    "authentication-profile",
    "ssl-tls-service-profile",
];

/// Commands that replace the configuration.
const RESTORING: &[&str] = &["load", "import", "revert"];

pub(super) fn signs(event: &Event<'_>) -> Vec<Seen> {
    if field(event, "result").is_some_and(|result| has_any(&result, &["fail", "unauthorized", "denied"])) {
        return Vec::new();
    }
    let command = event.action.as_deref().unwrap_or("").trim();
    let is = |word: &&str| command.eq_ignore_ascii_case(word);
    let who = account(event);
    let path = Words::of(event.message.as_deref().unwrap_or(""));
    let mut seen = Vec::new();
    let mut sign = |symptom, object: &str| seen.push(Seen::trouble(symptom, object));

    if RESTORING.iter().any(&is) {
        sign(Symptom::ConfigurationRestored, who);
    }
    if is(&"export") {
        sign(Symptom::ConfigurationCopied, who);
    }
    // What is changed takes effect when it is committed.
    let committed = is(&"commit").then_some("commit");
    let Some(watched) = committed.or_else(|| WATCHED.iter().copied().find(|watched| path.hold(watched)))
    else {
        return seen;
    };
    // Not the path itself: one that a command sets may end in a secret.
    sign(Symptom::Changed, if who.is_empty() { watched } else { who });
    let before = Words::of(&field(event, "before_change_detail").unwrap_or_default());
    let after = Words::of(&field(event, "after_change_detail").unwrap_or_default());
    let deleted = is(&"delete");
    if (is(&"set") || is(&"clone"))
        && before.is_empty()
        && let Some(name) = path.administrator()
    {
        sign(Symptom::AdministratorAdded, name);
    }
    let is_rule = path.hold("security rules");
    if logging_off(deleted, is_rule, &path, &before, &after) {
        sign(Symptom::LoggingDisabled, if is_rule { path.rule() } else { watched });
    }
    if is_rule && profile_off(deleted, &path, &before, &after) {
        sign(Symptom::ProfileDisabled, path.rule());
    }
    if is_rule && !deleted && lets_anything_pass(&path, &after) {
        sign(Symptom::AnyAnyPolicy, path.rule());
    }
    seen
}

fn logging_off(deleted: bool, is_rule: bool, path: &Words, before: &Words, after: &Words) -> bool {
    if !is_rule {
        return deleted && (path.hold("log-settings") || path.hold("syslog"));
    }
    let no_longer = |words: &str| before.hold(words) && !after.is_empty() && !after.hold(words);
    (deleted && (path.ends("log-setting") || path.ends("log-end")))
        || (after.hold("log-end no") && !before.hold("log-end no"))
        || no_longer("log-setting")
}

fn profile_off(deleted: bool, path: &Words, before: &Words, after: &Words) -> bool {
    (deleted && path.hold("profile-setting"))
        || (before.hold("profile-setting") && !after.is_empty() && !after.hold("profile-setting"))
}

/// Tells whether a rule lets anything pass, as the details say or the path of a command that sets it all at once.
fn lets_anything_pass(path: &Words, after: &Words) -> bool {
    [path, after].into_iter().any(|rule| {
        ["source any", "destination any", "application any", "service any", "action allow"]
            .into_iter()
            .all(|words| rule.hold(words))
            && !rule.hold("disabled yes")
    })
}

/// Words of a path or of details with one blank before and after each, whatever stood between them: PAN-OS writes paths
/// with one or two blanks, details with brackets or as XML.
#[derive(Clone, Debug)]
struct Words(String);

impl Words {
    /// Longest text that is read. A rule is shorter; what follows it in longer details is not seen.
    const MAX_BYTES: usize = 16 * 1024;

    fn of(text: &str) -> Self {
        let mut words = String::from(" ");
        let parts = crate::text::cut(text, Words::MAX_BYTES).split(|c: char| {
            c.is_whitespace() || matches!(c, '{' | '}' | '[' | ']' | ';' | '<' | '>' | '/' | '"' | '\'')
        });
        // Members of a list in XML stand in elements of their own.
        for part in parts.filter(|part| !part.is_empty() && *part != "member") {
            words.push_str(part);
            words.push(' ');
        }
        Words(words)
    }

    fn is_empty(&self) -> bool {
        self.0.trim().is_empty()
    }

    /// Tells whether these words stand one after the other.
    fn hold(&self, words: &str) -> bool {
        let mut rest = self.0.as_str();
        while let Some(after) = rest_after(rest, words) {
            let start = rest.len() - after.len() - words.len();
            let before = rest.get(..start).unwrap_or("");
            if before.ends_with(' ') && after.starts_with(' ') {
                return true;
            }
            rest = after;
        }
        false
    }

    fn ends(&self, word: &str) -> bool {
        self.0.trim_end().rsplit(' ').next().is_some_and(|last| last.eq_ignore_ascii_case(word))
    }

    /// Returns the name of the rule, which may have blanks, without what of it was changed.
    fn rule(&self) -> &str {
        const SETTINGS: &[&str] =
            &["profile-setting", "log-setting", "log-end", "from", "to", "source", "action"];
        let rest = rest_after(&self.0, " security rules ").unwrap_or("");
        let ends = |word: &&str| {
            let after = rest_after(rest, &format!(" {word} "))?;
            Some(rest.len() - after.len() - word.len() - 2)
        };
        let end = SETTINGS.iter().filter_map(ends).min().unwrap_or(rest.len());
        rest.get(..end).unwrap_or(rest).trim()
    }

    /// Returns the name of an administrator, where the path is one's own and not a setting's of theirs.
    fn administrator(&self) -> Option<&str> {
        let rest = rest_after(&self.0, " mgt-config users ")?;
        let mut words = rest.split_ascii_whitespace();
        let name = words.next()?;
        let whole = words.next().is_none_or(|word| has(word, "permissions"));
        whole.then_some(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stand_alone_whatever_is_between_them() {
        let cases = [
            ("x { source any; destination [ any ]; }", "destination any", true),
            ("<source><member>any</member></source>", "source any", true),
            ("source anyone", "source any", false),
            ("source-user any", "user any", false),
            ("source anyone source any", "source any", true),
            ("", "any", false),
        ];
        for (text, words, expected) in cases {
            assert_eq!(Words::of(text).hold(words), expected, "{text}");
        }
    }

    #[test]
    fn an_administrators_own_path_is_not_a_setting_of_theirs() {
        let name = |path: &str| Words::of(path).administrator().map(str::to_owned);
        assert_eq!(name(" mgt-config users  suzuki"), Some("suzuki".to_owned()));
        assert_eq!(
            name("mgt-config users suzuki permissions role-based superuser yes"),
            Some("suzuki".to_owned())
        );
        assert_eq!(name("mgt-config users suzuki phash"), None);
        assert_eq!(name("mgt-config password-complexity"), None);
    }
}
