//! Messages to customers: one context in; mail, text message, letter or calendar out.
//!
//! Pure: no clock, no network, no files. The prose lives in `templates/{fr,en,de,es,it,nl}`, one file a
//! message; mail, plain text and letter are made from that same file, so they cannot disagree.

mod blocks;
mod compose;
mod context;
mod email;
mod environment;
mod error;
mod event;
mod format;
mod gsm7;
mod ics;
mod letter;
mod logo;
mod own;
mod phrasing;
mod plain;
mod sms;
mod sums;
mod typography;
mod view;
mod words;

pub mod from_records;
pub mod gateway;
pub mod sample;

pub use context::{
    Amount, CallFacts, CallTask, Charges, ChargesMode, Creditor, DisputeFacts, EventFacts, Formality, Instalment, Interest, MessageContext,
    OwnText, PaymentFacts, PlanFacts, PreviousContact, PromiseInfo, Recipient, RenderChannel, Row, RowFacts,
};
pub use email::{LOGO_CID, RenderedEmail, render_email, render_event_mail};
pub use environment::template_names;
pub use error::RenderError;
pub use gsm7::SmsEncoding;
pub use ics::ics_for_due_dates;
pub use letter::{Posting, RenderedLetter, render_cover_list, render_letter, render_statement};
pub use logo::{LOGO_BYTES, LogoFault, read_logo};
pub use own::{OwnFault, built_in_text, faults, languages};
pub use sms::{RenderedSms, render_sms};
