/** Announcements for people who use a screen reader. */
export interface Announcer {
  say(text: string): void;
  /** Returns what ends it. */
  listen(listener: (text: string) => void): () => void;
}

export function createAnnouncer(): Announcer {
  const listeners = new Set<(text: string) => void>();
  return {
    say: (text) => {
      for (const listener of listeners) listener(text);
    },
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
