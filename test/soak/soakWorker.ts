/**
 * `node soakWorker.ts STORE SOURCE BEGAN`: ingests what is pending, over and over, until it is killed. The provider's hours
 * pass by the second since BEGAN, by the wall clock. It ends with its standard input.
 */
import { setTimeout as pause } from "node:timers/promises";
import { runUntilCurrent } from "../../functions/runtime/runUntilCurrent.ts";
import { readSettings } from "../../functions/runtime/settings.ts";
import { disposal, localWiring } from "../../functions/runtime/wiring.ts";
import trmm3b42rt from "../../shared/dataset/catalogue/trmm-3b42rt.ts";
import { ContentionError, SourceError, StorageError } from "../../shared/errors.ts";
import { onDescriptor } from "../support/onDescriptor.ts";
import { soakAsOf, soakDataset } from "./soakTime.ts";

const [store, source, began] = process.argv.slice(2) as [string, string, string];
const settings = readSettings({ store, source }, { ACCRETE_LEASE_SECONDS: "2" });
const { signal } = new AbortController();
process.stdin.on("end", () => process.exit()).resume();
const asOf = soakAsOf(Number(began));

await disposal(
  localWiring(trmm3b42rt, settings, () => undefined),
  async (wired) => {
    for (;;) {
      await runUntilCurrent({ ...onDescriptor(wired, soakDataset), asOf }, { force: false }, signal).catch(
        (error: unknown) => {
          const mayPass =
            error instanceof SourceError || error instanceof StorageError || error instanceof ContentionError;
          if (!mayPass) throw error;
        },
      );
      await pause(200);
    }
  },
);
