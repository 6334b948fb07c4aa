//! What a message said, reduced to what comparing needs: normalised, fingerprinted and shingled under a key, dropped.
//! In: a text and a key; out: an exact 64-bit fingerprint, its objects, its set of shingle hashes; near-duplicates among many.
//! Keeps no text: nothing that leaves this stage can be read back.

mod confusable;
mod digits;
mod fingerprint;
mod letters;
pub mod near;
mod normalise;
mod objects;
mod shingle;
mod signature;

pub use fingerprint::{ContentMark, Fingerprinter};
pub use near::Templates;
pub use normalise::{MARKS, Normalised, Normaliser, normalise};
pub use objects::Object;
pub use shingle::{CAP, LENGTH, Shape, ShingleKey, Shingler, wording};
pub use signature::{BLOCK, Incomparable, MinHash, Parameters, Signature};
