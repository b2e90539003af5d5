//! What a vendor cannot post is refused in words that a person can act on, and the ladder goes on without it.

use serde_json::{Value, json};

use super::{Desk, PostOffice, VENDORS, World};
use crate::{story, support::server};

/// What becomes of one notice to a customer like this.
async fn notice(world: &World, office: &PostOffice, vendor: &'static str, customer: Value, refuses: Option<&'static str>) -> (Desk, Value) {
    let own = World::test(server::shared(world.database).unwrap(), world.database, "2026-10-01T05:00:00Z").await;
    let desk = Desk::new(own, office, vendor).await;
    desk.at(|account| account.refuses = refuses);
    desk.owes("C1", customer).await;
    let [notice] = desk.planned().await.try_into().ok().expect("one notice");
    desk.approve(&notice).await;
    desk.world.advance("2026-10-09T20:00:00Z").await;
    let read = desk.read(&notice).await;
    (desk, read)
}

/// Refused once and for all, said in these words, and the call of the next step comes all the same.
async fn refused(world: &World, office: &PostOffice, vendor: &'static str, customer: Value, refuses: Option<&'static str>, words: &str) {
    let (desk, read) = notice(world, office, vendor, customer, refuses).await;
    assert_eq!(read["status"], "failed", "{vendor} {words}: {read}");
    let open = desk.world.list("/v1/tasks?status=open").await;
    let [task] = open.iter().filter(|task| task["kind"] == "message_failed").collect::<Vec<_>>().try_into().expect("one task");
    assert!(task["title"].as_str().unwrap().contains(words), "{vendor}: {words:?} in {}", task["title"]);
    assert_eq!(task["step_key"], "notice");
    assert_eq!(desk.at(|account| account.letters.len()), 0);
    desk.world.advance("2026-11-20T12:00:00Z").await;
    assert!(desk.tasks().await.iter().any(|kind| kind == "phone_call"), "{vendor} {words}: the next step comes");
}

fn lives(lines: &[&str], postcode: &str, city: &str, country: &str) -> Value {
    json!({"address": {"lines": lines, "postcode": postcode, "city": city, "country": country}})
}

story! {
    /// Maileva prints 38 characters a line; a name goes on in the second line where that is free, nothing is cut off.
    addresses_that_do_not_fit_maileva, world from "2026-10-01T05:00:00Z", {
        let office = PostOffice::open().await;
        let long = "Zone industrielle des Quatre Chemins du Bois";
        refused(&world, &office, "maileva", lives(&[long], "69003", "Lyon", "FR"), None, "a line of an address has more than 38 characters").await;
        let lost = lives(&["3 place du Marché"], "6900", "Lyon", "FR");
        refused(&world, &office, "maileva", lost, None, "a postcode of five digits").await;
        let name = "Société coopérative des boulangers réunis de la presqu’île de Lyon et d’alentour";
        refused(&world, &office, "maileva", json!({"name": name}), None, "the name has more than 38 characters").await;
        let name = "Société coopérative des boulangers réunis de la presqu’île";
        let (desk, read) = notice(&world, &office, "maileva", json!({"name": name}), None).await;
        assert_eq!(read["status"], "sent", "{read}");
        let to = desk.at(|account| account.orders[0].clone());
        let lines = [&to["address_line_1"], &to["address_line_2"], &to["address_line_4"], &to["address_line_6"]];
        assert_eq!(lines, [&json!("Société coopérative des boulangers"), &json!("réunis de la presqu’île"), &json!("3 place du Marché"), &json!("69003 Lyon")]);
    }
}

story! {
    /// Merci Facteur knows countries by its own list, and wants a postcode and a town of each.
    addresses_that_merci_facteur_does_not_know, world from "2026-10-01T05:00:00Z", {
        let office = PostOffice::open().await;
        refused(&world, &office, "merci_facteur", lives(&["1 Main Street"], "00100", "Thimphu", "BT"), None, "no spelling of the country BT").await;
        let lost = json!({"address": {"lines": ["3 place du Marché"], "city": "Lyon", "country": "FR"}});
        refused(&world, &office, "merci_facteur", lost, None, "lacks its postcode or town").await;
        let (desk, read) = notice(&world, &office, "merci_facteur", lives(&["Damrak 1"], "1012 LG", "Amsterdam", "NL"), None).await;
        assert_eq!(read["status"], "sent", "{read}");
        assert_eq!(desk.at(|account| account.orders[0]["adress"]["dest"][0]["pays"].clone()), "PAYS-BAS");
    }
}

story! {
    /// Too many pages, or whatever else it will never take: the vendor's own code stands in the task.
    what_a_vendor_will_not_print, world from "2026-10-01T05:00:00Z", {
        let office = PostOffice::open().await;
        for (vendor, code) in [("merci_facteur", "LETTER_TOO_MANY_PAGES"), ("maileva", "INVALID_TOTAL_SENDING_SIZE"), ("ar24", "attachment_too_big")] {
            refused(&world, &office, vendor, json!({}), Some(code), code).await;
        }
        // what is wrong with our own reference is no proof that the letter was taken
        refused(&world, &office, "merci_facteur", json!({}), Some("INVALID_ANTIDOUBLON"), "INVALID_ANTIDOUBLON").await;
    }
}

story! {
    /// Nobody has an e-mail address: AR24 cannot hand it over. A consumer must have agreed beforehand.
    whom_ar24_cannot_reach, world from "2026-10-01T05:00:00Z", {
        let office = PostOffice::open().await;
        let by_phone = json!({"contacts": [{"external_id": "c1", "name": "Claire Dupont", "role": "accounts_payable", "phone": "+33612345678"}]});
        let own = World::test(server::shared(world.database).unwrap(), world.database, "2026-10-01T05:00:00Z").await;
        let desk = Desk::new(own, &office, "ar24").await;
        // a test tenant really hands over what is on its list alone: the envelope in one line is
        let mut channel = json!({"provider": "ar24", "allow_list": ["Boulangerie C1, 3 place du Marché, 69003 Lyon"]});
        channel["ar24"] = office.settings("ar24", &desk.name);
        desk.world.put("/v1/channels/letter", channel).await.expect(200);
        desk.owes("C1", by_phone).await;
        let [notice] = desk.planned().await.try_into().ok().unwrap();
        desk.approve(&notice).await;
        desk.world.advance("2026-11-20T12:00:00Z").await;
        assert_eq!(desk.read(&notice).await["status"], "failed");
        let tasks = desk.tasks().await;
        assert!(tasks.iter().any(|kind| kind == "message_failed") && tasks.iter().any(|kind| kind == "phone_call"), "{tasks:?}");
    }
}

story! {
    /// Nobody knows where the customer is: nothing is ordered, one task asks for the address, and no later step goes before the
    /// notice. Once the address is there, the notice goes on its way.
    a_registered_step_without_an_address_waits_for_it, world from "2026-10-01T05:00:00Z", {
        let office = PostOffice::open().await;
        let desk = Desk::new(world, &office, "maileva").await;
        desk.owes("C1", json!({"address": null})).await;
        desk.world.advance("2026-11-04T12:00:00Z").await;
        let open = desk.world.list("/v1/tasks?status=open").await;
        let [task] = open.as_slice() else { panic!("one task: {open:?}") };
        assert!(task["title"].as_str().unwrap().starts_with("Find a contact for registered"), "{task}");
        assert!(desk.world.reminders().await.is_empty());
        let found = json!({"source_version": 2, "policy_id": desk.policy});
        desk.world.customer_with("C1", found).await;
        desk.world.advance("2026-11-05T12:00:00Z").await;
        let asked = desk.world.list("/v1/reminders?status=awaiting_approval").await;
        let [notice] = asked.as_slice() else { panic!("the notice: {asked:?}") };
        let by = json!({"by": {"name": "Marc", "email": "marc@keller.example"}});
        desk.world.post(&format!("/v1/reminders/{}/approve", notice["id"].as_str().unwrap()), by).await.expect(200);
        desk.world.advance("2026-11-06T20:00:00Z").await;
        assert_eq!(desk.at(|account| account.letters.len()), 1);
    }
}

story! {
    /// A statement that the letter says it encloses is printed with it, by whomever.
    what_a_letter_encloses_goes_along, world from "2026-10-01T05:00:00Z", {
        let office = PostOffice::open().await;
        for vendor in VENDORS {
            let own = World::test(server::shared(world.database).unwrap(), world.database, "2026-10-01T05:00:00Z").await;
            let desk = Desk::with(own, &office, vendor, json!({"attach": ["statement"]})).await;
            let notice = desk.leaves().await;
            assert_eq!(desk.read(&notice).await["status"], "sent");
            assert_eq!(desk.at(|account| account.letters[0].sheets), 2, "{vendor}: the letter and its statement");
        }
    }
}

story! {
    /// Merci Facteur's registered e-letter names an e-mail address of both sides; the creditor's own is in the settings.
    a_registered_e_letter_names_both_sides, world from "2026-10-01T05:00:00Z", {
        let office = PostOffice::open().await;
        let desk = Desk::new(world, &office, "merci_facteur").await;
        let mut channel = json!({"provider": "merci_facteur", "allow_list": ["compta@c1.example"]});
        channel["merci_facteur"] = office.settings("merci_facteur", &desk.name);
        channel["merci_facteur"]["registered_mode"] = "ere_otp_mail".into();
        desk.world.put("/v1/channels/letter", channel).await.expect(200);
        desk.leaves().await;
        let order = desk.at(|account| account.orders[0].clone());
        let (from, to) = (&order["adress"]["exp"], &order["adress"]["dest"][0]);
        assert_eq!((&from["email"], &to["email"], &to["consent"]), (&json!("compta@keller.example"), &json!("compta@c1.example"), &json!(1)), "{order}");
    }
}
