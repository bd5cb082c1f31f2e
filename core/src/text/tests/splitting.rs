//! Long texts in parts.

use proptest::prelude::*;

use crate::Invalid;
use crate::text::{Split, split, split_within};

#[test]
fn short_texts_stay_as_they_are() {
    for how in [Split::Never, Split::AtNewline, Split::AtWord, Split::Multiline] {
        for text in [" a b ", "a\n    b\n\nc", "    x", &"\u{e9}".repeat(500)] {
            assert_eq!(split(text, how).unwrap(), [text], "{how:?}");
        }
        assert_eq!(split(" \n", how), Err(Invalid::EmptyMessage));
    }
}

#[test]
fn one_long_line() {
    let line = format!("{}{}", "word ".repeat(99), "`some code here` [a link](http://a.example/) end");
    assert!(matches!(split(&line, Split::Never), Err(Invalid::LineTooLong { length: 543, max: 500, .. })));
    let words = split(&line, Split::AtWord).unwrap();
    assert_eq!(words, [&line[..494], &line[495..]]);
    assert_eq!(split(&line, Split::AtNewline).unwrap(), words);
    assert_eq!(split(&line, Split::Multiline).unwrap(), [words.join("\n")]);
    // 300 characters are 600 units: whether that is too long is the server's to say.
    let smile = "\u{1f600}".repeat(300);
    assert_eq!(split(&smile, Split::Never).unwrap(), [smile.as_str()]);
    assert_eq!(split(&smile, Split::AtWord).unwrap(), [&smile[..1000], &smile[1000..]]);
}

#[test]
fn parts_do_not_repeat_each_other() {
    let sizes = |text: &str, how| split(text, how).unwrap().iter().map(String::len).collect::<Vec<_>>();
    assert_eq!(sizes(&"a".repeat(1500), Split::AtWord), [500, 333, 500, 167]);
    assert_eq!(sizes(&"ha ".repeat(400), Split::AtWord), [500, 332, 365]);
    let line = format!("{}\n", "b ".repeat(200));
    assert_eq!(sizes(&line.repeat(3), Split::AtNewline), [399, 333, 466]);
}

#[test]
fn lines_go_together_as_far_as_they_fit() {
    let line = |c: char| c.to_string().repeat(200);
    let text = format!("{}\n\n{}\n{}\n{}", line('a'), line('b'), line('c'), "d ".repeat(300));
    let parts = split(&text, Split::AtNewline).unwrap();
    assert_eq!(
        parts,
        [
            format!("{}\n\n{}", line('a'), line('b')),
            line('c'),
            "d ".repeat(250).trim().to_owned(),
            "d ".repeat(50).trim().to_owned()
        ]
    );
    assert_eq!(split(&text, Split::Never).unwrap(), [text.as_str()]);
    assert_eq!(split(&text, Split::Multiline).unwrap(), [text.as_str()]);
    let words = split(&text, Split::AtWord).unwrap();
    assert_eq!(words.len(), 3);
    assert!(words[1].starts_with("ccc") && words[1].ends_with(" d"));
}

#[test]
fn code_is_a_message_of_its_own() {
    let block = format!("    {}\n\n      {}", "x".repeat(600), "y".repeat(600));
    let text = format!("see:\n{block}\n\n  and so on\n    z {}", "w ".repeat(300));
    for how in [Split::AtNewline, Split::AtWord] {
        let parts = split(&text, how).unwrap();
        assert_eq!(parts[0], "see:");
        assert_eq!(parts[1], block.replace("\n\n", "\n    \n"));
        assert_eq!(parts[2], "and so on");
        // One line of code that is too long becomes two.
        let lines: Vec<_> = parts[3].lines().collect();
        assert_eq!(lines.len(), 2);
        assert!(lines[0].starts_with("    z w") && lines[1].starts_with("    w w"));
        assert_eq!(parts.len(), 4);
    }
}

#[test]
fn a_part_does_not_begin_with_a_mark_by_chance() {
    let text = format!("{} > b :12 c", "a".repeat(495));
    for how in [Split::AtWord, Split::Multiline] {
        for part in split(&text, how).unwrap().iter().flat_map(|part| part.lines()) {
            assert!(!part.starts_with('>') && !part.starts_with(":1"), "{part}");
        }
    }
}

fn solid(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

fn long_text() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        prop::sample::select(TEXT_PARTS).prop_map(str::to_owned),
        "[a-z]{1,12} ",
        "[a-z]{40,700}",
        "( {4}[a-z]{1,60}\n){1,4}",
    ];
    prop::collection::vec(part, 1..60).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn parts_can_be_posted_and_lose_nothing(text in long_text(), limit in 32_usize..=500) {
        for how in [Split::AtNewline, Split::AtWord, Split::Multiline] {
            let Ok(parts) = split_within(&text, how, limit) else {
                prop_assert!(text.trim().is_empty());
                continue;
            };
            prop_assert_eq!(solid(&parts.concat()), solid(&text));
            for part in &parts {
                prop_assert!(!part.trim().is_empty());
                let code = part.lines().all(|line| line.starts_with("    "));
                let long = part.encode_utf16().count() > limit;
                prop_assert!(!long || part.contains('\n'), "{:?}: {}", how, part);
                prop_assert!(!long || how == Split::Multiline || code, "{:?}: {}", how, part);
            }
        }
    }
}

const TEXT_PARTS: &[&str] = &[
    " ",
    "\n",
    "\n\n",
    "`",
    "`a b c`",
    "[a b](http://c.example/)",
    "[tag:x]",
    "> ",
    ":12 ",
    "\u{1f600}",
    "e\u{301}",
    "    ",
    "\r\n",
    "http://a.example/b_c ",
    "\t",
    "@Ann ",
];
