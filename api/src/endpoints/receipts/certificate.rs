//! Certificates that notifications are signed with: fetched once, few in number.

use std::{
    collections::BTreeMap,
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use relance_ingest::receipts::certificate_url;

use crate::state::App;

static KNOWN: LazyLock<Mutex<BTreeMap<String, Arc<[u8]>>>> = LazyLock::new(Mutex::default);
/// Beyond this all are forgotten and fetched anew.
const MOST: usize = 32;

/// The certificate that a notification names, from the provider itself; `None` when it names none of its.
pub(super) async fn of(app: &App, body: &[u8]) -> Option<Arc<[u8]>> {
    let url = certificate_url(body)?;
    let known = || KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(certificate) = known().get(&url) {
        return Some(Arc::clone(certificate));
    }
    let fetched: Arc<[u8]> = app.egress.fetch(&url).await.ok()?.into();
    let mut all = known();
    if all.len() >= MOST {
        all.clear();
    }
    all.insert(url, Arc::clone(&fetched));
    Some(fetched)
}
