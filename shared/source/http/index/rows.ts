import { attributeOf, visit } from "./html.ts";

/** What stands together in a list: a line of `<pre>`, a row of a table, a point of a list. */
export interface Row {
  readonly links: { readonly href: string; text: string }[];
  /** All the text beside the links. */
  text: string;
  /** Of `<time datetime>`. */
  datetime?: string;
  /** Of the cells' `data-order` and `data-size`. */
  readonly orders: string[];
  /** Whether its picture is that of a symbolic link, as Caddy has it. */
  isShortcut: boolean;
}

/** Who is told of a page's headings, and of the rows of its lists that have links, in their order. */
export interface Reader {
  heading(text: string): void;
  row(row: Readonly<Row>): void;
}

/** Whether there was a list, and what tag was missing at the end: `undefined` where none was. */
export interface Ending {
  readonly hasList: boolean;
  readonly missing: string | undefined;
}

const headings = new Set(["title", "h1", "h2"]);
const lists = new Set(["pre", "table", "ul"]);
const rowEnds = new Set(["tr", "li", "br", "hr", ...lists]);
/** Elements that say something of their row. */
const telling = new Set(["a", "td", "time", "use"]);
/** More of a text than this says nothing to anybody. */
const textCharactersMax = 200;

export function readRows(page: string, reader: Reader): Ending {
  const open = new Map([...lists].map((name) => [name, 0]));
  let isInList = false;
  let hasList = false;
  let hasEnded = false;
  let heading: string | undefined;
  let link: { text: string } | undefined;
  let row = newRow();

  function endRow(): void {
    if (row.links.length > 0) reader.row(row);
    if (row.links.length > 0 || row.text !== "") row = newRow();
  }

  function between(kind: "open" | "close", name: string): void {
    if (headings.has(name)) {
      if (heading !== undefined) reader.heading(heading);
      heading = kind === "open" ? "" : undefined;
    }
    if (name === "a") link = undefined;
    if (isInList && rowEnds.has(name)) {
      link = undefined;
      endRow();
    }
    if (!lists.has(name)) return;
    open.set(name, Math.max(0, (open.get(name) ?? 0) + (kind === "open" ? 1 : -1)));
    isInList = [...open.values()].some((count) => count > 0);
    hasList = true;
    hasEnded = false;
  }

  visit(page, {
    text(text) {
      if (heading !== undefined) heading = extended(heading, text);
      if (link) link.text = extended(link.text, text);
      else if (isInList && !open.get("pre")) row.text = extended(row.text, text);
      else if (isInList) {
        for (let at = 0; ; ) {
          const lineEnd = text.indexOf("\n", at);
          row.text = extended(row.text, text.slice(at, lineEnd < 0 ? undefined : lineEnd));
          if (lineEnd < 0) break;
          endRow();
          at = lineEnd + 1;
        }
      }
    },
    open(name, written) {
      between("open", name);
      if (isInList && telling.has(name)) link = noted(row, name, written) ?? link;
    },
    close(name) {
      between("close", name);
      if (name === "html") hasEnded = true;
    },
  });
  const [unclosed] = [...open].find(([, count]) => count > 0) ?? [];
  return { hasList, missing: unclosed ?? (hasEnded ? undefined : "html") };
}

/** Takes down what an element says of its row; the link that it begins. */
function noted(row: Row, name: string, written: string): { text: string } | undefined {
  if (name === "td") {
    row.text = extended(row.text, " ");
    const order = attributeOf(written, "data-order") ?? attributeOf(written, "data-size");
    if (order !== undefined) row.orders.push(order);
  } else if (name === "time") {
    const datetime = attributeOf(written, "datetime");
    if (datetime !== undefined) row.datetime = datetime;
  } else if (name === "use") {
    if (attributeOf(written, "xlink:href")?.endsWith("-shortcut")) row.isShortcut = true;
  } else {
    const href = attributeOf(written, "href");
    if (href === undefined) return undefined;
    const link = { href, text: "" };
    row.links.push(link);
    return link;
  }
  return undefined;
}

function newRow(): Row {
  return { links: [], text: "", orders: [], isShortcut: false };
}

function extended(text: string, more: string): string {
  return text.length < textCharactersMax ? text + more.slice(0, textCharactersMax) : text;
}
