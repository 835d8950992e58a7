const lineCharactersMax = 110;
const list = /^(const files: readonly DescriptorFile\[\] = )\[\n(.*?)^\];$/ms;
const listed = /^ {2}\[\s*"([^"]+)",/gm;

/** The catalogue's file with one more dataset's, in order. `undefined` where it is not of the form that it has in this project. */
export function withDataset(catalogue: string, id: string): string | undefined {
  const found = list.exec(catalogue);
  if (!found) return undefined;
  const [whole, before, entries = ""] = found;
  const ids = [...entries.matchAll(listed)].map(([, one]) => one as string);
  const entry = (one: string) => {
    const line = `  ["${one}", () => import("./${one}.ts")],`;
    return line.length > lineCharactersMax
      ? `  [\n    "${one}",\n    () => import("./${one}.ts"),\n  ],`
      : line;
  };
  const text = [...ids, id].sort().map(entry).join("\n");
  return catalogue.replace(whole, () => `${before}[\n${text}\n];`);
}
