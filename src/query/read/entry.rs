//! The shape of `[[indicator]]` and of the ways to compute it.

use schemars::JsonSchema;
use serde::Deserialize;

use super::breaks::BreakEntry;
use super::defaults::DirectionWord;
use super::topic::Split;
use crate::base::located::{At, Pair};

/// Whose denominator it is.
#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Of {
    /// That of Nederland, whoever is asked about.
    Nederland,
}

/// Of what an indicator is told.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum LevelWord {
    /// Of gemeenten.
    Gemeente,
    /// Of gemeenten, and of the wijken and buurten of the members as well.
    Buurt,
}

/// On which boundaries a size is taken.
#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Boundaries {
    /// On those of the edition, in every year.
    Edition,
}

/// The keys of a way stand in the indicator itself for its first way; serde's `flatten` would forget unknown keys.
macro_rules! with_first_way {
    (
        $(#[$of_indicator:meta])*
        own { $($own:tt)* }
        $(#[$of_way:meta])*
        way { $($(#[$doc:meta])* $key:ident: $kind:ty,)* }
    ) => {
        $(#[$of_indicator])*
        #[derive(Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields, rename_all = "kebab-case")]
        pub(super) struct IndicatorEntry {
            $($own)*
            $($(#[$doc])* $key: Option<$kind>,)*
        }

        $(#[$of_way])*
        #[derive(Clone, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields, rename_all = "kebab-case")]
        pub(super) struct WayEntry {
            $($(#[$doc])* pub(super) $key: Option<$kind>,)*
        }

        impl IndicatorEntry {
            pub(super) fn take_first_way(&mut self) -> WayEntry {
                WayEntry { $($key: self.$key.take(),)* }
            }
        }
    };
}

with_first_way! {
    /// What the paper reports: `count`, `ratio` with a `weight`, `distribution`, or `size-class` says how it is computed.
    own {
        /// Id. Example: `id = "geweldsmisdrijven"`.
        pub(super) id: At<String>,
        /// Title in Dutch. Example: `title = "Gewelds- en seksuele misdrijven"`.
        pub(super) title: String,
        /// Definition in Dutch, as whole sentences. Example: `definition = "Geregistreerde gewelds- en seksuele misdrijven."`.
        pub(super) definition: String,
        /// Unit in Dutch; left out, it follows from `per`, `share-of` or the unit of the topic, else from the defaults. Example: `unit = "inwoners per km²"`.
        pub(super) unit: Option<At<String>>,
        /// Decimals to print; negative rounds to tens, hundreds, …. Example: `decimals = 1`.
        pub(super) decimals: Option<At<i32>>,
        /// Which direction is favourable. Example: `direction = "lower"`.
        pub(super) direction: Option<DirectionWord>,
        /// Percent of the weight that must have a value, 80 when nothing says otherwise. Example: `coverage = 90`.
        pub(super) coverage: Option<At<f64>>,
        /// Lowest and highest plausible value of a gemeente. Example: `range = [0, 40]`.
        pub(super) range: Option<At<Pair>>,
        /// Percent of the value it is compared with below which a difference does not matter and the word is "vrijwel gelijk"; 1 when nothing says otherwise. Example: `matters = 2`.
        pub(super) matters: Option<At<f64>>,
        /// Words by which a sentence that compares may name what is measured, beside what the unit says after `per`. Example: `measure = ["raadslid"]`.
        #[serde(default)]
        pub(super) measure: Vec<String>,
        /// Years to report. Example: `periods = "..2024"`.
        pub(super) periods: Option<At<String>>,
        /// Of what it is told: `gemeente` when nothing says otherwise; `buurt` also gives it per wijk and buurt of the members, in the open data, from the tables that have those. Example: `level = "buurt"`.
        pub(super) level: Option<At<LevelWord>>,
        /// Years from which it is measured or made in another way: no trend crosses them. Example: `breaks = [{ year = 2020, why = "andere meetmethode" }]`.
        pub(super) breaks: Option<Vec<BreakEntry>>,
        /// Another way to compute it: per year the first that has figures counts. Example: `[[indicator.way]]`.
        #[serde(default)]
        pub(super) way: Vec<At<WayEntry>>,
    }
    /// One way to compute an indicator.
    way {
        /// What is counted: a topic, a sum of topics, or a topic in place, `TABLE YEARS: TITLE PATH [UNIT]`. `…` stands for any levels of the path; years and unit may be left out, and without a unit it is a number of things. Alone it is what a group sums. Example: `count = "83648NED: 3 Gewelds- en seksuele misdrijven > … > Totaal geregistreerde misdrijven"`.
        count: At<String>,
        /// What `count` is divided by, in words that `per.toml` knows: they are the unit, the scale and the denominator. Example: `per = "1.000 inwoners"`.
        per: At<String>,
        /// Divides in the place of what `per.toml` says of the words of `per`: a sum of topics. Example: `denominator = "inwoners"`.
        denominator: At<String>,
        /// A sum of topics of which `count` is a share, in percent; `@2010` fixes its year. Example: `share-of = "huishoudens"`.
        share_of: At<String>,
        /// Whose `share-of` it is, whoever is asked about. Example: `of = "nederland"`.
        of: At<Of>,
        /// A sum of topics from which `count` differs, in percent; `@2019` fixes its year. Example: `change-from = "inwoners@2019"`.
        change_from: At<String>,
        /// A ratio that CBS publishes, as a topic or in place; a group's value is its mean, weighted. Without a unit in place it has that of the indicator. Example: `ratio = "kwb: Wonen > … > Koopwoningen"`.
        ratio: At<String>,
        /// What a `ratio` is weighted with: a topic or sum of topics that counts. Example: `weight = "woningvoorraad"`.
        weight: At<String>,
        /// A figure that cannot be combined, such as a median, as a topic or in place: only its distribution over gemeenten is told. Example: `distribution = "kwb: Inkomen > … > Mediaan vermogen van particuliere huish."`.
        distribution: At<String>,
        /// A topic that gives the size of gemeenten: the share of Nederland that lives in those of a size, in percent, on the boundaries of each year itself unless `boundaries` says otherwise. Example: `size-class = "inwoners"`.
        size_class: At<String>,
        /// Smallest size that counts in `size-class`. Example: `from = 30000`.
        from: At<f64>,
        /// Largest size that counts in `size-class`. Example: `to = 80000`.
        to: At<f64>,
        /// On which boundaries the size of `size-class` is taken, so that what herindeling does can be told from growth. Example: `boundaries = "edition"`.
        boundaries: At<Boundaries>,
        /// For a topic in place: a key that it had in some release, which decides where several topics fit. Example: `key = "3000000:TotaalGeregistreerdeMisdrijven_1"`.
        key: At<String>,
        /// For a topic in place: whether its absence is no error. Example: `optional = true`.
        optional: At<bool>,
        /// For a count in place: what divides it when a gemeente is split; left out, inhabitants. Example: `split = "dwellings"`.
        split: At<Split>,
        /// For a topic in place: what it counts, in Dutch, as a part of a sentence; left out, the title of the indicator. Example: `topic-title = "afstand tot treinstation"`.
        topic_title: At<String>,
    }
}
