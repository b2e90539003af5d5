//! Documents in: read, turned into facts, and answered one by one. Also used by the command line.

mod map;
mod view;

use std::collections::{BTreeMap, BTreeSet};

use relance_domain::ids::TenantId;
use relance_ingest::DocumentKind;
use relance_openapi::{
    document::{DocumentItem, DocumentsAnswer},
    ingest::{IngestSummary, ResourceRef},
    problem::Code,
};
use relance_store::{
    Store,
    documents::{self, NewDocument},
    facts::{FactEnvelope, FactOutcome, FactResult, Mode, apply_in},
    tenants,
};
use sha2::{Digest, Sha256};

use crate::{
    caller::current_request_id,
    facts::refusal,
    problem::{Answer, Refusal},
};
use map::Read;

/// A document as it came.
#[derive(Debug, Clone)]
pub struct Document {
    /// Name of its file.
    pub file: Option<String>,
    /// Media type as stated; the format is found out from the bytes.
    pub media_type: Option<String>,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// Takes documents in for a tenant, in one transaction: buyers that are not known become customers.
///
/// # Errors
/// The database's; what is wrong with a document stands in its item.
pub async fn take(store: &Store, tenant: TenantId, source: &str, list: Vec<Document>, dry_run: bool) -> Answer<DocumentsAnswer> {
    let settings = {
        let tx = store.read(tenant).await?;
        tenants::get(&tx, tenant).await?.settings
    };
    let (list, read) = parse(list, settings.default_payment_days).await?;
    let tx = if dry_run { store.read(tenant).await? } else { store.write(tenant).await? };
    let credits = Credits::of(&tx, tenant, source, &read).await?;
    let (facts, places) = facts(source, &read, &credits);
    let mode = if dry_run { Mode::DryRun } else { Mode::Commit };
    let results = apply_in(&tx, store, tenant, &facts, mode).await?;
    let items = items(&list, read, &places, &results, dry_run);
    if !dry_run {
        let taken = list.into_iter().zip(&items).filter(|(_, item)| item.problem.is_none() && item.result != "duplicate");
        let kept = taken.map(|(document, item)| kept(document, item)).collect();
        let now = tenants::now(&tx, tenant, store.now()).await?;
        documents::keep(&tx, tenant, source, kept, now).await?;
        store.commit(tx).await?;
    }
    let summary = IngestSummary::of(items.iter().map(|item| item.result.as_str()));
    Ok(DocumentsAnswer { summary, items })
}

/// Reads the documents where they hold no other request up.
async fn parse(list: Vec<Document>, default_days: u16) -> Answer<(Vec<Document>, Vec<Answer<Read>>)> {
    let work = tokio::task::spawn_blocking(move || {
        let read = list.iter().map(|document| map::read(&document.bytes, default_days)).collect();
        (list, read)
    });
    work.await.map_err(|_| Refusal::new(Code::Internal, "Something failed on our side; the request id says where to look."))
}

fn kept(document: Document, item: &DocumentItem) -> NewDocument {
    let sha256 = Sha256::digest(&document.bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    let extracted = serde_json::json!({ "extracted": item.extracted, "provenance": item.provenance });
    NewDocument { file_name: document.file, media_type: document.media_type, sha256, extracted }
}

/// Which invoice a credit note means, by the number it names.
struct Credits(BTreeMap<(String, String), BTreeSet<String>>);

impl Credits {
    async fn of(tx: &relance_store::Tx, tenant: TenantId, source: &str, read: &[Answer<Read>]) -> Answer<Self> {
        let mut all = BTreeMap::<(String, String), BTreeSet<String>>::new();
        let read = || read.iter().filter_map(|read| read.as_ref().ok());
        let numbers: Vec<String> = read().flat_map(|read| read.extracted.preceding_invoices.iter().cloned()).collect();
        for known in documents::numbered(tx, tenant, source, &numbers).await? {
            all.entry((known.customer_external_id, known.number)).or_default().insert(known.external_id);
        }
        for read in read().filter(|read| read.extracted.kind == DocumentKind::Invoice) {
            let key = (read.customer_external_id.clone(), read.extracted.number.clone());
            all.entry(key).or_default().insert(read.external_id.clone());
        }
        Ok(Self(all))
    }

    /// The one invoice; none when none or several are named.
    fn invoice(&self, read: &Read) -> Option<String> {
        let named = read.extracted.preceding_invoices.iter();
        let found: BTreeSet<&String> =
            named.filter_map(|number| self.0.get(&(read.customer_external_id.clone(), number.clone()))).flatten().collect();
        let mut found = found.into_iter();
        found.next().filter(|_| found.next().is_none()).cloned()
    }
}

/// The facts, invoices before credit notes, and the place of each document's own fact among them.
fn facts(source: &str, read: &[Answer<Read>], credits: &Credits) -> (Vec<FactEnvelope>, BTreeMap<usize, usize>) {
    let (mut facts, mut places) = (Vec::new(), BTreeMap::new());
    for kind in [DocumentKind::Invoice, DocumentKind::CreditNote] {
        for (index, read) in read.iter().enumerate() {
            let Some(read) = read.as_ref().ok().filter(|read| read.extracted.kind == kind) else { continue };
            facts.push(FactEnvelope::new(source, map::customer(read)));
            places.insert(index, facts.len());
            facts.push(FactEnvelope::new(source, map::document(read, credits.invoice(read))));
        }
    }
    (facts, places)
}

fn items(
    list: &[Document],
    read: Vec<Answer<Read>>,
    places: &BTreeMap<usize, usize>,
    results: &[FactResult],
    dry_run: bool,
) -> Vec<DocumentItem> {
    let each = list.iter().zip(read).enumerate();
    each.map(|(index, (document, read))| match read {
        Err(refusal) => rejected(index, document, &refusal),
        Ok(read) => match places.get(&index).and_then(|place| results.get(*place)) {
            Some(result) => item(index, document, &read, result, dry_run),
            None => rejected(index, document, &Refusal::new(Code::Internal, "Nothing came of it.")),
        },
    })
    .collect()
}

fn rejected(index: usize, document: &Document, refusal: &Refusal) -> DocumentItem {
    DocumentItem {
        index,
        file: document.file.clone(),
        result: "rejected".to_owned(),
        resource: None,
        extracted: None,
        provenance: BTreeMap::new(),
        problem: Some(refusal.body(&current_request_id())),
        warnings: Vec::new(),
    }
}

fn item(index: usize, document: &Document, read: &Read, result: &FactResult, dry_run: bool) -> DocumentItem {
    let refused = refusal(&result.outcome);
    let word = match &result.outcome {
        _ if refused.is_some() => "rejected",
        FactOutcome::Unchanged | FactOutcome::Duplicate => "duplicate",
        FactOutcome::Parked(_) => "parked",
        _ => "accepted",
    };
    let imagined = dry_run && result.outcome == FactOutcome::Created;
    let resource = result.resource.as_ref().filter(|_| refused.is_none());
    DocumentItem {
        index,
        file: document.file.clone(),
        result: word.to_owned(),
        resource: resource.map(|(kind, id)| ResourceRef { kind: (*kind).to_owned(), id: (!imagined).then(|| id.clone()) }),
        extracted: Some(view::extracted(read)),
        provenance: read.provenance.clone(),
        problem: refused.map(|refusal| refusal.body(&current_request_id())),
        warnings: view::warnings(read),
    }
}
