//! A message of a scenario, built up by the actor that sends it.
//! In: who, to whom, when, and what the platform would observe of it; out: one row of `messages`.
//! Refuses to know any text: a content is an opaque token.

use super::tables::{Row, cell, time};
use crate::domain::{Chat, MessageKind, Status, TemplateCategory, Via};

/// One message as an actor sends it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// When, UTC microseconds.
    pub ts: i64,
    /// Who.
    pub sender: String,
    /// To whom: a person, or the group.
    pub recipient: String,
    /// Its id; empty until an actor sends it.
    pub msg_id: String,
    /// The broadcast list it was sent by.
    pub list: Option<String>,
    /// Where it goes.
    pub chat: Chat,
    /// What it is.
    pub kind: MessageKind,
    /// Bytes.
    pub size: Option<u32>,
    /// Opaque fingerprint of the content.
    pub content: Option<String>,
    /// Whether it carries a link.
    pub link: Option<bool>,
    /// How often it was forwarded before.
    pub forwarded: Option<u8>,
    /// Milliseconds of typing; 0 is none, nothing is not observed.
    pub typing_ms: Option<u32>,
    /// Through what.
    pub via: Option<Via>,
    /// From which network.
    pub network: Option<String>,
    /// Category of a business template.
    pub template: Option<TemplateCategory>,
    /// Whether the recipient has the sender in contacts.
    pub known: Option<bool>,
    /// How far it got.
    pub status: Option<Status>,
    /// Similarity sketch of a text that is a variant of another.
    pub sketch: Option<u64>,
}

impl Message {
    /// A text to one person, typed on a phone and read; size, content and typing are still unsaid.
    pub fn direct(ts: i64, sender: &str, recipient: &str) -> Self {
        Self {
            ts,
            sender: sender.to_owned(),
            recipient: recipient.to_owned(),
            msg_id: String::new(),
            list: None,
            chat: Chat::Direct,
            kind: MessageKind::Text,
            size: None,
            content: None,
            link: Some(false),
            forwarded: Some(0),
            typing_ms: None,
            via: Some(Via::Phone),
            network: None,
            template: None,
            known: None,
            status: Some(Status::Read),
            sketch: None,
        }
    }

    /// With a size and a content token.
    pub fn body(mut self, size: u32, content: &str) -> Self {
        self.size = Some(size);
        self.content = Some(content.to_owned());
        self
    }

    /// With that much typing before.
    pub fn typing(mut self, ms: u32) -> Self {
        self.typing_ms = Some(ms);
        self
    }

    /// To a recipient who does, or does not, have the sender in contacts.
    pub fn known(mut self, known: bool) -> Self {
        self.known = Some(known);
        self
    }

    /// Into a chat of that kind; who knows whom is no question there.
    pub fn into_chat(mut self, chat: Chat) -> Self {
        self.chat = chat;
        if chat != Chat::List {
            self.known = None;
        }
        self
    }

    /// Through that channel; only a phone shows typing.
    pub fn via(mut self, via: Via) -> Self {
        self.via = Some(via);
        if via != Via::Phone {
            self.typing_ms = None;
        }
        self
    }

    /// As a business template of that category, through the API.
    pub fn template(mut self, category: TemplateCategory) -> Self {
        self.kind = MessageKind::Template;
        self.template = Some(category);
        self.via(Via::Api)
    }

    /// With that outcome.
    pub fn status(mut self, status: Status) -> Self {
        self.status = Some(status);
        self
    }

    /// With that similarity sketch.
    pub fn sketch(mut self, sketch: u64) -> Self {
        self.sketch = Some(sketch);
        self
    }

    /// With, or without, a link.
    pub fn link(mut self, link: bool) -> Self {
        self.link = Some(link);
        self
    }

    /// Forwarded that often before.
    pub fn forwarded(mut self, times: u8) -> Self {
        self.forwarded = Some(times);
        self
    }

    /// From that network.
    pub fn network(mut self, network: &str) -> Self {
        self.network = Some(network.to_owned());
        self
    }
}

impl Row for Message {
    const TABLE: &'static str = "messages";
    const COLUMNS: &'static [&'static str] = &[
        "ts",
        "sender",
        "recipient",
        "msg_id",
        "chat",
        "kind",
        "size",
        "content",
        "link",
        "forwarded",
        "typing_ms",
        "via",
        "network",
        "template_category",
        "recipient_knows_sender",
        "status",
    ];
    const REQUIRED: usize = 3;

    fn at(&self) -> i64 {
        self.ts
    }

    fn cells(&self) -> Vec<String> {
        vec![
            time(self.ts),
            self.sender.clone(),
            self.recipient.clone(),
            self.msg_id.clone(),
            self.chat.name().to_owned(),
            self.kind.name().to_owned(),
            cell(&self.size),
            cell(&self.content),
            cell(&self.link),
            cell(&self.forwarded),
            cell(&self.typing_ms),
            cell(&self.via.map(Via::name)),
            cell(&self.network),
            cell(&self.template.map(TemplateCategory::name)),
            cell(&self.known),
            cell(&self.status.map(Status::name)),
        ]
    }
}
