//! A request with an `Idempotency-Key` takes effect once: its answer is written with its effect.

mod answer;
mod running;

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use actix_web::{HttpResponse, ResponseError};
use relance_domain::ids::TenantId;
use relance_openapi::problem::Code;
use relance_store::{
    StoreError, Tx,
    idempotency::{self as kept, Known, Request},
};

pub use answer::{kept_of, replay};
pub use running::{Running, Turn};

use crate::{
    problem::{Answer, Refusal},
    state::App,
};

tokio::task_local! {
    /// The key of the request being answered.
    pub static KEYED: Arc<Keyed>;
}

/// A request that carried a key.
#[derive(Debug)]
pub struct Keyed {
    /// Whose.
    pub tenant: TenantId,
    /// Which.
    pub request: Request,
    settled: AtomicBool,
}

impl Keyed {
    /// A request whose answer is not kept yet.
    pub fn new(tenant: TenantId, request: Request) -> Arc<Self> {
        Arc::new(Self { tenant, request, settled: AtomicBool::new(false) })
    }

    /// Is there nothing left to keep?
    pub fn is_settled(&self) -> bool {
        self.settled.load(Ordering::Acquire)
    }
}

impl App {
    /// Ends a write: puts it into the audit log, commits `tx` and gives `answer`, which is kept in the same transaction when the request
    /// carried a key. If the same request was answered meanwhile by another process, nothing of this one
    /// remains and that answer is given. A dry run leaves nothing.
    ///
    /// # Errors
    /// The database's.
    pub async fn conclude(&self, tx: Tx, dry_run: bool, answer: HttpResponse) -> Answer<HttpResponse> {
        if dry_run {
            tx.rollback().await.map_err(StoreError::from)?;
            return Ok(answer);
        }
        let answer = self.audited(&tx, answer).await?;
        let Ok(keyed) = KEYED.try_with(Arc::clone) else {
            self.store.commit(tx).await?;
            return Ok(answer);
        };
        let (answer, keep) = kept_of(answer).await?;
        if let Some(keep) = keep
            && !kept::keep(&self.store, &tx, keyed.tenant, &keyed.request, &keep).await?
        {
            tx.rollback().await.map_err(StoreError::from)?;
            keyed.settled.store(true, Ordering::Release);
            return Ok(self.answered(&keyed).await?.unwrap_or(answer));
        }
        self.store.commit(tx).await?;
        keyed.settled.store(true, Ordering::Release);
        Ok(answer)
    }

    /// The answer that is known for the request, if there is one.
    ///
    /// # Errors
    /// The database's.
    pub async fn answered(&self, keyed: &Keyed) -> Answer<Option<HttpResponse>> {
        let tx = self.store.read(keyed.tenant).await?;
        let known = kept::look(&self.store, &tx, keyed.tenant, &keyed.request).await?;
        tx.commit().await.map_err(StoreError::from)?;
        Ok(match known {
            Known::New => None,
            Known::Answered(answer) => Some(replay(&answer)),
            Known::Reused => Some(reused().error_response()),
        })
    }
}

fn reused() -> Refusal {
    let detail = "This key was used with another body. Use a new key for a new request.";
    Refusal::field(Code::IdempotencyKeyReused, "header:Idempotency-Key", detail)
}
