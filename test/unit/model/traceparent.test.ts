import { expect, it } from 'vitest';
import { parseTraceparent } from '../../../src/model/traceparent.js';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = 'b7ad6b7169203331';

it('reads a traceparent', () => {
  const traceparent = `00-${TRACE}-${PARENT}-01`;
  expect(parseTraceparent(traceparent)).toEqual({ traceparent, traceId: TRACE, parentId: PARENT });
});

it.each([
  undefined,
  '',
  `ff-${TRACE}-${PARENT}-01`,
  `00-${'0'.repeat(32)}-${PARENT}-01`,
  `00-${TRACE}-${'0'.repeat(16)}-01`,
  `00-${TRACE.toUpperCase()}-${PARENT}-01`,
  `00-${TRACE}-${PARENT}-01\nx`,
  `00-${TRACE}-${PARENT}`,
])('takes %j for none', (text) => {
  expect(parseTraceparent(text)).toBeUndefined();
});
