//! The columnar archive: rows of its files, and the tables in which Athena sees them, as the template has them.
//!
//! `cargo run -p hinomi-tests --example columns` writes them into `template.yaml`, between two lines that say so.

use std::fmt::Write as _;

use hinomi_ocsf::{Class, Kind, columns};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;

/// The line before the tables in the template.
pub const BEGIN: &str =
    "  # Made by `cargo run -p hinomi-tests --example columns` from what the files hold: begin.\n";
/// The line behind them.
pub const END: &str =
    "  # Made by `cargo run -p hinomi-tests --example columns` from what the files hold: end.\n";

/// What a column holds, as Athena's catalogue names it.
#[derive(Debug, PartialEq, Eq)]
enum Type {
    Plain(&'static str),
    List(Box<Type>),
    Members(Vec<(String, Type)>),
}

impl Type {
    /// Adds what lies at a path below this.
    fn add(&mut self, path: &[&str], kind: Kind) {
        let Some((first, rest)) = path.split_first() else { return };
        let (name, is_list) = first.strip_suffix("[]").map_or((*first, false), |name| (name, true));
        let Type::Members(members) = self else { return };
        let place = members.iter().position(|(known, _)| known == name);
        let place = place.unwrap_or_else(|| {
            let inner = if rest.is_empty() { plain(kind) } else { Type::Members(Vec::new()) };
            members.push((name.to_owned(), if is_list { Type::List(Box::new(inner)) } else { inner }));
            members.len() - 1
        });
        match members.get_mut(place).map(|(_, of)| of) {
            Some(Type::List(inner)) => inner.add(rest, kind),
            Some(inner) => inner.add(rest, kind),
            None => {}
        }
    }

    fn text(&self) -> String {
        match self {
            Type::Plain(name) => (*name).to_owned(),
            Type::List(inner) => format!("array<{}>", inner.text()),
            Type::Members(members) => {
                let members: Vec<String> =
                    members.iter().map(|(name, of)| format!("{name}:{}", of.text())).collect();
                format!("struct<{}>", members.join(","))
            }
        }
    }
}

fn plain(kind: Kind) -> Type {
    Type::Plain(match kind {
        Kind::Integer => "int",
        Kind::Long => "bigint",
        Kind::Instant => "timestamp",
        Kind::Text | Kind::Json => "string",
    })
}

/// Returns a class's columns, each with its type.
pub fn typed(class: Class) -> Vec<(String, String)> {
    let mut whole = Type::Members(Vec::new());
    for column in columns(class) {
        whole.add(&column.path().split('.').collect::<Vec<_>>(), column.kind());
    }
    let Type::Members(members) = whole else { return Vec::new() };
    members.into_iter().map(|(name, of)| (name, of.text())).collect()
}

/// Returns the template's name of a class's table.
pub fn logical(class: Class) -> String {
    let words = class.name().split('_');
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect::<String>()
    };
    words.map(capital).collect::<String>() + "Table"
}

/// Returns all tables as the template has them.
pub fn tables() -> String {
    Class::ALL.iter().map(|class| table(*class)).collect::<Vec<_>>().join("\n")
}

fn table(class: Class) -> String {
    let (logical, name) = (logical(class), class.name());
    let mut text = format!(
        r#"  {logical}:
    Type: AWS::Glue::Table
    Properties:
      CatalogId: !Ref AWS::AccountId
      DatabaseName: !Ref Columns
      TableInput:
        Name: {name}
        TableType: EXTERNAL_TABLE
        Parameters:
          EXTERNAL: "TRUE"
          classification: parquet
          projection.enabled: "true"
          projection.tenant.type: injected
          projection.day.type: date
          projection.day.format: yyyy-MM-dd
          projection.day.range: !Sub "${{ColumnsFrom}},NOW+1DAYS"
          storage.location.template: !Sub "s3://${{Archive}}/ocsf/class={name}/tenant=${{!tenant}}/day=${{!day}}"
        PartitionKeys: [{{Name: tenant, Type: string}}, {{Name: day, Type: string}}]
        StorageDescriptor:
          Location: !Sub "s3://${{Archive}}/ocsf/class={name}/"
          InputFormat: org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat
          OutputFormat: org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat
          SerdeInfo: {{SerializationLibrary: org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe}}
          Columns:
"#
    );
    for (name, of) in typed(class) {
        // Writing into text does not fail.
        let _ = writeln!(text, "            - {{Name: {name}, Type: \"{of}\"}}");
    }
    text
}

/// Returns a template with the tables of today.
pub fn rewritten(template: &str) -> Option<String> {
    let (before, rest) = template.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}{}{END}{after}", tables()))
}

/// What tells a row from others.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Row {
    /// When it happened, in milliseconds.
    pub time: i64,
    /// Where its line lies.
    pub place: String,
}

/// Reads the rows of a file; what is no such file has none.
pub fn rows(file: &[u8]) -> Vec<Row> {
    let Ok(reader) = SerializedFileReader::new(bytes::Bytes::copy_from_slice(file)) else {
        return Vec::new();
    };
    let Ok(records) = reader.get_row_iter(None) else { return Vec::new() };
    let row = |record: parquet::record::Row| {
        let (mut time, mut place) = (None, None);
        for (name, field) in record.get_column_iter() {
            match (name.as_str(), field) {
                ("time", Field::Long(of)) => time = Some(*of),
                ("metadata", Field::Group(members)) => {
                    let uid = members.get_column_iter().find(|(name, _)| *name == "uid");
                    place = uid.and_then(|(_, field)| match field {
                        Field::Str(text) => Some(text.clone()),
                        _ => None,
                    });
                }
                _ => {}
            }
        }
        Some(Row { time: time?, place: place? })
    };
    records.filter_map(|record| row(record.ok()?)).collect()
}
