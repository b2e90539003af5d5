//! New data keys, and every sealed secret sealed anew under them; a new key of the operator.

use relance_domain::ids::{EndpointId, SourceId, TenantId};
use sea_orm::{ConnectionTrait, Statement, Value};
use uuid::Uuid;

use super::{Cipher, Purpose};
use crate::{Scope, Store, StoreError};

/// Rows in one short transaction.
const BATCH: u32 = 100;

/// How far it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Secrets sealed anew.
    pub done: u64,
    /// Secrets that wait at the beginning.
    pub waiting: u64,
}

/// A column of sealed secrets.
struct Column {
    table: &'static str,
    /// The rest of the row's key, beside its tenant.
    key: &'static [&'static str],
    sealed: &'static str,
    /// Which place of this tenant the row is.
    place: fn(TenantId, &[Value]) -> String,
}

/// Every sealed column there is.
const COLUMNS: [Column; 4] = [
    Column { table: "channels", key: &["channel"], sealed: "sealed", place: channel },
    Column { table: "webhook_endpoints", key: &["id"], sealed: "sealed_secrets", place: endpoint },
    Column { table: "sources", key: &["id"], sealed: "sealed_secrets", place: source },
    // answers that are given again: some show a secret
    Column { table: "idempotency_keys", key: &["method", "path", "key"], sealed: "body", place: answer },
];

fn channel(tenant: TenantId, key: &[Value]) -> String {
    match key {
        [Value::String(Some(name))] => crate::channels::place(tenant, name),
        _ => String::new(),
    }
}

fn endpoint(tenant: TenantId, key: &[Value]) -> String {
    match key {
        [Value::Uuid(Some(id))] => crate::webhooks::place(tenant, EndpointId(*id)),
        _ => String::new(),
    }
}

fn source(tenant: TenantId, key: &[Value]) -> String {
    match key {
        [Value::Uuid(Some(id))] => crate::connectors::place(tenant, SourceId(*id)),
        _ => String::new(),
    }
}

fn answer(tenant: TenantId, key: &[Value]) -> String {
    match key {
        [Value::String(Some(method)), Value::String(Some(path)), Value::String(Some(key))] => {
            crate::idempotency::seal_place(tenant, method, path, key)
        }
        _ => String::new(),
    }
}

/// A rotation on its way. Broken off, it goes on where it was: what is sealed under the newest key is done.
pub struct Resealing {
    store: Store,
    newest: Uuid,
    tally: Tally,
}

impl Store {
    /// Begins a rotation: makes new data keys, unless an earlier rotation has not ended. API keys made from now on
    /// have the new pepper; those there keep theirs.
    ///
    /// # Errors
    /// The database's; [`StoreError::WrongSecretKey`].
    pub async fn rotate_data_keys(&self) -> Result<Resealing, StoreError> {
        self.unlock().await?;
        let tx = self.read(Scope::System).await?;
        let (newest, _) = self.cipher.newest(&tx, Purpose::Seal).await?;
        tx.commit().await?;
        let unfinished = self.sealed_otherwise(newest).await?;
        let newest = if unfinished > 0 && self.is_newer_than_others(newest).await? { newest } else { self.new_data_keys().await? };
        let tally = Tally { done: 0, waiting: self.sealed_otherwise(newest).await? };
        Ok(Resealing { store: self.clone(), newest, tally })
    }

    /// Wraps the data keys for another key of the operator; how many. Processes that run go on with what they have
    /// opened; the next start needs the new key.
    ///
    /// # Errors
    /// The database's; [`StoreError::WrongSecretKey`] when the present key does not fit.
    pub async fn change_secret_key(&self, new: &[u8; 32]) -> Result<u64, StoreError> {
        let tx = self.begin_schema().await?;
        let count = self.cipher.wrap_anew(&tx, new).await?;
        tx.commit().await?;
        Ok(count)
    }

    async fn new_data_keys(&self) -> Result<Uuid, StoreError> {
        let tx = self.begin_schema().await?;
        self.cipher.make(&tx, Purpose::Pepper, self.now()).await?;
        let newest = self.cipher.make(&tx, Purpose::Seal, self.now()).await?;
        tx.commit().await?;
        Ok(newest)
    }

    /// Is another data key in use beside this one? Then the rotation that made it has not ended.
    async fn is_newer_than_others(&self, newest: Uuid) -> Result<bool, StoreError> {
        let tx = self.read(Scope::System).await?;
        let sql = "SELECT id FROM data_keys WHERE purpose = 'seal' AND retired_at IS NULL AND id <> $1 LIMIT 1";
        let other = tx.query_one_raw(Statement::from_sql_and_values(self.backend(), sql, [newest.into()])).await?;
        tx.commit().await?;
        Ok(other.is_some())
    }

    /// Secrets that another data key than this seals.
    async fn sealed_otherwise(&self, newest: Uuid) -> Result<u64, StoreError> {
        let tx = self.read(Scope::System).await?;
        let mut count = 0;
        for Column { table, sealed, .. } in COLUMNS {
            let sql = format!("SELECT COUNT(*) FROM {table} WHERE {sealed} IS NOT NULL AND {sealed} NOT LIKE $1");
            let row = tx.query_one_raw(Statement::from_sql_and_values(self.backend(), sql, [under(newest).into()])).await?;
            count += row.map(|row| row.try_get_by::<i64, _>(0)).transpose()?.unwrap_or_default();
        }
        tx.commit().await?;
        Ok(u64::try_from(count).unwrap_or_default())
    }
}

impl Resealing {
    /// How far it is.
    pub fn tally(&self) -> Tally {
        self.tally
    }

    /// Seals the next secrets anew, a hundred at most; false when none was left and the old keys are retired.
    ///
    /// # Errors
    /// The database's; [`StoreError::Seal`] when a secret does not open.
    pub async fn step(&mut self) -> Result<bool, StoreError> {
        for column in &COLUMNS {
            let done = self.batch(column).await?;
            if done > 0 {
                self.tally.done += done;
                return Ok(true);
            }
        }
        let tx = self.store.begin_schema().await?;
        let newest_pepper = self.store.cipher.newest(&tx, Purpose::Pepper).await?.0;
        let now = self.store.now();
        self.store.cipher.retire_others(&tx, Purpose::Seal, self.newest, now).await?;
        self.store.cipher.retire_others(&tx, Purpose::Pepper, newest_pepper, now).await?;
        tx.commit().await?;
        Ok(false)
    }

    async fn batch(&self, column: &Column) -> Result<u64, StoreError> {
        let Column { table, key, sealed, place } = column;
        let tx = self.store.write(Scope::System).await?;
        let lock = if self.store.is_postgres() { " FOR UPDATE" } else { "" };
        let names = key.join(", ");
        let sql = format!(
            "SELECT tenant_id, {sealed}, {names} FROM {table} WHERE {sealed} IS NOT NULL AND {sealed} NOT LIKE $1 \
             ORDER BY tenant_id, {names} LIMIT {BATCH}{lock}"
        );
        let same: Vec<String> = key.iter().zip(3..).map(|(name, at)| format!("{name} = ${at}")).collect();
        let update = format!("UPDATE {table} SET {sealed} = $1 WHERE tenant_id = $2 AND {}", same.join(" AND "));
        let backend = self.store.backend();
        let rows = tx.query_all_raw(Statement::from_sql_and_values(backend, sql, [under(self.newest).into()])).await?;
        for row in &rows {
            let tenant: Uuid = row.try_get_by(0)?;
            let text: String = row.try_get_by(1)?;
            let part = |(name, at): (&&str, usize)| -> Result<Value, StoreError> {
                Ok(if *name == "id" { row.try_get_by::<Uuid, _>(at)?.into() } else { row.try_get_by::<String, _>(at)?.into() })
            };
            let own = key.iter().zip(2..).map(part).collect::<Result<Vec<Value>, StoreError>>()?;
            let place = place(TenantId(tenant), &own);
            let cipher: &Cipher = &self.store.cipher;
            let again = cipher.seal(&tx, &place, &cipher.open(&tx, &place, &text).await?).await?;
            let values = [again.into(), tenant.into()].into_iter().chain(own);
            tx.execute_raw(Statement::from_sql_and_values(backend, &update, values)).await?;
        }
        tx.commit().await?;
        Ok(u64::try_from(rows.len()).unwrap_or(u64::MAX))
    }
}

/// What a text sealed under this data key begins with, as LIKE wants it.
fn under(id: Uuid) -> String {
    format!("v2.{}.%", id.simple())
}
