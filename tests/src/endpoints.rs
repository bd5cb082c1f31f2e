//! Which endpoints there are.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::{fs, io};

/// A public endpoint's name, and the request that its documentation begins with.
pub type Endpoints = BTreeMap<String, String>;

/// What has an `impl Endpoint for` and is either exported or in a public module, read from the code.
pub fn public_endpoints() -> io::Result<Endpoints> {
    let folder = root().join("core/src/endpoint");
    let module = fs::read_to_string(folder.join("mod.rs"))?;
    let exported: BTreeSet<String> = statements(&module, "pub use ").flat_map(|list| words(&list)).collect();
    let open: BTreeSet<String> = statements(&module, "pub mod ").flat_map(|name| words(&name)).collect();
    let mut endpoints = Endpoints::new();
    for file in source_files(&folder)? {
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

/// The folder of the workspace.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
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

/// The source files of a folder and of those in it.
pub fn source_files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(source_files(&path)?);
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            found.push(path);
        }
    }
    Ok(found)
}
