//! Messages of a world, packed: fixed fields beside one run of text, some hundred bytes a message.
//! In: messages in any order; out: Arrow batches in order of time, equal times in the order of arrival.
//! Knows no file.

use crate::domain::{Chat, MessageKind, Status, TemplateCategory, TokenKey, Via, Word, digest64};
use crate::simulate::message::Message;
use arrow_array::builder::StringBuilder;
use arrow_array::{
    ArrayRef, BooleanArray, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray, UInt64Array,
};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef, TimeUnit};
use std::sync::Arc;

/// Texts shorter than this have no similarity sketch.
const SKETCHED: u32 = 60;
/// Nothing was said, where a count stands otherwise.
const NONE: u32 = u32::MAX;

/// What of a message has a fixed size.
#[derive(Debug, Clone, Copy)]
struct Head {
    ts: i64,
    client_ts: i64,
    sketch: u64,
    at: usize,
    size: u32,
    typing: u32,
    /// Bytes of sender, recipient, id, content, network and list.
    lengths: [u8; 6],
    chat: u8,
    kind: u8,
    /// Codes from 1, 0 for nothing.
    via: u8,
    status: u8,
    template: u8,
    /// From 1, 0 for nothing.
    forwarded: u8,
    /// 2 for yes, 1 for no, 0 for nothing.
    link: u8,
    known: u8,
}

/// Packed messages.
#[derive(Debug, Default)]
pub struct Rows {
    heads: Vec<Head>,
    text: Vec<u8>,
}

impl Rows {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.heads.len()
    }

    /// Adds a message that the sender's client dates so.
    pub fn push(&mut self, message: &Message, client_ts: i64) {
        let at = self.text.len();
        let texts = [
            message.sender.as_str(),
            &message.recipient,
            &message.msg_id,
            message.content.as_deref().unwrap_or_default(),
            message.network.as_deref().unwrap_or_default(),
            message.list.as_deref().unwrap_or_default(),
        ];
        for text in texts {
            self.text.extend_from_slice(text.as_bytes());
        }
        let flag = |value: Option<bool>| value.map_or(0, |yes| 1 + u8::from(yes));
        self.heads.push(Head {
            ts: message.ts,
            client_ts,
            sketch: sketch(message),
            at,
            size: message.size.unwrap_or(NONE),
            typing: message.typing_ms.unwrap_or(NONE),
            lengths: texts.map(|text| text.len() as u8),
            chat: message.chat as u8,
            kind: message.kind as u8,
            via: message.via.map_or(0, |word| 1 + word as u8),
            status: message.status.map_or(0, |word| 1 + word as u8),
            template: message.template.map_or(0, |word| 1 + word as u8),
            forwarded: message.forwarded.map_or(0, |times| times.saturating_add(1)),
            link: flag(message.link),
            known: flag(message.known),
        });
    }

    /// Adds the messages of another.
    pub fn append(&mut self, other: &Self) {
        let shift = self.text.len();
        self.text.extend_from_slice(&other.text);
        self.heads.extend(other.heads.iter().map(|head| Head { at: head.at + shift, ..*head }));
    }

    /// Moves all messages out, in order of time, in batches of at most `most`.
    pub fn drain(&mut self, most: usize) -> Result<Vec<RecordBatch>, ArrowError> {
        self.heads.sort_by_key(|head| head.ts);
        let batches = self.heads.chunks(most).map(|heads| self.batch(heads)).collect();
        self.heads.clear();
        self.text.clear();
        batches
    }

    fn batch(&self, heads: &[Head]) -> Result<RecordBatch, ArrowError> {
        let count = |f: fn(&Head) -> u32| -> ArrayRef {
            let value = |head: &Head| Some(f(head)).filter(|n| *n != NONE).map(i64::from);
            Arc::new(heads.iter().map(value).collect::<Int64Array>())
        };
        let flag = |f: fn(&Head) -> u8| -> ArrayRef {
            Arc::new(heads.iter().map(|head| (f(head) != 0).then(|| f(head) == 2)).collect::<BooleanArray>())
        };
        let sketches = heads.iter().map(|head| Some(head.sketch).filter(|sketch| *sketch != 0));
        let time = |f: fn(&Head) -> i64| -> ArrayRef {
            let times = heads.iter().map(f).collect::<Vec<_>>();
            Arc::new(TimestampMicrosecondArray::from(times).with_timezone("UTC"))
        };
        let columns: Vec<ArrayRef> = vec![
            time(|head| head.ts),
            self.texts(heads, 0),
            self.texts(heads, 1),
            self.texts(heads, 2),
            words::<Chat>(heads, |head| head.chat + 1),
            words::<MessageKind>(heads, |head| head.kind + 1),
            count(|head| head.size),
            self.texts(heads, 3),
            flag(|head| head.link),
            Arc::new(heads.iter().map(|h| h.forwarded.checked_sub(1).map(i64::from)).collect::<Int64Array>()),
            count(|head| head.typing),
            words::<Via>(heads, |head| head.via),
            self.texts(heads, 4),
            words::<TemplateCategory>(heads, |head| head.template),
            flag(|head| head.known),
            words::<Status>(heads, |head| head.status),
            Arc::new(sketches.collect::<UInt64Array>()),
            self.texts(heads, 5),
            time(|head| head.client_ts),
        ];
        RecordBatch::try_new(schema(), columns)
    }

    fn texts(&self, heads: &[Head], nth: usize) -> ArrayRef {
        let mut builder = StringBuilder::with_capacity(heads.len(), heads.len() * 12);
        for head in heads {
            let start = head.at + head.lengths[..nth].iter().map(|n| usize::from(*n)).sum::<usize>();
            let text = &self.text[start..start + usize::from(head.lengths[nth])];
            builder.append_option(std::str::from_utf8(text).ok().filter(|text| !text.is_empty()));
        }
        Arc::new(builder.finish())
    }
}

fn words<W: Word>(heads: &[Head], code: fn(&Head) -> u8) -> ArrayRef {
    let word = |head: &Head| W::ALL.get(usize::from(code(head)).wrapping_sub(1)).map(|(name, _)| *name);
    Arc::new(heads.iter().map(word).collect::<StringArray>())
}

/// A text of some length has a sketch: its own if it is a variant, else one that only an equal content shares.
fn sketch(message: &Message) -> u64 {
    let own = || {
        let content = message.content.as_ref()?;
        let long = message.kind == MessageKind::Text && message.size.is_some_and(|size| SKETCHED <= size);
        long.then(|| digest64(&TokenKey::new(5, 8), content.as_bytes()))
    };
    message.sketch.or_else(own).unwrap_or(0)
}

/// The columns of the message files: the contract's, and last the two that the program does not read.
pub fn schema() -> SchemaRef {
    let text = |name: &str| Field::new(name, DataType::Utf8, true);
    let count = |name: &str| Field::new(name, DataType::Int64, true);
    let flag = |name: &str| Field::new(name, DataType::Boolean, true);
    let time = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
    Arc::new(Schema::new(vec![
        Field::new("ts", time.clone(), true),
        text("sender"),
        text("recipient"),
        text("msg_id"),
        text("chat"),
        text("kind"),
        count("size"),
        text("content"),
        flag("link"),
        count("forwarded"),
        count("typing_ms"),
        text("via"),
        text("network"),
        text("template_category"),
        flag("recipient_knows_sender"),
        text("status"),
        Field::new("sketch", DataType::UInt64, true),
        text("list_id"),
        Field::new("client_ts", time, true),
    ]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_come_out_in_order_of_time_and_whole() {
        let mut rows = Rows::default();
        let mut late = Message::direct(9, "a", "b").body(70, "x1").typing(12).known(true);
        late.msg_id = "m1".to_owned();
        rows.push(&late, 8);
        let mut other = Rows::default();
        other.push(&Message::direct(3, "c", "dd").into_chat(Chat::Group), 3);
        rows.append(&other);
        let batches = rows.drain(1).unwrap();
        assert_eq!((batches.len(), rows.len()), (2, 0));
        let text = |batch: usize, column: &str| {
            let array = batches[batch].column_by_name(column).unwrap();
            arrow_cast::display::array_value_to_string(array, 0).unwrap()
        };
        assert_eq!(
            (text(0, "sender"), text(0, "recipient"), text(0, "chat")),
            ("c".into(), "dd".into(), "group".into())
        );
        assert_eq!(
            (text(1, "msg_id"), text(1, "typing_ms"), text(1, "status")),
            ("m1".into(), "12".into(), "read".into())
        );
        assert_eq!((text(0, "sketch"), text(0, "size")), (String::new(), String::new()));
        assert_ne!(text(1, "sketch"), "");
    }
}
