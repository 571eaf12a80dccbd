//! `hinomi doctor`: reads a sample and says what is missing for good judgement.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use hinomi_model::registry::Registry;
use hinomi_model::{Language, Reject};
use hinomi_parse::Scratch;

use crate::cli;
use crate::doctor::{Report, Sample};
use crate::error::Fault;
use crate::input::{Input, Source, SourceLine, caught_line, read_event};
use crate::terminal::{self, Screen};

/// Reads the files and prints what they lack.
///
/// # Errors
///
/// Faults of the registry, of a file, and of printing. What is missing is no fault.
pub(crate) fn run(args: &cli::Doctor, language: Language, out: &mut dyn Write) -> Result<(), Fault> {
    let registry = crate::registry::read(args.registry.as_deref(), language)?;
    if let Some(prefix) = &args.aws {
        return account(prefix, &registry, args.json, language, out);
    }
    let report = examine(args.files.iter().map(|file| Input::from_argument(file)), &registry)?;
    if args.json {
        super::print_json(&report, out)?;
    } else {
        terminal::doctor(out, &Screen::of_stdout(language), &report)?;
    }
    Ok(out.flush()?)
}

/// Looks at the AWS account and prints what it lacks for notices to arrive.
#[cfg(feature = "aws")]
fn account(
    prefix: &str,
    registry: &Registry,
    json: bool,
    language: Language,
    out: &mut dyn Write,
) -> Result<(), Fault> {
    use crate::doctor::account::{Sms, examine_account};

    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let account = runtime.block_on(async {
        let subscribers = hinomi_aws::Subscribers::new(&hinomi_aws::sdk_config().await, prefix, None);
        let sms = subscribers.sms_account().await?;
        let sms = Sms { sandbox: sms.sandbox, monthly_limit_usd: sms.monthly_spend_limit };
        examine_account(registry, &subscribers, sms).await
    })?;
    if json {
        super::print_json(&account, out)?;
    } else {
        terminal::account(out, &Screen::of_stdout(language), &account)?;
    }
    Ok(out.flush()?)
}

#[cfg(not(feature = "aws"))]
fn account(_: &str, _: &Registry, _: bool, _: Language, _: &mut dyn Write) -> Result<(), Fault> {
    Err(super::built_without_aws("look at an AWS account"))
}

/// Reads a sample and reports what it lacks.
///
/// # Errors
///
/// [`Fault::Open`] and [`Fault::Read`] for an input.
pub fn examine(inputs: impl IntoIterator<Item = Input>, registry: &Registry) -> Result<Report, Fault> {
    let mut reader = Reader { registry, scratch: Scratch::default(), sample: Sample::default() };
    for input in inputs {
        let (mut source, _) = Source::open(0, input, &Arc::new(AtomicU64::new(0)))?;
        while source
            .read_line(|line| {
                reader.line(line);
                Ok(())
            })?
            .is_some()
        {}
    }
    Ok(Report::of(&reader.sample))
}

struct Reader<'a> {
    registry: &'a Registry,
    scratch: Scratch,
    sample: Sample,
}

impl Reader<'_> {
    fn line(&mut self, line: SourceLine<'_>) {
        let Reader { registry, scratch, sample } = self;
        let counted: Result<(), Reject> = match line.content {
            Ok(bytes) => caught_line(|| {
                let event = read_event(bytes, line.frames, registry, line.clocks.latest(), scratch)?;
                line.clocks.see(&event.device, event.time);
                sample.event(&event, bytes.len());
                Ok(())
            }),
            Err((reject, _)) => Err(reject),
        };
        if let Err(reject) = counted {
            self.sample.refuse(&reject, line.file, line.number);
        }
    }
}
