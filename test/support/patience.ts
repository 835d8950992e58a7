/**
 * How long something may take that has to come: the last resort of who has no event to await, so far away that no machine is
 * slow enough to meet it.
 */
export const patienceMs = 600_000;
