//! Statements of account that messages carry along.

use std::{collections::BTreeMap, sync::Arc};

use chrono::{DateTime, Utc};
use relance_domain::{
    customer::CustomerDetails,
    ids::{CustomerId, TenantId},
    policy::Step,
    records::ReminderRecord,
    settings::Settings,
    statement::{Statement, statement},
};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::versions::Version;
use crate::{
    StoreError,
    dunning::{late_charges::under, zones::day_in},
    entity::reminders,
    rates,
};

/// Above so many invoices the statement stands for their copies (`presets.md` §2, `attach`).
const MOST_COPIES: usize = 5;

/// The statement of each message whose step attaches one, at the end of the reader's day.
pub(super) async fn attached<C: ConnectionTrait>(
    c: &C,
    of: TenantId,
    reminders: &[(reminders::Model, ReminderRecord)],
    policies: &BTreeMap<(Uuid, i32), Arc<Version>>,
    (settings, customers): (&Settings, &BTreeMap<Uuid, CustomerDetails>),
    now: DateTime<Utc>,
) -> Result<BTreeMap<Uuid, Statement>, StoreError> {
    let mut found = BTreeMap::new();
    for (row, record) in reminders.iter().filter(|(row, _)| row.status != "unknown" && row.channel != "sms") {
        let policy = policies.get(&(row.policy_id, row.policy_version)).map(|version| &version.policy);
        let Some((policy, customer)) = policy.zip(customers.get(&row.customer_id)) else { continue };
        if !policy.step(&row.step_key).is_some_and(|step| wants(step, record.body.lines.len())) {
            continue;
        }
        let rules = Some(policy.charges);
        let account = under(c, of, CustomerId(row.customer_id), customer.kind, rules, settings.penalty_terms.as_deref()).await?;
        let on = day_in(now, [customer.time_zone.as_deref(), Some(settings.time_zone.as_str())]);
        found.insert(row.id, statement(&account, on, &rates::book(c).await?));
    }
    Ok(found)
}

fn wants(step: &Step, invoices: usize) -> bool {
    let has = |word: &str| step.attach.iter().any(|known| known == word);
    has("statement") || has("invoice") && invoices > MOST_COPIES
}
