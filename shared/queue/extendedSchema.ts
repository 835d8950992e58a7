import * as v from "valibot";
import { count, described, instant } from "../published.ts";
import { schemaKnown } from "../schema.ts";

/** What is published after a commit; `npm run golden` makes extended.schema.json of it. */
export const extendedSchema = v.pipe(
  v.strictObject({
    schema: described(
      v.literal(schemaKnown),
      "Of this form; a message of a build before there was one carries none.",
    ),
    dataset: described(v.string(), "The dataset's id."),
    from: described(
      v.nullable(instant),
      "The first visible timestep that changed: that was added, healed or revised. Null where none did that is visible.",
    ),
    to: described(v.nullable(instant), "The last visible timestep."),
    length: described(count, "Visible timesteps."),
    commitSeq: described(count, "Number of the commit; grows by one with each."),
  }),
  v.title("The event that a dataset was extended"),
  v.description(
    "Published on the topic PREFIX-extended after each commit, as JSON in UTF-8: at most once, in any order. Who misses one finds all that it says in DATASET.accrete/status.json.",
  ),
);
