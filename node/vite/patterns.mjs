// Aliases that are regular expressions, as exact ones: applied to every specifier that a scan has met.

const matches = (pattern, text) => {
  const found = pattern.test(text);
  pattern.lastIndex = 0;
  return found;
};

export function replaced(specifier, patterns) {
  const found = patterns.find(({ find }) => matches(find, specifier));
  return found && found.target(specifier.replace(found.find, found.replacement));
}

// The aliases that are missing from `known`. Longer ones stand first, because an alias holds for what is
// below it too.
export function patternAliases(report, patterns, known) {
  if (patterns.length === 0) return [];
  const done = new Set(known.map(({ from }) => from));
  const found = new Map();
  for (const module of report.modules) {
    for (const { specifier, kind } of module.imports ?? []) {
      if (kind === "glob" || done.has(specifier) || found.has(specifier)) continue;
      const to = replaced(specifier, patterns);
      if (to !== undefined && to !== specifier) found.set(specifier, { from: specifier, to });
    }
  }
  return [...found.values()].sort((a, b) => b.from.length - a.from.length || (a.from < b.from ? -1 : 1));
}
