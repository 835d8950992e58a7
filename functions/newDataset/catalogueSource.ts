import { constantName } from "./descriptorSource.ts";

const lineCharactersMax = 110;
const list = /^(export const catalogue: readonly Dataset\[\] = )\[([^\]]*)\];$/m;
const neighbourImport = /^import .* from "\.\/([^"]+)\.ts";$/;

/**
 * The catalogue's file with one more dataset, imported and listed in order. `undefined` where the file is not of the form that it
 * has in this project.
 */
export function withDataset(catalogue: string, id: string): string | undefined {
  const name = constantName(id);
  const found = list.exec(catalogue);
  if (!found) return undefined;
  const [whole, before = "", listed = ""] = found;
  const names = [...listed.split(",").map((one) => one.trim()), name].filter((one) => one !== "");
  const line = `${before}[${names.sort().join(", ")}];`;
  const broken = `${before}[\n${names.map((one) => `  ${one},\n`).join("")}];`;
  const text = catalogue.replace(whole, () => (line.length > lineCharactersMax ? broken : line));
  const lines = text.split("\n");
  const imports = lines.flatMap((one, i) => {
    const file = neighbourImport.exec(one)?.[1];
    return file === undefined ? [] : [{ file, i }];
  });
  const next = imports.find(({ file }) => compareNatural(file, id) > 0);
  const at = next?.i ?? (imports.at(-1)?.i ?? -1) + 1;
  return lines.toSpliced(at, 0, `import { ${name} } from "./${id}.ts";`).join("\n");
}

/** As the linter orders imports: runs of digits by their value. */
function compareNatural(a: string, b: string): number {
  const partsOf = (text: string): string[] => text.match(/\d+|\D+/g) ?? [];
  const [partsOfA, partsOfB] = [partsOf(a), partsOf(b)];
  for (const [i, part] of partsOfA.entries()) {
    const other = partsOfB[i];
    if (other === undefined) return 1;
    if (part === other) continue;
    const difference = Number(part) - Number(other);
    return Number.isNaN(difference) || difference === 0 ? (part < other ? -1 : 1) : difference;
  }
  return partsOfA.length - partsOfB.length;
}
