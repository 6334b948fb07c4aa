//! A sheet for people: headings, lines and tables, once, for the terminal and for Markdown alike.
//! In: cells as text, names from the log marked as such; out: Markdown in which no cell is markup, and rows for a terminal.
//! Measures nothing.

use crate::domain::shown_name;
use crate::table_io::sanitise;

/// What stands in a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// Words and numbers of this program.
    Text(String),
    /// A name from a log, a label file or a policy: it may hold anything.
    Name(String),
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

/// A heading with lines and perhaps a table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Block {
    /// Above it all.
    pub heading: String,
    /// Names of the columns; none without a table.
    pub head: Vec<String>,
    /// Rows of the table.
    pub rows: Vec<Vec<Cell>>,
    /// Sentences below the table.
    pub lines: Vec<String>,
}

impl Block {
    /// A block with a table.
    pub fn table(heading: &str, head: &[&str], rows: Vec<Vec<Cell>>) -> Self {
        let head = head.iter().map(|h| (*h).to_owned()).collect();
        Self { heading: heading.to_owned(), head, rows, lines: Vec::new() }
    }

    /// A block of sentences.
    pub fn lines(heading: &str, lines: Vec<String>) -> Self {
        Self { heading: heading.to_owned(), lines, ..Self::default() }
    }

    /// The same with a sentence below.
    pub fn with_line(mut self, line: impl Into<String>) -> Self {
        self.lines.push(line.into());
        self
    }

    /// Whether there is nothing to show.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.lines.is_empty()
    }
}

/// A whole sheet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sheet {
    /// Its title.
    pub title: String,
    /// Its blocks; empty ones are not shown.
    pub blocks: Vec<Block>,
}

/// Names longer than this are cut.
const LONGEST: usize = 120;

impl Sheet {
    /// The sheet as Markdown, as a pull request shows it.
    pub fn markdown(&self) -> String {
        let mut out = format!("# {}\n", escaped(&self.title));
        for block in self.blocks.iter().filter(|b| !b.is_empty()) {
            out.push_str(&format!("\n## {}\n\n", escaped(&block.heading)));
            if !block.rows.is_empty() {
                out.push_str(&row(block.head.iter().map(|h| escaped(h))));
                out.push_str(&row(block.head.iter().map(|_| "---".to_owned())));
                block.rows.iter().for_each(|cells| out.push_str(&row(cells.iter().map(cell))));
            }
            if !block.rows.is_empty() && !block.lines.is_empty() {
                out.push('\n');
            }
            block.lines.iter().for_each(|line| out.push_str(&format!("- {}\n", escaped(line))));
        }
        out
    }
}

fn row(cells: impl Iterator<Item = String>) -> String {
    format!("| {} |\n", cells.collect::<Vec<_>>().join(" | "))
}

fn cell(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) => escaped(text),
        Cell::Name(name) => code(name),
    }
}

/// Text in which nothing is markup: no table, link, mention, heading or HTML can be begun by it.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in sanitise(text, usize::MAX).chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            // A mention is looked for after escapes are resolved; a joiner that nobody sees ends the word.
            '@' => out.push_str("@\u{2060}"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '#' | '!' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

/// A name as a span of code, in which only its own fence and the bar of a table mean anything. With a bar in it, it is
/// escaped text: a backslash before the bar would take away the one that escapes it.
fn code(name: &str) -> String {
    let name = sanitise(&shown_name(name), LONGEST);
    if name.contains('|') {
        return escaped(&name);
    }
    let longest = name.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    let space = if longest > 0 || name.is_empty() { " " } else { "" };
    format!("{fence}{space}{name}{space}{fence}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn hostile_names_stay_names() {
        let names = ["b``c @me <script>\n# x", "a\\|b`@me"];
        let rows = names.map(|n| vec![Cell::Name(n.to_owned()), "1 < 2 [x](y) @me".into()]).to_vec();
        let sheet = Sheet { title: "T".to_owned(), blocks: vec![Block::table("H", &["name", "n"], rows)] };
        let text = sheet.markdown();
        let row = |n: usize| text.lines().nth(n).expect("a row");
        assert_eq!(row(6), "| ``` b``c @me <script>\\n# x ``` | 1 &lt; 2 \\[x\\](y) @\u{2060}me |");
        assert!(row(7).starts_with("| a\\\\\\|b\\`@\u{2060}me | "), "{}", row(7));
        assert_eq!(text.lines().count(), 8);
    }

    #[test]
    fn empty_blocks_are_not_shown() {
        let blocks =
            vec![Block::table("H", &["a"], Vec::new()), Block::lines("N", vec!["one_two".to_owned()])];
        assert_eq!(Sheet { title: "T".to_owned(), blocks }.markdown(), "# T\n\n## N\n\n- one\\_two\n");
    }

    proptest! {
        #[test]
        fn a_row_is_one_line_with_as_many_bars_as_columns(name in any::<String>(), text in any::<String>()) {
            let rows = vec![vec![Cell::Name(name), Cell::Text(text)]];
            let sheet = Sheet { title: "T".to_owned(), blocks: vec![Block::table("H", &["a", "b"], rows)] };
            let markdown = sheet.markdown();
            prop_assert_eq!(markdown.lines().count(), 7);
            let row = markdown.lines().nth(6).expect("a row").replace("\\\\", "").replace("\\|", "");
            prop_assert_eq!(row.matches('|').count(), 3);
        }
    }
}
