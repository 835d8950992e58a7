import { useServer } from "../server/server.tsx";
import { Copyable } from "./copy.tsx";
import { openLines } from "./openLines.ts";

/** The lines that open the dataset in other programs. */
export function OpenPanel({ id, store }: { readonly id: string; readonly store: string | undefined }) {
  const { base } = useServer();
  if (store === undefined) return <p class="muted">Where the dataset is stored is not known yet.</p>;
  return (
    <>
      {openLines(id, store, base).map((line) => (
        <Copyable key={line.name} {...line} />
      ))}
    </>
  );
}
