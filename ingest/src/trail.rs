//! Reading values while remembering where each came from.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use roxmltree::Node;
use rust_decimal::Decimal;

use crate::normalise;
use crate::refusal::Refusal;
use crate::xml;

/// Collects the provenance of a document.
#[derive(Default)]
pub(crate) struct Trail {
    places: BTreeMap<String, String>,
}

impl Trail {
    pub(crate) fn into_provenance(self) -> BTreeMap<String, String> {
        self.places
    }

    /// Records which rule gave a field.
    pub(crate) fn rule(&mut self, field: &str, rule: impl Into<String>) {
        self.places.insert(field.to_owned(), rule.into());
    }

    /// Records the element a field was read from.
    pub(crate) fn seen(&mut self, field: &str, term: &str, node: Node<'_, '_>) {
        let place = xml::place(node);
        let place = if term.is_empty() { place } else { format!("{place} ({term})") };
        self.places.insert(field.to_owned(), place);
    }

    /// The first text at a path.
    pub(crate) fn text(&mut self, field: &str, term: &str, node: Node<'_, '_>, path: &str) -> Option<String> {
        let (node, text) = xml::all(node, path).into_iter().find_map(|node| xml::text(node).map(|text| (node, text)))?;
        self.seen(field, term, node);
        Some(text)
    }

    /// Every text at a path, each once.
    pub(crate) fn texts(&mut self, field: &str, term: &str, node: Node<'_, '_>, path: &str) -> Vec<String> {
        let (mut found, mut known) = (Vec::new(), BTreeSet::new());
        for node in xml::all(node, path) {
            if let Some(text) = xml::text(node)
                && known.insert(text.clone())
            {
                if found.is_empty() {
                    self.seen(field, term, node);
                }
                found.push(text);
            }
        }
        found
    }

    /// An amount: absent, exact, or the document is refused. A total is never guessed.
    pub(crate) fn amount(&mut self, field: &str, term: &str, nodes: &[Node<'_, '_>]) -> Result<Option<Decimal>, Refusal> {
        let Some((node, text)) = nodes.iter().find_map(|&node| xml::text(node).map(|text| (node, text))) else {
            return Ok(None);
        };
        let amount = normalise::amount(&text)
            .ok_or_else(|| Refusal::malformed(format!("{} ({term}) is not an amount: {}", xml::place(node), normalise::quote(&text))))?;
        self.seen(field, term, node);
        Ok(Some(amount))
    }

    /// A date that may be missing. One that cannot be read leaves a trace and no value.
    pub(crate) fn date(&mut self, field: &str, term: &str, node: Node<'_, '_>) -> Option<NaiveDate> {
        let text = xml::text(node)?;
        let date = normalise::date(&text);
        match date {
            Some(_) => self.seen(field, term, node),
            None => self.rule(field, format!("{} ({term}) cannot be read as a date: {}", xml::place(node), normalise::quote(&text))),
        }
        date
    }
}
