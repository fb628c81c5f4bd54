// What the benches share: errors, medians, tables, and what machine this is.
import os from "node:os";

export function fail(message) {
  throw new Error(message);
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

export const decimal = (value) => value.toFixed(value < 100 ? 2 : 0);

export function print(header, lines) {
  const table = [header, ...lines];
  const widths = header.map((_, column) => Math.max(...table.map((line) => line[column].length)));
  for (const line of table) {
    console.log(line.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join("  "));
  }
  console.log();
}

export function machine() {
  const [cpu] = os.cpus();
  return {
    cores: os.availableParallelism(), cpu: cpu?.model.trim(), memoryMiB: Math.round(os.totalmem() / 2 ** 20),
    kernel: `${os.type()} ${os.release()}`, node: process.version, load: os.loadavg()[0], date: new Date().toISOString(),
  };
}
