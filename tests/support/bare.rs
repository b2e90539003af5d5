//! A store of its own, without a server, with one test tenant.

use std::sync::Arc;

use relance_domain::{clock::Clock, ids::TenantId};
use relance_store::{
    Scope, Store, StoreConfig,
    tenants::{self, NewTenant},
};

use super::{Database, server};

/// A store on a fresh database under `clock`, a tenant in it, and the database's URL.
pub async fn store(database: Database, clock: Arc<dyn Clock>) -> Option<(Store, TenantId, String)> {
    let url = server::fresh_url(database)?;
    let store = Store::open(&StoreConfig { url: url.clone(), secret_key: [7; 32], connections: 4 }, clock).await.unwrap();
    store.migrate_up().await.unwrap();
    let tenant = tenant(&store, "T").await;
    Some((store, tenant, url))
}

/// Another tenant.
pub async fn tenant(store: &Store, name: &str) -> TenantId {
    let tx = store.write(Scope::System).await.unwrap();
    let tenant = tenants::create(&tx, NewTenant { name: name.into(), live: false, clock: None }, store.now()).await.unwrap().id;
    store.commit(tx).await.unwrap();
    tenant
}
