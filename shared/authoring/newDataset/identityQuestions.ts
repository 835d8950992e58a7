import { UsageError } from "../../errors.ts";
import type { Question, QuestionGroup } from "./question.ts";

/** Who the dataset is. `taken`: names that files beside its own have. */
export function identityQuestions(taken: ReadonlySet<string>): QuestionGroup {
  return {
    questions: [
      {
        option: "id",
        asks: "id: lower-case letters, digits and hyphens",
        proposed: ({ id }) => id,
        answered(draft, id) {
          if (taken.has(id))
            throw new UsageError([`there is a file of the dataset ${id} already: choose another id`]);
          return { ...draft, id };
        },
      },
      attribute("title", "title", ({ id }) => id),
      attribute("summary", "summary: what it is, for who finds it", ({ attributes }) =>
        String(attributes.title),
      ),
      attribute("institution", "institution that makes it", () => "unknown"),
      attribute("source", "source: what the granules are, and of which version", ({ attributes }) =>
        String(attributes.source),
      ),
      attribute("license", "license", () => "unknown"),
    ],
  };
}

function attribute(name: string, asks: string, proposed: Question["proposed"]): Question {
  return {
    option: name === "source" ? "source-text" : name,
    asks,
    proposed,
    answered: (draft, text) => ({ ...draft, attributes: { ...draft.attributes, [name]: text } }),
  };
}
