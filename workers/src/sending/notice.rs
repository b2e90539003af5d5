//! A mail to the tenant itself, by its own channel: begun in one transaction, settled in another.

use async_trait::async_trait;
use relance_domain::policy::Channel;
use relance_letters::from_records::{Sender, disabled_endpoint};
use relance_store::{
    StoreError,
    notices::{self, ClaimedNotice, NoticeOutcome},
    tenants,
};

use super::{
    SendContext,
    providers::{self, Handed},
    route::{Route, Routes},
};
use crate::notices::Herald;

#[async_trait]
impl Herald for SendContext {
    async fn tell(&self, lease_by: &str, notice: ClaimedNotice) -> Result<(), StoreError> {
        let real_now = self.store.now();
        let tx = self.store.write(notice.tenant).await?;
        if notice.may_have_left {
            let outcome = NoticeOutcome::Unknown("its sender died".to_owned());
            notices::settle(&tx, lease_by, &notice, outcome, real_now).await?;
            return self.store.commit(tx).await;
        }
        let tenant = tenants::get(&tx, notice.tenant).await?;
        let routes = Routes::load(&self.store, &tx, notice.tenant, tenant.live, &[Channel::Email]).await?;
        let sender = Sender::of(routes.public("email"), &tenant.settings);
        let reference = format!("ntc_{}", notice.id.simple());
        let content = disabled_endpoint(&notice.told, &tenant.settings, &sender, &reference);
        let unreachable = |content| providers::unreachable(Some(Channel::Email), content);
        let ended = match &content {
            None => Err(NoticeOutcome::Failed("the tenant has no e-mail address".to_owned())),
            Some(content) => match (unreachable(content), routes.of(Channel::Email, "email", content)) {
                (_, Route::Nowhere(_)) => Err(NoticeOutcome::Sent),
                (Some(why), _) => Err(NoticeOutcome::Failed(why.to_owned())),
                (None, route @ (Route::Smtp(_) | Route::Vendor(..))) => Ok((route, content)),
                (None, Route::Broken(why)) => Err(NoticeOutcome::Failed(why)),
                (None, Route::Print | Route::Post(..)) => Err(NoticeOutcome::Failed("the channel sends no e-mail".to_owned())),
            },
        };
        let (route, content) = match ended {
            Ok(mail) => mail,
            Err(outcome) => {
                notices::settle(&tx, lease_by, &notice, outcome, real_now).await?;
                return self.store.commit(tx).await;
            }
        };
        if !notices::begin(&tx, notice.tenant, notice.id, lease_by).await? {
            return Ok(()); // somebody else's by now
        }
        self.store.commit(tx).await?;
        let handed = self.hand_over(&route, notice.tenant, &reference, content, self.store.now()).await;
        let outcome = outcome(handed.unwrap_or_else(|| Handed::transient("nobody was called")));
        let tx = self.store.write(notice.tenant).await?;
        notices::settle(&tx, lease_by, &notice, outcome, self.store.now()).await?;
        self.store.commit(tx).await
    }
}

fn outcome(handed: Handed) -> NoticeOutcome {
    match handed {
        Handed::Accepted { .. } => NoticeOutcome::Sent,
        Handed::Refused { detail, .. } => NoticeOutcome::Failed(detail),
        Handed::Throttled { retry_after, detail } => NoticeOutcome::Later { after: retry_after, reason: detail },
        Handed::Transient { detail } => NoticeOutcome::Later { after: None, reason: detail },
        Handed::Unknown { detail } => NoticeOutcome::Unknown(detail),
    }
}
