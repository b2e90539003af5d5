//! Tasks for what a machine must not settle alone.

use relance_domain::{
    dunning::Title,
    event::EventType,
    ids::{ContactId, ReminderId},
    records::EventObject,
};
use uuid::Uuid;

use super::finish::{Row, Work};
use crate::{
    StoreError,
    dunning::{
        rows::{self, TaskBody, largest, text},
        zones::tenant_day,
    },
    entity::tasks,
    outbox::NewEvent,
    time::{day_text, millis},
};

/// Why a person has to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Raise {
    /// An address or number takes nothing.
    Unreachable,
    /// The message cannot be made, or will never be taken.
    Failed,
    /// Nobody knows whether it left.
    MayHaveBeenSent,
    /// Our own account or configuration is broken.
    Channel,
    /// The first provider does not take messages: the fallback carries them.
    Fallback,
    /// As many as may leave on a day have left.
    Capped,
}

impl Raise {
    fn kind(self) -> &'static str {
        match self {
            Self::Unreachable => "contact_unreachable",
            Self::Failed => "message_failed",
            Self::MayHaveBeenSent => "message_unknown",
            Self::Channel | Self::Fallback => "channel_broken",
            Self::Capped => "daily_cap_reached",
        }
    }

    fn title(self, row: &Row, detail: &str) -> Title {
        let (channel, step) = (row.row.channel.replace('_', " "), &row.row.step_key);
        let by = match row.row.channel.as_str() {
            "email" => "courriel",
            "sms" => "SMS",
            "letter" => "lettre",
            "registered_letter" => "lettre recommandée",
            other => other,
        };
        match self {
            Self::Unreachable => Title::new(
                format!("Find another {channel} contact: the one used for step {step} takes nothing ({detail})."),
                format!("Trouvez un autre contact ({by}) : celui de l’étape {step} ne reçoit rien ({detail})."),
            ),
            Self::Failed => Title::new(
                format!("Do step {step} by hand: its {channel} could not be sent ({detail})."),
                format!("Faites l’étape {step} à la main : l’envoi ({by}) n’a pas pu partir ({detail})."),
            ),
            Self::MayHaveBeenSent => Title::new(
                format!("Find out whether the {channel} of step {step} arrived: it may have been sent ({detail})."),
                format!("Vérifiez si l’envoi ({by}) de l’étape {step} est arrivé : il est peut-être parti ({detail})."),
            ),
            Self::Capped => Title::new(
                format!("Raise the daily limit of the channel {channel}, or leave it: {detail} left today, the rest waits until tomorrow."),
                format!(
                    "Relevez la limite quotidienne du canal {by}, ou laissez-la : {detail} envois aujourd’hui, le reste attend demain."
                ),
            ),
            Self::Fallback => Title::new(
                format!("Mend the channel {channel}: its messages leave by the fallback meanwhile ({detail})."),
                format!("Réparez le canal {by} : ses messages partent entre-temps par le canal de secours ({detail})."),
            ),
            Self::Channel => Title::new(
                format!("Mend the channel {channel}: nothing leaves over it ({detail})."),
                format!("Réparez le canal {by} : plus rien ne part ({detail})."),
            ),
        }
    }

    /// What the task is about; open tasks are not raised again for the same.
    fn about(self, row: &Row) -> (Uuid, String) {
        match (self, row.row.contact_id.map(ContactId)) {
            (Self::Channel, _) => (Uuid::nil(), format!("channel:{}", row.row.channel)),
            (Self::Fallback, _) => (Uuid::nil(), format!("channel:{}:fallback", row.row.channel)),
            (Self::Capped, _) => (Uuid::nil(), format!("channel:{}:cap", row.row.channel)),
            (Self::Unreachable, Some(contact)) => (row.row.customer_id, format!("{contact}:{}", row.row.channel)),
            _ => (row.row.customer_id, ReminderId(row.row.id).to_string()),
        }
    }
}

/// Raises the task unless one is open about the same; its id, if it was raised.
pub(super) fn raise(work: &mut Work, row: &Row, what: Raise, detail: &str) -> Result<Option<Uuid>, StoreError> {
    let about = what.about(row);
    if !work.raised.insert(about.clone()) {
        return Ok(None);
    }
    let id = Uuid::now_v7();
    let takes_the_step = matches!(what, Raise::Failed | Raise::MayHaveBeenSent);
    let lines =
        if matches!(what, Raise::Channel | Raise::Fallback | Raise::Capped) { Vec::new() } else { rows::reminder(&row.row)?.body.lines };
    let amount = largest(&lines);
    let title = what.title(row, detail);
    let body = TaskBody {
        lines,
        assign_to: vec!["collector".to_owned()],
        contact_id: row.row.contact_id.map(ContactId),
        title_fr: Some(title.fr),
    };
    let task = tasks::Model {
        tenant_id: work.tenant.id.0,
        id,
        customer_id: Some(row.row.customer_id),
        kind: what.kind().to_owned(),
        channel: None,
        step_key: takes_the_step.then(|| row.row.step_key.clone()),
        about: Some(about.1),
        status: "open".to_owned(),
        title: title.en,
        due_on: day_text(tenant_day(&work.tenant, work.now)),
        amount: amount.map_or(0, |sum| sum.minor),
        currency: amount.map(|sum| sum.currency.code().to_owned()),
        body: text("tasks", &body)?,
        outcome: None,
        result: None,
        completed_at: None,
        decision_id: row.row.decision_id,
        row_version: 1,
        created_at: millis(work.now),
    };
    work.events.push(NewEvent::new(EventType::TaskCreated, id, EventObject::Task(Box::new(rows::task(&task)?))));
    work.tasks.push(task);
    Ok(Some(id))
}
