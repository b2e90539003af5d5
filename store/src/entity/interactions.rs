//! A contact made elsewhere.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "interactions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub customer_id: Uuid,
    #[sea_orm(column_type = "Text")]
    pub channel: String,
    pub at: i64,
    #[sea_orm(column_type = "Text")]
    pub on_day: String,
    #[sea_orm(column_type = "Text")]
    pub by_whom: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub outcome: Option<String>,
    pub reached: bool,
    #[sea_orm(column_type = "Text")]
    pub comment: Option<String>,
    pub task_id: Option<Uuid>,
    #[sea_orm(column_type = "Text")]
    pub direction: String,
    #[sea_orm(column_type = "Text")]
    pub reason_code: Option<String>,
    pub created_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
