//! Keeps what was asked and answered, by operation.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::support::{World, schema, world::Answer};

/// A world whose requests are written down.
pub struct Book {
    pub world: World,
    pub said: BTreeMap<String, Value>,
}

impl Book {
    pub fn new(world: World) -> Self {
        Self { world, said: BTreeMap::new() }
    }

    #[track_caller]
    fn keep(&mut self, method: &str, path: &str, sent: Option<(&str, Value)>, status: u16, answer: Answer) -> Value {
        assert_eq!(answer.status.as_u16(), status, "{method} {path}: {}", answer.body);
        let (_, operation) = schema::operation(method, path).unwrap_or_else(|| panic!("{method} {path} is not described"));
        let name = operation["operationId"].as_str().unwrap().to_owned();
        let kind = answer.headers.get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default();
        let body = if kind.contains("json") { answer.body.clone() } else { Value::Null };
        let entry = self.said.entry(name).or_insert_with(|| json!({ "responses": {} }));
        if let Some((media_type, body)) = sent.filter(|_| entry["request"].is_null()) {
            entry["request"] = json!({ "media_type": media_type, "body": body });
        }
        let answers = entry["responses"].as_object_mut().unwrap_or_else(|| unreachable!("made above"));
        if !answers.contains_key(&status.to_string()) {
            let mut answer = Map::new();
            if !body.is_null() {
                answer.insert("media_type".to_owned(), json!(kind));
                answer.insert("body".to_owned(), body);
            }
            answers.insert(status.to_string(), Value::Object(answer));
        }
        answer.body
    }

    pub async fn get(&mut self, path: &str) -> Value {
        let answer = self.world.get(path).await;
        self.keep("GET", path, None, 200, answer)
    }

    pub async fn send(&mut self, method: &str, path: &str, body: Value, status: u16) -> Value {
        self.send_with(method, path, body, status, &[]).await
    }

    pub async fn send_with(&mut self, method: &str, path: &str, body: Value, status: u16, headers: &[(&str, &str)]) -> Value {
        let answer = self.world.send(method.parse().unwrap(), path, Some(body.clone()), headers).await;
        self.keep(method, path, Some(("application/json", body)), status, answer)
    }

    /// Without a body.
    pub async fn call(&mut self, method: &str, path: &str, status: u16) -> Value {
        let answer = self.world.send(method.parse().unwrap(), path, None, &[]).await;
        self.keep(method, path, None, status, answer)
    }

    pub async fn raw(&mut self, path: &str, kind: &str, text: &str, status: u16) -> Value {
        let answer = self.world.raw(path, kind, text.as_bytes().to_vec()).await;
        let body = serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()));
        self.keep("POST", path, Some((kind, body)), status, answer)
    }

    /// The id of the first thing of a list.
    pub async fn first(&mut self, list: &str) -> String {
        let list = self.get(list).await;
        list["data"][0]["id"].as_str().unwrap_or_else(|| panic!("nothing in {list}")).to_owned()
    }
}
