/**
 * The closed set of problem types (RFC 9457): code → HTTP status and title. The `type` on the wire is
 * `urn:analyze:problem:<code>`.
 */
export const problemTypes = {
  "malformed-request": { status: 400, title: "The request could not be understood" },
  unauthorized: { status: 401, title: "This address needs credentials" },
  forbidden: { status: 403, title: "These credentials do not allow this" },
  "quota-used-up": { status: 403, title: "This caller may store no more" },
  "not-found": { status: 404, title: "There is nothing at this address" },
  "method-not-allowed": { status: 405, title: "This address does not take that method" },
  "request-timeout": { status: 408, title: "The request took too long to arrive" },
  "body-too-large": { status: 413, title: "The body is too large" },
  "address-too-long": { status: 414, title: "The address is too long" },
  "unsupported-media-type": { status: 415, title: "The body must be JSON" },
  "misdirected-request": { status: 421, title: "This host is not served here" },
  "invalid-field": { status: 422, title: "A field is missing or wrong" },
  "too-many-requests": { status: 429, title: "Too many requests" },
  "headers-too-large": { status: 431, title: "The headers are too large" },
  "internal-error": { status: 500, title: "The service failed" },
  "dependency-unavailable": { status: 503, title: "A service that this one needs cannot be reached" },
  "switched-off": { status: 503, title: "This part of the service is switched off" },
  "queue-full": { status: 503, title: "The queue takes no more tasks at the moment" },
  draining: { status: 503, title: "This instance is shutting down" },
  "http-version-not-supported": { status: 505, title: "This HTTP version is not supported" },
  "deadline-exceeded": { status: 504, title: "The answer took too long" },
} as const satisfies Record<string, { status: number; title: string }>;

/** A key of {@link problemTypes}. */
export type ProblemCode = keyof typeof problemTypes;
