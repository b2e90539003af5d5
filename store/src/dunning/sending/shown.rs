//! The first presentation of a registered letter, as receipts show it.

use relance_domain::ids::{CustomerId, TenantId};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};

use crate::{
    StoreError, Tx,
    dunning::{look::customer_day, reminders::granted},
    entity::reminders,
    time::{day_text, instant},
};

/// A registered letter with the instants at which it was presented, handed over or refused.
pub(super) struct Shown {
    pub row: reminders::Model,
    pub at: Vec<i64>,
}

/// The earliest of them is its first presentation, from which its deadline counts. What a person recorded stands.
pub(super) async fn note(tx: &Tx, of: TenantId, list: Vec<Shown>) -> Result<(), StoreError> {
    for Shown { mut row, at } in list {
        let mut days = Vec::with_capacity(at.len());
        for at in at {
            days.push(customer_day(tx, of, CustomerId(row.customer_id), instant(at)).await?);
        }
        let Some(first) = days.iter().min().copied() else { continue };
        let text = day_text(first);
        let by_person = row.presented_on.as_ref().is_some_and(|known| days.iter().all(|day| day_text(*day) != *known));
        if by_person || row.presented_on.as_ref() == Some(&text) {
            continue;
        }
        reminders::Entity::update_many()
            .col_expr(reminders::Column::PresentedOn, Expr::value(text.clone()))
            .filter(reminders::Column::TenantId.eq(of.0))
            .filter(reminders::Column::Id.eq(row.id))
            .exec(tx)
            .await?;
        row.presented_on = Some(text);
        granted(tx, of, &row, first).await?;
    }
    Ok(())
}
