//! What operators are told, in both languages: nobody knows who is on duty. Contacts are named by their ids; addresses,
//! numbers and whatever else a registry says about a person stay out.

use std::fmt::Write as _;
use std::sync::LazyLock;

use hinomi_model::registry::Problems;
use hinomi_model::{Language, TenantId};
use hinomi_notice::Catalog;
use hinomi_steps::enrol::{Member, Plan, Standing};

const JA_FILES: &[(&str, &str)] = &[("enrol.ftl", include_str!("../locales/ja/enrol.ftl"))];
const EN_FILES: &[(&str, &str)] = &[("enrol.ftl", include_str!("../locales/en/enrol.ftl"))];

static JA: LazyLock<Catalog> = LazyLock::new(|| Catalog::new(Language::Ja, JA_FILES));
static EN: LazyLock<Catalog> = LazyLock::new(|| Catalog::new(Language::En, EN_FILES));

/// Lines of a list in one message. SNS takes 256 KB; nobody reads more than this, and the next report brings the rest.
const MAX_LINES: usize = 200;
/// Longest line in characters.
const MAX_CHARS: usize = 300;

/// What was found about one tenant.
pub(crate) struct Found {
    pub(crate) tenant: TenantId,
    pub(crate) plan: Plan,
}

fn both(write: impl Fn(&Catalog) -> String) -> String {
    format!("{}\n\n{}", write(&JA).trim_end(), write(&EN).trim_end())
}

/// Tells that a registry was refused, and why. What stands at a contact is told by its place alone.
pub(crate) fn refused(problems: &Problems) -> String {
    both(|words| {
        let mut text = words.say("refused", &[]);
        for problem in problems.0.iter().take(MAX_LINES) {
            let personal = problem.path.contains(".contacts");
            let line =
                if personal { problem.path.clone() } else { format!("{}: {}", problem.path, problem.text) };
            let _ = write!(text, "\n- {}", cut(&line));
        }
        if let Some(more) = problems.0.len().checked_sub(MAX_LINES).filter(|more| *more > 0) {
            let _ = write!(text, "\n{}", words.say("refused-more", &[("number", &more.to_string())]));
        }
        text
    })
}

/// Tells that there is no registry.
pub(crate) fn missing() -> String {
    both(|words| words.say("missing", &[]))
}

/// Tells which tenants an alarm would not reach.
pub(crate) fn unreachable(found: &[&Found]) -> String {
    both(|words| {
        let mut text = words.say("unreachable", &[]);
        for found in found.iter().take(MAX_LINES) {
            let _ = write!(text, "\n- {}", found.tenant);
            let urgent = found.plan.members.iter().filter(|member| member.urgent);
            for member in urgent.take(MAX_LINES) {
                let _ = write!(text, "\n  - {}", told(words, member));
            }
        }
        text
    })
}

/// Tells everything that is not as it should be; nothing when all is.
pub(crate) fn daily(found: &[Found], strays: &[TenantId]) -> Option<String> {
    let open = |found: &&Found| {
        found.plan.held_back > 0 || found.plan.members.iter().any(|m| m.standing != Standing::Confirmed)
    };
    if strays.is_empty() && !found.iter().any(|found| open(&found)) {
        return None;
    }
    Some(both(|words| {
        let mut text = String::new();
        let members = found
            .iter()
            .filter(|found| found.plan.members.iter().any(|member| member.standing != Standing::Confirmed));
        for (index, found) in members.take(MAX_LINES).enumerate() {
            if index == 0 {
                let _ = writeln!(text, "{}", words.say("members", &[]));
            }
            let _ = writeln!(text, "- {}", found.tenant);
            let waiting = found.plan.members.iter().filter(|m| m.standing != Standing::Confirmed);
            for member in waiting.take(MAX_LINES) {
                let _ = writeln!(text, "  - {}", told(words, member));
            }
        }
        let held = found.iter().filter(|found| found.plan.held_back > 0);
        for (index, found) in held.take(MAX_LINES).enumerate() {
            if index == 0 {
                let _ = writeln!(text, "{}", words.say("held-back", &[]));
            }
            let _ = writeln!(text, "- {}: {}", found.tenant, found.plan.held_back);
        }
        if !strays.is_empty() {
            let names: Vec<&str> = strays.iter().take(MAX_LINES).map(TenantId::as_str).collect();
            let _ = writeln!(text, "{}", words.say("topics", &[("names", &cut(&names.join(", ")))]));
        }
        text
    }))
}

fn told(words: &Catalog, member: &Member) -> String {
    let standing = match member.standing {
        Standing::Pending => "pending",
        Standing::Unanswered => "unanswered",
        Standing::Left => "left",
        Standing::Missing | Standing::Confirmed => "asked",
    };
    format!("{} ({}): {}", cut(&member.contact), member.channel, words.say(standing, &[]))
}

fn cut(line: &str) -> String {
    line.chars().take(MAX_CHARS).map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use hinomi_model::registry::Problem;
    use hinomi_notice::catalog_conformance;

    use super::*;

    #[test]
    fn both_languages_say_the_same() {
        catalog_conformance(JA_FILES, EN_FILES).unwrap();
    }

    #[test]
    fn a_refusal_names_every_problem_and_nobodys_address() {
        let problem = |path: &str, text: &str| Problem { path: path.to_owned(), text: text.to_owned() };
        let problems = Problems(vec![
            problem("tenants[0].devices[1].id", "`A B` must be ASCII letters"),
            problem("tenants[0].contacts[2].email", "`person@kita.example` is no address"),
        ]);
        let text = refused(&problems);
        assert!(text.contains("tenants[0].devices[1].id: `A B` must be ASCII letters"), "{text}");
        assert!(text.contains("tenants[0].contacts[2].email") && !text.contains("person@"), "{text}");
        assert!(text.contains("受け付けませんでした") && text.contains("was refused"), "{text}");
    }

    #[test]
    fn a_long_refusal_says_how_much_is_left_out() {
        let problem = Problem { path: "x".to_owned(), text: "y\n".repeat(1_000) };
        let text = refused(&Problems(vec![problem; MAX_LINES + 5]));
        assert!(text.contains("and 5 more") && text.len() < 256 << 10, "{}", text.len());
    }
}
