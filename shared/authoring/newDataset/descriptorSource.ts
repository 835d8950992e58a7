import type { DatasetSpec } from "../../dataset/descriptor.ts";

const lineCharactersMax = 110;
const indentation = "  ";

type Written =
  | string
  | number
  | boolean
  | undefined
  | readonly Written[]
  | { readonly [name: string]: Written };

/** In the order in which the house writes them. */
const memberNames = [
  "id",
  "attributes",
  "time",
  "dimensions",
  "auxiliaries",
  "arrays",
  "source",
  "decoding",
  "updates",
] as const satisfies readonly (keyof DatasetSpec)[];

/** The file of a descriptor, in the house's form: as the formatter would leave it. */
export function descriptorSource(spec: DatasetSpec): string {
  const members = memberNames.flatMap((name) =>
    spec[name] === undefined ? [] : [[name, spec[name] as unknown as Written] as const],
  );
  const lines = members.map(([name, value]) => `${indentation}${member(name, value, 1, isObject(value))}`);
  const doc = `/** ${String(spec.attributes.title).replaceAll("*/", "* /")}. Source: ${spec.source.url} */`;
  return [
    `import { defineDataset } from ${quoted("accrete-zarr")};`,
    "",
    doc,
    "export default defineDataset({",
    ...lines,
    "});",
    "",
  ].join("\n");
}

/** `name: value,`, begun at a depth; broken over lines where it is told so, or does not fit into one. */
function member(name: string, value: Written, depth: number, isBroken: boolean): string {
  const key = keyText(name);
  if (typeof value === "string" && !fits(`${key}${quoted(value)},`, depth))
    return `${key.trimEnd()}\n${indentation.repeat(depth + 1)}${quoted(value)},`;
  return `${key}${written(value, depth, key.length, isBroken)},`;
}

/** `spent`: characters that stand before the value on its line. */
function written(value: Written, depth: number, spent: number, isBroken: boolean): string {
  const flat = inline(value);
  const isFlat = !isBroken && !mustBreak(value) && fits(`${" ".repeat(spent)}${flat},`, depth);
  if (isFlat || (!isObject(value) && !Array.isArray(value))) return flat;
  const inner = indentation.repeat(depth + 1);
  const end = indentation.repeat(depth);
  if (isObject(value)) {
    const lines = entriesOf(value).map(([name, one]) => `${inner}${member(name, one, depth + 1, false)}`);
    return `{\n${lines.join("\n")}\n${end}}`;
  }
  const members = value as readonly Written[];
  if (members.every((one) => typeof one === "number")) return `[\n${filled(members, inner)}\n${end}]`;
  return `[\n${members.map((one) => `${inner}${written(one, depth + 1, 0, false)},`).join("\n")}\n${end}]`;
}

/** Lists of several objects have one a line, however short; what holds such a list is broken too. */
function mustBreak(value: Written): boolean {
  if (Array.isArray(value)) {
    const isOfObjects = value.length > 1 && value.every((one) => isObject(one) && entriesOf(one).length > 1);
    return isOfObjects || value.some(mustBreak);
  }
  return isObject(value) && entriesOf(value).some(([, one]) => mustBreak(one));
}

function inline(value: Written): string {
  if (typeof value === "string") return quoted(value);
  if (typeof value === "number") return numberText(value);
  if (Array.isArray(value)) return `[${value.map(inline).join(", ")}]`;
  if (!isObject(value)) return String(value);
  const members = entriesOf(value).map(([name, one]) => `${keyText(name)}${inline(one)}`);
  return members.length === 0 ? "{}" : `{ ${members.join(", ")} }`;
}

/** As many numbers a line as there is room for. */
function filled(numbers: readonly number[], indent: string): string {
  const lines: string[] = [];
  let line = indent;
  for (const text of numbers.map((one) => `${numberText(one)},`)) {
    const next = line === indent ? line + text : `${line} ${text}`;
    if (next.length > lineCharactersMax) {
      lines.push(line);
      line = indent + text;
    } else line = next;
  }
  return [...lines, line].join("\n");
}

function keyText(name: string): string {
  return `${/^[A-Za-z_$][\w$]*$/.test(name) ? name : quoted(name)}: `;
}

function numberText(value: number): string {
  if (Number.isNaN(value)) return "Number.NaN";
  if (!Number.isFinite(value)) return value > 0 ? "Number.POSITIVE_INFINITY" : "Number.NEGATIVE_INFINITY";
  return Object.is(value, -0) ? "-0" : String(value).replace("e+", "e");
}

function quoted(text: string): string {
  const json = JSON.stringify(text);
  const [double, single] = [text.split('"').length, text.split("'").length];
  if (double <= single) return json;
  return `'${json.slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}

function fits(line: string, depth: number): boolean {
  return indentation.length * depth + line.length <= lineCharactersMax;
}

function entriesOf(value: { readonly [name: string]: Written }): [string, Written][] {
  return Object.entries(value).filter(([, one]) => one !== undefined);
}

function isObject(value: Written): value is { readonly [name: string]: Written } {
  return typeof value === "object" && !Array.isArray(value);
}
