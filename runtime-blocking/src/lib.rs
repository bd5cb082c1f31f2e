//! runtime-blocking
