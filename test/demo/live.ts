import { reasonOf } from "../../shared/errors.ts";
import { at, hour, publishedAt, type Stage, say, stepAt } from "./stage.ts";

/** So much of the demo's time passes in a beat; a plan comes every other beat. */
const beat = { everyMs: 1000, passesMs: hour / 2, plansEach: 2 };

/** What the provider does to those who listen, until it is repaired. */
type Mood = "well" | "silent" | "corrupt" | "down";

const moods: Readonly<Record<string, { readonly mood: Mood; readonly says: string }>> = {
  s: { mood: "silent", says: "The provider publishes nothing more." },
  c: { mood: "corrupt", says: "The provider's files are cut off." },
  d: { mood: "down", says: "The provider turns everybody away." },
  m: { mood: "well", says: "The provider is repaired: what it owes is there, whole." },
};

const keys = "s silence, c corrupt files, d down, m repair, q quit";

/**
 * The provider goes on from timestep `next`, and the dataset after it, half an hour a second, until whoever watches quits.
 * Single keys break the provider and repair it.
 */
export async function goOn(stage: Stage, next: number): Promise<void> {
  const stop = new AbortController();
  let mood: Mood = "well";
  say(`\nIt goes on: half an hour passes in a second, and a plan comes every hour. Watch ${stage.url}`);
  say(`Break the provider and repair it with a key: ${keys}.`);
  const onKey = (key: Buffer) => {
    const pressed = key.toString();
    if (pressed === "q" || pressed === "\u0003") return stop.abort();
    const chosen = moods[pressed];
    if (!chosen) return say(`  keys: ${keys}`);
    mood = chosen.mood;
    say(`\n${chosen.says}`);
  };
  process.stdin.setRawMode(true).resume().on("data", onKey);
  try {
    for (let beats = 1; !stop.signal.aborted; beats++) {
      await stage.wiring.wait(beat.everyMs, stop.signal);
      stage.setClock(stage.now() + beat.passesMs);
      next = publishDue(stage, next, mood);
      if (beats % beat.plansEach === 0) await extend(stage, stop.signal);
    }
  } catch (error) {
    if (!stop.signal.aborted) throw error;
  } finally {
    process.stdin.off("data", onKey).setRawMode(false).pause();
  }
}

/** Timesteps whose files are cut off. */
const cutOff = new Set<number>();

/** Publishes what is due in the provider's mood; returns the next timestep. */
function publishDue({ provider, now }: Stage, from: number, mood: Mood): number {
  provider.faults.connectionsMax = mood === "down" ? 0 : Number.POSITIVE_INFINITY;
  if (mood === "down") provider.endConnections();
  if (mood === "silent" || mood === "down") return from;
  if (mood === "well") {
    for (const index of cutOff) provider.publish(stepAt(index), { modifiedAt: now() });
    cutOff.clear();
  }
  let next = from;
  for (; publishedAt(next) <= now(); next++) {
    const damage = mood === "corrupt" ? { damage: (gz: Uint8Array) => gz.subarray(0, gz.length / 2) } : {};
    if (mood === "corrupt") cutOff.add(next);
    provider.publish(stepAt(next), {
      ...damage,
      modifiedAt: Math.max(publishedAt(next), now() - hour),
    });
    say(`  ${at(next)} is published`);
  }
  return next;
}

async function extend(stage: Stage, signal: AbortSignal): Promise<void> {
  try {
    await stage.extend(signal);
  } catch (error) {
    if (signal.aborted) throw error;
    say(`    ${reasonOf(error)}`);
  }
}
