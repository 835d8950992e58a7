import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { reasonOf } from "../../../shared/errors.ts";

interface Props<P> {
  /** A constant of the module that renders this. */
  readonly load: () => Promise<ComponentType<P>>;
  readonly what: string;
  readonly with: P;
}

/** What matters more has been painted by then. */
const afterMs = 50;

/** A part of the page that is loaded after what matters more. */
export function Lazy<P extends object>({ load, what, with: props }: Props<P>) {
  const [part, setPart] = useState<{ readonly Component: ComponentType<P> }>();
  const [fault, setFault] = useState<string>();
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    let isThere = true;
    const timer = setTimeout(() => {
      load().then(
        (Component) => isThere && setPart({ Component }),
        (error: unknown) => isThere && setFault(reasonOf(error)),
      );
    }, afterMs);
    return () => {
      isThere = false;
      clearTimeout(timer);
    };
  }, [load, attempt]);
  if (part) return <part.Component {...props} />;
  if (fault === undefined) return <p class="muted">{what} is loading.</p>;
  return (
    <div role="alert" class="fault">
      <p>
        {what} could not be loaded: {fault}
      </p>
      <button
        type="button"
        onClick={() => {
          setFault(undefined);
          setAttempt(attempt + 1);
        }}
      >
        Try again
      </button>
    </div>
  );
}
