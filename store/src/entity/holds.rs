//! A hold.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "holds")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    #[sea_orm(column_type = "Text")]
    pub scope: String,
    pub target_id: Option<Uuid>,
    pub customer_id: Option<Uuid>,
    #[sea_orm(column_type = "Text")]
    pub reason: String,
    #[sea_orm(column_type = "Text")]
    pub until_on: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub before_on: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub published_on: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub placed_by: Option<String>,
    pub created_at: i64,
    pub released_at: Option<i64>,
    #[sea_orm(column_type = "Text")]
    pub released_by: Option<String>,
    pub row_version: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
