//! What a text message costs: its provider asks for each part.

use std::str::FromStr;

use rust_decimal::Decimal;

/// Most decimals of a price.
const DECIMALS: u32 = 6;

/// The price of one part, in a currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PricePerPart {
    amount: Decimal,
    currency: String,
}

impl PricePerPart {
    /// Reads a decimal text below 1000 with at most six decimals, and a currency of three capitals.
    pub fn read(amount: &str, currency: &str) -> Option<Self> {
        let plain = amount.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        let read = Decimal::from_str(amount).ok().filter(|read| plain && read.scale() <= DECIMALS && *read < Decimal::ONE_THOUSAND)?;
        let known = currency.len() == 3 && currency.bytes().all(|byte| byte.is_ascii_uppercase());
        known.then(|| Self { amount: read, currency: currency.to_owned() })
    }

    /// What so many parts cost, e.g. `0.09 EUR`.
    pub fn of(&self, parts: u32) -> String {
        format!("{} {}", (self.amount * Decimal::from(parts)).normalize(), self.currency)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_costs_as_many_times_the_price_as_it_has_parts() {
        for (price, parts, cost) in [("0.045", 2, "0.09 EUR"), ("0.0499", 3, "0.1497 EUR"), ("1", 1, "1 EUR"), ("0", 3, "0 EUR")] {
            assert_eq!(PricePerPart::read(price, "EUR").unwrap().of(parts), cost);
        }
    }

    #[test]
    fn what_is_no_price_is_not_read() {
        for (price, currency) in [
            ("", "EUR"),
            ("-1", "EUR"),
            ("0,05", "EUR"),
            ("1e-3", "EUR"),
            ("0.0000001", "EUR"),
            ("1000", "EUR"),
            ("0.05", "eur"),
            ("0.05", "EURO"),
        ] {
            assert_eq!(PricePerPart::read(price, currency), None, "{price} {currency}");
        }
    }
}
