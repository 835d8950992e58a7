import { grouped } from "../ui/format.ts";
import { type Kind, kindCodes, tally } from "./kinds.ts";

const shown: readonly Kind[] = ["present", "revised", "pending", "missing", "corrupt"];
const signs: Readonly<Record<Kind, string>> = {
  present: "",
  revised: "•",
  pending: "",
  missing: "–",
  corrupt: "×",
  unknown: "?",
};

export function Swatch({ kind }: { readonly kind: Kind }) {
  return (
    <span class={`swatch swatch-${kind}`} aria-hidden="true">
      {signs[kind]}
    </span>
  );
}

const noteId = "coverage-note";

/** What the colours mean, and how many timesteps there are of each: of revised ones, as far as a summary lists them. */
export function Legend({ codes }: { readonly codes: Uint8Array }) {
  const { counts } = tally(codes, 0, codes.length);
  const unread = counts[kindCodes.unknown] ?? 0;
  return (
    <div>
      <ul class="legend" aria-label="Timesteps by status" aria-describedby={noteId}>
        {[...shown, ...(unread > 0 ? (["unknown"] as const) : [])].map((kind) => (
          <li key={kind}>
            <Swatch kind={kind} /> {kind} <b>{grouped(counts[kindCodes[kind]] ?? 0)}</b>
          </li>
        ))}
      </ul>
      <small id={noteId}>
        Revised: of recent timesteps, at most the last 100. The details of a timestep tell it of any.
      </small>
    </div>
  );
}
