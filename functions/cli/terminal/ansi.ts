import { styleText } from "node:util";

export type Style = "red" | "yellow" | "green" | "cyan" | "dim" | "bold";

/** Colours a text, or leaves it as it is. */
export type Ansi = (style: Style, text: string) => string;

/** For one stream: colours only where that is a terminal that has them, or as NO_COLOR and FORCE_COLOR say. */
export function ansiOn(stream: NodeJS.WritableStream): Ansi {
  return (style, text) => styleText(style, text, { stream });
}
