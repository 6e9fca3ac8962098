import {
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  type Attributes,
  type HrTime,
  type SpanContext,
  type SpanStatus,
} from "@opentelemetry/api";
import { addHrTimes, millisToHrTime, type InstrumentationScope } from "@opentelemetry/core";
import type { Resource } from "@opentelemetry/resources";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import { randomHex } from "../random.ts";
import type { Ending, Role, Span } from "./tracer.ts";

// Spans of our own, since requests pay for them: the SDK's cost a request that is not sampled more than a microsecond
// in each hop, and one that is sampled so much that 1 % of them cost all requests 5 % (bench/README.md).

/** A span that nobody sees. It passes its trace on, so that the next hop does not sample it either. */
export class UnsampledSpan implements Span {
  readonly traceparent: string;
  readonly isSampled = false;

  /** `traceparent`: its own, or its parent's, which is as good. */
  constructor(traceparent: string) {
    this.traceparent = traceparent;
  }

  get traceId(): string {
    return this.traceparent.slice(3, 35);
  }

  end(): void {}
}

/** What the sampled spans of a process have in common. */
export interface Recorder {
  readonly resource: Resource;
  readonly scope: InstrumentationScope;
  readonly processor: { onEnd(span: ReadableSpan): void };
}

const kinds: Record<Role, SpanKind> = {
  client: SpanKind.CLIENT,
  server: SpanKind.SERVER,
  consumer: SpanKind.CONSUMER,
};

function withValues(attributes: Attributes): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined));
}

/** A span that is sent: it begins when it is made, and goes to the recorder's processor when it ends. */
export class SampledSpan implements Span, ReadableSpan {
  readonly isSampled = true;
  readonly traceId: string;
  readonly traceparent: string;
  readonly kind: SpanKind;
  readonly parentSpanContext?: SpanContext;
  readonly resource: Resource;
  readonly instrumentationScope: InstrumentationScope;
  readonly startTime: HrTime = millisToHrTime(Date.now());
  readonly links = [];
  readonly events = [];
  readonly droppedAttributesCount = 0;
  readonly droppedEventsCount = 0;
  readonly droppedLinksCount = 0;
  name: string;
  attributes: Attributes = {};
  status: SpanStatus = { code: SpanStatusCode.UNSET };
  duration: HrTime = [0, 0];
  ended = false;
  readonly #context: SpanContext;
  readonly #processor: Recorder["processor"];
  readonly #startedAt = performance.now();

  /** `parent`: absent for the first span of a trace. */
  constructor(recorder: Recorder, role: Role, name: string, traceId: string, parent: SpanContext | undefined) {
    const spanId = randomHex(16);
    this.traceId = traceId;
    this.traceparent = `00-${traceId}-${spanId}-01`;
    this.kind = kinds[role];
    this.name = name;
    if (parent) this.parentSpanContext = parent;
    this.resource = recorder.resource;
    this.instrumentationScope = recorder.scope;
    this.#context = { traceId, spanId, traceFlags: TraceFlags.SAMPLED };
    this.#processor = recorder.processor;
  }

  spanContext(): SpanContext {
    return this.#context;
  }

  /** The clock may be set while a span is open, so its end is its start and how long it took. */
  get endTime(): HrTime {
    return addHrTimes(this.startTime, this.duration);
  }

  /** Another call than the first does nothing. */
  end({ name, attributes, error }: Ending = {}): void {
    if (this.ended) return;
    this.ended = true;
    this.duration = millisToHrTime(performance.now() - this.#startedAt);
    if (name !== undefined) this.name = name;
    if (attributes !== undefined) this.attributes = withValues(attributes);
    if (error !== undefined) this.status = { code: SpanStatusCode.ERROR, message: error };
    this.#processor.onEnd(this);
  }
}
