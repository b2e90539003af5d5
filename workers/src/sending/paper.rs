//! Letters and statements of account take a tenth of a second each: laid out before the transaction, used in it when the facts
//! are still the same.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use relance_domain::{
    customer::ContactRole,
    dunning::{LastLook, Snapshot, look_again},
    ids::{ReminderId, TenantId},
    phone,
    records::MessageContent,
    statement::Statement,
};
use relance_letters::{
    MessageContext,
    from_records::{PrintedDates, Sender, content, message_context, statement_pdf},
};
use relance_store::{
    StoreError, dunning,
    sending::{self, SendJob},
};

use super::SendContext;

/// Channels that letters go by.
pub(super) const LETTERS: &[&str] = &["letter", "registered_letter"];

/// A letter, or the statement that goes along with a mail, with what it was made from.
pub(super) struct Letter {
    pub context: MessageContext,
    pub of: Option<Box<Statement>>,
    /// Of a letter.
    pub content: Result<MessageContent, String>,
    /// Of a mail.
    pub statement: Option<Vec<u8>>,
}

impl Letter {
    /// Is it what these facts would make?
    pub fn is_of(&self, job: &SendJob, context: &MessageContext) -> bool {
        self.context == *context && self.of == job.facts.statement
    }
}

/// The letters among `reminders` that would leave now.
pub(super) async fn render(
    ctx: &SendContext,
    tenant: TenantId,
    reminders: &[ReminderId],
    now: DateTime<Utc>,
) -> Result<BTreeMap<ReminderId, Letter>, StoreError> {
    let tx = ctx.store.read(tenant).await?;
    let jobs = sending::load(&tx, tenant, reminders, now).await?;
    let jobs: Vec<SendJob> = jobs.into_iter().filter(is_laid_out).collect();
    if jobs.is_empty() {
        return Ok(BTreeMap::new());
    }
    let customers: Vec<_> = jobs.iter().map(|job| job.facts.reminder.customer_id).collect();
    let snapshots = dunning::snapshots(&tx, tenant, &customers, now).await?;
    drop(tx);
    let leaving = jobs.into_iter().filter_map(|job| {
        let snapshot = snapshots.iter().find(|snapshot| snapshot.customer_id == job.facts.reminder.customer_id)?;
        match look_again(snapshot, &job.live_reminder()?, now) {
            LastLook::Go { pay_before_on, deadline_on } => Some((job, PrintedDates { pay_before_on, deadline_on })),
            LastLook::Later { .. } | LastLook::Cancel { .. } => None,
        }
    });
    let leaving: Vec<(SendJob, PrintedDates)> = leaving.collect();
    let printed = tokio::task::spawn_blocking(move || leaving.into_iter().map(|(job, dates)| print(&job, dates, now)).collect());
    printed.await.map_err(|error| StoreError::WrongState(format!("letters could not be laid out: {error}")))
}

pub(super) fn is_letter(job: &SendJob) -> bool {
    LETTERS.contains(&job.facts.reminder.channel.as_str())
}

/// Does it need more than a moment?
pub(super) fn is_laid_out(job: &SendJob) -> bool {
    is_letter(job) || job.facts.statement.is_some()
}

fn print(job: &SendJob, dates: PrintedDates, now: DateTime<Utc>) -> (ReminderId, Letter) {
    let context = message_context(&job.facts, dates, now);
    let of = job.facts.statement.clone();
    if is_letter(job) {
        let content = content(&job.facts, &context, &Sender::default()).map_err(|error| error.to_string());
        return (job.id(), Letter { context, of, content, statement: None });
    }
    let statement = statement_pdf(&job.facts);
    (job.id(), Letter { context, of, content: Ok(MessageContent::default()), statement })
}

/// Whom a registered e-letter is handed to: the one who answers for the debtor, else whoever has an e-mail address.
pub(super) fn name_person(content: &mut MessageContent, snapshot: &Snapshot) {
    const ROLES: [ContactRole; 4] =
        [ContactRole::LegalRepresentative, ContactRole::Director, ContactRole::Approver, ContactRole::AccountsPayable];
    let with_email = || snapshot.contacts.iter().filter(|contact| contact.details.email.is_some());
    let by_role = ROLES.iter().find_map(|role| with_email().find(|contact| contact.details.role == *role));
    let Some(contact) = by_role.or_else(|| with_email().next()) else { return };
    let details = &contact.details;
    let phone = details.phone.as_deref().and_then(phone::mobile);
    for (name, value) in [("email", &details.email), ("phone", &phone), ("contact", &details.name)] {
        content.headers.extend(value.clone().map(|value| (name.to_owned(), value)));
    }
}
