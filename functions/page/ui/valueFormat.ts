/** Decimals that are needed to write `number`, at most 9. */
export function decimalsOf(number: number): number {
  for (let decimals = 0; decimals < 9; decimals++) {
    if (Math.abs(number - Number(number.toFixed(decimals))) <= Math.abs(number) * 1e-9) return decimals;
  }
  return 9;
}

const superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** Units as people write them: `mm h-1` becomes `mm h⁻¹`; empty for the unit 1. */
export function unitText(units: string): string {
  if (units === "1") return "";
  return units
    .replace(/(?<=[A-Za-z])(?:\^|\*\*)?(-?\d+)(?![\w.])/g, (_, power: string) => raised(power))
    .replace(/^(deg(ree)?s?_?)?C(elsius)?$/i, "°C")
    .replace(/^degrees?(_(north|east|true))?$/, "°");
}

function raised(power: string): string {
  return power.replace(/\d/g, (digit) => superscripts[Number(digit)] as string).replace("-", "⁻");
}

/** A value with `decimals` digits after the point, else four significant ones. */
export function valueText(value: number, decimals?: number): string {
  if (decimals !== undefined) return value.toFixed(decimals);
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-4) return value.toExponential(3);
  return value.toFixed(Math.max(0, 3 - Math.floor(Math.log10(size))));
}

/** A latitude, as in `12.125° S`. */
export function latitudeText(latitude: number): string {
  return degrees(latitude, "N", "S");
}

/** A longitude, brought between 180° W and 180° E. */
export function longitudeText(longitude: number): string {
  return degrees(((((longitude + 180) % 360) + 360) % 360) - 180, "E", "W");
}

function degrees(angle: number, positive: string, negative: string): string {
  const size = Number(Math.abs(angle).toFixed(3));
  if (size === 0) return "0°";
  return `${size}° ${angle < 0 ? negative : positive}`;
}
