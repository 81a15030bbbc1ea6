/** Whether all that came after `begin` was over within so many seconds. */
export const overWithin = (seconds: number): string => `
  select concat('over within ${String(seconds)} s: ', r.finished_at - max(a.finished_at) < interval '${String(seconds)} s') as truth
    from runbook.run r join runbook.attempt a using (run_id)
   where run_id = 'RUN' and a.step_id = 'begin' group by r.run_id`;
