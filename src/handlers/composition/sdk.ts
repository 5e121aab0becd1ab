/** Attempts the SDK makes at a request, with backoff and jitter between them. */
export const SDK_ATTEMPTS = 5;
