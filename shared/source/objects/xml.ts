import { XMLParser } from "fast-xml-parser";
import { withoutEntities } from "../entities.ts";

/** An element with others in it: by name, all of that name in order, or the text of one. */
export type Element = Readonly<Record<string, unknown>>;

const repeated = ["Contents", "CommonPrefixes"];
// Entities are read here: of numbers the library knows none, and of a document's own it would take all.
const parser = new XMLParser({
  parseTagValue: false,
  trimValues: false,
  processEntities: false,
  isArray: (name) => repeated.includes(name),
});
/** Declarations of types and entities, which no answer has. */
const declaration = /<!(?!--|\[CDATA\[)/;

/**
 * The root element of that name, of an answer of S3. Throws an `Error` that says what is wrong with the document: it "…". The library
 * takes the beginning of one for the whole, so its end is looked at.
 */
export function rootOf(text: string, name: string): Element {
  if (declaration.test(text)) throw new Error("declares types or entities");
  if (!text.trimEnd().endsWith(`</${name}>`)) throw new Error(`does not end with </${name}>`);
  let document: Element;
  try {
    document = parser.parse(text) as Element;
  } catch (cause) {
    throw new Error("is no XML that can be read", { cause });
  }
  const root = member(document, name);
  if (!isElement(root)) throw new Error(`has no ${name} at its root`);
  return root;
}

/** The text of a member; `undefined` where there is none, or more than one, or it has others in it. */
export function textOf(element: Element, name: string): string | undefined {
  const found = member(element, name);
  return typeof found === "string" ? withoutEntities(found, "xml") : undefined;
}

/** All members of a name that is `repeated`. */
export function elementsOf(element: Element, name: string): readonly Element[] {
  const found = member(element, name);
  return Array.isArray(found) ? found.map((one: unknown) => (isElement(one) ? one : {})) : [];
}

function member(element: Element, name: string): unknown {
  return Object.hasOwn(element, name) ? element[name] : undefined;
}

function isElement(value: unknown): value is Element {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
