//! The table of what there is names every public endpoint, and each as the code has it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::{fs, io};

const TABLE: &str = include_str!("../../docs/coverage.md");

/// A public endpoint's name, and the request that its documentation begins with.
type Endpoints = BTreeMap<String, String>;

#[test]
fn the_table_has_every_endpoint_and_no_other() -> io::Result<()> {
    let (code, table) = (of_the_code()?, of_the_table());
    let names = |endpoints: &Endpoints| endpoints.keys().cloned().collect::<BTreeSet<_>>();
    let (code_names, table_names) = (names(&code), names(&table));
    assert!(code_names.contains("NewMessage") && code_names.contains("FreezeRoom"), "{code_names:?}");
    let missing: Vec<_> = code_names.difference(&table_names).collect();
    let unknown: Vec<_> = table_names.difference(&code_names).collect();
    assert!(missing.is_empty() && unknown.is_empty(), "not in the table: {missing:?}; not in the code: {unknown:?}");
    for (name, request) in &code {
        assert_eq!(table.get(name), Some(request), "the request of {name}");
    }
    Ok(())
}

#[test]
fn the_methods_of_handles_that_it_names_are_there() -> io::Result<()> {
    let mut count = 0;
    for name in TABLE.split('`').skip(1).step_by(2) {
        let Some((handle, method)) = name.split_once("::") else { continue };
        let file = root().join(format!("client/src/{}.rs", handle.to_lowercase()));
        if method.starts_with(|c: char| c.is_ascii_lowercase()) && file.exists() {
            let (source, start) = (fs::read_to_string(file)?, format!("pub fn {method}"));
            assert!(source.split(&start).skip(1).any(|rest| rest.starts_with(['(', '<'])), "{name}");
            count += 1;
        }
    }
    assert!(count > 10, "{count}");
    Ok(())
}

/// The rows that begin with a type.
fn of_the_table() -> Endpoints {
    let mut rows = Endpoints::new();
    for row in TABLE.lines().filter(|row| row.starts_with("| `")) {
        let cells: Vec<&str> = row.split(" | ").map(|cell| cell.trim_matches(['|', ' ', '`'])).collect();
        assert_eq!(cells.len(), 8, "{row}");
        assert!(["well known", "recorded", "thin", "old"].contains(&cells[6]), "{row}");
        assert!(rows.insert(cells[0].into(), cells[5].into()).is_none(), "twice: {}", cells[0]);
    }
    rows
}

/// What `impl Endpoint for` and is either exported or in a public module.
fn of_the_code() -> io::Result<Endpoints> {
    let folder = root().join("core/src/endpoint");
    let module = fs::read_to_string(folder.join("mod.rs"))?;
    let exported: BTreeSet<String> = statements(&module, "pub use ").flat_map(|list| words(&list)).collect();
    let open: BTreeSet<String> = statements(&module, "pub mod ").flat_map(|name| words(&name)).collect();
    let mut endpoints = Endpoints::new();
    for file in files(&folder)? {
        let source = fs::read_to_string(&file)?;
        let in_open = file.file_stem().is_some_and(|stem| open.contains(&*stem.to_string_lossy()));
        for line in source.lines() {
            let Some(name) = line.strip_prefix("impl Endpoint for ").and_then(|rest| rest.split(' ').next()) else {
                continue;
            };
            if in_open || exported.contains(name) {
                endpoints.insert(name.to_owned(), request(&source, name));
            }
        }
    }
    Ok(endpoints)
}

/// The first piece of code in the documentation of a type.
fn request(source: &str, name: &str) -> String {
    let lines: Vec<&str> = source.lines().collect();
    let is_it = |line: &str| {
        let name_of = |keyword| line.strip_prefix(keyword).and_then(|rest| rest.split([' ', ';']).next());
        name_of("pub struct ") == Some(name) || name_of("pub enum ") == Some(name)
    };
    let at = lines.iter().position(|line| is_it(line));
    let before = lines[..at.unwrap_or_default()].iter().rev();
    let doc = before.take_while(|line| line.starts_with("///") || line.starts_with("#[")).last();
    doc.and_then(|first| first.split('`').nth(1)).unwrap_or_default().to_owned()
}

/// What stands between a beginning and the next semicolon.
fn statements<'s>(source: &'s str, start: &'s str) -> impl Iterator<Item = String> + 's {
    source
        .split('\n')
        .scan(0, |at, line| {
            let here = *at;
            *at += line.len() + 1;
            Some((here, line))
        })
        .filter(move |(_, line)| line.starts_with(start))
        .filter_map(move |(at, _)| source.get(at + start.len()..)?.split(';').next().map(Into::into))
}

fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty()).map(Into::into).collect()
}

fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            found.push(path);
        }
    }
    Ok(found)
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}
