//! The table of what there is names every public endpoint, and each as the code has it.

use std::collections::BTreeSet;
use std::{fs, io};

use sechat_tests::{Endpoints, public_endpoints, root, source_files};

const TABLE: &str = include_str!("../../docs/coverage.md");

#[test]
fn the_table_has_every_endpoint_and_no_other() -> io::Result<()> {
    let (code, table) = (public_endpoints()?, of_the_table());
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
        let sources = sources(&handle.to_lowercase())?;
        if method.starts_with(|c: char| c.is_ascii_lowercase()) && !sources.is_empty() {
            let (source, start) = (sources.concat(), format!("pub fn {method}"));
            assert!(source.split(&start).skip(1).any(|rest| rest.starts_with(['(', '<'])), "{name}");
            count += 1;
        }
    }
    assert!(count > 10, "{count}");
    Ok(())
}

#[test]
fn what_handles_have_is_not_told_to_have_no_handle() -> io::Result<()> {
    let mut made = BTreeSet::new();
    for handle in ["chat", "room", "profile"] {
        let source = sources(handle)?.concat();
        let before = source.split(" {").filter_map(|text| text.rsplit(|c: char| !c.is_alphanumeric()).next());
        made.extend(before.map(str::to_owned));
    }
    let rows = TABLE.lines().filter(|row| row.starts_with("| `")).filter(|row| row.split(" | ").nth(2) == Some("–"));
    let bare: BTreeSet<String> = rows.filter_map(|row| Some(row.split('`').nth(1)?.to_owned())).collect();
    assert!(made.contains("StarMessage") && bare.contains("LeaveAllRooms"), "{made:?} {bare:?}");
    assert_eq!(made.intersection(&bare).collect::<Vec<_>>(), [""; 0]);
    Ok(())
}

#[test]
fn the_sections_of_the_notes_that_the_code_names_are_there() -> io::Result<()> {
    let notes = fs::read_to_string(root().join("core/docs/protocol.md"))?;
    let titles = notes.lines().filter_map(|line| {
        let line = line.trim_start_matches(['#', '*']).trim_start();
        let number = line.split(' ').next()?.trim_end_matches('.');
        number.starts_with(|c: char| c.is_ascii_digit()).then(|| number.to_owned())
    });
    let titles: BTreeSet<String> = titles.collect();
    let mut named = BTreeSet::new();
    for part in ["core/src", "client/src", "fixtures/src"] {
        for file in source_files(&root().join(part))? {
            let source = fs::read_to_string(&file)?;
            // A reference may go on in the next line of its comment.
            let words =
                source.lines().map(|line| line.trim_start().trim_start_matches('/').trim_start_matches('!').trim());
            let text = words.collect::<Vec<_>>().join(" ");
            for reference in text.split("protocol notes, ").skip(1) {
                let end = reference.find(|c: char| !c.is_ascii_digit() && !". ,andto".contains(c));
                let numbers =
                    reference[..end.unwrap_or(reference.len())].split(|c: char| !c.is_ascii_digit() && c != '.');
                let numbers = numbers.map(|number| number.trim_matches('.')).filter(|number| number.contains('.'));
                // The tenth section is a list.
                named.extend(numbers.map(|number| if number.starts_with("10.") { "10" } else { number }.to_owned()));
            }
        }
    }
    assert!(named.len() > 40, "{named:?}");
    let missing: Vec<_> = named.difference(&titles).collect();
    assert!(missing.is_empty(), "named in the code, and not in the notes: {missing:?}");
    Ok(())
}

/// The files of a handle.
fn sources(handle: &str) -> io::Result<Vec<String>> {
    let folder = root().join("client/src").join(handle);
    let mut files = vec![folder.with_extension("rs")];
    for part in fs::read_dir(&folder).into_iter().flatten() {
        files.push(part?.path());
    }
    files.iter().filter(|file| file.exists()).map(fs::read_to_string).collect()
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
