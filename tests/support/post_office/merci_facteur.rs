//! Merci Facteur as its README has it: one order, `antidoublon`, states and proofs in base64.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::{Account, Asked, Letter, Said, refusing, said};

pub fn work(account: &mut Account, asked: &Asked) -> Said {
    if asked.path != "/getToken" && asked.header("ww-access-token") != account.token() {
        return (
            "401 Unauthorized",
            "application/json",
            json!({"success": false, "error": {"code": "INVALID_TOKEN"}}).to_string().into_bytes(),
        );
    }
    match asked.path.as_str() {
        "/getToken" => said(&json!({"success": true, "token": account.token(), "expire": 4_102_444_800_i64})),
        "/sendCourrier" => order(account, asked),
        "/getSuiviEnvoi" => {
            let known = account.letters.iter().any(|letter| asked.query.get("idEnvoi") == Some(&letter.id));
            let state = account.states.last().map_or("wait", |(state, _)| state.as_str());
            let one = json!({"refTracking": "2C123456789", "lastState": state, "pnd": "0"});
            if known { said(&json!({"success": true, "suiviCourrier": [one]})) } else { refused("UNKNOWN_ENVOI") }
        }
        "/getProof" => match asked.query.get("document").and_then(|document| account.proofs.get(document.as_str())) {
            Some(data) => said(&json!({"success": true, "format_return": "pdf", "document": STANDARD.encode(data)})),
            None => refused("PROOF_NOT_FOUND"),
        },
        other => panic!("Merci Facteur has no {other}"),
    }
}

fn refused(code: &str) -> Said {
    refusing(&json!({"success": false, "error": {"code": code, "text": "Refusé"}}))
}

fn order(account: &mut Account, asked: &Asked) -> Said {
    let form = asked.form();
    let (reference, adress, content) = (&form["antidoublon"], read(&form["adress"]), read(&form["content"]));
    if account.letters.iter().any(|letter| letter.reference == *reference) {
        return refused("COURRIER_DOUBLON");
    }
    let files = content["letter"]["base64files"].as_array().unwrap();
    assert!(files.iter().all(|file| STANDARD.decode(file.as_str().unwrap()).unwrap().starts_with(b"%PDF")));
    for (party, keys) in [(&adress["exp"], 11), (&adress["dest"][0], 11)] {
        let complete = party.as_object().unwrap().len() >= keys && !party["cp"].as_str().unwrap().is_empty();
        assert!(complete, "INFO_ADDRESS_MISSING: {party}");
    }
    if let Some(code) = account.refuses {
        return refused(code);
    }
    let id = account.next_id();
    let mut kept = json!({"adress": adress, "modeEnvoi": form["modeEnvoi"]});
    kept["files"] = files.len().into();
    account.orders.push(kept);
    account.letters.push(Letter { id: id.to_string(), reference: reference.clone(), sheets: files.len(), ..Letter::default() });
    said(&json!({"success": true, "envoi_id": [id], "resume": {"nb_dest": 1, "nb_page": 1}}))
}

fn read(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}
