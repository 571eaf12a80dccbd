//! registry.yaml: any text is a registry or a list of problems.
#![no_main]

use hinomi_model::registry::Registry;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    match Registry::from_yaml(text) {
        Ok(registry) => assert!(!registry.tenants().is_empty()),
        Err(problems) => assert!(!problems.0.is_empty() && !problems.to_string().is_empty()),
    }
});
