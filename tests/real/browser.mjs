// A scripted person in a real Chromium: signs in, consents or refuses, and waits for our result page.
//
//   node browser.mjs AUTHORIZE-URL          partnerlink connect … --browser 'node …/browser.mjs'
//
// Knows the pages of partnerlink's own sandbox (a form with button[name=decision], value allow or deny)
// and the development pages of npm oidc-provider (login, then consent). Ends when the browser stands on
// the loopback page /done, which is to say when the code has left the address bar.
//
//   DECISION=allow|deny     what the person does; allow by default
//   SHOT_LANG=de|en         the language the browser asks for; en by default
//   SHOT_SCHEME=light|dark  what it tells the page; light by default
//   PARTNERLINK_SHOTS=DIR   a picture of every page: STEP-PROVIDER-LANGUAGE-SCHEME.png, where STEP is
//                           login, consent, done or (refused) denied
//   RESULT_FILE=FILE        one line of JSON, there in one piece or not at all: url, title, lang, text,
//                           steps, outside (requests our own page made to another host), seconds; or error
//   HOLD_FILE=FILE          while FILE is there, the person thinks about the consent page
//   LOGIN=NAME              who signs in; anna by default
//   CHROMIUM=PATH           /usr/bin/chromium by default
//
// Exit code 0 on /done; 1 with the reason on stderr on anything else, at the latest after 30 seconds.

import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const PATIENCE_MS = 30_000;
const started = Date.now();

const { DECISION = 'allow', SHOT_LANG = 'en', SHOT_SCHEME = 'light', LOGIN = 'anna' } = process.env;
const { PARTNERLINK_SHOTS, RESULT_FILE, HOLD_FILE, CHROMIUM = '/usr/bin/chromium' } = process.env;
const url = process.argv.at(-1);

// The terminal that started us may be gone by the time there is something to say.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

const steps = [];
const outside = [];
const room = mkdtempSync(join(tmpdir(), 'partnerlink-browser-'));
let browser;

function leave(code) {
  rmSync(room, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  process.exit(code);
}

function report(result) {
  if (!RESULT_FILE) return;
  writeFileSync(`${RESULT_FILE}.part`, `${JSON.stringify({ ...result, steps, outside, seconds: (Date.now() - started) / 1000 })}\n`);
  renameSync(`${RESULT_FILE}.part`, RESULT_FILE);
}

let failed = false;
async function fail(reason) {
  if (failed) return; // closing the browser breaks off whatever still waits for a page
  failed = true;
  console.error(`browser.mjs: ${reason}`);
  report({ error: reason });
  // A browser that hangs must not keep us: Playwright kills what is left of it when this process ends.
  await Promise.race([browser?.close(), new Promise((done) => setTimeout(done, 3000))]).catch(() => {});
  leave(1);
}

/** Where the browser stands, without the query: a code or a state has no place in a log. */
const where = () => browser?.pages().at(0)?.url().split('?')[0] ?? 'no page';

setTimeout(() => fail(`no result page after ${PATIENCE_MS / 1000} s; pages seen: ${steps.join(', ') || 'none'}; now at ${where()}`), PATIENCE_MS);
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => fail(`ended by ${signal}`));

/** The provider is named by the last part of its redirect URI: …/callback/zaehlerfreunde. */
function providerOf(address) {
  const redirect = new URL(address).searchParams.get('redirect_uri');
  return redirect ? new URL(redirect).pathname.split('/').filter(Boolean).at(-1) : 'unknown';
}

async function open() {
  // Chromium gets a home of its own and no session bus: a test's HOME may be empty, and a test's keychain is not for the browser.
  const { DBUS_SESSION_BUS_ADDRESS, ...env } = process.env;
  const context = await chromium.launchPersistentContext(join(room, 'profile'), {
    executablePath: CHROMIUM,
    headless: true,
    chromiumSandbox: process.getuid() !== 0,
    colorScheme: SHOT_SCHEME,
    viewport: { width: 900, height: 720 },
    env: { ...env, HOME: room, XDG_CONFIG_HOME: room, XDG_CACHE_HOME: room },
    args: [
      '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage',
      // Not playwright's `locale`, which sends one bare tag: this sends the weighted list a person's browser sends.
      `--accept-lang=${{ de: 'de-DE,de,en-US,en', en: 'en-GB,en,de' }[SHOT_LANG] ?? SHOT_LANG}`,
      // No name resolves: whatever a page wants from outside is refused at once, and so noticed, never waited for.
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
    ],
  });
  context.setDefaultTimeout(0); // the one clock is PATIENCE_MS
  return context;
}

async function shoot(page, step, provider) {
  steps.push(step);
  if (!PARTNERLINK_SHOTS) return;
  mkdirSync(PARTNERLINK_SHOTS, { recursive: true });
  await page.screenshot({
    path: join(PARTNERLINK_SHOTS, `${step}-${provider}-${SHOT_LANG}-${SHOT_SCHEME}.png`),
    fullPage: true,
  });
}

const submitAnd = (page, target) => Promise.all([
  page.waitForNavigation({ waitUntil: 'load' }),
  target.click(),
]);

/** What a required field gets; a person would not leave one empty. */
async function fillIn(page) {
  for (const field of await page.locator('input:visible').all()) {
    const kind = await field.getAttribute('type') ?? 'text';
    if (kind === 'text' && await field.inputValue() === '') await field.fill(LOGIN);
    if (kind === 'email' && await field.inputValue() === '') await field.fill(`${LOGIN}@example.test`);
    if (kind === 'password') await field.fill('any password');
    if (kind === 'radio') {
      const name = await field.getAttribute('name');
      if (await page.locator(`input[type=radio][name="${name}"]:checked`).count() === 0) await field.check();
    }
  }
}

// Each page a person may meet: how it is recognised, and what is done there.
const PAGES = [
  {
    step: 'consent',
    sign: 'button[name=decision]',
    act: (page) => submitAnd(page, page.locator(`button[name=decision][value=${DECISION}]`).first()),
  },
  {
    step: 'login',
    sign: 'form:has(input[name=prompt][value=login])',
    act: (page) => submitAnd(page, page.locator('form button[type=submit]')),
  },
  {
    step: 'consent',
    sign: 'form:has(input[name=prompt][value=consent])',
    act: (page) => submitAnd(page, page.locator(DECISION === 'deny' ? 'a[href$="/abort"]' : 'form button[type=submit]').first()),
  },
];

async function walk() {
  browser = await open();
  const page = browser.pages()[0] ?? await browser.newPage();
  page.on('request', (request) => {
    const host = (address) => new URL(address).host;
    const { pathname } = new URL(page.url());
    if (pathname === '/done' && host(request.url()) !== host(page.url())) outside.push(request.url());
  });
  await page.goto(url, { waitUntil: 'load' });
  // The program's own local link names no provider, but leads to an address that does.
  const provider = [url, page.url()].map(providerOf).find((name) => name !== 'unknown') ?? 'unknown';

  for (let seen = 0; new URL(page.url()).pathname !== '/done'; seen += 1) {
    let known;
    for (const candidate of PAGES) if (await page.locator(candidate.sign).count()) known ??= candidate;
    // More pages than any provider here has: going in circles.
    if (!known || seen === 6) {
      await shoot(page, 'unexpected', provider);
      const text = (await page.locator('body').innerText()).trim().slice(0, 400);
      throw new Error(`no way on from ${where()}\n${await page.title()}\n${text}`);
    }
    await fillIn(page);
    await shoot(page, known.step, provider);
    while (known.step === 'consent' && HOLD_FILE && existsSync(HOLD_FILE)) await page.waitForTimeout(20);
    await known.act(page);
  }

  if (new URL(page.url()).search) throw new Error(`${where()} still has a query in the address bar`);
  await shoot(page, DECISION === 'deny' ? 'denied' : 'done', provider);
  report({
    url: page.url(),
    title: await page.title(),
    lang: await page.locator('html').getAttribute('lang'),
    text: await page.locator('body').innerText(),
  });
  await browser.close();
}

// Playwright appends its call log; the first part says what happened.
walk().then(() => leave(0), (error) => fail(error.message.split('\nCall log:')[0]));
