/** Runs every contract suite on an honest adapter and on each liar, as a process of its own: most of its tests are to fail. */
import { createMemoryLedger } from "../../../shared/ledger/memory.ts";
import { createLocalQueue } from "../../../shared/queue/local.ts";
import { sourceOf } from "../../../shared/source/ftp/ftpSource.ts";
import { createMemoryStore } from "../../../shared/store/memory.ts";
import { formatContract } from "../../../shared/testing/format.ts";
import { ledgerContract } from "../../../shared/testing/ledger.ts";
import { neverAborted } from "../../../shared/testing/neverAborted.ts";
import { queueContract, type StartedQueue } from "../../../shared/testing/queue.ts";
import { sourceContract } from "../../../shared/testing/source.ts";
import { storeContract } from "../../../shared/testing/store.ts";
import { createMemoryProvider } from "../../support/memoryProvider.ts";
import { startHeaded } from "../format/flatBinary/started.ts";
import { formatLies, type Lies, ledgerLies, queueLies, sourceLies, storeLies } from "./liars.ts";

const stop = async () => {};

/** Registers a suite on the honest adapter, and on it with each lie in the place of a verb. */
function tellAll<Port>(
  lies: Lies<Port>,
  register: (name: string, lie: (honest: Port) => Port) => void,
): void {
  register("honest", (honest) => honest);
  for (const [name, { told }] of Object.entries(lies))
    register(name, (honest) => ({ ...honest, ...told(honest) }));
}

tellAll(storeLies, (name, lie) =>
  storeContract(name, async () => ({ store: lie(createMemoryStore()), stop })),
);
tellAll(ledgerLies, (name, lie) =>
  ledgerContract(name, async () => ({ ledger: lie(createMemoryLedger()), stop })),
);
tellAll(queueLies, (name, lie) =>
  queueContract(name, async () => {
    const local = createLocalQueue(100);
    const deliver: StartedQueue["deliver"] = (handled) =>
      local.run(
        {
          plan: async (message) => handled("plan", message),
          extend: async (message) => handled("extend", message),
          extended: async (message) => handled("extended", message),
        },
        1,
        neverAborted,
      );
    return { queue: lie(local), deliver, stop };
  }),
);
tellAll(sourceLies, (name, lie) =>
  sourceContract(name, async (files) => {
    const provider = createMemoryProvider();
    for (const [path, { bytes, modifiedAt }] of Object.entries(files))
      provider.publish(path, bytes, { modifiedAt });
    return { source: lie(sourceOf(provider)), stop };
  }),
);
tellAll(formatLies, (name, lie) =>
  formatContract(name, async () => {
    const started = await startHeaded();
    return { ...started, format: lie(started.format) };
  }),
);
