//! A tenant.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "tenants")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    #[sea_orm(column_type = "Text")]
    pub name: String,
    pub live: bool,
    pub clock_at: Option<i64>,
    pub clock_target_at: Option<i64>,
    pub work_due: bool,
    pub lease_until: Option<i64>,
    #[sea_orm(column_type = "Text")]
    pub lease_by: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub settings: String,
    pub settings_version: i64,
    pub created_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
