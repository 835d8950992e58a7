/** To be preloaded: loads one file of the product's with a text replaced, which must stand there exactly once. */
import { registerHooks } from "node:module";
import type { Mutation } from "./players.ts";

const { file, from, to } = JSON.parse(process.env.ACCRETE_MUTATION ?? "") as Mutation;
let isLoaded = false;

registerHooks({
  load(url, context, next) {
    const loaded = next(url, context);
    if (!url.endsWith(file)) return loaded;
    const parts = String(loaded.source).split(from);
    if (parts.length !== 2) throw new Error(`${file} has it ${parts.length - 1} times: ${from}`);
    isLoaded = true;
    return { ...loaded, source: parts.join(to) };
  },
});
process.on("exit", () => {
  if (!isLoaded) process.stderr.write(`${file} was never loaded\n`);
});
