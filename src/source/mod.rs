//! What came in: the CBS client, the store of snapshots, the topics they hold, and the two ways in: `fetch` and `import`.

pub mod topics;
pub mod agendas;
pub mod bounds;
pub mod cbs;
pub mod snapshot;
pub mod compare;
pub mod regions;
pub mod fetch;
pub mod import;
