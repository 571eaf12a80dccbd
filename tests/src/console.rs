//! The sample day as the console shows it: played into a store, then asked for pages.

use std::error::Error;
use std::path::Path;
use std::sync::Arc;

use hinomi_fn_console::{Answer, Console, Registries};
use hinomi_lambda::Failure;
use hinomi_local::{Input, ReplayOptions, replay};
use hinomi_model::registry::Registry;
use hinomi_model::{EventTime, Incident, IncidentId, Language, Settings};
use hinomi_store::{Durability, Embedded, States, block_on, object};

/// What the console's clicks call on these pages.
pub const FUNCTION: &str = "arn:aws:lambda:ap-northeast-1:123456789012:function:hinomi-console:live";

/// A registry that does not change.
#[derive(Debug)]
pub struct Fixed(pub Arc<Registry>);

impl Registries for Fixed {
    async fn registry(&self, _now: EventTime) -> Result<Arc<Registry>, Failure> {
        Ok(Arc::clone(&self.0))
    }
}

/// The sample day, played.
#[derive(Debug)]
pub struct SampleDay {
    console: Console<Embedded, Fixed>,
    now: EventTime,
    worst: Option<IncidentId>,
    /// Goes with the value, and the store's files with it.
    _directory: tempfile::TempDir,
}

impl SampleDay {
    /// Plays the sample day into a store of its own.
    ///
    /// # Errors
    ///
    /// When the sample day can't be read or the store fails.
    pub fn play() -> Result<Self, Box<dyn Error>> {
        let events = Path::new(env!("CARGO_MANIFEST_DIR")).join("../events");
        let registry = Registry::from_yaml(&std::fs::read_to_string(events.join("registry.yaml"))?)?;
        let inputs = ["sample-day/kita-fortigate.log.zst", "sample-day/kita-panos.log.gz"];
        let directory = tempfile::tempdir()?;
        let result = replay(ReplayOptions {
            inputs: inputs.into_iter().map(|name| Input::File(events.join(name))).collect(),
            registry: registry.clone(),
            indicators: Default::default(),
            out: Some(directory.path().to_owned()),
            append: false,
            settings: Settings::default(),
            acts: Vec::new(),
        })?;
        // The next morning, when the day's digest has gone out too.
        let last = result.notices.iter().map(|notice| notice.at).max();
        let worst = result.incidents.iter().rev().max_by_key(|incident| incident.core.level);
        let store = Embedded::open(directory.path(), Durability::Every(1))?;
        let console = Console { store, registries: Fixed(Arc::new(registry)), language: Language::Ja };
        Ok(SampleDay {
            console,
            now: last.unwrap_or_default().plus(300),
            worst: worst.map(|incident| incident.core.id),
            _directory: directory,
        })
    }

    /// Returns the incident that somebody on duty would open.
    ///
    /// # Errors
    ///
    /// When the day has none.
    pub fn worst(&self) -> Result<IncidentId, Box<dyn Error>> {
        self.worst.ok_or_else(|| "no incident".into())
    }

    /// Returns an open incident as it is stored.
    ///
    /// # Errors
    ///
    /// When the store fails, or the incident is no more.
    pub fn stored(&self, id: IncidentId) -> Result<Incident, Box<dyn Error>> {
        let stored = block_on(self.console.store.incident(id))?.ok_or("no such incident")?;
        Ok(serde_json::from_slice(&object::decompress(&stored.bytes)?)?)
    }

    /// Returns the page that answers an event, five minutes after the last notice.
    ///
    /// # Errors
    ///
    /// What the console fails with; an answer that is no page.
    pub fn page(&self, event: &str) -> Result<String, Box<dyn Error>> {
        match block_on(self.console.answer(event, FUNCTION, self.now))? {
            Answer::Page(page) => Ok(page),
            Answer::Text { markdown } => Err(markdown.into()),
        }
    }
}

/// Returns a widget's event of a reader in Japan; `view` is members of its own, each with a comma behind.
pub fn event(language: &str, theme: &str, width: u32, view: &str) -> String {
    format!(
        r#"{{{view}"widgetContext":{{"locale":"{language}","theme":"{theme}","width":{width},"height":600,
            "timezone":{{"label":"Local","offsetISO":"+09:00","offsetInMinutes":-540}},"forms":{{"all":{{}}}},"params":{{}}}}}}"#
    )
}
