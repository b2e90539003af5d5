//! Invoices that callers of one tenant ask for at the same moment are read together, in one statement.
//!
//! Every thread of the server has a desk of its own, so that nothing is handed from thread to thread. Who finds
//! nobody reading for his tenant starts it at once; who comes while it runs is read with the next statement.

use std::{cell::RefCell, collections::HashMap};

use actix_web::{rt, web::Data};
use relance_domain::{
    ids::{InvoiceId, TenantId},
    records::InvoiceRecord,
};
use relance_openapi::problem::Code;
use relance_store::invoices;
use tokio::sync::oneshot;

use crate::{
    problem::{Answer, Refusal},
    state::App,
};

/// Read in one statement at most.
const MOST: usize = 100;

/// Who waits for which invoice, by tenant; a tenant that stands here is being read for.
#[derive(Debug, Default)]
pub struct Desk(RefCell<HashMap<TenantId, Vec<Asked>>>);

#[derive(Debug)]
struct Asked {
    id: InvoiceId,
    answer: oneshot::Sender<Answer<InvoiceRecord>>,
}

/// One invoice.
///
/// # Errors
/// 404, or the database's.
pub async fn invoice(desk: &Data<Desk>, app: &Data<App>, tenant: TenantId, id: InvoiceId) -> Answer<InvoiceRecord> {
    let (answer, told) = oneshot::channel();
    let asked = Asked { id, answer };
    let first = match desk.0.borrow_mut().entry(tenant) {
        std::collections::hash_map::Entry::Occupied(mut waiting) => {
            waiting.get_mut().push(asked);
            false
        }
        std::collections::hash_map::Entry::Vacant(free) => {
            free.insert(vec![asked]);
            true
        }
    };
    if first {
        let reading = Reading { desk: desk.clone(), tenant };
        let app = app.clone();
        rt::spawn(async move {
            while let Some(asked) = reading.next() {
                read(&app, reading.tenant, asked).await;
            }
        });
    }
    told.await.unwrap_or_else(|_| Err(Refusal::new(Code::Internal, "Something failed on our side; the request id says where to look.")))
}

/// Stands at the desk for one tenant; whatever ends it, the next who asks starts anew.
struct Reading {
    desk: Data<Desk>,
    tenant: TenantId,
}

impl Reading {
    /// Who waits now, as many as go into one statement.
    fn next(&self) -> Option<Vec<Asked>> {
        let mut desk = self.desk.0.borrow_mut();
        let waiting = desk.get_mut(&self.tenant).filter(|waiting| !waiting.is_empty())?;
        let rest = waiting.split_off(waiting.len().min(MOST));
        Some(std::mem::replace(waiting, rest))
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        self.desk.0.borrow_mut().remove(&self.tenant);
    }
}

async fn read(app: &App, tenant: TenantId, asked: Vec<Asked>) {
    let mut ids: Vec<InvoiceId> = asked.iter().map(|one| one.id).collect();
    ids.sort_unstable();
    ids.dedup();
    let found = invoices::get_all(&app.store, tenant, &ids).await.map_err(Refusal::from);
    for Asked { id, answer } in asked {
        let told = match &found {
            Ok(records) => records.iter().find(|record| record.id == id).cloned().ok_or_else(Refusal::not_found),
            Err(refusal) => Err(Refusal::new(refusal.code, refusal.detail.clone())),
        };
        // who hung up does not hear it
        let _ = answer.send(told);
    }
}
