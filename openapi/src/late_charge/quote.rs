//! What is asked when late charges are to be reckoned.

use relance_domain::charges::StatedRegime;
use serde::Deserialize;
use utoipa::ToSchema;

/// Invoices whose late charges are to be reckoned at a day. Amounts are in euro; under `uk_b2b` in pounds.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QuoteInput {
    /// Which law or clause sets the rate; it also says what kind of debtor is meant.
    pub regime: QuoteRegime,
    /// Up to and including this day.
    #[schema(format = Date, example = "2026-09-30")]
    pub as_of: String,
    /// `act_365f` unless stated, or `act_act`.
    pub day_count: Option<String>,
    /// What a payment pays first: `interest_first` unless stated (C. civ. 1343-1).
    pub allocation: Option<String>,
    /// The invoices.
    pub invoices: Vec<QuoteInvoice>,
}

/// A regime of late-payment interest.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QuoteRegime {
    /// Which.
    #[schema(example = "fr_b2b_default")]
    pub kind: String,
    /// `fr_legal` only: `autres` unless stated, `particuliers` when the creditor is a natural person off business.
    pub column: Option<String>,
    /// `fr_b2b_fixed` only: percent a year, decimal.
    #[schema(example = "12")]
    pub contract_rate: Option<String>,
    /// Clauses only: `floor` unless stated, or `default_rate`, when the clause is under three times the legal rate.
    pub below_floor: Option<String>,
    /// `fr_b2b_ecb_plus` only: percentage points above the rate of the ECB; 10 unless stated.
    #[serde(alias = "margin")]
    pub points: Option<String>,
    /// `fr_b2b_ecb_plus` only: a clause of 10 points is the statutory default; true unless stated.
    pub treat_as_statutory: Option<bool>,
}

impl QuoteRegime {
    /// The regime in words.
    pub fn stated(&self) -> StatedRegime<'_> {
        StatedRegime {
            kind: &self.kind,
            column: self.column.as_deref(),
            contract_rate: self.contract_rate.as_deref(),
            below_floor: self.below_floor.as_deref(),
            points: self.points.as_deref(),
            treat_as_statutory: self.treat_as_statutory,
        }
    }
}

/// One invoice.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QuoteInvoice {
    /// Number.
    #[schema(example = "FA-2026-0042")]
    pub number: String,
    /// VAT included.
    #[schema(example = "1200.00")]
    pub total: String,
    /// Due date.
    #[schema(format = Date, example = "2026-05-31")]
    pub due_on: String,
    /// Payments, by the day the money was there.
    pub payments: Option<Vec<QuotePayment>>,
    /// Credit notes.
    pub credit_notes: Option<Vec<QuoteCreditNote>>,
    /// Guarantee that a public buyer keeps back: bears nothing.
    pub retention: Option<String>,
    /// Day a formal notice was received: `fr_legal` runs from the day after.
    #[schema(format = Date)]
    pub formal_notice_on: Option<String>,
    /// Day of the insolvency judgment: interest stops the day before.
    #[schema(format = Date)]
    pub insolvency_judgment_on: Option<String>,
    /// Proven costs of recovery.
    pub justified_costs: Option<String>,
}

/// A payment.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QuotePayment {
    /// Day.
    pub on: String,
    /// Amount.
    pub amount: String,
}

/// A credit note.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QuoteCreditNote {
    /// Day.
    pub on: String,
    /// Amount.
    pub amount: String,
    /// `ab_initio`: the invoice was wrong, its base is lower from the start; `from_date`: lower from that day.
    pub mode: String,
}
