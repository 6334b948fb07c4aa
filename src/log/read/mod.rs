//! placeholder until ingest lands
use super::MessageEvent;
use crate::domain::Token;
/// Takes what ingest reads.
pub trait EventSink: Send {
    /// an event
    fn message(&mut self, event: &MessageEvent);
    /// a name
    fn name(&mut self, token: Token, name: &str);
}
