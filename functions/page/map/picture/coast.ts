import { type GeoContext, geoEquirectangular, geoGraticule, geoPath } from "d3-geo";
import type { MultiLineString } from "geojson";
import { mesh } from "topojson-client";
import type { Topology } from "topojson-specification";
import type { Viewport } from "./viewport.ts";

let coast: Promise<MultiLineString> | undefined;

/** The coastlines of Natural Earth, 1 : 50 million; loaded only when needed, since they are larger than everything else. */
export function loadCoast(): Promise<MultiLineString> {
  const read = ({ default: atlas }: { readonly default: unknown }) => {
    const topology = atlas as Topology;
    return mesh(topology, topology.objects.land as Parameters<typeof mesh>[1]);
  };
  coast ??= import("world-atlas/land-50m.json", { with: { type: "json" } }).then(read).catch((error) => {
    coast = undefined;
    throw error;
  });
  return coast;
}

/** Degrees between the lines of a graticule over so many degrees: three to eight lines. */
function graticuleStep(degrees: number): number {
  return [1, 2, 5, 10, 15, 30].find((step) => degrees / step <= 8) ?? 30;
}

interface CoastPalette {
  readonly coast: string;
  readonly halo: string;
  readonly graticule: string;
}

/** Draws a graticule and, once they are loaded, coastlines into a picture of the earth. */
export function drawLines(
  context: CanvasRenderingContext2D,
  view: Viewport,
  lines: MultiLineString | undefined,
  palette: CoastPalette,
): void {
  const middle = (view.west + view.east) / 2;
  const projection = geoEquirectangular()
    .rotate([-middle, 0])
    .precision(0) // straight lines stay straight
    .scale((view.width / (view.east - view.west)) * (180 / Math.PI))
    .translate([view.width / 2, (view.height * view.north) / (view.north - view.south)])
    .clipExtent([
      [0, 0],
      [view.width, view.height],
    ]);
  const step = graticuleStep(Math.min(view.east - view.west, 2 * (view.north - view.south)));
  const graticule = geoGraticule()
    .step([step, step])
    .extentMinor([
      [-180, -90 + step],
      [180, 90 - step + 1e-6],
    ]);
  context.lineWidth = 0.5;
  context.strokeStyle = palette.graticule;
  context.stroke(traced(graticule()));
  if (!lines) return;
  const coast = traced(lines);
  context.lineWidth = 1;
  // The halo makes it visible on light and on dark colours. Two thin lines are much faster than a thick one.
  context.strokeStyle = palette.halo;
  for (const shift of [-haloPixels, haloPixels]) {
    context.translate(shift, shift);
    context.stroke(coast);
    context.translate(-shift, -shift);
  }
  context.strokeStyle = palette.coast;
  context.stroke(coast);

  function traced(shape: MultiLineString): Path2D {
    const path = new Path2D();
    geoPath(projection, path as unknown as GeoContext)(shape);
    return path;
  }
}

const haloPixels = 0.8;
