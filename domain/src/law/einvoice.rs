//! What the life-cycle status of an e-invoice means for asking (AFNOR XP Z12-012).

/// Business days that a transmitted payment has to arrive (status 211), unless a person says otherwise.
const ARRIVAL_DAYS: u32 = 5;

/// What a status does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EinvoiceEffect {
    /// Evidence only: sent, received, taken charge of, approved, paid.
    None,
    /// The buyer's platform says that the payment left: rest for so many business days. Not a payment.
    PaymentAnnounced {
        /// Business days.
        days: u32,
    },
    /// Refused as a whole by the buyer.
    Refused,
    /// Disputed, suspended or approved in part: the amount that comes with it, else the whole.
    Disputed,
    /// It did not validly reach the buyer: to be issued again.
    Rejected,
    /// Cancelled by the seller.
    Cancelled,
}

/// The effect of a status code.
pub fn einvoice_effect(code: &str) -> EinvoiceEffect {
    match code {
        "206" | "207" | "208" => EinvoiceEffect::Disputed,
        "210" => EinvoiceEffect::Refused,
        "211" => EinvoiceEffect::PaymentAnnounced { days: ARRIVAL_DAYS },
        "213" | "221" | "501" => EinvoiceEffect::Rejected,
        "220" => EinvoiceEffect::Cancelled,
        _ => EinvoiceEffect::None,
    }
}

/// The part of `amount_due` that a status disputes, minor units: what came with it, when that is not the whole.
pub fn disputed_part(code: &str, amount: Option<i64>, amount_due: i64) -> i64 {
    let part = amount.filter(|part| (1..amount_due).contains(part)).unwrap_or(0);
    if einvoice_effect(code) == EinvoiceEffect::Disputed { part } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_of_the_standard_has_its_effect() {
        let rests = ["206", "207", "208", "210", "211", "213", "220", "221", "501"];
        for code in 200..=228 {
            let code = code.to_string();
            assert_eq!(einvoice_effect(&code) != EinvoiceEffect::None, rests.contains(&code.as_str()), "{code}");
        }
        assert_eq!(einvoice_effect("501"), EinvoiceEffect::Rejected);
        assert_eq!(einvoice_effect("211"), EinvoiceEffect::PaymentAnnounced { days: 5 });
    }
}
