//! Maileva: a draft is filled, then submitted once; only drafts can be deleted.

use serde_json::{Value, json};

use super::{Account, Asked, Letter, Said, refusing, said};

pub fn work(account: &mut Account, asked: &Asked) -> Said {
    if asked.path.ends_with("/token") {
        return said(&json!({"access_token": account.token(), "expires_in": 300}));
    }
    if asked.header("authorization") != format!("Bearer {}", account.token()) {
        return ("401 Unauthorized", "application/json", b"{}".to_vec());
    }
    let rest = asked.path.split_once("/sendings").unwrap().1.trim_start_matches('/').to_owned();
    let (id, what) = rest.split_once('/').unwrap_or((&rest, ""));
    match (asked.method.as_str(), what) {
        ("POST", "") => draft(account, &asked.json()),
        ("GET", "") if id.is_empty() => list(account),
        ("GET", "") => {
            let known = account.letters.iter().any(|letter| letter.id == id);
            if known { said(&json!({"id": id, "status": "PROCESSED"})) } else { refused("SENDING_NOT_FOUND") }
        }
        ("DELETE", "") => {
            let before = account.drafts.len();
            account.drafts.retain(|draft| draft.id != id);
            if account.drafts.len() < before {
                ("204 No Content", "application/json", Vec::new())
            } else {
                refused("SENDING_STATUS_IS_NOT_DRAFT")
            }
        }
        ("POST", "submit") => submit(account, id),
        ("POST", "documents") => {
            assert!(asked.body.windows(4).any(|four| four == b"%PDF"));
            fill(account, id, |draft| draft.sheets += 1)
        }
        ("POST", "recipients") => {
            account.orders.push(asked.json());
            fill(account, id, |draft| draft.addressees += 1)
        }
        ("GET", "recipients") => said(&json!({"recipients": [{"id": "r1", "status": "ACCEPTED"}], "paging": {"total_results": 1}})),
        ("GET", "recipients/r1/delivery_statuses") => {
            let one = |(status, date): &(String, String)| json!({"status": status, "date": date});
            said(&json!({"delivery_statuses": account.states.iter().map(one).collect::<Vec<_>>()}))
        }
        ("GET", "download_deposit_proof") => proof(account, "deposit"),
        ("GET", "recipients/r1/download_acknowledgement_of_receipt") => proof(account, "acknowledgement"),
        other => panic!("Maileva has no {other:?}"),
    }
}

fn refused(code: &str) -> Said {
    refusing(&json!({"errors": [{"code": code, "message": "refused"}]}))
}

fn draft(account: &mut Account, body: &Value) -> Said {
    let id = format!("110e-{}", account.next_id());
    account.drafts.push(Letter { id: id.clone(), reference: body["custom_id"].as_str().unwrap().to_owned(), ..Letter::default() });
    said(&json!({"id": id, "status": "DRAFT"}))
}

fn fill(account: &mut Account, id: &str, how: impl FnOnce(&mut Letter)) -> Said {
    match account.drafts.iter_mut().find(|draft| draft.id == id) {
        Some(draft) => {
            how(draft);
            said(&json!({"id": "part"}))
        }
        None => refused("SENDING_STATUS_IS_NOT_DRAFT"),
    }
}

fn submit(account: &mut Account, id: &str) -> Said {
    if let Some(code) = account.refuses {
        return refused(code);
    }
    let Some(at) = account.drafts.iter().position(|draft| draft.id == id) else { return refused("SENDING_STATUS_IS_NOT_DRAFT") };
    if account.drafts[at].sheets == 0 || account.drafts[at].addressees == 0 {
        return refused("EMPTY_DOCUMENT");
    }
    let letter = account.drafts.remove(at);
    account.letters.push(letter);
    ("200 OK", "application/json", Vec::new())
}

fn list(account: &Account) -> Said {
    let one = |status: &'static str| move |letter: &Letter| json!({"id": letter.id, "custom_id": letter.reference, "status": status});
    let all: Vec<Value> = account.drafts.iter().map(one("DRAFT")).chain(account.letters.iter().map(one("PENDING"))).collect();
    said(&json!({"sendings": all, "paging": {"total_results": all.len()}}))
}

fn proof(account: &Account, kind: &str) -> Said {
    match account.proofs.get(kind) {
        Some(data) => ("200 OK", "application/pdf", data.clone()),
        None => ("404 Not Found", "application/json", b"{}".to_vec()),
    }
}
