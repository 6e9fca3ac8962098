/** Values of a span's attributes, by their names. */
export type Attributes = Readonly<Record<string, string | number | undefined>>;

/** How a span ended. */
export interface Ending {
  /** Replaces the name that the span began with. */
  name?: string;
  attributes?: Attributes;
  /** A code that says what went wrong; absent where nothing did. */
  error?: string | undefined;
}

/** One timed part of a request's way. */
export interface Span {
  /** 32 hex digits. */
  readonly traceId: string;
  /** The value of the header `traceparent` (W3C Trace Context) that makes another span its child. */
  readonly traceparent: string;
  /** Whether it is sent. What another one ends with has no effect, so that it need not be made. */
  readonly isSampled: boolean;
  end(ending?: Ending): void;
}

/** Role of a span in its exchange with another part: OpenTelemetry's span kinds. */
export type Role = "client" | "server" | "consumer";

/** Begins spans. */
export interface Tracer {
  /**
   * A span that begins now: a child of `parent`, a span of this process or a `traceparent`; the first of a new trace where
   * that is absent or malformed. The parent itself where neither is sampled.
   */
  start(role: Role, name: string, parent?: string | Span): Span;
}

/** What became of ended spans that were sampled. */
export const spanOutcomes = ["sent", "failed", "dropped"] as const;
export type SpanCounts = Record<(typeof spanOutcomes)[number], number>;

/** A tracer with the exporter behind it. */
export interface Tracing extends Tracer {
  /** Since the start. `failed`: the receiver could not be reached or refused them. `dropped`: too many were waiting. */
  readonly counts: Readonly<SpanCounts>;
  /** Sends what waits, for one second at most. */
  close(): Promise<void>;
}
