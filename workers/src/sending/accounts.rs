//! Accounts at providers within a batch: their pauses, circuits and rates, which all processes share in the database.
//!
//! They come with the channels' settings. One that is well and has no rate costs nothing more; any other is held for the
//! transaction that freezes the messages, so that two processes neither probe it both nor exceed its rate together.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use relance_domain::{
    ids::TenantId,
    sending::{Account, Handed, Stop},
};
use relance_store::{Store, StoreError, Tx, channel_accounts};

use super::{call::Purpose, route::Routes};

/// Those that a batch leaves by, by the name of the channel.
#[derive(Default)]
pub(super) struct Accounts(BTreeMap<&'static str, Known>);

/// An account as it was last read.
struct Known {
    /// Version of the channel's settings.
    version: i64,
    per_second: Option<u32>,
    account: Account,
    /// As it stands in the database, when it is held.
    held: Option<Account>,
}

/// What became of a call.
pub(super) struct Heard {
    /// The channel that it left by.
    pub by: &'static str,
    pub handed: Handed,
    /// The tenant's clock.
    pub at: DateTime<Utc>,
}

impl Accounts {
    /// The accounts of all channels of the batch; those of `used` that are not at rest are held until the transaction ends.
    pub async fn of(
        tx: &Tx,
        tenant: TenantId,
        routes: &Routes,
        used: &BTreeSet<&'static str>,
        now: DateTime<Utc>,
    ) -> Result<Self, StoreError> {
        let mut all = BTreeMap::new();
        // in one order for everybody
        for by in routes.names() {
            let Some((version, account)) = routes.account(by) else { continue };
            let mut known = Known { version, per_second: routes.per_second(by), account: account.clone(), held: None };
            if used.contains(by) && (known.per_second.is_some() || !account.is_at_rest(now)) {
                known.held = channel_accounts::hold(tx, tenant, by, version).await?;
                known.account = known.held.clone().unwrap_or_default();
            }
            all.insert(by, known);
        }
        Ok(Self(all))
    }

    /// Is nothing but the rate in the way of a call at `now`?
    ///
    /// # Errors
    /// What is, and until when.
    pub fn is_open(&self, by: &str, now: DateTime<Utc>) -> Result<(), Stop> {
        self.0.get(by).map_or(Ok(()), |known| known.account.is_open(now))
    }

    /// May one more call be made at `now`?
    ///
    /// # Errors
    /// Why not, and when to ask again.
    pub fn may_call(&mut self, by: &str, purpose: Purpose, now: DateTime<Utc>) -> Result<(), Stop> {
        let Some(known) = self.0.get_mut(by) else { return Ok(()) };
        match purpose {
            Purpose::Send => known.account.may_leave(known.per_second, now),
            Purpose::LookUp => known.account.may_ask(known.per_second, now),
        }
    }

    /// Writes down what the calls to come take of the accounts that are held.
    pub async fn keep(&mut self, tx: &Tx, tenant: TenantId) -> Result<(), StoreError> {
        for (by, known) in &mut self.0 {
            if known.held.take().is_some_and(|held| held != known.account) {
                channel_accounts::keep(tx, tenant, by, &known.account).await?;
            }
        }
        Ok(())
    }

    /// Takes in what became of calls; says of each whether somebody must hear that the account is left in peace from now on.
    /// What tells nothing new is not written.
    pub async fn heard(&mut self, store: &Store, tenant: TenantId, list: &[Option<Heard>]) -> Result<Vec<bool>, StoreError> {
        let mut alarms = vec![false; list.len()];
        for (by, known) in &mut self.0 {
            let told = |heard: &Option<Heard>| heard.as_ref().is_some_and(|heard| heard.by == *by);
            let mut after = known.account.clone();
            tell(&mut after, list.iter().filter(|heard| told(heard)));
            if after == known.account {
                continue;
            }
            let tx = store.write(tenant).await?;
            // with other settings than these nobody asks any more
            let Some(mut account) = channel_accounts::hold(&tx, tenant, by, known.version).await? else { continue };
            let before = account.clone();
            for (alarm, heard) in alarms.iter_mut().zip(list).filter(|(_, heard)| told(heard)) {
                *alarm = tell(&mut account, std::iter::once(heard));
            }
            if account != before {
                channel_accounts::keep(&tx, tenant, by, &account).await?;
                tx.commit().await?;
            }
            known.account = account;
        }
        Ok(alarms)
    }
}

fn tell<'a>(account: &mut Account, list: impl Iterator<Item = &'a Option<Heard>>) -> bool {
    let opened = list.flatten().filter(|heard| account.heard(&heard.handed, heard.at));
    opened.count() > 0
}
