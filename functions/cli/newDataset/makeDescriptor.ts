import { attemptsOn } from "../../../shared/authoring/inspect/attempts.ts";
import { decodedBy } from "../../../shared/authoring/inspect/inspect.ts";
import type { PictureSize } from "../../../shared/authoring/inspect/picture.ts";
import { draftOf } from "../../../shared/authoring/newDataset/draft.ts";
import { fieldQuestions } from "../../../shared/authoring/newDataset/fieldQuestions.ts";
import { gridQuestions } from "../../../shared/authoring/newDataset/gridQuestions.ts";
import { identityQuestions } from "../../../shared/authoring/newDataset/identityQuestions.ts";
import { placeQuestions } from "../../../shared/authoring/newDataset/placeQuestions.ts";
import type { Probed } from "../../../shared/authoring/newDataset/probe.ts";
import { none, type Probe, type QuestionGroup } from "../../../shared/authoring/newDataset/question.ts";
import { axisQuestions, stampQuestions } from "../../../shared/authoring/newDataset/timeQuestions.ts";
import { updatesQuestions } from "../../../shared/authoring/newDataset/updatesQuestions.ts";
import type { Descriptor } from "../../../shared/dataset/dataset.ts";
import { defineDataset } from "../../../shared/dataset/defineDataset.ts";
import type { DatasetSpec } from "../../../shared/dataset/descriptor.ts";
import { GranuleError, UsageError } from "../../../shared/errors.ts";
import { decodedLines, guessText } from "../terminal/inspectionLines.ts";
import type { ColourDepth } from "../terminal/pictureBlocks.ts";
import { askGroup, askOne, askYes, type Respondent } from "./interview.ts";

export interface Canvas {
  readonly size: PictureSize;
  readonly depth: ColourDepth;
}

/**
 * Asks for what a probed granule does not say by itself, and makes a descriptor that passes its check and decodes the granule;
 * `undefined` if what it decodes never looks right to who is asked. Throws a `UsageError` for given answers that cannot be used.
 */
export async function makeDescriptor(
  probed: Probed,
  taken: ReadonlySet<string>,
  respondent: Respondent,
  canvas: Canvas,
): Promise<DatasetSpec | undefined> {
  for (const line of probeLines(probed)) respondent.say(line);
  const copied = await copiedLayout(probed, respondent);
  const groupsFor = (draft: DatasetSpec): readonly QuestionGroup[] => [
    identityQuestions(taken),
    ...(copied ? [] : [gridQuestions(probed)]),
    ...(copied ? [] : draft.decoding.blocks.map(({ name }) => fieldQuestions(name, probed))),
    placeQuestions(probed),
    axisQuestions(probed),
    stampQuestions,
    updatesQuestions,
  ];
  let draft = draftOf(probed, copied);
  // Which groups follow may depend on what was answered so far.
  for (let i = 0; i < groupsFor(draft).length; i++)
    draft = await askGroup(groupsFor(draft)[i] as QuestionGroup, draft, respondent);
  refuseUnasked(groupsFor(draft), respondent);
  for (;;) {
    for (const line of await decodedWith(draft, probed, canvas)) respondent.say(line);
    if (await askYes("does this look right?", respondent)) return draft;
    const changed = await askAgain(groupsFor, draft, probed, respondent);
    if (!changed) return undefined;
    draft = changed;
  }
}

/** Options that answer nothing would be overlooked otherwise. */
function refuseUnasked(groups: readonly QuestionGroup[], { given }: Respondent): void {
  const asked = new Set(groups.flatMap(({ questions }) => questions.map(({ option }) => option)));
  const unasked = [...given.keys()].filter((option) => !asked.has(option));
  if (unasked.length === 0) return;
  throw new UsageError(unasked.map((option) => `--${option} answers nothing that is asked for this granule`));
}

/** Has one answer changed, and asks what that brings along; `undefined` to give up. */
async function askAgain(
  groupsFor: (draft: DatasetSpec) => readonly QuestionGroup[],
  draft: DatasetSpec,
  probed: Probed,
  respondent: Respondent,
): Promise<DatasetSpec | undefined> {
  const groups = groupsFor(draft);
  const options = groups.flatMap(({ questions }) => questions.map(({ option }) => option));
  const asking = { ...respondent, given: new Map<string, string>() };
  for (;;) {
    respondent.say(`answers: ${options.join(", ")}`);
    const typed = (
      await respondent.ask(`which of them is to be changed, or ${none} to give up? `, "--yes")
    ).trim();
    if (typed === none) return undefined;
    const group = groups.find(({ questions }) => questions.some(({ option }) => option === typed));
    const question = group?.questions.find(({ option }) => option === typed);
    if (!group || !question) continue;
    let next = await askOne(question, draft, asking);
    const wrong = group.fault?.(next);
    if (wrong !== undefined) {
      respondent.say(`  ${wrong}; answer these again:`);
      next = await askGroup(group, next, asking);
    }
    const known = new Set(options);
    const added = groupsFor(next).filter(
      ({ questions }) => !questions.every(({ option }) => known.has(option)),
    );
    for (const one of added) next = await askGroup(one, next, asking);
    // Another path or number of timesteps may have parted time anew.
    if (next.time.step !== draft.time.step && question.option !== "step")
      next = await askGroup(axisQuestions(probed), next, asking);
    return next;
  }
}

/** What was found out about the granule. */
function probeLines({ file, facts, raw, guess, pattern, decodedBy }: Probed): string[] {
  const inflated = facts.compression === "gzip" ? `, gzip, inflates to ${raw.length} bytes` : "";
  const guessed = guess ? `looks like ${guessText(guess)}` : "what is in it cannot be guessed by its values";
  return [
    `${file.place}: ${file.bytes.length} bytes${inflated}`,
    pattern ? `  paths look like ${pattern.template}` : "  its path has no date",
    ...(decodedBy ? [`  ${decodedBy.id} decodes it`] : [`  ${guessed}`, ...headerLines(facts)]),
  ];
}

function headerLines({ header }: Probe["facts"]): string[] {
  return header
    ? [
        "  it begins with a readable header. Which blocks follow can be read from it only by a layout that is written by hand:",
        "  see decoding.layout of trmm-3b42rt.ts, among those that ship. Here its bytes are passed over, and all granules must be alike.",
      ]
    : [];
}

/** The dataset whose grid, fields and decoding the new one shall have too. Who gives any of them has said that it is none. */
async function copiedLayout(probed: Probed, respondent: Respondent): Promise<Descriptor | undefined> {
  const { decodedBy } = probed;
  const isGiven = gridQuestions(probed).questions.some(({ option }) => respondent.given.has(option));
  if (!decodedBy || isGiven) return undefined;
  const asks = `copy grid, fields and decoding from ${decodedBy.id}?`;
  return (await askYes(asks, respondent)) ? decodedBy : undefined;
}

/** What the descriptor makes of the granule. Throws where it has faults, or does not decode it. */
async function decodedWith(draft: DatasetSpec, probed: Probed, canvas: Canvas): Promise<string[]> {
  const dataset = defineDataset(draft);
  const [attempt] = await attemptsOn(probed.file, probed.facts, [dataset]);
  const decoded = attempt && decodedBy(attempt, undefined, canvas.size);
  if (decoded) return decodedLines(decoded, canvas.depth);
  const error = attempt && "error" in attempt.result ? attempt.result.error : undefined;
  throw error ?? new GranuleError("layout", "the descriptor does not decode the granule");
}
