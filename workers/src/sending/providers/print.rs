//! Letters to print: the PDF in a folder, for whoever posts them.

use std::path::Path;

use relance_domain::records::MessageContent;

use super::Handed;
use crate::sending::providers::RefusalScope;

/// Writes the letter to `folder` as `<reference>.pdf`; without a folder it is kept in the database only.
/// Written again, it is the same file: nothing leaves twice.
pub async fn print(folder: Option<&Path>, reference: &str, content: &MessageContent) -> Handed {
    let Some(folder) = folder else { return Handed::Accepted { provider_id: None } };
    let Some(letter) = content.attachments.first() else {
        return Handed::refused(RefusalScope::Message, "the letter has no sheet");
    };
    let name = format!("{reference}.pdf");
    match write(folder, &name, &letter.data).await {
        Ok(()) => Handed::Accepted { provider_id: Some(name) },
        // full or missing: every letter waits until somebody looks
        Err(error) => Handed::refused(RefusalScope::Account, &format!("the folder for letters cannot be written to: {}", error.kind())),
    }
}

/// Whole or not at all: written beside, then put in place.
async fn write(folder: &Path, name: &str, data: &[u8]) -> std::io::Result<()> {
    tokio::fs::create_dir_all(folder).await?;
    let beside = folder.join(format!(".{name}.part"));
    tokio::fs::write(&beside, data).await?;
    tokio::fs::rename(&beside, folder.join(name)).await
}
