//! A source of facts.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sources")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub name: String,
    pub id: Uuid,
    #[sea_orm(column_type = "Text")]
    pub kind: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub webhook: String,
    #[sea_orm(column_type = "Text")]
    pub config: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub sealed_secrets: Option<String>,
    pub row_version: i64,
    pub payments_complete_until: Option<i64>,
    pub heartbeat_at: Option<i64>,
    #[sea_orm(column_type = "Text")]
    pub open_items: Option<String>,
    pub ledger_differs: bool,
    pub created_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
