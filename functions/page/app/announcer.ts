/** What is said in passing to people who listen rather than look. */
export interface Announcer {
  say(text: string): void;
  /** Returns what ends listening. */
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
