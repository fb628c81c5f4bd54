// Which packages ship directives, and so must not be bundled before they are transformed.
const IN_PACKAGE = /^(?:.*\/)?node_modules\/((?:@[^/]+\/)?[^/]+)\//;

export const packageOf = (path) => IN_PACKAGE.exec(path)?.[1];

// The names for `optimizeDeps.exclude`, sorted.
export function directivePackages(report) {
  const names = new Set([...report.clientFiles, ...report.serverFiles].map(packageOf));
  names.delete(undefined);
  return [...names].sort();
}
