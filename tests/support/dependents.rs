//! Processes that must not outlive the tests.

use std::process::{Child, Command, Stdio};

/// Kills `child` (and removes `folder`) once this test process is gone, however it ended.
pub fn end_with_us(child: &Child, folder: Option<&std::path::Path>) {
    let script = format!(
        "while kill -0 {} 2>/dev/null; do sleep 0.2; done; kill -TERM {} 2>/dev/null; sleep 1; kill -KILL {} 2>/dev/null; {}",
        std::process::id(),
        child.id(),
        child.id(),
        folder.map(|folder| format!("rm -rf '{}'", folder.display())).unwrap_or_default()
    );
    let watch = Command::new("setsid").args(["sh", "-c", &script]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    assert!(watch.is_ok(), "setsid (util-linux) starts the watcher");
}
