import { http } from "@google-cloud/functions-framework";
import type { Descriptor } from "../../../shared/dataset/dataset.ts";
import { openCloud } from "../cloud.ts";
import type { Answered } from "./answer.ts";
import { type Handler, serve } from "./serve.ts";

/**
 * Registers functions by their names with the Functions Framework, for datasets among those known. `open` makes of the
 * environment what they work with.
 */
export function register(
  handlers: Readonly<Record<string, Handler<Answered>>>,
  known: readonly Descriptor[],
  open = openCloud,
): void {
  const runtime = {
    environment: process.env,
    known,
    open,
    write: (line: string) => void process.stdout.write(line),
    isTerminal: process.stdout.isTTY ?? false,
    now: Date.now,
  };
  for (const [name, handler] of Object.entries(handlers)) {
    http(name, serve(name, handler, runtime));
  }
}
