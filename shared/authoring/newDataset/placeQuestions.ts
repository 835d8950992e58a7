import { pathFaults } from "../../dataset/paths/pathFaults.ts";
import { UsageError } from "../../errors.ts";
import { checkSourceUrl } from "../../source/open.ts";
import { pathInstant } from "../inspect/pathInstant.ts";
import type { Probe, Question, QuestionGroup } from "./question.ts";
import { withPath } from "./series.ts";

/** Where granules are. */
export function placeQuestions(probe: Probe): QuestionGroup {
  return { questions: [urlQuestion(probe), pathQuestion(probe)] };
}

function urlQuestion({ base }: Probe): Question {
  return {
    option: "url",
    asks: "base URL of the provider, without user and password",
    proposed: () => base,
    answered(draft, url) {
      checkSourceUrl(url);
      return { ...draft, source: { ...draft.source, url: url.replace(/\/+$/, "") } };
    },
  };
}

function pathQuestion({ file, pattern }: Probe): Question {
  return {
    option: "path",
    asks: "paths below it, with parts of the date in braces: YYYY, YY, MM, DD, DDD, HH, mm, ss; * in the name for what varies",
    proposed: ({ source }) => source.candidates[0]?.path,
    answered(draft, path) {
      const faults = pathFaults(path);
      if (faults.length > 0) throw new UsageError(faults.map((fault) => `"${path}" ${fault}`));
      if (pattern && pathInstant(path, file.path) === undefined)
        throw new UsageError([`"${path}" does not make the granule's own path, ${file.path}`]);
      return withPath(draft, path, pathInstant(path, file.path));
    },
  };
}
