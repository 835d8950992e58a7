import { grouped } from "../ui/format.ts";
import { kindCodes, type StepKind, tally } from "./kinds.ts";

const shown: readonly StepKind[] = ["present", "revised", "pending", "missing", "corrupt"];
const signs: Readonly<Record<StepKind, string>> = {
  present: "",
  revised: "•",
  pending: "",
  missing: "–",
  corrupt: "×",
  unknown: "?",
};

export function Swatch({ kind }: { readonly kind: StepKind }) {
  return (
    <span class={`swatch swatch-${kind}`} aria-hidden="true">
      {signs[kind]}
    </span>
  );
}

const noteId = "coverage-note";

/** What the colours mean, and how many timesteps there are of each: of revised ones, as many as a summary lists. */
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
        Revised counts at most the last 100 among recent timesteps; the details of a timestep show it for any.
      </small>
    </div>
  );
}
