//! A claim that left is posted: interest and fixed compensation, each once per invoice.

use chrono::{DateTime, NaiveDate, Utc};
use relance_domain::{
    charges::{Claimant, InvoiceCharges, RateBook},
    customer::{CustomerDetails, CustomerKind},
    event::EventType,
    ids::{ChargeId, CustomerId, InvoiceId, ReminderId, TenantId},
    ledger::LedgerInvoice,
    money::Money,
    policy::ChargesRules,
    records::{EventObject, FIXED_COMPENSATION, INTEREST, LateChargeBody, LateChargeRecord},
};
use sea_orm::EntityTrait;
use uuid::Uuid;

use super::{account::under, row};
use crate::{
    StoreError, Tx,
    batch::{self, OnConflict},
    dunning::rows::json,
    entity::{customers, late_charges},
    outbox::NewEvent,
    rates,
};

/// A message that claimed charges and left.
#[derive(Debug, Clone)]
pub struct Claimed {
    /// The message.
    pub reminder: ReminderId,
    /// Its customer.
    pub customer: CustomerId,
    /// What its policy says of charges.
    pub rules: ChargesRules,
    /// Invoices at its step, and whether the fixed compensation is claimed on each.
    pub invoices: Vec<(InvoiceId, bool)>,
    /// The customer's day.
    pub on: NaiveDate,
}

/// Posts what the messages claimed; gives back the events to tell. What was posted before, or waived, stays as it is.
pub async fn post(
    tx: &Tx,
    tenant: TenantId,
    penalty_terms: Option<&str>,
    list: Vec<Claimed>,
    now: DateTime<Utc>,
) -> Result<Vec<NewEvent>, StoreError> {
    let mut events = Vec::new();
    if list.is_empty() {
        return Ok(events);
    }
    let book = rates::book(tx).await?;
    let mut rows = Vec::new();
    // a formal notice is one of few: customers are read one by one
    for claim in list {
        let Some(kind) = kind(tx, tenant, claim.customer).await? else { continue };
        for charge in charges(tx, tenant, kind, &claim, penalty_terms, &book, now).await? {
            rows.push(row(tenant, &charge)?);
            let object = EventObject::LateCharge(Box::new(charge.clone()));
            events.push(NewEvent::new(EventType::LateChargeAccrued, charge.id.0, object));
        }
    }
    batch::insert::<late_charges::Entity, _>(tx, &rows, OnConflict::Fail).await?;
    Ok(events)
}

async fn kind(tx: &Tx, tenant: TenantId, customer: CustomerId) -> Result<Option<CustomerKind>, StoreError> {
    let row = customers::Entity::find_by_id((tenant.0, customer.0)).one(tx).await?;
    row.map(|row| json::<CustomerDetails>("customers", &row.details).map(|details| details.kind)).transpose()
}

async fn charges(
    tx: &Tx,
    tenant: TenantId,
    kind: CustomerKind,
    claim: &Claimed,
    penalty_terms: Option<&str>,
    book: &RateBook,
    now: DateTime<Utc>,
) -> Result<Vec<LateChargeRecord>, StoreError> {
    let account = under(tx, tenant, claim.customer, kind, Some(claim.rules), penalty_terms).await?;
    let Some(claimant) = account.claimant else { return Ok(Vec::new()) };
    let mut made = Vec::new();
    for (id, with_compensation) in &claim.invoices {
        let Some(invoice) = account.facts.invoices.iter().find(|invoice| invoice.id == *id) else { continue };
        let debt = account.debt(invoice, claim.on);
        let charges = claimant.charges(*id, invoice.currency, &debt, claim.on, book);
        let posted = |rule: &str| account.claimed.iter().any(|charge| charge.invoice_id == *id && charge.rule == rule);
        let interest = charges.interest().filter(|interest| interest.minor > 0 && !posted(INTEREST));
        let fee = charges.compensation.filter(|_| *with_compensation && !posted(FIXED_COMPENSATION));
        let both = [(INTEREST, interest), (FIXED_COMPENSATION, fee)];
        let amounts = both.into_iter().filter_map(|(rule, amount)| Some((rule, amount?)));
        made.extend(amounts.map(|(rule, amount)| charge(claim, &claimant, invoice, &charges, (rule, amount), now)));
    }
    Ok(made)
}

fn charge(
    claim: &Claimed,
    claimant: &Claimant,
    invoice: &LedgerInvoice,
    charges: &InvoiceCharges,
    (rule, amount): (&str, Money),
    now: DateTime<Utc>,
) -> LateChargeRecord {
    let law = claimant.terms.regime().rule();
    let reckoned = charges.reckoning.as_ref().filter(|_| rule == INTEREST);
    let unknown = charges.unknown.filter(|_| rule == INTEREST);
    LateChargeRecord {
        id: ChargeId(Uuid::now_v7()),
        customer_id: claim.customer,
        invoice_id: invoice.id,
        rule: rule.to_owned(),
        status: "accrued".to_owned(),
        amount,
        reminder_id: Some(claim.reminder),
        body: LateChargeBody {
            number: invoice.number.clone(),
            regime: law.word.to_owned(),
            law: law.law.iter().map(|article| (*article).to_owned()).collect(),
            lines: reckoned.map(|done| done.lines.clone()).unwrap_or_default(),
            until_on: unknown.map_or(claim.on, |unknown| unknown.known_until()),
            missing_rate: unknown.map(|unknown| unknown.missing()),
            waiver: None,
        },
        row_version: 1,
        created_at: now,
    }
}
