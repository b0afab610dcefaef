//! Who a gemeente is, beside its figures: its type, networks, peers, and what went into it.
//!
//! In: the figures of an edition. Out: parts of a sheet. Nothing fails. The peculiarity it answers: gemeenten merge, in whole or in
//! part, and several on one day are one sentence.

use super::whole;
use crate::base::look::Look;
use crate::figures::Figures;
use crate::gemeente::group::Group;
use crate::gemeente::{RegionId, file_stem};
use crate::sheet::shape::{Column, Merger, Network, Peer};

/// Why a gemeente has no type: a word.
pub(super) fn no_type(region: RegionId, figures: &Figures) -> &'static str {
    let types = &figures.types;
    if types.types.is_empty() {
        "unasked"
    } else if types.untyped.iter().any(|(of, _)| *of == region) {
        "few"
    } else {
        "size"
    }
}

pub(super) fn network(group: &Group) -> Network {
    Network {
        label: group.name.label.clone(),
        complete: group.complete,
    }
}

pub(super) fn column(group: &Group, look: Look) -> Column {
    Column {
        label: group.name.label.clone(),
        complete: group.complete,
        n: whole(group.members.len()),
        color: look.color.hex(),
        shape: look.shape,
    }
}

pub(super) fn peer(region: RegionId, figures: &Figures) -> Peer {
    let name = figures.name(region);
    Peer {
        code: region.to_string(),
        stem: file_stem(region, &name),
        name,
    }
}

/// What went into a gemeente, by date.
pub(super) fn mergers(region: RegionId, figures: &Figures) -> Vec<Merger> {
    let mut mergers: Vec<Merger> = Vec::new();
    for (date, from, is_whole) in figures.gemeenten.herindelingen.into_gemeente(region) {
        if mergers.last().is_none_or(|last| last.date != date) {
            mergers.push(Merger {
                date: date.to_owned(),
                whole: Vec::new(),
                parts: Vec::new(),
            });
        }
        if let Some(last) = mergers.last_mut() {
            let names = if is_whole {
                &mut last.whole
            } else {
                &mut last.parts
            };
            let regions = &figures.gemeenten.regions;
            names.push(
                regions
                    .get(from)
                    .map_or_else(|| from.to_string(), |of| of.bare_name().to_owned()),
            );
        }
    }
    mergers
}
