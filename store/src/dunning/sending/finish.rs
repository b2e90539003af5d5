//! What became of a batch, written in one transaction.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use relance_domain::{
    customer::CustomerDetails,
    ids::{ContactId, CustomerId, TenantId},
    records::{ReminderRecord, TenantRecord},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::{Settled, effects, write};
use crate::{
    StoreError, Tx,
    dunning::{
        claim::lock_rows,
        rows::{self, json},
        zones::day_in,
    },
    entity::{attempts, contacts, customers, invoice_steps, reminders, tasks},
    outbox::{self, NewEvent},
    time::day_text,
    touch,
};

/// A reminder as it stood and as it will, with what is known of its attempts.
pub(super) struct Row {
    pub row: reminders::Model,
    pub record: ReminderRecord,
    /// Attempts that ended unknown before this one.
    pub unknown_before: usize,
}

/// What the outcomes of a batch change.
pub(super) struct Work {
    pub tenant: TenantRecord,
    pub now: DateTime<Utc>,
    pub real_now: DateTime<Utc>,
    pub days: BTreeMap<Uuid, String>,
    /// Steps that the reminders of the batch plan, by reminder.
    pub planned: BTreeMap<Uuid, Vec<invoice_steps::Model>>,
    pub contacts: BTreeMap<Uuid, contacts::Model>,
    /// What open tasks are about, so that a thing is raised once.
    pub raised: BTreeSet<(Uuid, String)>,
    pub changed: Vec<reminders::Model>,
    pub attempts: Vec<(Uuid, i32, &'static str, Option<String>)>,
    pub steps: Vec<invoice_steps::Model>,
    /// Reminders whose planned steps become free again.
    pub freed: Vec<Uuid>,
    pub suppressed: BTreeSet<Uuid>,
    pub tasks: Vec<tasks::Model>,
    pub events: Vec<NewEvent>,
    pub looks: BTreeSet<CustomerId>,
}

/// Writes the outcomes of `list` at `now` (the tenant's clock). An outcome whose attempt is not the
/// latest, or whose reminder was withdrawn or settled meanwhile, is left alone. Call it as the last
/// statement before commit.
///
/// # Errors
/// The database's; then nothing of the batch is settled.
pub async fn finish(tx: &Tx, of: TenantId, list: Vec<Settled>, now: DateTime<Utc>, real_now: DateTime<Utc>) -> Result<(), StoreError> {
    if list.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = list.iter().map(|settled| settled.id.0).collect();
    let owing: BTreeSet<Uuid> = reminders_of(tx, of, &ids).await?.iter().map(|row| row.customer_id).collect();
    let owing: Vec<CustomerId> = owing.into_iter().map(CustomerId).collect();
    let customers = lock_rows(tx, of, &owing).await?;
    // read again behind the lock: a person may have withdrawn one while we waited for it
    let rows = reminders_of(tx, of, &ids).await?;
    let mut rows = with_attempts(tx, of, rows).await?;
    let mut work = Work::load(tx, of, &customers, &rows, now, real_now).await?;
    for settled in list {
        let Some(row) = rows.remove(&settled.id.0) else { continue };
        if may_settle(&row.row, settled.attempt) {
            effects::apply(&mut work, row, settled)?;
        } else {
            tracing::warn!(reminder = %settled.id, status = %row.row.status, "an outcome came too late and was left out");
        }
    }
    let looks: Vec<CustomerId> = work.looks.iter().copied().collect();
    let events = write::write(tx, of, work).await?;
    touch::look_now(tx, of, &looks, now).await?;
    outbox::append(tx, of, now, real_now, events).await
}

/// An attempt settles the reminder it belongs to, also when it was given up for unknown meanwhile.
fn may_settle(row: &reminders::Model, attempt: Option<i32>) -> bool {
    match attempt {
        Some(number) => matches!(row.status.as_str(), "sending" | "unknown") && row.attempts == number,
        None => matches!(row.status.as_str(), "planned" | "unknown"),
    }
}

async fn reminders_of(tx: &Tx, of: TenantId, ids: &[Uuid]) -> Result<Vec<reminders::Model>, StoreError> {
    let of_tenant = reminders::Entity::find().filter(reminders::Column::TenantId.eq(of.0));
    Ok(of_tenant.filter(reminders::Column::Id.is_in(ids.iter().copied())).all(tx).await?)
}

async fn with_attempts(tx: &Tx, of: TenantId, rows: Vec<reminders::Model>) -> Result<BTreeMap<Uuid, Row>, StoreError> {
    let tried = attempts::Entity::find()
        .filter(attempts::Column::TenantId.eq(of.0))
        .filter(attempts::Column::ReminderId.is_in(rows.iter().map(|row| row.id)))
        .filter(attempts::Column::Outcome.eq("unknown"))
        .all(tx)
        .await?;
    rows.into_iter()
        .map(|row| {
            let before = |attempt: &&attempts::Model| attempt.reminder_id == row.id && attempt.number < row.attempts;
            let unknown_before = tried.iter().filter(before).count();
            Ok((row.id, Row { record: rows::reminder(&row)?, unknown_before, row }))
        })
        .collect()
}

impl Work {
    async fn load(
        tx: &Tx,
        of: TenantId,
        customers: &[customers::Model],
        rows: &BTreeMap<Uuid, Row>,
        now: DateTime<Utc>,
        real_now: DateTime<Utc>,
    ) -> Result<Self, StoreError> {
        let tenant = crate::tenants::get(tx, of).await?;
        let mut days = BTreeMap::new();
        for row in customers {
            let details: CustomerDetails = json("customers", &row.details)?;
            days.insert(row.id, day_text(day_in(now, [details.time_zone.as_deref(), Some(tenant.settings.time_zone.as_str())])));
        }
        let steps = invoice_steps::Entity::find()
            .filter(invoice_steps::Column::TenantId.eq(of.0))
            .filter(invoice_steps::Column::CustomerId.is_in(customers.iter().map(|row| row.id)))
            .filter(invoice_steps::Column::ReminderId.is_in(rows.keys().copied()))
            .filter(invoice_steps::Column::Outcome.eq("planned"))
            .all(tx)
            .await?;
        let mut planned = BTreeMap::<Uuid, Vec<invoice_steps::Model>>::new();
        for step in steps {
            planned.entry(step.reminder_id.unwrap_or_default()).or_default().push(step);
        }
        let contacts = contacts::Entity::find()
            .filter(contacts::Column::TenantId.eq(of.0))
            .filter(contacts::Column::Id.is_in(rows.values().filter_map(|row| row.row.contact_id)))
            .all(tx)
            .await?;
        Ok(Self {
            raised: raised(tx, of, customers).await?,
            tenant,
            now,
            real_now,
            days,
            planned,
            contacts: contacts.into_iter().map(|row| (row.id, row)).collect(),
            changed: Vec::new(),
            attempts: Vec::new(),
            steps: Vec::new(),
            freed: Vec::new(),
            suppressed: BTreeSet::new(),
            tasks: Vec::new(),
            events: Vec::new(),
            looks: BTreeSet::new(),
        })
    }

    /// Suppresses the contact on the channel; says whether there is a contact to suppress.
    pub(super) fn suppress(&mut self, contact: Option<ContactId>, channel: &str) -> Result<bool, StoreError> {
        let Some(row) = contact.and_then(|id| self.contacts.get_mut(&id.0)) else { return Ok(false) };
        let mut words: Vec<String> = json("contacts", &row.suppressed)?;
        if !words.iter().any(|word| word == channel) {
            words.push(channel.to_owned());
            row.suppressed = rows::text("contacts", &words)?;
            self.suppressed.insert(row.id);
        }
        Ok(true)
    }
}

/// What open tasks of these customers are about, and of the tenant's channels whosever task it is.
async fn raised(tx: &Tx, of: TenantId, customers: &[customers::Model]) -> Result<BTreeSet<(Uuid, String)>, StoreError> {
    let mine = tasks::Column::CustomerId.is_in(customers.iter().map(|row| row.id));
    let open = tasks::Entity::find()
        .filter(tasks::Column::TenantId.eq(of.0))
        .filter(tasks::Column::Status.eq("open"))
        .filter(tasks::Column::About.is_not_null())
        .filter(sea_orm::Condition::any().add(mine).add(tasks::Column::About.like("channel:%")))
        .all(tx)
        .await?;
    let key = |row: tasks::Model| {
        let about = row.about?;
        Some((if about.starts_with("channel:") { Uuid::nil() } else { row.customer_id }, about))
    };
    Ok(open.into_iter().filter_map(key).collect())
}
