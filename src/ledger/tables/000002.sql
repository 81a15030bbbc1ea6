-- What the order of launches depends on stands beside each step and task: a look at thousands of them reads no plan.

ALTER TABLE runbook.step
  ADD COLUMN concurrency integer NOT NULL DEFAULT 1,
  ADD COLUMN budgets text[] NOT NULL DEFAULT '{}',
  ADD COLUMN needs text[] NOT NULL DEFAULT '{}',
  ADD COLUMN needs_end boolean NOT NULL DEFAULT true,
  ADD COLUMN failure_stops boolean NOT NULL DEFAULT true;
COMMENT ON COLUMN runbook.step.budgets IS
  'Names of the budgets that each of its workers counts for.';
COMMENT ON COLUMN runbook.step.needs_end IS
  'False: of detached steps that it needs, it is enough that they have begun.';
COMMENT ON COLUMN runbook.step.failure_stops IS
  'Whether nothing more of the run is launched once a task of it has failed.';

UPDATE runbook.step s
   SET concurrency = coalesce((s.plan ->> 'concurrency')::integer, 1),
       budgets = ARRAY(SELECT jsonb_object_keys(s.plan -> 'budgets')),
       needs = ARRAY(SELECT jsonb_array_elements_text(s.plan -> 'needs')),
       needs_end = s.plan ->> 'after' IS DISTINCT FROM 'started',
       failure_stops = s.plan ->> 'on_failure' IS DISTINCT FROM 'continue';

ALTER TABLE runbook.task
  ADD COLUMN conflicts text[] NOT NULL DEFAULT '{}',
  ADD COLUMN shares_targets boolean NOT NULL DEFAULT false,
  ADD COLUMN after integer[] NOT NULL DEFAULT '{}',
  ADD COLUMN expected_ms double precision,
  ADD COLUMN seal text;
COMMENT ON COLUMN runbook.task.conflicts IS
  'Tasks that share one never run at the same time, but for those of a step that shares its targets.';
COMMENT ON COLUMN runbook.task.after IS
  'Tasks of the same step that must have ended before.';
COMMENT ON COLUMN runbook.task.expected_ms IS
  'How long it takes, where that is known well enough to leave it to the next run when the window closes earlier.';
COMMENT ON COLUMN runbook.task.seal IS
  'A digest of what its workers may be sent, with a key that only the engine and its supervisors know.';

UPDATE runbook.task t
   SET conflicts = ARRAY(SELECT jsonb_array_elements_text(t.plan -> 'conflicts')),
       shares_targets = coalesce((t.plan ->> 'shares_targets')::boolean, false),
       after = ARRAY(SELECT jsonb_array_elements_text(t.plan -> 'after')::integer),
       expected_ms = CASE WHEN t.plan -> 'duration' ->> 'basis' <> 'guess' AND NOT EXISTS (
         SELECT FROM jsonb_array_elements(t.plan -> 'targets') x WHERE (x -> 'facts' ->> 'carried_over')::integer >= 2)
         THEN (t.plan -> 'duration' ->> 'p50_ms')::double precision END;

CREATE INDEX task_open_idx ON runbook.task (run_id, step_id, task_no)
  WHERE status IN ('pending', 'running', 'detached');
CREATE INDEX task_trouble_idx ON runbook.task (run_id, step_id)
  WHERE blocked OR deferred OR status IN ('failed', 'timed_out', 'cancelled', 'unknown');

ALTER TABLE runbook.attempt ADD COLUMN overflowed boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN runbook.attempt.overflowed IS
  'Its output filled the queue, and it was let go: it runs on unheard.';
CREATE INDEX attempt_unclean_idx ON runbook.attempt (run_id) WHERE built_indexes <> '{}' AND clean_tries < 20;
