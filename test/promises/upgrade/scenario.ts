/**
 * What a deployment does in some hours, by the functions, on clocks that stand still: everything that it sends and stores is the same
 * each time. Of each form that a message has there is one, and of each that a step of the ledger has.
 */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { extend } from "../../../functions/extend.ts";
import { plan } from "../../../functions/plan.ts";
import { checkedLedger } from "../../../shared/ledger/checkedLedger.ts";
import { fieldsOf } from "../../../shared/ledger/firestoreDocument.ts";
import { createSqliteLedger } from "../../../shared/ledger/sqlite.ts";
import { sentForm } from "../../../shared/queue/messages.ts";
import type { Topics } from "../../../shared/queue/queue.ts";
import { createFtpSource } from "../../../shared/source/ftp/ftpSource.ts";
import { ABSENT, type Generation, type Store } from "../../../shared/store/store.ts";
import { type FtpServer, startFtpServer } from "../../support/ftpServer.ts";
import { handDeadline, memoryCloud } from "../../support/memoryCloud.ts";
import { tinyGranule, tinyPath, tinyTime } from "../../support/tinyDataset.ts";
import { assertContent, neverAborted, type TinyWorld, tinyWorld } from "../../support/tinyWorld.ts";

export const tinyOptions = {
  chunkLength: 4,
  batchesMax: 1,
  publish: "latest",
  writtenWithin: "PT2H",
  end: 47,
  // What a library makes of the same bytes may differ from one version of Node to the next.
  compression: "none",
} as const;

/** What the group holds in the end: each timestep's revision, or its gap. */
export const content = [0, 0, 1, "missing", 0, "corrupt", 0, 1, 0, "pending", 0] as const;
/** Where the clocks stand in the end, in hours after the first timestep. */
export const endsAt = 15;

/** What servers tell of their files; each of these makes other records. */
export interface ServerKind {
  readonly mlsd?: boolean;
  readonly replies?: Readonly<Record<string, string>>;
  readonly areLinks?: boolean;
}
export const serverKinds = {
  "exact dates": {},
  "dates in words, and exact ones when it is asked": { mlsd: false },
  "dates in words alone": {
    mlsd: false,
    replies: { MDTM: "502 Not here.", SIZE: "502 Not here." },
  },
  "links to files": { mlsd: false, areLinks: true },
} as const satisfies Record<string, ServerKind>;
export type ServerName = keyof typeof serverKinds;

export interface Sent {
  readonly topic: keyof Topics;
  readonly data: string;
}

/** Everything that was sent and is stored in the end. */
export interface Written {
  /** In order, as they go over Pub/Sub. */
  readonly messages: readonly Sent[];
  readonly sqlite: {
    readonly userVersion: number;
    readonly schema: readonly string[];
    readonly rows: readonly Readonly<Record<string, string | number | null>>[];
  };
  /** The same records as Firestore has them, by chunk; the dataset's own first, without one. */
  readonly firestore: readonly { readonly chunk?: number; readonly fields: object }[];
  /** By key. */
  readonly objects: Readonly<Record<string, WrittenObject>>;
}

/** Text, or bytes in base64, and how often the object was put. */
export type WrittenObject = { readonly puts: number } & (
  | { readonly text: string }
  | { readonly base64: string }
);

interface Publication {
  readonly revision?: number;
  /** The whole file, where it is no good one. */
  readonly bytes?: Uint8Array;
  /** When it was changed, in hours after the first timestep, as whole as servers tell it; an hour after its time if absent. */
  readonly changedAt?: number;
}

export interface Provider {
  readonly server: FtpServer;
  publish(index: number, publication?: Publication): void;
  /** Publishes what the scenario has published till its end. */
  publishAll(): void;
}

/** What the provider publishes before each of the scenario's plans. */
const published: readonly (readonly (readonly [index: number, publication?: Publication])[])[] = [
  [],
  [[0], [1], [2], [4], [5, { bytes: new Uint8Array([1, 2, 3]) }], [6], [7]],
  [[2, { revision: 1, changedAt: 9 }], [8]],
  [[7, { revision: 1, changedAt: 11 }]],
  // A file that is being written, and one that is broken where a good one was before.
  [
    [9, { bytes: new Uint8Array(100), changedAt: 14 }],
    [10],
    [4, { bytes: new Uint8Array(356).fill(1), changedAt: 13 }],
  ],
];
/** The files of all timesteps of which there is one. */
export const filesAtEnd = 10;

/** A server of that kind, without a file. */
export async function startProvider(
  { mlsd = true, replies = {}, areLinks = false }: ServerKind,
  now: () => number,
): Promise<Provider> {
  const server = await startFtpServer({ mlsd, now });
  for (const [command, reply] of Object.entries(replies)) server.faults.replies.set(command, reply);
  const provider: Provider = {
    server,
    publishAll() {
      for (const [index, publication] of published.flat()) provider.publish(index, publication);
    },
    publish(index, { revision = 0, bytes, changedAt = index + 1 } = {}) {
      const path = tinyPath(index, "tiny", ".bin");
      const granule = bytes ?? tinyGranule({ index, revision, compression: "none" });
      server.put(areLinks ? `store/${index}` : path, granule, tinyTime(changedAt));
      if (areLinks) server.link(path, `/store/${index}`, tinyTime(changedAt));
    },
  };
  return provider;
}

/** A message as Pub/Sub pushes it to a function. */
export function envelope(data: string, messageId: string): object {
  return {
    message: { data: Buffer.from(data).toString("base64"), messageId },
    subscription: "projects/p/subscriptions/s",
  };
}

/** A world with a ledger in a file, and its functions, which reach the provider. */
export interface Deployment {
  readonly world: TinyWorld;
  readonly messages: Sent[];
  /** Delivers a message, under an id of its own unless given; it has to be answered with 200. */
  deliver(
    topic: "plan" | "extend",
    data: string,
    how?: { readonly isLate?: boolean; readonly messageId?: string },
  ): Promise<void>;
}

export function deployment(
  provider: Provider,
  ledgerPath: string,
  world: TinyWorld,
  store: Store,
): Deployment {
  const other = tinyWorld({ ...tinyOptions, id: "other" });
  const cloud = memoryCloud([world, other]);
  const messages: Deployment["messages"] = [];
  let [ids, delivered] = [0, 0];
  const queue: typeof cloud.queue = {
    async publish(topic, sent) {
      messages.push(...sent.map((message) => ({ topic, data: JSON.stringify(sentForm(message)) })));
    },
  };
  Object.assign(cloud, { queue });
  cloud.use = async (dataset, invocation, work) => {
    assert.equal(dataset.id, world.dataset.id);
    const ledger = createSqliteLedger(ledgerPath);
    const source = createFtpSource({ url: provider.server.url, connectionsMax: 1, random: () => 0.5 });
    const own = {
      store,
      ledger: checkedLedger(world.dataset, ledger),
      source,
      queue,
      now: () => world.clock.now,
      newId: () => `id-${++ids}`,
    };
    try {
      const limits = { batchesInFlightMax: invocation.late.aborted ? 1 : 8 };
      return await work({ ...world.wiring({ limits }), ...own, ...invocation });
    } finally {
      await source.close();
      ledger.close();
    }
  };
  return {
    world,
    messages,
    async deliver(topic, data, { isLate = false, messageId = `message-${++delivered}` } = {}) {
      const hand = handDeadline();
      if (isLate) hand.isLate();
      const handlers = { plan, extend };
      const body = envelope(data, messageId);
      const { status, body: said } = await cloud.ask(handlers[topic], { body }, hand.deadline);
      assert.equal(status, 200, `${topic} ${data}: ${JSON.stringify(said)}`);
    },
  };
}

const usual = JSON.stringify({ dataset: "tiny" });
/** What somebody asks for, under its id. */
export const forced = {
  data: JSON.stringify({
    dataset: "tiny",
    from: "2020-01-01T12:00:00Z",
    to: "2020-01-01T13:00:00Z",
    force: true,
  }),
  messageId: "forced",
};
/** When and how each plan is asked for. The second is late: it sends the first batch, and a continuation that has its turn. */
const plans = [
  { at: -1, data: "{}" },
  { at: 8, data: usual, isLate: true },
  { at: 10, data: usual },
  { at: 12, ...forced },
  { at: endsAt, data: usual },
];

/**
 * Plays the scenario with a server of that kind, and tells everything that was written. `instead`: what another build sent, which is
 * worked on in the place of what this one sends.
 */
export async function playScenario(kind: ServerKind, instead?: Written["messages"]): Promise<Written> {
  const directory = await mkdtemp(join(tmpdir(), "accrete-scenario-"));
  const world = tinyWorld(tinyOptions);
  const provider = await startProvider(kind, () => world.clock.asOf);
  try {
    const ledgerPath = join(directory, "ledger.sqlite");
    const store = numberedByKey(world.store);
    const { messages, deliver } = deployment(provider, ledgerPath, world, store);
    const forWorkers = (sent: readonly Sent[]) => sent.filter(({ topic }) => topic !== "extended");
    let handled = 0;
    for (const [round, { at, data, ...how }] of plans.entries()) {
      for (const [index, publication] of published[round] ?? []) provider.publish(index, publication);
      world.at(at);
      await deliver("plan", data, how);
      for (; handled < forWorkers(messages).length; handled++) {
        const own = forWorkers(messages)[handled] as Sent;
        const { topic, data: sent } = instead ? ofTurn(own, forWorkers(instead)[handled]) : own;
        if (topic !== "extended" && datasetIn(sent) === "tiny") await deliver(topic, sent);
      }
    }
    await assertContent(world, content);
    return renamed({ messages, ...(await recordsIn(ledgerPath)), objects: await objectsOf(store) });
  } finally {
    await provider.server.close();
    await rm(directory, { recursive: true });
  }
}

/** What another build sent at this place, with the turn that only this run has given. */
function ofTurn(own: Sent, other: Sent | undefined): Sent {
  assert.ok(other, `nothing else was sent, where this build sends ${own.data}`);
  const { turn } = JSON.parse(own.data) as { readonly turn?: string };
  return turn === undefined
    ? other
    : { ...other, data: other.data.replace(/"turn":"[^"]*"/, `"turn":"${turn}"`) };
}

export const datasetIn = (data: string) => (JSON.parse(data) as { readonly dataset?: string }).dataset;

/** Names that were made, in the order in which they appear: how many others were made changes none. */
function renamed(written: Written): Written {
  const names = new Map<string, string>();
  const text = JSON.stringify(written).replace(/\bid-\d+/g, (id) => {
    names.set(id, names.get(id) ?? `id-${names.size + 1}`);
    return names.get(id) as string;
  });
  return JSON.parse(text) as Written;
}

async function recordsIn(path: string): Promise<Pick<Written, "sqlite" | "firestore">> {
  const database = new DatabaseSync(path);
  const rows = database.prepare("SELECT * FROM records ORDER BY dataset, chunk").all() as {
    chunk: number;
    record: string;
  }[];
  const schema = database.prepare("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL").all();
  const version = database.prepare("PRAGMA user_version").get();
  database.close();
  const ledger = createSqliteLedger(path);
  const own = await ledger.read({ dataset: "tiny" }, neverAborted);
  const chunks = await ledger.window("tiny", 0, 1000, 1000, neverAborted);
  ledger.close();
  return {
    sqlite: {
      userVersion: Number(version?.user_version),
      schema: schema.map(({ sql }) => String(sql)),
      rows: rows.map((row) => ({ ...row })),
    },
    firestore: [
      { fields: fieldsOf(own?.record, "write-id") },
      ...chunks.map(({ record }) => ({ chunk: record.chunk, fields: fieldsOf(record, "write-id") })),
    ],
  };
}

async function objectsOf(store: Store): Promise<Written["objects"]> {
  const objects: Record<string, WrittenObject> = {};
  for (const key of await store.list("", neverAborted)) {
    const { bytes, generation } = (await store.read(key, neverAborted)) ?? assert.fail(key);
    const puts = Number(generation);
    const isText = bytes.every((byte) => byte === 10 || (byte >= 32 && byte < 127));
    objects[key] = isText
      ? { puts, text: Buffer.from(bytes).toString() }
      : { puts, base64: Buffer.from(bytes).toString("base64") };
  }
  return objects;
}

/** The store with generations that count the puts of each object alone: how many others were put changes none. */
export function numberedByKey(store: Store): Store {
  const known = new Map<string, Generation[]>();
  const of = (key: string) => known.get(key) ?? [];
  const outward = (key: string, generation: Generation) => String(of(key).indexOf(generation) + 1);
  const inward = (key: string, generation: Generation) =>
    generation === ABSENT ? ABSENT : (of(key)[Number(generation) - 1] ?? "none");
  const numbered = <Read extends { readonly generation: Generation }>(key: string, read: Read | undefined) =>
    read && { ...read, generation: outward(key, read.generation) };
  return {
    ...store,
    read: async (key, signal) => numbered(key, await store.read(key, signal)),
    open: async (key, signal) => numbered(key, await store.open(key, signal)),
    delete: (key, generation, signal) => store.delete(key, inward(key, generation), signal),
    async put(key, bytes, generation, headers, signal) {
      const put = await store.put(key, bytes, inward(key, generation), headers, signal);
      if (put.outcome !== "written") return put;
      known.set(key, [...of(key), put.generation]);
      return { outcome: "written", generation: outward(key, put.generation) };
    },
  };
}
