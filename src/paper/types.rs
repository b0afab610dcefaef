//! What the paper is told of types: their names and what sets them apart, the members of each, who is like whom, and how
//! firm it is; all as ready text.

use super::printed;
use crate::base::number;
use crate::fact::{Register, print};
use crate::figures::Cell;
use crate::figures::types::cluster::mean;
use crate::figures::types::{NoTypes, Scale, Trait, Type, Types, Without};
use crate::gemeente::RegionId;
use crate::gemeente::sort_name;
use crate::query::TypesAsked;

/// Marks that a profile tells.
const TOLD: usize = 3;

/// Everything that the paper prints of types.
pub(super) fn types(register: &Register<'_>) -> printed::Types {
    let types = &register.figures().types;
    let asked = register.queries().types.as_ref();
    let text = |of: &dyn Fn(&TypesAsked) -> String| asked.map(of).unwrap_or_default();
    let left_out = left_out(register, asked);
    printed::Types {
        none: none(types, asked),
        n: types.typed.len(),
        list: types
            .types
            .iter()
            .enumerate()
            .map(|(place, of)| printed_type(register, place, of))
            .collect(),
        members: members(register),
        marks: types
            .marks
            .iter()
            .map(|scale| mark(register, scale))
            .collect(),
        method: text(&|asked| method(types, asked)),
        criterion: text(&|asked| criterion(types, asked)),
        stability: stability(register, types),
        missing: missing(register, types, &left_out),
        left_out,
    }
}

/// A number in Dutch.
fn written(value: f64, decimals: i8) -> String {
    number::round(value, decimals).map_or_else(|_| ".".to_owned(), |of| of.to_string())
}

fn percent(share: f64) -> String {
    written(share * 100.0, 0) + "%"
}

/// Texts as an enumeration.
pub(super) fn listed(texts: &[String]) -> String {
    match texts {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} en {last}", first.join(", ")),
    }
}

/// Why there are no types.
fn none(types: &Types, asked: Option<&TypesAsked>) -> String {
    match (types.none, asked) {
        (None, _) => String::new(),
        (Some(NoTypes::FewMarks), Some(asked)) => format!(
            "Deze editie heeft te weinig cijfers om gemeenten in typen in te delen: nodig zijn er {}.",
            asked.fewest_marks
        ),
        (Some(NoTypes::NoNumber), Some(asked)) => format!(
            "De gemeenten vallen niet uiteen in {} tot {} typen die elk groot genoeg zijn en blijven als een cijfer wegvalt.",
            asked.number.0, asked.number.1
        ),
        _ => "Deze editie deelt gemeenten niet in typen in.".to_owned(),
    }
}

fn printed_type(register: &Register<'_>, place: usize, of: &Type) -> printed::Type {
    let figures = register.figures();
    let subject = figures.groups.subject().regions();
    let is_of = |region: &RegionId| {
        let typed = figures.types.of_region(*region);
        typed.is_some_and(|(typed, _)| typed.of == place)
    };
    let mut members: Vec<String> = subject
        .filter(is_of)
        .map(|region| figures.name(region))
        .collect();
    members.sort_by_key(|name| sort_name(name));
    printed::Type {
        number: place + 1,
        name: of.name.clone(),
        profile: profile(register, of),
        n: of.n,
        n_members: members.len(),
        members,
    }
}

/// What sets a type apart, in one sentence: its mean and that of all gemeenten with a type, with the year of each.
fn profile(register: &Register<'_>, of: &Type) -> String {
    let marks = &register.figures().types.marks;
    let mut places: Vec<usize> = (0..marks.len()).collect();
    let size = |place: &usize| of.traits[*place].standardised.abs();
    places.sort_by(|a, b| size(b).total_cmp(&size(a)));
    places.retain(|place| !of.named_after.contains(place));
    let told = of.named_after.iter().copied().chain(places).take(TOLD);
    let told: Vec<String> = told
        .filter_map(|place| told_trait(register, &marks[place], &of.traits[place]))
        .collect();
    if told.is_empty() {
        return String::new();
    }
    format!("Een gemeente van dit type had gemiddeld {}.", listed(&told))
}

/// `57% koopwoningen in 2024 (van alle 61%)`.
fn told_trait(register: &Register<'_>, scale: &Scale, of: &Trait) -> Option<String> {
    let queries = register.queries();
    let behind = &queries.types.as_ref()?.marks.get(scale.place)?.behind;
    let figures = register.figures();
    let provisional = figures.types.typed.iter().any(|typed| {
        let cell = figures.cell(scale.indicator, typed.region, scale.year);
        cell.is_some_and(Cell::is_provisional)
    });
    let text = |value: f64| print(&queries[scale.indicator], value, provisional).ok();
    let (own, all) = (text(of.average?)?, text(scale.average)?);
    Some(format!("{own} {behind} in {} (alle: {all})", scale.year))
}

/// The members of the subject with their types and who is like them, wherever it lies.
fn members(register: &Register<'_>) -> Vec<printed::TypedMember> {
    let figures = register.figures();
    let types = &figures.types;
    let member = |region: RegionId| {
        let peers = types
            .peers
            .get(&region)
            .map(Vec::as_slice)
            .unwrap_or_default();
        printed::TypedMember {
            name: figures.name(region),
            type_name: types
                .of_region(region)
                .map_or_else(|| "geen type".to_owned(), |(_, of)| of.name.clone()),
            peers: peers.iter().map(|peer| figures.name(peer.region)).collect(),
            distances: peers.iter().map(|peer| written(peer.distance, 2)).collect(),
        }
    };
    let subject = figures.groups.subject().regions();
    let mut members: Vec<printed::TypedMember> = subject.map(member).collect();
    members.sort_by_key(|member| sort_name(&member.name));
    members
}

fn mark(register: &Register<'_>, scale: &Scale) -> printed::TypeMark {
    let indicator = &register.queries()[scale.indicator];
    printed::TypeMark {
        title: indicator.title.clone(),
        unit: indicator.unit.clone(),
        period: scale.year.to_string(),
    }
}

/// The indicators that are asked and not used, by title.
fn left_out(register: &Register<'_>, asked: Option<&TypesAsked>) -> Vec<String> {
    let marks = asked
        .into_iter()
        .flat_map(|asked| asked.marks.iter().enumerate());
    let used = &register.figures().types.marks;
    let unused = marks.filter(|(place, _)| !used.iter().any(|scale| scale.place == *place));
    unused
        .map(|(_, mark)| register.queries()[mark.indicator].title.clone())
        .collect()
}

fn method(types: &Types, asked: &TypesAsked) -> String {
    if types.types.is_empty() {
        return String::new();
    }
    let logs = if types.marks.iter().any(|scale| scale.log) {
        " (scheve cijfers als logaritme)"
    } else {
        ""
    };
    format!(
        "De indeling van {} gemeenten rust op {} cijfers per gemeente, elk gestandaardiseerd{logs}. Elke gemeente telt \
         één keer, ook in een gemiddelde; tussen haakjes staat dat van alle ingedeelde gemeenten. \
         Gemeenten die op elkaar lijken zijn stap voor stap samengevoegd (methode van Ward). Een gemeente moet ten \
         minste {} van de cijfers hebben; een cijfer dat ontbreekt telt als het gemiddelde.",
        types.typed.len(),
        types.marks.len(),
        percent(asked.known / 100.0),
    )
}

/// How the number of types was chosen, and how sharply they are parted.
fn criterion(types: &Types, asked: &TypesAsked) -> String {
    let Some(chosen) = types.chosen() else {
        return String::new();
    };
    let (fewest, most) = asked.number;
    let silhouettes: Vec<String> = types
        .tried
        .iter()
        .map(|tried| format!("{} bij {}", written(tried.silhouette, 2), tried.number))
        .collect();
    format!(
        "Het zijn {} typen: het grootste aantal van {fewest} tot {most} waarbij elk type ten minste {} van de gemeenten \
         telt en de indeling blijft als een cijfer wegvalt (aangepaste Rand-index gemiddeld ten minste {}). De typen gaan \
         in elkaar over: hoe goed gemeenten bij hun type passen (gemiddeld silhouet, 1 is volmaakt gescheiden) is {}.",
        chosen.number,
        percent(asked.smallest / 100.0),
        written(asked.firm, 2),
        listed(&silhouettes),
    )
}

fn stability(register: &Register<'_>, types: &Types) -> String {
    let without = &types.without;
    let least = without.iter().zip(&types.marks).reduce(|least, next| {
        if next.0.kept < least.0.kept {
            next
        } else {
            least
        }
    });
    let Some((least, scale)) = least else {
        return String::new();
    };
    let mean = |of: fn(&Without) -> f64| mean(&without.iter().map(of).collect::<Vec<_>>());
    format!(
        "Zonder één van de {} cijfers blijft gemiddeld {} van de gemeenten in hetzelfde type; het minst, {}, zonder het \
         cijfer “{}”. De twee indelingen lijken dan gemiddeld {} op elkaar (aangepaste Rand-index: 1 is gelijk, 0 is \
         toeval).",
        types.marks.len(),
        percent(mean(|of| of.kept)),
        percent(least.kept),
        register.queries()[scale.indicator].title,
        written(mean(|of| of.rand), 2),
    )
}

/// What this edition lacks: indicators without figures, and gemeenten without a type.
fn missing(register: &Register<'_>, types: &Types, left_out: &[String]) -> String {
    let figures = register.figures();
    let untyped = types.untyped.iter();
    let mut names: Vec<String> = untyped.map(|(region, _)| figures.name(*region)).collect();
    names.sort_by_key(|name| sort_name(name));
    let told = [
        ("Zonder cijfers in deze editie", left_out),
        ("Te weinig cijfers voor een type", &names),
    ];
    let told = told.into_iter().filter(|(_, of)| !of.is_empty());
    let told: Vec<String> = told
        .map(|(what, of)| format!("{what}: {}.", listed(of)))
        .collect();
    told.join(" ")
}
