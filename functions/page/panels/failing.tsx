import { parseInstant } from "../../../shared/dataset/timeAxis.ts";
import type { StatusSummary } from "../../../shared/status/summary.ts";
import { useServer } from "../server/server.tsx";
import { readable, relative } from "../ui/format.ts";
import { useTicks } from "../ui/hooks.ts";

/** The granules that could not be ingested, the next to be tried first. */
export function FailingTable({ failing }: Pick<StatusSummary, "failing">) {
  const { clock } = useServer();
  useTicks(10_000);
  if (failing.length === 0) return <p class="muted">No granule is failing.</p>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what can be scrolled must be reached by keys
    <section class="scroll stacking" tabIndex={0} aria-label="Table of failing granules">
      <table>
        <thead>
          <tr>
            <th scope="col">Timestep</th>
            <th scope="col">Status</th>
            <th scope="col">Reason</th>
            <th scope="col" class="number">
              Attempts
            </th>
            <th scope="col">Next try</th>
          </tr>
        </thead>
        <tbody>
          {failing.map(({ time, status, fault, reason, path, attempts, next_try_at }) => (
            <tr key={time}>
              <th scope="row">{readable(time)}</th>
              <td data-label="Status">
                <span class={`kind kind-${status}`}>{status}</span>
              </td>
              <td data-label="Reason">
                <span>
                  <b>{fault}</b> {reason}
                  {path && <small>{path}</small>}
                </span>
              </td>
              <td class="number" data-label="Attempts">
                {attempts}
              </td>
              <td data-label="Next try" title={readable(next_try_at)}>
                {nextTry(next_try_at, clock.asOf())}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function nextTry(at: string, asOf: number): string {
  const t = parseInstant(at) ?? asOf;
  return t <= asOf ? "with the next plan" : relative(t, asOf);
}
