//! Gathers faults, so that a caller learns all of them in one answer.

use std::str::FromStr;

use chrono::{DateTime, NaiveDate, Utc};
use relance_domain::money::{Currency, Money, MoneyError};
use relance_openapi::problem::{Code, FieldProblem};

use crate::problem::{Answer, Refusal};

/// Which code the answer takes when its faults have several: the first of these.
const WEIGHT: [Code; 2] = [Code::UnknownField, Code::MoneyPrecision];

/// So many faults are told.
const TOLD: usize = 1_000;

/// The faults found so far.
#[derive(Debug, Default)]
pub struct Faults(Vec<FieldProblem>);

/// A name inside a JSON pointer (RFC 6901).
pub fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// Reads an amount: plain decimal text, no more decimals than the currency has.
///
/// # Errors
/// The fault, with its pointer.
pub fn parse_money(pointer: &str, text: &str, currency: Currency) -> Result<Money, FieldProblem> {
    currency.parse(text).map_err(|error| {
        let detail = match error {
            MoneyError::TooPrecise => format!("{currency} has {} decimals; amounts are never rounded.", currency.exponent()),
            MoneyError::TooLarge => "The amount has more than fifteen digits.".to_owned(),
            MoneyError::NotANumber | MoneyError::UnknownCurrency => {
                "An amount is a decimal string in plain notation, e.g. \"1200.00\".".to_owned()
            }
        };
        FieldProblem { pointer: pointer.to_owned(), code: Code::MoneyPrecision.as_str().to_owned(), detail }
    })
}

impl Faults {
    /// One more.
    pub fn add(&mut self, pointer: impl Into<String>, code: Code, detail: impl Into<String>) {
        self.push(FieldProblem { pointer: pointer.into(), code: code.as_str().to_owned(), detail: detail.into() });
    }

    /// One more, `validation_failed`.
    pub fn invalid(&mut self, pointer: impl Into<String>, detail: impl Into<String>) {
        self.add(pointer, Code::ValidationFailed, detail);
    }

    /// One more, ready made.
    pub fn push(&mut self, fault: FieldProblem) {
        self.0.push(fault);
    }

    /// Was nothing wrong so far?
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many so far.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Keeps the value, or notes the fault.
    pub fn keep<T>(&mut self, read: Result<T, FieldProblem>) -> Option<T> {
        read.map_err(|fault| self.push(fault)).ok()
    }

    /// A currency code.
    pub fn currency(&mut self, pointer: &str, code: &str) -> Option<Currency> {
        self.parsed(pointer, code, "This is not an ISO 4217 currency code.")
    }

    /// An amount of any sign.
    pub fn money(&mut self, pointer: &str, text: &str, currency: Currency) -> Option<Money> {
        self.keep(parse_money(pointer, text, currency))
    }

    /// An amount above zero.
    pub fn positive(&mut self, pointer: &str, text: &str, currency: Currency) -> Option<Money> {
        let money = self.money(pointer, text, currency)?;
        if money.minor <= 0 {
            self.invalid(pointer, "The amount must be greater than zero.");
        }
        Some(money)
    }

    /// An amount of zero or more.
    pub fn not_negative(&mut self, pointer: &str, text: &str, currency: Currency) -> Option<Money> {
        let money = self.money(pointer, text, currency)?;
        if money.minor < 0 {
            self.invalid(pointer, "The amount must not be negative.");
        }
        Some(money)
    }

    /// A civil date, `YYYY-MM-DD`.
    pub fn day(&mut self, pointer: &str, text: &str) -> Option<NaiveDate> {
        let day = parse_day(text);
        if day.is_none() {
            self.invalid(pointer, "A day is written YYYY-MM-DD.");
        }
        day
    }

    /// An instant, RFC 3339, cut to milliseconds.
    pub fn at(&mut self, pointer: &str, text: &str) -> Option<DateTime<Utc>> {
        let at = parse_at(text);
        if at.is_none() {
            self.invalid(pointer, "An instant is written in RFC 3339, e.g. 2026-12-01T09:00:00.000Z.");
        }
        at
    }

    /// An id of one kind.
    pub fn id<T: FromStr>(&mut self, pointer: &str, text: &str) -> Option<T> {
        self.parsed(pointer, text, "This is not an id of the kind that belongs here.")
    }

    /// A word of a closed list.
    pub fn word(&mut self, pointer: &str, word: &str, known: &[&str]) {
        if !known.contains(&word) {
            self.invalid(pointer, format!("This must be one of: {}.", known.join(", ")));
        }
    }

    /// Text of 1 to `most` characters, no control characters.
    pub fn text(&mut self, pointer: &str, text: &str, most: usize) {
        let length = text.chars().count();
        if text.trim().is_empty() || length > most {
            self.invalid(pointer, format!("This must have 1 to {most} characters."));
        } else if text.chars().any(|letter| letter.is_control() && letter != '\n' && letter != '\t') {
            self.invalid(pointer, "Control characters are not allowed.");
        }
    }

    fn parsed<T: FromStr>(&mut self, pointer: &str, text: &str, detail: &str) -> Option<T> {
        let value = text.parse().ok();
        if value.is_none() {
            self.invalid(pointer, detail);
        }
        value
    }

    /// Goes on only when nothing was wrong.
    ///
    /// # Errors
    /// 422 with every fault.
    pub fn check(&mut self) -> Answer<()> {
        if self.0.is_empty() { Ok(()) } else { Err(self.refusal()) }
    }

    /// The value that was read without fault.
    ///
    /// # Errors
    /// 422 with every fault.
    pub fn some<T>(&mut self, value: Option<T>) -> Answer<T> {
        self.check()?;
        value.ok_or_else(|| self.refusal())
    }

    /// The refusal with everything gathered.
    pub fn refusal(&mut self) -> Refusal {
        let mut errors = std::mem::take(&mut self.0);
        errors.truncate(TOLD);
        let has = |code: &Code| errors.iter().any(|fault| fault.code == code.as_str());
        let only = Code::ALL.iter().copied().find(|code| !errors.is_empty() && errors.iter().all(|fault| fault.code == code.as_str()));
        let code = WEIGHT.into_iter().find(has).or(only).unwrap_or(Code::ValidationFailed);
        let detail = match errors.as_slice() {
            [only] => only.detail.clone(),
            several => format!("{} fields are wrong; see errors.", several.len()),
        };
        Refusal { errors, ..Refusal::new(code, detail) }
    }
}

/// `YYYY-MM-DD` and nothing else.
pub fn parse_day(text: &str) -> Option<NaiveDate> {
    text.parse().ok().filter(|_| text.len() == 10)
}

/// RFC 3339, cut to milliseconds.
pub fn parse_at(text: &str) -> Option<DateTime<Utc>> {
    let at = DateTime::parse_from_rfc3339(text).ok()?;
    DateTime::from_timestamp_millis(at.timestamp_millis())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_gathered_and_refused_once() {
        let mut faults = Faults::default();
        assert!(faults.check().is_ok());
        let money = faults.money("/total", "12.345", Currency::EUR);
        assert_eq!((money, faults.day("/due_on", "2026-2-3")), (None, None));
        let refusal = faults.check().unwrap_err();
        assert_eq!((refusal.code, refusal.errors.len()), (Code::MoneyPrecision, 2));
    }

    #[test]
    fn faults_of_one_code_give_the_answer_that_code() {
        let mut faults = Faults::default();
        faults.add("/a", Code::CurrencyMismatch, "x");
        assert_eq!(faults.refusal().code, Code::CurrencyMismatch);
        faults.add("/a", Code::CurrencyMismatch, "x");
        faults.invalid("/b", "y");
        assert_eq!(faults.refusal().code, Code::ValidationFailed);
    }

    #[test]
    fn an_instant_is_cut_to_milliseconds() {
        assert_eq!(parse_at("2026-12-01T10:00:00.1239+01:00").unwrap().timestamp_millis(), 1_796_115_600_123);
        assert_eq!(parse_at("2026-12-01 10:00"), None);
    }
}
