//! Money: minor units of an ISO 4217 currency. Never a float, never rounded, never converted.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// Currencies with another number of decimals than two (ISO 4217:2015, list one), in the order of their codes.
const EXPONENTS: &[(&str, u8)] = &[
    ("BHD", 3),
    ("BIF", 0),
    ("CLF", 4),
    ("CLP", 0),
    ("DJF", 0),
    ("GNF", 0),
    ("IQD", 3),
    ("ISK", 0),
    ("JOD", 3),
    ("JPY", 0),
    ("KMF", 0),
    ("KRW", 0),
    ("KWD", 3),
    ("LYD", 3),
    ("OMR", 3),
    ("PYG", 0),
    ("RWF", 0),
    ("TND", 3),
    ("UGX", 0),
    ("UYI", 0),
    ("UYW", 4),
    ("VND", 0),
    ("VUV", 0),
    ("XAF", 0),
    ("XOF", 0),
    ("XPF", 0),
];

/// The two-decimal currencies of ISO 4217 list one.
const TWO_DECIMALS: &str = "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL \
BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP \
GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD \
LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP \
PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY \
TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG";

/// Largest amount that is accepted, in minor units: fifteen digits (`api.md` §3).
pub const MAX_MINOR: i64 = 999_999_999_999_999;

/// Why an amount or currency was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Not three letters of ISO 4217.
    #[error("not an ISO 4217 currency code")]
    UnknownCurrency,
    /// Not a plain decimal number.
    #[error("not a decimal amount in plain notation")]
    NotANumber,
    /// More significant decimals than the currency has.
    #[error("more decimals than the currency has")]
    TooPrecise,
    /// More than fifteen digits.
    #[error("amount too large")]
    TooLarge,
}

/// An ISO 4217 currency.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency([u8; 3]);

impl Currency {
    /// The euro.
    pub const EUR: Self = Self(*b"EUR");
    /// The pound sterling.
    pub const GBP: Self = Self(*b"GBP");

    /// The code, e.g. `EUR`.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("XXX")
    }

    /// Number of decimals (ISO 4217 minor unit).
    pub fn exponent(self) -> u8 {
        let place = EXPONENTS.binary_search_by(|(known, _)| known.as_bytes().cmp(&self.0));
        place.ok().and_then(|place| EXPONENTS.get(place)).map_or(2, |(_, exponent)| *exponent)
    }

    /// Reads a plain decimal amount: `-?\d+(\.\d+)?`. Zero decimals beyond the exponent are fine.
    ///
    /// # Errors
    /// [`MoneyError`] when it is no number, too precise or too large.
    pub fn parse(self, text: &str) -> Result<Money, MoneyError> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        let plain = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !plain(whole) || !plain(fraction) {
            return Err(MoneyError::NotANumber);
        }
        let exponent = usize::from(self.exponent());
        let kept = fraction.trim_end_matches('0');
        if kept.len() > exponent {
            return Err(MoneyError::TooPrecise);
        }
        let joined = format!("{whole}{kept:0<exponent$}");
        let significant = joined.trim_start_matches('0');
        if significant.len() > 15 {
            return Err(MoneyError::TooLarge);
        }
        let minor: i64 = if significant.is_empty() { 0 } else { significant.parse().map_err(|_| MoneyError::TooLarge)? };
        Ok(Money { minor: if negative { -minor } else { minor }, currency: self })
    }

    /// An amount of this currency in minor units.
    pub fn minor(self, minor: i64) -> Money {
        Money { minor, currency: self }
    }
}

impl FromStr for Currency {
    type Err = MoneyError;

    fn from_str(text: &str) -> Result<Self, MoneyError> {
        if text == "EUR" {
            return Ok(Self::EUR); // nearly always
        }
        let known =
            EXPONENTS.iter().any(|(code, _)| *code == text) || (text.len() == 3 && TWO_DECIMALS.split(' ').any(|code| code == text));
        let bytes: [u8; 3] = text.as_bytes().try_into().map_err(|_| MoneyError::UnknownCurrency)?;
        if known { Ok(Self(bytes)) } else { Err(MoneyError::UnknownCurrency) }
    }
}

impl TryFrom<String> for Currency {
    type Error = MoneyError;

    fn try_from(text: String) -> Result<Self, MoneyError> {
        text.parse()
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.code().to_owned()
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.code())
    }
}

/// An amount in minor units with its currency. `Display` writes the padded plain amount only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    /// Minor units, e.g. cents.
    pub minor: i64,
    /// The currency.
    pub currency: Currency,
}

impl Money {
    /// The plain amount padded to the currency's exponent: `1200.00`, `-5`, `0.125`.
    pub fn plain(&self) -> String {
        let exponent = usize::from(self.currency.exponent());
        // from the last digit on: every amount on the wire comes through here
        let (mut reversed, mut rest) = (Vec::with_capacity(24), self.minor.unsigned_abs());
        loop {
            reversed.push(b'0' | u8::try_from(rest % 10).unwrap_or_default());
            rest /= 10;
            if reversed.len() == exponent {
                reversed.push(b'.');
            } else if rest == 0 && reversed.len() > exponent {
                break;
            }
        }
        if self.minor < 0 {
            reversed.push(b'-');
        }
        reversed.reverse();
        String::from_utf8(reversed).unwrap_or_default()
    }
}

impl fmt::Display for Money {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.plain())
    }
}

/// Sums by currency, ordered by code: never added across currencies.
pub fn totals(amounts: impl IntoIterator<Item = Money>) -> Vec<Money> {
    let mut sums = std::collections::BTreeMap::<Currency, i64>::new();
    for amount in amounts {
        let sum = sums.entry(amount.currency).or_default();
        *sum = sum.saturating_add(amount.minor);
    }
    sums.into_iter().map(|(currency, minor)| Money { minor, currency }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_read_and_write_by_iso_4217() {
        for (code, text, minor, plain) in [
            ("EUR", "1200", 120_000, "1200.00"),
            ("EUR", "0.5", 50, "0.50"),
            ("EUR", "-12.340", -1234, "-12.34"),
            ("JPY", "500.0", 500, "500"),
            ("KWD", "1.125", 1125, "1.125"),
            ("EUR", "0", 0, "0.00"),
            ("CLF", "0.0001", 1, "0.0001"),
        ] {
            let currency: Currency = code.parse().unwrap();
            let money = currency.parse(text).unwrap();
            assert_eq!((money.minor, money.plain().as_str()), (minor, plain), "{code} {text}");
        }
    }

    #[test]
    fn what_would_need_rounding_or_guessing_is_refused() {
        let eur = Currency::EUR;
        assert_eq!(eur.parse("1.005"), Err(MoneyError::TooPrecise));
        for text in ["", ".", "1,00", "1e3", "+1", " 1", "1.", ".5", "--1", "٣"] {
            assert_eq!(eur.parse(text), Err(MoneyError::NotANumber), "{text:?}");
        }
        assert_eq!(eur.parse("99999999999999.99"), Err(MoneyError::TooLarge));
        assert!(eur.parse("9999999999999.99").is_ok());
        assert_eq!("EURO".parse::<Currency>(), Err(MoneyError::UnknownCurrency));
        assert_eq!("XXX".parse::<Currency>(), Err(MoneyError::UnknownCurrency));
    }
}
