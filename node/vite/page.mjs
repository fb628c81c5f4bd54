// The page itself: what is client, what is server and why, and the memory of the scans. It asks for its data.
const STYLE = `
:root { color-scheme: light dark; --line: #8884; --soft: #8888; }
body { font: 14px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; }
h1 { font-size: 1.2rem } h2 { font-size: 1rem; margin-top: 2rem }
code, summary, .path { font: 12px/1.5 ui-monospace, monospace; overflow-wrap: anywhere }
summary { cursor: pointer; padding: .15rem 0 } summary small { color: var(--soft) }
ol { margin: .2rem 0 .6rem 1rem; padding-left: 1rem } .none { color: var(--soft) }
input { width: 100%; padding: .4rem; font: inherit; box-sizing: border-box; margin: 1rem 0 }
svg { width: 100%; height: 10rem; border: 1px solid var(--line) } .error { color: #d33 } .warning { color: #b80 }
`;

function client(base) {
  const element = (name, text, parts = []) => {
    const made = document.createElement(name);
    if (text != null) made.textContent = text;
    made.append(...parts);
    return made;
  };
  const mebibytes = (bytes) => `${(bytes / 1048576).toFixed(1)} MiB`;
  const byId = (id) => document.getElementById(id);

  function why(steps) {
    if (!steps) return element("p", "No chain is known.");
    const items = steps.map((step) => {
      const item = element("li", null, [element("code", step.path), ` in ${step.environment}`]);
      if (step.specifier) item.append(element("small", ` as "${step.specifier}", line ${step.line}`));
      return item;
    });
    return element("ol", null, items);
  }

  function list(modules, kind) {
    const found = modules.filter((module) => module.kind === kind);
    if (found.length === 0) return [element("p", "None.")];
    return found.map((module) => {
      const head = element("summary", module.path, [element("small", `  ${module.environments.join(", ")}`)]);
      const entry = element("details", null, [head, why(module.why)]);
      entry.dataset.path = module.path;
      return entry;
    });
  }

  const filter = () => {
    const text = byId("filter").value;
    for (const entry of document.querySelectorAll("details")) entry.hidden = !entry.dataset.path.includes(text);
  };

  async function showModules() {
    const { modules, diagnostics } = await (await fetch(`${base}/report`)).json();
    byId("client").replaceChildren(...list(modules, "client"));
    byId("server").replaceChildren(...list(modules, "server"));
    byId("diagnostics").replaceChildren(
      ...diagnostics.map((one) => {
        const line = element("p", `${one.severity} ${one.code}: ${one.message} `, [
          element("code", one.path ? `${one.path}:${one.line ?? 1}:${one.column ?? 1}` : ""),
        ]);
        line.className = one.severity;
        return line;
      }),
    );
    filter();
  }

  function plot(samples) {
    const svg = byId("plot");
    const top = Math.max(1, ...samples.map(({ peak }) => peak));
    const line = (key) =>
      samples.map((sample, at) => `${(at / Math.max(1, samples.length - 1)) * 100},${40 - (sample[key] / top) * 38}`).join(" ");
    svg.replaceChildren(
      ...["peak", "current"].map((key) => {
        const drawn = document.createElementNS("http://www.w3.org/2000/svg", "polyline");
        drawn.setAttribute("points", samples.length === 1 ? `0,${40 - (samples[0][key] / top) * 38} ${line(key).replace(/^0/, "100")}` : line(key));
        drawn.setAttribute("fill", "none");
        drawn.setAttribute("stroke", key === "peak" ? "#d83" : "#38d");
        drawn.setAttribute("vector-effect", "non-scaling-stroke");
        return drawn;
      }),
    );
    const last = samples[samples.length - 1];
    if (!last) return;
    byId("numbers").textContent =
      `scan ${last.scan}: ${last.modules} modules, ${last.filesRead} files read, ${last.elapsedMs.toFixed(1)} ms; ` +
      `${mebibytes(last.current)} held, ${mebibytes(last.peak)} at most; the whole process ${mebibytes(last.resident)}`;
  }

  let shown = "";
  async function refresh() {
    try {
      const { history, versions, failure } = await (await fetch(`${base}/stats`)).json();
      byId("failure").textContent = failure ?? "";
      plot(history);
      const state = JSON.stringify([versions, history.length && history[history.length - 1].scan]);
      if (state !== shown) {
        shown = state;
        await showModules();
      }
    } catch {
      shown = "";
    }
    setTimeout(refresh, 1000);
  }
  byId("filter").addEventListener("input", filter);
  void refresh();
}

const escaped = (text) => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);

export function page(config) {
  const base = `${config.base.replace(/\/$/, "")}/__prologue`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Prologue</title><style>${STYLE}</style></head>
<body>
<h1>Prologue <small class="none">${escaped(config.root)}</small></h1>
<p id="failure" class="error"></p>
<svg id="plot" viewBox="0 0 100 40" preserveAspectRatio="none" role="img" aria-label="Memory of the last scans"></svg>
<p id="numbers"></p>
<p class="none">Orange: the most that a scan held; blue: what was held when it ended.</p>
<input id="filter" type="search" placeholder="Path" aria-label="Show paths that hold this text">
<h2>"use client"</h2><div id="client"></div>
<h2>"use server"</h2><div id="server"></div>
<h2>Diagnostics</h2><div id="diagnostics"></div>
<script type="module">(${client})(${JSON.stringify(base)});</script>
</body></html>`;
}
