//! What became of a batch, written in one transaction.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use relance_domain::{
    ids::{ContactId, CustomerId, ReminderId, TenantId},
    records::TenantRecord,
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::{
    SendOutcome, Settled, claims, effects, held,
    list::among,
    shown,
    told::{self, Told},
    write,
};
use crate::{
    StoreError, Tx,
    dunning::{
        rows::{self, json},
        zones::day_in,
    },
    entity::{attempts, contacts, invoice_steps, letters, reminders, suppressions, tasks},
    outbox::{self, NewEvent},
    time::day_text,
    touch,
};

/// A reminder as it stood, with what is known of its attempts.
pub(super) struct Row {
    pub row: reminders::Model,
    /// How the attempts before the latest ended.
    pub before: Before,
}

impl Row {
    /// Is the fate of an attempt unknown?
    pub fn may_have_left(&self) -> bool {
        self.before.unknown > 0 || self.row.status == "unknown"
    }
}

/// How many attempts before the latest ended so.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Before {
    pub unknown: usize,
    pub throttled: usize,
    pub transient: usize,
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
    /// Addresses that nothing is sent to any more.
    pub list: Vec<suppressions::Model>,
    /// What receipts say.
    pub told: Told,
    /// Reminders that nobody need look for any more.
    pub explained: Vec<Uuid>,
    /// Reminders that did not arrive: their steps are free again.
    pub undone: Vec<Uuid>,
    pub tasks: Vec<tasks::Model>,
    /// Copies that follow what left.
    pub copies: Vec<reminders::Model>,
    /// Letters that are asked after from now on.
    pub letters: Vec<letters::Model>,
    /// Registered letters of whose presentation is told.
    pub shown: Vec<shown::Shown>,
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
    let ids: Vec<ReminderId> = list.iter().map(|settled| settled.id).collect();
    let tenant = crate::tenants::get(tx, of).await?;
    let days = locked_days(tx, &tenant, &ids, now).await?;
    // read behind the lock: a person may have withdrawn one while we waited for it
    let rows = reminders_of(tx, of, &ids).await?;
    let plain = list.iter().all(|settled| matches!(settled.outcome, SendOutcome::Sent { .. } | SendOutcome::Later { .. }));
    let mut work = Work::new(tenant, days, now, real_now);
    work.planned = planned_steps(tx, of, &work.days, &rows).await?;
    let mut tried = BTreeMap::new();
    if !plain {
        // what goes wrong asks for more; what was taken, which is nearly all, does not
        tried = tried_before(tx, of, &rows).await?;
        work.contacts = contacts_of(tx, of, &rows).await?;
        work.raised = raised(tx, of, &work.days).await?;
    }
    if list.iter().any(|settled| settled.outcome == SendOutcome::Told) {
        work.told = told::load(tx, of, &rows, crate::time::millis(now)).await?;
    }
    let mut rows: BTreeMap<Uuid, reminders::Model> = rows.into_iter().map(|row| (row.id, row)).collect();
    for settled in list {
        let Some(row) = rows.remove(&settled.id.0) else { continue };
        if may_settle(&row, &settled) {
            let before = tried.get(&row.id).copied().unwrap_or_default();
            effects::apply(&mut work, Row { row, before }, settled)?;
        } else {
            tracing::warn!(reminder = %settled.id, status = %row.status, "an outcome came too late and was left out");
        }
    }
    let mut looks = work.looks.clone();
    let charges = claims::claimed(tx, &work).await?;
    let shown = std::mem::take(&mut work.shown);
    let mut events = write::write(tx, of, work).await?;
    looks.extend(shown::note(tx, of, shown).await?);
    let looks: Vec<CustomerId> = looks.into_iter().collect();
    events.extend(charges);
    touch::look_now(tx, of, &looks, now).await?;
    outbox::append(tx, of, now, real_now, events).await
}

/// An attempt settles the reminder it belongs to, also when it was given up for unknown meanwhile.
fn may_settle(row: &reminders::Model, settled: &Settled) -> bool {
    match settled.attempt {
        None if settled.outcome == SendOutcome::Told => !matches!(row.status.as_str(), "planned" | "sending" | "cancelled"),
        Some(number) => matches!(row.status.as_str(), "sending" | "unknown") && row.attempts == number,
        None => matches!(row.status.as_str(), "planned" | "unknown"),
    }
}

/// Locks the customers of the reminders; the day of each.
async fn locked_days(tx: &Tx, tenant: &TenantRecord, ids: &[ReminderId], now: DateTime<Utc>) -> Result<BTreeMap<Uuid, String>, StoreError> {
    /// The one detail that is asked for.
    #[derive(serde::Deserialize)]
    struct Zone {
        time_zone: Option<String>,
    }
    let rows = held::lock(tx, tenant.id, ids, "id, details").await?;
    let day = |row: &sea_orm::QueryResult| {
        let zone: Zone = json("customers", &row.try_get_by::<String, _>(1)?)?;
        let day = day_in(now, [zone.time_zone.as_deref(), Some(tenant.settings.time_zone.as_str())]);
        Ok((row.try_get_by(0)?, day_text(day)))
    };
    rows.iter().map(day).collect()
}

async fn reminders_of(tx: &Tx, of: TenantId, ids: &[ReminderId]) -> Result<Vec<reminders::Model>, StoreError> {
    let of_tenant = reminders::Entity::find().filter(reminders::Column::TenantId.eq(of.0));
    let mine = among(tx.get_database_backend(), reminders::Column::Id, ids.iter().map(|id| id.0));
    Ok(of_tenant.filter(mine).all(tx).await?)
}

/// Steps that the reminders plan, by reminder.
async fn planned_steps(
    tx: &Tx,
    of: TenantId,
    days: &BTreeMap<Uuid, String>,
    rows: &[reminders::Model],
) -> Result<BTreeMap<Uuid, Vec<invoice_steps::Model>>, StoreError> {
    let steps = invoice_steps::Entity::find()
        .filter(invoice_steps::Column::TenantId.eq(of.0))
        .filter(among(tx.get_database_backend(), invoice_steps::Column::CustomerId, days.keys().copied()))
        .filter(among(tx.get_database_backend(), invoice_steps::Column::ReminderId, rows.iter().map(|row| row.id)))
        .filter(invoice_steps::Column::Outcome.eq("planned"))
        .all(tx)
        .await?;
    let mut planned = BTreeMap::<Uuid, Vec<invoice_steps::Model>>::new();
    for step in steps {
        planned.entry(step.reminder_id.unwrap_or_default()).or_default().push(step);
    }
    Ok(planned)
}

/// How the attempts before the latest ended, by reminder.
async fn tried_before(tx: &Tx, of: TenantId, rows: &[reminders::Model]) -> Result<BTreeMap<Uuid, Before>, StoreError> {
    let tried: Vec<(Uuid, i32, String, String)> = attempts::Entity::find()
        .select_only()
        .columns([attempts::Column::ReminderId, attempts::Column::Number, attempts::Column::Outcome, attempts::Column::Via])
        .filter(attempts::Column::TenantId.eq(of.0))
        .filter(among(tx.get_database_backend(), attempts::Column::ReminderId, rows.iter().map(|row| row.id)))
        .filter(attempts::Column::Outcome.is_in(["unknown", "throttled", "transient"]))
        .into_tuple()
        .all(tx)
        .await?;
    let latest: BTreeMap<Uuid, (i32, Option<&str>)> = rows.iter().map(|row| (row.id, (row.attempts, row.via.as_deref()))).collect();
    let mut counted = BTreeMap::<Uuid, Before>::new();
    for (id, number, outcome, via) in &tried {
        let Some((_, latest_via)) = latest.get(id).filter(|(latest, _)| number < latest) else { continue };
        let before = counted.entry(*id).or_default();
        match outcome.as_str() {
            "unknown" => before.unknown += 1,
            // the patience with one provider is not that with the other
            _ if *latest_via != Some(via.as_str()) => {}
            "throttled" => before.throttled += 1,
            _ => before.transient += 1,
        }
    }
    Ok(counted)
}

async fn contacts_of(tx: &Tx, of: TenantId, rows: &[reminders::Model]) -> Result<BTreeMap<Uuid, contacts::Model>, StoreError> {
    let named = among(tx.get_database_backend(), contacts::Column::Id, rows.iter().filter_map(|row| row.contact_id));
    let rows = contacts::Entity::find().filter(contacts::Column::TenantId.eq(of.0)).filter(named).all(tx).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

impl Work {
    fn new(tenant: TenantRecord, days: BTreeMap<Uuid, String>, now: DateTime<Utc>, real_now: DateTime<Utc>) -> Self {
        Self {
            tenant,
            now,
            real_now,
            days,
            planned: BTreeMap::new(),
            contacts: BTreeMap::new(),
            raised: BTreeSet::new(),
            changed: Vec::new(),
            attempts: Vec::new(),
            steps: Vec::new(),
            freed: Vec::new(),
            suppressed: BTreeSet::new(),
            list: Vec::new(),
            told: Told::default(),
            explained: Vec::new(),
            undone: Vec::new(),
            tasks: Vec::new(),
            copies: Vec::new(),
            letters: Vec::new(),
            shown: Vec::new(),
            events: Vec::new(),
            looks: BTreeSet::new(),
        }
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
async fn raised(tx: &Tx, of: TenantId, days: &BTreeMap<Uuid, String>) -> Result<BTreeSet<(Uuid, String)>, StoreError> {
    let mine = among(tx.get_database_backend(), tasks::Column::CustomerId, days.keys().copied());
    let open = tasks::Entity::find()
        .filter(tasks::Column::TenantId.eq(of.0))
        .filter(tasks::Column::Status.eq("open"))
        .filter(tasks::Column::About.is_not_null())
        .filter(sea_orm::Condition::any().add(mine).add(tasks::Column::About.like("channel:%")))
        .all(tx)
        .await?;
    let key = |row: tasks::Model| {
        let about = row.about?;
        Some((if about.starts_with("channel:") { Uuid::nil() } else { row.customer_id? }, about))
    };
    Ok(open.into_iter().filter_map(key).collect())
}
