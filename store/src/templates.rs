//! Texts that tenants wrote themselves, by message and language.

use relance_domain::{ids::TenantId, records::TemplateRecord};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::{
    StoreError,
    batch::{self, OnConflict},
    entity::templates::{Column, Entity, Model},
    time::{instant, millis},
};

/// `first_reminder.fr`: a message in a language.
fn id(record: &TemplateRecord) -> String {
    format!("{}.{}", record.template, record.language)
}

fn record(row: Model) -> Result<TemplateRecord, StoreError> {
    let (template, language) = row.id.split_once('.').ok_or_else(|| StoreError::inconsistent("templates", "no language"))?;
    Ok(TemplateRecord {
        template: template.to_owned(),
        language: language.to_owned(),
        body: row.body,
        sms: row.sms,
        active: row.active,
        version: row.version,
        updated_at: instant(row.updated_at),
    })
}

/// Every text of the tenant, in use or not, by message and language.
///
/// # Errors
/// The database's.
pub async fn list<C: ConnectionTrait>(c: &C, tenant: TenantId) -> Result<Vec<TemplateRecord>, StoreError> {
    let rows = Entity::find().filter(Column::TenantId.eq(tenant.0)).order_by_asc(Column::Id).all(c).await?;
    rows.into_iter().map(record).collect()
}

/// The texts that messages are made from.
///
/// # Errors
/// The database's.
pub(crate) async fn in_use<C: ConnectionTrait>(c: &C, tenant: TenantId) -> Result<Vec<TemplateRecord>, StoreError> {
    let rows = Entity::find().filter(Column::TenantId.eq(tenant.0)).filter(Column::Active.eq(true)).all(c).await?;
    rows.into_iter().map(record).collect()
}

/// The tenant's text of one message in one language, if it has one.
///
/// # Errors
/// The database's.
pub async fn get<C: ConnectionTrait>(
    c: &C,
    tenant: TenantId,
    template: &str,
    language: &str,
) -> Result<Option<TemplateRecord>, StoreError> {
    Entity::find_by_id((tenant.0, format!("{template}.{language}"))).one(c).await?.map(record).transpose()
}

/// Puts a text in the place of the one before.
///
/// # Errors
/// The database's.
pub async fn put<C: ConnectionTrait>(c: &C, tenant: TenantId, text: &TemplateRecord) -> Result<(), StoreError> {
    let row = Model {
        tenant_id: tenant.0,
        id: id(text),
        body: text.body.clone(),
        sms: text.sms.clone(),
        active: text.active,
        version: text.version,
        updated_at: millis(text.updated_at),
    };
    batch::insert::<Entity, _>(c, std::slice::from_ref(&row), OnConflict::Replace).await?;
    Ok(())
}

/// Takes a text away: the built-in one is used again.
///
/// # Errors
/// The database's.
pub async fn delete<C: ConnectionTrait>(c: &C, tenant: TenantId, template: &str, language: &str) -> Result<(), StoreError> {
    Entity::delete_by_id((tenant.0, format!("{template}.{language}"))).exec(c).await?;
    Ok(())
}
