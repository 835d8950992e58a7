/** What terraform made of the root that `accrete init` has, resource by resource, as the stand-in for the provider wrote it down. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

/** A resource's attributes after it was made; blocks are arrays. */
// biome-ignore lint/suspicious/noExplicitAny: hundreds of shapes, of which a test reads a member or two.
export type Resource = Record<string, any>;

export interface Applied {
  /** All resources of a type. */
  all(type: string): readonly Resource[];
  /** The one of that name. */
  one(type: string, name: string): Resource;
  readonly types: readonly string[];
}

export const functionType = "google_cloudfunctions2_function";

/** The environment that a function's instances start with; each secret holds a source's URL. */
export function environmentOf(made: Resource, sourceUrl: string): Record<string, string> {
  const [{ environment_variables, secret_environment_variables }] = made.service_config;
  const secrets = (secret_environment_variables as Resource[]).map(({ key }) => [key, sourceUrl]);
  return { ...environment_variables, ...Object.fromEntries(secrets) };
}

/** Reads the log named by `ACCRETE_APPLIED`: one JSON object a line. */
export function readApplied(): Applied {
  const file = process.env.ACCRETE_APPLIED;
  assert.ok(file, "ACCRETE_APPLIED names no log of an applied deployment: run it by `bash .ci/terraform`");
  const lines = readFileSync(file, "utf8").trim().split("\n");
  const made = lines
    .map((line) => JSON.parse(line) as { apply?: string; state: Resource })
    .flatMap(({ apply, state }) => (apply === undefined ? [] : [{ type: apply, state }]));
  const all = (type: string) => made.filter((one) => one.type === type).map(({ state }) => state);
  return {
    all,
    one(type, name) {
      const found = all(type).filter((resource) => resource.name === name);
      assert.equal(found.length, 1, `${type} ${name}`);
      return found[0] as Resource;
    },
    types: [...new Set(made.map(({ type }) => type))],
  };
}
