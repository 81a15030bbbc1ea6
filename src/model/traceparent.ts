/** The trace that a caller belongs to, as the environment variable TRACEPARENT names it. */
export interface Trace {
  readonly traceparent: string;
  readonly traceId: string;
  readonly parentId: string;
}

const FORMAT = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}$/;

/**
 * Undefined for what is none: by the standard it is ignored then.
 * @see https://www.w3.org/TR/trace-context/#traceparent-header
 */
export function parseTraceparent(text: string | undefined): Trace | undefined {
  const [traceparent, traceId, parentId] = FORMAT.exec(text ?? '') ?? [];
  if (traceparent === undefined || traceId === undefined || parentId === undefined)
    return undefined;
  return { traceparent, traceId, parentId };
}
