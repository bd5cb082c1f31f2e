//! What the fuzz targets do with their input: each module is one target.
//!
//! Nothing here needs libFuzzer, so that an ordinary test can run every target on its seeds (`tests/tests/fuzz.rs`).

pub mod cookies;
pub mod engine;
pub mod frames;
pub mod pages;
pub mod saved;
pub mod text;
pub mod uploads;
pub mod wire;

#[path = "../../tests/src/answers.rs"]
mod answers;
