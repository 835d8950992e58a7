import { Component, type ComponentChildren } from "preact";
import { reasonOf } from "../../../shared/errors.ts";

interface Props {
  /** The name of what cannot be shown when something in it fails. */
  readonly what: string;
  /** When it changes, rendering is tried again. */
  readonly version?: unknown;
  readonly children: ComponentChildren;
}

/** A part of the page that may fail alone: it is replaced by a sentence, and the rest goes on. */
export class Boundary extends Component<Props, { readonly reason?: string }> {
  override state: { readonly reason?: string } = {};

  override componentDidCatch(error: unknown): void {
    this.setState({ reason: reasonOf(error) });
  }

  override componentDidUpdate({ version }: Props): void {
    if (version !== this.props.version && this.state.reason !== undefined) this.retry();
  }

  retry = () => this.setState({ reason: undefined as never });

  override render({ what, children }: Props) {
    const { reason } = this.state;
    if (reason === undefined) return children;
    return (
      <div role="alert" class="fault">
        <p>
          {what} cannot be shown: {reason}
        </p>
        <button type="button" onClick={this.retry}>
          Try again
        </button>
      </div>
    );
  }
}
