//! Signing in at the store as this machine.

use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::path::Path;
use std::time::Instant;

use serde::Deserialize;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::http::{Api, Call};
use super::settings::{Auth, Jwt};
use super::wrapping::new_secret_id;
use crate::input;
use crate::secret::Secret;
use crate::store::StoreError;

/// As much of a file with a token is read, in bytes.
const MOST_BYTES: u64 = 64 << 10;

impl Auth {
    /// Whether a token that is refused can be replaced without a person.
    pub(super) fn can_be_renewed(&self) -> bool {
        !matches!(self, Self::Token { .. } | Self::Proxy)
    }
}

/// The token with which this machine makes its calls, as urgent as the call that needs it; `None`
/// where a proxy adds it.
pub(super) fn sign_in(api: &Api, before: &Call) -> Result<Option<Secret>, StoreError> {
    let (mount, body) = match &api.settings.auth {
        Auth::Proxy => return Ok(None),
        Auth::TokenFile(path) => {
            let hint = "have the program that keeps it write it there, for this user to read";
            return read_secret(path, hint).map(Some);
        }
        Auth::Token { token, variable } => {
            log::info!("the shared store is used with the token of {variable}");
            return Ok(Some(token.clone()));
        }
        Auth::AppRole { mount, role_id, secret_id } => {
            let hint = format!("get a new secret ID:\n{}", new_secret_id(mount));
            (mount, by_role(role_id, &read_secret(secret_id, &hint)?))
        }
        Auth::Jwt { mount, role, jwt } => {
            (mount, json!({ "role": role, "jwt": jwt.read()?.expose() }))
        }
    };
    login(api, mount, &body, before).map(Some)
}

/// Signs in with a secret ID that is in no file yet, for the calls that follow.
pub(super) fn try_secret_id(
    api: &Api,
    (mount, role_id): (&str, &str),
    secret_id: &Secret,
    before: &Call,
) -> Result<(), StoreError> {
    login(api, mount, &by_role(role_id, secret_id), before).map(|token| api.use_token(token))
}

fn by_role(role_id: &str, secret_id: &Secret) -> Value {
    json!({ "role_id": role_id, "secret_id": secret_id.expose() })
}

fn login(api: &Api, mount: &str, body: &Value, before: &Call) -> Result<Secret, StoreError> {
    #[derive(Deserialize)]
    struct Answer {
        auth: Option<Given>,
    }
    #[derive(Deserialize)]
    struct Given {
        client_token: Secret,
    }

    let path = format!("auth/{mount}/login");
    let body = Some(Secret::new(body.to_string().into_bytes()));
    let Call { patience, urgency, .. } = *before;
    let call = Call { method: "POST", path: &path, body, patience, urgency };
    let reply = api.answer(&call, None, Instant::now())?;
    let refused = |why: String| StoreError::Forbidden {
        what: format!("to sign this machine in ({path})"),
        hint: sign_in_hint(&api.settings.auth, reply.status, &why),
        why,
    };
    if !(200..300).contains(&reply.status) {
        let said = Some(reply.errors()).filter(|said| !said.is_empty());
        return Err(refused(said.unwrap_or_else(|| reply.meaning())));
    }
    let given = reply.json::<Answer>(&path)?.auth;
    given.map(|given| given.client_token).ok_or_else(|| refused("it gave no token".into()))
}

/// What to do about a refusal, as far as the server's words tell its reason.
fn sign_in_hint(auth: &Auth, status: u16, said: &str) -> String {
    match auth {
        // OpenBao says 403 of a mount that is not there.
        Auth::AppRole { .. } | Auth::Jwt { .. } if status == 404 => {
            "auth_mount in [vault] must name one of these: bao auth list".into()
        }
        Auth::AppRole { mount, .. } if said.contains("source address") => format!(
            "let this machine's address in (secret_id_bound_cidrs, token_bound_cidrs): bao read \
             auth/{mount}/role/ROLE"
        ),
        Auth::AppRole { mount, .. } if status == 403 => format!(
            "a few failed logins, of any machine, lock a role for a while (15 minutes). Whether it \
             is, and how that ends:\n\
             bao read sys/locked-users\n\
             bao write -f sys/locked-users/ACCESSOR/unlock/ROLE_ID\n\
             if it is not, auth_mount in [vault] may be wrong ({mount}): bao auth list"
        ),
        Auth::AppRole { mount, .. } => format!(
            "role_id in [vault] must be what this says: bao read auth/{mount}/role/ROLE/role-id\n\
             if it is, the secret ID ended or was destroyed; a new one:\n{}",
            new_secret_id(mount)
        ),
        Auth::Jwt { mount, role, .. } => {
            format!("look at role and auth_mount in [vault]: bao read auth/{mount}/role/{role}")
        }
        _ => String::new(),
    }
}

impl Jwt {
    fn read(&self) -> Result<Secret, StoreError> {
        match self {
            // Kubernetes mounts it for every user of the container.
            Self::File(path) => {
                read(path, "jwt_file in [vault] must name the token of this pod or job")
            }
            Self::Variable { value: Some(value), .. } => Ok(value.clone()),
            Self::Variable { name, value: None } => Err(StoreError::Forbidden {
                what: "to sign this machine in".into(),
                why: format!("the variable {name} is not set"),
                hint: "in GitLab: id_tokens; in GitHub: permissions: id-token: write".into(),
            }),
        }
    }
}

/// A file that only its owner, or root for it, can read; `hint` says how it comes there.
fn read_secret(path: &Path, hint: &str) -> Result<Secret, StoreError> {
    #[cfg(unix)]
    if let Ok(meta) = path.metadata() {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = meta.permissions().mode() & 0o7777;
        if mode & 0o077 != 0 && !is_credential(path) {
            return Err(StoreError::OpenKey { path: path.to_owned(), mode });
        }
    }
    read(path, hint)
}

/// systemd hands credentials over in a folder that only the service can enter; their own mode is
/// systemd's affair.
#[cfg(unix)]
fn is_credential(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = path.parent().and_then(|folder| folder.metadata().ok());
    folder.is_some_and(|folder| folder.permissions().mode() & 0o077 == 0)
}

fn read(path: &Path, hint: &str) -> Result<Secret, StoreError> {
    let failed = |why: String, hint: String| {
        Err(StoreError::NoCredential { path: path.to_owned(), why, hint })
    };
    let mut bytes = Vec::new();
    let file = File::open(path).and_then(|file| file.take(MOST_BYTES).read_to_end(&mut bytes));
    match file {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return failed("is not there".into(), hint.into());
        }
        Err(error) if error.kind() == ErrorKind::PermissionDenied => {
            let hint = format!("let this user read it; or {hint}");
            return failed(format!("may not be read by this user ({error})"), hint);
        }
        Err(error) => return failed(format!("cannot be read: {error}"), hint.into()),
        Ok(_) => {}
    }
    let text = Zeroizing::new(input::decode(bytes).unwrap_or_default());
    match text.trim() {
        "" => failed("is empty".into(), hint.into()),
        word => Ok(Secret::from(word)),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;
    use std::path::PathBuf;

    use super::*;

    #[test]
    fn a_secret_that_others_can_read_is_none_unless_its_folder_keeps_them_out() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secret-id");
        fs::write(&file, " s\n").unwrap();
        let read_at = |of_folder: u32, mode: u32| {
            let set = |path: &Path, mode| {
                fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
            };
            set(&file, mode);
            set(folder.path(), of_folder);
            read_secret(&file, "get one")
        };
        for (of_folder, mode) in [(0o755, 0o600), (0o755, 0o400), (0o755, 0o700), (0o700, 0o444)] {
            assert_eq!(read_at(of_folder, mode).unwrap().expose(), "s", "{of_folder:o} {mode:o}");
        }
        for (of_folder, mode) in [(0o755, 0o640), (0o755, 0o604), (0o750, 0o644), (0o701, 0o644)] {
            let refused = read_at(of_folder, mode).unwrap_err();
            let StoreError::OpenKey { mode: told, .. } = refused else { panic!("{refused}") };
            assert_eq!(told, mode);
        }
        let _ = read_at(0o700, 0o600);
    }

    #[test]
    fn a_file_without_a_secret_is_told_with_what_brings_one() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secret-id");
        let told = |path: &Path| match read_secret(path, "get one") {
            Err(StoreError::NoCredential { why, hint, .. }) => {
                assert!(hint.ends_with("get one"), "{hint}");
                why
            }
            other => panic!("{other:?}"),
        };
        assert_eq!(told(&file), "is not there");
        fs::write(&file, "\n").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        assert_eq!(told(&file), "is empty");
        assert!(told(&file.join("x")).starts_with("cannot be read"));
    }

    #[test]
    fn what_helps_against_a_refusal_is_told_by_the_servers_words() {
        let mount = String::from("m");
        let role_id = String::from("id");
        let role = Auth::AppRole { mount: mount.clone(), role_id, secret_id: "/x".into() };
        let jwt = Jwt::Variable { name: "T".into(), value: None };
        let jwt = Auth::Jwt { mount, role: "r".into(), jwt };
        let address = "source address \"127.0.0.1\" unauthorized by CIDR restrictions on the role";
        for (auth, status, said, expected) in [
            (&role, 400, "invalid role or secret ID", "-field=wrapping_token auth/m/role/ROLE/"),
            (&role, 400, "invalid role or secret ID", "bao read auth/m/role/ROLE/role-id"),
            (&role, 403, "permission denied", "sys/locked-users/ACCESSOR/unlock/ROLE_ID"),
            (&role, 403, "permission denied", "bao auth list"),
            (&role, 404, "no handler for route \"auth/m/login\"", "bao auth list"),
            (&role, 400, address, "(secret_id_bound_cidrs, token_bound_cidrs): bao read auth/m/"),
            (&jwt, 404, "no handler for route \"auth/m/login\"", "bao auth list"),
            (&jwt, 400, "role \"r\" could not be found", "bao read auth/m/role/r"),
        ] {
            let hint = sign_in_hint(auth, status, said);
            assert!(hint.contains(expected), "{said}: {hint}");
            let is_of_the_secret_id = said.starts_with("invalid");
            assert_eq!(hint.contains("wrapping_token"), is_of_the_secret_id, "{said}: {hint}");
        }
    }

    #[test]
    fn only_who_has_more_than_a_token_can_sign_in_again() {
        let (mount, variable) = (String::from("m"), "VAULT_TOKEN");
        let secret_id = PathBuf::from("/x/secret-id");
        let role = Auth::AppRole { mount: mount.clone(), role_id: "r".into(), secret_id };
        let jwt = Jwt::Variable { name: "T".into(), value: None };
        let jwt = Auth::Jwt { mount, role: "r".into(), jwt };
        let given = Auth::Token { token: "t".into(), variable };
        for (auth, expected) in [
            (role, true),
            (jwt, true),
            (Auth::TokenFile("/x".into()), true),
            (given, false),
            (Auth::Proxy, false),
        ] {
            assert_eq!(auth.can_be_renewed(), expected, "{auth:?}");
        }
    }
}
