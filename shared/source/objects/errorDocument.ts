import type { Refused } from "./vendor.ts";
import { type Element, rootOf, textOf } from "./xml.ts";

const saidCharactersMax = 200;

interface ErrorDocument {
  /** "" where there is none. */
  readonly code: string;
  readonly message: string;
  readonly more: (name: string) => string | undefined;
}

/** Reads an `Error` document, which both vendors answer where objects are asked for. */
export function errorIn({ text }: Pick<Refused, "text">): ErrorDocument {
  let root: Element = {};
  try {
    root = rootOf(text, "Error");
  } catch {
    // A status by itself says enough.
  }
  const code = textOf(root, "Code") ?? "";
  return {
    code: /^[\w.]{1,60}$/.test(code) ? code : "",
    message: line(textOf(root, "Message") ?? ""),
    more: (name) => textOf(root, name),
  };
}

/** On one line, and not too long. */
export function line(text: string): string {
  return text
    .replace(/[\p{Cc}\s]+/gu, " ")
    .trim()
    .slice(0, saidCharactersMax);
}
