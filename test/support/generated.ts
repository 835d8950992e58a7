import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { settingsMarkdown } from "../../functions/runtime/settings/table.ts";

/** A file in git that is made from others, whole or in part: `npm run golden` makes it, and a test holds it to what that makes. */
export interface Generated {
  readonly path: string;
  /** What it should be, by what is in git besides. */
  bytes(): Uint8Array;
}

const readme = fileURLToPath(new URL("../../README.md", import.meta.url));
const marks = ["<!-- options -->", "<!-- /options -->"] as const;

/** The README with the table of what may be set. */
function readmeText(): string {
  const [before, rest = ""] = readFileSync(readme, "utf8").split(marks[0]);
  const after = rest.split(marks[1])[1];
  if (after === undefined)
    throw new Error(`${readme} has no place for the table of options: ${marks.join(" … ")}`);
  return `${before}${marks[0]}\n${settingsMarkdown()}\n${marks[1]}${after}`;
}

export const generated: readonly Generated[] = [
  { path: readme, bytes: () => new TextEncoder().encode(readmeText()) },
];
