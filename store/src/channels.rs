//! How a tenant's messages leave: public settings in the clear, secrets sealed.

use chrono::{DateTime, Utc};
use relance_domain::{ids::TenantId, sending::Account};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, Statement, Value as Bind};
use serde_json::{Map, Value};

use crate::{
    Scope, Store, StoreError, any,
    batch::{self, OnConflict},
    channel_accounts, connectors,
    entity::channels::{Column, Entity, Model},
    json,
    time::{instant, millis},
};

const TABLE: &str = "channels";

/// A channel without its secrets.
#[derive(Debug, Clone, PartialEq)]
pub struct ChannelRecord {
    /// `email`, `sms` or `letter`.
    pub channel: String,
    /// Provider.
    pub provider: String,
    /// The settings without secrets.
    pub public: Value,
    /// End of the address that its provider's receipts arrive at.
    pub receipt_token: String,
    /// Version, from 1.
    pub version: i64,
    /// Last change.
    pub updated_at: DateTime<Utc>,
}

/// A channel with its secrets: only for who sends.
#[derive(Clone)]
pub struct OpenChannel {
    /// Without secrets.
    pub record: ChannelRecord,
    /// The settings with the secrets in their places.
    pub config: Value,
}

/// Where in the settings secrets stand: object of the provider → names.
const SECRETS: &[(&str, &[&str])] = &[
    ("smtp", &["password"]),
    ("brevo", &["api_key", "webhook_password"]),
    ("mailjet", &["secret_key", "webhook_password"]),
    ("postmark", &["server_token", "webhook_password"]),
    ("scaleway", &["secret_key"]),
    ("ses", &["secret_access_key"]),
    ("sendgrid", &["api_key"]),
    ("smsmode", &["api_key"]),
    ("twilio", &["auth_token"]),
    ("ovh", &["application_secret", "consumer_key"]),
    ("http", &["secret"]),
    ("gateway", &["secrets"]),
    ("merci_facteur", &["secret_key", "webhook_secret"]),
    ("maileva", &["client_secret", "password", "webhook_password"]),
    ("ar24", &["private_key"]),
];

fn record(row: &Model) -> Result<ChannelRecord, StoreError> {
    Ok(ChannelRecord {
        channel: row.channel.clone(),
        provider: row.provider.clone(),
        public: json::read(TABLE, &row.public)?,
        receipt_token: row.receipt_token.clone(),
        version: row.version,
        updated_at: instant(row.updated_at),
    })
}

pub(crate) fn place(tenant: TenantId, channel: &str) -> String {
    format!("{tenant}/channels/{channel}")
}

/// Takes the secrets out of `config`.
fn take_secrets(config: &mut Value) -> Map<String, Value> {
    let mut secrets = Map::new();
    for (object, names) in SECRETS {
        let Some(members) = config.get_mut(object).and_then(Value::as_object_mut) else { continue };
        let taken: Map<String, Value> = names.iter().filter_map(|name| Some(((*name).to_owned(), members.remove(*name)?))).collect();
        if !taken.is_empty() {
            secrets.insert((*object).to_owned(), Value::Object(taken));
        }
    }
    secrets
}

/// Puts the secrets back.
fn put_secrets(config: &mut Value, secrets: Map<String, Value>) {
    for (object, taken) in secrets {
        if let (Some(members), Value::Object(taken)) = (config.get_mut(&object).and_then(Value::as_object_mut), taken) {
            members.extend(taken);
        }
    }
}

/// The settings as they may be shown.
pub fn without_secrets(mut config: Value) -> Value {
    take_secrets(&mut config);
    config
}

/// Replaces the settings of a channel.
///
/// # Errors
/// The database's, or when sealing fails.
pub async fn put<C: ConnectionTrait>(
    store: &Store,
    c: &C,
    tenant: TenantId,
    channel: &str,
    provider: &str,
    mut config: Value,
) -> Result<ChannelRecord, StoreError> {
    let secrets = take_secrets(&mut config);
    let sealed = match secrets.is_empty() {
        true => None,
        false => Some(store.cipher.seal(c, &place(tenant, channel), &json::write(TABLE, &secrets)?).await?),
    };
    let there = Entity::find_by_id((tenant.0, channel.to_owned())).one(c).await?;
    let version = there.as_ref().map_or(1, |row| row.version + 1);
    // the address stays as long as the provider does: it stands in the provider's settings
    let kept = there.filter(|row| row.provider == provider).map(|row| row.receipt_token);
    let row = Model {
        tenant_id: tenant.0,
        channel: channel.to_owned(),
        provider: provider.to_owned(),
        public: json::write(TABLE, &config)?,
        sealed,
        receipt_token: kept.map_or_else(connectors::new_token, Ok)?,
        version,
        updated_at: millis(store.now()),
    };
    batch::insert::<Entity, _>(c, std::slice::from_ref(&row), OnConflict::Replace).await?;
    channel_accounts::forget(c, tenant, channel).await?;
    record(&row)
}

/// Takes a channel away: settings, secrets, the address of its receipts, and what is known of its account.
///
/// # Errors
/// The database's.
pub async fn delete<C: ConnectionTrait>(c: &C, tenant: TenantId, channel: &str) -> Result<(), StoreError> {
    Entity::delete_by_id((tenant.0, channel.to_owned())).exec(c).await?;
    channel_accounts::forget(c, tenant, channel).await
}

/// A channel without its secrets.
///
/// # Errors
/// The database's.
pub async fn get<C: ConnectionTrait>(c: &C, tenant: TenantId, channel: &str) -> Result<Option<ChannelRecord>, StoreError> {
    Entity::find_by_id((tenant.0, channel.to_owned())).one(c).await?.as_ref().map(record).transpose()
}

/// Every channel of the tenant without secrets, by name.
///
/// # Errors
/// The database's.
pub async fn list<C: ConnectionTrait>(c: &C, tenant: TenantId) -> Result<Vec<ChannelRecord>, StoreError> {
    let rows = Entity::find().filter(Column::TenantId.eq(tenant.0)).order_by_asc(Column::Channel).all(c).await?;
    rows.iter().map(record).collect()
}

/// A channel with its secrets: only for who sends.
///
/// # Errors
/// The database's; [`StoreError::Seal`] with another `RELANCE_SECRET_KEY`.
pub async fn open<C: ConnectionTrait>(store: &Store, c: &C, tenant: TenantId, channel: &str) -> Result<Option<OpenChannel>, StoreError> {
    match Entity::find_by_id((tenant.0, channel.to_owned())).one(c).await? {
        Some(row) => opened(store, c, &row).await.map(Some),
        None => Ok(None),
    }
}

async fn opened<C: ConnectionTrait>(store: &Store, c: &C, row: &Model) -> Result<OpenChannel, StoreError> {
    let record = record(row)?;
    let mut config = record.public.clone();
    if let Some(sealed) = &row.sealed {
        let place = place(TenantId(row.tenant_id), &row.channel);
        put_secrets(&mut config, json::read(TABLE, &store.cipher.open(c, &place, sealed).await?)?);
    }
    Ok(OpenChannel { record, config })
}

/// Those of these channels that are set up, with their secrets and what is known of their accounts: one statement.
///
/// # Errors
/// As [`open`].
pub async fn with_accounts<C: ConnectionTrait>(
    store: &Store,
    c: &C,
    tenant: TenantId,
    names: &[&str],
) -> Result<Vec<(OpenChannel, Account)>, StoreError> {
    let backend = c.get_database_backend();
    let sql = format!(
        "SELECT c.*, {} FROM channels c LEFT JOIN channel_accounts a ON a.tenant_id = c.tenant_id AND a.channel = c.channel \
         WHERE c.tenant_id = $1 AND c.channel {}",
        channel_accounts::COLUMNS,
        any::of_texts(backend, 2)
    );
    let values: [Bind; 2] = [tenant.0.into(), any::texts(backend, names.iter().copied())];
    let mut list = Vec::new();
    for row in c.query_all_raw(Statement::from_sql_and_values(backend, sql, values)).await? {
        list.push((opened(store, c, &Model::from_query_result(&row, "")?).await?, channel_accounts::of_row(&row)?));
    }
    Ok(list)
}

/// The channel whose provider posts its receipts to the address that ends so, with its secrets.
///
/// # Errors
/// As [`open`].
pub async fn by_receipt_token(store: &Store, token: &str) -> Result<Option<(TenantId, OpenChannel)>, StoreError> {
    let tx = store.read(Scope::System).await?;
    let Some(row) = Entity::find().filter(Column::ReceiptToken.eq(token)).one(&tx).await? else { return Ok(None) };
    tx.commit().await?;
    let tenant = TenantId(row.tenant_id);
    let tx = store.read(tenant).await?;
    Ok(open(store, &tx, tenant, &row.channel).await?.map(|open| (tenant, open)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn secrets_leave_the_settings_and_come_back_to_their_places() {
        let whole = json!({"provider":"smtp","from":"a@b.example","smtp":{"host":"h","port":587,"password":"hunter2"}});
        let mut public = whole.clone();
        let secrets = take_secrets(&mut public);
        assert_eq!(public["smtp"], json!({"host":"h","port":587}));
        put_secrets(&mut public, secrets);
        assert_eq!(public, whole);
    }
}
