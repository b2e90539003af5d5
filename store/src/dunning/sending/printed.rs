//! Letters that a person posts: what was written for print on a day.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use relance_domain::{ids::TenantId, records::MessageContent};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::list::among;
use crate::{
    StoreError,
    entity::{reminder_contents, reminders},
    json,
    time::millis,
};

/// A letter that was printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Printed {
    /// Our reference: the name of its file.
    pub reference: String,
    /// `letter` or `registered_letter`.
    pub channel: String,
    /// Its words, without its files.
    pub content: MessageContent,
}

/// Those that were handed to print from `from` until `until`, in the order of their references, `most` of them after the first
/// `skip`.
///
/// # Errors
/// The database's, or a row that does not read.
pub async fn printed<C: ConnectionTrait>(
    c: &C,
    tenant: TenantId,
    (from, until): (DateTime<Utc>, DateTime<Utc>),
    (skip, most): (u64, u64),
) -> Result<Vec<Printed>, StoreError> {
    use reminders::Column;
    let rows: Vec<(Uuid, String, String)> = reminders::Entity::find()
        .filter(Column::TenantId.eq(tenant.0))
        .filter(Column::Provider.eq("print"))
        .filter(Column::SentAt.gte(millis(from)))
        .filter(Column::SentAt.lt(millis(until)))
        .order_by_asc(Column::Reference)
        .select_only()
        .columns([Column::Id, Column::Reference, Column::Channel])
        .offset(skip)
        .limit(most)
        .into_tuple()
        .all(c)
        .await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    // the files stay where they are: a day's letters are many pages
    let words: Vec<(Uuid, String)> = reminder_contents::Entity::find()
        .filter(reminder_contents::Column::TenantId.eq(tenant.0))
        .filter(among(c.get_database_backend(), reminder_contents::Column::ReminderId, rows.iter().map(|(id, ..)| *id)))
        .select_only()
        .columns([reminder_contents::Column::ReminderId, reminder_contents::Column::Content])
        .into_tuple()
        .all(c)
        .await?;
    let words: BTreeMap<Uuid, String> = words.into_iter().collect();
    let read = |(id, reference, channel): (Uuid, String, String)| {
        let content = words.get(&id).map(|text| json::read("reminder_contents", text)).transpose()?;
        Ok(Printed { reference, channel, content: content.unwrap_or_default() })
    };
    rows.into_iter().map(read).collect()
}
