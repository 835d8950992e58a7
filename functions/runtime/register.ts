import { http } from "@google-cloud/functions-framework";
import type { Dataset } from "../../shared/dataset/dataset.ts";
import { extend } from "../extend.ts";
import { plan } from "../plan.ts";
import { status } from "../status.ts";
import { openCloud } from "./cloud.ts";
import { serve } from "./http/serve.ts";

/**
 * Registers `plan`, `extend` and `status` with the Functions Framework, for datasets among those known. `open` makes of the
 * environment what they work with.
 */
export function register(known: readonly Dataset[], open = openCloud): void {
  const surroundings = {
    environment: process.env,
    known,
    open,
    write: (line: string) => void process.stdout.write(line),
    isTerminal: process.stdout.isTTY ?? false,
    now: Date.now,
  };
  for (const [name, handler] of Object.entries({ plan, extend, status })) {
    http(name, serve(name, handler, surroundings));
  }
}
