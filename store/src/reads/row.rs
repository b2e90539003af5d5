//! A row of either database, read by place.

use sea_orm::sqlx::{Decode, Postgres, Row as _, Sqlite, Type, postgres::PgRow, sqlite::SqliteRow};

use super::failed;
use crate::StoreError;

/// A row.
pub(crate) enum Row {
    Postgres(PgRow),
    Sqlite(SqliteRow),
}

impl Row {
    /// The value in column `place`, from 0 on; a text may be borrowed.
    ///
    /// # Errors
    /// When it is of another type.
    pub(crate) fn get<'r, T>(&'r self, place: usize) -> Result<T, StoreError>
    where
        T: Decode<'r, Postgres> + Type<Postgres> + Decode<'r, Sqlite> + Type<Sqlite>,
    {
        match self {
            Self::Postgres(row) => row.try_get(place),
            Self::Sqlite(row) => row.try_get(place),
        }
        .map_err(failed)
    }
}
