import { type Command, CommanderError } from "commander";
import { schemaOfRemoval } from "../../shared/ledger/storedForm.ts";
import { schemaKnown } from "../../shared/schema.ts";
import { packageVersion } from "../build/place.ts";
import { printJson } from "./terminal/json.ts";

/** `accrete --version`: of the package, of Node, and the schema of all that this build stores and sends. */
export function addVersion(program: Command): void {
  program.option("-V, --version", "show the versions of Accrete, Node and schemas");
  program.on("option:version", () => {
    const { accrete, node, schemas } = versions();
    const named = Object.entries(schemas).map(([what, schema]) => `${what} ${schema}`);
    if (process.argv.includes("--json")) printJson({ accrete, node, schemas });
    else process.stdout.write(`accrete ${accrete}, Node ${node}, schemas: ${named.join(", ")}\n`);
    throw new CommanderError(0, "commander.version", accrete);
  });
}

/** The schemas are mostly one number, and named apart: whoever compares two machines asks for that of one thing. */
function versions() {
  const schemas = {
    ledger: schemaKnown,
    messages: schemaKnown,
    status: schemaKnown,
    removal: schemaOfRemoval,
  };
  return { accrete: packageVersion(), node: process.versions.node, schemas };
}
