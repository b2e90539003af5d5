//! The law against the tables that everybody shares.

mod due_date;
mod limitation;

use std::{env, fs, path::PathBuf};

use serde_json::Value;

/// A file of the shared law tables; none (and said so) where they are not at hand, except in CI.
pub fn table(file: &str) -> Option<Value> {
    let shared =
        env::var_os("RELANCE_SHARED").map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared"), PathBuf::from);
    let path = shared.join("law").join(file);
    match fs::read_to_string(&path) {
        Ok(text) => Some(serde_json::from_str(&text).unwrap()),
        Err(error) if env::var_os("CI").is_some() => panic!("{}: {error}", path.display()),
        Err(error) => {
            println!("skipped: {}: {error}", path.display());
            None
        }
    }
}
