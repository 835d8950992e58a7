import { createInterface } from "node:readline/promises";
import { UsageError } from "../../../shared/errors.ts";
import { Interrupted } from "../terminal/exit.ts";

/** Lines of a terminal, or of a file or pipe in its place, however early they come. */
export interface LineReader {
  /** Shows a prompt and returns what is typed. Throws `Interrupted` at Ctrl-C and at a terminal's end, a `UsageError` at another. */
  ask(prompt: string, option: string): Promise<string>;
  close(): void;
}

/**
 * Reads from `input`, once something is asked; prompts go to `output`, and what is typed is repeated there where nobody saw it
 * typed.
 */
export function createLineReader(
  input: NodeJS.ReadStream,
  output: NodeJS.WriteStream,
  signal: AbortSignal,
): LineReader {
  const isTerminal = Boolean(input.isTTY && output.isTTY);
  const stop = new AbortController();
  const stopped = new Promise<never>((_, reject) => {
    const end = () => {
      output.write("\n");
      reject(new Interrupted("stopped; nothing was written"));
    };
    for (const one of [signal, stop.signal]) one.addEventListener("abort", end, { once: true });
  });
  stopped.catch(() => undefined); // who asks next hears of it
  const begin = () => {
    const lines = createInterface({ input, output, terminal: isTerminal, historySize: 0 });
    lines.on("SIGINT", () => stop.abort());
    return { lines, typed: lines[Symbol.asyncIterator]() };
  };
  let begun: ReturnType<typeof begin> | undefined;
  return {
    async ask(prompt, option) {
      begun ??= begin();
      // A pipe may have ended while lines of it are still to be taken: then there is nothing left to prompt.
      if (!isTerminal) output.write(prompt);
      else {
        begun.lines.setPrompt(prompt);
        begun.lines.prompt();
      }
      const { value, done } = await Promise.race([begun.typed.next(), stopped]);
      if (!isTerminal) output.write(`${done ? "" : value}\n`);
      if (!done) return value;
      if (isTerminal) throw new Interrupted("stopped; nothing was written");
      throw new UsageError([`the answers end before that for ${option}: give it, or one more line`]);
    },
    close: () => begun?.lines.close(),
  };
}
