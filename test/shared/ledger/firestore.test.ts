import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { after, describe, type TestContext, test } from "node:test";
import { promisify } from "node:util";
import { StorageError } from "../../../shared/errors.ts";
import { createFirestoreLedger, type FirestoreLedgerOptions } from "../../../shared/ledger/firestore.ts";
import { chunkRecordKey, datasetRecordKey, type Ledger, NO_RECORD } from "../../../shared/ledger/ledger.ts";
import { type ChunkRecord, emptyChunk, type StepRecord } from "../../../shared/ledger/records.ts";
import { ledgerContract } from "../../../shared/testing/ledger.ts";
import { neverAborted } from "../../../shared/testing/neverAborted.ts";
import { fullChunk, fullDataset } from "../../../shared/testing/records.ts";
import { emulatorsSkip, startFirestoreEmulator } from "../../support/emulators.ts";
import { patienceMs } from "../../support/patience.ts";
import { startTcpProxy } from "../../support/tcpProxy.ts";
import { temporaryDirectory } from "../../support/temporaryDirectory.ts";
import { refusingHost, silentHost } from "../../support/unreachable.ts";

const run = promisify(execFile);
const database = "(default)";
const key = chunkRecordKey("a", 12);

const skip = await emulatorsSkip();
const emulator = skip ? undefined : await startFirestoreEmulator();
const host = emulator?.host ?? "";
after(() => emulator?.stop());

let projects = 0;
const newProject = () => `project-${++projects}`;
const open = (options: Partial<FirestoreLedgerOptions> = {}) =>
  createFirestoreLedger({
    project: newProject(),
    database,
    newId: randomUUID,
    emulatorHost: host,
    ...options,
  });

if (skip) test("ledger contract: firestore", { skip }, () => {});
else {
  ledgerContract("firestore", async () => {
    const ledger = open();
    return { ledger, stop: () => ledger.close() };
  });
}

/** The emulator's own interface, apart from the client library. */
async function document(method: string, project: string, path: string, body?: object): Promise<Response> {
  const url = `http://${host}/v1/projects/${project}/databases/${database}/documents/accrete/${path}`;
  const answer = await fetch(url, {
    method,
    headers: { authorization: "Bearer owner", "content-type": "application/json" },
    ...(body && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(patienceMs),
  });
  assert.ok(answer.ok, `${method} ${path}: ${answer.status}`);
  return answer;
}

describe("a Firestore ledger", { skip }, () => {
  test("records lie where they are said to, in fields of their own", async (t) => {
    const project = newProject();
    const ledger = open({ project });
    t.after(() => ledger.close());
    await ledger.write(datasetRecordKey("a"), fullDataset, NO_RECORD, neverAborted);
    await ledger.write(key, fullChunk, NO_RECORD, neverAborted);
    const dataset = (await (await document("GET", project, "a")).json()) as {
      fields: Record<string, unknown>;
    };
    assert.deepEqual(
      Object.keys(dataset.fields).sort(),
      [...Object.keys(fullDataset), "schema", "writeId"].sort(),
    );
    const chunk = (await (await document("GET", project, "a/chunks/00000012")).json()) as {
      fields: Record<string, Record<string, unknown>>;
    };
    assert.deepEqual(
      Object.keys(chunk.fields).sort(),
      [...Object.keys(fullChunk), "schema", "writeId"].sort(),
    );
    assert.deepEqual(
      [dataset.fields.schema, chunk.fields.schema],
      [{ integerValue: "2" }, { integerValue: "2" }],
    );
    assert.deepEqual(chunk.fields.uncommitted, { booleanValue: true });
    assert.deepEqual(chunk.fields.nextTryAt, { integerValue: "1396500000000" });
    // What is stored calls a granule's version as builds of before do.
    const stored = JSON.stringify(fullChunk.steps).replaceAll('"version":', '"listedDate":');
    assert.deepEqual(JSON.parse(String(chunk.fields.steps?.stringValue)), JSON.parse(stored));
  });

  test("a write that changes nothing makes another version all the same", async (t) => {
    const ledger = open();
    t.after(() => ledger.close());
    const first = await ledger.write(key, fullChunk, NO_RECORD, neverAborted);
    assert.ok(first.outcome === "written");
    const second = await ledger.write(key, fullChunk, first.version, neverAborted);
    assert.ok(second.outcome === "written");
    assert.notEqual(second.version, first.version);
    assert.deepEqual(await ledger.write(key, fullChunk, first.version, neverAborted), {
      outcome: "preconditionFailed",
    });
  });

  test("the largest record, fractions, and whatever a text may hold come back exactly", async (t) => {
    const ledger = open();
    t.after(() => ledger.close());
    const granule = {
      path: `é\u0000"\\\u{1f327}/${"x".repeat(1700)}`,
      sizeBytes: Number.MAX_SAFE_INTEGER,
      version: "",
      modifiedAt: 1_396_390_000_000.25,
      crc32c: "00c0ffee",
      ingestedAt: 0.1 + 0.2,
      revision: 0,
    };
    const step: StepRecord = { status: "present", granule, failed: null };
    const record: ChunkRecord = {
      ...emptyChunk(12),
      nextTryAt: 1_396_500_000_000.125,
      generations: { "a.b/`c`.é": "1" },
      steps: Object.fromEntries(Array.from({ length: 511 }, (_, offset) => [offset, step])),
    };
    const first = await ledger.write(key, record, NO_RECORD, neverAborted);
    assert.ok(first.outcome === "written");
    assert.deepEqual(await ledger.read(key, neverAborted), { record, version: first.version });
    // Generations that were there before are gone with the record that had them.
    const later = { ...record, generations: { other: "2" }, steps: {} };
    const second = await ledger.write(key, later, first.version, neverAborted);
    assert.ok(second.outcome === "written");
    assert.deepEqual(await ledger.read(key, neverAborted), { record: later, version: second.version });
  });

  test("a record that somebody deleted is gone, and its version with it", async (t) => {
    const project = newProject();
    const ledger = open({ project });
    t.after(() => ledger.close());
    const first = await ledger.write(key, fullChunk, NO_RECORD, neverAborted);
    assert.ok(first.outcome === "written");
    await document("DELETE", project, "a/chunks/00000012");
    assert.deepEqual(await ledger.write(key, fullChunk, first.version, neverAborted), {
      outcome: "preconditionFailed",
    });
    assert.equal(await ledger.read(key, neverAborted), undefined);
    const second = await ledger.write(key, fullChunk, NO_RECORD, neverAborted);
    assert.ok(second.outcome === "written" && second.version !== first.version);
  });

  test("a damaged record is refused with its place", async (t) => {
    const project = newProject();
    const ledger = open({ project });
    t.after(() => ledger.close());
    await ledger.write(key, fullChunk, NO_RECORD, neverAborted);
    await document("PATCH", project, "a/chunks/00000012?updateMask.fieldPaths=steps", {
      fields: { steps: { stringValue: '{"0":' } },
    });
    const refused = { tag: "storage", key: `firestore://${project}/(default)/accrete/a/chunks/12` };
    await assert.rejects(ledger.read(key, neverAborted), refused);
    await assert.rejects(ledger.window("a", 0, 20, 10, neverAborted), refused);
  });

  test("refuses once it is closed, and may be closed twice", async () => {
    const ledger = open();
    await ledger.write(key, fullChunk, NO_RECORD, neverAborted);
    await ledger.close();
    await ledger.close();
    await assert.rejects(ledger.read(key, neverAborted), { tag: "storage", message: /closed/ });
    await assert.rejects(ledger.write(key, fullChunk, NO_RECORD, neverAborted), {
      tag: "storage",
      message: /closed/,
    });
  });
});

/** A ledger whose answers can be lost, and another way to the same records. */
async function throughProxy(t: TestContext, callMs: number) {
  const proxy = await startTcpProxy(host);
  const project = newProject();
  const direct = open({ project });
  const ledger = open({ project, emulatorHost: proxy.host, limits: { callMs } });
  t.after(async () => {
    await Promise.all([ledger.close(), direct.close()]);
    await proxy.stop();
  });
  assert.equal(await direct.read(key, neverAborted), undefined);
  assert.equal(await ledger.read(key, neverAborted), undefined);
  return { proxy, ledger, direct };
}

/** Resolves when the record is at another version than `before`. */
async function changed(ledger: Ledger, before: string | undefined) {
  const deadline = AbortSignal.timeout(patienceMs);
  for (;;) {
    const found = await ledger.read(key, neverAborted);
    if (found && found.version !== before) return found;
    deadline.throwIfAborted();
  }
}

describe("a Firestore ledger whose answers are lost", { skip }, () => {
  test("finds out that its own write stands, also where it created", async (t) => {
    const { proxy, ledger, direct } = await throughProxy(t, patienceMs);
    let before: string | undefined;
    for (const record of [fullChunk, { ...fullChunk, lease: null }]) {
      proxy.loseAnswers();
      const writing = ledger.write(key, record, before ?? NO_RECORD, neverAborted);
      const existing = await changed(direct, before);
      proxy.cut();
      assert.deepEqual(await writing, { outcome: "written", version: existing.version });
      assert.deepEqual(await direct.read(key, neverAborted), { record, version: existing.version });
      before = existing.version;
    }
  });

  test("takes no other write for its own, were it of the same record", async (t) => {
    const { proxy, ledger, direct } = await throughProxy(t, patienceMs);
    proxy.loseAnswers();
    const writing = ledger.write(key, fullChunk, NO_RECORD, neverAborted);
    const { version } = await changed(direct, undefined);
    const others = await direct.write(key, fullChunk, version, neverAborted);
    proxy.cut();
    assert.deepEqual(await writing, { outcome: "preconditionFailed" });
    assert.ok(others.outcome === "written");
    assert.deepEqual(await direct.read(key, neverAborted), { record: fullChunk, version: others.version });
  });

  test("deletes once, and never what somebody else wrote there meanwhile", async (t) => {
    const { proxy, ledger, direct } = await throughProxy(t, patienceMs);
    for (const isOvertaken of [false, true]) {
      const first = await direct.write(key, fullChunk, NO_RECORD, neverAborted);
      assert.ok(first.outcome === "written");
      proxy.loseAnswers();
      const deleting = ledger.delete(key, first.version, neverAborted);
      const deadline = AbortSignal.timeout(patienceMs);
      while (await direct.read(key, neverAborted)) deadline.throwIfAborted();
      if (isOvertaken) await direct.write(key, emptyChunk(12), NO_RECORD, neverAborted);
      proxy.cut();
      // The client's second try is refused by its first: who cares reads again.
      assert.deepEqual(await deleting, { outcome: "preconditionFailed" });
      const left = (await direct.read(key, neverAborted))?.record;
      assert.deepEqual(left, isOvertaken ? emptyChunk(12) : undefined);
    }
  });

  test("says so where it cannot find out", async (t) => {
    const { proxy, ledger, direct } = await throughProxy(t, 5000);
    proxy.loseAnswers();
    const writing = assert.rejects(ledger.write(key, fullChunk, NO_RECORD, neverAborted), {
      tag: "storage",
      operation: "write",
      message: /(DEADLINE_EXCEEDED|no answer).*; see that 127\.0\.0\.1:\d+ can be reached, and try again/,
    });
    await changed(direct, undefined);
    await writing;
  });
});

const callMs = 1000;
/** For the client to be loaded and the machine to be busy; left to itself, the client would give up after a minute. */
const spareMs = 50_000;

describe("a Firestore ledger that cannot be reached", () => {
  for (const [who, hostOf] of Object.entries({ listens: refusingHost, answers: silentHost })) {
    test(`where nobody ${who}, every question fails in its time and says where`, async (t) => {
      const emulatorHost = await hostOf(t);
      const ledger = open({ project: "p", emulatorHost, limits: { callMs } });
      t.after(() => ledger.close());
      const questions: Record<string, () => Promise<unknown>> = {
        read: () => ledger.read(datasetRecordKey("a"), neverAborted),
        write: () => ledger.write(key, fullChunk, NO_RECORD, neverAborted),
        window: () => ledger.window("a", 0, 1, 1, neverAborted),
        uncommitted: () => ledger.uncommitted("a", 1, neverAborted),
        due: () => ledger.due("a", 0, 1, 1, neverAborted),
        delete: () => ledger.delete(key, "1.000000000", neverAborted),
      };
      const late = AbortSignal.timeout(2 * callMs + spareMs);
      await Promise.all(
        Object.entries(questions).map(([operation, ask]) =>
          assert.rejects(ask(), (error) => {
            assert.ok(error instanceof StorageError);
            assert.equal(error.operation, operation);
            assert.ok(error.key.startsWith("firestore://p/(default)/accrete/a"), error.key);
            assert.ok(error.message.endsWith(`; see that ${emulatorHost} can be reached, and try again`));
            return true;
          }),
        ),
      );
      assert.ok(!late.aborted);
    });
  }

  test("an abort ends every wait at once, with its reason", async (t) => {
    const ledger = open({ project: "p", emulatorHost: await silentHost(t) });
    t.after(() => ledger.close());
    const controller = new AbortController();
    const { signal } = controller;
    const asking = [
      ledger.read(datasetRecordKey("a"), signal),
      ledger.write(key, fullChunk, NO_RECORD, signal),
      ledger.window("a", 0, 1, 1, signal),
      ledger.uncommitted("a", 1, signal),
      ledger.due("a", 0, 1, 1, signal),
      ledger.leased("a", 1, 1, signal),
      ledger.delete(key, "1.000000000", signal),
    ];
    const reason = new Error("deadline");
    setImmediate(() => controller.abort(reason));
    for (const asked of asking) await assert.rejects(asked, (thrown) => thrown === reason);
  });

  test("a process that asked and closed ends by itself", async () => {
    const { stdout } = await askInProcess(
      { emulatorHost: await refusingHost(), limits: { callMs: 1000 } },
      {},
    );
    assert.match(stdout, /^storage read .*; see that/);
  });

  test("without credentials it says how to get some", async (t) => {
    const home = await temporaryDirectory(t);
    const alone = { HOME: home, CLOUDSDK_CONFIG: home, METADATA_SERVER_DETECTION: "none" };
    const { stdout } = await askInProcess({ limits: { callMs: patienceMs } }, alone);
    assert.match(stdout, /^storage read .*; set GOOGLE_APPLICATION_CREDENTIALS, or run gcloud auth/);
  });
});

/** What a process of its own says that reads one record of project `p`, closes, and does nothing more. */
async function askInProcess(options: Partial<FirestoreLedgerOptions>, environment: Record<string, string>) {
  const module = new URL("../../../shared/ledger/firestore.ts", import.meta.url);
  const given = JSON.stringify({ project: "p", database, ...options });
  const program = `const { createFirestoreLedger } = await import(${JSON.stringify(module)});
    const ledger = createFirestoreLedger({ ...${given}, newId: () => "1" });
    await ledger.read({ dataset: "a" }, new AbortController().signal).catch(({ tag, message }) => console.log(tag, message));
    await ledger.close();`;
  return run(process.execPath, ["--input-type=module", "-e", program], {
    env: { PATH: process.env.PATH, ...environment },
    timeout: patienceMs,
  });
}
