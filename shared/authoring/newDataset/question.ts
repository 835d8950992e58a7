import { faultsOf } from "../../dataset/check/faults.ts";
import type { DatasetSpec } from "../../dataset/descriptor.ts";
import { UsageError } from "../../errors.ts";
import type { Facts } from "../inspect/facts.ts";
import type { GranuleFile } from "../inspect/granuleFile.ts";
import type { Guess } from "../inspect/guesses.ts";
import type { PathPattern } from "./pathPattern.ts";

/** What the one granule that is probed says by itself. */
export interface Probe {
  readonly file: GranuleFile;
  readonly facts: Facts;
  /** Its inflated bytes. */
  readonly raw: Uint8Array;
  readonly guess: Guess | undefined;
  readonly pattern: PathPattern | undefined;
  /** The URL of its directory on the provider, without user and password; `undefined` for a file of this machine. */
  readonly base: string | undefined;
  /** By the names of the other granules: the first timestep, and the time from one granule to the next. */
  readonly series?: { readonly start: number; readonly stepMs?: number };
}

/** One thing that a descriptor says. A draft is whole and without faults before and after each answer. */
export interface Question {
  /** How it is answered on the command line, and by which name it can be asked again; with `=` the field it is about. */
  readonly option: string;
  readonly asks: string;
  /** The answer that is taken for an empty one; `undefined` where nothing speaks for any. */
  proposed(draft: DatasetSpec): string | undefined;
  /** The draft with the answer in it. Throws a `UsageError` that says why it cannot be. */
  answered(draft: DatasetSpec, text: string): DatasetSpec;
}

/** Questions that are judged together too: what is wrong with all their answers, if anything. */
export interface QuestionGroup {
  readonly questions: readonly Question[];
  fault?(draft: DatasetSpec): string | undefined;
}

/** The answer for what a descriptor need not have. */
export const none = "-";

/** The draft with an answer, where the descriptor's own check finds no fault in it. */
export function answeredBy({ answered }: Question, draft: DatasetSpec, text: string): DatasetSpec {
  if (/\p{Cc}/u.test(text)) throw new UsageError(["has a control character"]);
  const next = answered(draft, text);
  const faults = faultsOf(next);
  if (faults.length > 0) throw new UsageError(faults);
  return next;
}
