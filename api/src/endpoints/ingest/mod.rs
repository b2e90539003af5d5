//! `/v1/ingest`: facts in, many at a time.

mod batch;
mod documents;
mod events;
mod inbox;
mod ingested;
mod mails;
mod parked;

use crate::routes::Registry;

/// Registers them.
pub fn routes(cfg: &mut impl Registry) {
    cfg.service(documents::ingest_documents)
        .service(events::ingest_events)
        .service(ingested::get_ingested_event)
        .service(mails::ingest_mail)
        .service(parked::list_parked)
        .service(inbox::list_inbox)
        .service(inbox::get_inbox)
        .service(inbox::replay_inbox);
}
