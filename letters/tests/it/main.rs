//! Messages as their readers see them.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod demanded;
mod fixtures;
mod languages;
mod letters;
mod mails;
mod notice;
mod own;
mod sms;
mod words;
