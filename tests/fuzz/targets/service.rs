//! The whole client of CBS against a service that answers anything: descriptions, lists, catalogs, pages, counts, links.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use middelgroot_fuzz::service::Served;

static SERVED: LazyLock<Served> = LazyLock::new(Served::start);

fuzz_target!(|input: &[u8]| SERVED.ask(input));
