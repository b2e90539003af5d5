//! What a provider of letters shows of one that it took.

use super::Receipt;

/// A file that proves something about a letter: its deposit, its delivery, its refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// Our reference of the letter, if the provider gives it.
    pub reference: Option<String>,
    /// The provider's id of the letter.
    pub provider_id: Option<String>,
    /// `deposit`, `acknowledgement`, `refusal`, `non_claim`: one of each kind is kept.
    pub kind: &'static str,
    /// Media type.
    pub media_type: &'static str,
    /// The bytes.
    pub data: Vec<u8>,
}

impl Proof {
    /// Name of the file: `deposit-proof.pdf`.
    pub fn file_name(&self) -> String {
        let ending = match self.media_type {
            "application/pdf" => "pdf",
            "image/jpeg" => "jpeg",
            "application/zip" => "zip",
            _ => "bin",
        };
        format!("{}-proof.{ending}", self.kind.replace('_', "-"))
    }

    /// What the bytes are, by their beginning; `None` when they are none that a proof is made of.
    pub fn media_type_of(data: &[u8]) -> Option<&'static str> {
        [(b"%PDF".as_slice(), "application/pdf"), (b"\xff\xd8\xff", "image/jpeg"), (b"PK\x03\x04", "application/zip")]
            .into_iter()
            .find(|(start, _)| data.starts_with(start))
            .map(|(_, media_type)| media_type)
    }
}

/// What a provider says of a letter when it is asked how it fares.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Followed {
    /// What became of it.
    pub receipts: Vec<Receipt>,
    /// Files that prove it.
    pub proofs: Vec<Proof>,
    /// Nothing more will come.
    pub done: bool,
}
