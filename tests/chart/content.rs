//! Protects what a chart says: lengths and order follow the values, gaps, breaks and provisional figures show, and input
//! that cannot be drawn is an error that names the culprit instead of a panic.

use middelgroot::base::look::{Look, Rgb, Shape};
use middelgroot::chart::{
    BarItem, Bars, Break, ChartError, GroupValue, Lines, Map, MapLabel, MapRegion, Period, Picture,
    Point, RankedDots, RankedMember, Series, Slope, SlopeItem, Strip, StripRow, Ticks, bars, grid,
    lines, map, ranked_dots, slope, strip,
};

#[test]
fn nothing_to_draw_is_an_error_with_a_hint() {
    let results = [
        strip(&Strip::default()),
        strip(&Strip {
            rows: vec![StripRow::default()],
            ..Strip::default()
        }),
        bars(&Bars::default()),
        lines(&Lines::default()),
        slope(&Slope::default()),
        ranked_dots(&RankedDots::default()),
        map(&Map::default()),
        grid(&[], 2),
    ];
    for result in results {
        let error = result.unwrap_err();
        assert!(matches!(error, ChartError::Empty(_)), "{error}");
        assert!(!error.hint().is_empty() && !error.to_string().ends_with('.'));
    }
}

const BAD: [f64; 3] = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY];

fn refused(result: Result<Picture, ChartError>) {
    let error = result.unwrap_err();
    assert!(
        matches!(&error, ChartError::NotFinite(_, name) if name == "M50"),
        "{error}"
    );
}

fn group(value: f64) -> GroupValue {
    GroupValue {
        look: Look::default(),
        label: "M50".into(),
        value: Some(value),
        hollow: false,
    }
}

#[test]
fn values_that_are_not_numbers_are_refused_by_name() {
    for bad in BAD {
        let row = |value| {
            vec![StripRow {
                groups: vec![group(value)],
                ..StripRow::default()
            }]
        };
        refused(strip(&Strip {
            rows: row(bad),
            ..Strip::default()
        }));
        let item = |value| BarItem {
            name: "M50".into(),
            value: Some(value),
            ..BarItem::default()
        };
        refused(bars(&Bars {
            items: vec![item(bad)],
            ..Bars::default()
        }));
        let reference = Some(group(bad));
        refused(bars(&Bars {
            items: vec![item(1.0)],
            reference,
            ..Bars::default()
        }));
    }
}

#[test]
fn values_over_the_years_that_are_not_numbers_are_refused_by_name() {
    for bad in BAD {
        let points = vec![Point {
            value: Some(bad),
            ..Point::default()
        }];
        let series = vec![Series {
            look: Look::default(),
            label: "M50".into(),
            points,
            hollow: false,
        }];
        let periods = vec![Period {
            year: 2024,
            label: "2024".into(),
        }];
        refused(lines(&Lines {
            periods,
            series,
            ..Lines::default()
        }));
        let from = Some((bad, "M50".into()));
        let items = vec![SlopeItem {
            look: Look::default(),
            from,
            to: None,
            hollow: false,
        }];
        refused(slope(&Slope {
            items,
            ..Slope::default()
        }));
        let members = vec![RankedMember {
            value: Some(1.0),
            ..RankedMember::default()
        }];
        let references = vec![group(bad)];
        refused(ranked_dots(&RankedDots {
            members,
            references,
            ..RankedDots::default()
        }));
    }
}

#[test]
fn coordinates_that_are_not_numbers_are_refused_by_name() {
    let region = |x| MapRegion {
        name: "M50".into(),
        rings: vec![vec![(0.0, 0.0), (x, 1.0), (1.0, 1.0)]],
        class: None,
    };
    for bad in BAD {
        refused(map(&Map {
            regions: vec![region(bad)],
            ..Map::default()
        }));
        let labels = vec![MapLabel {
            text: "M50".into(),
            at: (bad, 0.0),
        }];
        refused(map(&Map {
            regions: vec![region(9.0)],
            labels,
            ..Map::default()
        }));
        let groups = vec![group(1.0)];
        let rows = vec![StripRow {
            groups,
            ..StripRow::default()
        }];
        let ticks = Ticks::Given(vec![(bad, "M50".into())]);
        let error = strip(&Strip {
            rows,
            ticks,
            ..Strip::default()
        })
        .unwrap_err();
        assert!(matches!(error, ChartError::NotFinite(..)), "{error}");
    }
}

#[test]
fn a_bar_is_as_long_as_its_value_and_names_stay_text() {
    let item = |name: &str, value: f64| BarItem {
        name: name.into(),
        value: Some(value),
        text: "x".into(),
        ..BarItem::default()
    };
    let picture = bars(&Bars {
        items: vec![item("a<b>", 10.0), item("b", 20.0), item("c", 5.0)],
        ..Bars::default()
    })
    .unwrap();
    let order: Vec<&str> = picture
        .texts
        .iter()
        .map(|t| t.text.as_str())
        .filter(|t| *t != "x")
        .collect();
    assert_eq!(order, ["b", "a<b>", "c"], "sorted by value");
    assert!(picture.svg.contains("a&lt;b&gt;") && !picture.svg.contains("a<b>"));
    let widths: Vec<f64> = picture
        .svg
        .lines()
        .filter(|l| l.starts_with("<polygon"))
        .map(span)
        .filter(|w| *w > 150.0)
        .collect();
    assert!(
        (widths[0] / widths[1] - 2.0).abs() < 0.01 && (widths[1] / widths[2] - 2.0).abs() < 0.01,
        "{widths:?}"
    );
}

/// Horizontal extent of a polygon.
fn span(line: &str) -> f64 {
    let points = line
        .split("points=\"")
        .nth(1)
        .and_then(|s| s.split('"').next())
        .unwrap();
    let xs = points
        .split_whitespace()
        .map(|p| p.split(',').next().unwrap().parse::<f64>().unwrap());
    let (low, high) = xs.fold((f64::INFINITY, f64::NEG_INFINITY), |r, x| {
        (r.0.min(x), r.1.max(x))
    });
    high - low
}

/// A look with a colour that nothing else in a chart has.
const GREEN: Look = Look {
    color: Rgb(0x28, 0xA1, 0x97),
    text: Rgb(0x15, 0x6E, 0x67),
    shape: Shape::Square,
    strong: false,
    dashed: false,
};

#[test]
fn lines_stop_at_gaps_and_breaks_and_show_what_is_provisional() {
    let point = |value, provisional| Point {
        value,
        provisional,
        hollow: false,
    };
    let chart = |points: Vec<Point>, breaks| Lines {
        periods: (2018..2024)
            .map(|year| Period {
                year,
                label: year.to_string(),
            })
            .collect(),
        series: vec![Series {
            look: GREEN,
            label: "G40".into(),
            points,
            hollow: false,
        }],
        breaks,
        ..Lines::default()
    };
    let drawn = |chart: &Lines| {
        let color = GREEN.color.hex();
        lines(chart)
            .unwrap()
            .svg
            .lines()
            .filter(|l| l.starts_with("<polyline") && l.contains(&color))
            .count()
    };
    let whole: Vec<Point> = (0..6).map(|i| point(Some(f64::from(i)), false)).collect();
    let mut gap = whole.clone();
    gap[2].value = None;
    let mut provisional = whole.clone();
    provisional[5].provisional = true;
    let broken = vec![Break {
        before: 2021,
        note: "nieuwe methode".into(),
    }];
    assert_eq!(drawn(&chart(whole.clone(), vec![])), 1);
    assert_eq!(drawn(&chart(gap, vec![])), 2);
    assert_eq!(drawn(&chart(whole.clone(), broken.clone())), 2);
    assert!(drawn(&chart(provisional, vec![])) > 5, "dotted");
    assert!(
        lines(&chart(whole, broken))
            .unwrap()
            .texts
            .iter()
            .any(|t| t.text == "nieuwe methode")
    );
}

#[test]
fn a_slope_has_no_line_across_a_break_and_says_so() {
    let chart = |broken: Option<&str>| Slope {
        from: "2019".into(),
        to: "2024".into(),
        items: vec![SlopeItem {
            look: GREEN,
            from: Some((1.0, "G40 1".into())),
            to: Some((2.0, "2 G40".into())),
            hollow: false,
        }],
        broken: broken.map(str::to_owned),
        ..Slope::default()
    };
    let color = GREEN.color.hex();
    let drawn = |chart: &Slope| {
        let svg = slope(chart).unwrap().svg;
        let mut lines = svg.lines();
        lines.any(|line| line.starts_with("<polyline") && line.contains(&color))
    };
    assert!(drawn(&chart(None)));
    let broken = chart(Some("breuk in 2021: nieuwe methode"));
    assert!(!drawn(&broken));
    let texts = slope(&broken).unwrap().texts;
    assert!(texts.iter().any(|text| text.text.contains("breuk in 2021")));
}
