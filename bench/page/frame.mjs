// What the benches' pages have in common: each stands alone in one file.
import * as Plot from "@observablehq/plot";
import { JSDOM } from "jsdom";

export const MIB = 1 << 20;
export const COLORS = ["#2f7de1", "#e8833a", "#2aa876", "#8a6fdf", "#d6477f"];
export { Plot };
const { document } = new JSDOM("").window;

export const escape = (text) => String(text).replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
export const number = (value) => Math.round(value).toLocaleString("en");
export const size = (bytes) => (bytes >= 10_000 * MIB ? `${number(bytes / MIB / 1024)} GiB` : `${(bytes / MIB).toFixed(bytes < 100 * MIB ? 1 : 0)} MiB`);
export const mib = (bytes) => (bytes / MIB).toFixed(1);

export function plot(label, options) {
  const node = Plot.plot({ document, width: 860, marginRight: 30, marginBottom: 48, style: { background: "none", fontSize: "13px", overflow: "visible" }, ...options });
  const svg = node.tagName.toLowerCase() === "svg" ? node : node.querySelector("svg:last-of-type");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", label);
  return node.outerHTML;
}

export const row = (cells, tag = "td") => `<tr>${cells.map((cell) => `<${tag}>${escape(cell)}</${tag}>`).join("")}</tr>`;
export const table = (header, rows) => `<table><thead>${row(header, "th")}</thead><tbody>${rows.join("")}</tbody></table>`;
export const hostLine = (host) => escape(`${host.cores} cores (${host.cpu}), ${host.kernel}, node ${host.node}, load ${host.load.toFixed(2)} at the start`);

const STYLE = `:root{color-scheme:light dark;--ink:#1b1f24;--paper:#fff;--line:#d5d9de;--soft:#5b6570}
@media (prefers-color-scheme:dark){:root{--ink:#e6e8eb;--paper:#14171a;--line:#343a41;--soft:#9aa4af}}
body{font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:920px;margin:2rem auto;padding:0 1rem}
h1{font-size:1.6rem;margin:0}h2{font-size:1.15rem;margin:2.2rem 0 .3rem}h3{font-size:1rem;margin:1.4rem 0 .2rem}.lead{font-size:1.1rem}p{margin:.4rem 0 .8rem}
figure{margin:0}figure [class*="-swatches"]{font-size:13px!important}svg{max-width:100%;height:auto}footer,.note{color:var(--soft);font-size:.85rem}
table{border-collapse:collapse;font-size:.85rem;width:100%}td,th{text-align:left;white-space:nowrap;padding:.25rem .6rem .25rem 0;border-bottom:1px solid var(--line);vertical-align:top}
td:first-child,td:last-child{white-space:normal}
li.met{color:#2aa876}li.missed{color:#d6477f}`;

export const frame = (title, heading, body) => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Prologue: ${escape(title)}</title><style>${STYLE}</style></head>
<body><h1>${escape(heading)}</h1>
${body}
</body></html>
`;
