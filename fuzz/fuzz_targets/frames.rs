#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| sechat_fuzz::frames::run(input));
