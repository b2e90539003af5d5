//! The key that seals secrets at rest.

use std::{
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use base64::{Engine, engine::general_purpose::STANDARD};

/// Characters of an operator's key at least.
const SHORTEST_OPERATOR_KEY: usize = 24;

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

/// A key in base64.
pub fn decode(text: &str) -> anyhow::Result<[u8; 32]> {
    let bytes = STANDARD.decode(text.trim()).context("is not base64")?;
    let length = bytes.len();
    let key: [u8; 32] =
        bytes.try_into().map_err(|_| anyhow::anyhow!("must be 32 bytes, it is {length}. Make one with: openssl rand -base64 32"))?;
    // random bytes repeat hardly; zeros, a word or a counter are no secret
    let distinct = key.iter().collect::<std::collections::BTreeSet<_>>().len();
    let counter = key.windows(2).all(|pair| matches!(pair, [a, b] if b.wrapping_sub(*a) == 1));
    anyhow::ensure!(distinct >= 8 && !counter, "is easily guessed. Make one with: openssl rand -base64 32");
    Ok(key)
}

/// The operator's key opens every tenant: a short one is refused.
pub fn check_operator_key(key: Option<&str>) -> anyhow::Result<()> {
    let long = key.is_none_or(|key| key.is_empty() || key.len() >= SHORTEST_OPERATOR_KEY);
    anyhow::ensure!(
        long,
        "RELANCE_OPERATOR_KEY must have {SHORTEST_OPERATOR_KEY} characters at least. Make one with: openssl rand -hex 32"
    );
    Ok(())
}

/// Writes a key for its owner only; the file must not exist.
pub fn write(file: &Path, key: &[u8; 32]) -> std::io::Result<()> {
    let mut out = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(file)?;
    writeln!(out, "{}", STANDARD.encode(key))
}

/// The file beside a SQLite database.
pub fn key_file(database_url: &str) -> Option<PathBuf> {
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

    #[test]
    fn keys_that_anybody_would_guess_are_refused() {
        let refused = |bytes: [u8; 32]| decode(&STANDARD.encode(bytes)).is_err();
        assert!(refused([0; 32]) && refused([b'x'; 32]) && refused(*b"secretsecretsecretsecretsecretse"));
        assert!(refused(std::array::from_fn(|at| u8::try_from(at).unwrap())));
        assert!(!refused(*b"Zx9!kq4Lm7vT2#pRw8sYb3Nc6HdJ5fGa"));
        assert!(check_operator_key(Some("changeme")).is_err());
        assert!(check_operator_key(None).is_ok() && check_operator_key(Some("operator-key-of-the-tests-0123456789")).is_ok());
    }
}
