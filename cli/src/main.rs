//! sechat
fn main() {}
