import { writeFile } from "node:fs/promises";
import { generated } from "./generated.ts";
import { goldens } from "./golden.ts";

for (const { path, bytes } of [...goldens, ...generated]) {
  await writeFile(path, bytes());
  console.log(path);
}
