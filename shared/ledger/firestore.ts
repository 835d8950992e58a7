import type { EventEmitter } from "node:events";
import type firestore from "@google-cloud/firestore";
import type { GoogleAuth } from "google-gax";
import { NewerSchemaError, StorageError } from "../errors.ts";
import { callOptions, code, codeOf, explain, noCredentials, within } from "../googleCall.ts";
import { resolveLostWrite } from "../lostAnswer.ts";
import { type Document, fieldsOf, instantOf, versioned, versionOf } from "./firestoreDocument.ts";
import type { FirestoreValue } from "./firestoreValue.ts";
import {
  type DeletionResult,
  type Ledger,
  type LedgerKey,
  NO_RECORD,
  type Version,
  type Versioned,
  type WriteResult,
} from "./ledger.ts";
import { type ChunkRecord, ofChunk } from "./records.ts";

export interface FirestoreLimits {
  /** For one request with all the client's own tries. A write whose answer is lost takes a second one, to read it back. */
  readonly callMs: number;
}

const limitsDefault: FirestoreLimits = { callMs: 20_000 };

export interface FirestoreLedgerOptions {
  readonly project: string;
  /** `(default)` or a name; it must exist, in native mode. */
  readonly database: string;
  /** Makes a text that no other write has. */
  readonly newId: () => string;
  /** `HOST:PORT` of an emulator; without it, Google's servers, with the account that the client finds. */
  readonly emulatorHost?: string;
  readonly limits?: Partial<FirestoreLimits>;
}

const collection = "accrete";
/** Makes the order of keys that of chunks. */
const chunkDigits = 8;
const chunkMax = 10 ** chunkDigits - 1;

/** How the server says that a write's condition does not hold. */
const refusals: readonly unknown[] = [
  code.notFound,
  code.alreadyExists,
  code.failedPrecondition,
  code.aborted,
];

/** Part of the interface's answers, all that is read of them. */
interface Answer {
  readonly found?: Document | null;
  readonly document?: Document | null;
}
type Comparison = "EQUAL" | "LESS_THAN_OR_EQUAL" | "GREATER_THAN_OR_EQUAL" | "GREATER_THAN";
interface Question {
  readonly where: { readonly field: string; readonly op: Comparison; readonly value: FirestoreValue }[];
  readonly by: string;
  readonly limit: number;
}

type FirestoreClient = InstanceType<typeof firestore.v1.FirestoreClient>;

/** The key of a document, as a field of queries. */
const keyField = "__name__";

/**
 * A ledger in Firestore: the dataset's record in `accrete/{dataset}`, those of its chunks in
 * `accrete/{dataset}/chunks/{8 digits}`. Constructing it makes no connection, and does not load the client, which takes long.
 *
 * It speaks through the generated client, in which each call has a time limit: the one above it tries for up to ten minutes
 * and cannot be closed meanwhile. And there a conditional write can replace a whole document.
 *
 * Each question is asked of the key or of one field, in ascending order, so the indexes that Firestore makes by itself
 * are enough; `uncommitted`, `nextTryAt` and `lease` must not be exempt from them.
 */
export function createFirestoreLedger(options: FirestoreLedgerOptions): Ledger & { close(): Promise<void> } {
  const { project, database, newId } = options;
  const { callMs } = { ...limitsDefault, ...options.limits };
  let loading: Promise<FirestoreClient> | undefined;
  const databaseName = `projects/${project}/databases/${database}`;
  const remedies = {
    host: options.emulatorHost ?? "firestore.googleapis.com",
    role: "roles/datastore.user",
    notFound: `choose a database that project ${project} has, or create ${database} in native mode`,
  };
  // The server finds the database by this header.
  const headers = { "google-cloud-resource-prefix": databaseName, ...(options.emulatorHost && owner) };
  const calling = { ...callOptions(callMs), otherArgs: { headers } };
  let isClosed = false;

  const nameOf = ({ dataset, chunk }: LedgerKey<unknown>) =>
    `${databaseName}/documents/${collection}/${dataset}${chunk === undefined ? "" : `/chunks/${chunkId(chunk)}`}`;

  /** The client is initialized first: where that fails, a call that answers in parts would fail twice, once unheard. */
  async function attempt<Result>(
    operation: string,
    { dataset, chunk }: LedgerKey<unknown>,
    signal: AbortSignal,
    call: (client: FirestoreClient) => Promise<Result>,
  ): Promise<Result> {
    signal.throwIfAborted();
    try {
      if (isClosed) throw new Error("it is closed");
      loading ??= load(options);
      const client = await loading;
      return await within(callMs, signal, () =>
        client.initialize().then(
          () => call(client),
          (failed: unknown) => {
            loading = undefined; // or it would fail for ever
            throw failed;
          },
        ),
      );
    } catch (cause) {
      signal.throwIfAborted();
      if (cause instanceof NewerSchemaError) throw cause;
      const path = `${collection}/${dataset}${chunk === undefined ? "" : `/chunks/${chunk}`}`;
      const key = `firestore://${project}/${database}/${path}`;
      throw new StorageError(operation, key, explain(cause, remedies), { cause });
    }
  }

  async function find(client: FirestoreClient, key: LedgerKey<unknown>): Promise<Document | undefined> {
    const request = { database: databaseName, documents: [nameOf(key)] };
    const answers = await collect(client.batchGetDocuments(request, calling));
    return answers.find(({ found }) => found)?.found ?? undefined;
  }

  async function select(
    operation: string,
    dataset: string,
    question: Question,
    signal: AbortSignal,
  ): Promise<readonly Versioned<ChunkRecord>[]> {
    // To the server a limit of 0 is none.
    if (question.limit <= 0) return [];
    const request = { parent: nameOf({ dataset }), structuredQuery: queryOf(question) };
    const answers = await attempt(operation, { dataset }, signal, (client) =>
      collect(client.runQuery(request, calling)),
    );
    const documents = answers.flatMap(({ document }) => document ?? []);
    return Promise.all(
      documents.map((document) => {
        const key: LedgerKey<ChunkRecord> = { dataset, chunk: chunkOf(document) };
        return attempt(operation, key, signal, async () =>
          ofChunk(chunkOf(document), versioned(key, document)),
        );
      }),
    );
  }

  /** What stands after a call without a clear answer; `undefined` where that cannot be found out. */
  async function readBack(
    operation: string,
    key: LedgerKey<unknown>,
    signal: AbortSignal,
  ): Promise<{ readonly existing: Document | undefined } | undefined> {
    const found = await attempt(operation, key, signal, async (client) => ({
      existing: await find(client, key),
    })).catch(() => undefined);
    signal.throwIfAborted();
    return found;
  }

  /** The client repeats a commit whose answer was lost; and what got no answer at all may have happened too. */
  async function resolveWrite(
    key: LedgerKey<unknown>,
    writeId: string,
    failure: StorageError,
    signal: AbortSignal,
  ): Promise<WriteResult> {
    const written = await resolveLostWrite({
      writeId,
      readBack: async () => {
        const found = await readBack("write", key, signal);
        return found && writeOf(found.existing);
      },
      isRefused: () => isRefusal(failure),
      failure,
    });
    return written
      ? { outcome: "written", version: versionOf(written.updateTime) }
      : { outcome: "preconditionFailed" };
  }

  /** A deletion leaves no id behind: where it was refused, its own first try may have deleted the record. */
  async function resolveDeletion(
    key: LedgerKey<unknown>,
    ifVersion: Version,
    failure: StorageError,
    signal: AbortSignal,
  ): Promise<DeletionResult> {
    if (isRefusal(failure)) return { outcome: "preconditionFailed" };
    const found = await readBack("delete", key, signal);
    if (!found) throw failure;
    if (!found.existing) return { outcome: "deleted" };
    if (versionOf(found.existing.updateTime) === ifVersion) throw failure;
    return { outcome: "preconditionFailed" };
  }

  return {
    async read<Recorded>(key: LedgerKey<Recorded>, signal: AbortSignal) {
      return attempt("read", key, signal, async (client) => {
        const found = await find(client, key);
        return found && versioned(key, found);
      });
    },

    async write(key, record, ifVersion, signal): Promise<WriteResult> {
      const writeId = newId();
      try {
        const version = await attempt("write", key, signal, async (client) => {
          const update = { name: nameOf(key), fields: fieldsOf(record, writeId) };
          const currentDocument =
            ifVersion === NO_RECORD ? { exists: false } : { updateTime: instantOf(ifVersion) };
          const request = { database: databaseName, writes: [{ update, currentDocument }] };
          const [{ writeResults }] = await client.commit(request, calling);
          return versionOf(writeResults?.[0]?.updateTime);
        });
        return { outcome: "written", version };
      } catch (failure) {
        if (failure instanceof StorageError) return resolveWrite(key, writeId, failure, signal);
        throw failure;
      }
    },

    async delete(key, ifVersion, signal): Promise<DeletionResult> {
      signal.throwIfAborted();
      if (ifVersion === NO_RECORD) return { outcome: "preconditionFailed" };
      try {
        await attempt("delete", key, signal, (client) => {
          const currentDocument = { updateTime: instantOf(ifVersion) };
          const writes = [{ delete: nameOf(key), currentDocument }];
          return client.commit({ database: databaseName, writes }, calling);
        });
        return { outcome: "deleted" };
      } catch (failure) {
        if (failure instanceof StorageError) return resolveDeletion(key, ifVersion, failure, signal);
        throw failure;
      }
    },

    async window(dataset, first, last, limit, signal) {
      signal.throwIfAborted();
      const [from, to] = [Math.max(first, 0), Math.min(last, chunkMax)];
      if (from > to) return [];
      const bound = (op: Comparison, chunk: number) => ({
        field: keyField,
        op,
        value: { referenceValue: nameOf({ dataset, chunk }) },
      });
      const where = [bound("GREATER_THAN_OR_EQUAL", from), bound("LESS_THAN_OR_EQUAL", to)];
      return select("window", dataset, { where, by: keyField, limit }, signal);
    },

    async uncommitted(dataset, limit, signal) {
      const where = [{ field: "uncommitted", op: "EQUAL" as const, value: { booleanValue: true } }];
      return select("uncommitted", dataset, { where, by: keyField, limit }, signal);
    },

    async due(dataset, from, until, limit, signal) {
      // An inequality leaves out what is null. Those due at the same instant come in order of their keys.
      const bound = (op: Comparison, at: number) => ({ field: "nextTryAt", op, value: { doubleValue: at } });
      const where = [bound("GREATER_THAN_OR_EQUAL", from), bound("LESS_THAN_OR_EQUAL", until)];
      return select("due", dataset, { where, by: "nextTryAt", limit }, signal);
    },

    async leased(dataset, at, limit, signal) {
      const field = "lease.expiresAt";
      const where = [{ field, op: "GREATER_THAN" as const, value: { doubleValue: at } }];
      return select("leased", dataset, { where, by: field, limit }, signal);
    },

    async close() {
      if (isClosed) return;
      isClosed = true;
      // What could not be initialized throws that again, and has nothing to close.
      await (await loading)?.close().catch(() => undefined);
    },
  };
}

/** All that a call answers, which is no more than was asked for. The client's streams give nothing to `for await`. */
function collect(stream: EventEmitter): Promise<Answer[]> {
  return new Promise((resolve, reject) => {
    const answers: Answer[] = [];
    stream
      .on("data", (answer: Answer) => answers.push(answer))
      .on("end", () => resolve(answers))
      .on("error", reject);
  });
}

/** An emulator obeys this. */
const owner = { authorization: "Bearer owner" };

async function load(options: FirestoreLedgerOptions): Promise<FirestoreClient> {
  // Of a CommonJS module that is bundled, only the default is there.
  const { default: firestoreModule } = await import("@google-cloud/firestore");
  return new firestoreModule.v1.FirestoreClient(await settingsOf(options));
}

async function settingsOf({ project, emulatorHost }: FirestoreLedgerOptions) {
  const settings = { projectId: project, fallback: false, gaxServerStreamingRetries: true };
  if (emulatorHost === undefined) return settings;
  const { default: gax } = await import("google-gax");
  const sslCreds = gax.grpc.credentials.createInsecure();
  const auth = noCredentials as unknown as GoogleAuth;
  const [servicePath = "", port = ""] = emulatorHost.split(":");
  return { ...settings, servicePath, port: Number(port), sslCreds, auth };
}

const isRefusal = (failure: StorageError) => refusals.includes(codeOf(failure.cause));
const writeOf = (found: Document | undefined) => ({
  writeId: found?.fields?.writeId?.stringValue ?? undefined,
  updateTime: found?.updateTime,
});
const chunkId = (chunk: number) => String(chunk).padStart(chunkDigits, "0");
const chunkOf = ({ name }: Document) => Number(name?.slice(-chunkDigits));

function queryOf({ where, by, limit }: Question) {
  const filters = where.map(({ field, op, value }) => ({
    fieldFilter: { field: { fieldPath: field }, op, value },
  }));
  return {
    from: [{ collectionId: "chunks" }],
    where: { compositeFilter: { op: "AND" as const, filters } },
    orderBy: [{ field: { fieldPath: by }, direction: "ASCENDING" as const }],
    limit: { value: limit },
  };
}
