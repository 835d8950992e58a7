import { rm } from "node:fs/promises";
import { relative } from "node:path";
import { counted } from "../../functions/runtime/log/humanText.ts";
import { runUntilCurrent } from "../../functions/runtime/runUntilCurrent.ts";
import { readSettings } from "../../functions/runtime/settings.ts";
import { type LocalWiring, localWiring } from "../../functions/runtime/wiring.ts";
import trmm3b42rt from "../../shared/dataset/catalogue/trmm-3b42rt.ts";
import { formatInstant } from "../../shared/dataset/timeAxis.ts";
import type { PipelineEvent } from "../../shared/pipeline/events.ts";
import { type PageServer, startPageServer } from "../support/pageServer.ts";
import { startTrmmProvider, type TrmmProvider } from "../support/trmmProvider.ts";

export const { id } = trmm3b42rt;
export const hour = 3_600_000;
const first = Date.UTC(2014, 3, 1);

/** The instant of a timestep. */
export const stepAt = (index: number) => first + index * 3 * hour;
export const at = (index: number) => formatInstant(stepAt(index));

/** When the granule of a timestep is published: six to eight hours after its time. */
export const publishedAt = (index: number) => stepAt(index) + (6 + ((index * 7) % 11) / 5) * hour;

export interface Stage {
  readonly provider: TrmmProvider;
  readonly wiring: LocalWiring;
  /** Where the page is. */
  readonly url: string;
  readonly server: PageServer;
  /** From the directory that the demo runs in. */
  readonly directory: string;
  readonly now: () => number;
  /** Sets the clock, which then goes on by itself. */
  setClock(instant: number): void;
  extend(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/**
 * A provider on loopback, a dataset in that directory that grows from it, its page, and one clock for all of them: days pass
 * in seconds.
 */
export async function openStage(directory: string, port: number, report = tell): Promise<Stage> {
  await rm(directory, { recursive: true, force: true });
  let [setTo, setAt] = [first, performance.now()];
  const now = () => Math.round(setTo + performance.now() - setAt);
  const provider = await startTrmmProvider({ now });
  const settings = readSettings({ store: directory, source: provider.url, start: formatInstant(first) }, {});
  const wired = await localWiring(trmm3b42rt, settings, report);
  const wiring: LocalWiring = { ...wired, now, asOf: now };
  const store = settings.store.text;
  const server = await startPageServer({ wirings: [wiring], store, now, port });
  return {
    provider,
    wiring,
    url: `${server.url}#${id}`,
    server,
    directory: relative(process.cwd(), directory),
    now,
    setClock(instant) {
      [setTo, setAt] = [instant, performance.now()];
    },
    extend: async (signal) => void (await runUntilCurrent(wiring, { force: false }, signal)),
    async close() {
      await server.stop();
      await wired.close();
      await provider.close();
    },
  };
}

export function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** What is told of a run. */
function tell(event: PipelineEvent): void {
  if (event.event === "planned" && event.granules > 0)
    say(`    pending: ${counted(event.granules, "granule")}`);
  if (event.event === "batch")
    say(`    chunk ${event.chunk}: ${event.taken} ingested, ${event.failed} failed`);
  if (event.event === "granuleFailed") {
    say(
      `    ${formatInstant(event.times[0] as number)}: ${event.reason}; next try ${formatInstant(event.nextTryAt)}`,
    );
  }
  if (event.event === "committed")
    say(`    committed: ${event.length} timesteps, ${counted(event.gaps, "gap")}`);
}
