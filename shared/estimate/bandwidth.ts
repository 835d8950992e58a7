import type { Process, VirtualClock } from "./clock.ts";

/** What everybody who downloads at the same time shares. */
export interface Bandwidth {
  /**
   * Takes as long as `bytes` need at a rate of at most `bytesPerSecondMax`, and of an even share of the whole.
   * Returns the milliseconds during which the share was the lower of the two.
   */
  transfer(bytes: number, bytesPerSecondMax: number): Process<number>;
  /** Bytes that were asked for so far, and transfers that were under way at the same time. */
  readonly bytes: number;
  readonly peak: number;
}

interface Flow {
  left: number;
  readonly max: number;
  sharedMs: number;
  readonly tell: (flow: Flow) => void;
}

export function createBandwidth(clock: VirtualClock, bytesPerSecond: number): Bandwidth {
  const flows = new Set<Flow>();
  let since = 0;
  let plans = 0;
  let bytes = 0;
  let peak = 0;

  const share = () => bytesPerSecond / flows.size;
  const rate = ({ max }: Flow) => Math.min(max, share());
  const secondsLeft = (flow: Flow) => flow.left / rate(flow);

  /** Brings every transfer up to now, at the rates since the last change. */
  function advance(): void {
    const ms = clock.now - since;
    since = clock.now;
    for (const flow of flows) {
      flow.left -= (rate(flow) * ms) / 1000;
      if (share() < flow.max) flow.sharedMs += ms;
    }
  }

  /** Makes the clock come back when the next transfer ends, unless rates change before. */
  function planNext(): void {
    const plan = ++plans;
    const next = Math.min(...[...flows].map(secondsLeft));
    if (flows.size > 0) clock.after(Math.max(0, next * 1000), () => plan === plans && endDone());
  }

  function endDone(): void {
    advance();
    // Less than a microsecond is what rounding left.
    const done = [...flows].filter((flow) => secondsLeft(flow) < 1e-6);
    for (const flow of done) flows.delete(flow);
    planNext();
    for (const flow of done) flow.tell(flow);
  }

  return {
    get bytes() {
      return bytes;
    },
    get peak() {
      return peak;
    },
    *transfer(asked, max) {
      let sharedMs = 0;
      yield (resume) => {
        advance();
        const tell = (flow: Flow) => {
          sharedMs = flow.sharedMs;
          resume();
        };
        flows.add({ left: asked, max, sharedMs: 0, tell });
        bytes += asked;
        peak = Math.max(peak, flows.size);
        planNext();
      };
      return sharedMs;
    },
  };
}
