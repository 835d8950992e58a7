import type { FieldMetadata } from "../../dataset/fieldMetadata.ts";
import { useWidth } from "../../ui/hooks.ts";
import { decimalsOf, unitText } from "../../ui/valueFormat.ts";
import { type ColourScale, ticksOf } from "./colourScale.ts";

/** Colours of a bar's gradient: more than the eye distinguishes. */
const stops = 32;

/** What the colours of a map mean, and how no value is drawn. */
export function ColourBar({
  scale,
  metadata,
}: {
  readonly scale: ColourScale;
  readonly metadata: FieldMetadata;
}) {
  return (
    <div class="map-legend">
      {metadata.flags ? (
        <ul class="map-flags">
          {metadata.flags.map((flag, i) => (
            <li key={flag.value}>
              <i style={{ background: scale.colours[i] }} />
              {flag.meaning}
            </li>
          ))}
        </ul>
      ) : (
        <Bar scale={scale} units={unitText(metadata.units)} />
      )}
      <span class="map-none">
        <i class="map-hatch" />
        no value
      </span>
    </div>
  );
}

function Bar({ scale, units }: { readonly scale: ColourScale; readonly units: string }) {
  const [bar, width] = useWidth<HTMLDivElement>();
  const colours = Array.from(
    { length: stops },
    (_, stop) => scale.colours[Math.round((stop / (stops - 1)) * (scale.colours.length - 1))],
  );
  const ticks = ticksOf(scale, width);
  const decimals = Math.max(0, ...ticks.map(decimalsOf));
  return (
    <div class="map-scale">
      <div class="map-bar" ref={bar}>
        <div class="map-colours" style={{ background: `linear-gradient(to right, ${colours.join(", ")})` }} />
        {ticks.map((tick) => (
          <span key={tick} class="map-tick" style={{ left: `${100 * scale.fraction(tick)}%` }}>
            {scale.kind === "amount" ? tick : tick.toFixed(decimals)}
          </span>
        ))}
      </div>
      <span class="map-units">{units}</span>
    </div>
  );
}
