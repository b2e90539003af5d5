//! A person of the tenant's house who does something by hand.

use relance_domain::records::By;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Who did it: kept as evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// Name.
    #[schema(example = "C. Martin")]
    pub name: String,
    /// E-mail; four eyes are two different e-mails.
    #[schema(example = "c.martin@atelier.example")]
    pub email: String,
}

impl From<&By> for Person {
    fn from(By { name, email }: &By) -> Self {
        Self { name: name.clone(), email: email.clone() }
    }
}
