//! A payment.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "payments")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    #[sea_orm(column_type = "Text")]
    pub source: String,
    #[sea_orm(column_type = "Text")]
    pub external_id: String,
    pub source_version: i64,
    #[sea_orm(column_type = "Text")]
    pub digest: String,
    pub customer_id: Uuid,
    #[sea_orm(column_type = "Text")]
    pub currency: String,
    pub amount: i64,
    pub unapplied: i64,
    #[sea_orm(column_type = "Text")]
    pub paid_on: String,
    #[sea_orm(column_type = "Text")]
    pub details: String,
    #[sea_orm(column_type = "Text")]
    pub reversed_on: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub reversal_reason: Option<String>,
    pub row_version: i64,
    pub created_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
