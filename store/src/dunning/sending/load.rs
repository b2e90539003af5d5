//! All that a batch of sends needs, in a constant number of statements.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use relance_domain::{
    customer::{Contact, CustomerDetails},
    ids::{CaseId, ContactId, ReminderId, TenantId},
    policy::{Policy, PolicyDocument},
    records::{EarlierContact, InvoiceRecord, MessageFacts, ReminderRecord, TenantRecord},
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::{SendJob, content};
use crate::{
    StoreError,
    dunning::{
        rows::{self, json},
        zones::{day_in, tenant_day},
    },
    entity::{attempts, contacts, customers, interactions, invoices, policies, promises, reminder_contents, reminders, sources},
    time::{day, instant, millis},
};

/// The jobs of `ids` that are planned or unknown (or, for a preview, await approval), in the order of
/// their ids; others are left out. At most a batch: every id stands in one statement.
///
/// # Errors
/// The database's, or a row that does not read.
pub async fn load<C: ConnectionTrait>(c: &C, of: TenantId, ids: &[ReminderId], now: DateTime<Utc>) -> Result<Vec<SendJob>, StoreError> {
    let rows = reminders::Entity::find()
        .filter(reminders::Column::TenantId.eq(of.0))
        .filter(reminders::Column::Id.is_in(ids.iter().map(|id| id.0)))
        .filter(reminders::Column::Status.is_in(["planned", "unknown", "awaiting_approval"]))
        .order_by_asc(reminders::Column::Id)
        .all(c)
        .await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    Loaded::load(c, of, rows, now).await?.jobs()
}

/// Everything that was loaded.
struct Loaded {
    tenant: TenantRecord,
    now: DateTime<Utc>,
    reminders: Vec<(reminders::Model, ReminderRecord)>,
    customers: BTreeMap<Uuid, CustomerDetails>,
    contacts: BTreeMap<Uuid, Contact>,
    policies: BTreeMap<(Uuid, i32), (Policy, Option<String>)>,
    invoices: BTreeMap<Uuid, InvoiceRecord>,
    attempts: Vec<attempts::Model>,
    earlier: Vec<reminders::Model>,
    tried: Vec<interactions::Model>,
    promises: Vec<promises::Model>,
    contents: BTreeMap<Uuid, reminder_contents::Model>,
    payments_complete_until: Option<DateTime<Utc>>,
}

/// Rows of one table whose key is in a list.
macro_rules! with {
    ($c:expr, $of:expr, $table:ident, $key:ident, $ids:expr) => {
        $table::Entity::find().filter($table::Column::TenantId.eq($of.0)).filter($table::Column::$key.is_in($ids))
    };
}

impl Loaded {
    async fn load<C: ConnectionTrait>(c: &C, of: TenantId, rows: Vec<reminders::Model>, now: DateTime<Utc>) -> Result<Self, StoreError> {
        let tenant = crate::tenants::get(c, of).await?;
        let today = tenant_day(&tenant, now);
        let reminders: Vec<_> = rows.into_iter().map(|row| Ok((row.clone(), rows::reminder(&row)?))).collect::<Result<_, StoreError>>()?;
        let of_rows =
            |key: fn(&reminders::Model) -> Option<Uuid>| -> Vec<Uuid> { reminders.iter().filter_map(|(row, _)| key(row)).collect() };
        let ids = of_rows(|row| Some(row.id));
        let owing = of_rows(|row| Some(row.customer_id));
        let unknown = of_rows(|row| Some(row.id).filter(|_| row.status == "unknown"));
        let named = reminders.iter().flat_map(|(_, record)| {
            let lines = record.body.lines.iter().map(|line| line.invoice_id.0);
            lines.chain(record.body.left_out.iter().map(|left| left.invoice_id.0))
        });
        let invoices = with!(c, of, invoices, Id, named.collect::<Vec<_>>()).all(c).await?;
        let since = now.checked_sub_signed(chrono::TimeDelta::days(120)).unwrap_or(now);
        Ok(Self {
            customers: customers_of(c, of, &owing).await?,
            contacts: contacts_of(c, of, of_rows(|row| row.contact_id)).await?,
            policies: policies_of(c, of, of_rows(|row| Some(row.policy_id))).await?,
            invoices: invoices.iter().map(|row| Ok((row.id, rows::invoice(row, today)?))).collect::<Result<_, StoreError>>()?,
            attempts: with!(c, of, attempts, ReminderId, ids).order_by_asc(attempts::Column::Number).all(c).await?,
            earlier: with!(c, of, reminders, CustomerId, owing.clone())
                .filter(reminders::Column::SentAt.is_not_null())
                .order_by_asc(reminders::Column::SentAt)
                .all(c)
                .await?,
            tried: with!(c, of, interactions, CustomerId, owing.clone())
                .filter(interactions::Column::Channel.is_in(["phone", "visit"]))
                .filter(interactions::Column::At.gte(millis(since)))
                .order_by_asc(interactions::Column::At)
                .all(c)
                .await?,
            promises: with!(c, of, promises, CustomerId, owing).filter(promises::Column::Status.eq("open")).all(c).await?,
            contents: contents_of(c, of, unknown).await?,
            payments_complete_until: payments_complete_until(c, of).await?,
            tenant,
            now,
            reminders,
        })
    }

    fn jobs(&self) -> Result<Vec<SendJob>, StoreError> {
        self.reminders.iter().map(|(row, record)| self.job(row, record)).collect()
    }

    fn job(&self, row: &reminders::Model, record: &ReminderRecord) -> Result<SendJob, StoreError> {
        let customer = self.customers.get(&row.customer_id).ok_or_else(|| StoreError::inconsistent("reminders", "no customer"))?;
        let policy = self.policies.get(&(row.policy_id, row.policy_version));
        let named = |id: Uuid| self.invoices.get(&id).cloned();
        let lines = record.body.lines.iter().map(|line| line.invoice_id.0);
        let left = record.body.left_out.iter().map(|left| left.invoice_id.0);
        let tried = self.attempts.iter().filter(|attempt| attempt.reminder_id == row.id).cloned().map(rows::attempt);
        let promise = self.promises.iter().find(|promise| promise.customer_id == row.customer_id);
        let facts = MessageFacts {
            reminder: ReminderRecord { attempts: tried.collect(), ..record.clone() },
            step: policy.and_then(|(policy, _)| policy.step(&row.step_key).cloned()),
            regime: policy.and_then(|(_, regime)| regime.clone()),
            settings: self.tenant.settings.clone(),
            contact: row.contact_id.and_then(|id| self.contacts.get(&id).cloned()),
            invoices: lines.chain(left).filter_map(named).collect(),
            earlier: self.earlier(row, customer)?,
            promise: promise.map(rows::promise).transpose()?,
            payments_complete_until: self.payments_complete_until,
            customer: customer.clone(),
        };
        Ok(SendJob {
            facts,
            policy: policy.map(|(policy, _)| policy.clone()),
            attempts: row.attempts,
            frozen: self.contents.get(&row.id).map(content::read).transpose()?,
        })
    }

    /// Messages that left before, and calls and visits that took place.
    fn earlier(&self, row: &reminders::Model, customer: &CustomerDetails) -> Result<Vec<EarlierContact>, StoreError> {
        let zones = [customer.time_zone.as_deref(), Some(self.tenant.settings.time_zone.as_str())];
        let messages =
            self.earlier.iter().filter(|sent| sent.customer_id == row.customer_id && sent.id != row.id).map(|sent| EarlierContact {
                on: day_in(sent.sent_at.map_or(self.now, instant), zones),
                channel: sent.channel.clone(),
                step_key: Some(sent.step_key.clone()),
                case_id: sent.case_id.map(CaseId),
                message_id: sent.provider_id.clone().filter(|id| sent.channel == "email" && id.starts_with('<')),
            });
        let mut all: Vec<EarlierContact> = messages.collect();
        for tried in self.tried.iter().filter(|tried| tried.customer_id == row.customer_id) {
            all.push(EarlierContact {
                on: day("interactions", &tried.on_day)?,
                channel: format!("{}_task", tried.channel),
                step_key: None,
                case_id: None,
                message_id: None,
            });
        }
        all.sort_by_key(|earlier| earlier.on);
        Ok(all)
    }
}

async fn customers_of<C: ConnectionTrait>(c: &C, of: TenantId, ids: &[Uuid]) -> Result<BTreeMap<Uuid, CustomerDetails>, StoreError> {
    let rows = with!(c, of, customers, Id, ids.iter().copied()).all(c).await?;
    rows.iter().map(|row| Ok((row.id, json("customers", &row.details)?))).collect()
}

async fn contacts_of<C: ConnectionTrait>(c: &C, of: TenantId, ids: Vec<Uuid>) -> Result<BTreeMap<Uuid, Contact>, StoreError> {
    let rows = with!(c, of, contacts, Id, ids).all(c).await?;
    rows.iter()
        .map(|row| {
            let contact = Contact {
                id: ContactId(row.id),
                details: json("contacts", &row.details)?,
                suppressed_channels: json("contacts", &row.suppressed)?,
            };
            Ok((row.id, contact))
        })
        .collect()
}

type Policies = BTreeMap<(Uuid, i32), (Policy, Option<String>)>;

async fn policies_of<C: ConnectionTrait>(c: &C, of: TenantId, ids: Vec<Uuid>) -> Result<Policies, StoreError> {
    let rows = with!(c, of, policies, Id, ids).all(c).await?;
    let mut all = BTreeMap::new();
    for row in rows {
        let value = json("policies", &row.document)?;
        let document = PolicyDocument::from_json(&value).map_err(|faults| StoreError::inconsistent("policies", format!("{faults:?}")))?;
        let regime = document.late_charges.as_ref().and_then(|charges| charges.regime.as_ref()).map(|regime| regime.kind.clone());
        let policy = document.validate().map_err(|faults| StoreError::inconsistent("policies", format!("{faults:?}")))?;
        all.insert((row.id, row.version), (policy, regime));
    }
    Ok(all)
}

async fn contents_of<C: ConnectionTrait>(
    c: &C,
    of: TenantId,
    ids: Vec<Uuid>,
) -> Result<BTreeMap<Uuid, reminder_contents::Model>, StoreError> {
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows = with!(c, of, reminder_contents, ReminderId, ids).all(c).await?;
    Ok(rows.into_iter().map(|row| (row.reminder_id, row)).collect())
}

async fn payments_complete_until<C: ConnectionTrait>(c: &C, of: TenantId) -> Result<Option<DateTime<Utc>>, StoreError> {
    let latest: Option<Option<i64>> = sources::Entity::find()
        .select_only()
        .column_as(sources::Column::PaymentsCompleteUntil.max(), "latest")
        .filter(sources::Column::TenantId.eq(of.0))
        .into_tuple()
        .one(c)
        .await?;
    Ok(latest.flatten().map(instant))
}
