//! File names made of data: a meter's label or id is not trusted to be one.

/// Leaves room for an extension and `.part` in the 255 bytes that a name may have.
const MOST_BYTES: usize = 120;
/// Devices on Windows, whatever extension they have.
const DEVICES: [&str; 6] = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"];

/// One name in one folder on every system, made of `text`. Different texts get different names: a
/// text that had to be changed has eight hexadecimal digits of its own at the end.
pub fn safe_file_name(text: &str) -> String {
    let mut name: String = text.chars().map(|c| if is_safe(c) { c } else { '_' }).collect();
    // No hidden file, no option of a command, no device with an extension.
    if name.starts_with(['.', '-', '~', ' ']) || is_device(&name) {
        name.insert(0, '_');
    }
    // Windows drops these at the end.
    let kept = name.trim_end_matches(['.', ' ']).len();
    name.truncate(kept);
    if name.is_empty() {
        name.push('_');
    }
    if name == text && name.len() <= MOST_BYTES {
        return name;
    }
    let longest = MOST_BYTES - "-00000000".len();
    while name.len() > longest {
        name.pop();
    }
    format!("{name}-{:08x}", fingerprint(text))
}

fn is_safe(c: char) -> bool {
    c.is_alphanumeric() || (c.is_ascii_graphic() && !r#"/\:*?"<>|"#.contains(c)) || c == ' '
}

fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_uppercase();
    let port = stem.strip_prefix("COM").or_else(|| stem.strip_prefix("LPT"));
    let one_digit = |rest: &str| {
        rest.chars().count() == 1
            && rest.contains(|c: char| c.is_ascii_digit() || "¹²³".contains(c))
    };
    DEVICES.contains(&stem.as_str()) || port.is_some_and(one_digit)
}

/// FNV-1a: to tell names apart, not against anybody; an existing file is never replaced unasked.
fn fingerprint(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_in_its_folder() {
        let long = "x".repeat(300);
        let odd = [
            "",
            ".",
            "..",
            "../x",
            "/etc/x",
            "C:\\x",
            "a/../../b",
            "\\\\host\\share",
            "CON",
            "con.csv",
            "nul .txt",
            "COM1",
            "lpt¹.x",
            "a\0b",
            "a\nb",
            "a\u{202e}fdp.exe",
            "end.",
            "end ",
            "-rf",
            "~root",
            ".bashrc",
            &long,
            "a*b?",
            "x:stream",
            "＊\u{2215}x",
        ];
        for text in odd {
            let name = safe_file_name(text);
            assert!(!name.contains(['/', '\\', ':', '\0', '\n', '\u{202e}', '*', '?']), "{name:?}");
            assert!(!name.starts_with(['.', '-', '~']) && !name.ends_with(['.', ' ']), "{name:?}");
            assert!(!name.is_empty() && name.len() <= MOST_BYTES && !is_device(&name), "{name:?}");
            assert_ne!(name, text);
            assert_eq!(std::path::Path::new(&name).components().count(), 1, "{name:?}");
        }
        let names: std::collections::BTreeSet<String> = odd.map(safe_file_name).into();
        assert_eq!(names.len(), odd.len());
    }

    #[test]
    fn an_ordinary_name_stays_as_it_is() {
        for text in ["DE0001234567890123456789012345678", "Zähler Süd (2)", "a.b_c-d", "Concord"]
        {
            assert_eq!(safe_file_name(text), text);
        }
        assert_eq!(safe_file_name("../x"), "_.._x-5c237dda");
        assert_ne!(safe_file_name("a/b"), safe_file_name("a_b"));
    }
}
