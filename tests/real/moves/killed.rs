//! A move and a sign-in to another store, killed at every system call that changes anything.

use std::collections::BTreeSet;

use super::{ACCOUNT, staged};
use crate::parts::ports;
use crate::parts::sandbox::QUICK_BROWSER;

fn killed_at_every_point(test: &str, from: &str, to: &str) {
    let Some(stage) = staged(test) else { return };
    stage.migrate(from);
    let migrate = ["store", "migrate", ACCOUNT, "--to", to];
    let points = stage.points(&migrate, "flock");
    for call in ["openat", "write", "fsync", "rename", "sendmsg"] {
        let made = |point: &(String, _)| point.0.starts_with(call);
        assert!(points.iter().any(made), "no {call} in {points:?}");
    }
    let (mut killed, mut seen) = (0, BTreeSet::new());
    for (at, point) in points.iter().enumerate() {
        stage.migrate(from);
        let before = stage.token();
        killed += usize::from(stage.kill_at(point, &migrate));
        let note = stage.note().unwrap_or_default();
        seen.extend(["copy", "delete"].into_iter().filter(|step| note.contains(step)));
        // A reader that holds no lock finds the token, whatever the kill left.
        assert_eq!(stage.token(), before, "killed at {point:?}");
        if at % 2 == 0 {
            stage.program.run(["store", "verify"]).exits(0);
        }
        stage.refresh();
        let home = stage.indexed();
        stage.lives_in(&home);
        assert_ne!(stage.token(), before);
    }
    eprintln!("{from} to {to}: {} system calls, killed at {killed}", points.len());
    // The threads that speak to the keychain share the work anew each time.
    assert!(killed * 2 >= points.len() && seen.len() == 2, "only {killed}, {seen:?}");
}

#[test]
fn killed_at_any_system_call_on_the_way_to_files_one_copy_lives() {
    killed_at_every_point("killed on the way to files", "keychain", "file");
}

#[test]
fn killed_at_any_system_call_on_the_way_to_the_keychain_one_copy_lives() {
    killed_at_every_point("killed on the way to the keychain", "file", "keychain");
}

/// A sign-in that changes the store: the former or the new one lives, and nothing else.
#[test]
fn killed_while_a_sign_in_goes_to_another_store_one_copy_lives() {
    let Some(stage) = staged("killed in a sign-in to another store") else { return };
    let _turn = ports::zaehlerfreunde();
    let connect = ["connect", ACCOUNT, "--store", "file", "--browser", QUICK_BROWSER];
    let mut points = stage.points(&connect, "/moves/");
    // The browser is followed too, and makes none of these.
    points.retain(|(call, _)| !["openat", "write", "sendto"].contains(&call.as_str()));
    let (mut killed, mut homes) = (0, BTreeSet::new());
    for point in &points {
        stage.migrate("keychain");
        killed += usize::from(stage.kill_at(point, &connect));
        stage.token();
        stage.refresh();
        let home = stage.indexed();
        stage.lives_in(&home);
        homes.insert(home);
    }
    eprintln!("sign-in to another store: {} system calls, killed at {killed}", points.len());
    assert!(killed * 2 >= points.len(), "only {killed} of {points:?}");
    assert_eq!(homes.len(), 2, "{homes:?}");
}
