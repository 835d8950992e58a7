/** Bytes in MB (10⁶), to one decimal. */
export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

/** What granules are in all, so many of whose sizes nobody told. */
export function sizeText(bytes: number, granules: number, unsized: number): string {
  if (unsized === 0) return megabytes(bytes);
  return unsized === granules ? "of unknown size" : `${megabytes(bytes)} without ${unsized} of unknown size`;
}

/** Files, and the timesteps that they hold where those are not as many. */
export function granulesText(granules: number, timesteps: number): string {
  const files = counted(granules, "granule");
  return timesteps === granules ? files : `${files} of ${counted(timesteps, "timestep")}`;
}

/** Granules and bytes in a second, or granules in a minute where they are fewer. */
export function paceText(pace: {
  readonly granulesPerSecond: number;
  readonly bytesPerSecond: number;
}): string {
  const { granulesPerSecond, bytesPerSecond } = pace;
  const granules =
    granulesPerSecond >= 1
      ? `${granulesPerSecond.toFixed(1)}/s`
      : `${(granulesPerSecond * 60).toFixed(1)}/min`;
  const bytes = bytesPerSecond >= 1e5 ? megabytes(bytesPerSecond) : `${(bytesPerSecond / 1e3).toFixed(0)} kB`;
  return `${granules}, ${bytes}/s`;
}

/** A span of time in the two largest of days, hours, minutes and seconds. */
export function span(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const parts = [
    [Math.floor(seconds / 86_400), "d"],
    [Math.floor(seconds / 3600) % 24, "h"],
    [Math.floor(seconds / 60) % 60, "min"],
    [seconds % 60, "s"],
  ] as const;
  const first = parts.findIndex(([count]) => count > 0);
  if (first < 0) return "0 s";
  const told = parts.slice(first, first + 2).filter(([count]) => count > 0);
  return told.map(([count, unit]) => `${count} ${unit}`).join(" ");
}

/** As in `1 batch` and `2 batches`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** US dollars to the cent. */
export function dollarsText(dollars: number): string {
  return dollars > 0 && dollars < 0.01 ? "under 0.01 $" : `${dollars.toFixed(2)} $`;
}
