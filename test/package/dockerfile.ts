/** Of the language of Dockerfiles what ours says; all else is refused. https://docs.docker.com/reference/dockerfile/ */
import assert from "node:assert/strict";

export type Step =
  | {
      readonly kind: "copy";
      readonly from?: string;
      readonly sources: readonly string[];
      readonly to: string;
    }
  | { readonly kind: "run"; readonly line: string }
  | { readonly kind: "workdir" | "user" | "volume"; readonly value: string }
  | { readonly kind: "env"; readonly variables: Readonly<Record<string, string>> };

export interface Stage {
  readonly image: string;
  readonly name: string | undefined;
  readonly steps: readonly Step[];
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
}

interface OpenStage extends Stage {
  readonly steps: Step[];
  entrypoint: readonly string[];
  command: readonly string[];
}

/** The stages in order; the last one is the image. */
export function readDockerfile(text: string): readonly Stage[] {
  const stages: OpenStage[] = [];
  for (const line of text.split("\n").filter((line) => !/^\s*(#|$)/.test(line))) {
    const [, word = "", rest = ""] = /^([A-Z]+) (\S.*)$/.exec(line) ?? [];
    assert.doesNotMatch(rest, /\\$/, `no line goes on in the next: ${line}`);
    if (word === "FROM") stages.push(stageOf(rest));
    else add(stages.at(-1), word, rest);
  }
  return stages;
}

function stageOf(rest: string): OpenStage {
  const [, image, name] = /^(\S+)(?: AS (\w+))?$/.exec(rest) ?? [];
  assert.ok(image, `FROM ${rest}`);
  return { image, name, steps: [], entrypoint: [], command: [] };
}

function add(stage: OpenStage | undefined, word: string, rest: string): void {
  assert.ok(stage, `${word} before FROM`);
  switch (word) {
    case "RUN":
      assert.doesNotMatch(rest, /^(\[|--|<<)/, `only a line for the shell: RUN ${rest}`);
      stage.steps.push({ kind: "run", line: rest });
      break;
    case "WORKDIR":
    case "VOLUME":
      assert.match(rest, /^\/[\w/-]+$/, `one absolute path: ${word} ${rest}`);
      stage.steps.push({ kind: word === "WORKDIR" ? "workdir" : "volume", value: rest });
      break;
    case "USER":
      assert.match(
        rest,
        /^\d+:\d+$/,
        `numbers, so that who runs it can see that it is not root: USER ${rest}`,
      );
      stage.steps.push({ kind: "user", value: rest });
      break;
    case "ENV":
      stage.steps.push({ kind: "env", variables: variablesOf(rest) });
      break;
    case "COPY":
      stage.steps.push(copyOf(rest));
      break;
    case "ENTRYPOINT":
      stage.entrypoint = JSON.parse(rest);
      break;
    case "CMD":
      stage.command = JSON.parse(rest);
      break;
    case "EXPOSE":
      assert.match(rest, /^\d+$/);
      break;
    default:
      assert.fail(`unknown: ${word} ${rest}`);
  }
}

function variablesOf(rest: string): Readonly<Record<string, string>> {
  const pairs = rest.split(" ").map((pair) => {
    const [, name = "", value = ""] = /^(\w+)=([\w/.-]+)$/.exec(pair) ?? [];
    assert.ok(name, `NAME=VALUE without quotes: ENV ${rest}`);
    return [name, value] as const;
  });
  return Object.fromEntries(pairs);
}

function copyOf(rest: string): Step {
  const words = rest.split(/ +/);
  const from = /^--from=(\w+)$/.exec(words[0] ?? "")?.[1];
  const [to, ...sources] = (from === undefined ? words : words.slice(1)).reverse();
  assert.ok(to !== undefined && sources.length > 0 && !rest.includes(" --"), `COPY ${rest}`);
  return { kind: "copy", ...(from !== undefined && { from }), sources: sources.reverse(), to };
}

/** Whether a path of the context is sent to the builder, by a `.dockerignore` that leaves out all but what it names. */
export function isSent(ignore: string, path: string): boolean {
  const [all, ...named] = ignore.split("\n").filter((line) => !/^\s*(#|$)/.test(line));
  assert.equal(all, "*");
  assert.ok(
    named.every((line) => /^![\w.-]+$/.test(line)),
    ignore,
  );
  return named.includes(`!${path.split("/")[0]}`);
}
