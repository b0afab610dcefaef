//! The files of a family, and by which glyphs each of its styles draws a letter.
//!
//! In: files of TrueType. Out: a style by its name, and the glyphs that stand for letters. Cannot fail: what is no font is none. The
//! peculiarity it exists for: whoever sets a text puts other forms of the same letters where the font asks for it (digits of one width,
//! two letters in one), so that a letter has more glyphs than the one that the font lists for it.

use std::collections::BTreeSet;

use ttf_parser::gsub::{SingleSubstitution, SubstitutionSubtable};
use ttf_parser::opentype_layout::{
    ChainedContextLookup, ContextLookup, LayoutTable, Lookup, SequenceLookupRecord,
};
use ttf_parser::{Face, GlyphId, LazyArray16, Tag, name_id};

use crate::base::family::named;

/// What is asked of a font when a text of the paper is set: what every text asks, and digits of one width.
const FEATURES: [&[u8; 4]; 8] = [
    b"ccmp", b"locl", b"rlig", b"rclt", b"calt", b"clig", b"liga", b"tnum",
];
/// A form of a form of a form is the last that is looked for.
const ROUNDS: usize = 3;

/// A style of a family.
pub(super) struct Style<'a> {
    name: String,
    pub(super) face: Face<'a>,
    /// What it puts in the place of glyphs.
    changes: Vec<SubstitutionSubtable<'a>>,
}

/// The styles that letters may be drawn in.
pub(super) struct Own<'a>(Vec<Style<'a>>);

impl<'a> Own<'a> {
    /// Those of some files.
    pub(super) fn new(files: impl Iterator<Item = &'a [u8]>) -> Self {
        let styles = files.filter_map(|bytes| {
            let face = Face::parse(bytes, 0).ok()?;
            Some(Style {
                name: plain(&named(&face, name_id::POST_SCRIPT_NAME)?).to_owned(),
                changes: changes(&face),
                face,
            })
        });
        Self(styles.collect())
    }

    /// The style that a font of a PDF names.
    pub(super) fn style(&self, name: &str) -> Option<&Style<'a>> {
        self.0.iter().find(|style| style.name == plain(name))
    }
}

/// The name of a style, of which the regular one may go without.
fn plain(name: &str) -> &str {
    name.trim_end_matches("-Regular")
}

impl Style<'_> {
    /// The glyphs that stand for letters: the one that the font lists, other forms of it, and one for several letters.
    pub(super) fn glyphs(&self, letters: &str) -> BTreeSet<GlyphId> {
        let each: Option<Vec<BTreeSet<GlyphId>>> = letters
            .chars()
            .map(|letter| Some(self.forms([self.face.glyph_index(letter)?])))
            .collect();
        match each.unwrap_or_default().as_slice() {
            [] => BTreeSet::new(),
            [one] => one.clone(),
            several => self.forms(self.joined(several)),
        }
    }

    /// Some glyphs with their other forms.
    fn forms(&self, glyphs: impl IntoIterator<Item = GlyphId>) -> BTreeSet<GlyphId> {
        let mut forms: BTreeSet<GlyphId> = glyphs.into_iter().collect();
        for _ in 0..ROUNDS {
            let known = forms.len();
            for change in &self.changes {
                let others: Vec<GlyphId> = forms.iter().flat_map(|of| other(change, *of)).collect();
                forms.extend(others);
            }
            if forms.len() == known {
                break;
            }
        }
        forms
    }

    /// The glyphs that join several, each of which may be one of some.
    fn joined(&self, several: &[BTreeSet<GlyphId>]) -> BTreeSet<GlyphId> {
        let mut found = BTreeSet::new();
        for change in &self.changes {
            let SubstitutionSubtable::Ligature(change) = change else {
                continue;
            };
            for first in &several[0] {
                let sets = change.coverage.get(*first);
                let set = sets.and_then(|place| change.ligature_sets.get(place));
                for joined in set.into_iter().flatten() {
                    let rest = joined.components.into_iter();
                    let is_of = usize::from(joined.components.len()) + 1 == several.len()
                        && rest.zip(&several[1..]).all(|(part, of)| of.contains(&part));
                    if is_of {
                        found.insert(joined.glyph);
                    }
                }
            }
        }
        found
    }
}

/// What a change puts in the place of a glyph.
fn other(change: &SubstitutionSubtable<'_>, glyph: GlyphId) -> Vec<GlyphId> {
    match change {
        SubstitutionSubtable::Single(SingleSubstitution::Format1 { coverage, delta }) => coverage
            .get(glyph)
            .map(|_| GlyphId(glyph.0.wrapping_add_signed(*delta)))
            .into_iter()
            .collect(),
        SubstitutionSubtable::Single(SingleSubstitution::Format2 {
            coverage,
            substitutes,
        }) => {
            let place = coverage.get(glyph);
            place
                .and_then(|place| substitutes.get(place))
                .into_iter()
                .collect()
        }
        SubstitutionSubtable::Alternate(change) => {
            let place = change.coverage.get(glyph);
            let set = place.and_then(|place| change.alternate_sets.get(place));
            set.into_iter().flat_map(|set| set.alternates).collect()
        }
        _ => Vec::new(),
    }
}

/// What a font changes when a text of the paper is set, and what these changes ask for in turn.
fn changes<'a>(face: &Face<'a>) -> Vec<SubstitutionSubtable<'a>> {
    let Some(table) = face.tables().gsub else {
        return Vec::new();
    };
    let features = table.features.into_iter();
    let is_asked = |tag: Tag| FEATURES.iter().any(|known| Tag::from_bytes(known) == tag);
    let asked = features.filter(|feature| is_asked(feature.tag));
    let mut open: Vec<u16> = asked.flat_map(|of| of.lookup_indices).collect();
    let (mut seen, mut found) = (BTreeSet::new(), Vec::new());
    while let Some(place) = open.pop() {
        if !seen.insert(place) {
            continue;
        }
        for change in of_lookup(&table, place) {
            open.extend(nested(&change));
            found.push(change);
        }
    }
    found
}

fn of_lookup<'a>(
    table: &LayoutTable<'a>,
    place: u16,
) -> impl Iterator<Item = SubstitutionSubtable<'a>> + use<'a> {
    let lookup: Option<Lookup<'a>> = table.lookups.get(place);
    lookup
        .into_iter()
        .flat_map(|lookup| lookup.subtables.into_iter())
}

/// The changes that one in context asks for.
fn nested(change: &SubstitutionSubtable<'_>) -> Vec<u16> {
    let of = |records: LazyArray16<'_, SequenceLookupRecord>| -> Vec<u16> {
        let records = records.into_iter();
        records.map(|record| record.lookup_list_index).collect()
    };
    match change {
        SubstitutionSubtable::Context(
            ContextLookup::Format1 { sets, .. } | ContextLookup::Format2 { sets, .. },
        ) => {
            let rules = sets.into_iter().flatten();
            rules.flat_map(|rule| of(rule.lookups)).collect()
        }
        SubstitutionSubtable::Context(ContextLookup::Format3 { lookups, .. })
        | SubstitutionSubtable::ChainContext(ChainedContextLookup::Format3 { lookups, .. }) => {
            of(*lookups)
        }
        SubstitutionSubtable::ChainContext(
            ChainedContextLookup::Format1 { sets, .. } | ChainedContextLookup::Format2 { sets, .. },
        ) => {
            let rules = sets.into_iter().flatten();
            rules.flat_map(|rule| of(rule.lookups)).collect()
        }
        _ => Vec::new(),
    }
}
