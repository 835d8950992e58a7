import { instantText } from "../ui/format.ts";

interface Props {
  readonly faults: readonly string[];
  /** As of when that is shown which cannot be had now, if anything is shown; by the wall clock. */
  readonly seenAt: number | undefined;
}

/** What is wrong with what the page can see. What was seen before stays below it. */
export function Banner({ faults, seenAt }: Props) {
  return (
    <div role="alert" class="banner-place">
      {faults.length > 0 && (
        <div class="banner">
          {[...new Set(faults)].map((fault) => (
            <p key={fault}>{fault}</p>
          ))}
          <p class="muted">
            {seenAt === undefined ? "" : `What is shown below was so on ${instantText(seenAt)}. `}
            The page keeps asking, and shows what is new by itself.
          </p>
        </div>
      )}
    </div>
  );
}
