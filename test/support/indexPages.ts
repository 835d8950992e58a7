/** Index pages as servers make them of directories: what was taken from nginx 1.22, Apache 2.4, lighttpd 1.4, Caddy 2.6 and Python 3.11; IIS from its documentation. */

export const indexKinds = [
  "nginx",
  "nginxJson",
  "apachePlain",
  "apacheFancy",
  "apacheTable",
  "lighttpd",
  "caddy",
  "caddyJson",
  "python",
  "iis",
] as const;
export type IndexKind = (typeof indexKinds)[number];

export interface IndexEntry {
  readonly name: string;
  readonly kind: "file" | "directory";
  readonly sizeBytes: number;
  readonly modifiedAt: number;
}

export interface IndexPage {
  readonly contentType: string;
  readonly text: string;
}

/** What each kind says of a file: exactly, rounded, or not at all. */
export const indexTraits: Readonly<
  Record<IndexKind, { readonly size: boolean; readonly text: boolean; readonly instant: boolean }>
> = {
  nginx: { size: true, text: true, instant: false },
  nginxJson: { size: true, text: true, instant: true },
  apachePlain: { size: false, text: false, instant: false },
  apacheFancy: { size: false, text: true, instant: false },
  apacheTable: { size: false, text: true, instant: false },
  lighttpd: { size: false, text: true, instant: false },
  caddy: { size: true, text: true, instant: true },
  caddyJson: { size: true, text: true, instant: true },
  python: { size: false, text: false, instant: false },
  iis: { size: true, text: true, instant: false },
};

/** The index of a directory, whose path from the root begins and ends with a slash. */
export function indexPage(kind: IndexKind, directory: string, entries: readonly IndexEntry[]): IndexPage {
  const isJson = kind === "nginxJson" || kind === "caddyJson";
  const contentType = isJson ? "application/json" : "text/html; charset=utf-8";
  return { contentType, text: writers[kind](directory, entries) };
}

type Writer = (directory: string, entries: readonly IndexEntry[]) => string;

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Parts of a date in UTC, as they are put together by servers. */
function partsOf(instant: number) {
  const iso = new Date(instant).toISOString();
  const [day, time] = [iso.slice(0, 10), iso.slice(11, 19)];
  const [year = "", month = "", date = ""] = day.split("-");
  return { iso: `${iso.slice(0, 19)}Z`, day, year, month, date, name: months[Number(month) - 1] ?? "", time };
}

function html(text: string): string {
  const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return text.replace(/[&<>"]/g, (character) => entities[character] ?? character);
}

function shownName({ name, kind }: IndexEntry): string {
  return kind === "directory" ? `${name}/` : name;
}

/** As nginx, lighttpd and Python do: all but letters, digits and few others is encoded. */
function strictHref(entry: IndexEntry): string {
  const encoded = encodeURIComponent(entry.name).replace(
    /['()!*]/g,
    (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return entry.kind === "directory" ? `${encoded}/` : encoded;
}

/** As Apache and Caddy do, in lower case as the former: some is left as it is, and a colon would make a scheme of what is before it. */
function looseHref(entry: IndexEntry, before: string): string {
  const encoded = encodeURIComponent(entry.name).replace(/%(26|2B|3A|3D|3B|24|40|2C)/g, (one) =>
    decodeURIComponent(one),
  );
  return html(`${before}${encoded}${entry.kind === "directory" ? "/" : ""}`);
}

function cut(text: string, charactersMax: number): string {
  const characters = [...text];
  return characters.length <= charactersMax ? text : `${characters.slice(0, charactersMax - 3).join("")}..>`;
}

function padded(text: string, width: number): string {
  return " ".repeat(Math.max(1, width - [...text].length));
}

/** As Apache rounds: `1.0M`. */
function rounded({ kind, sizeBytes }: IndexEntry): string {
  if (kind === "directory") return "  - ";
  if (sizeBytes < 973) return `${String(sizeBytes).padStart(3)} `;
  const units = ["K", "M", "G", "T"];
  let [size, unit] = [sizeBytes / 1024, 0];
  while (size >= 973 && unit < 3) [size, unit] = [size / 1024, unit + 1];
  return `${size < 9.95 ? size.toFixed(1) : String(Math.round(size)).padStart(3)}${units[unit]}`;
}

function parentOf(directory: string): string {
  return directory.replace(/[^/]+\/$/, "");
}

const apacheHead = (directory: string) =>
  `<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN" "http://www.w3.org/TR/html4/strict.dtd">\n<html>\n <head>\n  <title>Index of ${html(directory.replace(/(.)\/$/, "$1"))}</title>\n </head>\n <body>\n<h1>Index of ${html(directory.replace(/(.)\/$/, "$1"))}</h1>\n`;

const writers: Readonly<Record<IndexKind, Writer>> = {
  nginx(directory, entries) {
    const lines = entries.map((entry) => {
      const { date, name, year, time } = partsOf(entry.modifiedAt);
      const shown = cut(shownName(entry), 50);
      const size = entry.kind === "directory" ? "-" : String(entry.sizeBytes);
      return `<a href="${strictHref(entry)}">${html(shown)}</a>${padded(shown, 51)}${date}-${name}-${year} ${time.slice(0, 5)} ${size.padStart(19)}\r\n`;
    });
    return `<html>\r\n<head><title>Index of ${html(directory)}</title></head>\r\n<body>\r\n<h1>Index of ${html(directory)}</h1><hr><pre><a href="../">../</a>\r\n${lines.join("")}</pre><hr></body>\r\n</html>\r\n`;
  },

  nginxJson(_directory, entries) {
    const lines = entries.map(({ name, kind, sizeBytes, modifiedAt }) => {
      const mtime = new Date(modifiedAt).toUTCString();
      const size = kind === "file" ? `, "size":${sizeBytes}` : "";
      return `{ "name":${JSON.stringify(name)}, "type":"${kind}", "mtime":"${mtime}"${size} }`;
    });
    return `[\r\n${lines.join(",\r\n")}\r\n]`;
  },

  apachePlain(directory, entries) {
    const lines = entries.map(
      (entry) =>
        `<li><a href="${looseHref(entry, entry.name.includes(":") ? "./" : "")}"> ${html(shownName(entry))}</a></li>\n`,
    );
    return `${apacheHead(directory)}<ul><li><a href="${html(parentOf(directory))}"> Parent Directory</a></li>\n${lines.join("")}</ul>\n</body></html>\n`;
  },

  apacheFancy(directory, entries) {
    const lines = entries.map((entry) => {
      const { day, time } = partsOf(entry.modifiedAt);
      const shown = cut(shownName(entry), 23);
      const href = looseHref(entry, entry.name.includes(":") ? "./" : "");
      return `<img src="/icons/unknown.gif" alt="[   ]"> <a href="${href}">${html(shown)}</a>${padded(shown, 24)}${day} ${time.slice(0, 5)}  ${rounded(entry)}  \n`;
    });
    return `${apacheHead(directory)}<pre><img src="/icons/blank.gif" alt="Icon "> <a href="?C=N;O=D">Name</a>                    <a href="?C=M;O=A">Last modified</a>      <a href="?C=S;O=A">Size</a>  <a href="?C=D;O=A">Description</a><hr><img src="/icons/back.gif" alt="[PARENTDIR]"> <a href="${html(parentOf(directory))}">Parent Directory</a>                             -   \n${lines.join("")}<hr></pre>\n</body></html>\n`;
  },

  apacheTable(directory, entries) {
    const icon = (name: string, alt: string) =>
      `<td valign="top"><img src="/icons/${name}.gif" alt="${alt}"></td>`;
    const lines = entries.map((entry) => {
      const { day, time } = partsOf(entry.modifiedAt);
      const shown = cut(shownName(entry), 23);
      const href = looseHref(entry, entry.name.includes(":") ? "./" : "");
      return `<tr>${icon("unknown", "[   ]")}<td><a href="${href}">${html(shown)}</a></td><td align="right">${day} ${time.slice(0, 5)}  </td><td align="right">${rounded(entry)}</td><td>&nbsp;</td></tr>\n`;
    });
    return `${apacheHead(directory)}  <table>\n   <tr><th valign="top"><img src="/icons/blank.gif" alt="[ICO]"></th><th><a href="?C=N;O=D">Name</a></th><th><a href="?C=M;O=A">Last modified</a></th><th><a href="?C=S;O=A">Size</a></th><th><a href="?C=D;O=A">Description</a></th></tr>\n   <tr><th colspan="5"><hr></th></tr>\n<tr>${icon("back", "[PARENTDIR]")}<td><a href="${html(parentOf(directory))}">Parent Directory</a></td><td>&nbsp;</td><td align="right">  - </td><td>&nbsp;</td></tr>\n${lines.join("")}   <tr><th colspan="5"><hr></th></tr>\n</table>\n</body></html>\n`;
  },

  lighttpd(directory, entries) {
    const row = (
      attributes: string,
      href: string,
      shown: string,
      behind: string,
      date: string,
      size: string,
      type: string,
    ) =>
      `<tr${attributes}><td class="n"><a href="${href}">${shown}</a>${behind}</td><td class="m">${date}</td><td class="s">${size}</td><td class="t">${type}</td></tr>\n`;
    const lines = entries.map((entry) => {
      const { year, name, date, time } = partsOf(entry.modifiedAt);
      const at = `${year}-${name}-${date} ${time}`;
      const shown = html(entry.name);
      if (entry.kind === "directory")
        return row(' class="d"', strictHref(entry), shown, "/", at, "- &nbsp;", "Directory");
      const size = `${(entry.sizeBytes / 1024).toFixed(1)}K`;
      return row("", strictHref(entry), shown, "", at, size, "application/octet-stream");
    });
    const parent = row(' class="d"', "../", "..", "/", "&nbsp;", "- &nbsp;", "Directory");
    return `<!DOCTYPE html>\n<html>\n<head>\n<title>Index of ${html(directory)}</title>\n<style type="text/css">\na, a:active {text-decoration: none; color: blue;}\n</style>\n</head>\n<body>\n<h2>Index of ${html(directory)}</h2>\n<div class="list">\n<table summary="Directory Listing" cellpadding="0" cellspacing="0">\n<thead><tr><th class="n">Name</th><th class="m">Last Modified</th><th class="s">Size</th><th class="t">Type</th></tr></thead>\n<tbody>\n${parent}${lines.join("")}</tbody>\n</table>\n</div>\n<div class="foot">lighttpd/1.4.69</div>\n<script type="text/javascript">\n// <!--\nvar click_column = "<a href='no.bin'>";\n// -->\n</script>\n</body>\n</html>\n`;
  },

  caddy(directory, entries) {
    const lines = entries.map((entry) => {
      const { iso, month, date, year, time } = partsOf(entry.modifiedAt);
      const isFile = entry.kind === "file";
      const size = isFile
        ? `<td data-order="${entry.sizeBytes}">${(entry.sizeBytes / 1024).toFixed(0)} KiB</td>`
        : '<td data-order="-1">&mdash;</td>';
      return `                    <tr class="file">\n                        <td></td>\n                        <td>\n                            <a href="${looseHref(entry, "./")}">\n                                <svg width="1.5em" height="1em" version="1.1" viewBox="0 0 265 323">\n                                    <use xlink:href="#${isFile ? "file" : "folder"}"></use>\n                                </svg>\n                                <span class="name">${html(shownName(entry))}</span>\n                            </a>\n                        </td>\n                        ${size}\n                        <td class="hideable"><time datetime=" ${iso}">${month}/${date}/${year} ${time} AM +00:00</time></td>\n                        <td class="hideable"></td>\n                    </tr>\n`;
    });
    return `<!DOCTYPE html>\n<html>\n<head>\n    <title>${html(directory.split("/").at(-2) ?? "")}</title>\n</head>\n<body onload='initFilter()'>\n    <header>\n        <h1>\n            <a href="../">/</a><a href="">base</a>/\n        </h1>\n    </header>\n    <main>\n        <div class="listing">\n            <table aria-describedby="summary">\n                <thead>\n                    <tr>\n                        <th></th>\n                        <th>\n                            <a href="?sort=namedirfirst&order=desc"\n                                class="icon"></a>\n                            <a\n                                href="?sort=name&order=asc">Name</a>\n                        </th>\n                    </tr>\n                </thead>\n                <tbody>\n                    <tr>\n                        <td></td>\n                        <td>\n                            <a href="..">\n                                <span class="goup">Go up</span>\n                            </a>\n                        </td>\n                        <td>&mdash;</td>\n                    </tr>\n${lines.join("")}                </tbody>\n            </table>\n        </div>\n    </main>\n    <footer>\n        Served with <a rel="noopener noreferrer" href="https://caddyserver.com">Caddy</a>\n    </footer>\n</body>\n</html>\n`;
  },

  caddyJson(_directory, entries) {
    const listed = entries.map((entry) => ({
      name: shownName(entry),
      size: entry.kind === "file" ? entry.sizeBytes : 4096,
      url: `./${encodeURIComponent(entry.name)}`,
      mod_time: partsOf(entry.modifiedAt).iso.replace("Z", ".044412179Z"),
      mode: 420,
      is_dir: entry.kind === "directory",
      is_symlink: false,
    }));
    return JSON.stringify(listed);
  },

  python(directory, entries) {
    const title = `Directory listing for ${html(directory)}`;
    const lines = entries.map(
      (entry) => `<li><a href="${strictHref(entry)}">${html(shownName(entry))}</a></li>\n`,
    );
    return `<!DOCTYPE HTML>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>${title}</title>\n</head>\n<body>\n<h1>${title}</h1>\n<hr>\n<ul>\n${lines.join("")}</ul>\n<hr>\n</body>\n</html>\n`;
  },

  iis(directory, entries) {
    const lines = entries.map((entry) => {
      const { year, month, date, time } = partsOf(entry.modifiedAt);
      const [hour = 0, minute] = time.split(":").map(Number);
      const clock = `${hour % 12 || 12}:${String(minute).padStart(2, "0")} ${hour < 12 ? "AM" : "PM"}`;
      const size = entry.kind === "directory" ? "       &lt;dir&gt;" : String(entry.sizeBytes).padStart(12);
      return `${`${Number(month)}/${Number(date)}/${year}`.padStart(10)} ${clock.padStart(8)} ${size} <A HREF="${directory}${strictHref(entry)}">${html(entry.name)}</A><br>`;
    });
    const parent =
      directory === "/" ? "" : `<A HREF="${parentOf(directory)}">[To Parent Directory]</A><br><br>`;
    return `<html><head><title>localhost - ${html(directory)}</title></head><body><H1>localhost - ${html(directory)}</H1><hr>\r\n\r\n<pre>${parent}${lines.join("")}</pre><hr></body></html>`;
  },
};
