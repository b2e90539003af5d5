//! All that a batch of sends needs, in a constant number of statements.

use std::{collections::BTreeMap, sync::Arc};

use chrono::{DateTime, Utc};
use relance_domain::{
    customer::{Contact, CustomerDetails},
    dunning::Snapshot,
    ids::{CaseId, ContactId, ReminderId, TenantId},
    records::{EarlierContact, InvoiceRecord, MessageContent, MessageFacts, ReminderRecord, TemplateRecord},
    settings::Settings,
    statement::Statement,
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::{
    DIVERTED, Doubted, SendJob,
    claims::{self, Reckoned},
    content,
    earlier::{self, Earlier, Tried},
    held::with_records,
    list::among,
    occurred::{self, Answered},
    statements,
    versions::{self, Version},
};
use crate::{
    StoreError,
    dunning::{
        rows::{self, json},
        zones::day_in,
    },
    entity::{attempts, contacts, customers, invoices, promises, reminder_contents, reminders, sources},
    logos::{self, Logos},
    templates,
    time::{day, instant},
};

/// The jobs of `ids` that are planned or unknown (or, for a preview, await approval), in the order of
/// their ids; others are left out. At most a batch: every id stands in one statement.
///
/// # Errors
/// The database's, or a row that does not read.
pub async fn load<C: ConnectionTrait>(c: &C, of: TenantId, ids: &[ReminderId], now: DateTime<Utc>) -> Result<Vec<SendJob>, StoreError> {
    let rows = reminders::Entity::find()
        .filter(reminders::Column::TenantId.eq(of.0))
        .filter(among(c.get_database_backend(), reminders::Column::Id, ids.iter().map(|id| id.0)))
        .filter(reminders::Column::Status.is_in(["planned", "unknown", "awaiting_approval"]))
        .order_by_asc(reminders::Column::Id)
        .all(c)
        .await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let rows = with_records(rows)?;
    let around = Around::load(c, of, &rows).await?;
    Loaded::load(c, of, rows, around, now).await?.jobs()
}

/// Creditor, customers and contacts.
pub(super) struct Around {
    settings: Settings,
    customers: BTreeMap<Uuid, CustomerDetails>,
    contacts: BTreeMap<Uuid, Contact>,
    payments_complete_until: Option<DateTime<Utc>>,
}

impl Around {
    /// What snapshots know; `None` without one.
    pub(super) fn known(snapshots: &[Snapshot]) -> Option<Self> {
        let first = snapshots.first()?;
        let contacts = snapshots.iter().flat_map(|snapshot| &snapshot.contacts);
        Some(Self {
            settings: Settings::clone(&first.settings),
            customers: snapshots.iter().map(|snapshot| (snapshot.customer_id.0, snapshot.customer.clone())).collect(),
            contacts: contacts.map(|contact| (contact.id.0, contact.clone())).collect(),
            payments_complete_until: first.payments_complete_until,
        })
    }

    async fn load<C: ConnectionTrait>(c: &C, of: TenantId, rows: &[(reminders::Model, ReminderRecord)]) -> Result<Self, StoreError> {
        Ok(Self {
            settings: crate::tenants::get(c, of).await?.settings,
            customers: customers_of(c, of, rows.iter().map(|(row, _)| row.customer_id)).await?,
            contacts: contacts_of(c, of, rows.iter().filter_map(|(row, _)| row.contact_id)).await?,
            payments_complete_until: payments_complete_until(c, of).await?,
        })
    }
}

/// Everything that was loaded.
pub(super) struct Loaded {
    around: Around,
    now: DateTime<Utc>,
    reminders: Vec<(reminders::Model, ReminderRecord)>,
    policies: BTreeMap<(Uuid, i32), Arc<Version>>,
    invoices: BTreeMap<Uuid, InvoiceRecord>,
    attempts: Vec<attempts::Model>,
    earlier: Vec<Earlier>,
    tried: Vec<Tried>,
    promises: Vec<promises::Model>,
    contents: BTreeMap<Uuid, reminder_contents::Model>,
    own_texts: Vec<TemplateRecord>,
    charges: BTreeMap<Uuid, Reckoned>,
    statements: BTreeMap<Uuid, Statement>,
    answered: Answered,
    logos: Logos,
}

/// Rows of one table whose key is in a list.
macro_rules! with {
    ($c:expr, $of:expr, $table:ident, $key:ident, $ids:expr) => {
        $table::Entity::find().filter($table::Column::TenantId.eq($of.0)).filter(among(
            $c.get_database_backend(),
            $table::Column::$key,
            $ids,
        ))
    };
}

impl Loaded {
    pub(super) async fn load<C: ConnectionTrait>(
        c: &C,
        of: TenantId,
        reminders: Vec<(reminders::Model, ReminderRecord)>,
        around: Around,
        now: DateTime<Utc>,
    ) -> Result<Self, StoreError> {
        let today = day_in(now, [Some(around.settings.time_zone.as_str())]);
        let of_rows =
            |key: fn(&reminders::Model) -> Option<Uuid>| -> Vec<Uuid> { reminders.iter().filter_map(|(row, _)| key(row)).collect() };
        let tried_before = of_rows(|row| Some(row.id).filter(|_| row.attempts > 0));
        let owing = of_rows(|row| Some(row.customer_id));
        let unknown = of_rows(|row| Some(row.id).filter(|_| row.status == "unknown"));
        let named = reminders.iter().flat_map(|(_, record)| {
            let lines = record.body.lines.iter().map(|line| line.invoice_id.0);
            lines.chain(record.body.left_out.iter().map(|left| left.invoice_id.0))
        });
        let invoices = with!(c, of, invoices, Id, named).all(c).await?;
        let policies = versions::of(c, of, reminders.iter().map(|(row, _)| (row.policy_id, row.policy_version))).await?;
        let contents = contents_of(c, of, unknown).await?;
        // of what is made now, and of what goes once more as it was
        let frozen = contents.values().map(content::logo).collect::<Result<Vec<_>, _>>()?;
        let logos = logos::read(c, of, around.settings.logo.iter().chain(frozen.iter().flatten())).await?;
        Ok(Self {
            logos,
            charges: claims::reckoned(c, of, &reminders, &policies, (&around.settings, &around.customers), now).await?,
            statements: statements::attached(c, of, &reminders, &policies, (&around.settings, &around.customers), now).await?,
            policies,
            invoices: invoices.iter().map(|row| Ok((row.id, rows::invoice(row, today)?))).collect::<Result<_, StoreError>>()?,
            attempts: attempts_of(c, of, tried_before).await?,
            earlier: earlier::messages(c, of, &owing).await?,
            tried: earlier::tried(c, of, &owing, now).await?,
            promises: with!(c, of, promises, CustomerId, owing).filter(promises::Column::Status.eq("open")).all(c).await?,
            contents,
            own_texts: templates::in_use(c, of).await?,
            answered: occurred::of(c, of, reminders.iter().map(|(row, _)| row)).await?,
            around,
            now,
            reminders,
        })
    }

    pub(super) fn jobs(&self) -> Result<Vec<SendJob>, StoreError> {
        self.reminders.iter().map(|(row, record)| self.job(row, record)).collect()
    }

    fn job(&self, row: &reminders::Model, record: &ReminderRecord) -> Result<SendJob, StoreError> {
        let customer = self.around.customers.get(&row.customer_id).ok_or_else(|| StoreError::inconsistent("reminders", "no customer"))?;
        let policy = self.policies.get(&(row.policy_id, row.policy_version));
        let named = |id: Uuid| self.invoices.get(&id).cloned();
        let lines = record.body.lines.iter().map(|line| line.invoice_id.0);
        let left = record.body.left_out.iter().map(|left| left.invoice_id.0);
        let tried = self.attempts.iter().filter(|attempt| attempt.reminder_id == row.id).cloned().map(rows::attempt);
        let promise = self.promises.iter().find(|promise| promise.customer_id == row.customer_id);
        let (occurred, told) = self.answered.get(&row.id).cloned().map_or((None, None), |(occurred, told)| (Some(occurred), told));
        let facts = MessageFacts {
            reminder: ReminderRecord { attempts: tried.collect(), ..record.clone() },
            step: policy.and_then(|version| version.policy.step(&row.step_key).cloned()),
            regime: policy.and_then(|version| version.regime.clone()),
            statement: self.statements.get(&row.id).cloned().map(Box::new),
            interest_settled: self.charges.get(&row.id).is_some_and(|reckoned| reckoned.settled),
            charges: self.charges.get(&row.id).map(|reckoned| reckoned.charges.clone()).unwrap_or_default(),
            settings: self.around.settings.clone(),
            logo: self.around.settings.logo.as_ref().and_then(|logo| self.logos.of(logo)),
            contact: row.contact_id.and_then(|id| self.around.contacts.get(&id).cloned()),
            invoices: lines.chain(left).filter_map(named).collect(),
            earlier: self.earlier(row, customer)?,
            promise: told.or(promise.map(rows::promise).transpose()?),
            occurred,
            payments_complete_until: self.around.payments_complete_until,
            own_texts: self.own_texts.clone(),
            customer: customer.clone(),
        };
        Ok(SendJob {
            facts,
            policy: policy.map(|version| Arc::clone(&version.policy)),
            attempts: row.attempts,
            doubted: (row.status == "unknown").then(|| Doubted {
                by: row.settle_by.clone().unwrap_or_else(|| "give_up".to_owned()),
                provider: row.provider.clone(),
                via: row.via.clone(),
            }),
            diverted: row.status == "planned" && row.settle_by.as_deref() == Some(DIVERTED),
            frozen: self.contents.get(&row.id).map(|row| self.frozen(row)).transpose()?,
        })
    }

    /// A message as it was frozen, with its logo.
    fn frozen(&self, row: &reminder_contents::Model) -> Result<MessageContent, StoreError> {
        let message = content::read(row)?;
        let logo = message.logo.as_ref().and_then(|picture| self.logos.of(&picture.logo));
        Ok(MessageContent { logo, ..message })
    }

    /// Messages that left before, and calls and visits that took place.
    fn earlier(&self, row: &reminders::Model, customer: &CustomerDetails) -> Result<Vec<EarlierContact>, StoreError> {
        let zones = [customer.time_zone.as_deref(), Some(self.around.settings.time_zone.as_str())];
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

async fn customers_of<C: ConnectionTrait>(
    c: &C,
    of: TenantId,
    ids: impl Iterator<Item = Uuid>,
) -> Result<BTreeMap<Uuid, CustomerDetails>, StoreError> {
    let columns = [customers::Column::Id, customers::Column::Details];
    let rows: Vec<(Uuid, String)> = with!(c, of, customers, Id, ids).select_only().columns(columns).into_tuple().all(c).await?;
    rows.into_iter().map(|(id, details)| Ok((id, json("customers", &details)?))).collect()
}

async fn contacts_of<C: ConnectionTrait>(
    c: &C,
    of: TenantId,
    ids: impl Iterator<Item = Uuid>,
) -> Result<BTreeMap<Uuid, Contact>, StoreError> {
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

async fn attempts_of<C: ConnectionTrait>(c: &C, of: TenantId, ids: Vec<Uuid>) -> Result<Vec<attempts::Model>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    Ok(with!(c, of, attempts, ReminderId, ids).order_by_asc(attempts::Column::Number).all(c).await?)
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
