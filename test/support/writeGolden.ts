import { writeFile } from "node:fs/promises";
import { goldens } from "./golden.ts";

for (const { path, bytes } of goldens) {
  await writeFile(path, bytes());
  console.log(path);
}
