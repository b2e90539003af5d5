//! `expand=customer`: the customer beside its id, one deep, one more read a page.

use std::collections::{BTreeMap, BTreeSet};

use relance_domain::ids::{CustomerId, TenantId};
use relance_openapi::{customer::CustomerView, invoice::InvoiceView, reminder::ReminderView, task::TaskView};
use relance_store::{StoreError, customers};

use crate::{problem::Answer, query::Query, state::App};

/// A view that names a customer and has room for it.
pub trait NamesCustomer {
    /// The customer's id, if there is one, and the room.
    fn customer(&mut self) -> (Option<&str>, &mut Option<Box<CustomerView>>);
}

macro_rules! names_customer {
    ($($view:ty),*) => {
        $(impl NamesCustomer for $view {
            fn customer(&mut self) -> (Option<&str>, &mut Option<Box<CustomerView>>) {
                (Some(&self.customer_id), &mut self.customer)
            }
        })*
    };
}

names_customer!(InvoiceView, ReminderView);

impl NamesCustomer for TaskView {
    fn customer(&mut self) -> (Option<&str>, &mut Option<Box<CustomerView>>) {
        (self.customer_id.as_deref(), &mut self.customer)
    }
}

/// What was asked for beside the ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expand {
    customer: bool,
}

impl Expand {
    /// Reads `expand`.
    ///
    /// # Errors
    /// 422 at a word that cannot be expanded.
    pub fn read(query: &Query) -> Answer<Self> {
        Ok(Self { customer: !query.words("expand", &["customer"])?.is_empty() })
    }

    /// Is nothing asked for? Then an answer's tag is that of its object.
    pub fn is_nothing(self) -> bool {
        !self.customer
    }

    /// Puts what was asked for into `views`: one read, however many there are.
    ///
    /// # Errors
    /// The database's.
    pub async fn fill<T: NamesCustomer>(self, app: &App, tenant: TenantId, views: &mut [T]) -> Answer<()> {
        if !self.customer || views.is_empty() {
            return Ok(());
        }
        let ids: BTreeSet<CustomerId> = views.iter_mut().filter_map(|view| view.customer().0?.parse().ok()).collect();
        let tx = app.store.read(tenant).await?;
        let found = customers::of_ids(&tx, tenant, ids).await?;
        tx.commit().await.map_err(StoreError::from)?;
        let known: BTreeMap<String, CustomerView> = found.iter().map(|record| (record.id.to_string(), record.into())).collect();
        for view in views {
            let (id, room) = view.customer();
            *room = id.and_then(|id| known.get(id)).cloned().map(Box::new);
        }
        Ok(())
    }
}
