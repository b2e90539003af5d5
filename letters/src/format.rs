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

const DE_DAYS: [&str; 7] = ["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"];
const DE_MONTHS: [&str; 12] =
    ["Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"];
const ES_DAYS: [&str; 7] = ["lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"];
const ES_MONTHS: [&str; 12] =
    ["enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"];
const IT_DAYS: [&str; 7] = ["lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato", "domenica"];
const IT_MONTHS: [&str; 12] =
    ["gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno", "luglio", "agosto", "settembre", "ottobre", "novembre", "dicembre"];
const NL_DAYS: [&str; 7] = ["maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag"];
const NL_MONTHS: [&str; 12] =
    ["januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober", "november", "december"];

/// The languages that have texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lang {
    Fr,
    En,
    De,
    Es,
    It,
    Nl,
}

impl Lang {
    /// `fr`, `fr-CH`, `FR` are French; what has no texts is English.
    pub fn of(tag: &str) -> Self {
        let primary = tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
        [Self::Fr, Self::De, Self::Es, Self::It, Self::Nl].into_iter().find(|lang| lang.code() == primary).unwrap_or(Self::En)
    }

    pub fn code(self) -> &'static str {
        match self {
            Self::Fr => "fr",
            Self::En => "en",
            Self::De => "de",
            Self::Es => "es",
            Self::It => "it",
            Self::Nl => "nl",
        }
    }

    /// All of them.
    pub const ALL: [Self; 6] = [Self::Fr, Self::En, Self::De, Self::Es, Self::It, Self::Nl];

    /// Readers are addressed in two ways.
    pub fn has_tu(self) -> bool {
        self != Self::En
    }
}

/// `1 234,56 €` (U+202F, U+00A0), `EUR 1,234.56`, `1.234,56 €`, `€ 1.234,56`.
pub(crate) fn amount(value: &Amount, lang: Lang) -> String {
    let number = number(value.minor, value.exponent, lang);
    let currency = value.currency.as_str();
    match (lang, currency) {
        (Lang::En, _) => format!("{currency}{NBSP}{number}"),
        (Lang::Nl, "EUR") => format!("€{NBSP}{number}"),
        (Lang::Nl, _) => format!("{currency}{NBSP}{number}"),
        (_, "EUR") => format!("{number}{NBSP}€"),
        _ => format!("{number}{NBSP}{currency}"),
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
        Lang::De | Lang::Es | Lang::It | Lang::Nl => ('.', ','),
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

/// "lundi 5 octobre 2026", "jeudi 1er octobre 2026"; "Montag, 5. Oktober 2026"; "5 October 2026".
pub(crate) fn long_day(day: NaiveDate, lang: Lang) -> String {
    let (days, after) = match lang {
        Lang::En => return plain_day(day, lang),
        Lang::Fr => (FR_DAYS, " "),
        Lang::De => (DE_DAYS, ", "),
        Lang::Es => (ES_DAYS, " "),
        Lang::It => (IT_DAYS, " "),
        Lang::Nl => (NL_DAYS, " "),
    };
    let weekday = days.get(day.weekday().num_days_from_monday() as usize).copied().unwrap_or_default();
    format!("{weekday}{after}{}", plain_day(day, lang))
}

/// "5 octobre 2026", "1er octobre 2026", "5. Oktober 2026", "5 de octubre de 2026". Day and month are kept on one line.
pub(crate) fn plain_day(day: NaiveDate, lang: Lang) -> String {
    let (months, rank, of) = match lang {
        Lang::Fr => (FR_MONTHS, if day.day() == 1 { "er" } else { "" }, " "),
        Lang::En => (EN_MONTHS, "", " "),
        Lang::De => (DE_MONTHS, ".", " "),
        Lang::Es => (ES_MONTHS, "", " de "),
        Lang::It => (IT_MONTHS, if day.day() == 1 { "º" } else { "" }, " "),
        Lang::Nl => (NL_MONTHS, "", " "),
    };
    let month = months.get(day.month0() as usize).copied().unwrap_or_default();
    let joined = if of == " " { format!("{NBSP}{month}") } else { format!("{NBSP}de{NBSP}{month}") };
    format!("{}{rank}{joined}{of}{}", day.day(), day.year())
}

/// "05/10/2026", "05.10.2026", "05-10-2026" in tables; "5 October 2026" in English ones, where 05/10 is two days.
pub(crate) fn table_day(day: NaiveDate, lang: Lang) -> String {
    let mark = match lang {
        Lang::En => return plain_day(day, lang),
        Lang::Fr | Lang::Es | Lang::It => '/',
        Lang::De => '.',
        Lang::Nl => '-',
    };
    format!("{:02}{mark}{:02}{mark}{}", day.day(), day.month(), day.year())
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
        Lang::En => format!("{percent}%"),
        Lang::It | Lang::Nl => format!("{}%", percent.replace('.', ",")),
        Lang::Fr | Lang::De | Lang::Es => format!("{}{NBSP}%", percent.replace('.', ",")),
    }
}

/// "a", "a et b", "a, b et c".
pub(crate) fn enumeration(items: &[String], lang: Lang) -> String {
    let and = match lang {
        Lang::Fr => " et ",
        Lang::En => " and ",
        Lang::De => " und ",
        Lang::Es => " y ",
        Lang::It => " e ",
        Lang::Nl => " en ",
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
    fn the_neighbours_write_it_their_way() {
        let sum = Amount::new("EUR", 123_456, 2);
        let dollars = Amount::new("USD", 5, 2);
        for (lang, euros, small, long, table) in [
            (Lang::De, "1.234,56\u{A0}€", "0,05\u{A0}USD", "Donnerstag, 1.\u{A0}Oktober 2026", "01.10.2026"),
            (Lang::Es, "1.234,56\u{A0}€", "0,05\u{A0}USD", "jueves 1\u{A0}de\u{A0}octubre de 2026", "01/10/2026"),
            (Lang::It, "1.234,56\u{A0}€", "0,05\u{A0}USD", "giovedì 1º\u{A0}ottobre 2026", "01/10/2026"),
            (Lang::Nl, "€\u{A0}1.234,56", "USD\u{A0}0,05", "donderdag 1\u{A0}oktober 2026", "01-10-2026"),
        ] {
            assert_eq!((amount(&sum, lang).as_str(), amount(&dollars, lang).as_str()), (euros, small));
            assert_eq!((long_day(day(2026, 10, 1), lang).as_str(), table_day(day(2026, 10, 1), lang).as_str()), (long, table));
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
        for (tag, lang) in [("de-AT", Lang::De), ("es", Lang::Es), ("IT", Lang::It), ("nl_BE", Lang::Nl), ("pt", Lang::En)] {
            assert_eq!(Lang::of(tag), lang);
        }
        assert_eq!(Lang::of(""), Lang::En);
    }
}
