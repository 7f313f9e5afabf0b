// The addresses in a file, eight at once, and the readings as CSV in the order of the addresses.
import { readFileSync } from "node:fs";

const [, , list, token] = process.argv;
const addresses = readFileSync(list, "utf8").trim().split("\n");
const headers = { authorization: `Bearer ${token}` };
const results = new Map();
let next = 0;
let written = 0;

function write(rows) {
  let text = "";
  for (const r of rows) {
    text += `${r.deviceId},${r.timeStamp},${r.measurement},${r.value},${r.unit},${r.label},${r.deviceType},${r.deviceProvider},${r.medium},${r.direction}\n`;
  }
  if (!process.stdout.write(text)) return new Promise((go) => process.stdout.once("drain", go));
}

async function worker() {
  while (next < addresses.length) {
    const index = next++;
    const answer = await fetch(addresses[index], { headers });
    if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
    results.set(index, await answer.json());
    while (results.has(written)) {
      const rows = results.get(written);
      results.delete(written++);
      await write(rows);
    }
  }
}

await Promise.all(Array.from({ length: 8 }, worker));
