//! What was really said: text and headers as JSON, files beside them in base64.

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use relance_domain::{
    ids::{ReminderId, TenantId},
    records::{Attachment, Logo, MessageContent},
};
use sea_orm::{ConnectionTrait, EntityTrait};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    StoreError,
    entity::reminder_contents::{Entity, Model},
    json,
    time::millis,
};

const TABLE: &str = "reminder_contents";

#[derive(Serialize, Deserialize)]
struct StoredFile {
    name: String,
    media_type: String,
    size: usize,
    sha256: String,
    data: String,
}

/// The row of a message; its digest covers text, headers and files.
pub(super) fn row(tenant: TenantId, id: ReminderId, message: &MessageContent, now: DateTime<Utc>) -> Result<Model, StoreError> {
    let files: Vec<StoredFile> = message
        .attachments
        .iter()
        .map(|file| StoredFile {
            name: file.name.clone(),
            media_type: file.media_type.clone(),
            size: file.data.len(),
            sha256: file.sha256.clone(),
            data: STANDARD.encode(&file.data),
        })
        .collect();
    let content = json::write(TABLE, message)?;
    let attachments = json::write(TABLE, &files)?;
    let digest = Sha256::new().chain_update(&content).chain_update(&attachments).finalize();
    Ok(Model {
        tenant_id: tenant.0,
        reminder_id: id.0,
        content,
        attachments,
        sha256: digest.iter().map(|byte| format!("{byte:02x}")).collect(),
        frozen_at: millis(now),
    })
}

/// The message of a row.
pub(super) fn read(row: &Model) -> Result<MessageContent, StoreError> {
    let mut message: MessageContent = json::read(TABLE, &row.content)?;
    let files: Vec<StoredFile> = json::read(TABLE, &row.attachments)?;
    message.attachments = files.into_iter().map(file).collect::<Result<_, _>>()?;
    Ok(message)
}

/// The logo that a message shows.
pub(super) fn logo(row: &Model) -> Result<Option<Logo>, StoreError> {
    #[derive(Deserialize)]
    struct Shown {
        #[serde(default)]
        logo: Option<Logo>,
    }
    Ok(json::read::<Shown>(TABLE, &row.content)?.logo)
}

fn file(stored: StoredFile) -> Result<Attachment, StoreError> {
    let data = STANDARD.decode(&stored.data).map_err(|error| StoreError::inconsistent(TABLE, error))?;
    Ok(Attachment { name: stored.name, media_type: stored.media_type, sha256: stored.sha256, data })
}

/// The message of a reminder as it was frozen; `None` before.
///
/// # Errors
/// The database's.
pub async fn content<C: ConnectionTrait>(c: &C, tenant: TenantId, id: ReminderId) -> Result<Option<MessageContent>, StoreError> {
    Entity::find_by_id((tenant.0, id.0)).one(c).await?.as_ref().map(read).transpose()
}

/// A file of a message that was frozen.
///
/// # Errors
/// [`StoreError::NotFound`], or the database's.
pub async fn attachment<C: ConnectionTrait>(c: &C, tenant: TenantId, id: ReminderId, name: &str) -> Result<Attachment, StoreError> {
    let row = Entity::find_by_id((tenant.0, id.0)).one(c).await?.ok_or(StoreError::NotFound)?;
    let files: Vec<StoredFile> = json::read(TABLE, &row.attachments)?;
    files.into_iter().find(|file| file.name == name).map(file).ok_or(StoreError::NotFound)?
}
