import { readGranules } from "../granuleFiles.ts";
import { fieldsOf } from "./fields.ts";
import { inflated } from "./inflate.ts";

/** The values of the first chunk, by array. */
export async function chunkValues(
  directory: string,
  variant: string,
  chunkLength: number,
): Promise<ReadonlyMap<string, Buffer>> {
  const fields = fieldsOf[variant as keyof typeof fieldsOf];
  const chunk = new Map<string, Buffer>(
    fields.map(({ name, stepBytes }) => [name, Buffer.alloc(chunkLength * stepBytes)]),
  );
  let step = 0;
  for await (const raw of inflated(await readGranules(directory, chunkLength), 1)) {
    for (const { name, stepBytes, convert } of fields) {
      convert(raw, (chunk.get(name) as Buffer).subarray(step * stepBytes, (step + 1) * stepBytes));
    }
    step++;
  }
  return chunk;
}
