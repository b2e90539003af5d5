//! `relance migrate up|down|status`.

use crate::cli::{DatabaseArgs, MigrateAction};

pub async fn run(database: &DatabaseArgs, action: MigrateAction) -> anyhow::Result<()> {
    let store = super::open(database).await?;
    match action {
        MigrateAction::Up => {
            let done = store.migrate_up().await?;
            println!("{}", if done.is_empty() { "nothing to do".to_owned() } else { format!("applied {}", done.join(", ")) });
        }
        MigrateAction::Down => match store.migrate_down().await? {
            Some(step) => println!("took back {step}"),
            None => println!("nothing to take back"),
        },
        MigrateAction::Status => {
            let status = store.migration_status().await?;
            status.applied.iter().for_each(|step| println!("applied  {step}"));
            status.pending.iter().for_each(|step| println!("pending  {step}"));
        }
    }
    Ok(store.close().await?)
}
