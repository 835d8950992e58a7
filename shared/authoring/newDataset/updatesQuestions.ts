import type { DatasetSpec } from "../../dataset/descriptor.ts";
import { formatDuration, parseDuration } from "../../dataset/timeAxis.ts";
import type { Question, QuestionGroup } from "./question.ts";
import { updatesOf } from "./series.ts";

/** How late granules may be, and for how long they change. */
export const updatesQuestions: QuestionGroup = {
  questions: [
    {
      option: "latency",
      asks: "latency: how long after its timestep a granule is expected",
      proposed: ({ updates }) => updates.latency,
      answered(draft, latency) {
        const ms = parseDuration(latency);
        return ms ? { ...draft, updates: updatesOf(ms) } : duration("latency", draft, latency);
      },
    },
    question("patience", "patience: after how long a granule that does not come is called missing"),
    question("revisionWindow", "revision window: for how long granules that are there may be replaced"),
  ],
};

function question(name: "patience" | "revisionWindow", asks: string): Question {
  return {
    option: name === "patience" ? name : "revision-window",
    asks,
    proposed: ({ updates }) => updates[name],
    answered: (draft, text) => duration(name, draft, text),
  };
}

/** As it is typed, where it is none: the descriptor's check says what is wrong. */
function duration(
  name: "latency" | "patience" | "revisionWindow",
  draft: DatasetSpec,
  text: string,
): DatasetSpec {
  const ms = parseDuration(text);
  return { ...draft, updates: { ...draft.updates, [name]: ms ? formatDuration(ms) : text } };
}
