//! The promises of a runtime, kept by this one.

use sechat_blocking::{Blocking, conformance};

#[test]
fn from_a_thread_that_is_not_smols() {
    smol::future::block_on(conformance::all(|network| Blocking::with(network).unwrap()));
}
