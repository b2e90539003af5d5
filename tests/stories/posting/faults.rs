//! Whatever befalls any of the calls that a letter takes: one letter at most, and nobody is left to wonder.

use futures::{StreamExt, stream};
use serde_json::json;

use super::{Desk, PostOffice, World};
use crate::{
    story,
    support::{
        Database,
        post_office::{Call, FAULTS, Fault},
        server,
        world::until,
    },
};

/// Cases at a time.
const TOGETHER: usize = 6;
/// So often that no repetition gets through.
const ALWAYS: usize = 1_000;

struct Case {
    vendor: &'static str,
    call: Call,
    fault: Fault,
    times: usize,
}

/// The calls of a vendor, the one that orders last.
fn calls(vendor: &str) -> &'static [Call] {
    match vendor {
        "merci_facteur" => &[Call::Token, Call::Order],
        "maileva" => &[Call::Token, Call::Draft, Call::Sheet, Call::Addressee, Call::Order],
        _ => &[Call::Sheet, Call::Order],
    }
}

async fn every_fault(world: World, vendor: &'static str) {
    let (office, database) = (PostOffice::open().await, world.database);
    let once = calls(vendor).iter().flat_map(|call| FAULTS.map(|fault| Case { vendor, call: *call, fault, times: 1 }));
    let for_ever = [Fault::ServerError, Fault::ServerErrorAfter, Fault::ResetBefore, Fault::ResetAfter, Fault::Hang].map(|fault| Case {
        vendor,
        call: Call::Order,
        fault,
        times: ALWAYS,
    });
    // a few at a time: each asks all the while whether its clock rests
    let running = stream::iter(once.chain(for_ever)).map(|case| befalls(case, office.clone(), database));
    running.buffer_unordered(TOGETHER).collect::<Vec<()>>().await;
}

async fn befalls(case: Case, office: PostOffice, database: Database) {
    let Some(server) = server::shared(database) else { return };
    let world = World::test(server, database, "2026-10-01T05:00:00Z").await;
    let desk = Desk::new(world, &office, case.vendor).await;
    desk.at(|account| account.faults.push((case.call, case.fault, case.times)));
    let notice = desk.leaves().await;
    let (read, tasks) = (desk.read(&notice).await, desk.tasks().await);
    let (letters, orders) = desk.at(|account| (account.letters.len(), account.count(Call::Order)));
    let status = read["status"].as_str().unwrap();
    let told =
        format!("{} {:?} {:?} {}: {status} {tasks:?}, {letters} letters, {orders} orders", case.vendor, case.call, case.fault, case.times);
    assert!(letters <= 1, "a second letter: {told}");
    assert!(!tasks.iter().any(|kind| kind == "own_error"), "{told}");
    let explained = tasks.iter().any(|kind| matches!(kind.as_str(), "message_unknown" | "message_failed" | "channel_broken"));
    assert!(status == "sent" || explained, "nobody hears of it: {told}");
    assert!(status != "sent" || letters == 1, "said to be sent: {told}");
    let certainly_not = matches!(case.fault, Fault::ServerError | Fault::ResetBefore);
    let given_up = match case.vendor {
        // it would say that it has it, but never gets to say anything
        "merci_facteur" => case.times == ALWAYS,
        "maileva" => case.times == ALWAYS && certainly_not,
        // no draft could be taken back: that it lists none is no proof, and a person decides
        _ => case.call == Call::Order && certainly_not,
    };
    assert_eq!(status, if given_up { "unknown" } else { "sent" }, "{told}");
    if matches!(case.fault, Fault::Truncated | Fault::Page) && case.call == Call::Order {
        assert_eq!(orders, 1, "a 2xx is never tried again: {told}");
    }
    if status != "sent" {
        return;
    }
    assert!(!tasks.iter().any(|kind| kind.starts_with("message_")), "{told}");
    // it is asked after, under the vendor's id: that was found where the order told none
    desk.hint(&notice).await;
    let id = desk.at(|account| account.letters[0].id.clone());
    until(&format!("the letter to be asked after by its id: {told}"), async || {
        let asked = desk.at(|account| account.calls.iter().any(|(call, asked)| *call == Call::State && asked.contains(&id)));
        asked.then_some(())
    })
    .await;
}

story! {
    /// Two calls: a token, the order. What may have been ordered is ordered again under the same `antidoublon`.
    merci_facteur_posts_one_letter_whatever_goes_wrong, world from "2026-10-01T05:00:00Z", {
        every_fault(world, "merci_facteur").await;
    }
}

story! {
    /// Five calls: a token, a draft, its sheet, its addressee, the order. A draft that was not submitted is taken back first.
    maileva_posts_one_letter_whatever_goes_wrong, world from "2026-10-01T05:00:00Z", {
        every_fault(world, "maileva").await;
    }
}

story! {
    /// Two calls: the sheet, the order. What may have been ordered is looked for after 1, 5, 15 and 60 minutes.
    ar24_hands_over_one_letter_whatever_goes_wrong, world from "2026-10-01T05:00:00Z", {
        every_fault(world, "ar24").await;
    }
}

story! {
    /// A token that the vendor ended before its time is asked for anew; nobody need mend the channel.
    a_token_that_ended_early_is_asked_for_anew, world from "2026-10-01T05:00:00Z", {
        let office = PostOffice::open().await;
        for vendor in ["merci_facteur", "maileva"] {
            let own = World::test(server::shared(world.database).unwrap(), world.database, "2026-10-01T05:00:00Z").await;
            let desk = Desk::new(own, &office, vendor).await;
            desk.owes("C1", json!({})).await;
            desk.owes("C2", json!({})).await;
            let [one, other] = desk.planned().await.try_into().ok().unwrap();
            desk.approve(&one).await;
            desk.world.advance("2026-10-09T20:00:00Z").await;
            desk.at(|account| account.era += 1);
            desk.approve(&other).await;
            desk.world.advance("2026-10-12T20:00:00Z").await;
            assert_eq!(desk.at(|account| (account.letters.len(), account.count(Call::Token))), (2, 2), "{vendor}");
            assert_eq!(desk.tasks().await, Vec::<String>::new(), "{vendor}");
        }
    }
}
