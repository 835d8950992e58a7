import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { reasonOf } from "../../../shared/errors.ts";

interface Props<P> {
  /** A constant of the module that renders this. */
  readonly load: () => Promise<ComponentType<P>>;
  readonly what: string;
  readonly with: P;
}

/** By then the more important parts have been painted. */
const afterMs = 50;

/** A part of the page that is loaded after the more important ones. */
export function Lazy<P extends object>({ load, what, with: props }: Props<P>) {
  const [part, setPart] = useState<{ readonly Component: ComponentType<P> }>();
  const [fault, setFault] = useState<string>();
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    let isMounted = true;
    const timer = setTimeout(() => {
      load().then(
        (Component) => isMounted && setPart({ Component }),
        (error: unknown) => isMounted && setFault(reasonOf(error)),
      );
    }, afterMs);
    return () => {
      isMounted = false;
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
