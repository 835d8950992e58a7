import type { View } from "./views.ts";

interface Props {
  readonly path: readonly View[];
  onGo(depth: number): void;
}

/** The path from the whole series to what is shown. */
export function Crumbs({ path, onGo }: Props) {
  return (
    <nav class="crumbs" aria-label="Levels of the calendar">
      <ol>
        {path.map(({ name }, depth) => (
          <li key={name}>
            {depth === path.length - 1 ? (
              <span aria-current="location">{name}</span>
            ) : (
              <button type="button" onClick={() => onGo(depth)}>
                {name}
              </button>
            )}
          </li>
        ))}
      </ol>
    </nav>
  );
}
