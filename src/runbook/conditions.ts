/**
 * PostgreSQL's condition names that a maintenance task can plausibly meet, with their SQLSTATEs.
 * @see https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const CONDITIONS: Readonly<Record<string, string>> = {
  connection_exception: '08000',
  connection_does_not_exist: '08003',
  connection_failure: '08006',
  feature_not_supported: '0A000',
  string_data_right_truncation: '22001',
  numeric_value_out_of_range: '22003',
  division_by_zero: '22012',
  invalid_parameter_value: '22023',
  invalid_text_representation: '22P02',
  integrity_constraint_violation: '23000',
  not_null_violation: '23502',
  foreign_key_violation: '23503',
  unique_violation: '23505',
  check_violation: '23514',
  exclusion_violation: '23P01',
  active_sql_transaction: '25001',
  read_only_sql_transaction: '25006',
  idle_in_transaction_session_timeout: '25P03',
  transaction_timeout: '25P04',
  transaction_rollback: '40000',
  serialization_failure: '40001',
  statement_completion_unknown: '40003',
  deadlock_detected: '40P01',
  insufficient_privilege: '42501',
  undefined_column: '42703',
  undefined_object: '42704',
  undefined_function: '42883',
  undefined_table: '42P01',
  duplicate_table: '42P07',
  insufficient_resources: '53000',
  disk_full: '53100',
  out_of_memory: '53200',
  too_many_connections: '53300',
  configuration_limit_exceeded: '53400',
  program_limit_exceeded: '54000',
  object_not_in_prerequisite_state: '55000',
  object_in_use: '55006',
  lock_not_available: '55P03',
  operator_intervention: '57000',
  query_canceled: '57014',
  admin_shutdown: '57P01',
  crash_shutdown: '57P02',
  cannot_connect_now: '57P03',
  system_error: '58000',
  io_error: '58030',
  undefined_file: '58P01',
  raise_exception: 'P0001',
  internal_error: 'XX000',
  data_corrupted: 'XX001',
  index_corrupted: 'XX002',
};

export const CONDITION_NAMES: readonly string[] = Object.keys(CONDITIONS);

/** The SQLSTATE of a condition name; a SQLSTATE stands for itself. Undefined for anything else. */
export function toSqlstate(condition: string): string | undefined {
  if (/^[0-9A-Z]{5}$/.test(condition)) return condition;
  return Object.hasOwn(CONDITIONS, condition) ? CONDITIONS[condition] : undefined;
}
