//! Gathers faults while a document is read to its end.

use chrono::NaiveTime;

use super::super::PolicyFault;
use crate::money::{Currency, MoneyError};

/// The faults found so far.
#[derive(Debug, Default)]
pub(super) struct Faults(Vec<PolicyFault>);

impl Faults {
    /// One more.
    pub(super) fn add(&mut self, pointer: impl Into<String>, code: &'static str, detail: impl Into<String>) {
        self.0.push(PolicyFault::new(pointer, code, detail));
    }

    /// The value, if nothing was wrong.
    pub(super) fn none_or<T>(self, value: T) -> Result<T, Vec<PolicyFault>> {
        if self.0.is_empty() { Ok(value) } else { Err(self.0) }
    }

    /// A number, if stated, must be from `least` to `most`.
    pub(super) fn within(&mut self, pointer: impl Into<String>, number: Option<u16>, least: u16, most: u16) {
        if number.is_some_and(|number| number < least || number > most) {
            self.add(pointer, "out_of_range", format!("must be from {least} to {most}"));
        }
    }

    /// A word out of a closed list.
    pub(super) fn word<T: Copy>(&mut self, pointer: impl Into<String>, word: &str, known: &[(&'static str, T)]) -> Option<T> {
        let found = known.iter().find(|(spelt, _)| *spelt == word).map(|(_, meaning)| *meaning);
        if found.is_none() {
            let words: Vec<&str> = known.iter().map(|(spelt, _)| *spelt).collect();
            self.add(pointer, "unknown_word", format!("must be one of: {}", words.join(", ")));
        }
        found
    }

    /// Words out of a closed list, each with its own pointer, none twice.
    pub(super) fn words<T: Copy>(&mut self, pointer: &str, words: &[String], known: &[(&'static str, T)]) -> Vec<T> {
        let mut found = Vec::new();
        for (n, word) in words.iter().enumerate() {
            let at = format!("{pointer}/{n}");
            if words.iter().take(n).any(|earlier| earlier == word) {
                self.add(&at, "duplicate", "stands twice");
            }
            found.extend(self.word(at, word, known));
        }
        found
    }

    /// An amount, not negative, in minor units of the policy's currency.
    pub(super) fn amount(&mut self, pointer: impl Into<String>, text: &str, currency: Currency) -> Option<i64> {
        let (code, detail) = match currency.parse(text) {
            Ok(amount) if amount.minor >= 0 => return Some(amount.minor),
            Ok(_) => ("out_of_range", "must not be negative"),
            Err(MoneyError::TooPrecise) => ("money_precision", "more decimals than the currency has"),
            Err(MoneyError::TooLarge) => ("out_of_range", "amount too large"),
            Err(_) => ("malformed", "must be a decimal amount in plain notation, e.g. \"15.00\""),
        };
        self.add(pointer, code, detail);
        None
    }

    /// A time of day, `HH:MM`.
    pub(super) fn time(&mut self, pointer: impl Into<String>, text: &str) -> Option<NaiveTime> {
        let time = NaiveTime::parse_from_str(text, "%H:%M").ok().filter(|_| text.len() == 5);
        if time.is_none() {
            self.add(pointer, "malformed", "must be a time of day from \"00:00\" to \"23:59\"");
        }
        time
    }
}
