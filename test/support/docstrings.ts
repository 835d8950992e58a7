import { readFileSync } from "node:fs";

/** What the types of a file say of themselves and of each of their members, by `Type` and `Type.member`. */
export function docstringsOf(file: URL): ReadonlyMap<string, string> {
  const docs = new Map<string, string>();
  const docstring = String.raw`(?:/\*\*((?:(?!\*/)[^])*)\*/\s*)?`;
  const types = new RegExp(String.raw`${docstring}export interface (\w+)[^{]*\{\n([^]*?)\n\}`, "g");
  const members = new RegExp(String.raw`^ {2}${docstring}readonly (\w+)`, "gm");
  for (const [, ofType, type, body = ""] of readFileSync(file, "utf8").matchAll(types)) {
    if (ofType) docs.set(`${type}`, plain(ofType));
    for (const [, ofMember, member] of body.matchAll(members))
      if (ofMember) docs.set(`${type}.${member}`, plain(ofMember));
  }
  return docs;
}

/** In one line. */
function plain(docstring: string): string {
  return docstring.replace(/\s*\n\s*\*\s*/g, " ").trim();
}
