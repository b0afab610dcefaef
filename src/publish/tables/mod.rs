//! The tables of the open data: each column with its meaning and how it is filled, on one line.

pub(super) mod buurten;
pub(super) mod comparison;
pub(super) mod gemeenten;
pub(super) mod lists;
pub(super) mod types;
