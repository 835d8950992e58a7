// GRANULES VARIANT ROUNDS: the least that inflating, checking and converting the granules of a chunk so often costs.
import { readGranules } from "../granuleFiles.ts";
import { tell, timed } from "../measured.ts";
import { fieldsOf } from "./fields.ts";
import { inflated } from "./inflate.ts";

const chunkLength = 40;
const inflatedAtOnce = 3;

const [directory = "", variant = "", rounds = "0"] = process.argv.slice(2);
const granules = await readGranules(directory, chunkLength);
const fields = fieldsOf[variant as keyof typeof fieldsOf].map((field) => ({
  ...field,
  target: Buffer.alloc(field.stepBytes),
}));
const all = Array.from({ length: Number(rounds) }, () => granules).flat();
const seconds = await timed(async () => {
  for await (const raw of inflated(all, inflatedAtOnce)) {
    for (const { convert, target } of fields) convert(raw, target);
  }
});
tell({ seconds });
