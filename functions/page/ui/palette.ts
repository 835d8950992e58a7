/** The colour that a CSS variable of the page has now. */
export function cssColour(element: Element, variable: string, fallback: string): string {
  return getComputedStyle(element).getPropertyValue(variable).trim() || fallback;
}
