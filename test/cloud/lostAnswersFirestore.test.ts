/**
 * Promises 4 and 5 where an answer of Firestore gets lost though its effect stands: whichever write it is of, the run goes on
 * as if nothing had happened, also where somebody else writes the record before the loser looks again.
 */

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, describe, test } from "node:test";
import { checkedLedger } from "../../shared/ledger/checkedLedger.ts";
import { createFirestoreLedger } from "../../shared/ledger/firestore.ts";
import { chunkRecordKey, datasetRecordKey, type Ledger, NO_RECORD } from "../../shared/ledger/ledger.ts";
import { neverAborted } from "../../shared/testing/neverAborted.ts";
import { emulatorsSkip, startFirestoreEmulator } from "../support/emulators.ts";
import { type MemoryWiring, memoryWiring } from "../support/memoryWiring.ts";
import { patienceMs } from "../support/patience.ts";
import { startTcpProxy, type TcpProxy } from "../support/tcpProxy.ts";
import { assertContent, type Expected, type TinyWorld, tinyWorld } from "../support/tinyWorld.ts";

const skip = await emulatorsSkip();
const emulator = skip ? undefined : await startFirestoreEmulator();
const host = emulator?.host ?? "";
after(() => emulator?.stop());

let projects = 0;
const open = (project: string, emulatorHost: string) =>
  createFirestoreLedger({ project, database: "(default)", newId: randomUUID, emulatorHost });

/** Some timesteps are visible, of which one is a gap; since then the gap was filled, one was revised, and new ones came. */
async function grown(): Promise<[TinyWorld, Expected[]]> {
  const base = tinyWorld({ batchesMax: 1 });
  base.publishAll(0, 5);
  base.remove(2);
  base.at(12);
  await base.run();
  base.publish(1, { revision: 1 });
  base.publish(2, { modifiedAt: base.clock.asOf });
  base.publish(6, { bytes: new Uint8Array(3) });
  base.publish(7);
  base.at(20);
  return [base, [0, 1, 0, 0, 0, 0, "corrupt", 0]];
}

/** The same records in a database of their own, once by the way that loses answers, once directly. */
async function movedTo(world: TinyWorld, proxy: TcpProxy) {
  const project = `lost-${++projects}`;
  const direct = open(project, host);
  const dataset = await world.ledger.read(datasetRecordKey("tiny"), neverAborted);
  if (dataset) await direct.write(datasetRecordKey("tiny"), dataset.record, NO_RECORD, neverAborted);
  for (const { record } of await world.ledger.window("tiny", 0, 100, 100, neverAborted)) {
    await direct.write(chunkRecordKey("tiny", record.chunk), record, NO_RECORD, neverAborted);
  }
  return { direct, through: open(project, proxy.host) };
}

/** Resolves when the record is at another version than `before`. */
async function changed(ledger: Ledger, key: Parameters<Ledger["read"]>[0], before: string): Promise<void> {
  const deadline = AbortSignal.timeout(patienceMs);
  while (((await ledger.read(key, neverAborted))?.version ?? NO_RECORD) === before) deadline.throwIfAborted();
}

/** What a run did, as far as others notice. */
async function runOn(world: TinyWorld, wiring: MemoryWiring) {
  world.source.forget();
  const { taken, failed } = await world.run({}, wiring);
  return {
    taken,
    failed,
    events: wiring.events.map(({ event }) => event),
    asked: [...world.source.asked.fetch],
  };
}

describe("a run that loses Firestore's answer to one write", {
  skip,
  concurrency: true,
}, () => {
  for (const [what, isOvertaken] of [
    ["goes on as if nothing had happened", false],
    ["goes on where somebody else writes the record meanwhile", true],
  ] as const) {
    test(what, async (t) => {
      const proxy = await startTcpProxy(host);
      t.after(() => proxy.stop());
      const [base, expected] = await grown();
      const calm = await base.copy();
      const undisturbed = await runOn(calm, calm.wiring());
      for (let lost = 0; ; lost++) {
        const world = await base.copy();
        const { direct, through } = await movedTo(world, proxy);
        let writes = 0;
        const ledger: Ledger = {
          ...through,
          async write(key, record, version) {
            if (writes++ !== lost) return through.write(key, record, version, neverAborted);
            proxy.loseAnswers();
            const writing = through.write(key, record, version, neverAborted);
            await changed(direct, key, version);
            const existing = await direct.read(key, neverAborted);
            if (isOvertaken && existing)
              await direct.write(key, existing.record, existing.version, neverAborted);
            proxy.cut();
            const { outcome, ...rest } = await writing;
            assert.equal(outcome, isOvertaken ? "preconditionFailed" : "written", `write ${lost}`);
            return { outcome, ...rest } as Awaited<ReturnType<Ledger["write"]>>;
          },
        };
        const played = await runOn(world, {
          ...memoryWiring(world),
          ledger: checkedLedger(world.dataset, ledger),
        });
        await Promise.all([direct.close(), through.close()]);
        if (isOvertaken) assert.deepEqual(played.asked, undisturbed.asked, `write ${lost}`);
        else assert.deepEqual(played, undisturbed, `write ${lost}`);
        await assertContent(world, expected);
        if (writes > lost) continue;
        assert.ok(lost > 10, `${lost} writes`);
        t.diagnostic(`${lost} lost answers`);
        return;
      }
    });
  }
});
