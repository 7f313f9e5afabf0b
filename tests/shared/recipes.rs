//! The recipes of `help recipes` and what `schedule print` makes for Kubernetes and GitLab, run as
//! they are printed.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, chown, symlink};
use std::path::Path;
use std::process::Command;

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use partnerlink::clock::{Clock as _, SystemClock};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use serde_json::{Value, json};

use crate::bao::{Bao, Duty};
use crate::left_out;
use crate::node;
use crate::program::{Outcome, Program};
use crate::scene::{ACCOUNT, Machine, Scene};
use crate::wire::{Manner, Wire};

/// A job that proves that it was given this token.
/// What signs in at the store is not handed on to it.
const JOB: &str = "#!/bin/sh\n[ -z \"$VAULT_ID_TOKEN\" ] || exit 9\n\
                   printf %s \"$ACCESS_TOKEN\" | sha256sum\n";

/// Lines for a shell, in which the recipe's administrator has the store at hand and everybody the
/// two programs.
#[track_caller]
fn run(program: &Program, lines: &str, more: &[(&str, OsString)]) -> Outcome {
    let mut command = Command::new("sh");
    let ours = Path::new(env!("CARGO_BIN_EXE_partnerlink")).parent().unwrap();
    let bao = node::program().unwrap();
    let path = program.variables()[std::ffi::OsStr::new("PATH")].to_str().unwrap();
    let path = format!("{path}:{}:{}", ours.display(), bao.parent().unwrap().display());
    command.args(["-c", lines]).env_clear().envs(program.variables()).env("PATH", path);
    command.envs(more.iter().cloned()).current_dir(program.root());
    program.start(command).finish()
}

/// What the store's administrator has in their environment.
fn administrator(scene: &Scene) -> Vec<(&'static str, OsString)> {
    let token = scene.bao.insist("POST", "auth/token/create", &json!({ "policies": ["root"] }));
    vec![
        ("BAO_ADDR", scene.bao.addresses()[0].clone().into()),
        ("BAO_CACERT", scene.bao.authority().into()),
        ("BAO_TOKEN", token["auth"]["client_token"].as_str().unwrap().into()),
    ]
}

/// The blocks of commands of a recipe, in their order.
fn recipe(name: &str) -> Vec<String> {
    let page = Program::new().run(["help", "recipes"]).exits(0).stdout;
    let (_, text) = page.split_once(&format!("\n{name}\n")).unwrap_or_else(|| panic!("{page}"));
    // Up to the next heading.
    let lines = text.lines().take_while(|line| line.is_empty() || line.starts_with(' '));
    let mut blocks = vec![String::new()];
    for line in lines {
        match line.strip_prefix("    ") {
            Some(line) => *blocks.last_mut().unwrap() += &format!("{line}\n"),
            None if line.is_empty() => {}
            None => blocks.push(String::new()),
        }
    }
    blocks.retain(|block| !block.is_empty());
    blocks
}

/// The lines for the store in the head of what is printed.
fn preparation(printed: &str) -> String {
    let lines = printed.lines().take_while(|line| line.starts_with('#'));
    lines.filter_map(|line| line.strip_prefix("#   ")).map(|line| format!("{line}\n")).collect()
}

/// What YAML means, by a reader of it.
fn documents(test: &str, program: &Program, text: &str) -> Option<Vec<Value>> {
    #[expect(clippy::disallowed_methods, reason = "tests have no settings")]
    let Some(python) = std::env::var_os("PARTNERLINK_TEST_PYTHON") else {
        left_out(test, "no Python that reads YAML (PARTNERLINK_TEST_PYTHON)");
        return None;
    };
    let file = program.root().join("printed.yaml");
    fs::write(&file, text).unwrap();
    let script = "import json, sys, yaml\n\
                  print(json.dumps(list(yaml.safe_load_all(open(sys.argv[1])))))";
    let output = Command::new(python).args(["-c", script]).arg(file).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

/// Who signs the tokens of a cluster's service accounts, or of GitLab's jobs.
struct Issuer {
    key: EcdsaKeyPair,
    public: String,
}

impl Issuer {
    fn new() -> Self {
        let key = rcgen::KeyPair::generate().unwrap();
        let public = key.public_key_pem();
        let (kind, random) = (&ECDSA_P256_SHA256_FIXED_SIGNING, SystemRandom::new());
        let key = EcdsaKeyPair::from_pkcs8(kind, &key.serialize_der(), &random).unwrap();
        Self { key, public }
    }

    /// A token that is good for ten minutes.
    fn token(&self, issuer: &str, subject: &str) -> String {
        let now = SystemClock.now().as_second();
        let claims = json!({
            "iss": issuer, "sub": subject, "aud": ["partnerlink"],
            "iat": now, "nbf": now, "exp": now + 600,
        });
        let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
        let signed =
            format!("{}.{}", part(&json!({ "alg": "ES256", "typ": "JWT" })), part(&claims));
        let signature = self.key.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
        format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
    }
}

fn digest(token: &str) -> String {
    use sha2::Digest as _;
    sha2::Sha256::digest(token).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn write(path: &Path, text: &str, mode: u32) {
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn three_servers_with_cron_refresh_an_account_once() {
    let Some(bao) = Bao::alone("three servers with cron") else { return };
    let scene = Scene::new(bao, 0);
    scene.connect(&[ACCOUNT]);
    let blocks = recipe("Several servers with cron");
    let [at_the_store, on_a_server, _by_hand] = &blocks[..] else { panic!("{blocks:?}") };
    let administrator = administrator(&scene);
    // AppRole is there already, and the recipe goes on.
    run(&Program::new(), at_the_store, &administrator).exits(0);
    let servers: Vec<Program> = (0..3)
        .map(|_| {
            let server = Program::new().unset("PARTNERLINK_HOME").unset("PARTNERLINK_STORE");
            let server = server.set("BAO_CACERT", scene.bao.authority());
            server.script("crontab", "case $1 in -l) cat ~/crontab ;; -) cat >~/crontab ;; esac");
            fs::write(server.root().join("home/crontab"), "").unwrap();
            let lines = on_a_server.replace("ADDRESS", &scene.addresses[0]);
            run(&server, &format!("set -e\n{lines}"), &administrator).exits(0);
            let file = server.root().join("home/.config/partnerlink/config.toml");
            let known = fs::read_to_string(&file).unwrap();
            fs::write(file, known + &scene.provider.described_as("fake", "")).unwrap();
            server
        })
        .collect();
    scene.expire(ACCOUNT);
    let runs: Vec<_> = servers
        .iter()
        .map(|server| {
            let line = fs::read_to_string(server.root().join("home/crontab")).unwrap();
            let line = line.splitn(6, ' ').last().unwrap().replace(r"\%", "%");
            assert!(
                line.contains("token refresh --quiet") && !line.contains("BAO_TOKEN"),
                "{line}"
            );
            // With what cron gives to a job.
            let mut cron = Command::new("sh");
            cron.args(["-c", &line]).env_clear().env("HOME", server.root().join("home"));
            server.start(cron)
        })
        .collect();
    for run in runs {
        let outcome = run.finish().exits(0);
        assert_eq!((&*outcome.stdout, &*outcome.stderr), ("", ""));
    }
    scene.refreshed_exactly(1);
    for server in &servers {
        let token = server.run(["token", "get", ACCOUNT]).exits(0);
        assert_eq!(token.data(), scene.token(ACCOUNT));
    }
}

/// What Kubernetes gives to a pod: the files of its ConfigMap as it links them, its token, and a
/// volume for everybody.
struct Pod<'a> {
    program: Program,
    spec: &'a Value,
}

impl<'a> Pod<'a> {
    fn new(documents: &[Value], spec: &'a Value, token: &str) -> Self {
        let mut program = Program::new().unset("PARTNERLINK_HOME").unset("PARTNERLINK_STORE");
        let root = program.root().to_owned();
        fs::set_permissions(&root, fs::Permissions::from_mode(0o755)).unwrap();
        let of_kind = |kind: &str, name: &Value| {
            let is_it = |it: &&Value| it["kind"] == kind && it["metadata"]["name"] == *name;
            documents.iter().find(is_it).unwrap_or_else(|| panic!("{kind} {name}"))
        };
        of_kind("ServiceAccount", &spec["serviceAccountName"]);
        let files = of_kind("ConfigMap", &spec["volumes"][0]["configMap"]["name"]);
        fs::create_dir_all(root.join("config/..2026")).unwrap();
        symlink("..2026", root.join("config/..data")).unwrap();
        for (name, text) in files["data"].as_object().unwrap() {
            let text = here(&root, text.as_str().unwrap());
            write(&root.join("config/..data").join(name), &text, 0o644);
            symlink(format!("..data/{name}"), root.join("config").join(name)).unwrap();
        }
        fs::create_dir(root.join("state")).unwrap();
        fs::set_permissions(root.join("state"), fs::Permissions::from_mode(0o777)).unwrap();
        let file = program.secret_file("token", token);
        write(&file, token, 0o600);
        if is_root() {
            chown(file, Some(65534), Some(65534)).unwrap();
        }
        write(&root.join("job"), JOB, 0o755);
        Self { program, spec }
    }

    /// Runs its container's command as the manifest's user.
    fn run(&self) -> Outcome {
        let container = &self.spec["containers"][0];
        assert_eq!(container["command"], json!(["sh", "-c"]));
        let (root, user) = (self.program.root(), &self.spec["securityContext"]["runAsUser"]);
        let lines = here(root, container["args"][0].as_str().unwrap());
        let lines = match is_root() {
            true => {
                format!("exec setpriv --reuid {user} --regid {user} --clear-groups sh -c '{lines}'")
            }
            false => lines,
        };
        let text = |value: &'a Value| value.as_str().unwrap();
        let variables: Vec<(&str, OsString)> = container["env"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| (text(&one["name"]), here(root, text(&one["value"])).into()))
            .collect();
        run(&self.program, &lines, &variables)
    }
}

/// A container's paths, below a folder of the test.
fn here(root: &Path, text: &str) -> String {
    let root = root.display();
    let text = text.replace("/var/run/secrets/partnerlink/token", &format!("{root}/token"));
    text.replace("/config/*", &format!("{root}/config/*"))
        .replace("/state/partnerlink", &format!("{root}/state/partnerlink"))
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

#[test]
fn a_cronjob_of_kubernetes_refreshes_and_a_pod_reads() {
    let test = "a CronJob of Kubernetes";
    let Some(bao) = Bao::alone(test) else { return };
    let scene = Scene::new(bao, 0);
    scene.connect(&[ACCOUNT]);
    let machine = scene.machine(Duty::Refresher);
    machine.get(ACCOUNT).exits(0);
    let printed = machine.run(["schedule", "print", "--kind", "kubernetes"]).exits(0).stdout;
    assert!(!printed.contains(&machine.login.role_id), "{printed}");
    let Some(documents) = documents(test, &machine, &printed) else { return };

    let cluster = Issuer::new();
    fs::write(machine.root().join("cluster.pem"), &cluster.public).unwrap();
    let lines = format!("set -e\n{}", preparation(&printed));
    run(&machine, &lines, &administrator(&scene)).exits(0);
    let token = |duty: &str| {
        let subject = format!("system:serviceaccount:partnerlink:partnerlink-{duty}");
        cluster.token("https://kubernetes.default.svc.cluster.local", &subject)
    };
    let [.., cron_job, pod] = &documents[..] else { panic!("{documents:?}") };
    assert!(
        documents
            .iter()
            .all(|it| it["kind"] == "Namespace" || it["metadata"]["namespace"] == "partnerlink")
    );
    let job = &cron_job["spec"]["jobTemplate"]["spec"]["template"]["spec"];
    assert_eq!(
        (&job["restartPolicy"], &pod["spec"]["restartPolicy"]),
        (&json!("OnFailure"), &json!("Never"))
    );

    scene.expire(ACCOUNT);
    let refresher = Pod::new(&documents, job, &token("refresher"));
    refresher.run().exits(0);
    scene.refreshed_exactly(1);
    // Its container is started again in the same pod.
    refresher.run().exits(0);
    scene.refreshed_exactly(1);
    let reader = Pod::new(&documents, &pod["spec"], &token("reader"));
    let read = reader.run().exits(0);
    assert!(read.stdout.starts_with(&digest(&scene.token(ACCOUNT))), "{}", read.told());
    // The one account is not the other.
    let wrong = Pod::new(&documents, job, &token("reader")).run();
    assert_eq!(wrong.code, Some(5), "{}", wrong.told());
}

#[test]
fn a_job_of_gitlab_finds_an_account_with_a_login_and_a_request() {
    let test = "a job of GitLab";
    let Some(bao) = Bao::alone(test) else { return };
    let wire = Wire::to(bao.nodes[0].plain, Manner::default());
    let mut scene = Scene::new(bao, 0);
    scene.connect(&[ACCOUNT]);
    scene.addresses = vec![wire.address()];
    let machine = scene.machine(Duty::Refresher);
    machine.get(ACCOUNT).exits(0);
    let printed = machine.run(["schedule", "print", "--kind", "gitlab"]).exits(0).stdout;
    let Some(documents) = documents(test, &machine, &printed) else { return };

    // GitLab's keys, without GitLab.
    let gitlab = Issuer::new();
    fs::write(machine.root().join("gitlab.pem"), &gitlab.public).unwrap();
    let discovery = "oidc_discovery_url=https://gitlab.com";
    let lines = preparation(&printed);
    assert!(lines.contains(discovery), "{lines}");
    let lines = lines.replace(discovery, "jwt_validation_pubkeys=@gitlab.pem");
    run(&machine, &format!("set -e\n{lines}"), &administrator(&scene)).exits(0);

    let job = &documents[0]["partnerlink"];
    assert_eq!(job["id_tokens"]["VAULT_ID_TOKEN"]["aud"], "partnerlink");
    let script = job["script"].as_array().unwrap().iter().map(|line| line.as_str().unwrap());
    let script: Vec<&str> = script.collect();
    let runner = Program::new().unset("PARTNERLINK_HOME").unset("PARTNERLINK_STORE");
    let jobs_token =
        gitlab.token("https://gitlab.com", "project_path:group/project:ref_type:branch:ref:main");
    write(&runner.root().join("job"), JOB, 0o755);
    let before = wire.passed().len();
    let lines = format!("set -e\numask 0\n{}", script.join("\n"));
    let temporary = runner.root().join("tmp");
    fs::create_dir(&temporary).unwrap();
    let variables = [("VAULT_ID_TOKEN", jobs_token.into()), ("TMPDIR", temporary.into_os_string())];
    let read = run(&runner, &lines, &variables).exits(0);
    assert!(read.stdout.starts_with(&digest(&scene.token(ACCOUNT))), "{}", read.told());
    let passed = wire.passed();
    let asked: Vec<&str> = passed[before..].iter().map(|passed| passed.call.path()).collect();
    assert_eq!(asked, ["/v1/auth/jwt-gitlab/login", "/v1/partnerlink/data/access/fake/one"]);
    let left: Vec<_> = fs::read_dir(runner.root().join("home")).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_service_of_systemd_needs_no_right_to_read_its_secret_id() {
    let Some(bao) = Bao::alone("a service of systemd") else { return };
    let scene = Scene::new(bao, 0);
    scene.connect(&[ACCOUNT]);
    let machine: Machine = scene.machine(Duty::Refresher);
    let print = ["schedule", "print", "--kind", "systemd", "--json"];
    let printed = machine.run(print).exits(0).json();
    let unit = printed["files"][0]["text"].as_str().unwrap();
    let value = |key: &str| {
        let found = unit.lines().find_map(|line| line.strip_prefix(&format!("{key}=")));
        found.unwrap_or_else(|| panic!("{key}: {unit}"))
    };
    let (name, file) = value("LoadCredential").split_once(':').unwrap();
    // systemd reads the file before it starts the service.
    let credentials = machine.root().join("credentials");
    fs::create_dir(&credentials).unwrap();
    fs::copy(file, credentials.join(name)).unwrap();
    fs::remove_file(file).unwrap();
    fs::set_permissions(credentials.join(name), fs::Permissions::from_mode(0o440)).unwrap();
    fs::set_permissions(&credentials, fs::Permissions::from_mode(0o500)).unwrap();
    let line = value("ExecStart").strip_prefix(':').unwrap();
    scene.expire(ACCOUNT);
    run(&machine, line, &[]).exits(5).says(&["secret-id"]);
    let given = [("CREDENTIALS_DIRECTORY", credentials.clone().into_os_string())];
    run(&machine, line, &given).exits(0);
    scene.refreshed_exactly(1);
    fs::remove_dir_all(credentials).unwrap();
}
