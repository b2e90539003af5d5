//! An invoice.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "invoices")]
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
    pub number: String,
    #[sea_orm(column_type = "Text")]
    pub issued_on: String,
    #[sea_orm(column_type = "Text")]
    pub due_on: String,
    #[sea_orm(column_type = "Text")]
    pub currency: String,
    pub total: i64,
    pub payable: i64,
    #[sea_orm(column_type = "Text")]
    pub details: String,
    pub paid: i64,
    pub credited: i64,
    pub amount_due: i64,
    #[sea_orm(column_type = "Text")]
    pub status: String,
    pub disputed: i64,
    pub payee_confirmed: bool,
    pub overdue_announced: bool,
    #[sea_orm(column_type = "Text")]
    pub lifecycle_status: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub dunning: Option<String>,
    pub row_version: i64,
    pub created_at: i64,
    pub updated_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
