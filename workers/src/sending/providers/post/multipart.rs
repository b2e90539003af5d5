//! `multipart/form-data`, whole in memory: what is sent again is the same.

use uuid::Uuid;

/// A part: name, file name and media type where it is a file, bytes.
pub(super) struct Part<'a> {
    pub name: &'a str,
    pub file: Option<(&'a str, &'a str)>,
    pub data: &'a [u8],
}

impl<'a> Part<'a> {
    pub fn text(name: &'a str, text: &'a str) -> Self {
        Self { name, file: None, data: text.as_bytes() }
    }

    pub fn json(name: &'a str, text: &'a str) -> Self {
        Self { name, file: Some(("", "application/json")), data: text.as_bytes() }
    }

    pub fn pdf(name: &'a str, file: &'a str, data: &'a [u8]) -> Self {
        Self { name, file: Some((file, "application/pdf")), data }
    }
}

/// Media type and body. Names are ours: they hold no quote.
pub(super) fn body(key: Uuid, parts: &[Part<'_>]) -> (String, Vec<u8>) {
    let boundary = format!("relance-{}", key.simple());
    let mut body = Vec::new();
    for part in parts {
        body.extend_from_slice(format!("--{boundary}\r\ncontent-disposition: form-data; name=\"{}\"", part.name).as_bytes());
        if let Some((file, media_type)) = part.file {
            if !file.is_empty() {
                body.extend_from_slice(format!("; filename=\"{file}\"").as_bytes());
            }
            body.extend_from_slice(format!("\r\ncontent-type: {media_type}").as_bytes());
        }
        body.extend_from_slice(b"\r\n\r\n");
        body.extend_from_slice(part.data);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    (format!("multipart/form-data; boundary={boundary}"), body)
}
