import { Argument, type Command } from "commander";
import { datasetsDirectory, descriptorPaths } from "../runtime/datasets/datasets.ts";
import { readSettings } from "../runtime/settings.ts";
import { bashCompletion } from "./completion/bash.ts";
import { fishCompletion } from "./completion/fish.ts";
import { completionModel } from "./completion/model.ts";
import { zshCompletion } from "./completion/zsh.ts";
import { withExamples } from "./options.ts";

const shells = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;

/** `accrete completion`: a script that teaches a shell what there is to type. */
export function defineCompletion(command: Command, whole: () => Promise<Command>): void {
  command.addArgument(new Argument("<shell>", "for which").choices(Object.keys(shells)));
  withExamples(
    command,
    [
      "source <(npx accrete completion bash)",
      "for this bash, or in ~/.bashrc; npx accrete … is completed too",
    ],
    ["source <(npx accrete completion zsh)", "for this zsh, or in ~/.zshrc behind compinit"],
    ["npx accrete completion fish | source", "for this fish, or in ~/.config/fish/config.fish"],
  ).action(async (shell: keyof typeof shells) => {
    // By the names of their files: a shell that starts must not run what lies where it does.
    const found = await descriptorPaths(datasetsDirectory(readSettings({}, process.env).datasets));
    const ids = found.map(({ id }) => id);
    process.stdout.write(shells[shell](completionModel(await whole(), ids)));
  });
}
