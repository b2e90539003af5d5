//! Checks on ourselves before anybody is chased: a failing one makes a task, an unknown fact only warns.

use super::{
    blocks::{Blocks, debit_task_day},
    contact,
    context::{Context, is_open, next_day},
    outcome::Draft,
};
use crate::{
    calendar::add_business_days,
    dunning::{
        Change, Language, Why,
        decision::{Action, NewTask},
        snapshot::InvoiceFacts,
    },
};

/// A fault of the creditor's own.
pub(super) struct Fault {
    /// Key, for the task.
    pub about: &'static str,
    /// What to do.
    pub mend: Change,
    /// Law.
    pub citation: Option<&'static str>,
}

/// Faults that hold this invoice.
pub(super) fn faults(context: &Context<'_>, invoice: &InvoiceFacts) -> Vec<Fault> {
    let settings = &context.snapshot.settings;
    let mut faults = Vec::new();
    let mut add = |failing: bool, about, mend, citation| {
        if failing {
            faults.push(Fault { about, mend, citation });
        }
    };
    add(settings.legal_name.is_none(), "creditor_name", Change::CreditorName, Some("C. com. R123-237"));
    add(settings.address.is_none(), "creditor_address", Change::CreditorAddress, Some("C. com. R123-237"));
    let way_to_pay = settings.iban.is_some() || invoice.payee_iban.is_some() || invoice.payment_url.is_some() || invoice.direct_debit;
    add(!way_to_pay, "way_to_pay", Change::WayToPay, None);
    add(!contact::any_usable(context), "contact", Change::UsableContact, None);
    let differs = match (&invoice.payee_iban, &settings.iban) {
        (Some(invoice), Some(settings)) => !same_account(invoice, settings),
        _ => false,
    };
    let own_account_differs = differs && !invoice.payee_confirmed && !invoice.factored;
    add(own_account_differs, "payee_iban", Change::ConfirmPayee, None);
    let factor_unknown = invoice.factored && (invoice.payee_iban.is_none() || invoice.payee_name.is_none());
    add(factor_unknown, "factor", Change::FactorDetails, Some("C. civ. 1324"));
    faults
}

fn same_account(left: &str, right: &str) -> bool {
    let plain = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_uppercase();
    plain(left) == plain(right)
}

/// One task per fault, and one per direct debit that stays without answer.
pub(super) fn raise_tasks(context: &Context<'_>, blocks: &Blocks, draft: &mut Draft) {
    if let Some(at) = context.settles_at() {
        draft.look_at(at);
        return;
    }
    let mut said: Vec<&str> = Vec::new();
    for invoice in context.snapshot.invoices.iter().filter(|invoice| is_open(invoice)) {
        for fault in faults(context, invoice) {
            if !said.contains(&fault.about) {
                said.push(fault.about);
                raise(context, draft, "own_error", format!("own_error:{}", fault.about), sentence(fault.mend.sentence(Language::English)));
            }
        }
        if let Some(day) = debit_task_day(context, invoice) {
            if context.today > day {
                let title = format!("The direct debit of invoice {} is neither paid nor returned: ask the bank.", invoice.number);
                raise(context, draft, "direct_debit", format!("direct_debit:{}", invoice.id), title);
            } else {
                draft.look_at(context.day_start(next_day(day)));
            }
        }
    }
    if blocks.all().any(|block| block.reason.code == Why::UnappliedCash) {
        raise(
            context,
            draft,
            "unapplied_cash",
            "unapplied_cash".to_owned(),
            "Money came in that matches no invoice: allocate it.".to_owned(),
        );
    }
}

fn sentence(mend: &str) -> String {
    let mut letters = mend.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>() + ".").unwrap_or_default()
}

fn raise(context: &Context<'_>, draft: &mut Draft, kind: &str, about: String, title: String) {
    if context.snapshot.open_tasks.iter().any(|task| task.about.as_deref() == Some(about.as_str())) {
        return;
    }
    draft.act(Action::CreateTask(Box::new(NewTask {
        kind: kind.to_owned(),
        step_key: None,
        lines: Vec::new(),
        about: Some(about),
        title,
        due_on: add_business_days(context.today, 1, context.region),
        assign_to: vec!["collector".to_owned()],
        contact_id: None,
    })));
}
