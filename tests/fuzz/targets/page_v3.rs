//! A page of rows of OData v3: whatever comes, what is read of it is what stands in it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use middelgroot_fuzz::page::{Table, check};

static TABLE: Table = Table {
    dimensions: &[
        ("RegioS", &["NL01", "GM0363", "GM0599", "GM1992"], 3),
        ("Perioden", &["2019JJ00", "2020JJ00", "2021JJ00"], 2),
        ("Geslacht", &["T001038", "3000"], 1),
    ],
    cells: &["BevolkingOp1Januari_1", "GemiddeldeBevolking_2"],
};

fuzz_target!(|body: &[u8]| check(&TABLE, body));
