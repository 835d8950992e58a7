import { useEffect, useState } from "preact/hooks";
import { useServer } from "../server/server.tsx";

/** The live region that screen readers read out politely: anew each time, also when the text is the same. */
export function LiveRegion() {
  const { announcer } = useServer();
  const [{ text, count }, setAnnounced] = useState({ text: "", count: 0 });
  useEffect(
    () =>
      announcer.listen((announced) =>
        setAnnounced((before) => ({ text: announced, count: before.count + 1 })),
      ),
    [announcer],
  );
  return (
    <p class="live" aria-live="polite" aria-atomic="true">
      <span key={count}>{text}</span>
    </p>
  );
}
