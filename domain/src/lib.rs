//! The pure core of Relance: money, ledger, calendar, policy and the dunning decision.
//!
//! No IO, no async, no clock and no randomness: time and chance come in as arguments.
//! `serde` on these types is the *stored* form (columns that hold a document); what the API
//! says is written in the `openapi` crate and mapped field by field.

pub mod attempts;
pub mod behaviour;
pub mod breaker;
pub mod calendar;
pub mod charges;
pub mod clock;
pub mod connector;
pub mod customer;
pub mod delivery;
pub mod dunning;
pub mod egress;
pub mod event;
pub mod facts;
pub mod hold;
pub mod ids;
pub mod invoice;
pub mod law;
pub mod ledger;
pub mod money;
pub mod nonpayment;
pub mod phone;
pub mod policy;
pub mod records;
pub mod sending;
pub mod settings;
pub mod simulation;
pub mod statement;
