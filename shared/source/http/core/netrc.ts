/** As whom to log in at one machine. */
export interface NetrcEntry {
  /** A host's name in lower case; absent for `default`: every other one. */
  readonly machine?: string;
  readonly user: string;
  readonly password: string;
}

/** What is between quotes, with what a backslash stands before as it is; or anything up to a blank. */
const token = /"((?:[^"\\]|\\.)*)"|(\S+)/gs;
/** A macro goes on to an empty line. */
const macro = /(?<=^|\n)[ \t]*macdef\b.*?(?:\n[ \t]*\r?\n|$)/gs;
const comment = /^[ \t]*#.*$/gm;

/** Reads a `.netrc`, as curl and ftp do: `machine`, `default`, `login`, `password`; `account` and macros say nothing here. */
export function parseNetrc(text: string): readonly NetrcEntry[] {
  const plain = text.replace(macro, "").replace(comment, "");
  const words = [...plain.matchAll(token)].map(
    ([, quoted, bare]) => quoted?.replace(/\\(.)/gs, "$1") ?? bare ?? "",
  );
  const entries: { machine?: string; user: string; password: string }[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at];
    const entry = entries.at(-1);
    if (word === "default") entries.push({ user: "", password: "" });
    else if (word === "machine")
      entries.push({ machine: (words[++at] ?? "").toLowerCase(), user: "", password: "" });
    else if (word === "login" && entry) entry.user = words[++at] ?? "";
    else if (word === "password" && entry) entry.password = words[++at] ?? "";
    else if (word === "account") at++;
  }
  return entries;
}
