//! Commands that stand in a text for somebody to type: at the sandbox each of them has to say so.

const NAME: &str = "partnerlink ";
/// What stands before a command that is meant to be typed; else the name is part of a sentence.
const BEFORE: [&str; 5] = ["`", ": ", "\n", "  ", "→ "];
/// What ends one, where the text goes on.
const ENDS: [&str; 6] = ["`", "\n", "; ", ", ", ". ", " ("];
const FLAG: &str = "--sandbox";

/// The text with `--sandbox` at the end of each of its commands that lacks it.
pub(super) fn at_the_sandbox(text: &str) -> String {
    let (mut told, mut rest) = (String::new(), text);
    while let Some(at) = rest.find(NAME) {
        told += &rest[..at];
        rest = &rest[at..];
        let is_command = told.is_empty() || BEFORE.iter().any(|before| told.ends_with(before));
        let end = match is_command {
            true => ENDS.iter().filter_map(|end| rest.find(end)).min().unwrap_or(rest.len()),
            false => NAME.len(),
        };
        let (command, later) = rest.split_at(end);
        told += command;
        if is_command && !command.contains(FLAG) {
            told += &format!(" {FLAG}");
        }
        rest = later;
    }
    told + rest
}

#[cfg(test)]
mod tests {
    use super::at_the_sandbox;

    #[test]
    fn every_command_of_a_text_says_that_it_is_about_the_sandbox() {
        for (text, told) in [
            ("partnerlink status", "partnerlink status --sandbox"),
            ("partnerlink status --sandbox", "partnerlink status --sandbox"),
            (
                "mend it; then run: partnerlink connect a",
                "mend it; then run: partnerlink connect a --sandbox",
            ),
            ("`partnerlink status` shows it", "`partnerlink status --sandbox` shows it"),
            (
                "x: partnerlink connect a --scope \"b c\"; or\npartnerlink status, once",
                "x: partnerlink connect a --scope \"b c\" --sandbox; or\npartnerlink status --sandbox, once",
            ),
            ("another partnerlink works on it", "another partnerlink works on it"),
        ] {
            assert_eq!(at_the_sandbox(text), told);
            assert_eq!(at_the_sandbox(told), told, "once is enough");
        }
    }
}
