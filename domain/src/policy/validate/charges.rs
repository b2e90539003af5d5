//! Late charges, and who may never be asked for them.

use super::{
    super::{
        AppliesTo, ChargesLeft, ChargesRules,
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

/// What of the block changes decisions; without a word: no fixed compensation, and what is left is waived.
/// The rest of the block is checked and stays in the document.
pub(super) fn rules(stated: Option<&LateChargesDocument>, currency: Currency, fees_allowed: bool, faults: &mut Faults) -> ChargesRules {
    let mut rules = ChargesRules {
        fixed_compensation: false,
        rate_from_invoice_terms: false,
        claim_min_invoice_amount: 0,
        after_principal_paid: ChargesLeft::Waive,
    };
    let Some(stated) = stated else { return rules };
    let mut check = |field: &str, word: &Option<String>, known: &[words::Word<&str>]| {
        word.as_ref().and_then(|word| faults.word(format!("/late_charges/{field}"), word, known)).is_some()
    };
    rules.rate_from_invoice_terms = check("rate_from", &stated.rate_from, &words::RATE_FROM);
    check("allocation", &stated.allocation, &words::ALLOCATIONS);
    check("day_count", &stated.day_count, &words::DAY_COUNTS);
    if let Some(word) = &stated.after_principal_paid {
        let left = faults.word("/late_charges/after_principal_paid", word, &words::AFTER_PRINCIPAL_PAID);
        rules.after_principal_paid = left.unwrap_or(ChargesLeft::Waive);
    }
    if let Some(amount) = &stated.claim_min_invoice_amount {
        rules.claim_min_invoice_amount = faults.amount("/late_charges/claim_min_invoice_amount", amount, currency).unwrap_or_default();
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
    rules.fixed_compensation = fixed && fees_allowed;
    rules
}

fn check_regime(regime: &RegimeDocument, faults: &mut Faults) {
    for fault in regime.stated().read().err().unwrap_or_default() {
        faults.add(format!("/late_charges/regime/{}", fault.field), fault.code, fault.detail);
    }
}
