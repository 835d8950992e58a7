/** What builds of before sent and stored, as it is kept in `golden/`, by the version of the package. */
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { ABSENT, type Store } from "../../../shared/store/store.ts";
import { type Expected, neverAborted } from "../../support/tinyWorld.ts";
import type { ServerName, Written } from "./scenario.ts";

const directory = join(import.meta.dirname, "golden");

export interface Frozen {
  /** How it was made. */
  readonly made: string;
  /** That of what is stored and sent. */
  readonly schema: number;
  /** What the group holds: each timestep's revision, or its gap. */
  readonly content: readonly Expected[];
  /** By the kind of server. Of all but the first, only the objects that differ from the first's. */
  readonly written: Readonly<Partial<Record<ServerName, Written>>>;
}

export interface FrozenBuild extends Omit<Frozen, "written"> {
  readonly version: string;
  readonly written: readonly (readonly [ServerName, Written])[];
}

/** The oldest first. */
export function frozenBuilds(): readonly FrozenBuild[] {
  const files = readdirSync(directory).sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  return files.map((file) => {
    const { written, ...frozen } = JSON.parse(readFileSync(join(directory, file), "utf8")) as Frozen;
    const all = Object.entries(written) as [ServerName, Written][];
    const first = all[0]?.[1].objects;
    const whole = all.map(
      ([name, one]) => [name, { ...one, objects: { ...first, ...one.objects } }] as const,
    );
    return { ...frozen, version: basename(file, ".json"), written: whole };
  });
}

export const frozenPath = (version: string) => join(directory, `${version}.json`);

/** Lays out what is stored of a dataset, in a store that counts by key and in a ledger's file, as they were left. */
export async function layOut({ sqlite, objects }: Written, store: Store, ledgerPath: string): Promise<void> {
  for (const [key, object] of Object.entries(objects)) {
    const bytes = "text" in object ? Buffer.from(object.text) : Buffer.from(object.base64, "base64");
    const headers = { contentType: "application/octet-stream", cacheControl: "no-cache" };
    let generation = ABSENT;
    for (let put = 0; put < object.puts; put++) {
      const done = await store.put(key, bytes, generation, headers, neverAborted);
      generation = done.outcome === "written" ? done.generation : generation;
    }
  }
  const database = new DatabaseSync(ledgerPath);
  database.exec(`PRAGMA journal_mode = WAL; PRAGMA user_version = ${sqlite.userVersion}`);
  for (const statement of sqlite.schema) database.exec(statement);
  for (const row of sqlite.rows) {
    const columns = Object.keys(row);
    const places = columns.map(() => "?").join(", ");
    database
      .prepare(`INSERT INTO records (${columns.join(", ")}) VALUES (${places})`)
      .run(...Object.values(row));
  }
  database.close();
}
