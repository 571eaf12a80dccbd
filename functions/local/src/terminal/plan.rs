//! Shows what a load takes and costs: a table of the bill, what makes it, and what was taken for granted.

use std::io::{self, Write};

use super::{Screen, Texts, grouped};
use crate::plan::{Part, PartOfBill, Plan, StreamMode};

/// Bytes of a gigabyte and a terabyte of text, as people count them.
const GIGA: f64 = 1e9;
const TERA: f64 = 1e12;
/// Seconds for which follow is to remember sessions, and for which Lambda lets a function work.
const FORTY_MINUTES: f64 = 2_400.0;
const QUARTER: f64 = 900.0;

/// Writes the plan.
///
/// # Errors
///
/// Whatever `out` fails with.
pub(crate) fn plan(out: &mut dyn Write, screen: &Screen, plan: &Plan) -> io::Result<()> {
    let page = Page { screen, texts: Texts::of(screen.language) };
    page.load(out, plan)?;
    page.capacity(out, plan)?;
    page.bill(out, plan)?;
    page.knobs(out, plan)?;
    page.siem(out, plan)?;
    page.assumptions(out, plan)
}

struct Page<'a> {
    screen: &'a Screen,
    texts: &'static Texts,
}

impl Page<'_> {
    fn heading(&self, out: &mut dyn Write, key: &str, args: &[(&str, &str)]) -> io::Result<()> {
        let text = self.screen.wrap("", "", &self.texts.say(key, args));
        writeln!(out, "\n{}", self.screen.heading(&text))
    }

    fn item(&self, out: &mut dyn Write, key: &str, args: &[(&str, &str)]) -> io::Result<()> {
        writeln!(out, "{}", self.screen.wrap("  ", "    ", &self.texts.say(key, args)))
    }

    fn load(&self, out: &mut dyn Write, plan: &Plan) -> io::Result<()> {
        let load = &plan.load;
        let args = [
            ("usual", whole(load.events_per_s)),
            ("peak", whole(load.peak_events_per_s)),
            ("text", amount(load.text_bytes_per_day / GIGA)),
            ("sent", amount(load.sent_bytes_per_day / GIGA)),
        ];
        writeln!(out, "{}", self.screen.wrap("", "", &self.texts.say("plan-load", &borrowed(&args))))
    }

    fn capacity(&self, out: &mut dyn Write, plan: &Plan) -> io::Result<()> {
        let capacity = &plan.capacity;
        self.heading(out, "plan-capacity", &[])?;
        let mode = match capacity.stream_mode {
            StreamMode::Provisioned => "plan-provisioned",
            StreamMode::OnDemand => "plan-on-demand",
        };
        let mode = self.texts.say(mode, &[]);
        let streams = [
            ("logs", whole(capacity.logs_shards)),
            ("findings", whole(capacity.findings_shards)),
            ("mode", mode),
        ];
        self.item(out, "plan-streams", &borrowed(&streams))?;
        let ingest = [
            ("lines", whole(capacity.batch_events)),
            ("seconds", amount(capacity.ingest.seconds)),
            ("copies", whole(capacity.ingest.concurrency)),
            ("parallel", whole(capacity.parallelization)),
        ];
        self.item(out, "plan-ingest", &borrowed(&ingest))?;
        self.item(out, "plan-follow", &[("seconds", &amount(capacity.follow_minute))])?;
        if capacity.follow_minute > 60.0 {
            self.item(out, "plan-follow-behind", &[])?;
        }
        if capacity.follow_reach < FORTY_MINUTES {
            self.item(out, "plan-follow-reach", &[("seconds", &amount(capacity.follow_reach))])?;
        }
        let correlate = [
            ("findings", amount(capacity.findings / 1e6)),
            ("copies", whole(capacity.correlate.concurrency)),
            ("writes", amount(capacity.write_units_per_finding)),
            ("reads", amount(capacity.read_units_per_finding)),
        ];
        self.item(out, "plan-correlate", &borrowed(&correlate))?;
        let archive = [
            ("objects", amount(capacity.objects / 1e6)),
            ("size", amount(capacity.object_bytes / 1e6)),
            ("kept", amount(capacity.kept_bytes / TERA)),
        ];
        self.item(out, "plan-archive", &borrowed(&archive))?;
        let columns = [
            ("seconds", amount(capacity.compact_hour)),
            ("copies", whole(capacity.compact.concurrency)),
            ("files", amount(capacity.column_files / 1e6)),
            ("kept", amount(capacity.column_bytes / TERA)),
        ];
        self.item(out, "plan-columns", &borrowed(&columns))?;
        if capacity.compact_hour > QUARTER {
            self.item(out, "plan-columns-behind", &[])?;
        }
        Ok(())
    }

    fn bill(&self, out: &mut dyn Write, plan: &Plan) -> io::Result<()> {
        let args = [("region", plan.region.as_str()), ("date", plan.prices_as_of)];
        self.heading(out, "plan-bill", &args)?;
        for part in &plan.bill {
            let share = format!("{:.0} %", 100.0 * part.usd / plan.usd);
            let name = self.texts.say(&key_of("plan-part", part.part), &[]);
            let line = format!("  {:>12}  {share:>5}  {name}", money(part.usd));
            writeln!(out, "{}", if part.dominates { self.screen.heading(&line) } else { line })?;
            for line in part.lines.iter().filter(|line| line.usd >= 0.005) {
                let doubt = if line.sure { "" } else { " *" };
                let text = format!("{} {} ({})", amount(line.quantity), line.unit, line.item);
                let first = format!("  {:>12}         ", money(line.usd));
                let rest = " ".repeat(first.len());
                writeln!(
                    out,
                    "{}",
                    self.screen.dim(&self.screen.wrap(&first, &rest, &format!("{text}{doubt}")))
                )?;
            }
        }
        let args = [
            ("usd", money(plan.usd)),
            ("tenant", money(plan.usd_per_tenant)),
            ("million", format!("{:.4}", plan.usd_per_million)),
        ];
        writeln!(out, "{}", self.screen.wrap("  ", "  ", &self.texts.say("plan-in-all", &borrowed(&args))))?;
        if plan.bill.iter().flat_map(|part| &part.lines).any(|line| !line.sure) {
            self.item(out, "plan-doubt", &[])?;
        }
        Ok(())
    }

    fn knobs(&self, out: &mut dyn Write, plan: &Plan) -> io::Result<()> {
        self.heading(out, "plan-knobs", &[])?;
        let dominating = plan.bill.iter().filter(|part| part.dominates);
        dominating
            .map(|PartOfBill { part, .. }| *part)
            .try_for_each(|part| self.item(out, &key_of("plan-knob", part), &[]))
    }

    fn siem(&self, out: &mut dyn Write, plan: &Plan) -> io::Result<()> {
        let Some(siem) = plan.siem else { return Ok(()) };
        let args = [
            ("price", money(siem.usd_per_gb)),
            ("usd", money(siem.usd)),
            ("times", amount(siem.usd / plan.usd)),
        ];
        writeln!(out)?;
        writeln!(out, "{}", self.screen.wrap("", "", &self.texts.say("plan-siem", &borrowed(&args))))
    }

    fn assumptions(&self, out: &mut dyn Write, plan: &Plan) -> io::Result<()> {
        self.heading(out, "plan-assumed", &[])?;
        for assumption in &plan.assumptions {
            let key = format!("plan-assumed-{}", assumption.name);
            self.item(out, &key, &[("value", &amount(assumption.value))])?;
        }
        Ok(())
    }
}

fn key_of(prefix: &str, part: Part) -> String {
    format!("{prefix}-{}", part.as_str().replace('_', "-"))
}

fn borrowed<'a>(args: &'a [(&'a str, String)]) -> Vec<(&'a str, &'a str)> {
    args.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

fn whole(number: f64) -> String {
    // Saturates; a load beyond that is nobody's.
    grouped(number.round() as u64)
}

fn money(usd: f64) -> String {
    let cents = (usd * 100.0).round() as u64;
    format!("{}.{:02}", grouped(cents / 100), cents % 100)
}

/// Returns a number with three digits that say something.
fn amount(number: f64) -> String {
    match number {
        _ if number >= 100.0 => whole(number),
        _ if number >= 10.0 => format!("{number:.1}"),
        _ if number >= 1.0 => format!("{number:.2}"),
        _ => format!("{number:.3}"),
    }
}

#[cfg(test)]
mod tests {
    use hinomi_model::Language;

    use super::*;
    use crate::plan::tests::question;
    use crate::terminal::test_screen;

    fn shown(language: Language, width: usize, siem: Option<f64>) -> String {
        let mut out = Vec::new();
        let asked = crate::plan::Question { siem_usd_per_gb: siem, ..question() };
        let made = crate::plan::plan(&asked, "ap-northeast-1").unwrap();
        plan(&mut out, &test_screen(language, width), &made).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn numbers_are_as_exact_as_they_are_worth() {
        let cases = [(1_234.5, "1,235"), (99.94, "99.9"), (1.0, "1.00"), (0.1283, "0.128")];
        for (number, text) in cases {
            assert_eq!(amount(number), text);
        }
        assert_eq!(money(1_234.567), "1,234.57");
    }

    #[test]
    fn everything_is_said_in_both_languages_and_fits() {
        for language in [Language::En, Language::Ja] {
            for width in [60, 100] {
                let text = shown(language, width, Some(0.5));
                assert!(!text.contains("plan-"), "{text}");
                let widest = text.lines().map(unicode_width::UnicodeWidthStr::width).max();
                assert!(widest <= Some(width), "{widest:?}: {text}");
            }
        }
    }

    #[test]
    fn another_products_price_is_compared_only_when_it_is_given() {
        assert!(shown(Language::En, 100, Some(0.5)).contains("1,314.90"));
        assert!(!shown(Language::En, 100, None).contains("product"));
    }
}
