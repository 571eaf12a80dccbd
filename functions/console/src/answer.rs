//! From an event to the widget's answer.

use std::future::Future;
use std::sync::Arc;

use hinomi_lambda::{Failure, Handler, Invocation, Report};
use hinomi_model::registry::Registry;
use hinomi_model::{EventTime, Language};
use hinomi_store::{Deliveries, Scope, States};
use serde::Serialize;

use crate::page::{self, Scene};
use crate::request::{Request, View};
use crate::words::Words;
use crate::{html, load};

/// Where the console gets the registry that is in force.
pub trait Registries {
    /// Returns the registry in force at a time.
    ///
    /// # Errors
    ///
    /// What hinders it, when there is none yet.
    fn registry(&self, now: EventTime) -> impl Future<Output = Result<Arc<Registry>, Failure>>;
}

/// What a widget may return: text that is HTML, or an object with Markdown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Answer {
    /// HTML.
    Page(String),
    /// Markdown: the widget's own documentation.
    Text {
        /// The text.
        markdown: String,
    },
}

/// The function: a store to read, a registry for words, and the language of readers who don't say theirs.
#[derive(Debug)]
pub struct Console<S, R> {
    /// Where incidents and deliveries are.
    pub store: S,
    /// Where the registry is.
    pub registries: R,
    /// The language of readers who don't say theirs.
    pub language: Language,
}

impl<S: States + Deliveries + Scope, R: Registries> Console<S, R> {
    /// Answers an event.
    ///
    /// `function_arn` is what a click calls; one that is no ARN leaves the page without clicks. `now` is what ages are
    /// counted from.
    ///
    /// # Errors
    ///
    /// [`Failure::BadEvent`] for what is no widget's event, else what the store fails with.
    pub async fn answer(&self, payload: &str, function_arn: &str, now: EventTime) -> Result<Answer, Failure> {
        let request = Request::read(payload, self.language)?;
        if request.view == View::Describe {
            return Ok(Answer::Text { markdown: page::describe(request.language) });
        }
        let words = Words { language: request.language, zone: request.zone.clone(), now };
        let registry = self.registries.registry(now).await?;
        let scene = Scene {
            words: &words,
            registry: &registry,
            endpoint: html::is_plain(function_arn).then_some(function_arn),
            dark: request.dark,
            narrow: request.narrow,
        };
        let page = match request.view {
            View::Queue(filter) => {
                let queue = load::queue(&self.store, &filter).await.map_err(Failure::fault)?;
                page::queue(&scene, &filter, &queue)
            }
            View::Incident(Some(id)) => {
                let row = load::incident(&self.store, &registry, id).await.map_err(Failure::fault)?;
                page::incident(&scene, row.as_ref())
            }
            View::Incident(None) | View::Describe => page::incident(&scene, None),
        };
        Ok(Answer::Page(page))
    }
}

impl<S: States + Deliveries + Scope, R: Registries> Handler for Console<S, R> {
    type Answer = Answer;

    async fn handle(&self, invocation: &Invocation, _report: &mut Report) -> Result<Answer, Failure> {
        self.answer(&invocation.payload, &invocation.function_arn, invocation.clock.now()).await
    }
}
