//! What a message said, reduced to what comparing needs: normalised, fingerprinted under a key, dropped.
//! In: a text and a key; out: an exact 64-bit fingerprint that ignores case, digits, links and mentions.
//! Keeps no text: nothing that leaves this stage can be read back.

mod fingerprint;
mod normalise;

pub use fingerprint::{ContentMark, Fingerprinter};
pub use normalise::{Normalised, normalise};
