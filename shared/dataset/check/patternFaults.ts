import { basesOf } from "../candidates.ts";
import type { BaseUrlSpec, DatasetSpec } from "../descriptor.ts";
import { granulePath, pathsOf } from "../paths/granulePath.ts";
import { pathFaults } from "../paths/pathFaults.ts";
import { finestMs, type GranuleSpan, isPattern, partsOf } from "../paths/template.ts";
import { parseDuration, parseInstant } from "../timeAxis.ts";
import { isCount } from "./plainFaults.ts";

/** What is wrong about names that are read back, given the series; what is no series or no path has its own fault. */
export function patternFaults({ time, source }: DatasetSpec): string[] {
  const [first, stepMs] = [parseInstant(time.start), parseDuration(time.step)];
  const { stepsPerGranule = 1 } = source;
  if (first === undefined || !stepMs || !isCount(stepsPerGranule)) return [];
  const span = { first, spanMs: stepMs * stepsPerGranule };
  return basesOf(source).flatMap((base, i) => {
    const at = i === 0 ? "source" : `source.further[${i - 1}]`;
    if (base.candidates.some(({ path }) => pathFaults(path).length > 0)) return [];
    return [...startFaults(at, base, span), ...stageFaults(at, base, span)];
  });
}

/** A start that does not tell the granules of one day, or one hour, apart would be nearest to one of them alone. */
function startFaults(at: string, { candidates }: BaseUrlSpec, { spanMs }: GranuleSpan): string[] {
  return candidates.flatMap(({ path }, i) => {
    const tellsMs = finestMs(partsOf(path), "start");
    if (tellsMs === undefined || tellsMs <= spanMs) return [];
    return [
      `${at}.candidates[${i}].path "${path}" has a {start:…} that does not tell its granules apart: put the hours and minutes of the start into it`,
    ];
  });
}

/** A preliminary file that a final path fits too would be taken for final, and nothing would ever replace it. */
function stageFaults(at: string, { candidates }: BaseUrlSpec, span: GranuleSpan): string[] {
  const preliminary = candidates.filter(({ stage }) => stage === "preliminary");
  return candidates.flatMap(({ path, stage }, i) => {
    if (stage === "preliminary") return [];
    const confused = preliminary.find((other) => other.path === path || fits(path, other.path, span));
    if (!confused) return [];
    return [
      `${at}.candidates[${i}].path "${path}" also fits the preliminary "${confused.path}": it has to tell final names from those`,
    ];
  });
}

/** Whether a name of one template fits a pattern. Of one that has itself parts which are read back, `*` is all that is tried. */
function fits(pattern: string, template: string, span: GranuleSpan): boolean {
  const plain = template.replaceAll("*", "x");
  if (!isPattern(pattern) || isPattern(plain)) return false;
  const path = granulePath(plain, span.first, span.spanMs);
  const slash = path.lastIndexOf("/");
  const [directory, name] = [path.slice(0, Math.max(0, slash)), path.slice(slash + 1)];
  return pathsOf(pattern, span).some((one) => {
    if (typeof one === "string" || one.directory !== directory) return false;
    return name.startsWith(one.prefix) && one.choose([name]).best === name;
  });
}
