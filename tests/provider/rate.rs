//! How fast a provider lets itself be asked, and how fast it was asked.

use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use super::Provider;
use super::http::{Call, Reply};

const SECOND: Duration = Duration::from_secs(1);

impl Provider {
    /// From now on it takes so many requests in any second and refuses the others, and each answer
    /// is so long on its way. How often it refused is counted.
    pub fn allows(&self, rate: usize, away: Duration) -> Arc<Mutex<usize>> {
        let refused = Arc::new(Mutex::new(0));
        let (count, taken) = (Arc::clone(&refused), Mutex::new(Vec::<Instant>::new()));
        self.does(move |call, honest| {
            let is_refused = {
                let mut taken = taken.lock().unwrap();
                taken.retain(|at| at.elapsed() < SECOND);
                let is_refused = taken.len() >= rate;
                taken.extend(Some(call.at).filter(|_| !is_refused));
                is_refused
            };
            thread::sleep(away);
            if is_refused {
                *count.lock().unwrap() += 1;
                return Reply::new(429, "Retry-After: 1\r\n", "");
            }
            honest()
        });
        refused
    }
}

/// The most of these within a second.
pub fn most_in_a_second(calls: &[Call]) -> usize {
    let until = |end: Instant| {
        let earlier = calls.iter().filter(move |call| call.at <= end);
        earlier.filter(|call| end - call.at < SECOND).count()
    };
    calls.iter().map(|call| until(call.at)).max().unwrap_or_default()
}
