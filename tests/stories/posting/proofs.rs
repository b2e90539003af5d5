//! What proves a letter: fetched whole or fetched again, kept once with its digest, readable beside the letter.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{Desk, Notice, PostOffice, World};
use crate::{
    story,
    support::{
        post_office::{Call, Fault},
        server,
        world::until,
    },
};

/// More than is read of a file.
const TOO_LARGE: usize = 13 * 1024 * 1024;

fn file(words: &str) -> Vec<u8> {
    format!("%PDF-1.7 {words} {}", "x".repeat(4_000)).into_bytes()
}

impl Desk {
    fn says(&self, states: &[(&str, &str)]) {
        self.at(|account| account.states = states.iter().map(|(word, at)| ((*word).to_owned(), (*at).to_owned())).collect());
    }

    /// Kinds of the proofs that are kept, in the order of their names.
    async fn proofs(&self, notice: &Notice) -> Vec<Value> {
        let content = self.world.get(&format!("/v1/reminders/{}/content", notice.id)).await.expect(200);
        content["proofs"].as_array().unwrap().clone()
    }

    /// The vendor's files come broken in every way, and are asked for again each time, until they come whole.
    async fn fetches(&self, notice: &Notice, words: &[&'static str], kinds: &[&str]) {
        self.at(|account| account.proofs = words.iter().map(|word| (*word, vec![b'%'; TOO_LARGE])).collect());
        self.at(|account| account.proofs.values_mut().for_each(|data| data[..5].copy_from_slice(b"%PDF-")));
        let tried = |count: usize| async move |desk: &Self| (desk.at(|account| account.count(Call::Proof)) >= count).then_some(());
        self.hint(notice).await;
        let first = tried(words.len());
        until("the large files to be tried", async || first(self).await).await;
        self.at(|account| account.proofs = words.iter().map(|word| (*word, file(word))).collect());
        for fault in [Fault::ServerError, Fault::Truncated, Fault::Page, Fault::ResetAfter] {
            self.at(|account| account.faults = vec![(Call::Proof, fault, words.len())]);
            self.hint(notice).await;
            until(&format!("files to come as {fault:?}"), async || {
                self.at(|account| account.faults.iter().all(|(_, _, left)| *left == 0)).then_some(())
            })
            .await;
            assert_eq!(self.proofs(notice).await, Vec::<Value>::new(), "{fault:?}: what is broken is no proof");
        }
        self.hint(notice).await;
        until("the proofs to be kept", async || (self.proofs(notice).await.len() == kinds.len()).then_some(())).await;
        let kept = self.proofs(notice).await;
        let names: Vec<&str> = kept.iter().map(|proof| proof["kind"].as_str().unwrap()).collect();
        assert_eq!(names, kinds, "one of each");
        for proof in kept {
            let path = format!("/v1/reminders/{}/attachments/{}", notice.id, proof["name"].as_str().unwrap());
            let (media_type, bytes) = self.world.file(&path).await;
            assert_eq!(media_type, "application/pdf");
            assert!(words.iter().any(|word| bytes == file(word)), "as it came");
            let digest: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!((&proof["sha256"], &proof["size"]), (&json!(digest), &json!(bytes.len())));
        }
    }
}

async fn next_action(world: &World) -> String {
    let invoice = world.read_invoice("FA-C1").await;
    invoice["dunning"]["next_action_at"].as_str().unwrap_or_else(|| panic!("{invoice}"))[..10].to_owned()
}

story! {
    /// Presented on the 21st, it grants eight days from then; both proofs are kept, however often they came broken.
    maileva_proves_deposit_and_receipt, world from "2026-10-01T05:00:00Z", {
        let desk = Desk::new(world, &PostOffice::open().await, "maileva").await;
        let notice = desk.leaves().await;
        desk.world.advance("2026-10-23T09:00:00Z").await;
        desk.says(&[("A01", "2026-10-12T08:00:00.000Z"), ("A02", "2026-10-21T09:00:00.000Z"), ("D01", "2026-10-22T10:00:00.000Z")]);
        desk.fetches(&notice, &["acknowledgement", "deposit"], &["acknowledgement", "deposit"]).await;
        let read = desk.read(&notice).await;
        assert_eq!((&read["status"], &read["postal_state"], &read["presented_on"]), (&json!("delivered"), &json!("delivered"), &json!("2026-10-21")), "{read}");
        desk.world.rest().await;
        assert_eq!(next_action(&desk.world).await, "2026-11-03", "the deadline of the 29th, and two days for the money");
    }
}

story! {
    /// Its states come by webhook to the second; the proofs are fetched.
    merci_facteur_proves_deposit_and_receipt, world from "2026-10-01T05:00:00Z", {
        let desk = Desk::new(world, &PostOffice::open().await, "merci_facteur").await;
        let notice = desk.leaves().await;
        desk.world.advance("2026-10-23T09:00:00Z").await;
        let id = desk.at(|account| account.letters[0].id.clone());
        desk.tell("hook-1", &id, &notice.reference, "attente_au_guichet", "2026-10-21T10:00:00Z").await.expect(200);
        until("the letter to be presented", async || (desk.read(&notice).await["presented_on"] == "2026-10-21").then_some(())).await;
        assert_eq!(desk.read(&notice).await["postal_state"], "presented");
        desk.world.rest().await;
        assert_eq!(next_action(&desk.world).await, "2026-11-03");
        desk.says(&[("distribue", "")]);
        desk.fetches(&notice, &["depot", "reception"], &["acknowledgement", "deposit"]).await;
        let read = desk.read(&notice).await;
        assert_eq!((&read["postal_state"], &read["presented_on"]), (&json!("delivered"), &json!("2026-10-21")), "{read}");
    }
}

/// An e-letter that ended so, with the proof of that.
async fn ended(world: &World, office: &PostOffice, dated: (&str, &str), words: [&'static str; 2], state: &str, kinds: &[&str]) -> Desk {
    let own = World::test(server::shared(world.database).unwrap(), world.database, "2026-10-01T05:00:00Z").await;
    let desk = Desk::new(own, office, "ar24").await;
    let notice = desk.leaves().await;
    desk.world.advance("2026-10-26T09:00:00Z").await;
    // local times of Paris
    desk.says(&[("date", "2026-10-09 09:00:00"), ("ts_ev_date", "2026-10-09 09:01:00"), dated]);
    desk.fetches(&notice, &words, kinds).await;
    let read = desk.read(&notice).await;
    assert_eq!((&read["postal_state"], &read["presented_on"]), (&json!(state), &json!("2026-10-09")), "{read}");
    desk
}

story! {
    /// Accepted, refused or left lying, and each is proved: AR24 seals what it says and serves the files in clear.
    ar24_proves_how_each_letter_ended, world from "2026-10-01T05:00:00Z", {
        let office = PostOffice::open().await;
        ended(&world, &office, ("view_date", "2026-10-21 12:00:00"), ["ar", "dp"], "delivered", &["acknowledgement", "deposit"]).await;
        ended(&world, &office, ("refused_date", "2026-10-21 12:00:00"), ["ev", "rf"], "refused", &["deposit", "refusal"]).await;
        let desk = ended(&world, &office, ("negligence_date", "2026-10-25 12:00:00"), ["dp", "ng"], "unclaimed", &["deposit", "non_claim"]).await;
        assert_eq!(desk.tasks().await.iter().filter(|kind| kind.starts_with("message_")).count(), 0, "left lying is presented all the same");
    }
}

story! {
    /// A letter that came back gives a person the address to mend; an e-mail address that takes nothing, the notice.
    what_did_not_arrive_is_a_task, world from "2026-10-01T05:00:00Z", {
        let office = PostOffice::open().await;
        for (vendor, states, status, kind) in [
            ("maileva", ("A13", "2026-10-14T08:00:00.000Z"), "bounced", "contact_unreachable"),
            ("ar24", ("bounced_date", "2026-10-09 11:00:00"), "failed", "message_failed"),
        ] {
            let own = World::test(server::shared(world.database).unwrap(), world.database, "2026-10-01T05:00:00Z").await;
            let desk = Desk::new(own, &office, vendor).await;
            let notice = desk.leaves().await;
            desk.world.advance("2026-10-15T09:00:00Z").await;
            desk.says(&[states]);
            desk.hint(&notice).await;
            until(&format!("{vendor} to be heard"), async || (desk.read(&notice).await["status"] == status).then_some(())).await;
            assert_eq!(desk.tasks().await.iter().filter(|open| *open == kind).count(), 1, "{vendor}");
            assert_eq!(desk.read(&notice).await["presented_on"], Value::Null);
        }
    }
}
