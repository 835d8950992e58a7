/**
 * Promise 4 on what people run: processes with a filesystem store, an SQLite ledger and an FTP provider, killed outright
 * (SIGKILL) at any of their calls: before it, right after it and, where a file is written, amid it. What they leave is looked at as
 * a reader does; then another run finishes, and one more changes nothing.
 *
 * Every kind of call is met. `ACCRETE_KILLS` says how many deaths there are in all (a sample has one of each kind of call),
 * `ACCRETE_SEED` chooses others.
 */
import assert from "node:assert/strict";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import pMap from "p-map";
import { assertNotTorn } from "../../support/notTorn.ts";
import { readStore } from "../../support/readStore.ts";
import { onlyInAll, playsAll, sampled, sampleSeed as seed } from "../../support/sample.ts";
import { seeded } from "../../support/seeded.ts";
import type { Death } from "./run.ts";
import { assertAtRest, assertStill, dieOnce, runStages, type Stage, startRun, storeIn } from "./stages.ts";

const killsUsual = 90;
const kills = Number(process.env.ACCRETE_KILLS ?? killsUsual);
const again = `again: ACCRETE_SEED=${seed} ACCRETE_KILLS=${kills}${playsAll ? " ACCRETE_ALL=1" : ""}`;
const runsAtOnce = 4;
/** After one death of so many it is seen that a further run changes nothing. */
const stillEvery = 4;
/** A process that is alive keeps them for as long as it likes. */
const shortLeaseSeconds = 3;
/** Calls of a process that has the lease of a chunk, or of the commit; a sample has the first and the last of each. */
const waitedFor = {
  "source fetch": false,
  "store put chunk": false,
  "store put array's .zarray": onlyInAll,
  "store put .zattrs": onlyInAll,
  "store put .zmetadata": false,
  "store put provenance": onlyInAll,
  "store put status.json": onlyInAll,
  "store put collection.json": onlyInAll,
  "queue publish extended": false,
};

let folder: string;
let stages: readonly Stage[] = [];

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "accrete-killed-"));
  stages = await runStages(folder);
});

after(async () => {
  for (const { provider } of stages) await provider.close();
  await rm(folder, { recursive: true });
});

interface Kill {
  readonly stage: Stage;
  readonly death: Death;
}

/** Each kind of call before and after it, and as many at random as are left; the same for the same seed. */
function chosenKills(): Kill[] {
  const random = seeded(seed);
  const pick = <One>(from: readonly One[]) => from[Math.floor(random() * from.length)] as One;
  const all = stages.flatMap((stage) =>
    stage.calls.flatMap((call) => momentsOf(call.kind).map((when) => ({ stage, death: { ...call, when } }))),
  );
  const byKind = Map.groupBy(all, ({ death }) => `${death.when} ${death.kind}`);
  const chosen = [...byKind.values()].map(pick);
  while (chosen.length < kills) chosen.push(pick(all));
  return chosen;
}

function momentsOf(kind: string): Death["when"][] {
  return kind.startsWith("disk write") ? ["before", "amid", "after"] : ["before", "after"];
}

describe("a killed process", () => {
  test("leaves what can be read, and what the next run completes", async (t) => {
    const chosen = sampled(t, chosenKills(), { kindOf: ({ death }) => death.kind, what: "kills" });
    const unfinished = await pMap(
      chosen,
      async ({ stage, death }, index) => {
        const directory = join(folder, `kill-${index}`);
        try {
          const left = await dieOnce(stage, directory, death);
          if (index % stillEvery === 0) await assertStill(stage, directory);
          await rm(directory, { recursive: true });
          return left;
        } catch (error) {
          const what = `killed ${death.when} call ${death.number} of "${death.kind}" in a run that ${stage.name}`;
          if (error instanceof Error) error.message = `${what} (${again}): ${error.message}`;
          throw error;
        }
      },
      { concurrency: runsAtOnce, stopOnError: false },
    );
    assert.ok(Math.max(...unfinished) > 0, "some of them died while they wrote");
    t.diagnostic(
      `${chosen.length} deaths at ${new Set(chosen.map(({ death }) => death.kind)).size} kinds of call`,
    );
  });

  for (const [kind, skip] of Object.entries(waitedFor)) {
    test(`held at "${kind}" is waited for until it is dead; who waited then does all that is left`, {
      skip,
    }, async (t) => {
      const stage = stages[1] as Stage;
      const directory = join(folder, `held-${kind.replace(/\W+/g, "-")}`);
      await cp(stage.from, directory, { recursive: true });
      const begin = (death?: Death) => {
        const run = startRun(stage, directory, { leaseSeconds: shortLeaseSeconds, ...(death && { death }) });
        t.after(() => {
          run.kill("SIGKILL");
          return run.finished;
        });
        return run;
      };
      const held = begin({ kind, number: 0, when: "held" });
      await held.says(/^held$/m);
      const other = begin();
      await other.says(/^waits$/m);
      held.kill("SIGKILL");
      assertNotTorn(await readStore(storeIn(directory)), stage.before, stage.after);
      const { exitCode, stderr } = await other.finished;
      assert.deepEqual({ exitCode, stderr }, { exitCode: 0, stderr: "" });
      await assertAtRest(stage, directory);
    });
  }
});
