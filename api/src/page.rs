//! Pages by key: a row that exists throughout is seen exactly once, whatever comes and goes.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use relance_openapi::problem::Code;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::problem::{Answer, Refusal};

/// How many bytes of the digest a cursor carries.
const TAG: usize = 12;

/// Where a page begins and how long it is.
#[derive(Debug)]
pub struct Paging {
    /// Rows of the page.
    pub limit: u64,
    /// Tenant, path and filters, which the cursor is bound to.
    binding: String,
    after: Option<Vec<String>>,
}

impl Paging {
    /// A page of the list named by `binding`, from `cursor` on.
    ///
    /// # Errors
    /// 400 `cursor_mismatch` when the cursor does not read or belongs to another list.
    pub fn new(limit: u64, binding: &str, cursor: Option<&str>) -> Answer<Self> {
        let mut page = Self { limit, binding: binding.to_owned(), after: None };
        if let Some(text) = cursor {
            page.after = Some(page.open(text).ok_or_else(mismatch)?);
        }
        Ok(page)
    }

    /// How many rows to fetch: one more than is shown tells whether more follows.
    pub fn fetch(&self) -> u64 {
        self.limit + 1
    }

    /// The key of the last row of the page before.
    pub fn after(&self) -> Option<&[String]> {
        self.after.as_deref()
    }

    /// The same, where the key is one id.
    ///
    /// # Errors
    /// 400 `cursor_mismatch`.
    pub fn after_id(&self) -> Answer<Option<Uuid>> {
        match self.after() {
            None => Ok(None),
            Some([id]) => id.parse().map(Some).map_err(|_| mismatch()),
            Some(_) => Err(mismatch()),
        }
    }

    /// Cuts what was fetched to the page; the cursor is there when more follows.
    pub fn cut<T>(&self, mut rows: Vec<T>, key: impl FnOnce(&T) -> Vec<String>) -> (Vec<T>, Option<String>) {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| more).map(|row| self.seal(&key(row)));
        (rows, next)
    }

    fn seal(&self, key: &[String]) -> String {
        let text = serde_json::to_string(key).unwrap_or_default();
        let mut bytes = self.tag(&text);
        bytes.extend_from_slice(text.as_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    fn open(&self, cursor: &str) -> Option<Vec<String>> {
        let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let (tag, text) = bytes.split_at_checked(TAG)?;
        let text = std::str::from_utf8(text).ok()?;
        (tag == self.tag(text)).then(|| serde_json::from_str(text).ok()).flatten()
    }

    fn tag(&self, text: &str) -> Vec<u8> {
        let digest = Sha256::new().chain_update(&self.binding).chain_update(b"\n").chain_update(text).finalize();
        digest.into_iter().take(TAG).collect()
    }
}

fn mismatch() -> Refusal {
    Refusal::field(Code::CursorMismatch, "query:cursor", "Use next_cursor as it was given, with the same filters.")
}
