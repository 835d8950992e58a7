import { join } from "node:path";
import { steps } from "./granuleFiles.ts";
import type { Script } from "./measured.ts";

/** One line of the table: something that the product does, and the least that any program needs for the same. */
export interface Row {
  readonly name: string;
  readonly what: string;
  /** A command besides Node, by the name of its Debian package; without it the row is left out. */
  readonly needs?: string;
  /** Make what is measured on; each runs once, whoever asks for it. */
  readonly prepare: readonly Script[];
  readonly measured: Script;
  readonly floor: Script;
}

const ways = { float32: "one field as float32", packed: "four fields, packed" } as const;
const changes = {
  revise: "revise one granule in a sealed chunk; floor: its objects alone",
  append: "append one granule to the tail chunk; floor: its objects alone, without plan and commit",
} as const;
const webs = {
  fetch: "fetch 2,000 granules of 400 KB from nginx by 8 connections; floor: curl --parallel into files",
  list: "look 100 files up in an index of 20,000 names by nginx; floor: curl fetches it",
} as const;
const decodingRounds = 5;
const lengths = [1000, 10_000, 100_000];
const slow = { steps: 80, bytesPerSecond: 2_000_000, latencyMs: 50 } as const;
const batches = 1000;

/** All rows; `place` is an empty folder for what is prepared. */
export function rowsIn(place: string): readonly Row[] {
  const names = ["granules", "changed", "functions", "served", "web"];
  const [granules, changed, functions, served, web] = names.map((name) => join(place, name)) as [
    string,
    string,
    string,
    string,
    string,
  ];
  const settled = (length: number) => join(place, `settled-${length}`);
  const makeGranules: Script = ["makeGranules.ts", granules];
  const throttled = [slow.bytesPerSecond, slow.latencyMs].map(String);

  const perWay = (name: string, what: string, ...parameters: string[]): Row[] =>
    Object.entries(ways).map(([way, fields]) => ({
      name: `${name}-${way}`,
      what: `${what}: ${fields}`,
      prepare: [makeGranules],
      measured: [`${name}Once.ts`, granules, way, ...parameters],
      floor: [`floors/${name}.ts`, granules, way, ...parameters],
    }));
  const perLength = (name: string, what: string): Row[] =>
    lengths.map((length) => ({
      name: `${name}-${length}`,
      what: `${what}, ${length} timesteps there`,
      prepare: [["settledDataset.ts", settled(length), String(length)]],
      measured: [`${name}Once.ts`, settled(length), String(length)],
      floor: [`floors/${name}.ts`],
    }));
  const start = (name: string, what: string, floor: string): Row => ({
    name: `start-${name}`,
    what,
    prepare: [["instances.ts", functions]],
    measured: ["startOnce.ts", functions, name],
    floor: ["startOnce.ts", functions, floor],
  });

  return [
    ...perWay("extend", `extend by ${steps} granules over FTP`, String(steps)),
    {
      name: "extend-throttled",
      what: `extend by ${slow.steps} granules at 2 MB/s and ${slow.latencyMs} ms; floor: the transfer alone`,
      prepare: [makeGranules],
      measured: ["extendOnce.ts", granules, "packed", String(slow.steps), ...throttled],
      floor: ["floors/transfer.ts", granules, String(slow.steps), ...throttled],
    },
    ...perWay("decode", `inflate and decode ${steps} granules`, String(decodingRounds)),
    ...perWay("encode", "compress one chunk"),
    ...Object.entries(changes).map(
      ([change, what]): Row => ({
        name: change,
        what,
        prepare: [makeGranules, ["changeOneGranule.ts", granules, changed, "begin"]],
        measured: ["changeOneGranule.ts", granules, changed, change],
        floor: ["floors/changeOneGranule.ts", granules, changed, change],
      }),
    ),
    ...perLength("plan", "plan with nothing new"),
    ...perLength("commit", "commit one chunk"),
    ...Object.entries(webs).map(
      ([way, what]): Row => ({
        name: `web-${way}`,
        what,
        needs: "nginx",
        prepare: [["webFiles.ts", web]],
        measured: ["webOnce.ts", web, way],
        floor: ["floors/web.ts", web, way],
      }),
    ),
    {
      name: "serve",
      what: "1 GB of an object of 4.3 MB to 500 connections; floor: its file piped to each",
      needs: "wrk",
      prepare: [],
      measured: ["serveOnce.ts", served, "accrete"],
      floor: ["serveOnce.ts", served, "plain"],
    },
    start("command", "`accrete datasets`; floor: `node -e 0`", "node"),
    start("function", "first answer of the bundled function; floor: the framework's", "framework"),
    {
      name: "batches",
      what: `${batches} batches by 32 workers, 20 ms a store call, 10 ms a ledger call; for comparison: one alone`,
      prepare: [],
      measured: ["batchesOnce.ts", String(batches)],
      floor: ["floors/oneBatch.ts", String(batches)],
    },
  ];
}
