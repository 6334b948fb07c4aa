//! The one integration binary: each module attacks one promise of the tool through its front doors.
//! In: files made on the spot; out: nothing but failed assertions.
//! Knows no private item.

mod bad_input;
