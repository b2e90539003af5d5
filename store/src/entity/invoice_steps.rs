//! What is planned or was done for (invoice, step).

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "invoice_steps")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub invoice_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub step_key: String,
    pub customer_id: Uuid,
    #[sea_orm(column_type = "Text")]
    pub outcome: String,
    pub reminder_id: Option<Uuid>,
    pub task_id: Option<Uuid>,
    #[sea_orm(column_type = "Text")]
    pub done_on: String,
    #[sea_orm(column_type = "Text")]
    pub granted_until: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub reason: Option<String>,
    pub at: i64,
    pub position: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
