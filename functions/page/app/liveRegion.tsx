import { useEffect, useState } from "preact/hooks";
import { useServer } from "../server/server.tsx";

/** The line that screen readers read out when they have nothing better to do; each time anew, though it be the same text. */
export function LiveLine() {
  const { announcer } = useServer();
  const [{ text, count }, setSaid] = useState({ text: "", count: 0 });
  useEffect(
    () => announcer.listen((said) => setSaid((before) => ({ text: said, count: before.count + 1 }))),
    [announcer],
  );
  return (
    <p class="live" aria-live="polite" aria-atomic="true">
      <span key={count}>{text}</span>
    </p>
  );
}
