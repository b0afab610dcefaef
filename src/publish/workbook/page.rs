//! One sheet of the workbook while it is filled: a heading that stays, cells by kind, and links to other sheets.
//!
//! In: cells, row by row. Out: a worksheet. Fails only on more rows, columns or letters than a sheet can hold. A text is a
//! text, also when it looks like a formula.

use rust_xlsxwriter::{Format, FormatAlign, FormatUnderline, Url, Worksheet, XlsxError};

use crate::query::Indicator;

/// More letters than this no cell can hold.
const MOST: usize = 32_000;

/// Columns of more letters than this together are too small on one sheet of paper.
const MOST_ON_PAPER: f64 = 250.0;

/// No row is higher than a person can look over.
const MOST_LINES: f64 = 12.0;

/// The height of a line, in points.
const LINE: f64 = 15.0;

/// How cells look, once for the whole workbook.
pub(super) struct Looks {
    heading: Format,
    title: Format,
    bold: Format,
    plain: Format,
    link: Format,
    wrapped: Format,
    absent: Format,
}

impl Looks {
    pub(super) fn new(color: u32) -> Self {
        let top = || Format::new().set_align(FormatAlign::Top);
        let white = Format::new().set_bold().set_font_color(0x00FF_FFFF);
        Self {
            heading: white
                .set_background_color(color)
                .set_text_wrap()
                .set_align(FormatAlign::Top),
            title: Format::new()
                .set_bold()
                .set_font_size(16)
                .set_font_color(color),
            bold: top().set_bold(),
            plain: top(),
            link: top()
                .set_font_color(0x0005_63C1)
                .set_underline(FormatUnderline::Single),
            wrapped: top().set_text_wrap(),
            absent: top()
                .set_italic()
                .set_font_color(0x0076_7676)
                .set_align(FormatAlign::Right),
        }
    }

    /// How numbers of an indicator look: by its unit and decimals, provisional ones with CBS's mark.
    pub(super) fn number(asked: &Indicator, provisional: bool) -> Format {
        let mut form = "#,##0".to_owned();
        if let Ok(decimals @ 1..) = usize::try_from(asked.decimals) {
            form.push('.');
            form.push_str(&"0".repeat(decimals));
        }
        if asked.unit == "%" {
            form.push_str("\"%\"");
        } else if asked.unit.starts_with("euro") {
            form.insert_str(0, "\"€\" ");
        }
        if provisional {
            form.push_str("\"*\"");
        }
        Format::new()
            .set_num_format(form)
            .set_align(FormatAlign::Top)
    }

    /// How percentages look that compare.
    pub(super) fn difference() -> Format {
        Format::new()
            .set_num_format("+0.0\"%\";-0.0\"%\";0.0\"%\"")
            .set_align(FormatAlign::Top)
    }
}

/// A sheet, with the place of the next cell.
pub(super) struct Page<'a> {
    pub sheet: Worksheet,
    looks: &'a Looks,
    pub row: u32,
    column: u16,
    widths: Vec<f64>,
    /// Lines that the row needs.
    lines: f64,
}

impl<'a> Page<'a> {
    pub(super) fn new(name: &str, looks: &'a Looks) -> Result<Self, XlsxError> {
        let mut sheet = Worksheet::new();
        sheet.set_name(name)?;
        Ok(Self {
            sheet,
            looks,
            row: 0,
            column: 0,
            widths: Vec::new(),
            lines: 1.0,
        })
    }

    /// Writes the heading: names and widths of columns. It stays in sight, with so many columns beside.
    pub(super) fn heading(
        &mut self,
        columns: &[(String, f64)],
        height: f64,
        beside: u16,
    ) -> Result<(), XlsxError> {
        let row = self.row;
        for (place, (name, width)) in columns.iter().enumerate() {
            let place = place as u16;
            self.sheet
                .write_string_with_format(row, place, cut(name), &self.looks.heading)?;
            self.sheet.set_column_width(place, *width)?;
        }
        self.sheet.set_row_height(row, height)?;
        self.sheet.set_freeze_panes(row + 1, beside)?;
        // who prints it gets all columns on a page (A4), but where they would be too small to read
        self.sheet.set_landscape().set_paper_size(9);
        self.sheet.set_repeat_rows(row, row)?;
        self.widths = columns.iter().map(|(_, width)| *width).collect();
        if self.widths.iter().sum::<f64>() <= MOST_ON_PAPER {
            self.sheet.set_print_fit_to_pages(1, 0);
        }
        self.end_row()
    }

    /// Lets the rows since a heading be filtered.
    pub(super) fn filter(&mut self, heading: u32, columns: usize) -> Result<(), XlsxError> {
        let (last, right) = (self.row.saturating_sub(1).max(heading), columns as u16 - 1);
        self.sheet.autofilter(heading, 0, last, right)?;
        Ok(())
    }

    /// Ends a row, which is as high as its texts need: not every program sees to that.
    pub(super) fn end_row(&mut self) -> Result<(), XlsxError> {
        if self.lines > 1.0 {
            self.sheet.set_row_height(self.row, self.lines * LINE)?;
        }
        (self.row, self.column, self.lines) = (self.row + 1, 0, 1.0);
        Ok(())
    }

    fn next(&mut self) -> (u32, u16) {
        let place = (self.row, self.column);
        self.column += 1;
        place
    }

    /// A large line.
    pub(super) fn title(&mut self, text: &str) -> Result<(), XlsxError> {
        let (row, column) = self.next();
        self.sheet
            .write_string_with_format(row, column, cut(text), &self.looks.title)?;
        Ok(())
    }

    pub(super) fn text(&mut self, text: &str) -> Result<(), XlsxError> {
        let (row, column) = self.next();
        if !text.is_empty() {
            self.sheet
                .write_string_with_format(row, column, cut(text), &self.looks.plain)?;
        }
        Ok(())
    }

    /// A text over several lines.
    pub(super) fn wrapped(&mut self, text: &str) -> Result<(), XlsxError> {
        let (row, column) = self.next();
        let width = self.widths.get(usize::from(column)).copied();
        let lines = (text.chars().count() as f64 / width.unwrap_or(f64::MAX)).ceil();
        self.lines = self.lines.max(lines.min(MOST_LINES));
        self.sheet
            .write_string_with_format(row, column, cut(text), &self.looks.wrapped)?;
        Ok(())
    }

    pub(super) fn bold(&mut self, text: &str) -> Result<(), XlsxError> {
        let (row, column) = self.next();
        self.sheet
            .write_string_with_format(row, column, cut(text), &self.looks.bold)?;
        Ok(())
    }

    /// A text that leads to a row of another sheet, or to an address; just a text where there is nothing to lead to.
    pub(super) fn link(&mut self, text: &str, to: Option<&str>) -> Result<(), XlsxError> {
        let Some(to) = to.filter(|to| to.len() < 2000 && !text.is_empty()) else {
            return self.text(text);
        };
        let (row, column) = self.next();
        let url = Url::new(to).set_text(cut(text));
        self.sheet
            .write_url_with_format(row, column, url, &self.looks.link)?;
        Ok(())
    }

    pub(super) fn whole(&mut self, number: Option<i32>) -> Result<(), XlsxError> {
        let (row, column) = self.next();
        if let Some(number) = number {
            self.sheet
                .write_number_with_format(row, column, number, &self.looks.plain)?;
        }
        Ok(())
    }

    /// A number, or the word for why there is none.
    pub(super) fn number(
        &mut self,
        number: Option<f64>,
        look: &Format,
        why: &str,
    ) -> Result<(), XlsxError> {
        let (row, column) = self.next();
        match number {
            Some(number) => self
                .sheet
                .write_number_with_format(row, column, number, look)?,
            None if why.is_empty() => return Ok(()),
            None => self
                .sheet
                .write_string_with_format(row, column, why, &self.looks.absent)?,
        };
        Ok(())
    }
}

/// A text that a cell can hold.
fn cut(text: &str) -> &str {
    match text.char_indices().nth(MOST) {
        Some((end, _)) => &text[..end],
        None => text,
    }
}
