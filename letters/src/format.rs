//! Amounts, days, IBAN and numbers as French and English readers write them. Integers only.

use chrono::{Datelike, NaiveDate};

use crate::context::Amount;

/// Narrow no-break space, between thousands.
const NNBSP: char = '\u{202F}';
/// No-break space, before the euro sign and inside an IBAN.
pub(crate) const NBSP: char = '\u{A0}';

const FR_DAYS: [&str; 7] = ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"];
const FR_MONTHS: [&str; 12] =
    ["janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"];
const EN_MONTHS: [&str; 12] =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

/// The languages that have texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lang {
    Fr,
    En,
}

impl Lang {
    /// `fr`, `fr-CH`, `FR` are French; all else is English.
    pub fn of(tag: &str) -> Self {
        match tag.split(['-', '_']).next() {
            Some(primary) if primary.eq_ignore_ascii_case("fr") => Self::Fr,
            _ => Self::En,
        }
    }

    pub fn code(self) -> &'static str {
        match self {
            Self::Fr => "fr",
            Self::En => "en",
        }
    }
}

/// `1 234,56 €` (U+202F, U+00A0) or `EUR 1,234.56`.
pub(crate) fn amount(value: &Amount, lang: Lang) -> String {
    let number = number(value.minor, value.exponent, lang);
    let currency = value.currency.as_str();
    match (lang, currency) {
        (Lang::Fr, "EUR") => format!("{number}{NBSP}€"),
        (Lang::Fr, _) => format!("{number}{NBSP}{currency}"),
        (Lang::En, _) => format!("{currency}{NBSP}{number}"),
    }
}

/// As [`amount`], without cents when there are none: "40 €".
pub(crate) fn round_amount(value: &Amount, lang: Lang) -> String {
    let unit = 10_i64.checked_pow(u32::from(value.exponent)).unwrap_or(1);
    if value.minor % unit == 0 { amount(&Amount::new(value.currency.as_str(), value.minor / unit, 0), lang) } else { amount(value, lang) }
}

fn number(minor: i64, exponent: u8, lang: Lang) -> String {
    let (group, mark) = match lang {
        Lang::Fr => (NNBSP, ','),
        Lang::En => (',', '.'),
    };
    let decimals = usize::from(exponent);
    let digits = format!("{:0>width$}", minor.unsigned_abs(), width = decimals + 1);
    let (whole, fraction) = digits.split_at(digits.len() - decimals);
    let mut out = String::new();
    if minor < 0 {
        out.push('-');
    }
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            out.push(group);
        }
        out.push(digit);
    }
    if !fraction.is_empty() {
        out.push(mark);
        out.push_str(fraction);
    }
    out
}

/// "lundi 5 octobre 2026", "jeudi 1er octobre 2026"; "5 October 2026".
pub(crate) fn long_day(day: NaiveDate, lang: Lang) -> String {
    match lang {
        Lang::Fr => {
            let weekday = FR_DAYS.get(day.weekday().num_days_from_monday() as usize).copied().unwrap_or_default();
            format!("{weekday} {}", plain_day(day, lang))
        }
        Lang::En => plain_day(day, lang),
    }
}

/// "5 octobre 2026", "1er octobre 2026"; "5 October 2026". Parts are kept on one line.
pub(crate) fn plain_day(day: NaiveDate, lang: Lang) -> String {
    let month = day.month0() as usize;
    match lang {
        Lang::Fr => {
            let name = FR_MONTHS.get(month).copied().unwrap_or_default();
            let rank = if day.day() == 1 { "er" } else { "" };
            format!("{}{rank}{NBSP}{name} {}", day.day(), day.year())
        }
        Lang::En => {
            let name = EN_MONTHS.get(month).copied().unwrap_or_default();
            format!("{}{NBSP}{name} {}", day.day(), day.year())
        }
    }
}

/// "05/10/2026" in French tables; "5 October 2026" in English ones, where 05/10 is two days.
pub(crate) fn table_day(day: NaiveDate, lang: Lang) -> String {
    match lang {
        Lang::Fr => format!("{:02}/{:02}/{}", day.day(), day.month(), day.year()),
        Lang::En => plain_day(day, lang),
    }
}

/// Upper case, groups of four: `FR76 3000 4000 …`.
pub(crate) fn iban(raw: &str) -> String {
    let mut out = String::new();
    for (index, c) in raw.chars().filter(|c| c.is_ascii_alphanumeric()).enumerate() {
        if index > 0 && index.is_multiple_of(4) {
            out.push(NBSP);
        }
        out.push(c.to_ascii_uppercase());
    }
    out
}

/// Nine digits by three; anything else as it is.
pub(crate) fn siren(raw: &str) -> String {
    let digits: Vec<char> = raw.chars().filter(|c| !c.is_whitespace()).collect();
    if digits.len() != 9 || !digits.iter().all(char::is_ascii_digit) {
        return raw.to_owned();
    }
    let groups: Vec<String> = digits.chunks(3).map(|group| group.iter().collect()).collect();
    groups.join(&NBSP.to_string())
}

/// A share capital: "50000.00" is printed in euros, a text is left alone.
pub(crate) fn capital(raw: &str, lang: Lang) -> String {
    let plain: String = raw.chars().filter(|c| !c.is_whitespace()).collect();
    let (whole, fraction) = plain.split_once('.').unwrap_or((plain.as_str(), ""));
    let parsed = whole.parse::<i64>().ok().filter(|_| fraction.chars().all(|c| c == '0'));
    match parsed {
        Some(euros) if euros >= 0 => amount(&Amount::new("EUR", euros, 0), lang),
        _ => raw.to_owned(),
    }
}

/// A rate kept as exact text: "12.15" is "12,15 %" in French, "12.15%" in English.
pub(crate) fn rate(percent: &str, lang: Lang) -> String {
    match lang {
        Lang::Fr => format!("{}{NBSP}%", percent.replace('.', ",")),
        Lang::En => format!("{percent}%"),
    }
}

/// "a", "a et b", "a, b et c".
pub(crate) fn enumeration(items: &[String], lang: Lang) -> String {
    let and = match lang {
        Lang::Fr => " et ",
        Lang::En => " and ",
    };
    match items {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{}{and}{last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).unwrap()
    }

    #[test]
    fn amounts_by_language_and_exponent() {
        for (minor, exponent, currency, fr, en) in [
            (123_456, 2, "EUR", "1\u{202F}234,56\u{A0}€", "EUR\u{A0}1,234.56"),
            (5, 2, "EUR", "0,05\u{A0}€", "EUR\u{A0}0.05"),
            (0, 2, "EUR", "0,00\u{A0}€", "EUR\u{A0}0.00"),
            (99_900, 2, "EUR", "999,00\u{A0}€", "EUR\u{A0}999.00"),
            (100_000_000, 2, "EUR", "1\u{202F}000\u{202F}000,00\u{A0}€", "EUR\u{A0}1,000,000.00"),
            (-4_000, 2, "EUR", "-40,00\u{A0}€", "EUR\u{A0}-40.00"),
            (1_234, 0, "JPY", "1\u{202F}234\u{A0}JPY", "JPY\u{A0}1,234"),
            (1_234_567, 3, "KWD", "1\u{202F}234,567\u{A0}KWD", "KWD\u{A0}1,234.567"),
            (
                i64::MIN,
                2,
                "EUR",
                "-92\u{202F}233\u{202F}720\u{202F}368\u{202F}547\u{202F}758,08\u{A0}€",
                "EUR\u{A0}-92,233,720,368,547,758.08",
            ),
        ] {
            let value = Amount::new(currency, minor, exponent);
            assert_eq!(amount(&value, Lang::Fr), fr);
            assert_eq!(amount(&value, Lang::En), en);
        }
        assert_eq!(round_amount(&Amount::new("EUR", 4_000, 2), Lang::Fr), "40\u{A0}€");
        assert_eq!(round_amount(&Amount::new("EUR", 4_050, 2), Lang::En), "EUR\u{A0}40.50");
    }

    #[test]
    fn days_by_language() {
        for (on, long, plain, table, en) in [
            (day(2026, 10, 5), "lundi 5\u{A0}octobre 2026", "5\u{A0}octobre 2026", "05/10/2026", "5\u{A0}October 2026"),
            (day(2026, 10, 1), "jeudi 1er\u{A0}octobre 2026", "1er\u{A0}octobre 2026", "01/10/2026", "1\u{A0}October 2026"),
            (day(2028, 2, 29), "mardi 29\u{A0}février 2028", "29\u{A0}février 2028", "29/02/2028", "29\u{A0}February 2028"),
        ] {
            assert_eq!(long_day(on, Lang::Fr), long);
            assert_eq!(plain_day(on, Lang::Fr), plain);
            assert_eq!(table_day(on, Lang::Fr), table);
            assert_eq!(long_day(on, Lang::En), en);
            assert_eq!(table_day(on, Lang::En), en);
        }
    }

    #[test]
    fn numbers_that_people_copy() {
        assert_eq!(iban("fr7630004000 03"), "FR76\u{A0}3000\u{A0}4000\u{A0}03");
        assert_eq!(siren("123456789"), "123\u{A0}456\u{A0}789");
        assert_eq!(siren("B 12"), "B 12");
        assert_eq!(capital("50000.00", Lang::Fr), "50\u{202F}000\u{A0}€");
        assert_eq!(capital("variable", Lang::Fr), "variable");
        assert_eq!(rate("12.15", Lang::Fr), "12,15\u{A0}%");
        assert_eq!(enumeration(&["a".into(), "b".into(), "c".into()], Lang::Fr), "a, b et c");
    }

    #[test]
    fn languages_fall_back_to_english() {
        assert_eq!(Lang::of("fr-CH"), Lang::Fr);
        assert_eq!(Lang::of("FR"), Lang::Fr);
        assert_eq!(Lang::of("de"), Lang::En);
        assert_eq!(Lang::of(""), Lang::En);
    }
}
