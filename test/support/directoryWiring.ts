import { readSettings } from "../../functions/runtime/settings.ts";
import {
  type LocalWiring,
  limitsOf,
  openLedger,
  openStore,
  processRuntime,
} from "../../functions/runtime/wiring.ts";
import { checkedLedger } from "../../shared/ledger/checkedLedger.ts";
import { createLocalQueue } from "../../shared/queue/local.ts";
import { createFtpClient } from "../../shared/source/ftp/ftp.ts";
import { sourceOf } from "../../shared/source/ftp/ftpSource.ts";
import { type Around, clientWithin, ledgerWithin, queueWithin, storeWithin } from "./memoryWiring.ts";
import { tinyDataset } from "./tinyDataset.ts";

const messagesMax = 1000;

/** Where a run of the tiny dataset works: everything that the processes of a machine have in common. */
export interface LocalPlace {
  /** Of the store, with the ledger in it. */
  readonly directory: string;
  /** The provider's base URL. */
  readonly url: string;
  /** As which instant the provider is judged; ISO 8601, UTC. */
  readonly asOf: string;
  readonly leaseSeconds: number;
}

/** The very adapters that the command has, with `around` round every call to a port. Batches come one after the other. */
export async function localWiringOn(
  { directory, url, asOf, leaseSeconds }: LocalPlace,
  around: Around,
): Promise<LocalWiring> {
  const dataset = tinyDataset({ batchesMax: 1 });
  const typed = { store: directory, source: url, now: asOf };
  const settings = readSettings(typed, { ACCRETE_LEASE_SECONDS: String(leaseSeconds) }, dataset.id);
  const [store, ledger] = [await openStore(settings), await openLedger(settings)];
  const { connectionsMax } = dataset.source;
  const client = createFtpClient({ url, connectionsMax, random: Math.random });
  return {
    ...processRuntime(settings),
    descriptor: dataset,
    store: storeWithin(store, around),
    ledger: checkedLedger(dataset, ledgerWithin(ledger, around)),
    queue: queueWithin(createLocalQueue(messagesMax), around),
    source: sourceOf(clientWithin(client, around)),
    late: new AbortController().signal,
    report: () => {},
    limits: limitsOf(settings),
    async close() {
      await Promise.all([client.close(), ledger.close()]);
    },
  };
}
