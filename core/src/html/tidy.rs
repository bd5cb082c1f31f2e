//! Rewrites a page into the HTML that the parser reads as browsers do.

/// One pass over the page, in linear time:
///
/// * comments go, and so does what is inside `<script>` and `<style>`;
/// * a `<` that begins no tag becomes `&lt;`;
/// * in tags, names turn to lower case, white space to single blanks, values get quotes, and a `/` at the end a blank
///   before it.
pub(super) fn tidy(page: &str) -> String {
    let mut out = String::with_capacity(page.len() + page.len() / 16);
    let mut rest = page;
    while let Some(at) = rest.find('<') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let next = rest.as_bytes().get(1).copied().unwrap_or(b' ');
        rest = if let Some(comment) = rest.strip_prefix("<!--") {
            comment.find("-->").map_or("", |end| &comment[end + 3..])
        } else if next == b'!' || next == b'?' {
            rest.find('>').map_or("", |end| &rest[end + 1..])
        } else if next == b'/' {
            closing_tag(rest, &mut out)
        } else if next.is_ascii_alphabetic() {
            opening_tag(rest, &mut out)
        } else {
            out.push_str("&lt;");
            &rest[1..]
        };
    }
    out.push_str(rest);
    out
}

/// Copies `</name>`; gives what follows.
fn closing_tag<'a>(tag: &'a str, out: &mut String) -> &'a str {
    let (inside, rest) = tag.split_once('>').unwrap_or((tag, ""));
    let name = inside[2..].trim_ascii();
    if name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') && !name.is_empty() {
        out.push_str("</");
        push_lowercase(name, out);
        out.push('>');
    }
    rest
}

/// Copies `<name attribute="value" …>`; gives what follows, without the body of a script or style.
fn opening_tag<'a>(tag: &'a str, out: &mut String) -> &'a str {
    let start = out.len();
    out.push('<');
    let (name, mut rest) = split_while(&tag[1..], |c| !is_space(c) && !matches!(c, b'>' | b'/' | b'<'));
    push_lowercase(name, out);
    loop {
        rest = skip_spaces(rest);
        let Some(&c) = rest.as_bytes().first() else {
            // The page ends inside the tag: browsers drop such a tag.
            out.truncate(start);
            return "";
        };
        match c {
            b'>' => {
                out.push('>');
                rest = &rest[1..];
                break;
            }
            b'/' if rest[1..].starts_with('>') => {
                out.push_str(" />");
                return &rest[2..];
            }
            // Marks that stand where no attribute can begin.
            b'/' | b'"' | b'\'' | b'=' | b'<' => rest = &rest[1..],
            _ => rest = attribute(rest, out),
        }
    }
    match ["script", "style"].into_iter().find(|script| script.eq_ignore_ascii_case(name)) {
        Some(name) => after_end(rest, name, out),
        None => rest,
    }
}

/// Copies one attribute; gives what follows.
fn attribute<'a>(text: &'a str, out: &mut String) -> &'a str {
    let (key, rest) = split_while(text, |c| !is_space(c) && !matches!(c, b'>' | b'/' | b'=' | b'"' | b'\'' | b'<'));
    out.push(' ');
    push_lowercase(key, out);
    let Some(value) = skip_spaces(rest).strip_prefix('=') else { return rest };
    let value = skip_spaces(value);
    let Some(quote) = value.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
        let (bare, rest) = split_while(value, |c| !is_space(c) && c != b'>');
        out.push_str("=\"");
        out.push_str(&bare.replace('"', "&quot;"));
        out.push('"');
        return rest;
    };
    let Some((inside, rest)) = value[1..].split_once(quote) else { return "" };
    out.push('=');
    out.push(quote);
    out.push_str(inside);
    out.push(quote);
    rest
}

/// Skips to the end tag of a script or style.
fn after_end<'a>(body: &'a str, name: &str, out: &mut String) -> &'a str {
    let end = body.match_indices("</").find(|(at, _)| {
        let tag = body.as_bytes().get(at + 2..at + 2 + name.len());
        tag.is_some_and(|tag| tag.eq_ignore_ascii_case(name.as_bytes()))
    });
    if let Some((at, _)) = end {
        return &body[at..];
    }
    out.push_str("</");
    out.push_str(name);
    out.push('>');
    ""
}

/// Splits where the first byte is that is not to be kept, which must be ASCII.
fn split_while(text: &str, keep: impl Fn(u8) -> bool) -> (&str, &str) {
    text.split_at(text.bytes().position(|byte| !keep(byte)).unwrap_or(text.len()))
}

fn push_lowercase(text: &str, out: &mut String) {
    let start = out.len();
    out.push_str(text);
    out[start..].make_ascii_lowercase();
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b'\x0c')
}

fn skip_spaces(text: &str) -> &str {
    split_while(text, is_space).1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rewrites_what_the_parser_misreads() {
        for (page, tidied) in [
            ("<br/>a<p/>", "<br />a<p />"),
            ("<A HREF=/foo/bar>x</A\n>", r#"<a href="/foo/bar">x</a>"#),
            ("<a\tb = 'c\">d'\r\n e>", "<a b='c\">d' e>"),
            ("a < b <3", "a &lt; b &lt;3"),
            ("x<!-- <b> --->y<!DOCTYPE html>z<!--w", "xyz"),
            ("<script src=x>if (a<b) '</p>'</SCRIPT>y", r#"<script src="x"></script>y"#),
            ("<style>p{}", "<style></style>"),
            ("<a b=\"never closed", ""),
            ("</ >x</p", "x</p>"),
            ("<a b=c\"d>", r#"<a b="c&quot;d">"#),
        ] {
            assert_eq!(tidy(page), tidied, "{page}");
        }
    }

    #[test]
    fn a_tidy_page_stays_as_it_is() {
        let page = "<div id=\"a\"><input name=\"fkey\" value=\"x\" /><a href='/b'>c &amp; d</a></div>";
        assert_eq!(tidy(page), page);
    }
}
