import type { CompletionModel, Offer, OptionCompletion } from "./model.ts";

/** For fish 3 and later. */
export function fishCompletion({ commands, options }: CompletionModel): string {
  const lines = [
    "# Completion of accrete for fish. Made by `accrete completion fish`.",
    "complete -c accrete -f",
    ...options.map((option) => optionLine("__fish_use_subcommand", option)),
    ...commands.map(
      ({ name, does }) => `complete -c accrete -n __fish_use_subcommand -a ${name} -d ${quoted(does)}`,
    ),
    ...commands.flatMap(({ name, options: own, values }) => {
      const within = `__fish_seen_subcommand_from ${name}`;
      const offers = values.flatMap((offer) => offered(offer));
      return [
        ...own.map((option) => optionLine(within, option)),
        ...offers.map((offer) => `complete -c accrete -n ${quoted(within)} ${offer}`),
      ];
    }),
    "complete -c npx -n '__fish_seen_subcommand_from accrete' -f -a '(complete -C (string replace -r \"^npx +\" \"\" -- (commandline -cp)))'",
  ];
  return `${lines.join("\n")}\n`;
}

function optionLine(condition: string, { names, does, value }: OptionCompletion): string {
  const named = names.map((name) => (name.startsWith("--") ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`));
  const taking = value === undefined ? [] : ["-r", ...offered(value)];
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
