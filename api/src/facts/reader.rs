//! Reads members of a body, noting every fault.

use chrono::NaiveDate;
use relance_domain::money::Currency;

use super::check_external_id;
use crate::{
    body::{Faults, escape},
    problem::Answer,
};

/// Reads members of one object, whose pointers begin with a prefix.
pub struct Reader {
    prefix: String,
    /// What was wrong so far.
    pub faults: Faults,
}

impl Reader {
    /// A reader of the object at `prefix`; empty: the body itself.
    pub fn new(prefix: &str) -> Self {
        Self { prefix: prefix.to_owned(), faults: Faults::default() }
    }

    /// The pointer of a member, which may itself be a path (`contacts/0/email`).
    pub fn at(&self, name: &str) -> String {
        format!("{}/{name}", self.prefix)
    }

    /// The pointer of a member with any name.
    pub fn at_key(&self, parent: &str, key: &str) -> String {
        format!("{}/{parent}/{}", self.prefix, escape(key))
    }

    /// Text of 1 to `most` characters.
    pub fn text(&mut self, name: &str, text: String, most: usize) -> String {
        self.faults.text(&self.at(name), &text, most);
        text
    }

    /// The same, optional; empty text is none.
    pub fn maybe(&mut self, name: &str, text: Option<String>, most: usize) -> Option<String> {
        let text = text.filter(|text| !text.trim().is_empty())?;
        Some(self.text(name, text, most))
    }

    /// Text in a form of its own; empty text is none.
    pub fn formed(&mut self, name: &str, text: Option<String>, is: impl Fn(&str) -> bool, detail: &str) -> Option<String> {
        let text = text.filter(|text| !text.trim().is_empty())?;
        if !is(&text) {
            self.faults.invalid(self.at(name), detail);
        }
        Some(text)
    }

    /// An external id.
    pub fn external_id(&mut self, name: &str, text: String) -> String {
        let pointer = self.at(name);
        check_external_id(&mut self.faults, &pointer, &text);
        text
    }

    /// A version.
    pub fn version(&mut self, version: i64) -> i64 {
        if version < 1 {
            self.faults.invalid(self.at("source_version"), "Must be 1 or more.");
        }
        version
    }

    /// A civil date.
    pub fn day(&mut self, name: &str, text: &str) -> Option<NaiveDate> {
        self.faults.day(&self.at(name), text)
    }

    /// A civil date, optional.
    pub fn maybe_day(&mut self, name: &str, text: Option<&str>) -> Option<NaiveDate> {
        text.and_then(|text| self.day(name, text))
    }

    /// A currency.
    pub fn currency(&mut self, text: &str) -> Option<Currency> {
        self.faults.currency(&self.at("currency"), text)
    }

    /// A web address.
    pub fn url(&mut self, name: &str, text: Option<String>) -> Option<String> {
        let is = |text: &str| {
            let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
            text.len() <= 2000
                && rest.is_some_and(|rest| !rest.is_empty())
                && !text.chars().any(|letter| letter.is_whitespace() || letter.is_control())
        };
        self.formed(name, text, is, "This must be an http or https address of at most 2000 characters.")
    }

    /// An account number: letters, digits and spaces.
    pub fn iban(&mut self, name: &str, text: Option<String>) -> Option<String> {
        let is = |text: &str| text.len() <= 50 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b' ');
        self.formed(name, text, is, "An account number has letters, digits and spaces, at most 50.")
    }

    /// The value that was read without fault.
    ///
    /// # Errors
    /// 422 with every fault.
    pub fn some<T>(&mut self, value: Option<T>) -> Answer<T> {
        self.faults.some(value)
    }
}
