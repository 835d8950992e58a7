import type { Grid } from "../../dataset/field.ts";
import type { FieldMetadata } from "../../dataset/fieldMetadata.ts";
import type { ColourScale } from "../colours/colourScale.ts";
import { fillPixels } from "./pixels.ts";
import { type Box, boxesOf, type Viewport } from "./viewport.ts";

/** Sizes and clears a canvas by the screen's pixels; drawing into it is measured in CSS pixels. */
export function prepareCanvas(
  canvas: HTMLCanvasElement,
  { width, height }: Viewport,
): CanvasRenderingContext2D | null {
  const density = devicePixelRatio || 1;
  const [across, down] = [Math.round(width * density), Math.round(height * density)];
  if (canvas.width !== across || canvas.height !== down)
    Object.assign(canvas, { width: across, height: down });
  const context = canvas.getContext("2d");
  context?.setTransform(density, 0, 0, density, 0, 0);
  context?.clearRect(0, 0, width, height);
  return context;
}

/** A picture of the cells, one pixel each, that draws one timestep after the other. */
export interface CellPicture {
  draw(canvas: HTMLCanvasElement, view: Viewport, content: Content): void;
}

export interface Content {
  readonly grid: Grid;
  readonly metadata: FieldMetadata;
  readonly scale: ColourScale;
  readonly isDark: boolean;
}

/** It reuses the cells' pixels from one drawing to the next. */
export function createCellPicture(): CellPicture {
  const cells = document.createElement("canvas");
  let image: ImageData | undefined;
  return {
    draw(canvas, view, { grid, metadata, scale, isDark }) {
      const context = prepareCanvas(canvas, view);
      const cellContext = cells.getContext("2d");
      if (!context || !cellContext) return;
      const { rows, columns } = grid.plane;
      if (image?.width !== columns.count || image.height !== rows.count) {
        Object.assign(cells, { width: columns.count, height: rows.count });
        image = cellContext.createImageData(columns.count, rows.count);
      }
      fillPixels(grid, metadata, scale, new Uint32Array(image.data.buffer));
      cellContext.putImageData(image, 0, 0);
      const hatching = hatchingOf(context, isDark);
      for (const { x, y, width, height } of boxesOf(grid.plane, view).map(sharpBox)) {
        context.fillStyle = hatching;
        context.fillRect(x, y, width, height);
        // Nothing lies between categories, and cells that are larger than pixels have edges.
        context.imageSmoothingEnabled = scale.kind !== "flags" && width * devicePixelRatio < columns.count;
        context.drawImage(cells, x, y, width, height);
      }
    },
  };
}

/** Edges on the screen's pixels, so that nothing shines through between adjacent copies. */
function sharpBox({ x, y, width, height }: Box): Box {
  const sharp = (edge: number) => Math.round(edge * devicePixelRatio) / devicePixelRatio;
  const [left, top] = [sharp(x), sharp(y)];
  return { x: left, y: top, width: sharp(x + width) - left, height: sharp(y + height) - top };
}

const hatchPixels = 8;

/** What is drawn where there is no value: neither a colour of the scale nor nothing. */
function hatchingOf(context: CanvasRenderingContext2D, isDark: boolean): CanvasPattern | string {
  const [ground, line] = isDark ? ["#3a3d42", "#55595f"] : ["#d4d4d0", "#b3b3ae"];
  const tile = document.createElement("canvas");
  Object.assign(tile, { width: hatchPixels, height: hatchPixels });
  const drawn = tile.getContext("2d");
  if (!drawn) return ground;
  drawn.fillStyle = ground;
  drawn.fillRect(0, 0, hatchPixels, hatchPixels);
  drawn.strokeStyle = line;
  drawn.lineWidth = 1.5;
  drawn.beginPath();
  for (const shift of [-hatchPixels, 0, hatchPixels]) {
    drawn.moveTo(shift - 1, hatchPixels + 1);
    drawn.lineTo(shift + hatchPixels + 1, -1);
  }
  drawn.stroke();
  return context.createPattern(tile, "repeat") ?? ground;
}
