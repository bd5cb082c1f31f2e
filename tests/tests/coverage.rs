//! The table of what there is names every public endpoint, and each as the code has it.

use std::collections::BTreeSet;
use std::{fs, io};

use sechat_tests::{Endpoints, public_endpoints, root};

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
        let folder = root().join("client/src").join(handle.to_lowercase());
        let mut files = vec![folder.with_extension("rs")];
        for part in fs::read_dir(&folder).into_iter().flatten() {
            files.push(part?.path());
        }
        if method.starts_with(|c: char| c.is_ascii_lowercase()) && files[0].exists() {
            let sources = files.iter().map(fs::read_to_string).collect::<io::Result<Vec<_>>>()?;
            let (source, start) = (sources.concat(), format!("pub fn {method}"));
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
