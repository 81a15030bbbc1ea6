/** The SQL with which cases leave marks, and wait until they are let go on. */
import { quoteLiteral } from '../sql/quote.js';

/** What all cases work with: the marks that their SQL leaves, and gates that it waits at. */
export const SET_UP = `
CREATE SCHEMA selftest;
CREATE TABLE selftest.mark (what text);
CREATE FUNCTION selftest.wait_at_gate(gate text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  WHILE NOT EXISTS (SELECT FROM selftest.mark m WHERE m.what = 'open: ' || gate) LOOP
    PERFORM pg_catalog.pg_sleep(0.02);
  END LOOP;
  RETURN 'passed';
END $$`;

/** A statement that leaves a mark. */
export function markOf(what: string): string {
  return `INSERT INTO selftest.mark VALUES (${quoteLiteral(what)})`;
}

/** An expression that waits, in sleeps of a moment, until the gate is open. */
export function gateOf(gate: string): string {
  return `selftest.wait_at_gate(${quoteLiteral(gate)})`;
}

/** A statement that opens the gate. */
export function openGate(gate: string): string {
  return markOf(`open: ${gate}`);
}
