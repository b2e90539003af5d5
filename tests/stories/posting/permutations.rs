//! What is told of a letter: doubled, backwards, too early, by strangers and of nobody. The end is the same.

use serde_json::{Value, json};

use super::{Desk, Notice, PostOffice, World};
use crate::{story, support::world::until};

/// What befell a letter, in the order of time: two words that may come before we know that it left, then presented and
/// handed over.
fn told(vendor: &str) -> [(&'static str, &'static str); 4] {
    let at = ["2026-10-09T06:00:00Z", "2026-10-09T06:30:00Z", "2026-10-21T10:00:00Z", "2026-10-22T10:00:00Z"];
    let words = match vendor {
        "merci_facteur" => ["wait", "pris_en_charge", "attente_au_guichet", "distribue"],
        _ => [
            "ON_STATUS_ACCEPTED",
            "ON_DEPOSIT_PROOF_RECEIVED",
            "ON_MAIN_DELIVERY_STATUS_FIRST_PRESENTATION",
            "ON_MAIN_DELIVERY_STATUS_DELIVERED",
        ],
    };
    [0, 1, 2, 3].map(|which| (words[which], at[which]))
}

/// Every order of four things.
fn orders() -> Vec<[usize; 4]> {
    let mut all = Vec::new();
    for first in 0..4 {
        for second in 0..4 {
            for third in 0..4 {
                let fourth = 6_usize.wrapping_sub(first + second + third);
                let order = [first, second, third, fourth];
                if (0..4).all(|one| order.contains(&one)) {
                    all.push(order);
                }
            }
        }
    }
    assert_eq!(all.len(), 24);
    all
}

/// One customer for each order in which four things can be told, each twice.
async fn every_order(world: World, vendor: &'static str) {
    let desk = Desk::new(world, &PostOffice::open().await, vendor).await;
    let (words, orders) = (told(vendor), orders());
    for at in 0..orders.len() {
        desk.owes(&format!("C{}", at + 1), json!({})).await;
    }
    let notices = desk.planned().await;
    assert_eq!(notices.len(), orders.len());
    let tell = async |notice: &Notice, at: usize, which: usize| {
        let (word, when) = words[which];
        desk.tell("hook-1", &format!("77{at}"), &notice.reference, word, when).await.expect(200);
    };
    // before it left: as far as the order begins with what can be known then
    for (at, (notice, order)) in notices.iter().zip(&orders).enumerate() {
        for which in order.iter().take_while(|which| **which < 2) {
            tell(notice, at, *which).await;
        }
        desk.approve(notice).await;
    }
    desk.world.advance("2026-10-23T09:00:00Z").await;
    for (at, (notice, order)) in notices.iter().zip(&orders).enumerate() {
        // a stranger, and a letter of nobody
        desk.tell("hook-2", &format!("77{at}"), &notice.reference, words[3].0, "2026-10-10T10:00:00Z").await.problem(401, "unauthorized");
        desk.tell("hook-1", "999", "rl_ofsomebodyelse1", words[3].0, "2026-10-10T10:00:00Z").await.expect(200);
        for which in order.iter().skip_while(|which| **which < 2).chain(order) {
            tell(notice, at, *which).await;
        }
    }
    desk.world.rest().await;
    for (notice, order) in notices.iter().zip(&orders) {
        let read = desk.read(notice).await;
        let state = (&read["status"], &read["postal_state"], &read["presented_on"]);
        assert_eq!(state, (&json!("delivered"), &json!("delivered"), &json!("2026-10-21")), "{order:?}: {read}");
    }
    let count = async |kind: &str| desk.world.events().await.into_iter().filter(|event| event["type"] == kind).count();
    assert_eq!((count("reminder.sent").await, count("reminder.delivered").await), (orders.len(), orders.len()), "told once each");
    assert!(desk.tasks().await.iter().all(|kind| kind == "phone_call"), "nothing for a person to mend");
}

story! {
    merci_facteur_may_tell_in_any_order, world from "2026-10-01T05:00:00Z", {
        every_order(world, "merci_facteur").await;
    }
}

story! {
    maileva_may_tell_in_any_order, world from "2026-10-01T05:00:00Z", {
        every_order(world, "maileva").await;
    }
}

story! {
    /// Nobody signs what AR24's webhook says: it makes us ask, and what AR24 answers holds.
    the_webhook_of_ar24_is_believed_in_nothing, world from "2026-10-01T05:00:00Z", {
        let desk = Desk::new(world, &PostOffice::open().await, "ar24").await;
        desk.owes("C1", json!({})).await;
        let [notice] = desk.planned().await.try_into().ok().unwrap();
        // early, of nobody, and of a letter that AR24 does not have
        for (id, reference) in [("4711", notice.reference.as_str()), ("999", "rl_ofsomebodyelse1"), ("", "")] {
            desk.tell("", id, reference, "AR", "").await;
        }
        desk.approve(&notice).await;
        desk.world.advance("2026-10-23T09:00:00Z").await;
        let id = desk.at(|account| account.letters[0].id.clone());
        let says = |states: &[(&str, &str)]| {
            desk.at(|account| account.states = states.iter().map(|(word, at)| ((*word).to_owned(), (*at).to_owned())).collect());
        };
        let heard = async |state: &str| {
            until(&format!("{state} to be heard"), async || (desk.read(&notice).await["postal_state"] == state).then_some(())).await;
        };
        says(&[("date", "2026-10-09 09:00:00"), ("ts_ev_date", "2026-10-09 09:01:00")]);
        // forged, doubled and backwards: they all say that it was accepted
        for word in ["AR", "AR", "negligence", "sent", "waiting"] {
            desk.tell("", &id, &notice.reference, word, "").await.expect(200);
        }
        heard("presented").await;
        says(&[("date", "2026-10-09 09:00:00"), ("ts_ev_date", "2026-10-09 09:01:00"), ("refused_date", "2026-10-21 12:00:00")]);
        for word in ["AR", "sent"] {
            desk.tell("", &id, &notice.reference, word, "").await.expect(200);
        }
        heard("refused").await;
        let read = desk.read(&notice).await;
        assert_eq!((&read["status"], &read["presented_on"]), (&json!("sent"), &json!("2026-10-09")), "{read}");
        let delivered = desk.world.events().await.into_iter().filter(|event| event["type"] == "reminder.delivered").count();
        assert_eq!(delivered, 0, "nobody accepted it");
        let content: Value = desk.world.get(&format!("/v1/reminders/{}/content", notice.id)).await.expect(200);
        assert_eq!(content["proofs"], json!([]));
    }
}
