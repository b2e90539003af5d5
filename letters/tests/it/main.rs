//! Messages as their readers see them.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod fixtures;
mod letters;
mod mails;
mod preview;
mod sms;
mod words;
