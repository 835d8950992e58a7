import type { Meddle } from "./service.ts";

/** How long a message that was held back waits for one that overtakes it. */
const holdMs = 1000;

/** What a queue may do to messages, each with a probability. */
export interface Turmoil {
  readonly lost: number;
  readonly doubled: number;
  readonly heldBack: number;
}

/** Counts of what was done to them. */
export type Done = { -readonly [Kind in keyof Turmoil]: number };

/**
 * Loses messages (they are answered as done), delivers them twice at once, and lets later ones overtake them. Only those
 * whose text `concerns` accepts.
 */
export function createTurmoil(
  { lost, doubled, heldBack }: Turmoil,
  random: () => number,
  concerns: (message: string) => boolean,
): { readonly meddle: Meddle; readonly done: Done } {
  const done: Done = { lost: 0, doubled: 0, heldBack: 0 };
  const held = new Set<() => void>();
  const meddle: Meddle = async (body, forward) => {
    for (const release of held) release();
    if (!concerns(messageOf(body))) return forward();
    if (random() < lost) {
      done.lost++;
      return { status: 200 };
    }
    if (random() < heldBack) {
      done.heldBack++;
      await new Promise<void>((resolve) => {
        const release = () => {
          held.delete(release);
          clearTimeout(timer);
          resolve();
        };
        const timer = setTimeout(release, holdMs);
        held.add(release);
      });
    }
    if (random() >= doubled) return forward();
    done.doubled++;
    const [first] = await Promise.all([forward(), forward()]);
    return first;
  };
  return { meddle, done };
}

/** The text of a pushed message. */
export function messageOf(body: string): string {
  const { message } = JSON.parse(body) as { message: { data?: string } };
  return Buffer.from(message.data ?? "", "base64").toString();
}
