/**
 * What every SDK client is made with. A service that cannot be reached, such as in a VPC without an endpoint, is
 * given up within a function's shortest time limit, so that the error says which one it was.
 */
export const SDK_OPTIONS = {
  maxAttempts: 5,
  requestHandler: { connectionTimeout: 5_000, requestTimeout: 20_000 },
} as const;
