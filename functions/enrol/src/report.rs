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

/// Lines in one message, over all its lists. Nobody reads more than this, and the next report brings the rest.
const MAX_LINES: usize = 200;
/// Longest line in characters.
const MAX_CHARS: usize = 300;
/// Bytes of the lists in one language. SNS takes 256 KiB, both languages and what is said of the rest within.
const MAX_BYTES: usize = 120 << 10;

/// What was found about one tenant.
pub(crate) struct Found {
    pub(crate) tenant: TenantId,
    pub(crate) plan: Plan,
}

/// A message in one language: lists, each under what is said of it. Lines beyond the bounds are counted.
struct Letter<'w> {
    words: &'w Catalog,
    text: String,
    /// What is said of a list that has no line yet; a list without lines is left out.
    heading: Option<String>,
    lines: usize,
    left_out: usize,
}

impl Letter<'_> {
    /// Begins a list.
    fn list(&mut self, key: &str) {
        self.heading = Some(self.words.say(key, &[]));
    }

    /// Adds a line.
    fn line(&mut self, indent: &str, line: &str) {
        let line = cut(line);
        let heading = self.heading.as_deref().unwrap_or_default();
        let bytes = self.text.len() + heading.len() + indent.len() + line.len();
        if self.left_out > 0 || self.lines == MAX_LINES || bytes > MAX_BYTES {
            self.left_out += 1;
            return;
        }
        if let Some(heading) = self.heading.take() {
            let _ = writeln!(self.text, "{heading}");
        }
        let _ = writeln!(self.text, "{indent}- {line}");
        self.lines += 1;
    }

    fn finish(mut self) -> String {
        if self.left_out > 0 {
            self.text.push_str(&self.words.say("more", &[("number", &self.left_out.to_string())]));
        }
        self.text
    }
}

/// Writes a message in both languages.
fn both(write: impl Fn(&mut Letter<'_>)) -> String {
    let [ja, en] = [&*JA, &*EN].map(|words| {
        let mut letter = Letter { words, text: String::new(), heading: None, lines: 0, left_out: 0 };
        write(&mut letter);
        letter.finish()
    });
    format!("{}\n\n{}", ja.trim_end(), en.trim_end())
}

/// Tells that a registry was refused, and why. What stands at a contact is told by its place alone.
pub(crate) fn refused(problems: &Problems) -> String {
    both(|letter| {
        letter.list("refused");
        for problem in &problems.0 {
            match problem.path.contains(".contacts") {
                true => letter.line("", &problem.path),
                false => letter.line("", &format!("{}: {}", problem.path, problem.text)),
            }
        }
    })
}

/// Tells that there is no registry.
pub(crate) fn missing() -> String {
    both(|letter| letter.text = letter.words.say("missing", &[]))
}

/// Tells which tenants an alarm would not reach.
pub(crate) fn unreachable(found: &[&Found]) -> String {
    both(|letter| {
        letter.list("unreachable");
        for found in found {
            letter.line("", found.tenant.as_str());
            for member in found.plan.members.iter().filter(|member| member.urgent) {
                letter.line("  ", &told(letter.words, member));
            }
        }
    })
}

/// Tells everything that is not as it should be; nothing when all is.
pub(crate) fn daily(found: &[Found], strays: &[TenantId]) -> Option<String> {
    let is_open = |member: &&Member| member.standing != Standing::Confirmed;
    let all_is_well = |found: &Found| {
        found.plan.held_back + found.plan.not_ended == 0 && !found.plan.members.iter().any(|m| is_open(&m))
    };
    if strays.is_empty() && found.iter().all(all_is_well) {
        return None;
    }
    Some(both(|letter| {
        letter.list("members");
        for found in found {
            let open: Vec<&Member> = found.plan.members.iter().filter(is_open).collect();
            if !open.is_empty() {
                letter.line("", found.tenant.as_str());
            }
            for member in open {
                letter.line("  ", &told(letter.words, member));
            }
        }
        let mut counted = |key: &str, count: fn(&Plan) -> usize| {
            letter.list(key);
            for found in found.iter().filter(|found| count(&found.plan) > 0) {
                letter.line("", &format!("{}: {}", found.tenant, count(&found.plan)));
            }
        };
        counted("held-back", |plan| plan.held_back);
        counted("not-ended", |plan| plan.not_ended);
        letter.list("topics");
        for tenant in strays {
            letter.line("", tenant.as_str());
        }
    }))
}

fn told(words: &Catalog, member: &Member) -> String {
    let standing = match member.standing {
        Standing::Pending => "pending",
        Standing::Unanswered => "unanswered",
        Standing::Left => "left",
        Standing::Refused => "endpoint-refused",
        Standing::Missing | Standing::Confirmed => "asked",
    };
    format!("{} ({}): {}", cut(&member.contact), member.channel, words.say(standing, &[]))
}

fn cut(line: &str) -> String {
    line.chars().take(MAX_CHARS).map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use hinomi_model::Channel;
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

    /// What an operator's topic takes.
    const TAKEN: usize = 256 << 10;

    #[test]
    fn a_long_refusal_says_how_much_is_left_out() {
        let problem = Problem { path: "x".to_owned(), text: "y\n".repeat(1_000) };
        let text = refused(&Problems(vec![problem; MAX_LINES + 5]));
        assert!(text.contains("and 5 more") && text.len() < TAKEN, "{}", text.len());
    }

    #[test]
    fn a_message_that_is_long_in_bytes_is_taken_and_counts_the_rest() {
        for sign in ["北", "𠮷"] {
            let problem = Problem { path: "x".to_owned(), text: sign.repeat(1_000) };
            let text = refused(&Problems(vec![problem; MAX_LINES]));
            assert!(text.len() <= TAKEN, "{}", text.len());
            let english = &text[text.find("A new registry").unwrap()..];
            let told = english.matches("\n- x: ").count();
            assert!(told > 50 && told < MAX_LINES, "{told}");
            assert!(english.ends_with(&format!("and {} more", MAX_LINES - told)), "{told}");
            assert!(text.contains(&format!("ほか{}件", MAX_LINES - told)), "{told}");
        }
    }

    #[test]
    fn every_list_of_a_message_counts_towards_its_bounds() {
        let member = Member {
            contact: "夜".repeat(200),
            channel: Channel::Email,
            standing: Standing::Unanswered,
            urgent: true,
        };
        let plan = Plan { members: vec![member; 20], held_back: 4, not_ended: 1, ..Plan::default() };
        let found = |number: u32| Found { tenant: TenantId::new(&format!("t{number}")), plan: plan.clone() };
        let found: Vec<Found> = (0..400).map(found).collect();
        let strays: Vec<TenantId> = (0..400).map(|number| TenantId::new(&format!("s{number}"))).collect();
        let unreachable_found: Vec<&Found> = found.iter().collect();
        for (text, lines) in [
            (unreachable(&unreachable_found), 400 * 21),
            (daily(&found, &strays).unwrap(), 400 * 21 + 400 + 400 + 400),
        ] {
            assert!(text.len() <= TAKEN, "{}", text.len());
            let (_, english) = text.split_once("\n\n").unwrap();
            let told = english.lines().filter(|line| line.trim_start().starts_with("- ")).count();
            assert!(told <= MAX_LINES && told > 50, "{told}");
            assert!(english.ends_with(&format!("and {} more", lines - told)), "{told}");
        }
        let few = daily(&found[..1], &strays[..2]).unwrap();
        for list in ["\n- t0: 4\n", "\n- t0: 1\n", "registry:\n- s0\n- s1"] {
            assert!(few.contains(list), "{list} in {few}");
        }
        assert!(!few.contains("\nand "), "{few}");
    }
}
