//! Raising a task for a person, once for what it is about.

use super::{context::Context, outcome::Draft};
use crate::{
    calendar::add_business_days,
    dunning::{
        Title,
        decision::{Action, NewTask},
        snapshot::{ONCE, ReminderLine},
    },
};

/// A task that does not do a step.
pub(super) struct Raise<'a> {
    pub kind: &'a str,
    /// What it is about: not raised while one about the same is open, nor, when it begins with
    /// [`ONCE`], after one was done.
    pub about: String,
    pub title: Title,
    pub lines: Vec<ReminderLine>,
    pub assign_to: &'a str,
    /// Business days to do it in.
    pub days: u16,
}

/// Raises it unless that was done already; says whether one is raised now.
pub(super) fn raise(context: &Context<'_>, draft: &mut Draft, task: Raise<'_>) -> bool {
    if is_raised(context, draft, &task.about) {
        return false;
    }
    draft.act(Action::CreateTask(Box::new(NewTask {
        kind: task.kind.to_owned(),
        step_key: None,
        lines: task.lines,
        about: Some(task.about),
        title: task.title,
        due_on: add_business_days(context.today, u32::from(task.days), context.region),
        assign_to: vec![task.assign_to.to_owned()],
        contact_id: None,
    })));
    true
}

/// Is a task about this open, raised by this very decision, or done when it is raised once?
pub(super) fn is_raised(context: &Context<'_>, draft: &Draft, about: &str) -> bool {
    let now = |action: &Action| matches!(action, Action::CreateTask(task) if task.about.as_deref() == Some(about));
    let done = about.starts_with(ONCE) && context.snapshot.raised_once.iter().any(|raised| raised.about == about);
    is_open(context, about) || done || draft.actions.iter().any(now)
}

/// Is a task about this open?
pub(super) fn is_open(context: &Context<'_>, about: &str) -> bool {
    context.snapshot.open_tasks.iter().any(|task| task.about.as_deref() == Some(about))
}
