/** Whether two sizes or dates, of which each may be unknown, are known to differ: what is not known differs from nothing. */
export function isOther(known: number | null, now: number | null): boolean {
  return known !== null && now !== null && known !== now;
}
