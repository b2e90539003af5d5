//! What a task asks for, in the languages that decisions are told in.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::why::{Language, Param};
use crate::money::Money;

/// One sentence that says what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Title {
    /// In English.
    pub en: String,
    /// In French.
    pub fr: String,
}

impl Title {
    /// The same in both languages.
    pub fn new(en: impl Into<String>, fr: impl Into<String>) -> Self {
        Self { en: en.into(), fr: fr.into() }
    }

    /// In a language.
    pub fn told(&self, language: Language) -> &str {
        match language {
            Language::English => &self.en,
            Language::French => &self.fr,
        }
    }
}

/// `05/10/2026`.
pub(crate) fn french_day(day: NaiveDate) -> String {
    day.format("%d/%m/%Y").to_string()
}

/// `1 200,00 EUR + 50,00 CHF`.
pub(crate) fn french_sums(sums: &[Money]) -> String {
    sums.iter().map(|sum| Param::from(*sum).told(Language::French)).collect::<Vec<_>>().join(" + ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Currency;

    #[test]
    fn each_reader_has_his_own_words_days_and_sums() {
        let title = Title::new("Call.", "Appelez.");
        assert_eq!((title.told(Language::English), title.told(Language::French)), ("Call.", "Appelez."));
        assert_eq!(french_day("2026-10-05".parse().unwrap()), "05/10/2026");
        let francs = "CHF".parse::<Currency>().unwrap().minor(5_000);
        assert_eq!(french_sums(&[Currency::EUR.minor(120_000), francs]), "1\u{202f}200,00 EUR + 50,00 CHF");
    }
}
