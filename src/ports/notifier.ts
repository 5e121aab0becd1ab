export interface NotificationMessage {
  /** Printable ASCII, no line breaks, under 100 characters. */
  readonly subject: string;
  readonly body: string;
}

export interface Notifier {
  /** Throws NotificationFailed. */
  notify(message: NotificationMessage): Promise<{ readonly messageId: string }>;
}
