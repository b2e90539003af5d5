//! The catalogue of events: `openapi/events.json` is the one list. The code, the description, the list
//! of types and the page for readers are held against it.

use std::sync::LazyLock;

use relance_domain::event::EventType;
use serde::Deserialize;

/// The file itself.
pub const TEXT: &str = include_str!("../events.json");

/// A type of event as the catalogue has it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The type.
    #[serde(rename = "type")]
    pub kind: String,
    /// Type of its subject.
    pub subject: String,
    /// When it is said.
    pub description: String,
    /// Version of the bodies it came with.
    pub since: String,
    /// It will go away.
    #[serde(default)]
    pub deprecated: bool,
}

static ENTRIES: LazyLock<Vec<Entry>> = LazyLock::new(|| serde_json::from_str(TEXT).unwrap_or_default());

/// Every type, in the order of the file.
pub fn entries() -> &'static [Entry] {
    &ENTRIES
}

/// The entry of a type.
pub fn entry(kind: EventType) -> Option<&'static Entry> {
    ENTRIES.iter().find(|entry| entry.kind == kind.as_str())
}

/// `invoice.partially_paid` → `InvoicePartiallyPaid`.
pub fn pascal(word: &str) -> String {
    let big = |part: &str| {
        let mut letters = part.chars();
        letters.next().map(|first| format!("{}{}", first.to_uppercase(), letters.as_str())).unwrap_or_default()
    };
    word.split(['.', '_']).map(big).collect()
}

/// The name of the schema of a type of event.
pub fn schema_name(kind: EventType) -> String {
    format!("{}Event", pascal(kind.as_str()))
}

/// The page for readers.
pub fn page() -> String {
    let mut page = String::from(
        "# Events\n\nWritten from `openapi/events.json`. Each type has a schema and an example in `/openapi.json` under\n`webhooks`; `GET /v1/event_types` says the same. A client takes a type it does not know for one it did not ask for.\n",
    );
    let mut subject = "";
    for entry in entries() {
        if entry.subject != subject {
            subject = &entry.subject;
            page.push_str(&format!("\n## {subject}\n\n| type | when | since |\n|---|---|---|\n"));
        }
        let note = if entry.deprecated { " (deprecated)" } else { "" };
        page.push_str(&format!("| `{}`{note} | {} | {} |\n", entry.kind, entry.description, entry.since));
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_knows_the_types_of_the_catalogue_and_no_others() {
        let code: Vec<(&str, &str, &str)> =
            EventType::ALL.iter().map(|kind| (kind.as_str(), kind.subject_type().as_str(), kind.description())).collect();
        let file: Vec<(&str, &str, &str)> =
            entries().iter().map(|entry| (entry.kind.as_str(), entry.subject.as_str(), entry.description.as_str())).collect();
        assert_eq!(code, file);
    }

    #[test]
    fn the_page_for_readers_is_the_catalogue() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/events.md");
        if std::env::var_os("RELANCE_WRITE").is_some() {
            std::fs::write(path, page()).unwrap();
        }
        assert_eq!(std::fs::read_to_string(path).unwrap(), page(), "RELANCE_WRITE=1 cargo test -p relance-openapi catalogue");
    }
}
