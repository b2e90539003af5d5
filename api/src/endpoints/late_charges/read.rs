//! What is asked, as the domain wants it; every fault has its pointer.

use chrono::NaiveDate;
use relance_domain::{
    charges::{CreditMode, DayCount, Debt, Imputation, Movement, MovementKind, Regime, Terms},
    money::Currency,
};
use relance_openapi::late_charge::{QuoteCreditNote, QuoteInput, QuoteInvoice, QuotePayment, QuoteRegime};

use crate::{body::Faults, problem::Answer};

/// Most days between a due date and the day of the reckoning.
const LONGEST: i64 = 40_000;

/// What is to be reckoned.
pub(super) struct Asked {
    pub terms: Terms,
    pub as_of: NaiveDate,
    pub currency: Currency,
    pub debts: Vec<(String, Debt)>,
}

impl Asked {
    pub(super) fn read(body: QuoteInput) -> Answer<Self> {
        let mut faults = Faults::default();
        let regime = regime(&body.regime, &mut faults);
        let currency = regime.and_then(|regime| regime.rule().tariff).map_or(Currency::EUR, |tariff| tariff.currency);
        let as_of = faults.day("/as_of", &body.as_of);
        if body.invoices.is_empty() {
            faults.invalid("/invoices", "Name at least one invoice.");
        }
        let list = body.invoices.into_iter().enumerate();
        let debts: Vec<Option<(String, Debt)>> = list
            .map(|(n, invoice)| Reader { faults: &mut faults, at: format!("/invoices/{n}"), currency }.invoice(invoice, as_of))
            .collect();
        let day_count = match body.day_count.as_deref() {
            None | Some("act_365f") => Some(DayCount::Act365Fixed),
            Some("act_act") => Some(DayCount::ActAct),
            Some(_) => None,
        };
        let imputation = match body.allocation.as_deref() {
            None | Some("interest_first") => Some(Imputation::InterestFirst),
            Some("principal_first") => Some(Imputation::PrincipalFirst),
            Some("interest_fee_principal") => Some(Imputation::InterestFeePrincipal),
            Some(_) => None,
        };
        if day_count.is_none() {
            faults.invalid("/day_count", "This must be one of: act_365f, act_act.");
        }
        if imputation.is_none() {
            faults.invalid("/allocation", "This must be one of: interest_first, principal_first, interest_fee_principal.");
        }
        let read = regime.zip(as_of).zip(debts.into_iter().collect::<Option<Vec<_>>>());
        let ((regime, as_of), debts) = faults.some(read)?;
        let mut terms = Terms::of_regime(regime);
        terms.day_count = day_count.unwrap_or_default();
        terms.imputation = imputation.unwrap_or_default();
        Ok(Self { terms, as_of, currency, debts })
    }
}

fn regime(stated: &QuoteRegime, faults: &mut Faults) -> Option<Regime> {
    let read = stated.stated().read();
    for fault in read.as_ref().err().into_iter().flatten() {
        faults.invalid(format!("/regime/{}", fault.field), format!("This {}.", fault.detail));
    }
    read.ok()
}

struct Reader<'a> {
    faults: &'a mut Faults,
    at: String,
    currency: Currency,
}

impl Reader<'_> {
    fn invoice(mut self, invoice: QuoteInvoice, as_of: Option<NaiveDate>) -> Option<(String, Debt)> {
        let QuoteInvoice {
            number,
            total,
            due_on,
            payments,
            credit_notes,
            retention,
            formal_notice_on,
            insolvency_judgment_on,
            justified_costs,
        } = invoice;
        self.faults.text(&self.place("number"), &number, 200);
        let total = self.faults.not_negative(&self.place("total"), &total, self.currency)?.minor;
        let due_on = self.faults.day(&self.place("due_on"), &due_on)?;
        if as_of.is_some_and(|as_of| as_of.signed_duration_since(due_on).num_days() > LONGEST) {
            self.faults.invalid(self.place("due_on"), "This is too long before the day of the reckoning.");
        }
        let retention = self.some_amount("retention", retention.as_deref());
        if retention > total {
            self.faults.invalid(self.place("retention"), "No more can be kept back than the total.");
        }
        let mut movements: Vec<Movement> = Vec::new();
        for (n, QuotePayment { on, amount }) in payments.into_iter().flatten().enumerate() {
            movements.extend(self.movement(&format!("payments/{n}"), &on, &amount, MovementKind::Payment));
        }
        for (n, QuoteCreditNote { on, amount, mode }) in credit_notes.into_iter().flatten().enumerate() {
            let mode = if mode == "ab_initio" { CreditMode::AbInitio } else { CreditMode::FromDate };
            movements.extend(self.movement(&format!("credit_notes/{n}"), &on, &amount, MovementKind::CreditNote(mode)));
        }
        let debt = Debt {
            total,
            retention,
            due_on,
            formal_notice_on: self.some_day("formal_notice_on", formal_notice_on.as_deref()),
            insolvency_on: self.some_day("insolvency_judgment_on", insolvency_judgment_on.as_deref()),
            justified_costs: self.some_amount("justified_costs", justified_costs.as_deref()),
            movements,
        };
        Some((number, debt))
    }

    fn place(&self, member: &str) -> String {
        format!("{}/{member}", self.at)
    }

    fn some_day(&mut self, member: &str, stated: Option<&str>) -> Option<NaiveDate> {
        stated.and_then(|text| self.faults.day(&self.place(member), text))
    }

    fn some_amount(&mut self, member: &str, stated: Option<&str>) -> i64 {
        stated.and_then(|text| self.faults.not_negative(&self.place(member), text, self.currency)).map_or(0, |money| money.minor)
    }

    fn movement(&mut self, member: &str, on: &str, amount: &str, kind: MovementKind) -> Option<Movement> {
        let day = self.faults.day(&self.place(&format!("{member}/on")), on);
        let money = self.faults.positive(&self.place(&format!("{member}/amount")), amount, self.currency);
        Some(Movement { on: day?, amount: money?.minor, kind })
    }
}
