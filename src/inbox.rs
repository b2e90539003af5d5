//! The workers have webhooks of sources translated by the API's reading of facts: they meet only here.

use async_trait::async_trait;
use relance_api::translation;
use relance_store::{Store, StoreError, inbox::ClaimedDelivery};
use relance_workers::inbox::Translator;

/// The API's translation, as the workers know it.
pub struct Translation(pub Store);

#[async_trait]
impl Translator for Translation {
    async fn translate(&self, lease_by: &str, delivery: ClaimedDelivery) -> Result<(), StoreError> {
        translation::translate(&self.0, lease_by, delivery).await
    }
}
