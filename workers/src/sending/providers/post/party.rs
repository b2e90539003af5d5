//! Sender and recipient of a frozen letter.

use relance_domain::{records::MessageContent, sending::Scope};
use serde::Deserialize;

use super::Fault;

/// Who sends or gets a letter.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Party {
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub lines: Option<Vec<String>>,
    #[serde(default)]
    pub postcode: Option<String>,
    #[serde(default)]
    pub city: Option<String>,
    #[serde(default)]
    pub country: Option<String>,
    /// Kind of customer.
    #[serde(default)]
    pub kind: Option<String>,
}

impl Party {
    pub fn of(content: &MessageContent, role: &str) -> Result<Self, Fault> {
        let text = content.headers.get(role).ok_or_else(|| Fault(Scope::Message, format!("the letter has no {role}")))?;
        serde_json::from_str(text).map_err(|_| Fault(Scope::Message, format!("the {role} of the letter does not read")))
    }

    pub fn name(&self) -> &str {
        self.name.as_deref().unwrap_or_default()
    }

    pub fn postcode(&self) -> &str {
        self.postcode.as_deref().unwrap_or_default()
    }

    pub fn city(&self) -> &str {
        self.city.as_deref().unwrap_or_default()
    }

    pub fn country(&self) -> &str {
        self.country.as_deref().unwrap_or("FR")
    }

    /// Line `at` of the street, empty beyond the last; what does not fit into `most` lines is joined to the last.
    pub fn line(&self, at: usize, most: usize) -> String {
        let lines = self.lines.as_deref().unwrap_or_default();
        match lines.get(at) {
            Some(_) if at + 1 == most => lines.get(at..).unwrap_or_default().join(", "),
            Some(line) => line.clone(),
            None => String::new(),
        }
    }
}

/// The sheet that is sent.
pub(super) fn sheet(content: &MessageContent) -> Result<&[u8], Fault> {
    let file = content.attachments.first().ok_or_else(|| Fault(Scope::Message, "the letter has no sheet".to_owned()))?;
    Ok(&file.data)
}

/// At most so many characters.
pub(super) fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}
