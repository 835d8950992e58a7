import type { CompletionModel, Offer, OptionCompletion } from "./model.ts";

/** For fish 3 and later. */
export function fishCompletion({ commands, options }: CompletionModel): string {
  const all = [...options, ...commands.flatMap((command) => command.options)];
  const valued = new Set(all.flatMap(({ names, value }) => (value === undefined ? [] : names)));
  const lines = [
    "# Completion of accrete for fish. Made by `accrete completion fish`.",
    `set -g __accrete_valued ${[...valued].join(" ")}`,
    ...words,
    "complete -c accrete -f",
    ...options.map((option) => optionLine("__accrete_in ''", option)),
    ...commands.map(
      ({ name, does }) => `complete -c accrete -n "__accrete_in ''" -a ${name} -d ${quoted(does)}`,
    ),
    ...commands.flatMap(({ name, options: own, values, isVariadic }) => [
      ...own.map((option) => optionLine(`__accrete_in ${name}`, option)),
      ...values.flatMap((offer, place) => {
        const isLast = isVariadic && place === values.length - 1;
        const condition = `__accrete_at ${name} ${place}${isLast ? " more" : ""}`;
        return offered(offer).map((offers) => `complete -c accrete -n ${quoted(condition)} ${offers}`);
      }),
    ]),
    "complete -c npx -n '__fish_seen_subcommand_from accrete' -f -a '(complete -C (string replace -r \"^npx +\" \"\" -- (commandline -cp)))'",
  ];
  return `${lines.join("\n")}\n`;
}

/** What is typed before the word that is completed: neither options nor their values. */
const words = [
  "function __accrete_words",
  "  set -l isValue no",
  "  set -l typed (commandline -opc)",
  "  for word in $typed[2..-1]",
  "    if test $isValue = yes",
  "      set isValue no",
  "    else if string match -q -- '-*' $word",
  "      contains -- $word $__accrete_valued; and set isValue yes",
  "    else",
  "      echo $word",
  "    end",
  "  end",
  "end",
  "# Whether the subcommand is that; whether its argument of that place, from 0, comes next, or `more` of them may.",
  "function __accrete_in -a name",
  "  set -l typed (__accrete_words)",
  '  test "$typed[1]" = "$name"',
  "end",
  "function __accrete_at -a name place more",
  "  __accrete_in $name; or return 1",
  "  set -l typed (__accrete_words)",
  "  set -l arguments (math (count $typed) - 1)",
  '  test $arguments -eq $place; or test -n "$more" -a $arguments -gt $place',
  "end",
];

function optionLine(condition: string, { names, does, value }: OptionCompletion): string {
  const named = names.map((name) => (name.startsWith("--") ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`));
  const taking = value === undefined ? [] : [value === "files" ? "-r" : "-x", ...offered(value)];
  return ["complete -c accrete", `-n ${quoted(condition)}`, ...named, ...taking, `-d ${quoted(does)}`].join(
    " ",
  );
}

function offered(offer: Offer): string[] {
  if (offer === "files") return ["-F"];
  if (offer === "directories") return ["-a '(__fish_complete_directories)'"];
  return offer.length > 0 ? [`-a ${quoted(offer.join(" "))}`] : [];
}

function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, "\\$&")}'`;
}
