//! A part of a payment or credit note set against an invoice.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "allocations")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub customer_id: Uuid,
    pub payment_id: Option<Uuid>,
    pub credit_note_id: Option<Uuid>,
    pub invoice_id: Uuid,
    pub amount: i64,
    #[sea_orm(column_type = "Text")]
    pub on_day: String,
    #[sea_orm(column_type = "Text")]
    pub rule: String,
    pub made_at: i64,
    #[sea_orm(column_type = "Text")]
    pub reversed_on: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
