//! What the tests stand on: servers, a world to tell stories in, receivers.

pub mod bare;
mod dependents;
pub mod mail_server;
pub mod post_office;
pub mod postgres;
pub mod receiver;
pub mod schema;
pub mod server;
pub mod shared;
pub mod world;

/// A picture of one pixel, a PNG in base64.
pub const PIXEL: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR42mOQ8m0AAAFsAOh1wF0OAAAAAElFTkSuQmCC";

pub use server::Database;
pub use world::World;

/// One story, told on both databases.
#[macro_export]
macro_rules! story {
    ($(#[$doc:meta])* $name:ident, $world:ident from $clock:literal, $body:block) => {
        $(#[$doc])*
        mod $name {
            #[allow(unused_imports, reason = "a story may name nothing of its file")]
            use super::*;

            async fn story($world: $crate::support::World) $body

            #[tokio::test]
            async fn on_sqlite() {
                let Some(world) = $crate::support::World::begin($crate::support::Database::Sqlite, $clock).await else { return };
                story(world).await;
            }

            #[tokio::test]
            async fn on_postgres() {
                let Some(world) = $crate::support::World::begin($crate::support::Database::Postgres, $clock).await else { return };
                story(world).await;
            }
        }
    };
}

/// Functions that take a [`Database`], each run on both.
#[macro_export]
macro_rules! on_both {
    ($($name:ident;)*) => {
        $(mod $name {
            #[tokio::test]
            async fn on_sqlite() {
                super::$name($crate::support::Database::Sqlite).await;
            }

            #[tokio::test]
            async fn on_postgres() {
                super::$name($crate::support::Database::Postgres).await;
            }
        })*
    };
}
