//! Rows as columns of 64-bit words, which is how they wait on disk.
//! In: a row; out: a word for each of its columns, and back.
//! Knows no file.

use super::row::Received;
use crate::domain::Token;
use crate::log::MessageEvent;

/// A row as a fixed number of 64-bit words, each a column of the file.
pub trait Words: Copy {
    /// The columns.
    const NAMES: &'static [&'static str];
    /// How many of them, the first ones, are tokens and digests, in which no compressor finds anything where they are filled;
    /// a log without the columns behind them pays with room on disk.
    const KEYED: usize;
    /// Appends the row to the columns.
    fn put(&self, columns: &mut [Vec<u64>]);
    /// The row at a place of the columns.
    fn get(columns: &[&[u64]], row: usize) -> Self;
}

pub(super) fn put_token(token: Token, columns: &mut [Vec<u64>]) {
    let bits = token.0;
    columns[0].push((bits >> 64) as u64);
    columns[1].push(bits as u64);
}

pub(super) fn token(columns: &[&[u64]], row: usize) -> Token {
    Token(u128::from(columns[0][row]) << 64 | u128::from(columns[1][row]))
}

impl Words for MessageEvent {
    const NAMES: &'static [&'static str] = &[
        "sender_high",
        "sender_low",
        "recipient_high",
        "recipient_low",
        "msg",
        "content",
        "content_head",
        "object",
        "ts",
        "size_typing",
        "flags",
    ];
    const KEYED: usize = 7;

    fn put(&self, columns: &mut [Vec<u64>]) {
        put_token(self.sender, columns);
        put_token(self.recipient, &mut columns[2..]);
        let flags = [
            self.chat,
            self.kind,
            self.status,
            self.via,
            self.known,
            self.forwarded,
            self.template,
            self.link,
        ];
        let sizes = u64::from(self.size) << 32 | u64::from(self.typing_ms);
        let rest = [
            self.msg,
            self.content,
            self.content_head,
            self.object,
            self.ts as u64,
            sizes,
            u64::from_le_bytes(flags),
        ];
        columns[4..].iter_mut().zip(rest).for_each(|(column, word)| column.push(word));
    }

    fn get(columns: &[&[u64]], row: usize) -> Self {
        let word = |i: usize| columns[i][row];
        let [chat, kind, status, via, known, forwarded, template, link] = word(10).to_le_bytes();
        Self {
            sender: token(columns, row),
            recipient: token(&columns[2..], row),
            msg: word(4),
            content: word(5),
            content_head: word(6),
            object: word(7),
            ts: word(8) as i64,
            size: (word(9) >> 32) as u32,
            typing_ms: word(9) as u32,
            chat,
            kind,
            status,
            via,
            known,
            forwarded,
            template,
            link,
        }
    }
}

impl Words for Received {
    const NAMES: &'static [&'static str] =
        &["account_high", "account_low", "peer_high", "peer_low", "msg", "ts", "flags"];
    const KEYED: usize = 5;

    fn put(&self, columns: &mut [Vec<u64>]) {
        put_token(self.account, columns);
        put_token(self.peer, &mut columns[2..]);
        let flags = u64::from(self.chat) << 8 | u64::from(self.status);
        let rest = [self.msg, self.ts as u64, flags];
        columns[4..].iter_mut().zip(rest).for_each(|(column, word)| column.push(word));
    }

    fn get(columns: &[&[u64]], row: usize) -> Self {
        let word = |i: usize| columns[i][row];
        Self {
            account: token(columns, row),
            peer: token(&columns[2..], row),
            msg: word(4),
            ts: word(5) as i64,
            chat: (word(6) >> 8) as u8,
            status: word(6) as u8,
        }
    }
}
