//! Where the shared samples are.

use std::path::{Path, PathBuf};

/// The shared folder: `RELANCE_SHARED`, else beside the repository.
/// Absent, a test is skipped aloud; in CI that is a failure.
pub fn shared() -> Option<PathBuf> {
    let path = std::env::var_os("RELANCE_SHARED").map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared"), PathBuf::from);
    if path.join("samples").is_dir() {
        return Some(path);
    }
    let message = format!("skipped: no shared samples at {}", path.display());
    assert!(std::env::var_os("CI").is_none(), "{message}, and CI must have them");
    println!("{message}");
    None
}
