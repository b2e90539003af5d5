//! A reminder.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "reminders")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub customer_id: Uuid,
    pub case_id: Option<Uuid>,
    pub decision_id: Option<Uuid>,
    pub contact_id: Option<Uuid>,
    pub policy_id: Uuid,
    pub policy_version: i32,
    #[sea_orm(column_type = "Text")]
    pub step_key: String,
    #[sea_orm(column_type = "Text")]
    pub channel: String,
    #[sea_orm(column_type = "Text")]
    pub template: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub status: String,
    pub approved: bool,
    pub send_at: Option<i64>,
    pub live: bool,
    pub lease_until: Option<i64>,
    #[sea_orm(column_type = "Text")]
    pub lease_by: Option<String>,
    pub scheduled_at: i64,
    pub planned_at: i64,
    pub sent_at: Option<i64>,
    #[sea_orm(column_type = "Text")]
    pub pay_before_on: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub deadline_on: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub presented_on: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub postal: Option<String>,
    pub copy_of: Option<Uuid>,
    pub answers: Option<Uuid>,
    #[sea_orm(column_type = "Text")]
    pub body: String,
    #[sea_orm(column_type = "Text")]
    pub cancel_reason: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub reference: String,
    #[sea_orm(column_type = "Text")]
    pub provider: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub via: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub provider_id: Option<String>,
    pub attempts: i32,
    pub unknown_at: Option<i64>,
    #[sea_orm(column_type = "Text")]
    pub settle_by: Option<String>,
    pub row_version: i64,
    pub created_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
