//! A promise to pay.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "promises")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub customer_id: Uuid,
    #[sea_orm(column_type = "Text")]
    pub source: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub external_id: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub invoice_ids: String,
    pub amount: i64,
    #[sea_orm(column_type = "Text")]
    pub currency: String,
    #[sea_orm(column_type = "Text")]
    pub promised_on: String,
    #[sea_orm(column_type = "Text")]
    pub grace_until_on: String,
    #[sea_orm(column_type = "Text")]
    pub made_on: String,
    #[sea_orm(column_type = "Text")]
    pub method: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub made_by: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub status: String,
    pub settled_at: Option<i64>,
    pub row_version: i64,
    pub created_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
