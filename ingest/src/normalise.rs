//! Small exact readers: dates, amounts, identifiers.

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;

/// A civil date as UBL (`2026-03-31`, with or without time or zone) and CII (`20260331`, formats 102 and 203) write it.
#[must_use]
pub fn date(text: &str) -> Option<NaiveDate> {
    let text = text.trim();
    let bytes = text.as_bytes();
    let digits =
        |text: &str| (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse::<u32>().ok()).flatten();
    let (year, month, day) = if bytes.get(4) == Some(&b'-') {
        let rest = text.get(10..)?;
        if bytes.get(7) != Some(&b'-') || !(rest.is_empty() || rest.starts_with(['T', 'Z', '+', '-'])) {
            return None;
        }
        (text.get(..4)?, text.get(5..7)?, text.get(8..10)?)
    } else {
        if !matches!(bytes.len(), 8 | 12 | 14) || !bytes.iter().all(u8::is_ascii_digit) {
            return None;
        }
        (text.get(..4)?, text.get(4..6)?, text.get(6..8)?)
    };
    calendar(digits(year)?, digits(month)?, digits(day)?)
}

/// A date of the calendar within the years an invoice can bear.
pub(crate) fn calendar(year: u32, month: u32, day: u32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day).filter(|date| (1900..=2200).contains(&date.year()))
}

/// An amount as `xs:decimal` writes it, exactly: no exponent, no grouping, no comma.
#[must_use]
pub fn amount(text: &str) -> Option<Decimal> {
    let text = text.trim();
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let plain = unsigned.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && unsigned.bytes().any(|byte| byte.is_ascii_digit())
        && unsigned.matches('.').count() <= 1;
    if !plain {
        return None;
    }
    let mut value = Decimal::from_str_exact(unsigned).ok()?;
    if text.starts_with('-') && !value.is_zero() {
        value.set_sign_negative(true);
    }
    Some(value)
}

/// An identifier without blanks, dots and dashes, in capitals: how two spellings are compared.
#[must_use]
pub fn compact(text: &str) -> String {
    text.chars().filter(|char| char.is_alphanumeric()).flat_map(char::to_uppercase).collect()
}

/// Whether an account looks like an IBAN: two letters, two digits, 11 to 30 more, whatever its check digits.
#[must_use]
pub fn looks_like_iban(text: &str) -> bool {
    let text = compact(text);
    (15..=34).contains(&text.len())
        && text.bytes().enumerate().all(|(at, byte)| match at {
            0 | 1 => byte.is_ascii_uppercase(),
            2 | 3 => byte.is_ascii_digit(),
            _ => byte.is_ascii_alphanumeric(),
        })
}

/// Whether an IBAN's check digits are right (ISO 7064 mod 97-10). One that fails must not be printed in a reminder.
#[must_use]
pub fn iban_checks(text: &str) -> bool {
    if !looks_like_iban(text) {
        return false;
    }
    let text = compact(text);
    let (head, tail) = text.split_at_checked(4).unwrap_or_default();
    let mut rest = 0_u32;
    for char in tail.chars().chain(head.chars()) {
        let Some(value) = char.to_digit(36) else {
            return false;
        };
        let shift = if value > 9 { 100 } else { 10 };
        rest = (rest * shift + value) % 97;
    }
    rest == 1
}

/// The SIREN in a SIREN or SIRET: nine digits whose Luhn sum is right; of a SIRET the first nine.
#[must_use]
pub fn siren(text: &str) -> Option<String> {
    let text = compact(text);
    if !matches!(text.len(), 9 | 14) || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let siren = text.get(..9)?;
    let sum: u32 = siren
        .chars()
        .filter_map(|char| char.to_digit(10))
        .enumerate()
        .map(|(at, digit)| match (at % 2, digit) {
            (0, digit) => digit,
            (_, digit) if digit > 4 => digit * 2 - 9,
            (_, digit) => digit * 2,
        })
        .sum();
    (sum > 0 && sum.is_multiple_of(10)).then(|| siren.to_owned())
}

/// A text shortened for an error message.
pub(crate) fn quote(text: &str) -> String {
    let mut short: String = text.chars().take(60).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    format!("\"{}\"", short.escape_debug())
}

#[cfg(test)]
mod tests {
    use super::{amount, date, iban_checks, looks_like_iban, siren};

    #[test]
    fn sirens_are_checked() {
        assert_eq!(siren("732829320").as_deref(), Some("732829320"));
        assert_eq!(siren("732 829 320 00074").as_deref(), Some("732829320"));
        // La Poste: its establishments break Luhn over 14 digits, its SIREN does not.
        assert_eq!(siren("35600000049837").as_deref(), Some("356000000"));
        for wrong in ["732829321", "000000000", "73282932", "DE1234567", "é32829320", ""] {
            assert_eq!(siren(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn ibans_are_recognised_and_checked() {
        assert!(iban_checks("FR76 3000 6000 0112 3456 7890 189"));
        assert!(looks_like_iban("DE79000000001234567890") && !iban_checks("DE79000000001234567891"));
        for account in ["1234567", "XX", "", "É000000000000000"] {
            assert!(!looks_like_iban(account) && !iban_checks(account), "{account}");
        }
    }

    #[test]
    fn amounts_are_exact() {
        for (text, expected) in [("+0.10", "0.10"), ("-10835", "-10835"), ("-0", "0"), ("1234567890.123456789", "1234567890.123456789")] {
            assert_eq!(amount(text).map(|amount| amount.to_string()).as_deref(), Some(expected));
        }
        for wrong in ["", "-", ".", "1,00", "1 000", "1_000", "1e3", "1.2.3", "--1", "NaN", "0x10"] {
            assert_eq!(amount(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn dates_of_both_syntaxes() {
        for text in ["2026-01-31", "20260131", "2026-01-31Z", "2026-01-31+01:00", "2026-01-31T00:00:00", "202601312359"] {
            assert_eq!(date(text).map(|date| date.to_string()).as_deref(), Some("2026-01-31"), "{text}");
        }
        for wrong in ["", "2026-02-30", "31.01.2026", "0000-01-01", "2026-1-31", "+026-01-31", "2026-01-311", "２０２６-01-31"] {
            assert_eq!(date(wrong), None, "{wrong}");
        }
    }
}
