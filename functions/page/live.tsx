import { useEffect, useState } from "preact/hooks";
import { useServer } from "./server.tsx";

/** The line that screen readers read out when they have nothing better to do. */
export function LiveLine() {
  const { announcer } = useServer();
  const [text, setText] = useState("");
  useEffect(() => announcer.listen(setText), [announcer]);
  return (
    <p class="live" aria-live="polite" aria-atomic="true">
      {text}
    </p>
  );
}
