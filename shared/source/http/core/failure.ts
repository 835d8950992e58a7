import { SourceError, type SourceFault } from "../../../errors.ts";

/**
 * The server was reached and took the request, and ended the connection before the first byte of an answer: on every try. Some
 * servers answer so for a file that is not there yet.
 */
export class HungUpError extends SourceError {}

/** Why one try brought nothing, without the name of what was asked for. */
export class Failure extends Error {
  /** Where it is not that of the request. */
  readonly fault: SourceFault | undefined;
  /** Another try would end the same way. */
  readonly isFinal: boolean;
  readonly isHungUp: boolean;
  /** What the server asked to wait. */
  readonly waitMs: number | undefined;

  constructor(
    why: string,
    {
      fault,
      isFinal = false,
      isHungUp = false,
      waitMs,
    }: {
      readonly fault?: SourceFault | undefined;
      readonly isFinal?: boolean;
      readonly isHungUp?: boolean;
      readonly waitMs?: number | undefined;
    } = {},
  ) {
    super(why);
    this.fault = fault;
    this.isFinal = isFinal;
    this.isHungUp = isHungUp;
    this.waitMs = waitMs;
  }

  /** The same, with where it happened. */
  at(place: string): Failure {
    return new Failure(`${place}: ${this.message}`, this);
  }
}
