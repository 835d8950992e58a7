// FILE: sends it to whoever asks, as it is read. Prints the URL once it is up; ends with SIGINT.
import { createReadStream } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { pipeline } from "node:stream";

const [file = ""] = process.argv.slice(2);
const server = createServer((_, response) => {
  pipeline(createReadStream(file), response, () => undefined);
});
server.listen(0, "127.0.0.1", () => {
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}/ \n`);
});
process.once("SIGINT", () => process.exit());
