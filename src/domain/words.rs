//! The closed word lists of the input contract: chats, kinds, states, channels and the kinds of side events.
//! In: a word as the log spells it; out: one of a fixed set, or the nearest valid word to offer.
//! Every list has a code that fits a byte, so that packed rows stay small; 0 is always "not said".

use serde::{Deserialize, Serialize};

/// A closed list of words, each with a byte code; 0 means the log did not say.
pub trait Word: Sized + Copy + 'static {
    /// All words with their spelling, in code order starting at 1.
    const ALL: &'static [(&'static str, Self)];

    /// The word for a spelling, ASCII case ignored.
    fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        Self::ALL.iter().find(|(name, _)| name.eq_ignore_ascii_case(text)).map(|(_, word)| *word)
    }

    /// All spellings.
    fn names() -> Vec<&'static str> {
        Self::ALL.iter().map(|(name, _)| *name).collect()
    }
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[repr(u8)]
        pub enum $name { $($(#[$vdoc])* $variant),+ }
        impl Word for $name {
            const ALL: &'static [(&'static str, Self)] = &[$(($text, $name::$variant)),+];
        }
        impl $name {
            /// The spelling of the input contract.
            pub fn name(self) -> &'static str {
                Self::ALL[self as usize].0
            }
        }
    };
}

words!(
    /// Where a message goes.
    Chat {
        /// One person.
        Direct = "direct",
        /// A broadcast list: one row per person, one action.
        List = "list",
        /// A group.
        Group = "group",
        /// A community's announcement group.
        Community = "community",
        /// A one-to-many channel: left out altogether.
        Channel = "channel",
    }
);
words!(
    /// What kind of message it is.
    MessageKind {
        /// Typed or pasted text.
        Text = "text",
        /// A picture.
        Image = "image",
        /// A video.
        Video = "video",
        /// A voice note or audio file.
        Audio = "audio",
        /// A document.
        Document = "document",
        /// A contact card.
        Contact = "contact",
        /// A business template.
        Template = "template",
        /// A location.
        Location = "location",
        /// A sticker.
        Sticker = "sticker",
        /// A poll.
        Poll = "poll",
        /// A reaction: left out altogether.
        Reaction = "reaction",
        /// Anything else.
        Other = "other",
    }
);
words!(
    /// How far a message got; ordered, later is further.
    Status {
        /// The client asked to send.
        Attempted = "attempted",
        /// The server refused or could not deliver.
        Failed = "failed",
        /// The server accepted it.
        Sent = "sent",
        /// It reached the recipient's device.
        Delivered = "delivered",
        /// The recipient opened it.
        Read = "read",
    }
);
words!(
    /// Through what a message was sent.
    Via {
        /// The phone itself.
        Phone = "phone",
        /// A linked device.
        Linked = "linked",
        /// The business API.
        Api = "api",
        /// Another service, by interoperability.
        Interop = "interop",
    }
);
words!(
    /// The category of a business template.
    TemplateCategory {
        /// Promotion.
        Marketing = "marketing",
        /// Transactions and updates.
        Utility = "utility",
        /// One-time codes.
        Authentication = "authentication",
        /// Replies inside the service window.
        Service = "service",
    }
);
words!(
    /// The product an account uses.
    AccountKind {
        /// The ordinary app.
        Consumer = "consumer",
        /// The business app.
        BusinessApp = "business_app",
        /// The business API.
        BusinessApi = "business_api",
    }
);
words!(
    /// What happened to a group.
    GroupKind {
        /// The actor created the group.
        Create = "create",
        /// The actor added the target.
        Add = "add",
        /// The actor removed the target.
        Remove = "remove",
        /// The actor left.
        Leave = "leave",
        /// The actor joined by an invitation link.
        JoinLink = "join_link",
    }
);
words!(
    /// What a person said about an account.
    FeedbackKind {
        /// Reported to the service.
        Report = "report",
        /// Blocked.
        Block = "block",
        /// Asked it to stop.
        Optout = "optout",
    }
);

/// A number of things: `1 file`, `2 files`.
pub fn counted(n: u64, thing: &str) -> String {
    format!("{n} {thing}{}", if n == 1 { "" } else { "s" })
}

/// The valid word nearest to `text`, if one is near enough to be worth offering.
pub fn nearest<'a>(text: &str, valid: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let text = text.to_lowercase();
    let written = text.chars().count();
    valid
        .into_iter()
        .map(|word| (strsim::damerau_levenshtein(&text, &word.to_lowercase()), word))
        .filter(|(distance, word)| {
            let letters = word.chars().count();
            // A word in which every letter differs is not near, however short both are.
            *distance <= 2.max(letters / 3) && *distance < letters.min(written).max(1)
        })
        .min_by_key(|(distance, word)| (*distance, word.len(), *word))
        .map(|(_, word)| word)
}

/// Whether a spreadsheet would take a cell for a formula, or a quote in front of it for ours: the first sign behind blanks
/// and quotes decides, so that one more quote can be put before any name and taken away again.
pub fn needs_quote(cell: &str) -> bool {
    let first = cell.chars().find(|c| !c.is_whitespace() && *c != '\'');
    first.is_some_and(|c| "=+-@\u{ff1d}\u{ff0b}\u{ff0d}\u{ff20}".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_round_trip_and_ignore_case() {
        assert_eq!(Chat::parse(" Group "), Some(Chat::Group));
        assert_eq!(Chat::parse("grupo"), None);
        for (name, word) in Status::ALL {
            assert_eq!(word.name(), *name);
        }
    }

    #[test]
    fn status_is_ordered_by_progress() {
        assert!(Status::Attempted < Status::Failed && Status::Failed < Status::Sent);
        assert!(Status::Delivered < Status::Read);
    }

    #[test]
    fn the_nearest_word_is_offered_only_when_near() {
        assert_eq!(nearest("recipent", ["sender", "recipient"]), Some("recipient"));
        assert_eq!(nearest("zzzzzz", ["sender", "recipient"]), None);
        assert_eq!(nearest("x", ["ts"]), None);
    }
}
