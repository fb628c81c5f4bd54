// `prologue smoke` against servers that are well, and that are ill in one way each.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createServer } from "node:http";
import { once } from "node:events";
import { test } from "node:test";
import { promisify } from "node:util";
import { prologue, project, root, small } from "./helper.mjs";

const run = promisify(execFile);
const command = `${root}node/bin/prologue.cjs`;

const smoke = (...given) =>
  run(process.execPath, [command, "smoke", ...given]).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
  );

// A server whose pages are answered with `page`, and whose counters are those of `next(scan)`.
async function serve(t, { page = () => 200, next }) {
  let scan = 1;
  const server = createServer(async (request, response) => {
    const url = new URL(request.url, "http://localhost");
    if (url.pathname !== "/__prologue/stats") {
      response.writeHead(page(scan)).end("page");
      return;
    }
    if (url.searchParams.has("scan")) scan++;
    const answer = await next(scan, url.searchParams.has("scan"));
    response.writeHead(200, { "content-type": "application/json" }).end(typeof answer === "string" ? answer : JSON.stringify(answer));
  }).listen(0, "127.0.0.1");
  t.after(() => server.close());
  await once(server, "listening");
  return `http://127.0.0.1:${server.address().port}/`;
}

const well = { hitRate: 0.9, cacheHits: 9, cacheMisses: 1, resets: 0, resetReasons: [], pid: 7, threadId: 0, session: 1, createdAt: "then" };

test("a server that is well", async (t) => {
  const url = await serve(t, { next: (scan) => ({ ...well, scan }) });
  const { code, stdout, stderr } = await smoke(url, "--requests", "5");
  assert.equal(stderr, "");
  assert.equal(stdout, "5 requests answered, scans 1 to 6, hit rate 90.0 %, no reset\n");
  assert.equal(code, 0);
});

test("the shape is that of session.stats()", async (t) => {
  const folder = project(t, small);
  const session = await prologue.createSession();
  await session.scan({ root: folder });
  const url = await serve(t, {
    next: async (_, again) => {
      if (again) await session.scan({ root: folder });
      return { ...session.stats(), hitRate: 1 };
    },
  });
  const { code, stderr } = await smoke(url, "--requests=2");
  assert.equal(stderr, "");
  assert.equal(code, 0);
  await session.close();
});

for (const [name, server, reason] of [
  ["a page that fails", { page: (scan) => (scan < 3 ? 200 : 500), next: (scan) => ({ ...well, scan }) }, /answered 500/],
  ["no counters", { next: () => "<html>" }, /__prologue\/stats: is no JSON/],
  ["other counters", { next: () => ({ scan: 1 }) }, /has no number `hitRate`/],
  ["no scan", { next: () => ({ ...well, scan: 4 }) }, /the scan counter does not rise: it was 4, is 4/],
  ["an empty cache", { next: (scan) => ({ ...well, scan, hitRate: 0, cacheHits: 0 }) }, /scan 2 found nothing in the cache: 0 hits, 1 misses/],
  ["a reset", { next: (scan) => ({ ...well, scan, resets: +(scan > 2), resetReasons: ["memory-limit"] }) }, /request 2 of 10: the session was reset 1 times: memory-limit/],
  ["another process", { next: (scan) => ({ ...well, scan, pid: scan > 1 ? 8 : 7 }) }, /the worker was replaced: pid was 7, is 8/],
  ["another session", { next: (scan) => ({ ...well, scan, createdAt: `${scan}` }) }, /the worker was replaced: createdAt/],
]) {
  test(`${name} is told`, async (t) => {
    const { code, stdout, stderr } = await smoke(await serve(t, server));
    assert.match(stderr, reason);
    assert.equal(stdout, "");
    assert.equal(code, 1);
  });
}

test("no server, and one that does not answer", async (t) => {
  const gone = await smoke("http://127.0.0.1:1/");
  assert.match(gone.stderr, /127\.0\.0\.1:1\/__prologue\/stats: .+/);
  assert.equal(gone.code, 1);
  const url = await serve(t, { next: () => new Promise(() => {}) });
  const silent = await smoke(url, "--timeout", "50");
  assert.match(silent.stderr, /no answer in 50 ms/);
  assert.equal(silent.code, 1);
});

test("wrong usage", async () => {
  for (const given of [[], ["a", "b"], ["ftp://x/"], ["nowhere"], ["http://x/", "--requests", "0"], ["http://x/", "--request", "1"]]) {
    const { code, stderr } = await smoke(...given);
    assert.equal(code, 2);
    assert.match(stderr, /^prologue smoke: .+\nprologue smoke: see `prologue smoke --help`\n$/);
  }
  assert.match((await smoke("--help")).stdout, /^usage: prologue smoke URL/);
});
