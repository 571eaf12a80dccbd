//! The engine's steps through the ports.
