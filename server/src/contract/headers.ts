/** The system's own headers. Lower case, as HTTP/2 and Node carry them. */
export const headers = {
  requestId: "x-request-id",
  /** Milliseconds that the caller is still willing to wait, from the moment the request is sent. */
  deadline: "x-request-deadline-ms",
  /** The caller's span, as W3C Trace Context writes it; kept by every edge, and read where tracing is on. */
  traceparent: "traceparent",
  /**
   * Name of the service that made the answer (`web` or `worker`). An answer without it was made by something in
   * front of the service: the edge.
   */
  servedBy: "x-served-by",
} as const;

/** A caller's request id is kept if it matches, replaced otherwise: it ends in log lines. */
export const requestIdPattern = /^[A-Za-z0-9_-]{1,64}$/;
