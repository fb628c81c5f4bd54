// The development server: the watcher's events become scans, scans become updates.
import { stat } from "node:fs/promises";
import { resolvedName } from "./maps.mjs";
import { foldersBeside } from "./outside.mjs";

const QUIET_MS = 25; // an editor's several writes are one change
const LONGEST_WAIT_MS = 250; // ... but a stream of them is not waited for to end
const RECHECK_MS = 100; // chokidar swallows changes of a file for 50 ms after it has told of one
const CRAWL_MS = 1000; // until the watcher has gone through a folder that it is told of
const SCRIPT = /\.(?:[cm]?[jt]s|[jt]sx|mdx)$/;
const MANIFEST = /[\\/](?:package|[jt]sconfig[^\\/]*)\.json$/;

const matters = (file) => SCRIPT.test(file) || MANIFEST.test(file);

// Collects files until no more come, then hands them on. A file that comes while a scan runs is in the next.
export function debounce(flush, quiet = QUIET_MS, longest = LONGEST_WAIT_MS) {
  let files = new Set();
  let timer;
  let since = 0;
  let stopped = false;
  const fire = () => {
    timer = undefined;
    const changed = [...files];
    files = new Set();
    flush(changed);
  };
  return {
    add(file) {
      if (stopped) return;
      files.add(file);
      const now = Date.now();
      if (timer === undefined) since = now;
      else clearTimeout(timer);
      timer = setTimeout(fire, Math.max(0, Math.min(quiet, since + longest - now)));
    },
    waiting: () => timer !== undefined,
    flush() {
      if (timer === undefined) return;
      clearTimeout(timer);
      fire();
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
      timer = undefined;
    },
  };
}

const environmentsOf = (server) => Object.values(server.environments);

// Every environment that has loaded the map loads it anew.
async function reload(server, kind) {
  await Promise.all(
    environmentsOf(server).map(async (environment) => {
      const module = environment.moduleGraph.getModuleById(resolvedName(kind));
      if (!module) return;
      environment.moduleGraph.invalidateModule(module);
      await environment.reloadModule(module);
    }),
  );
}

// A map that was on its way to the browser while the next one was made could miss that update: the browser
// says what it has got.
function answerVersions(server, project) {
  server.environments.client.hot.on("prologue:version", ({ kind, version }) => {
    if (project.versions[kind] !== version) void reload(server, kind);
  });
}

function showErrors(server, project) {
  const hot = server.environments.client.hot;
  let shown = false;
  const current = () => {
    if (project.failure) return { plugin: "prologue", message: project.failure.message, stack: "" };
    const [first] = project.errors();
    return first && project.errorOf(first);
  };
  const show = () => {
    const err = current();
    if (err) hot.send({ type: "error", err });
    else if (shown) hot.send({ type: "update", updates: [] }); // takes the overlay away
    shown = Boolean(err);
  };
  project.onScan(show);
  server.ws.on("connection", () => {
    if (current()) show();
  });
}

const stateOf = (file) =>
  stat(file, { bigint: true }).then(
    ({ mtimeNs, size, ino }) => `${mtimeNs} ${size} ${ino}`,
    () => "gone",
  );

const statesOf = (files) => Promise.all(files.map(stateOf));

// Scans what has changed, and looks at those files once more when the watcher would tell of changes again.
function scanOnChange(project, quiet) {
  const timers = new Set();
  const recheck = async (files, states) => {
    const now = await statesOf(files);
    files.forEach((file, at) => now[at] !== states[at] && pending.add(file));
  };
  const pending = debounce((changed) => {
    const states = statesOf(changed); // before anything is read
    project.scan({ changed, after: states }).catch(() => {}); // told in the log and in the overlay
    const timer = setTimeout(async () => {
      timers.delete(timer);
      await recheck(changed, await states);
    }, RECHECK_MS);
    timers.add(timer);
  }, quiet);
  return {
    ...pending,
    // A scan that is told of nothing compares with the disk.
    later(milliseconds) {
      const timer = setTimeout(() => {
        timers.delete(timer);
        project.scan().catch(() => {});
      }, milliseconds);
      timers.add(timer);
    },
    stop() {
      for (const timer of timers) clearTimeout(timer);
      pending.stop();
    },
  };
}

export function connect(server, project, options) {
  const pending = scanOnChange(project, options.debounce);
  // Whatever comes or goes may be what an import leads to; what changes is read again only if it is read at all.
  for (const event of ["add", "unlink", "addDir", "unlinkDir"]) server.watcher.on(event, pending.add);
  server.watcher.on("change", (file) => {
    if (matters(file)) pending.add(file);
  });
  const watched = new Set();
  project.onScan(({ report }) => {
    const folders = report ? foldersBeside(report, watched) : [];
    if (folders.length === 0) return;
    server.watcher.add(folders);
    pending.later(CRAWL_MS);
  });
  // What changes before the watcher has gone through the root is not told, and for some time after it has said so
  // neither: new files in folders below were seen to be lost 15 ms later.
  server.watcher.on("ready", () => [0, CRAWL_MS].forEach(pending.later));
  project.pending = pending;
  project.onScan(({ updated }) => {
    for (const kind of updated) void reload(server, kind);
  });
  answerVersions(server, project);
  showErrors(server, project);
}
