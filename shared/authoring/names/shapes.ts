/** Paths that are alike but for their digits. */
export function byShape(paths: readonly string[]): string[][] {
  const groups = new Map<string, string[]>();
  for (const path of paths) {
    const shape = path.replace(/\d/g, "0");
    const group = groups.get(shape);
    if (group) group.push(path);
    else groups.set(shape, [path]);
  }
  return [...groups.values()];
}
