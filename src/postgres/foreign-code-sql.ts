/** Objects below it are PostgreSQL's own. */
const FIRST_NORMAL_OID = '16384';

/**
 * Objects that names may mean, in whatever schema where they have none; and what no name tells: casts
 * between types of PostgreSQL's own, which depend on nothing.
 */
const NAMED = `
  SELECT 'pg_class'::regclass::oid, c.oid FROM used u JOIN pg_class c ON c.relname = u.name
    JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE u.what = 'relations' AND n.nspname = coalesce(u.schema, n.nspname)
  UNION
  SELECT 'pg_proc'::regclass::oid, p.oid FROM used u JOIN pg_proc p ON p.proname = u.name
    JOIN pg_namespace n ON n.oid = p.pronamespace
   WHERE u.what = 'functions' AND n.nspname = coalesce(u.schema, n.nspname)
  UNION
  SELECT 'pg_operator'::regclass::oid, o.oid FROM used u JOIN pg_operator o ON o.oprname = u.name
    JOIN pg_namespace n ON n.oid = o.oprnamespace
   WHERE u.what = 'operators' AND n.nspname = coalesce(u.schema, n.nspname)
  UNION
  SELECT 'pg_type'::regclass::oid, t.oid FROM used u JOIN pg_type t ON t.typname = u.name
    JOIN pg_namespace n ON n.oid = t.typnamespace
   WHERE u.what = 'types' AND n.nspname = coalesce(u.schema, n.nspname)
  UNION
  SELECT 'pg_proc'::regclass::oid, c.castfunc FROM pg_cast c
   WHERE c.castsource < ${FIRST_NORMAL_OID} AND c.casttarget < ${FIRST_NORMAL_OID} AND c.castfunc >= ${FIRST_NORMAL_OID}`;

/**
 * What belongs to an object, and what that is made of. Objects of PostgreSQL's own depend on nothing, but
 * others may add casts and operators to its types.
 * Of foreign keys nothing is planned, and a table that they refer to is another one.
 */
const EDGES = `
  SELECT 'pg_class'::regclass::oid, h.inhrelid FROM pg_inherits h WHERE h.inhparent = s.id AND s.class = 'pg_class'::regclass
  UNION ALL
  SELECT 'pg_class'::regclass::oid, h.inhparent FROM pg_inherits h WHERE h.inhrelid = s.id AND s.class = 'pg_class'::regclass
  UNION ALL
  SELECT 'pg_class'::regclass::oid, i.indexrelid FROM pg_index i WHERE i.indrelid = s.id AND s.class = 'pg_class'::regclass
  UNION ALL
  SELECT 'pg_constraint'::regclass::oid, k.oid FROM pg_constraint k
   WHERE k.contype <> 'f' AND (k.conrelid = s.id AND s.class = 'pg_class'::regclass
                               OR k.contypid = s.id AND s.class = 'pg_type'::regclass)
  UNION ALL
  SELECT 'pg_attrdef'::regclass::oid, d.oid FROM pg_attrdef d WHERE d.adrelid = s.id AND s.class = 'pg_class'::regclass
  UNION ALL
  SELECT 'pg_rewrite'::regclass::oid, r.oid FROM pg_rewrite r WHERE r.ev_class = s.id AND s.class = 'pg_class'::regclass
  UNION ALL
  SELECT 'pg_policy'::regclass::oid, p.oid FROM pg_policy p WHERE p.polrelid = s.id AND s.class = 'pg_class'::regclass
  UNION ALL
  SELECT 'pg_statistic_ext'::regclass::oid, x.oid FROM pg_statistic_ext x WHERE x.stxrelid = s.id AND s.class = 'pg_class'::regclass
  UNION ALL
  SELECT 'pg_trigger'::regclass::oid, t.oid FROM pg_trigger t
   WHERE t.tgrelid = s.id AND s.class = 'pg_class'::regclass AND NOT t.tgisinternal AND $2 = 'run'
  UNION ALL
  SELECT 'pg_type'::regclass::oid, c.reltype FROM pg_class c WHERE c.oid = s.id AND s.class = 'pg_class'::regclass
  UNION ALL
  SELECT 'pg_type'::regclass::oid, d.refobjid FROM pg_type t
    JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = t.typrelid AND d.refclassid = 'pg_type'::regclass
   WHERE t.oid = s.id AND s.class = 'pg_type'::regclass
  UNION ALL
  SELECT 'pg_type'::regclass::oid, t.typarray FROM pg_type t WHERE t.oid = s.id AND s.class = 'pg_type'::regclass
  UNION ALL
  SELECT 'pg_type'::regclass::oid, r.rngmultitypid FROM pg_range r WHERE r.rngtypid = s.id AND s.class = 'pg_type'::regclass
  UNION ALL
  SELECT 'pg_cast'::regclass::oid, c.oid FROM pg_cast c
   WHERE s.id IN (c.castsource, c.casttarget) AND s.class = 'pg_type'::regclass
  UNION ALL
  SELECT 'pg_opclass'::regclass::oid, o.oid FROM pg_opclass o WHERE o.opcintype = s.id AND s.class = 'pg_type'::regclass
  UNION ALL
  SELECT 'pg_proc'::regclass::oid, a.amproc::oid FROM pg_amproc a
   WHERE s.id IN (a.amproclefttype, a.amprocrighttype) AND s.class = 'pg_type'::regclass
  UNION ALL
  SELECT 'pg_operator'::regclass::oid, a.amopopr FROM pg_amop a
   WHERE s.id IN (a.amoplefttype, a.amoprighttype) AND s.class = 'pg_type'::regclass
  UNION ALL
  SELECT 'pg_operator'::regclass::oid, x.id FROM pg_operator o CROSS JOIN LATERAL (VALUES (o.oprcom), (o.oprnegate)) x (id)
   WHERE o.oid = s.id AND s.class = 'pg_operator'::regclass
  UNION ALL
  SELECT 'pg_proc'::regclass::oid, a.amproc::oid FROM pg_amproc a WHERE a.amprocfamily = s.id AND s.class = 'pg_opfamily'::regclass
  UNION ALL
  SELECT 'pg_operator'::regclass::oid, a.amopopr FROM pg_amop a WHERE a.amopfamily = s.id AND s.class = 'pg_opfamily'::regclass
  UNION ALL
  SELECT d.refclassid, d.refobjid FROM pg_depend d
   WHERE d.classid = s.class AND d.objid = s.id
     AND (d.refclassid IN ('pg_proc'::regclass, 'pg_operator'::regclass, 'pg_type'::regclass,
                           'pg_opclass'::regclass, 'pg_opfamily'::regclass, 'pg_language'::regclass,
                           'pg_transform'::regclass, 'pg_am'::regclass, 'pg_foreign_server'::regclass,
                           'pg_foreign_data_wrapper'::regclass)
          OR d.refclassid = 'pg_class'::regclass
             AND s.class IN ('pg_rewrite'::regclass, 'pg_policy'::regclass, 'pg_proc'::regclass))`;

/** The owner of an object, and the tree of its expressions: that has functions by their numbers. */
const TREES = `
  SELECT c.relowner, r.ev_action::text FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class
   WHERE r.oid = s.id AND s.class = 'pg_rewrite'::regclass
  UNION ALL
  SELECT c.relowner, concat(p.polqual, p.polwithcheck) FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
   WHERE p.oid = s.id AND s.class = 'pg_policy'::regclass
  UNION ALL
  SELECT c.relowner, d.adbin::text FROM pg_attrdef d JOIN pg_class c ON c.oid = d.adrelid
   WHERE d.oid = s.id AND s.class = 'pg_attrdef'::regclass
  UNION ALL
  SELECT coalesce(c.relowner, t.typowner), k.conbin::text
    FROM pg_constraint k LEFT JOIN pg_class c ON c.oid = k.conrelid LEFT JOIN pg_type t ON t.oid = k.contypid
   WHERE k.oid = s.id AND s.class = 'pg_constraint'::regclass
  UNION ALL
  SELECT o.oprowner, concat(':opfuncid ', o.oprcode::oid, ' ') FROM pg_operator o
   WHERE o.oid = s.id AND s.class = 'pg_operator'::regclass`;

/**
 * Functions of roles that do not have our rights, and what of such roles runs what a string names; and
 * for a run, what calls whatever its owner wants with our rights: triggers, rules and policies of such
 * roles' tables, and defaults and constraints that call a function which is not PostgreSQL's own.
 */
export const FOREIGN = `
WITH RECURSIVE used AS (
  SELECT k.key AS what, n.schema, n.name
    FROM jsonb_each($1::jsonb) k, jsonb_to_recordset(k.value) n(schema text, name text)),
seen (class, id) AS (
  ${NAMED}
  UNION
  SELECT e.class, e.id FROM seen s CROSS JOIN LATERAL (${EDGES}) e (class, id)
   WHERE s.id >= ${FIRST_NORMAL_OID} OR s.class IN ('pg_type'::regclass, 'pg_opfamily'::regclass)),
owned AS (
  SELECT s.class, s.id, p.proowner AS owner FROM seen s JOIN pg_proc p ON s.class = 'pg_proc'::regclass AND p.oid = s.id
  UNION ALL
  SELECT s.class, s.id, c.relowner FROM seen s
    LEFT JOIN pg_trigger t ON s.class = 'pg_trigger'::regclass AND t.oid = s.id
    LEFT JOIN pg_policy p ON s.class = 'pg_policy'::regclass AND p.oid = s.id
    LEFT JOIN pg_rewrite r ON s.class = 'pg_rewrite'::regclass AND r.oid = s.id AND r.ev_type <> '1'
    LEFT JOIN pg_attrdef d ON s.class = 'pg_attrdef'::regclass AND d.oid = s.id
    LEFT JOIN pg_constraint k ON s.class = 'pg_constraint'::regclass AND k.oid = s.id
    JOIN pg_class c ON c.oid = coalesce(t.tgrelid, p.polrelid, r.ev_class, d.adrelid, k.conrelid)
   WHERE $2 = 'run' AND (coalesce(t.oid, p.oid, r.oid) IS NOT NULL OR EXISTS (
           SELECT FROM pg_depend f
            WHERE f.classid = s.class AND f.objid = s.id AND f.refclassid = 'pg_proc'::regclass))
  UNION
  SELECT s.class, s.id, t.owner FROM seen s CROSS JOIN LATERAL (${TREES}) t (owner, tree)
   WHERE s.id >= ${FIRST_NORMAL_OID} AND t.tree ~ (
         SELECT format(':(?:op)?funcid (?:%s) ', string_agg(f.oid::text, '|')) FROM pg_proc f
          WHERE f.pronamespace = 'pg_catalog'::regnamespace AND f.proname ~ $3))
SELECT concat(i.type, ' ', i.identity) AS name, pg_get_userbyid(o.owner)::text AS owner
  FROM owned o CROSS JOIN LATERAL pg_identify_object(o.class, o.id, 0) i
 WHERE NOT pg_has_role(o.owner, session_user, 'MEMBER')
 ORDER BY 1`;
