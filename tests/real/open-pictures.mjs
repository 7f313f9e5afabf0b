// Opens files in a real Chromium, light and dark, and tells what a person would see there.
//
//   node open-pictures.mjs FILE…
//
//   PARTNERLINK_SHOTS=DIR   a picture of each: NAME-ENDING-SCHEME.png
//   CHROMIUM=PATH           /usr/bin/chromium by default
//
// One line of JSON: a list of file, scheme, title, text, background, drawn (how many shapes with a
// size), console (all that the browser complains of) and asked (every address asked for).
// Ends at the latest after 60 seconds.

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, extname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const { PARTNERLINK_SHOTS, CHROMIUM = '/usr/bin/chromium' } = process.env;
const TALLEST = 2600; // a table of every pile goes on for pages

const room = mkdtempSync(join(tmpdir(), 'partnerlink-pictures-'));
process.on('exit', () => rmSync(room, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 }));
setTimeout(() => {
  console.error('open-pictures.mjs: no end after 60 s');
  process.exit(1);
}, 60_000).unref();

const { DBUS_SESSION_BUS_ADDRESS, ...env } = process.env;
const browser = await chromium.launch({
  executablePath: CHROMIUM,
  headless: true,
  chromiumSandbox: process.getuid() !== 0,
  env: { ...env, HOME: room, XDG_CONFIG_HOME: room, XDG_CACHE_HOME: room },
  args: ['--disable-gpu', '--disable-dev-shm-usage', '--host-resolver-rules=MAP * ~NOTFOUND'],
});

const seen = [];
for (const scheme of ['light', 'dark']) {
  const context = await browser.newContext({ colorScheme: scheme, viewport: { width: 1080, height: 900 } });
  for (const file of process.argv.slice(2)) {
    const page = await context.newPage();
    const [complaints, asked] = [[], []];
    page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
    page.on('request', (request) => asked.push(request.url()));
    await page.goto(pathToFileURL(resolve(file)).href, { waitUntil: 'load' });
    const found = await page.evaluate(() => {
      const root = document.body ?? document.documentElement;
      const shapes = [...document.querySelectorAll('path,rect,circle,line,polyline,polygon,text')];
      const height = Math.max(root.scrollHeight, root.getBoundingClientRect().bottom);
      const sized = shapes.filter((shape) => {
        const { width, height } = shape.getBoundingClientRect();
        return width > 0 || height > 0;
      });
      return {
        title: document.title,
        text: root.innerText ?? root.textContent,
        background: getComputedStyle(root).backgroundColor,
        drawn: sized.length,
        height: Math.ceil(height),
      };
    });
    if (PARTNERLINK_SHOTS) {
      mkdirSync(PARTNERLINK_SHOTS, { recursive: true });
      await page.setViewportSize({ width: 1080, height: Math.min(found.height, TALLEST) });
      const ending = extname(file);
      await page.screenshot({
        path: join(PARTNERLINK_SHOTS, `${basename(file, ending)}-${ending.slice(1)}-${scheme}.png`),
      });
    }
    seen.push({ file: basename(file), scheme, ...found, console: complaints, asked });
    await page.close();
  }
}
await browser.close();
console.log(JSON.stringify(seen));
