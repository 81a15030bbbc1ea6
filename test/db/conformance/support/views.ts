/** Four views, each of which takes a moment to refresh. */
export const FOUR_VIEWS = `
  do $$ begin for i in 1..4 loop
    execute format('create materialized view c.v%s as select c.work(0.4) as t with no data', i);
  end loop; end $$`;

export const FOUR_SUCCEED = [
  'run succeeded, exit 0',
  'views succeeded',
  ...[1, 2, 3, 4].map((n) => `views/${String(n)} succeeded | 1 succeeded`),
];

/** How many workers that said `c.work` were at work at the same time. */
export const AT_ONCE = `
  select concat('at once: ', max(n)) as truth
    from (select count(*) as n from c.span a join c.span b
            on b.since <= a.since and a.since < b.upto group by a.ctid) x`;
