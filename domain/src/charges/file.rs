//! Files of rates, as operators bring them. Two forms, told apart by what they hold:
//!
//! - `{"rates": [{"series", "half_year", "rate", "source"?}], "source"?}`;
//! - the table of the law: `{"half_years": [{"half_year", "ecb_mro_at_start"?, "legal_particuliers"?, "legal_autres"?,
//!   "source"?, …}], "source"?}`, whose further columns are sums of these and must agree with them.

use chrono::NaiveDate;
use serde_json::{Map, Value};

use super::{
    book::{PublishedRate, Series},
    rate::{HalfYear, Rate},
};

/// What is wrong with a file of rates.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{pointer}: {detail}")]
pub struct FileFault {
    /// JSON pointer.
    pub pointer: String,
    /// What it must be.
    pub detail: String,
}

/// Members of the table of the law that are sums of others: (column, of, factor, plus).
const SUMS: [(&str, &str, u8, i32); 3] =
    [("b2b_default", "ecb_mro_at_start", 1, 10), ("b2g", "ecb_mro_at_start", 1, 8), ("b2b_floor_3x", "legal_autres", 3, 0)];

/// Columns of the table of the law.
const COLUMNS: [(&str, Series); 5] = [
    ("ecb_mro_at_start", Series::EcbMro),
    ("legal_particuliers", Series::LegalParticuliers),
    ("legal_autres", Series::LegalAutres),
    ("de_base", Series::DeBase),
    ("uk_bank_rate", Series::UkBankRate),
];

/// Reads a file of rates; `source` is said where the file names none.
///
/// # Errors
/// Every fault: nothing of a file with one is taken.
pub fn read_rates(file: &Value, source: &str, entered_on: NaiveDate) -> Result<Vec<PublishedRate>, Vec<FileFault>> {
    let mut reader = Reader { rates: Vec::new(), faults: Vec::new(), source: source.to_owned(), entered_on };
    if let Some(stated) = file.get("source").and_then(Value::as_str) {
        stated.clone_into(&mut reader.source);
    }
    match (file.get("rates").and_then(Value::as_array), file.get("half_years").and_then(Value::as_array)) {
        (Some(rates), _) => reader.rows("/rates", rates, Reader::single),
        (None, Some(half_years)) => reader.rows("/half_years", half_years, Reader::half_year),
        (None, None) => reader.fault("", "the file holds neither \"rates\" nor \"half_years\""),
    }
    if reader.faults.is_empty() { Ok(reader.rates) } else { Err(reader.faults) }
}

struct Reader {
    rates: Vec<PublishedRate>,
    faults: Vec<FileFault>,
    source: String,
    entered_on: NaiveDate,
}

impl Reader {
    fn fault(&mut self, pointer: impl Into<String>, detail: &str) {
        self.faults.push(FileFault { pointer: pointer.into(), detail: detail.to_owned() });
    }

    fn rows(&mut self, list: &str, rows: &[Value], read: fn(&mut Self, &str, &Map<String, Value>)) {
        for (n, row) in rows.iter().enumerate() {
            let pointer = format!("{list}/{n}");
            match row.as_object() {
                Some(row) => read(self, &pointer, row),
                None => self.fault(pointer, "must be an object"),
            }
        }
    }

    fn half(&mut self, pointer: &str, row: &Map<String, Value>) -> Option<HalfYear> {
        let half = row.get("half_year").and_then(Value::as_str).and_then(|text| text.parse().ok());
        if half.is_none() {
            self.fault(format!("{pointer}/half_year"), "must be a half-year such as \"2027S1\"");
        }
        half
    }

    fn rate(&mut self, pointer: &str, row: &Map<String, Value>, member: &str) -> Option<Rate> {
        let rate = row.get(member).and_then(Value::as_str).and_then(|text| text.parse().ok());
        if rate.is_none() {
            self.fault(format!("{pointer}/{member}"), "must be percent a year as a decimal string, such as \"2.65\"");
        }
        rate
    }

    fn single(&mut self, pointer: &str, row: &Map<String, Value>) {
        let series = row.get("series").and_then(Value::as_str).and_then(Series::of);
        if series.is_none() {
            let known: Vec<&str> = Series::ALL.iter().map(|series| series.as_str()).collect();
            self.fault(format!("{pointer}/series"), &format!("must be one of: {}", known.join(", ")));
        }
        let (half_year, rate) = (self.half(pointer, row), self.rate(pointer, row, "rate"));
        if let (Some(series), Some(half_year), Some(rate)) = (series, half_year, rate) {
            self.add(row, series, half_year, rate);
        }
    }

    fn half_year(&mut self, pointer: &str, row: &Map<String, Value>) {
        let Some(half_year) = self.half(pointer, row) else { return };
        for (column, series) in COLUMNS {
            if row.get(column).is_some_and(|value| !value.is_null())
                && let Some(rate) = self.rate(pointer, row, column)
            {
                self.add(row, series, half_year, rate);
            }
        }
        for (sum, of, factor, plus) in SUMS {
            let figure = |member: &str| row.get(member).and_then(Value::as_str).and_then(|text| text.parse::<Rate>().ok());
            if let (Some(stated), Some(base)) = (figure(sum), figure(of))
                && stated.micro() != base.times(factor).plus(Rate::points(plus)).micro()
            {
                self.fault(format!("{pointer}/{sum}"), &format!("does not agree with {of}"));
            }
        }
    }

    fn add(&mut self, row: &Map<String, Value>, series: Series, half_year: HalfYear, rate: Rate) {
        let source = row.get("source").and_then(Value::as_str).map_or_else(|| self.source.clone(), str::to_owned);
        self.rates.push(PublishedRate { series, half_year, rate, source, entered_on: self.entered_on });
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::charges::RateBook;

    fn day() -> NaiveDate {
        NaiveDate::from_ymd_opt(2027, 1, 2).unwrap()
    }

    #[test]
    fn the_table_of_the_law_is_what_the_program_has_built_in() {
        let here = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared");
        let shared = std::env::var("RELANCE_SHARED").unwrap_or_else(|_| here.to_owned());
        let Ok(text) = std::fs::read_to_string(format!("{shared}/law/rates.json")) else {
            assert!(std::env::var_os("CI").is_none(), "the law tables are not at hand");
            return;
        };
        let file: Value = serde_json::from_str(&text).unwrap();
        let book = RateBook::built_in();
        let rates = read_rates(&file, "the law", day()).unwrap();
        assert_eq!(rates.len(), 66);
        for rate in rates {
            assert_eq!(book.rate(rate.series, rate.half_year), Ok(rate.rate), "{rate:?}");
        }
        // the half-years are what the decisions of the ECB come to on their first days
        let moves = file["ecb_mro_by_effective_date"].as_array().unwrap();
        for half in book.all().iter().filter(|rate| rate.series == Series::EcbMro) {
            let first = half.half_year.first_day().to_string();
            let there = moves.iter().rfind(|one| one["from"].as_str().unwrap() <= first.as_str()).unwrap();
            assert_eq!(there["rate"], half.rate.to_string(), "{}", half.half_year);
        }
    }

    #[test]
    fn a_file_with_a_fault_is_refused_whole_and_says_every_one() {
        let file = json!({"half_years": [
            {"half_year": "2027S1", "ecb_mro_at_start": "2.65", "b2b_default": "12.60"},
            {"half_year": "2027", "legal_autres": "2.80"},
            {"half_year": "2027S2", "legal_autres": 2.8}]});
        let faults = read_rates(&file, "x", day()).unwrap_err();
        assert_eq!(
            faults.iter().map(|fault| fault.pointer.as_str()).collect::<Vec<_>>(),
            ["/half_years/0/b2b_default", "/half_years/1/half_year", "/half_years/2/legal_autres"]
        );
        assert_eq!(read_rates(&json!({}), "x", day()).unwrap_err().len(), 1);
    }

    #[test]
    fn a_single_rate_keeps_its_own_source() {
        let file = json!({"source": "the file", "rates": [
            {"series": "ecb_mro", "half_year": "2027S1", "rate": "2.65", "source": "ECB, 17 December 2026"},
            {"series": "legal_autres", "half_year": "2027S1", "rate": "2.90"}]});
        let rates = read_rates(&file, "x", day()).unwrap();
        assert_eq!(rates.iter().map(|rate| rate.source.as_str()).collect::<Vec<_>>(), ["ECB, 17 December 2026", "the file"]);
    }
}
