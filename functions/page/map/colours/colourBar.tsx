import type { Meaning } from "../../dataset/fieldMetadata.ts";
import { useWidth } from "../../ui/hooks.ts";
import { decimalsOf, unitText } from "../../ui/valueFormat.ts";
import { type Scale, ticksOf } from "./colourScale.ts";

/** Colours of a bar's gradient: more than are told apart. */
const stops = 32;

/** What the colours of a map mean, and what stands where there is no value. */
export function ColourBar({ scale, meaning }: { readonly scale: Scale; readonly meaning: Meaning }) {
  return (
    <div class="map-legend">
      {meaning.flags ? (
        <ul class="map-flags">
          {meaning.flags.map((flag, place) => (
            <li key={flag.value}>
              <i style={{ background: scale.colours[place] }} />
              {flag.meaning}
            </li>
          ))}
        </ul>
      ) : (
        <Bar scale={scale} units={unitText(meaning.units)} />
      )}
      <span class="map-none">
        <i class="map-hatch" />
        no value
      </span>
    </div>
  );
}

function Bar({ scale, units }: { readonly scale: Scale; readonly units: string }) {
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
          <span key={tick} class="map-tick" style={{ left: `${100 * scale.share(tick)}%` }}>
            {scale.kind === "amount" ? tick : tick.toFixed(decimals)}
          </span>
        ))}
      </div>
      <span class="map-units">{units}</span>
    </div>
  );
}
