//! Data keys: made by us, wrapped by the operator's key, the newest in use, the older ones kept to open with.

use sea_orm::{ConnectionTrait, QueryResult, Statement, Value};
use uuid::Uuid;

use super::{Cipher, DataKey, envelope};
use crate::{StoreError, time::millis};

/// What a data key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Secrets that we must read again.
    Seal,
    /// Fingerprints of API keys, which nobody needs to read again.
    Pepper,
}

impl Purpose {
    pub(super) const ALL: [Self; 2] = [Self::Seal, Self::Pepper];

    fn as_str(self) -> &'static str {
        match self {
            Self::Seal => "seal",
            Self::Pepper => "pepper",
        }
    }
}

/// What a wrapped key is bound to.
fn place(purpose: &str, id: Uuid) -> String {
    format!("data_keys/{purpose}/{}", id.simple())
}

impl Cipher {
    /// The key in use.
    pub(super) async fn newest<C: ConnectionTrait>(&self, c: &C, purpose: Purpose) -> Result<(Uuid, DataKey), StoreError> {
        let sql = "SELECT id, purpose, wrapped FROM data_keys WHERE purpose = $1 AND retired_at IS NULL ORDER BY id DESC LIMIT 1";
        let row = one(c, sql, [purpose.as_str().into()]).await?.ok_or(StoreError::Seal)?;
        self.unwrapped(&row)
    }

    /// A key by its id; asked of the database once.
    pub(super) async fn key<C: ConnectionTrait>(&self, c: &C, purpose: Purpose, id: Uuid) -> Result<DataKey, StoreError> {
        if let Some(key) = self.remembered(id) {
            return Ok(key);
        }
        let sql = "SELECT id, purpose, wrapped FROM data_keys WHERE purpose = $1 AND id = $2";
        let row = one(c, sql, [purpose.as_str().into(), id.into()]).await?.ok_or(StoreError::Seal)?;
        Ok(self.unwrapped(&row)?.1)
    }

    /// Makes the first key of each purpose, where there is none.
    pub(crate) async fn begin<C: ConnectionTrait>(&self, c: &C, real_now: chrono::DateTime<chrono::Utc>) -> Result<(), StoreError> {
        for purpose in Purpose::ALL {
            let sql = "SELECT id FROM data_keys WHERE purpose = $1 LIMIT 1";
            if one(c, sql, [purpose.as_str().into()]).await?.is_none() {
                self.make(c, purpose, real_now).await?;
            }
        }
        Ok(())
    }

    /// Makes a key, which is the one in use from now on.
    pub(super) async fn make<C: ConnectionTrait>(
        &self,
        c: &C,
        purpose: Purpose,
        real_now: chrono::DateTime<chrono::Utc>,
    ) -> Result<Uuid, StoreError> {
        let (id, key) = (Uuid::now_v7(), envelope::random()?);
        let wrapped = envelope::close(&self.master, &place(purpose.as_str(), id), &key)?;
        let values: [Value; 4] = [id.into(), purpose.as_str().into(), wrapped.into(), millis(real_now).into()];
        run(c, "INSERT INTO data_keys (id, purpose, wrapped, created_at) VALUES ($1, $2, $3, $4)", values).await?;
        self.remember(id, key);
        Ok(id)
    }

    /// Retires every key of the purpose but `kept`: they open what they sealed, and seal nothing more.
    pub(super) async fn retire_others<C: ConnectionTrait>(
        &self,
        c: &C,
        purpose: Purpose,
        kept: Uuid,
        real_now: chrono::DateTime<chrono::Utc>,
    ) -> Result<u64, StoreError> {
        let sql = "UPDATE data_keys SET retired_at = $1 WHERE purpose = $2 AND id <> $3 AND retired_at IS NULL";
        run(c, sql, [millis(real_now).into(), purpose.as_str().into(), kept.into()]).await
    }

    /// Opens every data key: does the operator's key fit this database?
    ///
    /// # Errors
    /// [`StoreError::WrongSecretKey`], or the database's.
    pub(crate) async fn unlock<C: ConnectionTrait>(&self, c: &C) -> Result<(), StoreError> {
        for row in all(c).await? {
            self.unwrapped(&row)?;
        }
        Ok(())
    }

    /// Wraps every data key for another operator's key; what they sealed stays as it is.
    pub(super) async fn wrap_anew<C: ConnectionTrait>(&self, c: &C, master: &DataKey) -> Result<u64, StoreError> {
        let rows = all(c).await?;
        for row in &rows {
            let (id, key) = self.unwrapped(row)?;
            let purpose: String = row.try_get("", "purpose")?;
            let wrapped = envelope::close(master, &place(&purpose, id), &key)?;
            run(c, "UPDATE data_keys SET wrapped = $1 WHERE id = $2", [wrapped.into(), id.into()]).await?;
        }
        Ok(u64::try_from(rows.len()).unwrap_or(u64::MAX))
    }

    fn unwrapped(&self, row: &QueryResult) -> Result<(Uuid, DataKey), StoreError> {
        let (id, purpose, wrapped): (Uuid, String, String) =
            (row.try_get("", "id")?, row.try_get("", "purpose")?, row.try_get("", "wrapped")?);
        let plain = envelope::open(&self.master, &place(&purpose, id), &wrapped).map_err(|_| StoreError::WrongSecretKey)?;
        let key: DataKey = plain.try_into().map_err(|_| StoreError::Seal)?;
        self.remember(id, key);
        Ok((id, key))
    }
}

async fn all<C: ConnectionTrait>(c: &C) -> Result<Vec<QueryResult>, StoreError> {
    let sql = "SELECT id, purpose, wrapped FROM data_keys ORDER BY id";
    Ok(c.query_all_raw(Statement::from_string(c.get_database_backend(), sql)).await?)
}

async fn one<C: ConnectionTrait>(c: &C, sql: &str, values: impl IntoIterator<Item = Value>) -> Result<Option<QueryResult>, StoreError> {
    Ok(c.query_one_raw(Statement::from_sql_and_values(c.get_database_backend(), sql, values)).await?)
}

async fn run<C: ConnectionTrait>(c: &C, sql: &str, values: impl IntoIterator<Item = Value>) -> Result<u64, StoreError> {
    Ok(c.execute_raw(Statement::from_sql_and_values(c.get_database_backend(), sql, values)).await?.rows_affected())
}
