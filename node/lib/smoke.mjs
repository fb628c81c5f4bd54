// `prologue smoke URL --requests N`: does a running development server keep what its scans learn?
import { parseArgs } from "node:util";

const USAGE = `usage: prologue smoke URL [--requests N] [--timeout MS]

Requests URL N times (default: 10), lets the server scan after each (GET /__prologue/stats?scan), and
checks that every answer is 200, that the scan counter rises, that from the second scan on something
comes from the cache, that the session was never reset, and that it is the same one in the same
process all the time. Exit status: 0; 1 with the reason where one of these does not hold; 2 wrong usage.
`;

const IDENTITY = ["pid", "threadId", "session", "createdAt"];
const NUMBERS = ["scan", "hitRate", "cacheHits", "cacheMisses", "resets"];

async function get(url, timeout) {
  let response;
  try {
    response = await fetch(url, { signal: AbortSignal.timeout(timeout), headers: { accept: "text/html,*/*" } });
    const body = await response.text();
    return { status: response.status, body };
  } catch (error) {
    const reason = error.name === "TimeoutError" ? `no answer in ${timeout} ms` : (error.cause?.message ?? error.message);
    throw new Error(`${url}: ${reason}`);
  }
}

async function expect200(url, timeout) {
  const { status, body } = await get(url, timeout);
  if (status !== 200) throw new Error(`${url}: answered ${status}`);
  return body;
}

async function stats(url, timeout) {
  const body = await expect200(url, timeout);
  let read;
  try {
    read = JSON.parse(body);
  } catch {
    throw new Error(`${url}: is no JSON`);
  }
  for (const name of NUMBERS) {
    if (typeof read?.[name] !== "number") throw new Error(`${url}: has no number \`${name}\``);
  }
  return read;
}

// What is wrong with `now`, read after `before`; undefined where nothing is.
export function judge(before, now) {
  const replaced = IDENTITY.find((name) => now[name] !== before[name]);
  if (replaced) return `the worker was replaced: ${replaced} was ${before[replaced]}, is ${now[replaced]}`;
  if (now.resets !== 0) return `the session was reset ${now.resets} times: ${now.resetReasons?.join(", ") || "no reason given"}`;
  if (now.scan <= before.scan) return `the scan counter does not rise: it was ${before.scan}, is ${now.scan}`;
  if (now.scan >= 2 && !(now.hitRate > 0)) {
    return `scan ${now.scan} found nothing in the cache: ${now.cacheHits} hits, ${now.cacheMisses} misses`;
  }
  return undefined;
}

export async function smoke(url, { requests = 10, timeout = 30_000 } = {}) {
  const counters = new URL("/__prologue/stats", url).href;
  const first = await stats(counters, timeout);
  let before = first;
  for (let i = 0; i < requests; i++) {
    await expect200(url, timeout);
    const now = await stats(`${counters}?scan`, timeout);
    const problem = judge(before, now);
    if (problem) throw new Error(`request ${i + 1} of ${requests}: ${problem}`);
    before = now;
  }
  return { requests, first, last: before };
}

function parse(given) {
  const { values, positionals } = parseArgs({
    args: given,
    allowPositionals: true,
    options: { requests: { type: "string" }, timeout: { type: "string" }, help: { type: "boolean", short: "h" } },
  });
  if (values.help) return { help: true };
  const number = (name) => {
    if (values[name] === undefined) return undefined;
    if (!/^[1-9]\d{0,8}$/.test(values[name])) throw new Error(`--${name} must be a number from 1, not ${values[name]}`);
    return Number(values[name]);
  };
  if (positionals.length !== 1) throw new Error("one URL is needed");
  const url = URL.canParse(positionals[0]) ? new URL(positionals[0]) : undefined;
  if (!/^https?:$/.test(url?.protocol ?? "")) throw new Error(`${positionals[0]} is no http: or https: URL`);
  return { url: url.href, requests: number("requests"), timeout: number("timeout") };
}

export async function main(given) {
  let options;
  try {
    options = parse(given);
  } catch (error) {
    process.stderr.write(`prologue smoke: ${error.message}\nprologue smoke: see \`prologue smoke --help\`\n`);
    process.exitCode = 2;
    return;
  }
  if (options.help) {
    process.stdout.write(USAGE);
    return;
  }
  try {
    const { requests, first, last } = await smoke(options.url, options);
    const rate = (100 * last.hitRate).toFixed(1);
    process.stdout.write(`${requests} requests answered, scans ${first.scan} to ${last.scan}, hit rate ${rate} %, no reset\n`);
  } catch (error) {
    process.stderr.write(`prologue smoke: ${error.message}\n`);
    process.exitCode = 1;
  }
}
