const entity = /&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z]{2,6}));/gi;
const xml = new Map([
  ["amp", "&"],
  ["lt", "<"],
  ["gt", ">"],
  ["quot", '"'],
  ["apos", "'"],
]);
const html = new Map([...xml, ["nbsp", "\u00a0"], ["mdash", "—"]]);

/** Those of names that a kind of document has of itself. */
const named = { xml, html };

/** A text of a document with the characters that its entities stand for; those of unknown names stay as they are. */
export function withoutEntities(text: string, kind: keyof typeof named): string {
  if (!text.includes("&")) return text;
  return text.replace(entity, (written, decimal?: string, hexadecimal?: string, name?: string) => {
    if (name !== undefined) return named[kind].get(name.toLowerCase()) ?? written;
    const code = decimal === undefined ? Number.parseInt(hexadecimal ?? "", 16) : Number(decimal);
    return code > 0 && code <= 0x10_ff_ff ? String.fromCodePoint(code) : written;
  });
}
