//! Postal addresses.

use relance_domain::customer::Address;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A postal address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostalAddress {
    /// Street lines.
    #[serde(default)]
    pub lines: Vec<String>,
    /// Postcode.
    pub postcode: Option<String>,
    /// Town.
    pub city: Option<String>,
    /// ISO 3166-1 alpha-2.
    #[schema(example = "FR")]
    pub country: String,
}

impl From<&Address> for PostalAddress {
    fn from(address: &Address) -> Self {
        let Address { lines, postcode, city, country } = address;
        Self { lines: lines.clone(), postcode: postcode.clone(), city: city.clone(), country: country.clone() }
    }
}

impl From<PostalAddress> for Address {
    fn from(address: PostalAddress) -> Self {
        let PostalAddress { lines, postcode, city, country } = address;
        Self { lines, postcode, city, country }
    }
}
