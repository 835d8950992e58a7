import { type Batch, takeIn } from "./batches.ts";
import { sendCalls } from "./calls.ts";
import type { Process } from "./clock.ts";
import type { Commits } from "./commits.ts";
import type { World } from "./world.ts";

/** The instances of `extend`, each of which works on one batch. A message that finds none waits until one is free. */
export interface Fleet {
  /** To be called when the message was published. */
  send(batch: Batch): void;
  /** Batches that were sent and are not recorded; of those, the ones whose chunk somebody holds. */
  readonly inFlight: number;
  readonly held: number;
  readonly instances: number;
  readonly requests: number;
  /** Milliseconds during which instances had something to do, their starts included. */
  readonly busyMs: number;
}

export function createFleet(world: World, commits: Commits): Fleet {
  const { clock, workers, shape, pace, assumptions, luck, spent } = world;
  const { queue, ledger, instance } = assumptions;
  const waiting: Batch[] = [];
  let idle = 0;
  const fleet = { send, inFlight: 0, held: 0, instances: 0, requests: 0, busyMs: 0 };

  function send(batch: Batch): void {
    fleet.inFlight++;
    clock.after(queue.deliveryMs, () => {
      if (idle > 0) {
        idle--;
        clock.start(serve(batch, 0));
      } else if (fleet.instances < workers) {
        fleet.instances++;
        clock.start(serve(batch, instance.coldStartMs));
      } else waiting.push(batch);
    });
  }

  /** One instance, for as long as it finds messages. */
  function* serve(first: Batch, startMs: number): Process {
    const since = clock.now;
    yield startMs;
    for (let batch: Batch | undefined = first; batch; batch = waiting.shift()) yield* extend(batch);
    fleet.busyMs += clock.now - since;
    idle++;
  }

  function* extend(batch: Batch): Process {
    fleet.requests++;
    yield* takeIn(world, batch, () => {
      batch.state = "held";
      fleet.held++;
      commits.begin(batch.number);
    });
    batch.state = "recorded";
    fleet.held--;
    fleet.inFlight--;
    const failed = luck.granule(batch.granules);
    commits.record(batch.number, failed);
    if (failed > 0) clock.start(again({ ...batch, granules: failed, isExisting: true, state: "sent" }));
    const since = clock.now;
    yield* commits.commit(false);
    spent.commits += clock.now - since;
  }

  /** Granules that failed are tried again by a later plan. */
  function* again(batch: Batch): Process {
    yield shape.retryFirstMs;
    yield* world.perform(sendCalls, ledger.readMs + queue.publishMs);
    while (fleet.inFlight >= workers) yield pace.batchLookMs;
    send(batch);
  }

  return fleet;
}
