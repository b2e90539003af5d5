//! Letters to print: the PDF in a folder, for whoever posts them.

use std::path::Path;

use relance_domain::records::MessageContent;

use super::Handed;
use crate::sending::providers::RefusalScope;

/// Writes the letter to `folder` as `<reference>.pdf`, what it encloses beside it as `<reference>-2.pdf`; without a folder
/// it is kept in the database only. Written again, it is the same file: nothing leaves twice.
pub async fn print(folder: Option<&Path>, reference: &str, content: &MessageContent) -> Handed {
    let Some(folder) = folder else { return Handed::Accepted { provider_id: None } };
    let Some((letter, enclosed)) = content.attachments.split_first() else {
        return Handed::refused(RefusalScope::Message, "the letter has no sheet");
    };
    let name = format!("{reference}.pdf");
    let beside = enclosed.iter().enumerate().map(|(at, file)| (format!("{reference}-{}.pdf", at + 2), file));
    // the letter last: where it is, all is
    for (name, file) in beside.chain([(name.clone(), letter)]) {
        if let Err(error) = write(folder, &name, &file.data).await {
            // full or missing: every letter waits until somebody looks
            return Handed::refused(RefusalScope::Account, &format!("the folder for letters cannot be written to: {}", error.kind()));
        }
    }
    Handed::Accepted { provider_id: Some(name) }
}

/// Whole or not at all: written beside, then put in place.
async fn write(folder: &Path, name: &str, data: &[u8]) -> std::io::Result<()> {
    tokio::fs::create_dir_all(folder).await?;
    let beside = folder.join(format!(".{name}.part"));
    tokio::fs::write(&beside, data).await?;
    tokio::fs::rename(&beside, folder.join(name)).await
}

#[cfg(test)]
mod tests {
    use relance_domain::records::Attachment;

    use super::*;

    #[tokio::test]
    async fn what_a_letter_encloses_lies_beside_it() {
        let file = |name: &str| Attachment {
            name: name.into(),
            media_type: "application/pdf".into(),
            sha256: String::new(),
            data: name.as_bytes().to_vec(),
        };
        let content = MessageContent { attachments: vec![file("letter.pdf"), file("statement.pdf")], ..MessageContent::default() };
        let folder = tempfile::tempdir().unwrap();
        for _ in 0..2 {
            let handed = print(Some(folder.path()), "rl_1", &content).await;
            assert_eq!(handed, Handed::Accepted { provider_id: Some("rl_1.pdf".into()) });
        }
        let mut names: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, ["rl_1-2.pdf", "rl_1.pdf"]);
    }
}
