//! The store by itself, without a server: what two holders of a lease, two clocks or a sweep do to it. Each story on
//! both databases.

mod accounts;
mod breaker;
mod facts;
mod house;
mod inbox;
mod keys;
mod notices;
mod ordering;
mod retention;
mod webhooks;
