//! The key that seals secrets at rest.

use std::{
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use base64::{Engine, engine::general_purpose::STANDARD};

/// The operator's key, or on SQLite the one in the file beside the database.
pub fn key(given: Option<&str>, database_url: &str) -> anyhow::Result<[u8; 32]> {
    if let Some(text) = given {
        return decode(text).context("RELANCE_SECRET_KEY");
    }
    let Some(file) = key_file(database_url) else {
        bail!(
            "PostgreSQL needs RELANCE_SECRET_KEY: 32 bytes in base64, the same for every process. Make one with: openssl rand -base64 32"
        );
    };
    if file.exists() {
        let text = std::fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))?;
        return decode(&text).with_context(|| format!("the key in {}", file.display()));
    }
    let mut key = [0_u8; 32];
    getrandom::fill(&mut key).map_err(|error| anyhow::anyhow!("no randomness: {error}"))?;
    write(&file, &key).with_context(|| format!("writing {}", file.display()))?;
    tracing::info!(file = %file.display(), "made a secret key: keep it with the database, without it sealed secrets do not open");
    Ok(key)
}

fn decode(text: &str) -> anyhow::Result<[u8; 32]> {
    let bytes = STANDARD.decode(text.trim()).context("is not base64")?;
    let length = bytes.len();
    bytes.try_into().map_err(|_| anyhow::anyhow!("must be 32 bytes, it is {length}. Make one with: openssl rand -base64 32"))
}

fn write(file: &Path, key: &[u8; 32]) -> std::io::Result<()> {
    let mut out = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(file)?;
    writeln!(out, "{}", STANDARD.encode(key))
}

/// The file beside a SQLite database.
fn key_file(database_url: &str) -> Option<PathBuf> {
    let path = sqlite_path(database_url)?;
    let mut name = path.into_os_string();
    name.push(".key");
    Some(name.into())
}

/// The file of a SQLite URL.
pub fn sqlite_path(database_url: &str) -> Option<PathBuf> {
    let rest = database_url.strip_prefix("sqlite:")?;
    let rest = rest.strip_prefix("//").unwrap_or(rest);
    Some(PathBuf::from(rest.split('?').next().unwrap_or(rest)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_file_is_made_once_and_only_for_its_owner() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}/relance.db", folder.path().display());
        let first = key(None, &url).unwrap();
        assert_eq!(key(None, &url).unwrap(), first);
        let mode = std::fs::metadata(folder.path().join("relance.db.key")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn postgres_without_a_key_and_keys_of_another_length_are_refused() {
        assert!(key(None, "postgres://localhost/relance").is_err());
        assert!(key(Some("c2hvcnQ="), "sqlite://x.db").unwrap_err().chain().any(|cause| cause.to_string().contains("32 bytes")));
    }
}
