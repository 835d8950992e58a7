import { instantText } from "../ui/format.ts";

interface Props {
  readonly faults: readonly string[];
  /** When what is shown was fetched, if anything is shown; by the wall clock. */
  readonly fetchedAt: number | undefined;
}

/** What the page cannot read now. What it fetched before stays below. */
export function Banner({ faults, fetchedAt }: Props) {
  return (
    <div role="alert" class="banner-place">
      {faults.length > 0 && (
        <div class="banner">
          {[...new Set(faults)].map((fault) => (
            <p key={fault}>{fault}</p>
          ))}
          <p class="muted">
            {fetchedAt === undefined ? "" : `What is shown below is as of ${instantText(fetchedAt)}. `}
            The page keeps trying, and updates by itself.
          </p>
        </div>
      )}
    </div>
  );
}
