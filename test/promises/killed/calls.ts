import type { DiskCall } from "../../support/diskCalls.ts";
import type { PortCall } from "../../support/memoryWiring.ts";

/** One call of a run: the kind, and how many of that kind there were before. */
export interface Call {
  readonly kind: string;
  readonly number: number;
}

/** The port, the operation and what it is about; objects, chunks and paths of one kind are not told apart. */
export function kindOf({ port, operation, key }: PortCall | DiskCall): string {
  return `${port} ${operation} ${aboutOf[port](key)}`.trim();
}

const aboutOf = {
  store: objectKind,
  disk: () => "",
  ledger: (record: string) => record.replace(/\d+/g, "N"),
  queue: (topic: string) => topic,
  source: () => "",
};

/** A document of the group by its name; of an array what it is: `.zarray`, `.zattrs` or a chunk. */
function objectKind(key: string): string {
  const [, array, name] = key.split("/");
  if (key.includes(".accrete/")) return array === "provenance" ? "provenance" : (array ?? "");
  if (name === undefined) return array ?? "";
  if (name.startsWith(".")) return `array's ${name}`;
  if (array === "granule_status") return "statuses";
  return /rain|wind/.test(array ?? "") ? "chunk" : "coordinate";
}
