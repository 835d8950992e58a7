import { useEffect, useState } from "preact/hooks";
import { useServer } from "../server/server.tsx";
import type { CopyLine } from "./openLines.ts";

const feedbackMs = 2000;

/** A text with a button that copies it. */
export function Copyable({ name, text }: CopyLine) {
  const { announcer } = useServer();
  const [feedback, setFeedback] = useState("");
  useEffect(() => {
    if (feedback === "") return;
    const timer = setTimeout(() => setFeedback(""), feedbackMs);
    return () => clearTimeout(timer);
  }, [feedback]);
  async function copy() {
    const isCopied = await copied(text);
    setFeedback(isCopied ? "Copied" : "Not copied");
    announcer.say(isCopied ? `${name} copied` : `${name} could not be copied: select the text instead`);
  }
  return (
    <div class="copyable">
      <div class="copyable-head">
        <h3>{name}</h3>
        <button type="button" onClick={copy} aria-label={`Copy ${name}`}>
          {feedback || "Copy"}
        </button>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what can be scrolled must be reached by keys */}
      <pre tabIndex={0}>{text}</pre>
    </div>
  );
}

/** A page that came neither over HTTPS nor from this machine has no clipboard: there an element's text is copied. */
async function copied(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copiedFromElement(text);
  }
}

function copiedFromElement(text: string): boolean {
  const element = document.createElement("textarea");
  const focused = document.activeElement;
  element.value = text;
  element.className = "offscreen";
  document.body.append(element);
  element.select();
  const isCopied = document.execCommand("copy");
  element.remove();
  if (focused instanceof HTMLElement) focused.focus();
  return isCopied;
}
