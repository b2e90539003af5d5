//! Checks on ourselves before anybody is chased: a failing one makes a task, an unknown fact only warns.

use super::{
    blocks::debit_task_day,
    cash, contact,
    context::{Context, is_open, next_day},
    outcome::Draft,
    tasks::{self, Raise},
};
use crate::{
    customer::CustomerKind,
    dunning::{Change, Language, Params, Title, Why, snapshot::InvoiceFacts},
    policy::UnappliedCash,
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
pub(super) fn raise_tasks(context: &Context<'_>, draft: &mut Draft) {
    if let Some(at) = context.settles_at() {
        draft.look_at(at);
        return;
    }
    let mut said: Vec<&str> = Vec::new();
    for invoice in context.snapshot.invoices.iter().filter(|invoice| is_open(invoice)) {
        for fault in faults(context, invoice) {
            if !said.contains(&fault.about) {
                said.push(fault.about);
                raise(
                    context,
                    draft,
                    "own_error",
                    format!("own_error:{}", fault.about),
                    Title::new(sentence(fault.mend.sentence(Language::English)), sentence(fault.mend.sentence(Language::French))),
                );
            }
        }
        if let Some(day) = debit_task_day(context, invoice) {
            if context.today > day {
                let title = Title::new(
                    format!("The direct debit of invoice {} is neither paid nor returned: ask the bank.", invoice.number),
                    format!("Le prélèvement de la facture {} n’est ni payé ni rejeté : interrogez la banque.", invoice.number),
                );
                raise(context, draft, "direct_debit", format!("direct_debit:{}", invoice.id), title);
            } else {
                draft.look_at(context.day_start(next_day(day)));
            }
        }
    }
    let stray = |invoice: &InvoiceFacts| {
        let cash = cash::of(context, invoice.currency);
        let holds = context.policy.as_ref().is_some_and(|policy| policy.policy.unapplied_cash == UnappliedCash::Hold);
        holds && cash.holds + cash.lowers > 0
    };
    if context.snapshot.invoices.iter().any(|invoice| is_open(invoice) && stray(invoice)) {
        let title =
            Title::new("Money came in that matches no invoice: allocate it.", "Un règlement ne correspond à aucune facture : affectez-le.");
        raise(context, draft, "unapplied_cash", "unapplied_cash".to_owned(), title);
    }
    unread_replies(context, draft);
    doubts_about_the_kind(context, draft);
}

/// Business days in which a reply is read, unless the policy says.
const REPLY_DAYS: u16 = 3;

/// A reply that nobody has read holds until it is: the task about it is overdue after so many business days.
fn unread_replies(context: &Context<'_>, draft: &mut Draft) {
    let days = context.policy.as_ref().and_then(|policy| policy.policy.reply_hold_days).unwrap_or(REPLY_DAYS);
    let unread = context.snapshot.holds.iter().filter(|hold| hold.reason == Why::UnreadReply.as_str());
    for hold in unread.filter(|hold| hold.until_on.is_none_or(|until| until >= context.tenant_today)) {
        let title = Title::new(
            "The customer replied: read it and say what follows; the chase rests until then.",
            "Le client a répondu : lisez sa réponse et dites la suite à donner ; la relance est suspendue d’ici là.",
        );
        let about = format!("reply:{}", hold.id);
        tasks::raise(context, draft, Raise { kind: "reply", about, title, lines: Vec::new(), assign_to: "collector", days });
    }
}

/// Who owes decides which law applies: a doubt is a person's to settle, once, before the first step
/// (`presets.md` §1 rule 10).
fn doubts_about_the_kind(context: &Context<'_>, draft: &mut Draft) {
    let customer = &context.snapshot.customer;
    if !context.snapshot.invoices.iter().any(is_open) {
        return;
    }
    let siren = customer.siren.as_deref().map(str::trim_start).unwrap_or_default();
    if customer.kind == CustomerKind::Business && (siren.starts_with('1') || siren.starts_with('2')) {
        draft.reason(Why::PublicBodySuspected, Params::default(), "selfcheck.customer_kind", None);
        let title = Title::new(
            "Check whether this business is a public body: its SIREN begins with 1 or 2.",
            "Vérifiez si cette entreprise est un organisme public : son SIREN commence par 1 ou 2.",
        );
        raise(context, draft, "customer_kind", "once:public_body_suspected".to_owned(), title);
    }
    if customer.kind == CustomerKind::Unknown {
        draft.reason(Why::KindUnknown, Params::default(), "selfcheck.customer_kind", None);
        let title = Title::new(
            "Say whether this customer is a business, a consumer or a public body: it is treated as a consumer.",
            "Dites si ce client est une entreprise, un particulier ou un organisme public : il est traité comme un particulier.",
        );
        raise(context, draft, "customer_kind", "once:kind_unknown".to_owned(), title);
    }
}

fn sentence(mend: &str) -> String {
    let mut letters = mend.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>() + ".").unwrap_or_default()
}

fn raise(context: &Context<'_>, draft: &mut Draft, kind: &str, about: String, title: Title) {
    tasks::raise(context, draft, Raise { kind, about, title, lines: Vec::new(), assign_to: "collector", days: 1 });
}
