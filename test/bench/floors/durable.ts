import { open, rename } from "node:fs/promises";
import { dirname } from "node:path";

/** Replaces a file by one that is on the disk before it can be seen. */
export async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const source = `${path}.new`;
  const file = await open(source, "wx");
  await file.writeFile(bytes);
  await file.sync();
  await file.close();
  await publish(source, path);
}

/** The same for a file that is on the disk already. */
export async function publish(source: string, path: string): Promise<void> {
  await rename(source, path);
  const directory = await open(dirname(path));
  await directory.sync();
  await directory.close();
}
