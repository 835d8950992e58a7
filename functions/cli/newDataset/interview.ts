import {
  answeredBy,
  type Question,
  type QuestionGroup,
} from "../../../shared/authoring/newDataset/question.ts";
import type { DatasetSpec } from "../../../shared/dataset/descriptor.ts";
import { UsageError } from "../../../shared/errors.ts";

/** Who answers. */
export interface Respondent {
  /** What was given before anything is asked, by option. */
  readonly given: ReadonlyMap<string, string>;
  /** Proposals are taken without asking. */
  readonly takesProposals: boolean;
  /** The next line that is typed. Throws where there is none; `option` answers on the command line. */
  ask(question: string, option: string): Promise<string>;
  say(text: string): void;
}

/** More rounds than a person has patience for. */
const roundsMax = 20;

/** Asks all questions of a group until each answer, and all together, can be used. Throws a `UsageError` for given ones that cannot. */
export async function askGroup(
  { questions, fault }: QuestionGroup,
  draft: DatasetSpec,
  respondent: Respondent,
): Promise<DatasetSpec> {
  let next = draft;
  for (let round = 0; round < roundsMax; round++) {
    for (const question of questions) next = await askOne(question, next, respondent);
    const wrong = fault?.(next);
    if (wrong === undefined) return next;
    const isFixed = questions.every(
      ({ option }) => respondent.takesProposals || respondent.given.has(option),
    );
    if (isFixed) throw new UsageError([wrong]);
    respondent.say(`  ${wrong}; once more:`);
  }
  throw new UsageError([`no usable answers in ${roundsMax} rounds`]);
}

/** Asks one question until its answer can be used. */
export async function askOne(
  question: Question,
  draft: DatasetSpec,
  { given, takesProposals, ask, say }: Respondent,
): Promise<DatasetSpec> {
  const proposed = question.proposed(draft);
  const fixed = given.get(question.option) ?? (takesProposals ? proposed : undefined);
  if (fixed !== undefined) {
    try {
      return answeredBy(question, draft, fixed);
    } catch (error) {
      throw error instanceof UsageError
        ? new UsageError(error.faults.map((fault) => `--${question.option}: ${fault}`))
        : error;
    }
  }
  for (;;) {
    const typed = await ask(
      `${question.asks}${proposed === undefined ? "" : ` [${proposed}]`}: `,
      `--${question.option}`,
    );
    const text = typed.trim() || proposed;
    try {
      if (text === undefined) throw new UsageError(["an answer is needed"]);
      return answeredBy(question, draft, text);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      for (const fault of error.faults) say(`  ${fault}`);
    }
  }
}

/** Asks what is answered by yes or no; an empty answer, and `--yes`, mean yes. */
export async function askYes(asks: string, { takesProposals, ask, say }: Respondent): Promise<boolean> {
  if (takesProposals) return true;
  for (;;) {
    const text = (await ask(`${asks} [yes]: `, "--yes")).trim().toLowerCase();
    if (["", "y", "yes"].includes(text)) return true;
    if (["n", "no"].includes(text)) return false;
    say("  yes or no");
  }
}
