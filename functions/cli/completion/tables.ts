import type { CommandCompletion, CompletionModel, Offer } from "./model.ts";

/**
 * The model as functions that bash and zsh read alike: each prints what is offered, as words, `files` or `directories`
 * behind an `@`.
 */
export function shellTables({ commands, options }: CompletionModel): string {
  const itself = { name: "", options, values: [commands.map(({ name }) => name)], isVariadic: false };
  const all: readonly Omit<CommandCompletion, "does">[] = [itself, ...commands];
  const optionNames = all.map(({ name, options: own }) => [
    `"${name}"`,
    own.flatMap(({ names }) => names).join(" "),
  ]);
  const optionValues = all.flatMap(({ name, options: own }) =>
    own.flatMap(({ names, value }) =>
      value ? names.map((option) => [`"${name} ${option}"`, offerText(value)]) : [],
    ),
  );
  const values = all.flatMap(({ name, values: own, isVariadic }) =>
    own.map((value, place) => {
      const pattern = isVariadic && place === own.length - 1 ? `"${name} "*` : `"${name} ${place}"`;
      return [pattern, offerText(value)];
    }),
  );
  return [
    printing("_accrete_options", '"$1"', optionNames),
    "# Fails for what takes no value.",
    printing("_accrete_value_of", '"$1 $2"', optionValues),
    printing("_accrete_argument", '"$1 $2"', values),
  ].join("\n");
}

function offerText(offer: Offer): string {
  return typeof offer === "string" ? `@${offer}` : offer.join(" ");
}

function printing(name: string, of: string, cases: readonly (readonly string[])[]): string {
  const lines = cases.map(([pattern, words]) => `    ${pattern}) echo '${words}' ;;`);
  return `${name}() {\n  case ${of} in\n${lines.join("\n")}\n    *) return 1 ;;\n  esac\n}`;
}
