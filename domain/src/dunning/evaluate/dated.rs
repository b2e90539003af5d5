//! Nothing rests for ever in silence: what stops the chase and waits for a person is a dated task of that person.

use chrono::{Months, NaiveDate};

use super::{
    blocks::{Block, Blocks},
    context::Context,
    outcome::Draft,
};
use crate::{
    calendar::add_business_days,
    dunning::{
        ONCE, Title, Why,
        decision::{Action, NewTask},
    },
};

/// Months to declare a claim from the publication of the judgment (C. com. R622-24).
const MONTHS_TO_DECLARE: u32 = 2;

/// What a person has to do about a block: kind of the task, what to do, roles.
fn asked(why: Why) -> Option<(&'static str, Title, &'static str)> {
    let (kind, en, fr, role) = match why {
        Why::Insolvency => (
            "review",
            "Declare the claim to the mandataire judiciaire, then close or keep the hold.",
            "Déclarez la créance au mandataire judiciaire, puis levez ou gardez la suspension.",
            "manager",
        ),
        Why::OverIndebtedness => (
            "review",
            "A file of over-indebtedness: send the commission the state of the claim.",
            "Dossier de surendettement : adressez à la commission l’état de la créance.",
            "manager",
        ),
        Why::DeathOrGuardianship => (
            "review",
            "Find out to whom to turn: the notary, the heirs or the guardian.",
            "Trouvez à qui s’adresser : le notaire, les héritiers ou le tuteur.",
            "manager",
        ),
        Why::TimeBarred => (
            "review",
            "The claim is time-barred: write it off, or record what interrupted it.",
            "La créance est prescrite : passez-la en perte, ou enregistrez ce qui a interrompu la prescription.",
            "manager",
        ),
        Why::EinvoiceRejected | Why::EinvoiceCancelled => (
            "own_error",
            "The e-invoice did not reach the buyer: issue it again.",
            "La facture électronique n’est pas parvenue à l’acheteur : émettez-la de nouveau.",
            "collector",
        ),
        Why::EinvoiceRefused | Why::EinvoiceDisputed => (
            "review",
            "The buyer refuses or disputes the e-invoice: find out why.",
            "L’acheteur refuse ou conteste la facture électronique : cherchez pourquoi.",
            "collector",
        ),
        _ => return None,
    };
    Some((kind, Title::new(en, fr), role))
}

/// One task per hold or invoice that waits for a person.
pub(super) fn raise_tasks(context: &Context<'_>, blocks: &Blocks, draft: &mut Draft) {
    if context.settles_at().is_some() {
        return; // looked at again when the facts have rested
    }
    for block in blocks.all() {
        let Some((kind, title, role)) = asked(block.reason.code) else { continue };
        let about = about(block);
        let known = context.snapshot.raised_once.iter().any(|task| task.about == about);
        let raised = |action: &Action| matches!(action, Action::CreateTask(task) if task.about.as_deref() == Some(about.as_str()));
        if known || draft.actions.iter().any(raised) {
            continue;
        }
        draft.act(Action::CreateTask(Box::new(NewTask {
            kind: kind.to_owned(),
            step_key: None,
            lines: Vec::new(),
            title,
            due_on: due_on(context, block),
            assign_to: vec![role.to_owned()],
            contact_id: None,
            about: Some(about),
        })));
    }
}

/// What the task is about: the hold, or the invoice with the status that was set. The prefix makes it one that is asked once:
/// the snapshot carries such a task when it is done too.
fn about(block: &Block) -> String {
    let held = block.reason.held.as_deref();
    match held.and_then(|held| held.hold_id) {
        Some(hold) => format!("{ONCE}{}:{hold}", block.reason.code),
        None => {
            let since = held.and_then(|held| held.since).map_or(0, |since| since.timestamp());
            format!("{ONCE}{}:{}:{since}", block.reason.code, block.invoice)
        }
    }
}

/// The next business day; the last day to declare a claim in insolvency proceedings that were published.
fn due_on(context: &Context<'_>, block: &Block) -> NaiveDate {
    let soon = add_business_days(context.today, 1, context.region);
    let hold = block.reason.held.as_deref().and_then(|held| held.hold_id);
    let published = context.snapshot.holds.iter().find(|known| Some(known.id) == hold).and_then(|known| known.published_on);
    let declared = published.and_then(|day| day.checked_add_months(Months::new(MONTHS_TO_DECLARE)));
    declared.filter(|_| block.reason.code == Why::Insolvency).map_or(soon, |day| day.max(context.today))
}
