//! The account of a customer: its ledger with what may be asked beside it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use relance_domain::{
    charges::Claimant,
    customer::{CustomerDetails, CustomerKind},
    ids::{CreditNoteId, CustomerId, InvoiceId, TenantId},
    policy::ChargesRules,
    records::ReminderBody,
    statement::Account,
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::record;
use crate::{
    StoreError,
    dunning::rows::json,
    entity::{credit_notes, customers, holds, late_charges, reminders},
    ledger,
    policies::{self, choose},
    tenants,
    time::day,
};

/// The account of a customer under the policy that is in force for it.
///
/// # Errors
/// [`StoreError::NotFound`], or the database's.
pub async fn account<C: ConnectionTrait>(c: &C, tenant: TenantId, customer: CustomerId) -> Result<Account, StoreError> {
    let row = customers::Entity::find_by_id((tenant.0, customer.0)).one(c).await?.ok_or(StoreError::NotFound)?;
    let details: CustomerDetails = json("customers", &row.details)?;
    let settings = tenants::get(c, tenant).await?.settings;
    let chosen = choose(&policies::active(c, tenant).await?, &details);
    let rules = chosen.as_ref().map(|chosen| chosen.policy.charges);
    under(c, tenant, customer, details.kind, rules, settings.penalty_terms.as_deref()).await
}

/// The same under given rules.
pub(in crate::dunning) async fn under<C: ConnectionTrait>(
    c: &C,
    tenant: TenantId,
    customer: CustomerId,
    kind: CustomerKind,
    rules: Option<ChargesRules>,
    penalty_terms: Option<&str>,
) -> Result<Account, StoreError> {
    let notes: Vec<(Uuid, String, String)> = credit_notes::Entity::find()
        .select_only()
        .columns([credit_notes::Column::Id, credit_notes::Column::Mode, credit_notes::Column::Number])
        .filter(credit_notes::Column::TenantId.eq(tenant.0))
        .filter(credit_notes::Column::CustomerId.eq(customer.0))
        .into_tuple()
        .all(c)
        .await?;
    let claimed = late_charges::Entity::find()
        .filter(late_charges::Column::TenantId.eq(tenant.0))
        .filter(late_charges::Column::CustomerId.eq(customer.0))
        .all(c)
        .await?;
    let corrects = |(id, mode, _): &(Uuid, String, String)| (mode == "ab_initio").then_some(CreditNoteId(*id));
    Ok(Account {
        customer_id: customer,
        facts: ledger::of(c, tenant.0, customer.0).await?,
        from_the_start: notes.iter().filter_map(corrects).collect::<BTreeSet<_>>(),
        credit_numbers: notes.into_iter().map(|(id, _, number)| (CreditNoteId(id), number)).collect::<BTreeMap<_, _>>(),
        claimant: Claimant::of(kind, rules.as_ref(), penalty_terms),
        insolvency_on: insolvency_on(c, tenant, customer).await?,
        claimed: claimed.iter().map(record).collect::<Result<_, _>>()?,
        noticed_on: noticed_on(c, tenant, customer).await?,
    })
}

/// The day on which a formal notice of each invoice was first presented, the earliest.
async fn noticed_on<C: ConnectionTrait>(
    c: &C,
    tenant: TenantId,
    customer: CustomerId,
) -> Result<BTreeMap<InvoiceId, NaiveDate>, StoreError> {
    let letters: Vec<(String, String, Option<String>)> = reminders::Entity::find()
        .select_only()
        .columns([reminders::Column::StepKey, reminders::Column::Body, reminders::Column::PresentedOn])
        .filter(reminders::Column::TenantId.eq(tenant.0))
        .filter(reminders::Column::CustomerId.eq(customer.0))
        .filter(reminders::Column::PresentedOn.is_not_null())
        .into_tuple()
        .all(c)
        .await?;
    let mut first = BTreeMap::new();
    for (step, body, presented) in &letters {
        let (body, Some(presented)): (ReminderBody, _) = (json("reminders", body)?, presented) else { continue };
        let on = day("reminders", presented)?;
        for line in body.lines.iter().filter(|line| line.step_key == *step) {
            let known = first.entry(line.invoice_id).or_insert(on);
            *known = on.min(*known);
        }
    }
    Ok(first)
}

/// The judgment that opened insolvency proceedings, while its hold stands.
async fn insolvency_on<C: ConnectionTrait>(c: &C, tenant: TenantId, customer: CustomerId) -> Result<Option<NaiveDate>, StoreError> {
    let days: Vec<Option<String>> = holds::Entity::find()
        .select_only()
        .column(holds::Column::BeforeOn)
        .filter(holds::Column::TenantId.eq(tenant.0))
        .filter(holds::Column::CustomerId.eq(customer.0))
        .filter(holds::Column::Reason.eq("insolvency"))
        .filter(holds::Column::ReleasedAt.is_null())
        .into_tuple()
        .all(c)
        .await?;
    let days: Vec<NaiveDate> = days.iter().flatten().map(|text| day("holds", text)).collect::<Result<_, _>>()?;
    Ok(days.into_iter().min())
}
