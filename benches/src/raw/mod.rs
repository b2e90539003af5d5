//! The physical limits: bare drivers doing the least that the workload asks for.

pub mod lite;
pub mod lite_plan;
pub mod lite_read;
pub mod pg;
pub mod pg_queue;
pub mod pg_read;
pub mod post;
