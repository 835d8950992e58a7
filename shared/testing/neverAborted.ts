export const neverAborted = new AbortController().signal;
