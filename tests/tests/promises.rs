//! The page on reliability names tests and files that are there.

use std::collections::BTreeSet;
use std::path::Path;
use std::{fs, io};

use sechat_tests::{root, source_files};

const PAGE: &str = include_str!("../../docs/reliability.md");

fn in_backticks() -> impl Iterator<Item = &'static str> {
    PAGE.lines().flat_map(|line| line.split('`').skip(1).step_by(2))
}

#[test]
fn the_tests_and_files_that_it_names_are_there() -> io::Result<()> {
    let mut files = Vec::new();
    for folder in ["core/src", "client/src", "client/tests", "fixtures/src", "fixtures/tests", "tests/tests"] {
        files.extend(source_files(&root().join(folder))?);
    }
    let mut tests = BTreeSet::new();
    for file in &files {
        let source = fs::read_to_string(file)?;
        let named = source.split("#[test]\n").skip(1).filter_map(|rest| rest.split("fn ").nth(1)?.split('(').next());
        tests.extend(named.map(str::to_owned));
    }
    let (mut named_files, mut named_tests) = (0, 0);
    for name in in_backticks() {
        if Path::new(name).extension().is_some_and(|extension| extension == "rs") {
            assert!(files.iter().any(|file| file.ends_with(name)), "no file {name}");
            named_files += 1;
        } else if name.matches('_').count() >= 2 && name.chars().all(|c| c.is_ascii_lowercase() || c == '_') {
            assert!(tests.contains(name), "no test {name}");
            named_tests += 1;
        }
    }
    assert!(named_files > 30 && named_tests > 25, "{named_files} {named_tests}");
    Ok(())
}

#[test]
fn it_names_every_invariant_of_the_worlds() -> io::Result<()> {
    let helpers = ["mod.rs", "limit.rs", "stays.rs"];
    for file in source_files(&root().join("fixtures/src/world/oracle"))? {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let named = in_backticks().any(|quoted| quoted == format!("oracle/{name}"));
        assert!(named || helpers.contains(&&*name), "{name} is not on the page");
    }
    Ok(())
}
