export interface QueuedMessage {
  readonly id: string;
  readonly body: string;
  /** How often it has been received, with this time. */
  readonly receives: number;
  /** What deletes it or gives it back; good for as long as it is hidden. */
  readonly receipt: string;
}

/** A queue that delivers at least once. Methods throw ServiceUnavailable when it passes with time. */
export interface MessageQueue {
  /** For messages. */
  readonly name: string;
  /** Up to ten messages, hidden from others for so many seconds; empty when there seem to be no more. */
  receive(hiddenSeconds: number): Promise<readonly QueuedMessage[]>;
  send(body: string, attributes?: Readonly<Record<string, string>>): Promise<void>;
  delete(message: QueuedMessage): Promise<void>;
  /** Shows a message again after so many seconds. */
  hide(message: Pick<QueuedMessage, 'receipt'>, seconds: number): Promise<void>;
}
