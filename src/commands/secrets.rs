//! `relance secrets rotate`.

use std::path::{Path, PathBuf};

use anyhow::Context;
use indicatif::{ProgressBar, ProgressStyle};
use relance_store::Store;

use crate::{
    cli::{DatabaseArgs, SecretsAction},
    secrets,
};

pub async fn run(database: &DatabaseArgs, action: SecretsAction) -> anyhow::Result<()> {
    let SecretsAction::Rotate { new_key, new_key_text } = action;
    let new = match (&new_key, &new_key_text) {
        (Some(file), _) => {
            let text = std::fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))?;
            Some(secrets::decode(&text).with_context(|| format!("the key in {}", file.display()))?)
        }
        (None, Some(text)) => Some(secrets::decode(text).context("RELANCE_SECRET_KEY_NEW")?),
        (None, None) => None,
    };
    let store = super::open_current(database).await?;
    match new {
        Some(new) => change_key(database, &store, &new).await?,
        None => seal_anew(&store).await?,
    }
    Ok(store.close().await?)
}

async fn seal_anew(store: &Store) -> anyhow::Result<()> {
    let mut work = store.rotate_data_keys().await?;
    let bar = ProgressBar::new(work.tally().waiting);
    bar.set_style(ProgressStyle::with_template("{bar:40} {pos}/{len} secrets sealed anew")?);
    while work.step().await? {
        bar.set_position(work.tally().done);
    }
    bar.finish_and_clear();
    println!("{} secrets sealed anew; API keys made from now on have a new pepper", work.tally().done);
    Ok(())
}

/// On SQLite with its key file, the file follows: written beside first, so that no moment is without a key that fits.
async fn change_key(database: &DatabaseArgs, store: &Store, new: &[u8; 32]) -> anyhow::Result<()> {
    let file = secrets::key_file(&database.database_url).filter(|file| database.secret_key.is_none() && file.exists());
    let next = file.as_deref().map(beside);
    if let Some(next) = &next {
        secrets::write(next, new).with_context(|| format!("writing {}", next.display()))?;
    }
    let count = store.change_secret_key(new).await?;
    if let (Some(next), Some(file)) = (next, file) {
        std::fs::rename(&next, &file).with_context(|| format!("the new key is in {}: put it at {}", next.display(), file.display()))?;
        println!("{count} data keys wrapped anew; the new key is in {}", file.display());
    } else {
        println!("{count} data keys wrapped anew: start every process with the new RELANCE_SECRET_KEY");
    }
    Ok(())
}

fn beside(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".next");
    name.into()
}
