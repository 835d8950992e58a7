/** The colour that a CSS variable of the page has now. */
export function inkOf(element: Element, variable: string, otherwise: string): string {
  return getComputedStyle(element).getPropertyValue(variable).trim() || otherwise;
}
