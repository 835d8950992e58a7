import { parseInstant, type TimeAxis } from "../../../shared/dataset/timeAxis.ts";
import type { Freshness } from "../../../shared/status/freshness.ts";
import type { StatusSummary } from "../../../shared/status/summary.ts";
import { useServer } from "../server/server.tsx";
import { grouped, instantText, relative, stateSigns, withReadableInstants } from "../ui/format.ts";
import { useTicks } from "../ui/hooks.ts";
import { Instant } from "../ui/instant.tsx";
import { behindText, freshnessNow, lagText, nextText } from "./headLines.ts";

interface Props {
  readonly status: StatusSummary;
  readonly axis: TimeAxis;
  /** When the status was fetched last, by the wall clock, if it cannot be read now. */
  readonly staleSince: number | undefined;
}

/** What matters most: whether the dataset is current, and if not, why. */
export function Head({ status, axis, staleSince }: Props) {
  const { clock } = useServer();
  useTicks(1000);
  const fresh = freshnessNow(status, clock);
  const through = parseInstant(status.valid_through ?? "");
  const committed = parseInstant(status.committed_at ?? "");
  const nextTime = parseInstant(fresh.next?.time ?? "");
  const next = nextText(fresh, clock.asOf());
  return (
    <section class="head" aria-labelledby="title">
      <div class="head-title">
        <h1 id="title">{status.title}</h1>
        <p class="muted">
          <code>{status.dataset}</code>
        </p>
      </div>
      <State fresh={freshnessNow(status, clock, staleSince)} staleSince={staleSince} />
      <dl class="facts">
        <div>
          <dt>Valid through</dt>
          <dd>{through === undefined ? "nothing yet" : <Instant at={through} />}</dd>
          <dd class="muted">{grouped(status.length)} timesteps are visible</dd>
        </div>
        <div>
          <dt>Lag</dt>
          <dd>{lagText(fresh)}</dd>
          <dd class="muted">{behindText(status, fresh, axis)}</dd>
        </div>
        <div>
          <dt>Last commit</dt>
          <dd>
            {committed === undefined
              ? "none yet"
              : `№ ${grouped(status.commit_seq)}, ${relative(committed, clock.now())}`}
          </dd>
          <dd class="muted">{committed !== undefined && <Instant at={committed} />}</dd>
        </div>
        <div>
          <dt>{next.label}</dt>
          <dd class="countdown">{next.text}</dd>
          <dd class="muted">
            {nextTime !== undefined && (
              <>
                timestep <Instant at={nextTime} />
              </>
            )}
          </dd>
        </div>
      </dl>
    </section>
  );
}

/** Without colour if it is not up to date. */
function State({ fresh, staleSince }: { readonly fresh: Freshness } & Pick<Props, "staleSince">) {
  const { state } = fresh;
  const why = `${withReadableInstants(fresh.why).replace(/\.$/, "")}.`;
  return (
    <p class={staleSince === undefined ? `state state-${state}` : "state muted"}>
      <span class="state-word">
        <span aria-hidden="true">{stateSigns[state]} </span>
        {state}
      </span>
      <span class="state-why">
        {staleSince === undefined ? why : `As of ${instantText(staleSince)}: ${why}`}
      </span>
    </p>
  );
}
