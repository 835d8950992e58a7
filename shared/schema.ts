import { NewerSchemaError } from "./errors.ts";

/**
 * The form of what is stored and sent: records of the ledger, messages, `status.json`, provenance. What carries no `schema` is
 * of the first. It is raised by anything that an older build would misread or call damaged, be it one more word. What only few documents need is
 * theirs alone, so that builds of before work on beside this one: 3 is taken by a dataset's record that tells of its removal.
 */
export const schemaKnown = 2;

/** A document as it is stored or sent: with this build's schema, unless it names its own. */
export function withSchema<Document extends object>(document: Document): Document & { schema: number } {
  return { schema: schemaKnown, ...document };
}

/**
 * A document as it was before `withSchema`; one whose `schema` is no number keeps it, for whoever checks its form. Throws a
 * `NewerSchemaError` for a newer build's, which `what` names.
 */
export function withoutSchema<Document>(what: string, document: Document, known = schemaKnown): Document {
  refuseNewer(what, document, known);
  const isNamed = typeof document === "object" && document !== null && "schema" in document;
  if (!isNamed || Number.isNaN(schemaOf(document))) return document;
  const { schema: _, ...rest } = document as Document & { schema?: number };
  return rest as Document;
}

/** Throws a `NewerSchemaError` if the document, which `what` names, is a newer build's. */
export function refuseNewer(what: string, document: unknown, known = schemaKnown): void {
  const schema = schemaOf(document);
  if (schema > known) throw new NewerSchemaError(what, schema, known);
}

/** The schema of a document: 1 if it names none, not a number if that cannot be one. Status and provenance once called it `version`. */
export function schemaOf(document: unknown): number {
  const { schema, version } = (document ?? {}) as { schema?: unknown; version?: unknown };
  const named = schema === undefined ? (version ?? 1) : schema;
  return Number.isSafeInteger(named) && (named as number) > 0 ? (named as number) : Number.NaN;
}
