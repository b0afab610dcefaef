//! Protects what a chart says: lengths and order follow the values, gaps, breaks and provisional figures show, and input
//! that cannot be drawn is an error that names the culprit instead of a panic.

use middelgroot::base::look::{Look, Rgb, Shape};
use middelgroot::chart::{
    BarItem, Bars, Break, ChartError, GroupValue, Heat, HeatCell, HeatColumn, HeatKind, HeatRow,
    Lines, Map, MapLabel, MapRegion, Overlap, Period, Picture, Point, RankedDots, RankedMember,
    Scatter, ScatterDot, Series, Slope, SlopeItem, Strip, StripRow, Ticks, Words, alone, bars,
    grid, heat, lines, map, ranked_dots, scatter, slope, strip,
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
        scatter(&Scatter::default()),
        heat(&Heat::default()),
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
        ..MapRegion::default()
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

fn says(picture: &Picture, words: &str) -> bool {
    picture.texts.iter().any(|text| text.text.contains(words))
}

#[test]
fn a_scale_that_does_not_start_at_zero_says_so() {
    let ticks = || Ticks::by(|v| format!("{v}"));
    let line = |values: [f64; 3]| {
        let point = |value: &f64| Point {
            value: Some(*value),
            ..Point::default()
        };
        lines(&Lines {
            periods: (2021..2024)
                .map(|year| Period {
                    year,
                    label: year.to_string(),
                })
                .collect(),
            series: vec![Series {
                look: GREEN,
                label: "G40".into(),
                points: values.iter().map(point).collect(),
                hollow: false,
            }],
            ticks: ticks(),
            ..Lines::default()
        })
        .unwrap()
    };
    assert!(says(&line([71.5, 73.0, 76.0]), "as begint bij 70"));
    assert!(!says(&line([-1.0, 3.0, 2.0]), "as begint"));
    let dots = |value: f64| {
        let rows = vec![StripRow {
            groups: vec![group(value), group(value * 2.0)],
            ..StripRow::default()
        }];
        let chart = Strip {
            rows,
            ticks: ticks(),
            ..Strip::default()
        };
        strip(&chart).unwrap()
    };
    assert!(says(&dots(50.0), "as begint niet bij nul"));
    assert!(!says(&dots(0.0), "as begint"));
    let ends = |from: f64| {
        slope(&Slope {
            items: vec![SlopeItem {
                look: GREEN,
                from: Some((from, "G40".into())),
                to: Some((2.0, "G40".into())),
                hollow: false,
            }],
            ..Slope::default()
        })
        .unwrap()
    };
    assert!(says(&ends(1.0), "begint niet bij nul") && !says(&ends(-1.0), "begint"));
}

#[test]
fn a_value_keeps_clear_of_the_line_that_it_would_touch() {
    let item = |name: &str, value: f64, text: &str| BarItem {
        name: name.into(),
        value: Some(value),
        text: text.into(),
        ..BarItem::default()
    };
    // wherever the line stands, also just beyond the end of a value
    for step in 0..200 {
        let picture = bars(&Bars {
            items: vec![item("a", 100.0, "113"), item("b", 60.0, "67,2")],
            reference: Some(group(f64::from(step))),
            ..Bars::default()
        })
        .unwrap();
        assert_eq!(picture.overlaps(), [], "{step}");
    }
    // and what is drawn on a line is found
    let mut picture = bars(&Bars {
        items: vec![item("a", 100.0, "113")],
        reference: Some(group(50.0)),
        ..Bars::default()
    })
    .unwrap();
    let at = picture.lines.last().unwrap().points[1];
    let mut text = picture.texts[0].clone();
    (text.x, text.y) = (at.0 - 2.0, at.1 - text.h);
    picture.texts = vec![text];
    assert!(
        picture
            .overlaps()
            .iter()
            .any(|of| matches!(of, Overlap::OnLine(_)))
    );
}

#[test]
fn a_heat_map_tells_in_signs_what_it_tells_in_colour() {
    let cell = |step: Option<i8>| HeatCell {
        text: "1".into(),
        step,
    };
    let picture = |kind: HeatKind, step: Option<i8>| {
        heat(&Heat {
            columns: vec![HeatColumn::default(); 2],
            rows: vec![HeatRow {
                kind,
                cells: vec![cell(Some(0)), cell(step)],
                ..HeatRow::default()
            }],
            ..Heat::default()
        })
        .unwrap()
    };
    let judged = |step| {
        let picture = picture(HeatKind::Judged, Some(step));
        let texts = picture.texts.iter().map(|text| text.text.clone());
        texts.filter(|text| text != "1").collect::<Vec<_>>()
    };
    assert_eq!(judged(2), ["=", "++"]);
    assert_eq!(judged(1), ["=", "+"]);
    assert_eq!(judged(-1), ["=", "\u{2212}"]);
    assert_eq!(judged(-2), ["=", "\u{2212}\u{2212}"]);
    let arrows = |step| {
        let marks = picture(HeatKind::Neutral, Some(step)).marks;
        marks.into_iter().map(|mark| mark.name).collect::<Vec<_>>()
    };
    assert_eq!(arrows(2), ["omhoog", "omhoog"]);
    assert_eq!(arrows(-1), ["omlaag"]);
    // without a figure there is neither tint nor sign
    let tints = |step| {
        let svg = picture(HeatKind::Judged, step).svg;
        svg.matches("<polygon").count()
    };
    assert_eq!((tints(None), tints(Some(1))), (1, 2));
}

#[test]
fn a_scatter_places_dots_by_their_values_and_members_on_top() {
    let dot = |name: &str, at, strong| ScatterDot {
        name: name.into(),
        at: Some(at),
        strong,
        named: strong,
    };
    let picture = scatter(&Scatter {
        dots: vec![
            dot("lid", (10.0, 10.0), true),
            dot("ander", (0.0, 0.0), false),
            dot("verder", (20.0, 5.0), false),
        ],
        look: GREEN,
        ..Scatter::default()
    })
    .unwrap();
    let order: Vec<&str> = picture
        .marks
        .iter()
        .map(|mark| mark.name.as_str())
        .collect();
    assert_eq!(order, ["ander", "verder", "lid"]);
    let middle = |i: usize| {
        let mark = &picture.marks[i];
        (mark.x + mark.w / 2.0, mark.y + mark.h / 2.0)
    };
    let (other, further, member) = (middle(0), middle(1), middle(2));
    assert!((member.0 - f64::midpoint(other.0, further.0)).abs() < 0.1);
    assert!((further.1 - f64::midpoint(other.1, member.1)).abs() < 0.1);
    assert!(says(&picture, "lid") && !says(&picture, "verder"));
    let bad = ScatterDot {
        name: "M50".into(),
        at: Some((1.0, f64::NAN)),
        ..ScatterDot::default()
    };
    refused(scatter(&Scatter {
        dots: vec![bad],
        ..Scatter::default()
    }));
}

#[test]
fn a_chart_alone_has_its_words_its_font_and_its_description() {
    let item = BarItem {
        name: "M50".into(),
        value: Some(1.0),
        text: "1".into(),
        ..BarItem::default()
    };
    let drawn = bars(&Bars {
        items: vec![item],
        ..Bars::default()
    })
    .unwrap();
    let words = Words {
        title: "Een <b>lange</b> titel die niet op een enkele regel past omdat zij maar doorgaat en doorgaat".into(),
        subtitle: "Maat, wie en wanneer".into(),
        foot: vec!["* voorlopig".into(), "Bron: CBS. Licentie: CC BY 4.0".into()],
        description: "Staven: M50 & Nederland".into(),
    };
    let whole = alone(&drawn, &words).unwrap();
    assert_eq!(whole.overlaps(), []);
    assert!(whole.texts.iter().all(|text| text.h >= 7.5 * 0.9));
    assert_eq!(whole.marks.len(), drawn.marks.len());
    for part in [
        "role=\"img\" aria-labelledby=\"titel omschrijving\"",
        "<title id=\"titel\">Een &lt;b&gt;lange&lt;/b&gt; titel",
        "<desc id=\"omschrijving\">Staven: M50 &amp; Nederland</desc>",
        "font-weight:700;src:url(data:font/ttf;base64,AAEAAAA",
        ">Maat, wie en wanneer</text>",
        ">Bron: CBS. Licentie: CC BY 4.0</text>",
    ] {
        assert!(whole.svg.contains(part), "{part}");
    }
    assert!(
        !whole.svg.contains("<b>") && whole.svg.len() < 80_000,
        "{}",
        whole.svg.len()
    );
    assert_eq!(
        alone(&drawn, &words).unwrap(),
        whole,
        "the same bytes each time"
    );
}
