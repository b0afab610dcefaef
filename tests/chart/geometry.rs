//! Protects the reader's eyes: whatever the figures and names, no label of a chart lies on another label or on a mark or
//! leaves the picture, the drawing is well-formed, and bad input is an error instead of a panic.

use crate::support;
use middelgroot::base::look::{Look, Rgb, Shape};
use middelgroot::chart::{
    BarForm, BarItem, Bars, Break, ChartError, GroupValue, Heat, HeatCell, HeatColumn, HeatKind,
    HeatRow, Lines, Map, MapClass, MapLabel, MapRegion, Member, Panel, Pattern, Period, Picture,
    Point, RankedDots, RankedMember, Scatter, ScatterAxis, ScatterDot, Series, Slope, SlopeItem,
    Strip, StripRow, Ticks, Width, bars, grid, heat, lines, map, ranked_dots, scatter, slope,
    strip,
};

/// Looks of seven groups: the first is strong, the last dashed.
const LOOKS: [Look; 7] = [
    Look {
        strong: true,
        ..look(Rgb(0x12, 0x43, 0x6D), Shape::Circle)
    },
    look(Rgb(0xA8, 0x3C, 0x08), Shape::Diamond),
    look(Rgb(0x15, 0x6E, 0x67), Shape::Square),
    look(Rgb(0x6A, 0x48, 0xA8), Shape::TriangleUp),
    look(Rgb(0x59, 0x59, 0x59), Shape::TriangleDown),
    look(Rgb(0x59, 0x59, 0x59), Shape::Plus),
    Look {
        dashed: true,
        ..look(Rgb(0x3D, 0x3D, 0x3D), Shape::Bar)
    },
];

const fn look(color: Rgb, shape: Shape) -> Look {
    Look {
        color,
        text: color,
        shape,
        strong: false,
        dashed: false,
    }
}

/// Small deterministic random numbers.
struct Dice(u64);

impl Dice {
    fn bits(&mut self) -> u32 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        u32::try_from(self.0 >> 33).unwrap()
    }

    fn next(&mut self) -> f64 {
        f64::from(self.bits()) / f64::from(1_u32 << 31)
    }

    fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.bits()).unwrap() % n
    }

    fn name(&mut self) -> String {
        const NAMES: [&str; 10] = [
            "Ede",
            "'s-Gravenhage (gemeente)",
            "Súdwest-Fryslân",
            "<script>&\"x\"",
            "Nuenen, Gerwen en Nederwetten",
            "30.000-80.000",
            "overige 30.000-80.000 (niet in M50)",
            "P10†",
            "Bergen (NH.) \u{202E}\u{0}",
            "Goeree-Overflakkee",
        ];
        NAMES[self.below(NAMES.len())].to_owned()
    }

    fn text(&mut self) -> String {
        const TEXTS: [&str; 6] = [
            "12,3%",
            "€\u{a0}1.234.567",
            "−0,4*",
            ".",
            "0",
            "12.345,6\u{a0}per 1.000 inwoners",
        ];
        TEXTS[self.below(TEXTS.len())].to_owned()
    }

    fn value(&mut self, world: World) -> Option<f64> {
        match world {
            World::Equal => Some(7.5),
            World::Zero => Some(0.0),
            World::Outlier => Some(if self.below(12) == 0 {
                1e6
            } else {
                self.next()
            }),
            World::Negative => Some(-50.0 * self.next()),
            World::Mixed => Some(40.0 * (self.next() - 0.5)),
            World::Gaps => (self.below(3) > 0).then(|| 100.0 * self.next()),
            World::Close => Some(50.0 + 0.3 * self.next()),
            World::Huge => Some(1e300 * (self.next() - 0.5)),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum World {
    Equal,
    Zero,
    Outlier,
    Negative,
    Mixed,
    Gaps,
    Close,
    Huge,
}

const WORLDS: [World; 8] = [
    World::Equal,
    World::Zero,
    World::Outlier,
    World::Negative,
    World::Mixed,
    World::Gaps,
    World::Close,
    World::Huge,
];

fn each(mut test: impl FnMut(&mut Dice, World, Width, &str)) {
    for seed in 0..40 {
        for world in WORLDS {
            for width in [Width::Full, Width::Half] {
                test(
                    &mut Dice(seed * 977 + 5),
                    world,
                    width,
                    &format!("{world:?} {width:?} {seed}"),
                );
            }
        }
    }
}

fn ticks() -> Ticks {
    Ticks::by(|v| {
        if v.abs() > 1e7 {
            "heel veel".to_owned()
        } else {
            format!("{v}%")
        }
    })
}

fn group_values(dice: &mut Dice, world: World) -> Vec<GroupValue> {
    let looks = &LOOKS[..dice.below(8)];
    let one = |look: &Look| {
        let label = format!("{} {}", dice.name(), dice.text());
        GroupValue {
            look: *look,
            label,
            value: dice.value(world),
            hollow: dice.below(3) == 0,
        }
    };
    looks.iter().map(one).collect()
}

/// A picture is good, or there was nothing to draw.
fn good(result: Result<Picture, ChartError>, what: &str) {
    let picture = match result {
        Ok(picture) => picture,
        Err(ChartError::Empty(_)) => return,
        Err(error) => panic!("{what}: {error}"),
    };
    assert_eq!(picture.overlaps(), [], "{what}");
    assert_eq!(picture.omitted, [""; 0], "{what}");
    well_formed(&picture.svg, what);
    assert!(
        picture
            .marks
            .iter()
            .all(|m| m.x > -0.5 && m.x + m.w < picture.width_pt + 0.5 && m.y > -0.5),
        "{what}"
    );
    assert!(
        picture
            .marks
            .iter()
            .all(|m| m.y + m.h < picture.height_pt + 0.5),
        "{what}"
    );
}

fn well_formed(svg: &str, what: &str) {
    let mut open = Vec::new();
    for tag in svg.split('<').skip(1) {
        let (tag, text) = tag.split_once('>').expect(what);
        assert!(!text.contains('\u{0}'), "{what}");
        let name = tag.split_whitespace().next().unwrap_or_default();
        assert!(
            [
                "svg", "g", "text", "line", "polyline", "polygon", "circle", "/svg", "/g", "/text"
            ]
            .contains(&name),
            "{what}: {name}"
        );
        if let Some(name) = name.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "{what}");
        } else if !tag.ends_with('/') {
            open.push(name);
        }
        if name == "text" {
            let size = tag
                .split("font-size=\"")
                .nth(1)
                .and_then(|s| s.split('"').next())
                .unwrap();
            assert!(
                size.parse::<f64>().unwrap() >= 75.0,
                "{what}: print smaller than 7.5 pt"
            );
        }
        assert!(
            !tag.contains("NaN") && !tag.contains("2147483647"),
            "{what}: {tag}"
        );
    }
    assert_eq!(open, [""; 0], "{what}");
}

fn strip_row(dice: &mut Dice, world: World) -> StripRow {
    let members = if dice.below(5) == 0 { 0 } else { 61 };
    let mut row = StripRow {
        label: dice.name(),
        dots: LOOKS[0],
        groups: group_values(dice, world),
        ..StripRow::default()
    };
    for i in 0..members {
        let label = (i % 30 == 0).then(|| format!("{} {}", dice.name(), dice.text()));
        row.members.push(Member {
            name: dice.name(),
            value: dice.value(world),
            label,
            hollow: i % 7 == 0,
        });
    }
    row
}

#[test]
fn strips_are_readable() {
    each(|dice, world, width, what| {
        let rows = (0..=dice.below(3))
            .map(|_| strip_row(dice, world))
            .collect();
        let chart = Strip {
            width,
            rows,
            shared_scale: dice.below(2) == 0,
            ticks: ticks(),
        };
        good(strip(&chart), what);
        assert_eq!(strip(&chart), strip(&chart), "same input, same bytes");
    });
}

#[test]
fn bars_are_readable() {
    each(|dice, world, width, what| {
        for form in [BarForm::Bar, BarForm::Dot, BarForm::Deviation] {
            let items = (0..dice.below(9))
                .map(|i| BarItem {
                    name: dice.name(),
                    look: LOOKS.get(i).copied().unwrap_or_default(),
                    value: dice.value(world),
                    text: dice.text(),
                    hollow: i == 3,
                })
                .collect();
            let reference = group_values(dice, world).pop();
            good(
                bars(&Bars {
                    width,
                    form,
                    items,
                    reference,
                }),
                what,
            );
        }
    });
}

#[test]
fn lines_are_readable() {
    each(|dice, world, width, what| {
        let first = 2010 + i32::try_from(dice.below(10)).unwrap();
        let years: Vec<i32> = (first..=2025).step_by(1 + dice.below(2)).collect();
        let series = LOOKS[..dice.below(8)]
            .iter()
            .map(|look| Series {
                look: *look,
                label: format!("{} {}", dice.name(), dice.text()),
                points: years
                    .iter()
                    .map(|y| Point {
                        value: dice.value(world),
                        provisional: *y > 2023,
                        hollow: *y == 2022,
                    })
                    .collect(),
                hollow: look.shape == Shape::TriangleUp,
            })
            .collect();
        let chart = Lines {
            width,
            height: None,
            periods: years
                .iter()
                .map(|y| Period {
                    year: *y,
                    label: format!("{y}*"),
                })
                .collect(),
            series,
            breaks: (0..dice.below(4))
                .map(|i| Break {
                    before: 2012 + 4 * i32::try_from(i).unwrap(),
                    note: dice.name(),
                })
                .collect(),
            from_zero: dice.below(2) == 0,
            holds: Vec::new(),
            ticks: ticks(),
        };
        good(lines(&chart), what);
    });
}

#[test]
fn slopes_are_readable() {
    each(|dice, world, width, what| {
        let items = LOOKS[..dice.below(8)]
            .iter()
            .map(|look| {
                let mut end = || {
                    dice.value(world)
                        .map(|v| (v, format!("{} {}", dice.text(), dice.name())))
                };
                SlopeItem {
                    look: *look,
                    from: end(),
                    to: end(),
                    hollow: look.shape == Shape::TriangleUp,
                }
            })
            .collect();
        good(
            slope(&Slope {
                width,
                from: "2019".into(),
                to: "2024, voorlopig*".into(),
                items,
                broken: (dice.below(3) == 0).then(|| "breuk in 2021: andere meetmethode".into()),
            }),
            what,
        );
    });
}

#[test]
fn rankings_are_readable() {
    each(|dice, world, width, what| {
        let count = [1, 2, 23, 40, 61][dice.below(5)];
        let members = (0..count)
            .map(|i| RankedMember {
                name: dice.name(),
                value: dice.value(world),
                text: dice.text(),
                strong: i == 4,
                hollow: i == 5,
            })
            .collect();
        let references = group_values(dice, world)
            .into_iter()
            .rev()
            .take(2)
            .collect();
        let chart = RankedDots {
            width,
            members,
            dots: LOOKS[0],
            references,
            ascending: dice.below(2) == 0,
            columns: None,
            from_zero: dice.below(2) == 0,
        };
        good(ranked_dots(&chart), what);
    });
}

#[test]
fn scatters_are_readable() {
    let mut named = 0;
    let mut left_out = 0;
    each(|dice, world, width, what| {
        let dots: Vec<ScatterDot> = (0..[1, 3, 60, 150][dice.below(4)])
            .map(|i| ScatterDot {
                name: dice.name(),
                at: dice.value(world).zip(dice.value(world)),
                strong: i % 4 == 0,
                named: i % 40 == 0,
            })
            .collect();
        let mut axis = || ScatterAxis {
            title: dice.name(),
            ticks: ticks(),
            reference: group_values(dice, world).pop(),
        };
        let (x, y) = (axis(), axis());
        let chart = Scatter {
            width,
            height: None,
            x,
            y,
            dots,
            look: LOOKS[0],
            strong: dice.name(),
            others: dice.name(),
        };
        let Ok(mut picture) = scatter(&chart) else {
            return;
        };
        // a name without room is given back, never drawn over something
        let without = std::mem::take(&mut picture.omitted).len();
        // where values are alike, or the plot is small, many have none
        let is_spread = matches!(world, World::Mixed | World::Gaps | World::Negative);
        if is_spread && width == Width::Full {
            let asked = chart.dots.iter().filter(|d| d.named && d.at.is_some());
            named += asked.count();
            left_out += without;
        }
        good(Ok(picture), what);
    });
    assert!(
        named > 100 && left_out * 10 < named,
        "{left_out} of {named}"
    );
}

#[test]
fn heat_maps_are_readable() {
    each(|dice, _, width, what| {
        let columns: Vec<HeatColumn> = (0..=dice.below(6))
            .map(|i| HeatColumn {
                label: dice.name(),
                strong: i == 0,
            })
            .collect();
        let rows = (0..dice.below(24))
            .map(|i| HeatRow {
                heading: if i % 5 == 0 {
                    dice.name()
                } else {
                    String::new()
                },
                label: format!("{} {}", dice.name(), dice.name()),
                kind: if i % 3 == 0 {
                    HeatKind::Neutral
                } else {
                    HeatKind::Judged
                },
                reference: dice.text(),
                cells: (0..columns.len())
                    .map(|_| {
                        let step = i8::try_from(dice.below(6)).unwrap() - 2;
                        HeatCell {
                            text: dice.text(),
                            step: (step < 3).then_some(step),
                        }
                    })
                    .collect(),
            })
            .collect();
        let legend = [(HeatKind::Judged, 2), (HeatKind::Neutral, -2)]
            .map(|(kind, step)| (kind, step, dice.name()))
            .to_vec();
        let chart = Heat {
            width,
            reference: "Nederland".into(),
            columns,
            rows,
            legend,
        };
        good(heat(&chart), what);
    });
}

/// A square around a point, closed.
fn square(x: f64, y: f64, r: f64) -> Vec<(f64, f64)> {
    vec![
        (x - r, y - r),
        (x + r, y - r),
        (x + r, y + r),
        (x - r, y + r),
        (x - r, y - r),
    ]
}

/// A hundred squares, some with a hole.
fn regions(dice: &mut Dice) -> Vec<MapRegion> {
    let region = |i: i32| {
        let (x, y) = (
            f64::from(i % 10) * 27_000.0 + 20_000.0,
            f64::from(i / 10) * 31_000.0 + 310_000.0,
        );
        let mut rings = vec![square(x, y, 13_000.0)];
        if i % 9 == 0 {
            rings.push(square(x, y, 4_000.0));
        }
        MapRegion {
            name: format!("GM{i:04}"),
            rings,
            class: (i % 3 == 0).then_some(dice.below(4)),
            outlined: i % 5 == 0,
        }
    };
    (0..100).map(region).collect()
}

#[test]
fn maps_are_readable() {
    for seed in 0..60 {
        let mut dice = Dice(seed);
        let regions = regions(&mut dice);
        let labels = (0..8).map(|_| {
            let at = (
                20_000.0 + 240_000.0 * dice.next(),
                310_000.0 + 280_000.0 * dice.next(),
            );
            MapLabel {
                text: dice.name(),
                at,
            }
        });
        let labels: Vec<MapLabel> = labels.collect();
        let class = |label: &str, pattern| MapClass {
            label: label.into(),
            fill: LOOKS[0].color,
            pattern,
        };
        let classes = vec![
            class("M50", Pattern::Solid),
            class(
                "later lid geworden van het netwerk van middelgrote gemeenten",
                Pattern::Hatch,
            ),
            class("<rand>", Pattern::Outline),
        ];
        for width in [Width::Full, Width::Half] {
            let chart = Map {
                width,
                height: None,
                regions: regions.clone(),
                classes: classes.clone(),
                labels: labels.clone(),
                outlined: if seed % 2 == 0 {
                    String::new()
                } else {
                    dice.name()
                },
            };
            let picture = map(&chart).unwrap();
            assert_eq!(picture.overlaps(), []);
            assert!(picture.omitted.len() < 3, "{:?}", picture.omitted);
            well_formed(&picture.svg, "map");
        }
    }
}

#[test]
fn the_whole_country_stays_a_small_file() {
    let Some(path) = support::shared("figures/geometry/gemeenten-2025.json") else {
        return;
    };
    let json = std::fs::read_to_string(path).unwrap();
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let regions = json["regions"].as_object().unwrap().iter().enumerate();
    let regions: Vec<MapRegion> = regions
        .map(|(i, (code, rings))| MapRegion {
            name: code.clone(),
            rings: serde_json::from_value(rings.clone()).unwrap(),
            class: (i % 6 == 0).then_some(i / 6 % 3),
            outlined: i % 7 == 0,
        })
        .collect();
    assert_eq!(regions.len(), 342);
    let class = |pattern| MapClass {
        label: "klasse".into(),
        fill: LOOKS[0].color,
        pattern,
    };
    let classes = vec![
        class(Pattern::Solid),
        class(Pattern::Hatch),
        class(Pattern::Outline),
    ];
    for width in [Width::Full, Width::Half] {
        let chart = Map {
            width,
            regions: regions.clone(),
            classes: classes.clone(),
            ..Map::default()
        };
        let picture = map(&chart).unwrap();
        assert!(picture.svg.len() < 250_000, "{}", picture.svg.len());
        well_formed(&picture.svg, "country");
    }
}

#[test]
fn small_multiples_keep_their_texts_apart() {
    each(|dice, world, _, what| {
        let panel = |_| {
            let heading = dice.name();
            let rows = vec![strip_row(dice, world)];
            let chart = Strip {
                width: Width::Half,
                rows,
                shared_scale: true,
                ticks: ticks(),
            };
            strip(&chart).ok().map(|picture| Panel { heading, picture })
        };
        let panels: Vec<Panel> = (0..5).filter_map(panel).collect();
        good(grid(&panels, 2), what);
    });
}
