export const TABLE = 'create table app.t (id int primary key, note text)';
export const ROWS = "insert into app.t select i, 'n' from generate_series(1, 50) i";

/** What an owner has made, and steps whose plan would come to `app.evil` by it. */
export type ForeignCase = readonly [what: string, made: string, steps: readonly string[]];

/** A step of one statement. */
export const sqlStep = (text: string): string => `\n  - id: step\n    sql: ${JSON.stringify(text)}`;
const DOMAIN = 'create domain app.dom as int check (app.evil(value) >= 0)';
export const COMPOSITE = `${DOMAIN}; create type app.comp as (f app.dom)`;
const LITERAL = `create type app.pair as (a int)`;

/** What a type, or a name that does not look like a call, comes to. */
export const casesOfTypes = (owner: string): ForeignCase[] => [
  [
    'a composite column',
    `${COMPOSITE}; create table app.t (id int primary key, c app.comp)`,
    [sqlStep("update app.t set c = '(1)' where id = 3")],
  ],
  [
    'an array of a composite',
    `${COMPOSITE}; create table app.t (id int primary key, c app.comp[])`,
    [sqlStep("update app.t set id = 1 where c = '{(1)}'")],
  ],
  [
    'the row type of a table',
    `${TABLE}; ${DOMAIN}; create table app.rt (f app.dom)`,
    [
      sqlStep("update app.t set note = 'm' where ('(1)'::app.rt).f = 1"),
      sqlStep("update app.t set note = 'm' where ('{(1)}'::app.rt[])[1].f = 1"),
    ],
  ],
  [
    'types within types',
    `${TABLE}; ${COMPOSITE}; create type app.outer as (g app.comp);
     create domain app.over as app.outer; create type app.span as range (subtype = app.over, multirange_type_name = app.spans)`,
    [
      sqlStep(`update app.t set note = 'm' where '("(1)")'::app.over is null`),
      sqlStep(`update app.t set note = 'm' where '{}'::app.spans = '{["(""(1)"")",]}'`),
    ],
  ],
  [
    'a function that is called like a field',
    `${TABLE}; ${LITERAL}; create function public.field(app.pair) returns int language sql immutable as 'select app.evil(1)'`,
    [sqlStep("update app.t set note = 'm' where ('(1)'::app.pair).field = 1")],
  ],
  [
    'a cast of a table’s rows',
    `${TABLE}; create function app.told(app.t) returns text language sql immutable as 'select app.evil(1)::text';
     create cast (app.t as text) with function app.told(app.t) as assignment`,
    [sqlStep('update app.t set note = r from app.t r where r.id = app.t.id')],
  ],
  [
    'a cast between types of PostgreSQL’s own',
    `create table app.t (id int primary key, i inet); create function app.told(int) returns inet language sql immutable as 'select case app.evil($1) when 1 then null::inet end';
     reset role; create cast (int as inet) with function app.told(int) as assignment`,
    [sqlStep('update app.t set i = 1 where id = 3')],
  ],
  [
    'a negator',
    `${TABLE}; ${ROWS}; create function app.op(int, int) returns bool language sql immutable as 'select app.evil($1) > $2';
     create operator app.<<< (function = app.op, leftarg = int, rightarg = int, restrict = scalarltsel); reset role; analyze app.t;
     create operator public.=== (function = int4eq, leftarg = int, rightarg = int, negator = operator(app.<<<))`,
    [sqlStep("update app.t set note = 'm' where not id operator(public.===) 2")],
  ],
  [
    'a type’s default operator class',
    `${TABLE}; ${LITERAL}; create function app.compared(app.pair, app.pair) returns int language sql immutable as 'select app.evil(1)';
     reset role; create operator class app.pairs default for type app.pair using btree as function 1 app.compared(app.pair, app.pair)`,
    [sqlStep("update app.t set note = 'm' where greatest('(1)', '(2)'::app.pair) is null")],
  ],
  [
    'a language',
    `${TABLE}; reset role; create function app.handler() returns language_handler language c as '$libdir/plpgsql', 'plpgsql_call_handler';
     alter function app.handler() owner to ${owner}; create language mine handler app.handler;
     create function public.spoken() returns int language mine immutable as 'begin return 1; end'`,
    [sqlStep("update app.t set note = 'm' where id = public.spoken()")],
  ],
];
