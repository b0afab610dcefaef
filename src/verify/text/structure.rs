//! The structure tree of a PDF: the order of its pieces, what each is, and which link it carries.
//!
//! In: the pieces of all pages. Out: [`Printed`]. Cannot fail: what is in no structure element counts as prose, so that
//! nothing on a page goes unseen. The peculiarity it exists for: a note or its mark lies within the paragraph it is to.

use std::collections::{BTreeMap, BTreeSet};

use lopdf::{Dictionary, Document, Object, ObjectId};

use super::content::Pieces;
use super::state::number;
use super::{Block, Place, Printed, Target};

/// What the elements around a piece say of it.
#[derive(Clone, Copy, Default)]
struct Within {
    place: Option<Place>,
    block: usize,
    whole: usize,
    page: usize,
    link: Option<usize>,
    depth: usize,
}

/// The pieces in reading order.
pub(super) fn arranged(document: &Document, pages: &[ObjectId], found: Pieces) -> Printed {
    let numbers = (1..).zip(pages).map(|(number, &id)| (id, number));
    let mut tree = Tree {
        document,
        numbers: numbers.collect(),
        found,
        printed: Printed {
            pages: pages.len(),
            ..Printed::default()
        },
        elements: 0,
        seen: BTreeSet::new(),
    };
    if let Ok(root) = document
        .catalog()
        .and_then(|catalog| catalog.get_deref(b"StructTreeRoot", document))
        .and_then(Object::as_dict)
    {
        tree.children(root, Within::default());
    }
    tree.finish()
}

struct Tree<'a> {
    document: &'a Document,
    numbers: BTreeMap<ObjectId, usize>,
    found: Pieces,
    printed: Printed,
    elements: usize,
    seen: BTreeSet<ObjectId>,
}

/// Deeper than any paper nests.
const MAX_NESTING: usize = 100;
/// More elements than any paper has.
const MAX_ELEMENTS: usize = 2_000_000;

impl Tree<'_> {
    fn children(&mut self, element: &Dictionary, within: Within) {
        match element.get_deref(b"K", self.document) {
            Ok(Object::Array(kids)) => {
                for kid in kids {
                    self.kid(kid, within);
                }
            }
            Ok(kid) => self.kid(kid, within),
            Err(_) => {}
        }
    }

    fn kid(&mut self, kid: &Object, within: Within) {
        let document = self.document;
        if let Object::Reference(id) = kid {
            // an element has one place in the tree
            if !self.seen.insert(*id) {
                return;
            }
        }
        let Ok((_, kid)) = document.dereference(kid) else {
            return;
        };
        match kid {
            Object::Integer(number) => self.piece(within.page, *number, within),
            Object::Dictionary(kid) if kid.has(b"MCID") => {
                let page = self.page_of(kid).unwrap_or(within.page);
                let number = kid.get(b"MCID").and_then(Object::as_i64);
                self.piece(page, number.unwrap_or(-1), within);
            }
            Object::Dictionary(kid) if kid.has(b"Obj") => {
                if let Some(link) = within.link
                    && let Some(target) = self.target(kid)
                {
                    self.printed.links[link] = target;
                }
            }
            Object::Dictionary(kid)
                if within.depth < MAX_NESTING && self.elements < MAX_ELEMENTS =>
            {
                self.element(kid, within);
            }
            _ => {}
        }
    }

    fn element(&mut self, element: &Dictionary, outer: Within) {
        self.elements += 1;
        let mut within = Within {
            page: self.page_of(element).unwrap_or(outer.page),
            depth: outer.depth + 1,
            ..outer
        };
        let kind = element
            .get(b"S")
            .and_then(Object::as_name)
            .unwrap_or_default();
        let place = match kind {
            b"P" | b"Note" | b"LBody" | b"Caption" | b"Title" | b"Code" | b"BlockQuote" => {
                Some(Place::Prose)
            }
            b"H" | b"H1" | b"H2" | b"H3" | b"H4" | b"H5" | b"H6" => Some(Place::Heading),
            b"TD" | b"TH" => Some(Place::Cell),
            b"TOCI" => Some(Place::Contents),
            b"Lbl" => Some(Place::Label),
            b"Figure" | b"Formula" => Some(Place::Picture),
            _ => None,
        };
        let inside = within.place;
        // what stands in a cell or an entry of the contents belongs to it
        let fixed = matches!(inside, Some(Place::Cell | Place::Contents))
            && matches!(place, Some(Place::Prose | Place::Label));
        if let Some(place) = place.filter(|_| !fixed) {
            within.place = Some(place);
            within.block = self.elements;
        }
        match kind {
            b"TR" | b"LI" | b"Note" => within.whole = self.elements,
            b"Link" => {
                within.link = Some(self.printed.links.len());
                self.printed.links.push(Target::Elsewhere);
            }
            _ => {}
        }
        self.children(element, within);
    }

    fn page_of(&self, element: &Dictionary) -> Option<usize> {
        let page = element.get(b"Pg").and_then(Object::as_reference).ok()?;
        self.numbers.get(&page).copied()
    }

    fn piece(&mut self, page: usize, number: i64, within: Within) {
        let Some(mut runs) = self.found.marked.remove(&(page, number)) else {
            return;
        };
        for run in &mut runs {
            run.link = within.link;
        }
        let place = within.place.unwrap_or(Place::Prose);
        // a note or its mark within a paragraph does not part it
        let blocks = self.printed.blocks.iter_mut().rev().take(8);
        let open = blocks
            .filter(|block| block.place == place)
            .find(|block| block.element == within.block);
        match open {
            Some(block) => block.runs.append(&mut runs),
            None => self.printed.blocks.push(Block {
                place,
                element: within.block,
                whole: within.whole,
                runs,
            }),
        }
    }

    /// Where a link annotation leads.
    fn target(&self, reference: &Dictionary) -> Option<Target> {
        let annotation = reference.get_deref(b"Obj", self.document).ok()?;
        let annotation = annotation.as_dict().ok()?;
        if let Some(label) = self.label(annotation) {
            return Some(Target::Label(label));
        }
        let destination = annotation.get_deref(b"Dest", self.document);
        let parts = destination.ok()?.as_array().ok()?;
        let page = parts.first()?.as_reference().ok()?;
        let height = parts.get(3).map(number)?;
        Some(Target::Spot(self.numbers.get(&page).copied()?, height))
    }

    /// The label that the address of a link ends in.
    fn label(&self, annotation: &Dictionary) -> Option<String> {
        let action = annotation.get_deref(b"A", self.document).ok()?;
        let address = action.as_dict().ok()?.get_deref(b"URI", self.document);
        let address = std::str::from_utf8(address.ok()?.as_str().ok()?).ok()?;
        let (_, label) = address.rsplit_once('#')?;
        Some(label.to_owned())
    }

    fn finish(mut self) -> Printed {
        // marked, but in no element
        for (_, runs) in self.found.marked {
            self.printed.blocks.push(Block {
                place: Place::Prose,
                element: 0,
                whole: 0,
                runs,
            });
        }
        self.printed.blocks.append(&mut self.found.loose);
        self.printed
    }
}
