//! A first mapping for a foreign log, guessed from names and the first rows, written to be corrected by a person.
//! In: a file; out: the text of a mapping with a comment at every line that is a guess.
//! Reads only the first batch, and never maps a text column by itself.

use crate::log::clean::{TimeReader, guess_unit};
use crate::log::{LogError, TableKind, clean};
use crate::table_io::{self, Batch, FileLayout, Format, InputFile, Nested, TableFile, TimeSpec, Wanted};
use std::fmt::Write;

/// Names that other logs use, best first; compared without case and punctuation.
const NAMES: &[(&str, &[&str])] = &[
    (
        "ts",
        &[
            "ts",
            "timestamp",
            "time",
            "datetime",
            "createdat",
            "sentat",
            "receivedat",
            "received",
            "date",
            "epoch",
            "unixtime",
        ],
    ),
    (
        "sender",
        &[
            "sender",
            "senderid",
            "from",
            "fromuser",
            "fromaddr",
            "source",
            "src",
            "author",
            "authorid",
            "accountid",
            "account",
            "user",
            "userid",
            "username",
        ],
    ),
    (
        "recipient",
        &[
            "recipient",
            "recipientid",
            "to",
            "touser",
            "toaddr",
            "receiver",
            "target",
            "dst",
            "destination",
            "group",
            "groupid",
            "channel",
            "room",
            "topicid",
            "repoid",
            "thread",
            "conversation",
            "objectid",
            "page",
        ],
    ),
    ("msg_id", &["msgid", "messageid", "id", "uuid", "eventid", "contentid"]),
    ("chat", &["chat", "chattype"]),
    ("kind", &["kind", "messagetype", "mediatype", "type"]),
    ("size", &["size", "bytes", "length", "len", "nchars", "bodylen"]),
    ("content", &["content", "contenthash", "hash", "fingerprint", "fp", "sha", "sha256", "md5", "fp48"]),
    ("link", &["link", "url", "haslink", "domain"]),
    ("forwarded", &["forwarded", "forwards", "isforwarded"]),
    ("typing_ms", &["typingms", "typing"]),
    ("via", &["via", "client", "platform"]),
    ("network", &["network", "ip", "ipaddress", "asn"]),
    ("recipient_knows_sender", &["recipientknowssender", "incontacts", "iscontact"]),
    ("status", &["status", "state", "deliverystatus"]),
];
const TEXT_NAMES: &[&str] = &["text", "body", "message", "comment", "subject", "content"];
const FORMATS: &[&str] = &[
    "%d/%m/%Y %H:%M",
    "%m/%d/%Y %H:%M",
    "%d/%m/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M:%S",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y %H:%M:%S",
    "%Y.%m.%d %H:%M:%S",
    "%m/%d/%Y %I:%M:%S %p",
    "%d-%m-%Y %H:%M:%S",
];
/// Rows looked at.
const LOOKED_AT: usize = 200;

/// Guesses a mapping of the message log for a file; the text parses, though a guess may be wrong.
pub fn guess_mapping(path: &str) -> Result<String, LogError> {
    let listing = table_io::list(&[path.to_owned()], &Wanted::default())?;
    let Some(file) = listing.files.first() else { return Ok(String::new()) };
    let look = Look::at(file)?;
    let mut out = String::from(
        "# Guessed from the names and the first rows of the log: check every line.\n[messages]\n",
    );
    if let Some(layout) = look.layout_line() {
        put(&mut out, &layout);
    }
    let mut taken: Vec<String> = Vec::new();
    for (column, names) in NAMES {
        let Some(found) = look.named(names, &taken).or_else(|| look.shaped(column, &taken)) else {
            if matches!(*column, "ts" | "sender" | "recipient") {
                let line = format!("# {column} = \"?\"  # required; columns: {}", look.columns.join(", "));
                put(&mut out, &line.replace(char::is_control, " "));
            }
            continue;
        };
        taken.push(found.clone());
        put(&mut out, &look.line(column, &found));
    }
    // Everything else of the contract under its own name: a log that is read with a mapping gets no column by itself.
    let others = TableKind::Messages.columns().iter().map(|card| card.name);
    for column in others.filter(|own| *own != "text" && NAMES.iter().all(|(name, _)| name != own)) {
        let is_own = |c: &&String| c.as_str() == column && !taken.contains(c);
        if let Some(found) = look.columns.iter().find(is_own).cloned() {
            put(&mut out, &look.line(column, &found));
            taken.push(found);
        }
    }
    if let Some(text) = look.named(TEXT_NAMES, &taken) {
        put(
            &mut out,
            &format!(
                "# text = {}  # fingerprinted and dropped; needs a key file and a named lawful basis",
                quoted(&text)
            ),
        );
    }
    Ok(out)
}

fn put(out: &mut String, line: &str) {
    out.push_str(line);
    out.push('\n');
}

fn quoted(name: &str) -> String {
    toml::Value::String(name.to_owned()).to_string()
}

fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// The first rows of a file, as text.
struct Look {
    format: Format,
    layout: FileLayout,
    columns: Vec<String>,
    rows: Vec<Vec<Option<String>>>,
    is_time: Vec<bool>,
}

impl Look {
    fn at(file: &InputFile) -> Result<Self, LogError> {
        let mut layout = FileLayout::default();
        let mut opened = TableFile::open(file, &layout)?;
        if opened.format() == Format::Csv {
            if let [only] = opened.columns()
                && let Some(delimiter) = ['\t', ';', '|', ' '].into_iter().find(|d| only.contains(*d))
            {
                layout.delimiter = Some(delimiter);
                opened = TableFile::open(file, &layout)?;
            }
            // A header whose names are all numbers is a row.
            if opened.columns().iter().all(|c| c.parse::<f64>().is_ok()) {
                layout.header = false;
                opened = TableFile::open(file, &layout)?;
                layout.columns = (1..=opened.columns().len()).map(|i| format!("column_{i}")).collect();
                opened = TableFile::open(file, &layout)?;
            }
        }
        let columns = opened.columns().to_vec();
        let is_time =
            opened.types().iter().map(|t| t.starts_with("Timestamp") || t.starts_with("Date")).collect();
        let first = if opened.parts() == 0 {
            None
        } else {
            opened.read(0, &columns, Nested::Shown)?.next().transpose()?
        };
        let rows = first.map(|batch| text_rows(&batch)).unwrap_or_default();
        Ok(Self { format: opened.format(), layout, columns, rows, is_time })
    }

    fn layout_line(&self) -> Option<String> {
        if self.format != Format::Csv || (self.layout.delimiter.is_none() && self.layout.header) {
            return None;
        }
        let mut line = String::from("file = { format = \"csv\"");
        if let Some(delimiter) = self.layout.delimiter {
            // Writing to a text cannot fail.
            let _ = write!(line, ", delimiter = {}", quoted(&delimiter.to_string()));
        }
        if !self.layout.header {
            let names: Vec<String> = self.layout.columns.iter().map(|c| quoted(c)).collect();
            let _ = write!(line, ", header = false, columns = [{}]", names.join(", "));
        }
        line.push_str(" }");
        Some(line)
    }

    fn named(&self, names: &[&str], taken: &[String]) -> Option<String> {
        let free = || self.columns.iter().filter(|c| !taken.contains(c));
        let exact = names.iter().find_map(|name| free().find(|c| plain(c) == *name));
        let long = || names.iter().filter(|n| n.len() >= 4);
        let inside = || long().find_map(|name| free().find(|c| plain(c).contains(*name)));
        exact.or_else(inside).cloned()
    }

    /// Without telling names: the first column that looks like times, then the first two others.
    fn shaped(&self, column: &str, taken: &[String]) -> Option<String> {
        if self.layout.header {
            return None;
        }
        let mut free = self.columns.iter().enumerate().filter(|(_, c)| !taken.contains(c));
        match column {
            "ts" => free.find(|(i, _)| self.time_spec(*i).is_some()).map(|(_, c)| c.clone()),
            "sender" | "recipient" => free.next().map(|(_, c)| c.clone()),
            _ => None,
        }
    }

    fn samples(&self, column: usize) -> Vec<&str> {
        self.rows.iter().filter_map(|row| row.get(column)?.as_deref()).filter(|v| !v.is_empty()).collect()
    }

    /// The keys that make the times of a column readable; empty when they are already.
    fn time_spec(&self, column: usize) -> Option<String> {
        let samples = self.samples(column);
        let first = samples.first()?;
        let all = |spec: TimeSpec| {
            let reader = TimeReader::new(spec);
            samples.iter().all(|s| reader.read(clean::Cell::Text(s)).is_ok())
        };
        if self.is_time[column] || all(TimeSpec::default()) {
            return Some(String::new());
        }
        if let Ok(count) = first.parse::<f64>() {
            let unit = guess_unit(count as i64);
            let fits = all(TimeSpec { unit: table_io::TimeUnit::parse(unit), ..TimeSpec::default() });
            return fits.then(|| format!(", unit = \"{unit}\""));
        }
        let format = FORMATS
            .iter()
            .find(|f| all(TimeSpec { format: Some((**f).to_owned()), ..TimeSpec::default() }))?;
        Some(format!(", format = \"{format}\", zone = \"UTC\""))
    }

    fn line(&self, column: &str, found: &str) -> String {
        let at = self.columns.iter().position(|c| c == found).unwrap_or_default();
        if column != "ts" {
            let sure = plain(found) == plain(column);
            return format!("{column} = {}{}", quoted(found), if sure { "" } else { "  # by its name" });
        }
        match self.time_spec(at) {
            Some(spec) if spec.is_empty() => format!("ts = {}", quoted(found)),
            Some(spec) => {
                format!(
                    "ts = {{ column = {}{spec} }}  # add zone = \"Area/City\" when it is a local clock",
                    quoted(found)
                )
            }
            None => format!(
                "ts = {{ column = {}, format = \"%Y-%m-%d %H:%M:%S\" }}  # these times were not understood",
                quoted(found)
            ),
        }
    }
}

fn text_rows(batch: &Batch) -> Vec<Vec<Option<String>>> {
    let columns: Vec<clean::Column> = batch
        .columns
        .iter()
        .map(|c| clean::Column::of(c.as_ref()).unwrap_or(clean::Column::Absent))
        .collect();
    let show = |cell: clean::Cell| (cell != clean::Cell::Null).then(|| cell.show());
    (0..batch.len.min(LOOKED_AT)).map(|row| columns.iter().map(|c| show(c.cell(row))).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::{TableKind, parse_mapping};
    use crate::table_io::Section;

    fn missing_required(section: &Section) -> Vec<&'static str> {
        let required = TableKind::Messages.columns().iter().filter(|c| c.required);
        required.map(|c| c.name).filter(|c| !section.fields.contains_key(*c)).collect()
    }

    fn guess(name: &str, text: &str) -> String {
        let dir = tempfile::tempdir().expect("temp");
        let path = dir.path().join(name);
        std::fs::write(&path, text).expect("write");
        let guess = guess_mapping(&path.display().to_string()).expect("guesses");
        let mapping = parse_mapping("guess", &guess).expect(&guess);
        assert_eq!(
            missing_required(mapping.section("messages").expect("there")),
            Vec::<&str>::new(),
            "{guess}"
        );
        guess
    }

    #[test]
    fn every_column_of_the_contract_is_found_under_its_own_name() {
        let names: Vec<&str> = TableKind::Messages.columns().iter().map(|card| card.name).collect();
        let text = guess("a.csv", &format!("{}\n{}\n", names.join(","), vec!["1"; names.len()].join(",")));
        for name in names.into_iter().filter(|name| *name != "text") {
            let line = text.lines().find(|line| line.split(' ').next() == Some(name));
            assert!(line.is_some_and(|line| line.contains(&format!("\"{name}\""))), "{name}: {text}");
        }
    }

    #[test]
    fn names_and_units_are_guessed() {
        let text = guess("a.csv", "Time,From_User,To,body\n1409819340,a,b,hello\n");
        assert!(text.contains("ts = { column = \"Time\", unit = \"s\" }"), "{text}");
        assert!(text.contains("sender = \"From_User\"") && text.contains("recipient = \"To\""), "{text}");
        assert!(text.contains("# text = \"body\""), "{text}");
    }

    #[test]
    fn files_without_a_header_and_other_formats_are_guessed() {
        let text = guess("a.txt", "1 2 1082040961\n3 4 1082155839\n");
        assert!(text.contains("delimiter = \" \", header = false"), "{text}");
        assert!(text.contains("ts = { column = \"column_3\", unit = \"s\" }"), "{text}");
        let text = guess("a.csv", "date;author;channel\n04.09.2014 08:29;a;b\n");
        assert!(text.contains("format = \"%d.%m.%Y %H:%M\""), "{text}");
        let text =
            guess("a.ndjson", "{\"time\":\"2015-09-12T00:46:58.771Z\",\"user\":\"a\",\"page\":\"b\"}\n");
        assert!(text.contains("ts = \"time\""), "{text}");
    }
}
