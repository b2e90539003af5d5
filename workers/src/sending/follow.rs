//! How a letter that left fares: its provider is asked, and what it says is written down like a receipt.

use relance_domain::sending::Followed;
use relance_store::{
    StoreError, channels,
    dunning::{
        letters::{self, ClaimedLetter},
        receipts,
    },
};

use super::{
    SendContext,
    providers::{Account, Post, Posted},
};

/// Asks after `letter`. A channel that was given to another provider since is not asked any more.
pub(super) async fn follow(ctx: &SendContext, lease_by: &str, letter: &ClaimedLetter) -> Result<(), StoreError> {
    let now = ctx.store.now();
    // a write transaction is what opening secrets is written for; it ends without a trace
    let tx = ctx.store.write(letter.tenant).await?;
    let asked = letters::asked(&tx, letter).await;
    let channel = channels::open(&ctx.store, &tx, letter.tenant, "letter").await?;
    tx.rollback().await?;
    let (asked, channel) = match (asked, channel.filter(|channel| channel.record.provider == letter.provider)) {
        (Ok(asked), Some(channel)) => (asked, channel),
        (Err(error), _) if error.is_transient() => return Err(error),
        _ => return settle(ctx, lease_by, letter, None, true).await,
    };
    let post = Post::named(&letter.provider).and_then(|post| Some((post, Account::named(post.name(), &channel.config)?)));
    let Some((post, account)) = post else { return settle(ctx, lease_by, letter, None, true).await };
    let posted = Posted {
        reference: &asked.reference,
        provider_id: asked.provider_id.as_deref(),
        channel: &asked.channel,
        proofs: &asked.proofs,
        now,
    };
    let followed = post.follow(&ctx.http, &ctx.tokens, &account, &posted).await;
    let done = followed.as_ref().is_some_and(|followed| followed.done);
    settle(ctx, lease_by, letter, followed, done).await
}

async fn settle(
    ctx: &SendContext,
    lease_by: &str,
    letter: &ClaimedLetter,
    followed: Option<Followed>,
    done: bool,
) -> Result<(), StoreError> {
    let now = ctx.store.now();
    let tx = ctx.store.write(letter.tenant).await?;
    letters::settle(&tx, letter, lease_by, done, now).await?;
    if let Some(Followed { receipts, proofs, .. }) = followed {
        letters::keep(&tx, letter.tenant, &letter.provider, proofs, now).await?;
        receipts::take(&tx, letter.tenant, "letter", &letter.provider, receipts, now).await?;
    }
    ctx.store.commit(tx).await
}
