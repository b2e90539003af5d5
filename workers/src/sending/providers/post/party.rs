//! Sender and recipient of a frozen letter.

use relance_domain::{
    records::{Attachment, MessageContent},
    sending::Scope,
};
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
    /// The sender's.
    #[serde(default)]
    pub email: Option<String>,
    /// The sender's.
    #[serde(default)]
    pub phone: Option<String>,
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
        let lines: Vec<&str> = self.lines.iter().flatten().map(|line| line.trim()).filter(|line| !line.is_empty()).collect();
        match lines.get(at) {
            Some(_) if at + 1 == most => lines.get(at..).unwrap_or_default().join(", "),
            Some(line) => (*line).to_owned(),
            None => String::new(),
        }
    }
}

/// The sheets that are sent: the letter, then what it encloses.
pub(super) fn sheets(content: &MessageContent) -> Result<Vec<&Attachment>, Fault> {
    let all: Vec<&Attachment> = content.attachments.iter().filter(|file| file.media_type == "application/pdf").collect();
    if all.is_empty() { Err(Fault(Scope::Message, "the letter has no sheet".to_owned())) } else { Ok(all) }
}

/// The text, unless it is longer than the provider takes: what is cut off an address leads the letter astray.
pub(super) fn fits(what: &str, text: &str, most: usize) -> Result<String, Fault> {
    if text.chars().count() > most {
        return Err(Fault(Scope::Message, format!("{what} has more than {most} characters")));
    }
    Ok(text.to_owned())
}

/// The text, cut to so many characters: of what no letter is delivered by.
pub(super) fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}
