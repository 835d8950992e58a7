import { withoutEntities } from "../../entities.ts";

/** Who is told of a page's pieces, in their order. Names are in lower case. */
export interface Visitor {
  /** Without entities. */
  text(text: string): void;
  /** `written`: what stands behind its name, as `attributeOf` reads it. */
  open(name: string, written: string): void;
  close(name: string): void;
}

/** What these hold is no markup, up to their own end. */
const rawNames = new Set(["script", "style", "textarea", "xmp"]);
const nameForm = /[a-z][a-z0-9]*/iy;
const attributeForm = /([^\s/>=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/g;

/** Reads a page up to a tag, a comment or a script that does not end. Takes time by the page's length only, whatever it is. */
export function visit(page: string, visitor: Visitor): void {
  let at = 0;
  while (at < page.length) {
    const next = page.indexOf("<", at);
    if (next !== at) visitor.text(withoutEntities(page.slice(at, next < 0 ? undefined : next), "html"));
    if (next < 0) return;
    at = visitTag(page, next, visitor);
    if (at < 0) return;
  }
}

/** The place behind the tag or comment that begins there; -1 where it does not end. */
function visitTag(page: string, at: number, visitor: Visitor): number {
  if (page.startsWith("<!--", at)) return behind(page, "-->", at + 4);
  const second = page[at + 1];
  if (second === "!" || second === "?") return behind(page, ">", at);
  const from = second === "/" ? at + 2 : at + 1;
  nameForm.lastIndex = from;
  if (!nameForm.test(page)) {
    visitor.text("<");
    return at + 1;
  }
  const nameEnd = nameForm.lastIndex;
  const end = endOfTag(page, nameEnd);
  if (end < 0) return -1;
  const name = page.slice(from, nameEnd).toLowerCase();
  if (second === "/") {
    visitor.close(name);
    return end + 1;
  }
  visitor.open(name, page.slice(nameEnd, end));
  return rawNames.has(name) ? endOfRaw(page, name, end) : end + 1;
}

/** A `>` within quotes is none. They are quotes only behind an equals sign. */
function endOfTag(page: string, from: number): number {
  let isValue = false;
  for (let at = from; at < page.length; at++) {
    const character = page[at];
    if (character === ">") return at;
    if (isValue && (character === '"' || character === "'")) {
      at = page.indexOf(character, at + 1);
      if (at < 0) return -1;
      isValue = false;
    } else if (character === "=") isValue = true;
    else if (character !== " " && character !== "\n") isValue = false;
  }
  return -1;
}

function behind(page: string, text: string, from: number): number {
  const at = page.indexOf(text, from);
  return at < 0 ? -1 : at + text.length;
}

/** Where the tag that ends a raw element begins. */
function endOfRaw(page: string, name: string, from: number): number {
  const form = new RegExp(`</${name}`, "gi");
  form.lastIndex = from;
  return form.exec(page)?.index ?? -1;
}

/** The value of an attribute, without entities; `undefined` if there is none. Of one that is there twice it is the first. */
export function attributeOf(written: string, wanted: string): string | undefined {
  attributeForm.lastIndex = 0;
  for (;;) {
    const found = attributeForm.exec(written);
    if (!found) return undefined;
    const [, name = "", double, single, bare] = found;
    if (name.toLowerCase() === wanted) return withoutEntities(double ?? single ?? bare ?? "", "html");
  }
}
