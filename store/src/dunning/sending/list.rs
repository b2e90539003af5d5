//! Conditions over lists of any length, written as one text: a batch of three and a batch of a hundred
//! are the same prepared statement.

use sea_orm::{
    ColumnTrait, DbBackend,
    sea_query::{Expr, SimpleExpr},
};
use uuid::Uuid;

use crate::any;

/// The condition that `column` is one of `list`.
pub(super) fn among<K: ColumnTrait>(backend: DbBackend, column: K, list: impl IntoIterator<Item = Uuid>) -> SimpleExpr {
    let place = match backend {
        DbBackend::Postgres => any::of_ids(backend, 1),
        // a placeholder of this builder bears no number here
        _ => "IN (SELECT unhex(value) FROM json_each(?))".to_owned(),
    };
    let text = format!("\"{}\".\"{}\" {place}", column.entity_name(), column.unquoted());
    Expr::cust_with_values(text, [any::ids(backend, list)])
}
