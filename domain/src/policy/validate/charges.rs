//! Late charges, and who may never be asked for them.

use super::{
    super::{
        AppliesTo,
        document::{LateChargesDocument, RegimeDocument},
    },
    faults::Faults,
    words,
};
use crate::{customer::CustomerKind, money::Currency};

/// May a policy for these customers speak of fees at all? Only if every one of them pays late
/// charges: a policy for any kind is also one for consumers.
pub(super) fn allowed_for(applies_to: &AppliesTo) -> bool {
    let kinds = &applies_to.customer_kinds;
    !kinds.is_empty() && kinds.iter().copied().all(CustomerKind::pays_late_charges)
}

/// Is the fixed compensation of 40 EUR per invoice due (C. com. D441-5)? Without a word: no.
/// The rest of the block is checked and stays in the document.
pub(super) fn fixed_compensation(
    stated: Option<&LateChargesDocument>,
    currency: Currency,
    fees_allowed: bool,
    faults: &mut Faults,
) -> bool {
    let Some(stated) = stated else { return false };
    for (field, word, known) in [
        ("rate_from", &stated.rate_from, words::RATE_FROM.as_slice()),
        ("allocation", &stated.allocation, words::ALLOCATIONS.as_slice()),
        ("day_count", &stated.day_count, words::DAY_COUNTS.as_slice()),
        ("after_principal_paid", &stated.after_principal_paid, words::AFTER_PRINCIPAL_PAID.as_slice()),
    ] {
        if let Some(word) = word {
            faults.word(format!("/late_charges/{field}"), word, known);
        }
    }
    if let Some(amount) = &stated.claim_min_invoice_amount {
        faults.amount("/late_charges/claim_min_invoice_amount", amount, currency);
    }
    if let Some(regime) = &stated.regime {
        check_regime(regime, faults);
    }
    let fixed = stated.fixed_compensation.unwrap_or(false);
    if fixed && !fees_allowed {
        let detail =
            "a policy that may meet consumers or customers of unknown kind has no fixed compensation (C. com. L441-10 II, CPCE L111-8)";
        faults.add("/late_charges/fixed_compensation", "fees_on_consumer", detail);
    }
    fixed && fees_allowed
}

fn check_regime(regime: &RegimeDocument, faults: &mut Faults) {
    let kind = faults.word("/late_charges/regime/kind", &regime.kind, &words::REGIMES);
    if let Some(column) = &regime.column {
        faults.word("/late_charges/regime/column", column, &words::RATE_COLUMNS);
    }
    if let Some(below) = &regime.below_floor {
        faults.word("/late_charges/regime/below_floor", below, &words::BELOW_FLOOR);
    }
    let pointer = "/late_charges/regime/contract_rate";
    match &regime.contract_rate {
        Some(rate) if !is_rate(rate) => {
            faults.add(pointer, "malformed", "must be percent a year, decimal, below 1000");
        }
        None if kind == Some("fr_b2b_fixed") => {
            faults.add(pointer, "missing_field", "a contract rate has a figure");
        }
        _ => {}
    }
}

/// Percent a year in plain notation, e.g. `10.65`: up to three digits and six decimals.
fn is_rate(text: &str) -> bool {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str, most: usize| (1..=most).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    digits(whole, 3) && digits(decimals, 6)
}
