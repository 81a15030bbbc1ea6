// Generated from schemas/ by `npm run generate`. Do not edit.
/* eslint-disable */
// @ts-nocheck
import { createRequire } from 'node:module';
import type { ValidateFunction } from 'ajv';

/** The schema as code: each process would spend more time on compiling it than on all that it checks by it. */
export function makeValidator(
  formats: Readonly<Record<string, (text: string) => boolean>>,
): ValidateFunction {
  const require = createRequire(import.meta.url);

  const schema11 = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    $id: 'https://pg-runbook.dev/schemas/runbook.v1.schema.json',
    title: 'RunbookV1',
    type: 'object',
    additionalProperties: false,
    required: ['api_version', 'name', 'version', 'steps'],
    properties: {
      api_version: { const: 'pg-runbook/v1' },
      name: { type: 'string', pattern: '^[a-z][a-z0-9-]{0,62}$' },
      version: { type: 'integer', minimum: 1, maximum: 2147483647 },
      description: { type: 'string' },
      parameters: {
        type: 'object',
        propertyNames: { pattern: '^[a-z][a-z0-9_]{0,62}$' },
        additionalProperties: { $ref: '#/definitions/parameter' },
      },
      budget: { $ref: '#/definitions/budget' },
      bystanders: { $ref: '#/definitions/bystanders' },
      drift: { $ref: '#/definitions/drift' },
      ledger: { $ref: '#/definitions/ledger' },
      window: { $ref: '#/definitions/window' },
      on_overlap: { enum: ['skip', 'wait', 'fail'] },
      expect_every: { $ref: '#/definitions/age' },
      defaults: { $ref: '#/definitions/defaults' },
      guards: { type: 'array', items: { $ref: '#/definitions/guard' } },
      allow: { $ref: '#/definitions/allow' },
      steps: { type: 'array', minItems: 1, maxItems: 500, items: { $ref: '#/definitions/step' } },
    },
    definitions: {
      duration: { type: 'string', format: 'duration' },
      age: { type: 'string', format: 'age' },
      size: { type: 'string', format: 'byte-size' },
      globs: { type: 'array', minItems: 1, items: { type: 'string', format: 'relation-glob' } },
      optional_globs: { type: 'array', items: { type: 'string', format: 'relation-glob' } },
      scalar: { type: ['string', 'integer', 'number', 'boolean'] },
      parameter: {
        type: 'object',
        additionalProperties: false,
        required: ['type'],
        properties: {
          type: { enum: ['string', 'integer', 'number', 'boolean'] },
          default: { $ref: '#/definitions/scalar' },
          description: { type: 'string' },
          minimum: { type: 'number' },
          maximum: { type: 'number' },
          enum: { type: 'array', minItems: 1, items: { $ref: '#/definitions/scalar' } },
        },
      },
      allow: {
        type: 'array',
        minItems: 1,
        items: {
          type: 'object',
          additionalProperties: false,
          required: ['rule'],
          properties: { rule: { type: 'string', minLength: 1 }, because: { type: 'string' } },
        },
      },
      ledger: {
        type: 'object',
        additionalProperties: false,
        properties: {
          keep: {
            type: 'string',
            pattern: '^([1-9][0-9]{0,4}d|[1-9][0-9]{0,3}w|[1-9][0-9]{0,2}y)$',
          },
        },
      },
      budget: {
        type: 'object',
        additionalProperties: false,
        properties: {
          workers: { type: 'integer', minimum: 1, maximum: 1000 },
          server_workers: { type: 'integer', minimum: 1, maximum: 1000 },
          max_wait: { $ref: '#/definitions/duration' },
          keep_free: { type: 'integer', minimum: 0, maximum: 1000 },
        },
      },
      bystanders: {
        type: 'object',
        additionalProperties: false,
        properties: {
          max_blocked: { type: 'integer', minimum: 0 },
          for: { $ref: '#/definitions/duration' },
        },
      },
      drift: {
        type: 'object',
        additionalProperties: false,
        properties: {
          max_age: { $ref: '#/definitions/age' },
          growth: { type: 'number', minimum: 0 },
          gone: { type: 'integer', minimum: 0 },
        },
      },
      window: {
        type: 'object',
        additionalProperties: false,
        minProperties: 1,
        properties: {
          max_duration: { $ref: '#/definitions/duration' },
          not_before: { type: 'string', pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$' },
          finish_by: { type: 'string', pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$' },
          days: {
            type: 'array',
            minItems: 1,
            uniqueItems: true,
            items: { enum: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] },
          },
          time_zone: { type: 'string', format: 'time-zone' },
          carry_over: { type: 'boolean' },
          at_end: { enum: ['drain', 'cancel'] },
        },
      },
      defaults: {
        type: 'object',
        additionalProperties: false,
        properties: {
          timeout: { $ref: '#/definitions/duration' },
          lock_timeout: { $ref: '#/definitions/duration' },
          old_transactions_timeout: { $ref: '#/definitions/duration' },
          on_failure: { $ref: '#/definitions/on_failure' },
          policy: { $ref: '#/definitions/policy' },
          retry: { $ref: '#/definitions/retry' },
          settings: { $ref: '#/definitions/settings' },
        },
      },
      on_failure: { enum: ['stop', 'continue'] },
      policy: { enum: ['wait', 'detach'] },
      settings: {
        type: 'object',
        propertyNames: { pattern: '^[A-Za-z_][A-Za-z0-9_]*(\\.[A-Za-z_][A-Za-z0-9_]*)?$' },
        additionalProperties: { $ref: '#/definitions/scalar' },
      },
      retry: {
        type: 'object',
        additionalProperties: false,
        required: ['attempts'],
        properties: {
          attempts: { type: 'integer', minimum: 2, maximum: 20 },
          delay: { $ref: '#/definitions/duration' },
          max_delay: { $ref: '#/definitions/duration' },
          on: {
            type: 'array',
            minItems: 1,
            uniqueItems: true,
            items: { type: 'string', format: 'sqlstate-condition' },
          },
        },
      },
      guard: {
        type: 'object',
        additionalProperties: false,
        required: ['name'],
        properties: {
          name: { type: 'string', minLength: 1 },
          replica_lag: {
            type: 'object',
            additionalProperties: false,
            required: ['max'],
            properties: { max: { $ref: '#/definitions/duration' } },
          },
          sql: { type: 'string', minLength: 1 },
          wal_rate: { $ref: '#/definitions/size' },
          active_sessions: {
            type: 'object',
            additionalProperties: false,
            required: ['max'],
            properties: { max: { type: 'integer', minimum: 0 } },
          },
          on_breach: { enum: ['pause', 'skip', 'stop'] },
          max_pause: { $ref: '#/definitions/duration' },
        },
        oneOf: [
          { required: ['replica_lag'] },
          { required: ['sql'] },
          { required: ['wal_rate'] },
          { required: ['active_sessions'] },
        ],
      },
      expect: {
        type: 'object',
        additionalProperties: false,
        minProperties: 1,
        properties: {
          rows: { type: 'integer', minimum: 0 },
          min_rows: { type: 'integer', minimum: 0 },
          max_rows: { type: 'integer', minimum: 0 },
          statements: {
            type: 'array',
            minItems: 1,
            items: {
              type: ['object', 'null'],
              additionalProperties: false,
              minProperties: 1,
              properties: {
                rows: { type: 'integer', minimum: 0 },
                min_rows: { type: 'integer', minimum: 0 },
                max_rows: { type: 'integer', minimum: 0 },
              },
            },
          },
        },
      },
      step: {
        type: 'object',
        additionalProperties: false,
        required: ['id'],
        oneOf: [
          { required: ['vacuum'] },
          { required: ['analyze'] },
          { required: ['reindex'] },
          { required: ['refresh'] },
          { required: ['backfill'] },
          { required: ['purge'] },
          { required: ['sql'] },
        ],
        dependencies: { idempotent: ['sql'], transaction: ['sql'], expect: ['sql'] },
        properties: {
          id: { type: 'string', pattern: '^[a-z][a-z0-9-]{0,62}$' },
          description: { type: 'string' },
          needs: { type: 'array', uniqueItems: true, items: { type: 'string' } },
          after: { enum: ['ended', 'started'] },
          budgets: {
            type: 'object',
            minProperties: 1,
            maxProperties: 2,
            propertyNames: { pattern: '^[a-z][a-z0-9-]{0,62}$' },
            additionalProperties: { type: 'integer', minimum: 1, maximum: 1000 },
          },
          concurrency: { type: 'integer', minimum: 1, maximum: 1000 },
          timeout: { $ref: '#/definitions/duration' },
          lock_timeout: { $ref: '#/definitions/duration' },
          old_transactions_timeout: { $ref: '#/definitions/duration' },
          policy: { $ref: '#/definitions/policy' },
          on_failure: { $ref: '#/definitions/on_failure' },
          retry: { $ref: '#/definitions/retry' },
          settings: { $ref: '#/definitions/settings' },
          allow: { $ref: '#/definitions/allow' },
          vacuum: { $ref: '#/definitions/vacuum' },
          analyze: { $ref: '#/definitions/analyze' },
          reindex: { $ref: '#/definitions/reindex' },
          refresh: { $ref: '#/definitions/refresh' },
          backfill: { $ref: '#/definitions/backfill' },
          purge: { $ref: '#/definitions/purge' },
          sql: { type: 'string', minLength: 1 },
          idempotent: { type: 'boolean' },
          expect: { $ref: '#/definitions/expect' },
          transaction: { type: 'boolean' },
        },
      },
      vacuum: {
        type: 'object',
        additionalProperties: false,
        required: ['tables'],
        properties: {
          tables: { $ref: '#/definitions/vacuum_tables' },
          options: { $ref: '#/definitions/vacuum_options' },
        },
      },
      vacuum_tables: {
        type: 'object',
        additionalProperties: false,
        required: ['include'],
        properties: {
          include: { $ref: '#/definitions/globs' },
          exclude: { $ref: '#/definitions/optional_globs' },
          min_dead_rows: { type: 'integer', minimum: 0 },
          min_dead_ratio: { type: 'number', minimum: 0, maximum: 1 },
          min_size: { $ref: '#/definitions/size' },
          max_size: { $ref: '#/definitions/size' },
          min_xid_age: { type: 'integer', minimum: 0 },
          min_mxid_age: { type: 'integer', minimum: 0 },
          not_vacuumed_for: { $ref: '#/definitions/age' },
          order_by: { enum: ['dead_rows', 'size', 'xid_age', 'mxid_age', 'name'] },
          limit: { type: 'integer', minimum: 1 },
        },
      },
      vacuum_options: {
        type: 'object',
        additionalProperties: false,
        properties: {
          analyze: { type: 'boolean' },
          full: { type: 'boolean' },
          freeze: { type: 'boolean' },
          verbose: { type: 'boolean' },
          disable_page_skipping: { type: 'boolean' },
          skip_locked: { type: 'boolean' },
          index_cleanup: { enum: ['auto', 'on', 'off'] },
          truncate: { type: 'boolean' },
          process_main: { type: 'boolean' },
          process_toast: { type: 'boolean' },
          parallel: { type: 'integer', minimum: 0, maximum: 1024 },
          skip_database_stats: { type: 'boolean' },
          buffer_usage_limit: { type: 'string', pattern: '^(0|[0-9]+ ?(kB|MB|GB))$' },
        },
      },
      analyze: {
        type: 'object',
        additionalProperties: false,
        required: ['tables'],
        properties: {
          tables: { $ref: '#/definitions/analyze_tables' },
          options: { $ref: '#/definitions/analyze_options' },
        },
      },
      analyze_tables: {
        type: 'object',
        additionalProperties: false,
        required: ['include'],
        properties: {
          include: { $ref: '#/definitions/globs' },
          exclude: { $ref: '#/definitions/optional_globs' },
          min_modified_rows: { type: 'integer', minimum: 0 },
          min_size: { $ref: '#/definitions/size' },
          max_size: { $ref: '#/definitions/size' },
          not_analyzed_for: { $ref: '#/definitions/age' },
          foreign: { type: 'boolean' },
          order_by: { enum: ['modified_rows', 'size', 'name'] },
          limit: { type: 'integer', minimum: 1 },
        },
      },
      analyze_options: {
        type: 'object',
        additionalProperties: false,
        properties: {
          verbose: { type: 'boolean' },
          skip_locked: { type: 'boolean' },
          buffer_usage_limit: { type: 'string', pattern: '^(0|[0-9]+ ?(kB|MB|GB))$' },
        },
      },
      reindex: {
        type: 'object',
        additionalProperties: false,
        properties: {
          indexes: { $ref: '#/definitions/reindex_indexes' },
          tables: { $ref: '#/definitions/reindex_tables' },
          schemas: { type: 'array', minItems: 1, items: { type: 'string', minLength: 1 } },
          concurrently: { type: 'boolean' },
        },
        oneOf: [{ required: ['indexes'] }, { required: ['tables'] }, { required: ['schemas'] }],
      },
      reindex_indexes: {
        type: 'object',
        additionalProperties: false,
        required: ['include'],
        properties: {
          include: { $ref: '#/definitions/globs' },
          exclude: { $ref: '#/definitions/optional_globs' },
          min_size: { $ref: '#/definitions/size' },
          max_size: { $ref: '#/definitions/size' },
          min_bloat: { type: 'number', minimum: 0, maximum: 1 },
          invalid_only: { type: 'boolean' },
          order_by: { enum: ['size', 'bloat', 'name'] },
          limit: { type: 'integer', minimum: 1 },
        },
      },
      reindex_tables: {
        type: 'object',
        additionalProperties: false,
        required: ['include'],
        properties: {
          include: { $ref: '#/definitions/globs' },
          exclude: { $ref: '#/definitions/optional_globs' },
          min_size: { $ref: '#/definitions/size' },
          max_size: { $ref: '#/definitions/size' },
          order_by: { enum: ['size', 'name'] },
          limit: { type: 'integer', minimum: 1 },
        },
      },
      refresh: {
        type: 'object',
        additionalProperties: false,
        required: ['views'],
        properties: {
          views: { $ref: '#/definitions/refresh_views' },
          concurrently: { type: 'boolean' },
        },
      },
      refresh_views: {
        type: 'object',
        additionalProperties: false,
        required: ['include'],
        properties: {
          include: { $ref: '#/definitions/globs' },
          exclude: { $ref: '#/definitions/optional_globs' },
        },
      },
      key: {
        oneOf: [
          { type: 'string', minLength: 1 },
          {
            type: 'array',
            minItems: 1,
            uniqueItems: true,
            items: { type: 'string', minLength: 1 },
          },
        ],
      },
      table_name: { type: 'string', format: 'relation-name' },
      batch: {
        type: 'object',
        additionalProperties: false,
        properties: {
          rows: { type: 'integer', minimum: 1 },
          min_rows: { type: 'integer', minimum: 1 },
          max_rows: { type: 'integer', minimum: 1, maximum: 10000000 },
          target_duration: { $ref: '#/definitions/duration' },
          pause: { $ref: '#/definitions/duration' },
        },
      },
      throttle: {
        type: 'object',
        additionalProperties: false,
        minProperties: 1,
        properties: {
          replica_lag: {
            type: 'object',
            additionalProperties: false,
            required: ['max'],
            properties: { max: { $ref: '#/definitions/duration' } },
          },
          sql: { type: 'string', minLength: 1 },
          wal_rate: { $ref: '#/definitions/size' },
        },
      },
      backfill: {
        type: 'object',
        additionalProperties: false,
        required: ['table', 'key', 'set'],
        dependencies: { remaining: ['where'] },
        properties: {
          table: { $ref: '#/definitions/table_name' },
          key: { $ref: '#/definitions/key' },
          set: {
            type: 'object',
            minProperties: 1,
            additionalProperties: { type: ['string', 'integer', 'number', 'boolean', 'null'] },
          },
          where: { type: 'string', minLength: 1 },
          remaining: { type: 'integer', minimum: 0 },
          allow_unchanged: { type: 'boolean' },
          batch: { $ref: '#/definitions/batch' },
          throttle: { $ref: '#/definitions/throttle' },
        },
      },
      purge: {
        type: 'object',
        additionalProperties: false,
        required: ['table', 'key', 'where'],
        properties: {
          table: { $ref: '#/definitions/table_name' },
          key: { $ref: '#/definitions/key' },
          where: { type: 'string', minLength: 1 },
          archive_to: { $ref: '#/definitions/table_name' },
          remaining: { type: 'integer', minimum: 0 },
          allow_unchanged: { type: 'boolean' },
          batch: { $ref: '#/definitions/batch' },
          throttle: { $ref: '#/definitions/throttle' },
        },
      },
    },
  };
  const schema21 = {
    type: 'object',
    additionalProperties: false,
    properties: {
      keep: { type: 'string', pattern: '^([1-9][0-9]{0,4}d|[1-9][0-9]{0,3}w|[1-9][0-9]{0,2}y)$' },
    },
  };
  const schema20 = { type: 'string', format: 'age' };
  const schema40 = {
    type: 'array',
    minItems: 1,
    items: {
      type: 'object',
      additionalProperties: false,
      required: ['rule'],
      properties: { rule: { type: 'string', minLength: 1 }, because: { type: 'string' } },
    },
  };
  const func2 = Object.prototype.hasOwnProperty;
  const func4 = require('ajv/dist/runtime/ucs2length').default;
  const pattern0 = new RegExp('^[a-z][a-z0-9-]{0,62}$', 'u');
  const pattern1 = new RegExp('^[a-z][a-z0-9_]{0,62}$', 'u');
  const pattern2 = new RegExp('^([1-9][0-9]{0,4}d|[1-9][0-9]{0,3}w|[1-9][0-9]{0,2}y)$', 'u');
  const schema12 = {
    type: 'object',
    additionalProperties: false,
    required: ['type'],
    properties: {
      type: { enum: ['string', 'integer', 'number', 'boolean'] },
      default: { $ref: '#/definitions/scalar' },
      description: { type: 'string' },
      minimum: { type: 'number' },
      maximum: { type: 'number' },
      enum: { type: 'array', minItems: 1, items: { $ref: '#/definitions/scalar' } },
    },
  };
  const schema13 = { type: ['string', 'integer', 'number', 'boolean'] };

  function validate11(
    data,
    { instancePath = '', parentData, parentDataProperty, rootData = data } = {},
  ) {
    let vErrors = null;
    let errors = 0;
    if (data && typeof data == 'object' && !Array.isArray(data)) {
      if (data.type === undefined) {
        const err0 = {
          instancePath,
          schemaPath: '#/required',
          keyword: 'required',
          params: { missingProperty: 'type' },
          message: "must have required property '" + 'type' + "'",
          schema: schema12.required,
          parentSchema: schema12,
          data,
        };
        if (vErrors === null) {
          vErrors = [err0];
        } else {
          vErrors.push(err0);
        }
        errors++;
      }
      for (const key0 in data) {
        if (!(
          key0 === 'type' ||
          key0 === 'default' ||
          key0 === 'description' ||
          key0 === 'minimum' ||
          key0 === 'maximum' ||
          key0 === 'enum'
        )) {
          const err1 = {
            instancePath,
            schemaPath: '#/additionalProperties',
            keyword: 'additionalProperties',
            params: { additionalProperty: key0 },
            message: 'must NOT have additional properties',
            schema: false,
            parentSchema: schema12,
            data,
          };
          if (vErrors === null) {
            vErrors = [err1];
          } else {
            vErrors.push(err1);
          }
          errors++;
        }
      }
      if (data.type !== undefined) {
        let data0 = data.type;
        if (!(
          data0 === 'string' ||
          data0 === 'integer' ||
          data0 === 'number' ||
          data0 === 'boolean'
        )) {
          const err2 = {
            instancePath: instancePath + '/type',
            schemaPath: '#/properties/type/enum',
            keyword: 'enum',
            params: { allowedValues: schema12.properties.type.enum },
            message: 'must be equal to one of the allowed values',
            schema: schema12.properties.type.enum,
            parentSchema: schema12.properties.type,
            data: data0,
          };
          if (vErrors === null) {
            vErrors = [err2];
          } else {
            vErrors.push(err2);
          }
          errors++;
        }
      }
      if (data.default !== undefined) {
        let data1 = data.default;
        if (
          typeof data1 !== 'string' &&
          !(typeof data1 == 'number' && isFinite(data1)) &&
          typeof data1 !== 'boolean'
        ) {
          const err3 = {
            instancePath: instancePath + '/default',
            schemaPath: '#/definitions/scalar/type',
            keyword: 'type',
            params: { type: schema13.type },
            message: 'must be string,integer,number,boolean',
            schema: schema13.type,
            parentSchema: schema13,
            data: data1,
          };
          if (vErrors === null) {
            vErrors = [err3];
          } else {
            vErrors.push(err3);
          }
          errors++;
        }
      }
      if (data.description !== undefined) {
        let data2 = data.description;
        if (typeof data2 !== 'string') {
          const err4 = {
            instancePath: instancePath + '/description',
            schemaPath: '#/properties/description/type',
            keyword: 'type',
            params: { type: 'string' },
            message: 'must be string',
            schema: schema12.properties.description.type,
            parentSchema: schema12.properties.description,
            data: data2,
          };
          if (vErrors === null) {
            vErrors = [err4];
          } else {
            vErrors.push(err4);
          }
          errors++;
        }
      }
      if (data.minimum !== undefined) {
        let data3 = data.minimum;
        if (!(typeof data3 == 'number' && isFinite(data3))) {
          const err5 = {
            instancePath: instancePath + '/minimum',
            schemaPath: '#/properties/minimum/type',
            keyword: 'type',
            params: { type: 'number' },
            message: 'must be number',
            schema: schema12.properties.minimum.type,
            parentSchema: schema12.properties.minimum,
            data: data3,
          };
          if (vErrors === null) {
            vErrors = [err5];
          } else {
            vErrors.push(err5);
          }
          errors++;
        }
      }
      if (data.maximum !== undefined) {
        let data4 = data.maximum;
        if (!(typeof data4 == 'number' && isFinite(data4))) {
          const err6 = {
            instancePath: instancePath + '/maximum',
            schemaPath: '#/properties/maximum/type',
            keyword: 'type',
            params: { type: 'number' },
            message: 'must be number',
            schema: schema12.properties.maximum.type,
            parentSchema: schema12.properties.maximum,
            data: data4,
          };
          if (vErrors === null) {
            vErrors = [err6];
          } else {
            vErrors.push(err6);
          }
          errors++;
        }
      }
      if (data.enum !== undefined) {
        let data5 = data.enum;
        if (Array.isArray(data5)) {
          if (data5.length < 1) {
            const err7 = {
              instancePath: instancePath + '/enum',
              schemaPath: '#/properties/enum/minItems',
              keyword: 'minItems',
              params: { limit: 1 },
              message: 'must NOT have fewer than 1 items',
              schema: 1,
              parentSchema: schema12.properties.enum,
              data: data5,
            };
            if (vErrors === null) {
              vErrors = [err7];
            } else {
              vErrors.push(err7);
            }
            errors++;
          }
          const len0 = data5.length;
          for (let i0 = 0; i0 < len0; i0++) {
            let data6 = data5[i0];
            if (
              typeof data6 !== 'string' &&
              !(typeof data6 == 'number' && isFinite(data6)) &&
              typeof data6 !== 'boolean'
            ) {
              const err8 = {
                instancePath: instancePath + '/enum/' + i0,
                schemaPath: '#/definitions/scalar/type',
                keyword: 'type',
                params: { type: schema13.type },
                message: 'must be string,integer,number,boolean',
                schema: schema13.type,
                parentSchema: schema13,
                data: data6,
              };
              if (vErrors === null) {
                vErrors = [err8];
              } else {
                vErrors.push(err8);
              }
              errors++;
            }
          }
        } else {
          const err9 = {
            instancePath: instancePath + '/enum',
            schemaPath: '#/properties/enum/type',
            keyword: 'type',
            params: { type: 'array' },
            message: 'must be array',
            schema: schema12.properties.enum.type,
            parentSchema: schema12.properties.enum,
            data: data5,
          };
          if (vErrors === null) {
            vErrors = [err9];
          } else {
            vErrors.push(err9);
          }
          errors++;
        }
      }
    } else {
      const err10 = {
        instancePath,
        schemaPath: '#/type',
        keyword: 'type',
        params: { type: 'object' },
        message: 'must be object',
        schema: schema12.type,
        parentSchema: schema12,
        data,
      };
      if (vErrors === null) {
        vErrors = [err10];
      } else {
        vErrors.push(err10);
      }
      errors++;
    }
    validate11.errors = vErrors;
    return errors === 0;
  }

  const schema15 = {
    type: 'object',
    additionalProperties: false,
    properties: {
      workers: { type: 'integer', minimum: 1, maximum: 1000 },
      server_workers: { type: 'integer', minimum: 1, maximum: 1000 },
      max_wait: { $ref: '#/definitions/duration' },
      keep_free: { type: 'integer', minimum: 0, maximum: 1000 },
    },
  };
  const schema16 = { type: 'string', format: 'duration' };
  const formats0 = formats.duration;

  function validate13(
    data,
    { instancePath = '', parentData, parentDataProperty, rootData = data } = {},
  ) {
    let vErrors = null;
    let errors = 0;
    if (data && typeof data == 'object' && !Array.isArray(data)) {
      for (const key0 in data) {
        if (!(
          key0 === 'workers' ||
          key0 === 'server_workers' ||
          key0 === 'max_wait' ||
          key0 === 'keep_free'
        )) {
          const err0 = {
            instancePath,
            schemaPath: '#/additionalProperties',
            keyword: 'additionalProperties',
            params: { additionalProperty: key0 },
            message: 'must NOT have additional properties',
            schema: false,
            parentSchema: schema15,
            data,
          };
          if (vErrors === null) {
            vErrors = [err0];
          } else {
            vErrors.push(err0);
          }
          errors++;
        }
      }
      if (data.workers !== undefined) {
        let data0 = data.workers;
        if (!(typeof data0 == 'number' && !(data0 % 1) && !isNaN(data0) && isFinite(data0))) {
          const err1 = {
            instancePath: instancePath + '/workers',
            schemaPath: '#/properties/workers/type',
            keyword: 'type',
            params: { type: 'integer' },
            message: 'must be integer',
            schema: schema15.properties.workers.type,
            parentSchema: schema15.properties.workers,
            data: data0,
          };
          if (vErrors === null) {
            vErrors = [err1];
          } else {
            vErrors.push(err1);
          }
          errors++;
        }
        if (typeof data0 == 'number' && isFinite(data0)) {
          if (data0 > 1000 || isNaN(data0)) {
            const err2 = {
              instancePath: instancePath + '/workers',
              schemaPath: '#/properties/workers/maximum',
              keyword: 'maximum',
              params: { comparison: '<=', limit: 1000 },
              message: 'must be <= 1000',
              schema: 1000,
              parentSchema: schema15.properties.workers,
              data: data0,
            };
            if (vErrors === null) {
              vErrors = [err2];
            } else {
              vErrors.push(err2);
            }
            errors++;
          }
          if (data0 < 1 || isNaN(data0)) {
            const err3 = {
              instancePath: instancePath + '/workers',
              schemaPath: '#/properties/workers/minimum',
              keyword: 'minimum',
              params: { comparison: '>=', limit: 1 },
              message: 'must be >= 1',
              schema: 1,
              parentSchema: schema15.properties.workers,
              data: data0,
            };
            if (vErrors === null) {
              vErrors = [err3];
            } else {
              vErrors.push(err3);
            }
            errors++;
          }
        }
      }
      if (data.server_workers !== undefined) {
        let data1 = data.server_workers;
        if (!(typeof data1 == 'number' && !(data1 % 1) && !isNaN(data1) && isFinite(data1))) {
          const err4 = {
            instancePath: instancePath + '/server_workers',
            schemaPath: '#/properties/server_workers/type',
            keyword: 'type',
            params: { type: 'integer' },
            message: 'must be integer',
            schema: schema15.properties.server_workers.type,
            parentSchema: schema15.properties.server_workers,
            data: data1,
          };
          if (vErrors === null) {
            vErrors = [err4];
          } else {
            vErrors.push(err4);
          }
          errors++;
        }
        if (typeof data1 == 'number' && isFinite(data1)) {
          if (data1 > 1000 || isNaN(data1)) {
            const err5 = {
              instancePath: instancePath + '/server_workers',
              schemaPath: '#/properties/server_workers/maximum',
              keyword: 'maximum',
              params: { comparison: '<=', limit: 1000 },
              message: 'must be <= 1000',
              schema: 1000,
              parentSchema: schema15.properties.server_workers,
              data: data1,
            };
            if (vErrors === null) {
              vErrors = [err5];
            } else {
              vErrors.push(err5);
            }
            errors++;
          }
          if (data1 < 1 || isNaN(data1)) {
            const err6 = {
              instancePath: instancePath + '/server_workers',
              schemaPath: '#/properties/server_workers/minimum',
              keyword: 'minimum',
              params: { comparison: '>=', limit: 1 },
              message: 'must be >= 1',
              schema: 1,
              parentSchema: schema15.properties.server_workers,
              data: data1,
            };
            if (vErrors === null) {
              vErrors = [err6];
            } else {
              vErrors.push(err6);
            }
            errors++;
          }
        }
      }
      if (data.max_wait !== undefined) {
        let data2 = data.max_wait;
        if (typeof data2 === 'string') {
          if (!formats0(data2)) {
            const err7 = {
              instancePath: instancePath + '/max_wait',
              schemaPath: '#/definitions/duration/format',
              keyword: 'format',
              params: { format: 'duration' },
              message: 'must match format "' + 'duration' + '"',
              schema: 'duration',
              parentSchema: schema16,
              data: data2,
            };
            if (vErrors === null) {
              vErrors = [err7];
            } else {
              vErrors.push(err7);
            }
            errors++;
          }
        } else {
          const err8 = {
            instancePath: instancePath + '/max_wait',
            schemaPath: '#/definitions/duration/type',
            keyword: 'type',
            params: { type: 'string' },
            message: 'must be string',
            schema: schema16.type,
            parentSchema: schema16,
            data: data2,
          };
          if (vErrors === null) {
            vErrors = [err8];
          } else {
            vErrors.push(err8);
          }
          errors++;
        }
      }
      if (data.keep_free !== undefined) {
        let data3 = data.keep_free;
        if (!(typeof data3 == 'number' && !(data3 % 1) && !isNaN(data3) && isFinite(data3))) {
          const err9 = {
            instancePath: instancePath + '/keep_free',
            schemaPath: '#/properties/keep_free/type',
            keyword: 'type',
            params: { type: 'integer' },
            message: 'must be integer',
            schema: schema15.properties.keep_free.type,
            parentSchema: schema15.properties.keep_free,
            data: data3,
          };
          if (vErrors === null) {
            vErrors = [err9];
          } else {
            vErrors.push(err9);
          }
          errors++;
        }
        if (typeof data3 == 'number' && isFinite(data3)) {
          if (data3 > 1000 || isNaN(data3)) {
            const err10 = {
              instancePath: instancePath + '/keep_free',
              schemaPath: '#/properties/keep_free/maximum',
              keyword: 'maximum',
              params: { comparison: '<=', limit: 1000 },
              message: 'must be <= 1000',
              schema: 1000,
              parentSchema: schema15.properties.keep_free,
              data: data3,
            };
            if (vErrors === null) {
              vErrors = [err10];
            } else {
              vErrors.push(err10);
            }
            errors++;
          }
          if (data3 < 0 || isNaN(data3)) {
            const err11 = {
              instancePath: instancePath + '/keep_free',
              schemaPath: '#/properties/keep_free/minimum',
              keyword: 'minimum',
              params: { comparison: '>=', limit: 0 },
              message: 'must be >= 0',
              schema: 0,
              parentSchema: schema15.properties.keep_free,
              data: data3,
            };
            if (vErrors === null) {
              vErrors = [err11];
            } else {
              vErrors.push(err11);
            }
            errors++;
          }
        }
      }
    } else {
      const err12 = {
        instancePath,
        schemaPath: '#/type',
        keyword: 'type',
        params: { type: 'object' },
        message: 'must be object',
        schema: schema15.type,
        parentSchema: schema15,
        data,
      };
      if (vErrors === null) {
        vErrors = [err12];
      } else {
        vErrors.push(err12);
      }
      errors++;
    }
    validate13.errors = vErrors;
    return errors === 0;
  }

  const schema17 = {
    type: 'object',
    additionalProperties: false,
    properties: {
      max_blocked: { type: 'integer', minimum: 0 },
      for: { $ref: '#/definitions/duration' },
    },
  };

  function validate15(
    data,
    { instancePath = '', parentData, parentDataProperty, rootData = data } = {},
  ) {
    let vErrors = null;
    let errors = 0;
    if (data && typeof data == 'object' && !Array.isArray(data)) {
      for (const key0 in data) {
        if (!(key0 === 'max_blocked' || key0 === 'for')) {
          const err0 = {
            instancePath,
            schemaPath: '#/additionalProperties',
            keyword: 'additionalProperties',
            params: { additionalProperty: key0 },
            message: 'must NOT have additional properties',
            schema: false,
            parentSchema: schema17,
            data,
          };
          if (vErrors === null) {
            vErrors = [err0];
          } else {
            vErrors.push(err0);
          }
          errors++;
        }
      }
      if (data.max_blocked !== undefined) {
        let data0 = data.max_blocked;
        if (!(typeof data0 == 'number' && !(data0 % 1) && !isNaN(data0) && isFinite(data0))) {
          const err1 = {
            instancePath: instancePath + '/max_blocked',
            schemaPath: '#/properties/max_blocked/type',
            keyword: 'type',
            params: { type: 'integer' },
            message: 'must be integer',
            schema: schema17.properties.max_blocked.type,
            parentSchema: schema17.properties.max_blocked,
            data: data0,
          };
          if (vErrors === null) {
            vErrors = [err1];
          } else {
            vErrors.push(err1);
          }
          errors++;
        }
        if (typeof data0 == 'number' && isFinite(data0)) {
          if (data0 < 0 || isNaN(data0)) {
            const err2 = {
              instancePath: instancePath + '/max_blocked',
              schemaPath: '#/properties/max_blocked/minimum',
              keyword: 'minimum',
              params: { comparison: '>=', limit: 0 },
              message: 'must be >= 0',
              schema: 0,
              parentSchema: schema17.properties.max_blocked,
              data: data0,
            };
            if (vErrors === null) {
              vErrors = [err2];
            } else {
              vErrors.push(err2);
            }
            errors++;
          }
        }
      }
      if (data.for !== undefined) {
        let data1 = data.for;
        if (typeof data1 === 'string') {
          if (!formats0(data1)) {
            const err3 = {
              instancePath: instancePath + '/for',
              schemaPath: '#/definitions/duration/format',
              keyword: 'format',
              params: { format: 'duration' },
              message: 'must match format "' + 'duration' + '"',
              schema: 'duration',
              parentSchema: schema16,
              data: data1,
            };
            if (vErrors === null) {
              vErrors = [err3];
            } else {
              vErrors.push(err3);
            }
            errors++;
          }
        } else {
          const err4 = {
            instancePath: instancePath + '/for',
            schemaPath: '#/definitions/duration/type',
            keyword: 'type',
            params: { type: 'string' },
            message: 'must be string',
            schema: schema16.type,
            parentSchema: schema16,
            data: data1,
          };
          if (vErrors === null) {
            vErrors = [err4];
          } else {
            vErrors.push(err4);
          }
          errors++;
        }
      }
    } else {
      const err5 = {
        instancePath,
        schemaPath: '#/type',
        keyword: 'type',
        params: { type: 'object' },
        message: 'must be object',
        schema: schema17.type,
        parentSchema: schema17,
        data,
      };
      if (vErrors === null) {
        vErrors = [err5];
      } else {
        vErrors.push(err5);
      }
      errors++;
    }
    validate15.errors = vErrors;
    return errors === 0;
  }

  const schema19 = {
    type: 'object',
    additionalProperties: false,
    properties: {
      max_age: { $ref: '#/definitions/age' },
      growth: { type: 'number', minimum: 0 },
      gone: { type: 'integer', minimum: 0 },
    },
  };
  const formats4 = formats.age;

  function validate17(
    data,
    { instancePath = '', parentData, parentDataProperty, rootData = data } = {},
  ) {
    let vErrors = null;
    let errors = 0;
    if (data && typeof data == 'object' && !Array.isArray(data)) {
      for (const key0 in data) {
        if (!(key0 === 'max_age' || key0 === 'growth' || key0 === 'gone')) {
          const err0 = {
            instancePath,
            schemaPath: '#/additionalProperties',
            keyword: 'additionalProperties',
            params: { additionalProperty: key0 },
            message: 'must NOT have additional properties',
            schema: false,
            parentSchema: schema19,
            data,
          };
          if (vErrors === null) {
            vErrors = [err0];
          } else {
            vErrors.push(err0);
          }
          errors++;
        }
      }
      if (data.max_age !== undefined) {
        let data0 = data.max_age;
        if (typeof data0 === 'string') {
          if (!formats4(data0)) {
            const err1 = {
              instancePath: instancePath + '/max_age',
              schemaPath: '#/definitions/age/format',
              keyword: 'format',
              params: { format: 'age' },
              message: 'must match format "' + 'age' + '"',
              schema: 'age',
              parentSchema: schema20,
              data: data0,
            };
            if (vErrors === null) {
              vErrors = [err1];
            } else {
              vErrors.push(err1);
            }
            errors++;
          }
        } else {
          const err2 = {
            instancePath: instancePath + '/max_age',
            schemaPath: '#/definitions/age/type',
            keyword: 'type',
            params: { type: 'string' },
            message: 'must be string',
            schema: schema20.type,
            parentSchema: schema20,
            data: data0,
          };
          if (vErrors === null) {
            vErrors = [err2];
          } else {
            vErrors.push(err2);
          }
          errors++;
        }
      }
      if (data.growth !== undefined) {
        let data1 = data.growth;
        if (typeof data1 == 'number' && isFinite(data1)) {
          if (data1 < 0 || isNaN(data1)) {
            const err3 = {
              instancePath: instancePath + '/growth',
              schemaPath: '#/properties/growth/minimum',
              keyword: 'minimum',
              params: { comparison: '>=', limit: 0 },
              message: 'must be >= 0',
              schema: 0,
              parentSchema: schema19.properties.growth,
              data: data1,
            };
            if (vErrors === null) {
              vErrors = [err3];
            } else {
              vErrors.push(err3);
            }
            errors++;
          }
        } else {
          const err4 = {
            instancePath: instancePath + '/growth',
            schemaPath: '#/properties/growth/type',
            keyword: 'type',
            params: { type: 'number' },
            message: 'must be number',
            schema: schema19.properties.growth.type,
            parentSchema: schema19.properties.growth,
            data: data1,
          };
          if (vErrors === null) {
            vErrors = [err4];
          } else {
            vErrors.push(err4);
          }
          errors++;
        }
      }
      if (data.gone !== undefined) {
        let data2 = data.gone;
        if (!(typeof data2 == 'number' && !(data2 % 1) && !isNaN(data2) && isFinite(data2))) {
          const err5 = {
            instancePath: instancePath + '/gone',
            schemaPath: '#/properties/gone/type',
            keyword: 'type',
            params: { type: 'integer' },
            message: 'must be integer',
            schema: schema19.properties.gone.type,
            parentSchema: schema19.properties.gone,
            data: data2,
          };
          if (vErrors === null) {
            vErrors = [err5];
          } else {
            vErrors.push(err5);
          }
          errors++;
        }
        if (typeof data2 == 'number' && isFinite(data2)) {
          if (data2 < 0 || isNaN(data2)) {
            const err6 = {
              instancePath: instancePath + '/gone',
              schemaPath: '#/properties/gone/minimum',
              keyword: 'minimum',
              params: { comparison: '>=', limit: 0 },
              message: 'must be >= 0',
              schema: 0,
              parentSchema: schema19.properties.gone,
              data: data2,
            };
            if (vErrors === null) {
              vErrors = [err6];
            } else {
              vErrors.push(err6);
            }
            errors++;
          }
        }
      }
    } else {
      const err7 = {
        instancePath,
        schemaPath: '#/type',
        keyword: 'type',
        params: { type: 'object' },
        message: 'must be object',
        schema: schema19.type,
        parentSchema: schema19,
        data,
      };
      if (vErrors === null) {
        vErrors = [err7];
      } else {
        vErrors.push(err7);
      }
      errors++;
    }
    validate17.errors = vErrors;
    return errors === 0;
  }

  const schema22 = {
    type: 'object',
    additionalProperties: false,
    minProperties: 1,
    properties: {
      max_duration: { $ref: '#/definitions/duration' },
      not_before: { type: 'string', pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$' },
      finish_by: { type: 'string', pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$' },
      days: {
        type: 'array',
        minItems: 1,
        uniqueItems: true,
        items: { enum: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] },
      },
      time_zone: { type: 'string', format: 'time-zone' },
      carry_over: { type: 'boolean' },
      at_end: { enum: ['drain', 'cancel'] },
    },
  };
  const formats8 = formats['time-zone'];
  const pattern3 = new RegExp('^([01][0-9]|2[0-3]):[0-5][0-9]$', 'u');
  const func0 = require('ajv/dist/runtime/equal').default;

  function validate19(
    data,
    { instancePath = '', parentData, parentDataProperty, rootData = data } = {},
  ) {
    let vErrors = null;
    let errors = 0;
    if (data && typeof data == 'object' && !Array.isArray(data)) {
      if (Object.keys(data).length < 1) {
        const err0 = {
          instancePath,
          schemaPath: '#/minProperties',
          keyword: 'minProperties',
          params: { limit: 1 },
          message: 'must NOT have fewer than 1 properties',
          schema: 1,
          parentSchema: schema22,
          data,
        };
        if (vErrors === null) {
          vErrors = [err0];
        } else {
          vErrors.push(err0);
        }
        errors++;
      }
      for (const key0 in data) {
        if (!(
          key0 === 'max_duration' ||
          key0 === 'not_before' ||
          key0 === 'finish_by' ||
          key0 === 'days' ||
          key0 === 'time_zone' ||
          key0 === 'carry_over' ||
          key0 === 'at_end'
        )) {
          const err1 = {
            instancePath,
            schemaPath: '#/additionalProperties',
            keyword: 'additionalProperties',
            params: { additionalProperty: key0 },
            message: 'must NOT have additional properties',
            schema: false,
            parentSchema: schema22,
            data,
          };
          if (vErrors === null) {
            vErrors = [err1];
          } else {
            vErrors.push(err1);
          }
          errors++;
        }
      }
      if (data.max_duration !== undefined) {
        let data0 = data.max_duration;
        if (typeof data0 === 'string') {
          if (!formats0(data0)) {
            const err2 = {
              instancePath: instancePath + '/max_duration',
              schemaPath: '#/definitions/duration/format',
              keyword: 'format',
              params: { format: 'duration' },
              message: 'must match format "' + 'duration' + '"',
              schema: 'duration',
              parentSchema: schema16,
              data: data0,
            };
            if (vErrors === null) {
              vErrors = [err2];
            } else {
              vErrors.push(err2);
            }
            errors++;
          }
        } else {
          const err3 = {
            instancePath: instancePath + '/max_duration',
            schemaPath: '#/definitions/duration/type',
            keyword: 'type',
            params: { type: 'string' },
            message: 'must be string',
            schema: schema16.type,
            parentSchema: schema16,
            data: data0,
          };
          if (vErrors === null) {
            vErrors = [err3];
          } else {
            vErrors.push(err3);
          }
          errors++;
        }
      }
      if (data.not_before !== undefined) {
        let data1 = data.not_before;
        if (typeof data1 === 'string') {
          if (!pattern3.test(data1)) {
            const err4 = {
              instancePath: instancePath + '/not_before',
              schemaPath: '#/properties/not_before/pattern',
              keyword: 'pattern',
              params: { pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$' },
              message: 'must match pattern "' + '^([01][0-9]|2[0-3]):[0-5][0-9]$' + '"',
              schema: '^([01][0-9]|2[0-3]):[0-5][0-9]$',
              parentSchema: schema22.properties.not_before,
              data: data1,
            };
            if (vErrors === null) {
              vErrors = [err4];
            } else {
              vErrors.push(err4);
            }
            errors++;
          }
        } else {
          const err5 = {
            instancePath: instancePath + '/not_before',
            schemaPath: '#/properties/not_before/type',
            keyword: 'type',
            params: { type: 'string' },
            message: 'must be string',
            schema: schema22.properties.not_before.type,
            parentSchema: schema22.properties.not_before,
            data: data1,
          };
          if (vErrors === null) {
            vErrors = [err5];
          } else {
            vErrors.push(err5);
          }
          errors++;
        }
      }
      if (data.finish_by !== undefined) {
        let data2 = data.finish_by;
        if (typeof data2 === 'string') {
          if (!pattern3.test(data2)) {
            const err6 = {
              instancePath: instancePath + '/finish_by',
              schemaPath: '#/properties/finish_by/pattern',
              keyword: 'pattern',
              params: { pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$' },
              message: 'must match pattern "' + '^([01][0-9]|2[0-3]):[0-5][0-9]$' + '"',
              schema: '^([01][0-9]|2[0-3]):[0-5][0-9]$',
              parentSchema: schema22.properties.finish_by,
              data: data2,
            };
            if (vErrors === null) {
              vErrors = [err6];
            } else {
              vErrors.push(err6);
            }
            errors++;
          }
        } else {
          const err7 = {
            instancePath: instancePath + '/finish_by',
            schemaPath: '#/properties/finish_by/type',
            keyword: 'type',
            params: { type: 'string' },
            message: 'must be string',
            schema: schema22.properties.finish_by.type,
            parentSchema: schema22.properties.finish_by,
            data: data2,
          };
          if (vErrors === null) {
            vErrors = [err7];
          } else {
            vErrors.push(err7);
          }
          errors++;
        }
      }
      if (data.days !== undefined) {
        let data3 = data.days;
        if (Array.isArray(data3)) {
          if (data3.length < 1) {
            const err8 = {
              instancePath: instancePath + '/days',
              schemaPath: '#/properties/days/minItems',
              keyword: 'minItems',
              params: { limit: 1 },
              message: 'must NOT have fewer than 1 items',
              schema: 1,
              parentSchema: schema22.properties.days,
              data: data3,
            };
            if (vErrors === null) {
              vErrors = [err8];
            } else {
              vErrors.push(err8);
            }
            errors++;
          }
          const len0 = data3.length;
          for (let i0 = 0; i0 < len0; i0++) {
            let data4 = data3[i0];
            if (!(
              data4 === 'mon' ||
              data4 === 'tue' ||
              data4 === 'wed' ||
              data4 === 'thu' ||
              data4 === 'fri' ||
              data4 === 'sat' ||
              data4 === 'sun'
            )) {
              const err9 = {
                instancePath: instancePath + '/days/' + i0,
                schemaPath: '#/properties/days/items/enum',
                keyword: 'enum',
                params: { allowedValues: schema22.properties.days.items.enum },
                message: 'must be equal to one of the allowed values',
                schema: schema22.properties.days.items.enum,
                parentSchema: schema22.properties.days.items,
                data: data4,
              };
              if (vErrors === null) {
                vErrors = [err9];
              } else {
                vErrors.push(err9);
              }
              errors++;
            }
          }
          let i1 = data3.length;
          let j0;
          if (i1 > 1) {
            outer0: for (; i1--;) {
              for (j0 = i1; j0--;) {
                if (func0(data3[i1], data3[j0])) {
                  const err10 = {
                    instancePath: instancePath + '/days',
                    schemaPath: '#/properties/days/uniqueItems',
                    keyword: 'uniqueItems',
                    params: { i: i1, j: j0 },
                    message:
                      'must NOT have duplicate items (items ## ' +
                      j0 +
                      ' and ' +
                      i1 +
                      ' are identical)',
                    schema: true,
                    parentSchema: schema22.properties.days,
                    data: data3,
                  };
                  if (vErrors === null) {
                    vErrors = [err10];
                  } else {
                    vErrors.push(err10);
                  }
                  errors++;
                  break outer0;
                }
              }
            }
          }
        } else {
          const err11 = {
            instancePath: instancePath + '/days',
            schemaPath: '#/properties/days/type',
            keyword: 'type',
            params: { type: 'array' },
            message: 'must be array',
            schema: schema22.properties.days.type,
            parentSchema: schema22.properties.days,
            data: data3,
          };
          if (vErrors === null) {
            vErrors = [err11];
          } else {
            vErrors.push(err11);
          }
          errors++;
        }
      }
      if (data.time_zone !== undefined) {
        let data5 = data.time_zone;
        if (typeof data5 === 'string') {
          if (!formats8(data5)) {
            const err12 = {
              instancePath: instancePath + '/time_zone',
              schemaPath: '#/properties/time_zone/format',
              keyword: 'format',
              params: { format: 'time-zone' },
              message: 'must match format "' + 'time-zone' + '"',
              schema: 'time-zone',
              parentSchema: schema22.properties.time_zone,
              data: data5,
            };
            if (vErrors === null) {
              vErrors = [err12];
            } else {
              vErrors.push(err12);
            }
            errors++;
          }
        } else {
          const err13 = {
            instancePath: instancePath + '/time_zone',
            schemaPath: '#/properties/time_zone/type',
            keyword: 'type',
            params: { type: 'string' },
            message: 'must be string',
            schema: schema22.properties.time_zone.type,
            parentSchema: schema22.properties.time_zone,
            data: data5,
          };
          if (vErrors === null) {
            vErrors = [err13];
          } else {
            vErrors.push(err13);
          }
          errors++;
        }
      }
      if (data.carry_over !== undefined) {
        let data6 = data.carry_over;
        if (typeof data6 !== 'boolean') {
          const err14 = {
            instancePath: instancePath + '/carry_over',
            schemaPath: '#/properties/carry_over/type',
            keyword: 'type',
            params: { type: 'boolean' },
            message: 'must be boolean',
            schema: schema22.properties.carry_over.type,
            parentSchema: schema22.properties.carry_over,
            data: data6,
          };
          if (vErrors === null) {
            vErrors = [err14];
          } else {
            vErrors.push(err14);
          }
          errors++;
        }
      }
      if (data.at_end !== undefined) {
        let data7 = data.at_end;
        if (!(data7 === 'drain' || data7 === 'cancel')) {
          const err15 = {
            instancePath: instancePath + '/at_end',
            schemaPath: '#/properties/at_end/enum',
            keyword: 'enum',
            params: { allowedValues: schema22.properties.at_end.enum },
            message: 'must be equal to one of the allowed values',
            schema: schema22.properties.at_end.enum,
            parentSchema: schema22.properties.at_end,
            data: data7,
          };
          if (vErrors === null) {
            vErrors = [err15];
          } else {
            vErrors.push(err15);
          }
          errors++;
        }
      }
    } else {
      const err16 = {
        instancePath,
        schemaPath: '#/type',
        keyword: 'type',
        params: { type: 'object' },
        message: 'must be object',
        schema: schema22.type,
        parentSchema: schema22,
        data,
      };
      if (vErrors === null) {
        vErrors = [err16];
      } else {
        vErrors.push(err16);
      }
      errors++;
    }
    validate19.errors = vErrors;
    return errors === 0;
  }

  const schema25 = {
    type: 'object',
    additionalProperties: false,
    properties: {
      timeout: { $ref: '#/definitions/duration' },
      lock_timeout: { $ref: '#/definitions/duration' },
      old_transactions_timeout: { $ref: '#/definitions/duration' },
      on_failure: { $ref: '#/definitions/on_failure' },
      policy: { $ref: '#/definitions/policy' },
      retry: { $ref: '#/definitions/retry' },
      settings: { $ref: '#/definitions/settings' },
    },
  };
  const schema29 = { enum: ['stop', 'continue'] };
  const schema30 = { enum: ['wait', 'detach'] };
  const schema31 = {
    type: 'object',
    additionalProperties: false,
    required: ['attempts'],
    properties: {
      attempts: { type: 'integer', minimum: 2, maximum: 20 },
      delay: { $ref: '#/definitions/duration' },
      max_delay: { $ref: '#/definitions/duration' },
      on: {
        type: 'array',
        minItems: 1,
        uniqueItems: true,
        items: { type: 'string', format: 'sqlstate-condition' },
      },
    },
  };
  const formats22 = formats['sqlstate-condition'];

  function validate22(
    data,
    { instancePath = '', parentData, parentDataProperty, rootData = data } = {},
  ) {
    let vErrors = null;
    let errors = 0;
    if (data && typeof data == 'object' && !Array.isArray(data)) {
      if (data.attempts === undefined) {
        const err0 = {
          instancePath,
          schemaPath: '#/required',
          keyword: 'required',
          params: { missingProperty: 'attempts' },
          message: "must have required property '" + 'attempts' + "'",
          schema: schema31.required,
          parentSchema: schema31,
          data,
        };
        if (vErrors === null) {
          vErrors = [err0];
        } else {
          vErrors.push(err0);
        }
        errors++;
      }
      for (const key0 in data) {
        if (!(key0 === 'attempts' || key0 === 'delay' || key0 === 'max_delay' || key0 === 'on')) {
          const err1 = {
            instancePath,
            schemaPath: '#/additionalProperties',
            keyword: 'additionalProperties',
            params: { additionalProperty: key0 },
            message: 'must NOT have additional properties',
            schema: false,
            parentSchema: schema31,
            data,
          };
          if (vErrors === null) {
            vErrors = [err1];
          } else {
            vErrors.push(err1);
          }
          errors++;
        }
      }
      if (data.attempts !== undefined) {
        let data0 = data.attempts;
        if (!(typeof data0 == 'number' && !(data0 % 1) && !isNaN(data0) && isFinite(data0))) {
          const err2 = {
            instancePath: instancePath + '/attempts',
            schemaPath: '#/properties/attempts/type',
            keyword: 'type',
            params: { type: 'integer' },
            message: 'must be integer',
            schema: schema31.properties.attempts.type,
            parentSchema: schema31.properties.attempts,
            data: data0,
          };
          if (vErrors === null) {
            vErrors = [err2];
          } else {
            vErrors.push(err2);
          }
          errors++;
        }
        if (typeof data0 == 'number' && isFinite(data0)) {
          if (data0 > 20 || isNaN(data0)) {
            const err3 = {
              instancePath: instancePath + '/attempts',
              schemaPath: '#/properties/attempts/maximum',
              keyword: 'maximum',
              params: { comparison: '<=', limit: 20 },
              message: 'must be <= 20',
              schema: 20,
              parentSchema: schema31.properties.attempts,
              data: data0,
            };
            if (vErrors === null) {
              vErrors = [err3];
            } else {
              vErrors.push(err3);
            }
            errors++;
          }
          if (data0 < 2 || isNaN(data0)) {
            const err4 = {
              instancePath: instancePath + '/attempts',
              schemaPath: '#/properties/attempts/minimum',
              keyword: 'minimum',
              params: { comparison: '>=', limit: 2 },
              message: 'must be >= 2',
              schema: 2,
              parentSchema: schema31.properties.attempts,
              data: data0,
            };
            if (vErrors === null) {
              vErrors = [err4];
            } else {
              vErrors.push(err4);
            }
            errors++;
          }
        }
      }
      if (data.delay !== undefined) {
        let data1 = data.delay;
        if (typeof data1 === 'string') {
          if (!formats0(data1)) {
            const err5 = {
              instancePath: instancePath + '/delay',
              schemaPath: '#/definitions/duration/format',
              keyword: 'format',
              params: { format: 'duration' },
              message: 'must match format "' + 'duration' + '"',
              schema: 'duration',
              parentSchema: schema16,
              data: data1,
            };
            if (vErrors === null) {
              vErrors = [err5];
            } else {
              vErrors.push(err5);
            }
            errors++;
          }
        } else {
          const err6 = {
            instancePath: instancePath + '/delay',
            schemaPath: '#/definitions/duration/type',
            keyword: 'type',
            params: { type: 'string' },
            message: 'must be string',
            schema: schema16.type,
            parentSchema: schema16,
            data: data1,
          };
          if (vErrors === null) {
            vErrors = [err6];
          } else {
            vErrors.push(err6);
          }
          errors++;
        }
      }
      if (data.max_delay !== undefined) {
        let data2 = data.max_delay;
        if (typeof data2 === 'string') {
          if (!formats0(data2)) {
            const err7 = {
              instancePath: instancePath + '/max_delay',
              schemaPath: '#/definitions/duration/format',
              keyword: 'format',
              params: { format: 'duration' },
              message: 'must match format "' + 'duration' + '"',
              schema: 'duration',
              parentSchema: schema16,
              data: data2,
            };
            if (vErrors === null) {
              vErrors = [err7];
            } else {
              vErrors.push(err7);
            }
            errors++;
          }
        } else {
          const err8 = {
            instancePath: instancePath + '/max_delay',
            schemaPath: '#/definitions/duration/type',
            keyword: 'type',
            params: { type: 'string' },
            message: 'must be string',
            schema: schema16.type,
            parentSchema: schema16,
            data: data2,
          };
          if (vErrors === null) {
            vErrors = [err8];
          } else {
            vErrors.push(err8);
          }
          errors++;
        }
      }
      if (data.on !== undefined) {
        let data3 = data.on;
        if (Array.isArray(data3)) {
          if (data3.length < 1) {
            const err9 = {
              instancePath: instancePath + '/on',
              schemaPath: '#/properties/on/minItems',
              keyword: 'minItems',
              params: { limit: 1 },
              message: 'must NOT have fewer than 1 items',
              schema: 1,
              parentSchema: schema31.properties.on,
              data: data3,
            };
            if (vErrors === null) {
              vErrors = [err9];
            } else {
              vErrors.push(err9);
            }
            errors++;
          }
          const len0 = data3.length;
          for (let i0 = 0; i0 < len0; i0++) {
            let data4 = data3[i0];
            if (typeof data4 === 'string') {
              if (!formats22(data4)) {
                const err10 = {
                  instancePath: instancePath + '/on/' + i0,
                  schemaPath: '#/properties/on/items/format',
                  keyword: 'format',
                  params: { format: 'sqlstate-condition' },
                  message: 'must match format "' + 'sqlstate-condition' + '"',
                  schema: 'sqlstate-condition',
                  parentSchema: schema31.properties.on.items,
                  data: data4,
                };
                if (vErrors === null) {
                  vErrors = [err10];
                } else {
                  vErrors.push(err10);
                }
                errors++;
              }
            } else {
              const err11 = {
                instancePath: instancePath + '/on/' + i0,
                schemaPath: '#/properties/on/items/type',
                keyword: 'type',
                params: { type: 'string' },
                message: 'must be string',
                schema: schema31.properties.on.items.type,
                parentSchema: schema31.properties.on.items,
                data: data4,
              };
              if (vErrors === null) {
                vErrors = [err11];
              } else {
                vErrors.push(err11);
              }
              errors++;
            }
          }
          let i1 = data3.length;
          let j0;
          if (i1 > 1) {
            const indices0 = {};
            for (; i1--;) {
              let item0 = data3[i1];
              if (typeof item0 !== 'string') {
                continue;
              }
              if (typeof indices0[item0] == 'number') {
                j0 = indices0[item0];
                const err12 = {
                  instancePath: instancePath + '/on',
                  schemaPath: '#/properties/on/uniqueItems',
                  keyword: 'uniqueItems',
                  params: { i: i1, j: j0 },
                  message:
                    'must NOT have duplicate items (items ## ' +
                    j0 +
                    ' and ' +
                    i1 +
                    ' are identical)',
                  schema: true,
                  parentSchema: schema31.properties.on,
                  data: data3,
                };
                if (vErrors === null) {
                  vErrors = [err12];
                } else {
                  vErrors.push(err12);
                }
                errors++;
                break;
              }
              indices0[item0] = i1;
            }
          }
        } else {
          const err13 = {
            instancePath: instancePath + '/on',
            schemaPath: '#/properties/on/type',
            keyword: 'type',
            params: { type: 'array' },
            message: 'must be array',
            schema: schema31.properties.on.type,
            parentSchema: schema31.properties.on,
            data: data3,
          };
          if (vErrors === null) {
            vErrors = [err13];
          } else {
            vErrors.push(err13);
          }
          errors++;
        }
      }
    } else {
      const err14 = {
        instancePath,
        schemaPath: '#/type',
        keyword: 'type',
        params: { type: 'object' },
        message: 'must be object',
        schema: schema31.type,
        parentSchema: schema31,
        data,
      };
      if (vErrors === null) {
        vErrors = [err14];
      } else {
        vErrors.push(err14);
      }
      errors++;
    }
    validate22.errors = vErrors;
    return errors === 0;
  }

  const schema34 = {
    type: 'object',
    propertyNames: { pattern: '^[A-Za-z_][A-Za-z0-9_]*(\\.[A-Za-z_][A-Za-z0-9_]*)?$' },
    additionalProperties: { $ref: '#/definitions/scalar' },
  };
  const pattern5 = new RegExp('^[A-Za-z_][A-Za-z0-9_]*(\\.[A-Za-z_][A-Za-z0-9_]*)?$', 'u');

  function validate24(
    data,
    { instancePath = '', parentData, parentDataProperty, rootData = data } = {},
  ) {
    let vErrors = null;
    let errors = 0;
    if (data && typeof data == 'object' && !Array.isArray(data)) {
      for (const key0 in data) {
        const _errs1 = errors;
        if (typeof key0 === 'string') {
          if (!pattern5.test(key0)) {
            const err0 = {
              instancePath,
              schemaPath: '#/propertyNames/pattern',
              keyword: 'pattern',
              params: { pattern: '^[A-Za-z_][A-Za-z0-9_]*(\\.[A-Za-z_][A-Za-z0-9_]*)?$' },
              message:
                'must match pattern "' +
                '^[A-Za-z_][A-Za-z0-9_]*(\\.[A-Za-z_][A-Za-z0-9_]*)?$' +
                '"',
              schema: '^[A-Za-z_][A-Za-z0-9_]*(\\.[A-Za-z_][A-Za-z0-9_]*)?$',
              parentSchema: schema34.propertyNames,
              data: key0,
              propertyName: key0,
            };
            if (vErrors === null) {
              vErrors = [err0];
            } else {
              vErrors.push(err0);
            }
            errors++;
          }
        }
        var valid0 = _errs1 === errors;
        if (!valid0) {
          const err1 = {
            instancePath,
            schemaPath: '#/propertyNames',
            keyword: 'propertyNames',
            params: { propertyName: key0 },
            message: 'property name must be valid',
            schema: schema34.propertyNames,
            parentSchema: schema34,
            data,
          };
          if (vErrors === null) {
            vErrors = [err1];
          } else {
            vErrors.push(err1);
          }
          errors++;
        }
      }
      for (const key1 in data) {
        let data0 = data[key1];
        if (
          typeof data0 !== 'string' &&
          !(typeof data0 == 'number' && isFinite(data0)) &&
          typeof data0 !== 'boolean'
        ) {
          const err2 = {
            instancePath: instancePath + '/' + key1.replace(/~/g, '~0').replace(/\//g, '~1'),
            schemaPath: '#/definitions/scalar/type',
            keyword: 'type',
            params: { type: schema13.type },
            message: 'must be string,integer,number,boolean',
            schema: schema13.type,
            parentSchema: schema13,
            data: data0,
          };
          if (vErrors === null) {
            vErrors = [err2];
          } else {
            vErrors.push(err2);
          }
          errors++;
        }
      }
    } else {
      const err3 = {
        instancePath,
        schemaPath: '#/type',
        keyword: 'type',
        params: { type: 'object' },
        message: 'must be object',
        schema: schema34.type,
        parentSchema: schema34,
        data,
      };
      if (vErrors === null) {
        vErrors = [err3];
      } else {
        vErrors.push(err3);
      }
      errors++;
    }
    validate24.errors = vErrors;
    return errors === 0;
  }

  function validate21(
    data,
    { instancePath = '', parentData, parentDataProperty, rootData = data } = {},
  ) {
    let vErrors = null;
    let errors = 0;
    if (data && typeof data == 'object' && !Array.isArray(data)) {
      for (const key0 in data) {
        if (!(
          key0 === 'timeout' ||
          key0 === 'lock_timeout' ||
          key0 === 'old_transactions_timeout' ||
          key0 === 'on_failure' ||
          key0 === 'policy' ||
          key0 === 'retry' ||
          key0 === 'settings'
        )) {
          const err0 = {
            instancePath,
            schemaPath: '#/additionalProperties',
            keyword: 'additionalProperties',
            params: { additionalProperty: key0 },
            message: 'must NOT have additional properties',
            schema: false,
            parentSchema: schema25,
            data,
          };
          if (vErrors === null) {
            vErrors = [err0];
          } else {
            vErrors.push(err0);
          }
          errors++;
        }
      }
      if (data.timeout !== undefined) {
        let data0 = data.timeout;
        if (typeof data0 === 'string') {
          if (!formats0(data0)) {
            const err1 = {
              instancePath: instancePath + '/timeout',
              schemaPath: '#/definitions/duration/format',
              keyword: 'format',
              params: { format: 'duration' },
              message: 'must match format "' + 'duration' + '"',
              schema: 'duration',
              parentSchema: schema16,
              data: data0,
            };
            if (vErrors === null) {
              vErrors = [err1];
            } else {
              vErrors.push(err1);
            }
            errors++;
          }
        } else {
          const err2 = {
            instancePath: instancePath + '/timeout',
            schemaPath: '#/definitions/duration/type',
            keyword: 'type',
            params: { type: 'string' },
            message: 'must be string',
            schema: schema16.type,
            parentSchema: schema16,
            data: data0,
          };
          if (vErrors === null) {
            vErrors = [err2];
          } else {
            vErrors.push(err2);
          }
          errors++;
        }
      }
      if (data.lock_timeout !== undefined) {
        let data1 = data.lock_timeout;
        if (typeof data1 === 'string') {
          if (!formats0(data1)) {
            const err3 = {
              instancePath: instancePath + '/lock_timeout',
              schemaPath: '#/definitions/duration/format',
              keyword: 'format',
              params: { format: 'duration' },
              message: 'must match format "' + 'duration' + '"',
              schema: 'duration',
              parentSchema: schema16,
              data: data1,
            };
            if (vErrors === null) {
              vErrors = [err3];
            } else {
              vErrors.push(err3);
            }
            errors++;
          }
        } else {
          const err4 = {
            instancePath: instancePath + '/lock_timeout',
            schemaPath: '#/definitions/duration/type',
            keyword: 'type',
            params: { type: 'string' },
            message: 'must be string',
            schema: schema16.type,
            parentSchema: schema16,
            data: data1,
          };
          if (vErrors === null) {
            vErrors = [err4];
          } else {
            vErrors.push(err4);
          }
          errors++;
        }
      }
      if (data.old_transactions_timeout !== undefined) {
        let data2 = data.old_transactions_timeout;
        if (typeof data2 === 'string') {
          if (!formats0(data2)) {
            const err5 = {
              instancePath: instancePath + '/old_transactions_timeout',
              schemaPath: '#/definitions/duration/format',
              keyword: 'format',
              params: { format: 'duration' },
              message: 'must match format "' + 'duration' + '"',
              schema: 'duration',
              parentSchema: schema16,
              data: data2,
            };
            if (vErrors === null) {
              vErrors = [err5];
            } else {
              vErrors.push(err5);
            }
            errors++;
          }
        } else {
          const err6 = {
            instancePath: instancePath + '/old_transactions_timeout',
            schemaPath: '#/definitions/duration/type',
            keyword: 'type',
            params: { type: 'string' },
            message: 'must be string',
            schema: schema16.type,
            parentSchema: schema16,
            data: data2,
          };
          if (vErrors === null) {
            vErrors = [err6];
          } else {
            vErrors.push(err6);
          }
          errors++;
        }
      }
      if (data.on_failure !== undefined) {
        let data3 = data.on_failure;
        if (!(data3 === 'stop' || data3 === 'continue')) {
          const err7 = {
            instancePath: instancePath + '/on_failure',
            schemaPath: '#/definitions/on_failure/enum',
            keyword: 'enum',
            params: { allowedValues: schema29.enum },
            message: 'must be equal to one of the allowed values',
            schema: schema29.enum,
            parentSchema: schema29,
            data: data3,
          };
          if (vErrors === null) {
            vErrors = [err7];
          } else {
            vErrors.push(err7);
          }
          errors++;
        }
      }
      if (data.policy !== undefined) {
        let data4 = data.policy;
        if (!(data4 === 'wait' || data4 === 'detach')) {
          const err8 = {
            instancePath: instancePath + '/policy',
            schemaPath: '#/definitions/policy/enum',
            keyword: 'enum',
            params: { allowedValues: schema30.enum },
            message: 'must be equal to one of the allowed values',
            schema: schema30.enum,
            parentSchema: schema30,
            data: data4,
          };
          if (vErrors === null) {
            vErrors = [err8];
          } else {
            vErrors.push(err8);
          }
          errors++;
        }
      }
      if (data.retry !== undefined) {
        if (
          !validate22(data.retry, {
            instancePath: instancePath + '/retry',
            parentData: data,
            parentDataProperty: 'retry',
            rootData,
          })
        ) {
          vErrors = vErrors === null ? validate22.errors : vErrors.concat(validate22.errors);
          errors = vErrors.length;
        }
      }
      if (data.settings !== undefined) {
        if (
          !validate24(data.settings, {
            instancePath: instancePath + '/settings',
            parentData: data,
            parentDataProperty: 'settings',
            rootData,
          })
        ) {
          vErrors = vErrors === null ? validate24.errors : vErrors.concat(validate24.errors);
          errors = vErrors.length;
        }
      }
    } else {
      const err9 = {
        instancePath,
        schemaPath: '#/type',
        keyword: 'type',
        params: { type: 'object' },
        message: 'must be object',
        schema: schema25.type,
        parentSchema: schema25,
        data,
      };
      if (vErrors === null) {
        vErrors = [err9];
      } else {
        vErrors.push(err9);
      }
      errors++;
    }
    validate21.errors = vErrors;
    return errors === 0;
  }

  const schema36 = {
    type: 'object',
    additionalProperties: false,
    required: ['name'],
    properties: {
      name: { type: 'string', minLength: 1 },
      replica_lag: {
        type: 'object',
        additionalProperties: false,
        required: ['max'],
        properties: { max: { $ref: '#/definitions/duration' } },
      },
      sql: { type: 'string', minLength: 1 },
      wal_rate: { $ref: '#/definitions/size' },
      active_sessions: {
        type: 'object',
        additionalProperties: false,
        required: ['max'],
        properties: { max: { type: 'integer', minimum: 0 } },
      },
      on_breach: { enum: ['pause', 'skip', 'stop'] },
      max_pause: { $ref: '#/definitions/duration' },
    },
    oneOf: [
      { required: ['replica_lag'] },
      { required: ['sql'] },
      { required: ['wal_rate'] },
      { required: ['active_sessions'] },
    ],
  };
  const schema38 = { type: 'string', format: 'byte-size' };
  const formats26 = formats['byte-size'];

  function validate27(
    data,
    { instancePath = '', parentData, parentDataProperty, rootData = data } = {},
  ) {
    let vErrors = null;
    let errors = 0;
    const _errs1 = errors;
    let valid0 = false;
    let passing0 = null;
    const _errs2 = errors;
    if (data && typeof data == 'object' && !Array.isArray(data)) {
      if (data.replica_lag === undefined) {
        const err0 = {
          instancePath,
          schemaPath: '#/oneOf/0/required',
          keyword: 'required',
          params: { missingProperty: 'replica_lag' },
          message: "must have required property '" + 'replica_lag' + "'",
          schema: schema36.oneOf[0].required,
          parentSchema: schema36.oneOf[0],
          data,
        };
        if (vErrors === null) {
          vErrors = [err0];
        } else {
          vErrors.push(err0);
        }
        errors++;
      }
    }
    var _valid0 = _errs2 === errors;
    if (_valid0) {
      valid0 = true;
      passing0 = 0;
    }
    const _errs3 = errors;
    if (data && typeof data == 'object' && !Array.isArray(data)) {
      if (data.sql === undefined) {
        const err1 = {
          instancePath,
          schemaPath: '#/oneOf/1/required',
          keyword: 'required',
          params: { missingProperty: 'sql' },
          message: "must have required property '" + 'sql' + "'",
          schema: schema36.oneOf[1].required,
          parentSchema: schema36.oneOf[1],
          data,
        };
        if (vErrors === null) {
          vErrors = [err1];
        } else {
          vErrors.push(err1);
        }
        errors++;
      }
    }
    var _valid0 = _errs3 === errors;
    if (_valid0 && valid0) {
      valid0 = false;
      passing0 = [passing0, 1];
    } else {
      if (_valid0) {
        valid0 = true;
        passing0 = 1;
      }
      const _errs4 = errors;
      if (data && typeof data == 'object' && !Array.isArray(data)) {
        if (data.wal_rate === undefined) {
          const err2 = {
            instancePath,
            schemaPath: '#/oneOf/2/required',
            keyword: 'required',
            params: { missingProperty: 'wal_rate' },
            message: "must have required property '" + 'wal_rate' + "'",
            schema: schema36.oneOf[2].required,
            parentSchema: schema36.oneOf[2],
            data,
          };
          if (vErrors === null) {
            vErrors = [err2];
          } else {
            vErrors.push(err2);
          }
          errors++;
        }
      }
      var _valid0 = _errs4 === errors;
      if (_valid0 && valid0) {
        valid0 = false;
        passing0 = [passing0, 2];
      } else {
        if (_valid0) {
          valid0 = true;
          passing0 = 2;
        }
        const _errs5 = errors;
        if (data && typeof data == 'object' && !Array.isArray(data)) {
          if (data.active_sessions === undefined) {
            const err3 = {
              instancePath,
              schemaPath: '#/oneOf/3/required',
              keyword: 'required',
              params: { missingProperty: 'active_sessions' },
              message: "must have required property '" + 'active_sessions' + "'",
              schema: schema36.oneOf[3].required,
              parentSchema: schema36.oneOf[3],
              data,
            };
            if (vErrors === null) {
              vErrors = [err3];
            } else {
              vErrors.push(err3);
            }
            errors++;
          }
        }
        var _valid0 = _errs5 === errors;
        if (_valid0 && valid0) {
          valid0 = false;
          passing0 = [passing0, 3];
        } else {
          if (_valid0) {
            valid0 = true;
            passing0 = 3;
          }
        }
      }
    }
    if (!valid0) {
      const err4 = {
        instancePath,
        schemaPath: '#/oneOf',
        keyword: 'oneOf',
        params: { passingSchemas: passing0 },
        message: 'must match exactly one schema in oneOf',
        schema: schema36.oneOf,
        parentSchema: schema36,
        data,
      };
      if (vErrors === null) {
        vErrors = [err4];
      } else {
        vErrors.push(err4);
      }
      errors++;
    } else {
      errors = _errs1;
      if (vErrors !== null) {
        if (_errs1) {
          vErrors.length = _errs1;
        } else {
          vErrors = null;
        }
      }
    }
    if (data && typeof data == 'object' && !Array.isArray(data)) {
      if (data.name === undefined) {
        const err5 = {
          instancePath,
          schemaPath: '#/required',
          keyword: 'required',
          params: { missingProperty: 'name' },
          message: "must have required property '" + 'name' + "'",
          schema: schema36.required,
          parentSchema: schema36,
          data,
        };
        if (vErrors === null) {
          vErrors = [err5];
        } else {
          vErrors.push(err5);
        }
        errors++;
      }
      for (const key0 in data) {
        if (!(
          key0 === 'name' ||
          key0 === 'replica_lag' ||
          key0 === 'sql' ||
          key0 === 'wal_rate' ||
          key0 === 'active_sessions' ||
          key0 === 'on_breach' ||
          key0 === 'max_pause'
        )) {
          const err6 = {
            instancePath,
            schemaPath: '#/additionalProperties',
            keyword: 'additionalProperties',
            params: { additionalProperty: key0 },
            message: 'must NOT have additional properties',
            schema: false,
            parentSchema: schema36,
            data,
          };
          if (vErrors === null) {
            vErrors = [err6];
          } else {
            vErrors.push(err6);
          }
          errors++;
        }
      }
      if (data.name !== undefined) {
        let data0 = data.name;
        if (typeof data0 === 'string') {
          if (func4(data0) < 1) {
            const err7 = {
              instancePath: instancePath + '/name',
              schemaPath: '#/properties/name/minLength',
              keyword: 'minLength',
              params: { limit: 1 },
              message: 'must NOT have fewer than 1 characters',
              schema: 1,
              parentSchema: schema36.properties.name,
              data: data0,
            };
            if (vErrors === null) {
              vErrors = [err7];
            } else {
              vErrors.push(err7);
            }
            errors++;
          }
        } else {
          const err8 = {
            instancePath: instancePath + '/name',
            schemaPath: '#/properties/name/type',
            keyword: 'type',
            params: { type: 'string' },
            message: 'must be string',
            schema: schema36.properties.name.type,
            parentSchema: schema36.properties.name,
            data: data0,
          };
          if (vErrors === null) {
            vErrors = [err8];
          } else {
            vErrors.push(err8);
          }
          errors++;
        }
      }
      if (data.replica_lag !== undefined) {
        let data1 = data.replica_lag;
        if (data1 && typeof data1 == 'object' && !Array.isArray(data1)) {
          if (data1.max === undefined) {
            const err9 = {
              instancePath: instancePath + '/replica_lag',
              schemaPath: '#/properties/replica_lag/required',
              keyword: 'required',
              params: { missingProperty: 'max' },
              message: "must have required property '" + 'max' + "'",
              schema: schema36.properties.replica_lag.required,
              parentSchema: schema36.properties.replica_lag,
              data: data1,
            };
            if (vErrors === null) {
              vErrors = [err9];
            } else {
              vErrors.push(err9);
            }
            errors++;
          }
          for (const key1 in data1) {
            if (!(key1 === 'max')) {
              const err10 = {
                instancePath: instancePath + '/replica_lag',
                schemaPath: '#/properties/replica_lag/additionalProperties',
                keyword: 'additionalProperties',
                params: { additionalProperty: key1 },
                message: 'must NOT have additional properties',
                schema: false,
                parentSchema: schema36.properties.replica_lag,
                data: data1,
              };
              if (vErrors === null) {
                vErrors = [err10];
              } else {
                vErrors.push(err10);
              }
              errors++;
            }
          }
          if (data1.max !== undefined) {
            let data2 = data1.max;
            if (typeof data2 === 'string') {
              if (!formats0(data2)) {
                const err11 = {
                  instancePath: instancePath + '/replica_lag/max',
                  schemaPath: '#/definitions/duration/format',
                  keyword: 'format',
                  params: { format: 'duration' },
                  message: 'must match format "' + 'duration' + '"',
                  schema: 'duration',
                  parentSchema: schema16,
                  data: data2,
                };
                if (vErrors === null) {
                  vErrors = [err11];
                } else {
                  vErrors.push(err11);
                }
                errors++;
              }
            } else {
              const err12 = {
                instancePath: instancePath + '/replica_lag/max',
                schemaPath: '#/definitions/duration/type',
                keyword: 'type',
                params: { type: 'string' },
                message: 'must be string',
                schema: schema16.type,
                parentSchema: schema16,
                data: data2,
              };
              if (vErrors === null) {
                vErrors = [err12];
              } else {
                vErrors.push(err12);
              }
              errors++;
            }
          }
        } else {
          const err13 = {
            instancePath: instancePath + '/replica_lag',
            schemaPath: '#/properties/replica_lag/type',
            keyword: 'type',
            params: { type: 'object' },
            message: 'must be object',
            schema: schema36.properties.replica_lag.type,
            parentSchema: schema36.properties.replica_lag,
            data: data1,
          };
          if (vErrors === null) {
            vErrors = [err13];
          } else {
            vErrors.push(err13);
          }
          errors++;
        }
      }
      if (data.sql !== undefined) {
        let data3 = data.sql;
        if (typeof data3 === 'string') {
          if (func4(data3) < 1) {
            const err14 = {
              instancePath: instancePath + '/sql',
              schemaPath: '#/properties/sql/minLength',
              keyword: 'minLength',
              params: { limit: 1 },
              message: 'must NOT have fewer than 1 characters',
              schema: 1,
              parentSchema: schema36.properties.sql,
              data: data3,
            };
            if (vErrors === null) {
              vErrors = [err14];
            } else {
              vErrors.push(err14);
            }
            errors++;
          }
        } else {
          const err15 = {
            instancePath: instancePath + '/sql',
            schemaPath: '#/properties/sql/type',
            keyword: 'type',
            params: { type: 'string' },
            message: 'must be string',
            schema: schema36.properties.sql.type,
            parentSchema: schema36.properties.sql,
            data: data3,
          };
          if (vErrors === null) {
            vErrors = [err15];
          } else {
            vErrors.push(err15);
          }
          errors++;
        }
      }
      if (data.wal_rate !== undefined) {
        let data4 = data.wal_rate;
        if (typeof data4 === 'string') {
          if (!formats26(data4)) {
            const err16 = {
              instancePath: instancePath + '/wal_rate',
              schemaPath: '#/definitions/size/format',
              keyword: 'format',
              params: { format: 'byte-size' },
              message: 'must match format "' + 'byte-size' + '"',
              schema: 'byte-size',
              parentSchema: schema38,
              data: data4,
            };
            if (vErrors === null) {
              vErrors = [err16];
            } else {
              vErrors.push(err16);
            }
            errors++;
          }
        } else {
          const err17 = {
            instancePath: instancePath + '/wal_rate',
            schemaPath: '#/definitions/size/type',
            keyword: 'type',
            params: { type: 'string' },
            message: 'must be string',
            schema: schema38.type,
            parentSchema: schema38,
            data: data4,
          };
          if (vErrors === null) {
            vErrors = [err17];
          } else {
            vErrors.push(err17);
          }
          errors++;
        }
      }
      if (data.active_sessions !== undefined) {
        let data5 = data.active_sessions;
        if (data5 && typeof data5 == 'object' && !Array.isArray(data5)) {
          if (data5.max === undefined) {
            const err18 = {
              instancePath: instancePath + '/active_sessions',
              schemaPath: '#/properties/active_sessions/required',
              keyword: 'required',
              params: { missingProperty: 'max' },
              message: "must have required property '" + 'max' + "'",
              schema: schema36.properties.active_sessions.required,
              parentSchema: schema36.properties.active_sessions,
              data: data5,
            };
            if (vErrors === null) {
              vErrors = [err18];
            } else {
              vErrors.push(err18);
            }
            errors++;
          }
          for (const key2 in data5) {
            if (!(key2 === 'max')) {
              const err19 = {
                instancePath: instancePath + '/active_sessions',
                schemaPath: '#/properties/active_sessions/additionalProperties',
                keyword: 'additionalProperties',
                params: { additionalProperty: key2 },
                message: 'must NOT have additional properties',
                schema: false,
                parentSchema: schema36.properties.active_sessions,
                data: data5,
              };
              if (vErrors === null) {
                vErrors = [err19];
              } else {
                vErrors.push(err19);
              }
              errors++;
            }
          }
          if (data5.max !== undefined) {
            let data6 = data5.max;
            if (!(typeof data6 == 'number' && !(data6 % 1) && !isNaN(data6) && isFinite(data6))) {
              const err20 = {
                instancePath: instancePath + '/active_sessions/max',
                schemaPath: '#/properties/active_sessions/properties/max/type',
                keyword: 'type',
                params: { type: 'integer' },
                message: 'must be integer',
                schema: schema36.properties.active_sessions.properties.max.type,
                parentSchema: schema36.properties.active_sessions.properties.max,
                data: data6,
              };
              if (vErrors === null) {
                vErrors = [err20];
              } else {
                vErrors.push(err20);
              }
              errors++;
            }
            if (typeof data6 == 'number' && isFinite(data6)) {
              if (data6 < 0 || isNaN(data6)) {
                const err21 = {
                  instancePath: instancePath + '/active_sessions/max',
                  schemaPath: '#/properties/active_sessions/properties/max/minimum',
                  keyword: 'minimum',
                  params: { comparison: '>=', limit: 0 },
                  message: 'must be >= 0',
                  schema: 0,
                  parentSchema: schema36.properties.active_sessions.properties.max,
                  data: data6,
                };
                if (vErrors === null) {
                  vErrors = [err21];
                } else {
                  vErrors.push(err21);
                }
                errors++;
              }
            }
          }
        } else {
          const err22 = {
            instancePath: instancePath + '/active_sessions',
            schemaPath: '#/properties/active_sessions/type',
            keyword: 'type',
            params: { type: 'object' },
            message: 'must be object',
            schema: schema36.properties.active_sessions.type,
            parentSchema: schema36.properties.active_sessions,
            data: data5,
          };
          if (vErrors === null) {
            vErrors = [err22];
          } else {
            vErrors.push(err22);
          }
          errors++;
        }
      }
      if (data.on_breach !== undefined) {
        let data7 = data.on_breach;
        if (!(data7 === 'pause' || data7 === 'skip' || data7 === 'stop')) {
          const err23 = {
            instancePath: instancePath + '/on_breach',
            schemaPath: '#/properties/on_breach/enum',
            keyword: 'enum',
            params: { allowedValues: schema36.properties.on_breach.enum },
            message: 'must be equal to one of the allowed values',
            schema: schema36.properties.on_breach.enum,
            parentSchema: schema36.properties.on_breach,
            data: data7,
          };
          if (vErrors === null) {
            vErrors = [err23];
          } else {
            vErrors.push(err23);
          }
          errors++;
        }
      }
      if (data.max_pause !== undefined) {
        let data8 = data.max_pause;
        if (typeof data8 === 'string') {
          if (!formats0(data8)) {
            const err24 = {
              instancePath: instancePath + '/max_pause',
              schemaPath: '#/definitions/duration/format',
              keyword: 'format',
              params: { format: 'duration' },
              message: 'must match format "' + 'duration' + '"',
              schema: 'duration',
              parentSchema: schema16,
              data: data8,
            };
            if (vErrors === null) {
              vErrors = [err24];
            } else {
              vErrors.push(err24);
            }
            errors++;
          }
        } else {
          const err25 = {
            instancePath: instancePath + '/max_pause',
            schemaPath: '#/definitions/duration/type',
            keyword: 'type',
            params: { type: 'string' },
            message: 'must be string',
            schema: schema16.type,
            parentSchema: schema16,
            data: data8,
          };
          if (vErrors === null) {
            vErrors = [err25];
          } else {
            vErrors.push(err25);
          }
          errors++;
        }
      }
    } else {
      const err26 = {
        instancePath,
        schemaPath: '#/type',
        keyword: 'type',
        params: { type: 'object' },
        message: 'must be object',
        schema: schema36.type,
        parentSchema: schema36,
        data,
      };
      if (vErrors === null) {
        vErrors = [err26];
      } else {
        vErrors.push(err26);
      }
      errors++;
    }
    validate27.errors = vErrors;
    return errors === 0;
  }

  const schema41 = {
    type: 'object',
    additionalProperties: false,
    required: ['id'],
    oneOf: [
      { required: ['vacuum'] },
      { required: ['analyze'] },
      { required: ['reindex'] },
      { required: ['refresh'] },
      { required: ['backfill'] },
      { required: ['purge'] },
      { required: ['sql'] },
    ],
    dependencies: { idempotent: ['sql'], transaction: ['sql'], expect: ['sql'] },
    properties: {
      id: { type: 'string', pattern: '^[a-z][a-z0-9-]{0,62}$' },
      description: { type: 'string' },
      needs: { type: 'array', uniqueItems: true, items: { type: 'string' } },
      after: { enum: ['ended', 'started'] },
      budgets: {
        type: 'object',
        minProperties: 1,
        maxProperties: 2,
        propertyNames: { pattern: '^[a-z][a-z0-9-]{0,62}$' },
        additionalProperties: { type: 'integer', minimum: 1, maximum: 1000 },
      },
      concurrency: { type: 'integer', minimum: 1, maximum: 1000 },
      timeout: { $ref: '#/definitions/duration' },
      lock_timeout: { $ref: '#/definitions/duration' },
      old_transactions_timeout: { $ref: '#/definitions/duration' },
      policy: { $ref: '#/definitions/policy' },
      on_failure: { $ref: '#/definitions/on_failure' },
      retry: { $ref: '#/definitions/retry' },
      settings: { $ref: '#/definitions/settings' },
      allow: { $ref: '#/definitions/allow' },
      vacuum: { $ref: '#/definitions/vacuum' },
      analyze: { $ref: '#/definitions/analyze' },
      reindex: { $ref: '#/definitions/reindex' },
      refresh: { $ref: '#/definitions/refresh' },
      backfill: { $ref: '#/definitions/backfill' },
      purge: { $ref: '#/definitions/purge' },
      sql: { type: 'string', minLength: 1 },
      idempotent: { type: 'boolean' },
      expect: { $ref: '#/definitions/expect' },
      transaction: { type: 'boolean' },
    },
  };
  const schema92 = {
    type: 'object',
    additionalProperties: false,
    minProperties: 1,
    properties: {
      rows: { type: 'integer', minimum: 0 },
      min_rows: { type: 'integer', minimum: 0 },
      max_rows: { type: 'integer', minimum: 0 },
      statements: {
        type: 'array',
        minItems: 1,
        items: {
          type: ['object', 'null'],
          additionalProperties: false,
          minProperties: 1,
          properties: {
            rows: { type: 'integer', minimum: 0 },
            min_rows: { type: 'integer', minimum: 0 },
            max_rows: { type: 'integer', minimum: 0 },
          },
        },
      },
    },
  };
  const schema48 = {
    type: 'object',
    additionalProperties: false,
    required: ['tables'],
    properties: {
      tables: { $ref: '#/definitions/vacuum_tables' },
      options: { $ref: '#/definitions/vacuum_options' },
    },
  };
  const schema55 = {
    type: 'object',
    additionalProperties: false,
    properties: {
      analyze: { type: 'boolean' },
      full: { type: 'boolean' },
      freeze: { type: 'boolean' },
      verbose: { type: 'boolean' },
      disable_page_skipping: { type: 'boolean' },
      skip_locked: { type: 'boolean' },
      index_cleanup: { enum: ['auto', 'on', 'off'] },
      truncate: { type: 'boolean' },
      process_main: { type: 'boolean' },
      process_toast: { type: 'boolean' },
      parallel: { type: 'integer', minimum: 0, maximum: 1024 },
      skip_database_stats: { type: 'boolean' },
      buffer_usage_limit: { type: 'string', pattern: '^(0|[0-9]+ ?(kB|MB|GB))$' },
    },
  };
  const schema49 = {
    type: 'object',
    additionalProperties: false,
    required: ['include'],
    properties: {
      include: { $ref: '#/definitions/globs' },
      exclude: { $ref: '#/definitions/optional_globs' },
      min_dead_rows: { type: 'integer', minimum: 0 },
      min_dead_ratio: { type: 'number', minimum: 0, maximum: 1 },
      min_size: { $ref: '#/definitions/size' },
      max_size: { $ref: '#/definitions/size' },
      min_xid_age: { type: 'integer', minimum: 0 },
      min_mxid_age: { type: 'integer', minimum: 0 },
      not_vacuumed_for: { $ref: '#/definitions/age' },
      order_by: { enum: ['dead_rows', 'size', 'xid_age', 'mxid_age', 'name'] },
      limit: { type: 'integer', minimum: 1 },
    },
  };
  const schema50 = {
    type: 'array',
    minItems: 1,
    items: { type: 'string', format: 'relation-glob' },
  };
  const schema51 = { type: 'array', items: { type: 'string', format: 'relation-glob' } };
  const formats36 = formats['relation-glob'];

  function validate33(
    data,
    { instancePath = '', parentData, parentDataProperty, rootData = data } = {},
  ) {
    let vErrors = null;
    let errors = 0;
    if (data && typeof data == 'object' && !Array.isArray(data)) {
      if (data.include === undefined) {
        const err0 = {
          instancePath,
          schemaPath: '#/required',
          keyword: 'required',
          params: { missingProperty: 'include' },
          message: "must have required property '" + 'include' + "'",
          schema: schema49.required,
          parentSchema: schema49,
          data,
        };
        if (vErrors === null) {
          vErrors = [err0];
        } else {
          vErrors.push(err0);
        }
        errors++;
      }
      for (const key0 in data) {
        if (!func2.call(schema49.properties, key0)) {
          const err1 = {
            instancePath,
            schemaPath: '#/additionalProperties',
            keyword: 'additionalProperties',
            params: { additionalProperty: key0 },
            message: 'must NOT have additional properties',
            schema: false,
            parentSchema: schema49,
            data,
          };
          if (vErrors === null) {
            vErrors = [err1];
          } else {
            vErrors.push(err1);
          }
          errors++;
        }
      }
      if (data.include !== undefined) {
        let data0 = data.include;
        if (Array.isArray(data0)) {
          if (data0.length < 1) {
            const err2 = {
              instancePath: instancePath + '/include',
              schemaPath: '#/definitions/globs/minItems',
              keyword: 'minItems',
              params: { limit: 1 },
              message: 'must NOT have fewer than 1 items',
              schema: 1,
              parentSchema: schema50,
              data: data0,
            };
            if (vErrors === null) {
              vErrors = [err2];
            } else {
              vErrors.push(err2);
            }
            errors++;
          }
          const len0 = data0.length;
          for (let i0 = 0; i0 < len0; i0++) {
            let data1 = data0[i0];
            if (typeof data1 === 'string') {
              if (!formats36(data1)) {
                const err3 = {
                  instancePath: instancePath + '/include/' + i0,
                  schemaPath: '#/definitions/globs/items/format',
                  keyword: 'format',
                  params: { format: 'relation-glob' },
                  message: 'must match format "' + 'relation-glob' + '"',
                  schema: 'relation-glob',
                  parentSchema: schema50.items,
                  data: data1,
                };
                if (vErrors === null) {
                  vErrors = [err3];
                } else {
                  vErrors.push(err3);
                }
                errors++;
              }
            } else {
              const err4 = {
                instancePath: instancePath + '/include/' + i0,
                schemaPath: '#/definitions/globs/items/type',
                keyword: 'type',
                params: { type: 'string' },
                message: 'must be string',
                schema: schema50.items.type,
                parentSchema: schema50.items,
                data: data1,
              };
              if (vErrors === null) {
                vErrors = [err4];
              } else {
                vErrors.push(err4);
              }
              errors++;
            }
          }
        } else {
          const err5 = {
            instancePath: instancePath + '/include',
            schemaPath: '#/definitions/globs/type',
            keyword: 'type',
            params: { type: 'array' },
            message: 'must be array',
            schema: schema50.type,
            parentSchema: schema50,
            data: data0,
          };
          if (vErrors === null) {
            vErrors = [err5];
          } else {
            vErrors.push(err5);
          }
          errors++;
        }
      }
      if (data.exclude !== undefined) {
        let data2 = data.exclude;
        if (Array.isArray(data2)) {
          const len1 = data2.length;
          for (let i1 = 0; i1 < len1; i1++) {
            let data3 = data2[i1];
            if (typeof data3 === 'string') {
              if (!formats36(data3)) {
                const err6 = {
                  instancePath: instancePath + '/exclude/' + i1,
                  schemaPath: '#/definitions/optional_globs/items/format',
                  keyword: 'format',
                  params: { format: 'relation-glob' },
                  message: 'must match format "' + 'relation-glob' + '"',
                  schema: 'relation-glob',
                  parentSchema: schema51.items,
                  data: data3,
                };
                if (vErrors === null) {
                  vErrors = [err6];
                } else {
                  vErrors.push(err6);
                }
                errors++;
              }
            } else {
              const err7 = {
                instancePath: instancePath + '/exclude/' + i1,
                schemaPath: '#/definitions/optional_globs/items/type',
                keyword: 'type',
                params: { type: 'string' },
                message: 'must be string',
                schema: schema51.items.type,
                parentSchema: schema51.items,
                data: data3,
              };
              if (vErrors === null) {
                vErrors = [err7];
              } else {
                vErrors.push(err7);
              }
              errors++;
            }
          }
        } else {
          const err8 = {
            instancePath: instancePath + '/exclude',
            schemaPath: '#/definitions/optional_globs/type',
            keyword: 'type',
            params: { type: 'array' },
            message: 'must be array',
            schema: schema51.type,
            parentSchema: schema51,
            data: data2,
          };
          if (vErrors === null) {
            vErrors = [err8];
          } else {
            vErrors.push(err8);
          }
          errors++;
        }
      }
      if (data.min_dead_rows !== undefined) {
        let data4 = data.min_dead_rows;
        if (!(typeof data4 == 'number' && !(data4 % 1) && !isNaN(data4) && isFinite(data4))) {
          const err9 = {
            instancePath: instancePath + '/min_dead_rows',
            schemaPath: '#/properties/min_dead_rows/type',
            keyword: 'type',
            params: { type: 'integer' },
            message: 'must be integer',
            schema: schema49.properties.min_dead_rows.type,
            parentSchema: schema49.properties.min_dead_rows,
            data: data4,
          };
          if (vErrors === null) {
            vErrors = [err9];
          } else {
            vErrors.push(err9);
          }
          errors++;
        }
        if (typeof data4 == 'number' && isFinite(data4)) {
          if (data4 < 0 || isNaN(data4)) {
            const err10 = {
              instancePath: instancePath + '/min_dead_rows',
              schemaPath: '#/properties/min_dead_rows/minimum',
              keyword: 'minimum',
              params: { comparison: '>=', limit: 0 },
              message: 'must be >= 0',
              schema: 0,
              parentSchema: schema49.properties.min_dead_rows,
              data: data4,
            };
            if (vErrors === null) {
              vErrors = [err10];
            } else {
              vErrors.push(err10);
            }
            errors++;
          }
        }
      }
      if (data.min_dead_ratio !== undefined) {
        let data5 = data.min_dead_ratio;
        if (typeof data5 == 'number' && isFinite(data5)) {
          if (data5 > 1 || isNaN(data5)) {
            const err11 = {
              instancePath: instancePath + '/min_dead_ratio',
              schemaPath: '#/properties/min_dead_ratio/maximum',
              keyword: 'maximum',
              params: { comparison: '<=', limit: 1 },
              message: 'must be <= 1',
              schema: 1,
              parentSchema: schema49.properties.min_dead_ratio,
              data: data5,
            };
            if (vErrors === null) {
              vErrors = [err11];
            } else {
              vErrors.push(err11);
            }
            errors++;
          }
          if (data5 < 0 || isNaN(data5)) {
            const err12 = {
              instancePath: instancePath + '/min_dead_ratio',
              schemaPath: '#/properties/min_dead_ratio/minimum',
              keyword: 'minimum',
              params: { comparison: '>=', limit: 0 },
              message: 'must be >= 0',
              schema: 0,
              parentSchema: schema49.properties.min_dead_ratio,
              data: data5,
            };
            if (vErrors === null) {
              vErrors = [err12];
            } else {
              vErrors.push(err12);
            }
            errors++;
          }
        } else {
          const err13 = {
            instancePath: instancePath + '/min_dead_ratio',
            schemaPath: '#/properties/min_dead_ratio/type',
            keyword: 'type',
            params: { type: 'number' },
            message: 'must be number',
            schema: schema49.properties.min_dead_ratio.type,
            parentSchema: schema49.properties.min_dead_ratio,
            data: data5,
          };
          if (vErrors === null) {
            vErrors = [err13];
          } else {
            vErrors.push(err13);
          }
          errors++;
        }
      }
      if (data.min_size !== undefined) {
        let data6 = data.min_size;
        if (typeof data6 === 'string') {
          if (!formats26(data6)) {
            const err14 = {
              instancePath: instancePath + '/min_size',
              schemaPath: '#/definitions/size/format',
              keyword: 'format',
              params: { format: 'byte-size' },
              message: 'must match format "' + 'byte-size' + '"',
              schema: 'byte-size',
              parentSchema: schema38,
              data: data6,
            };
            if (vErrors === null) {
              vErrors = [err14];
            } else {
              vErrors.push(err14);
            }
            errors++;
          }
        } else {
          const err15 = {
            instancePath: instancePath + '/min_size',
            schemaPath: '#/definitions/size/type',
            keyword: 'type',
            params: { type: 'string' },
            message: 'must be string',
            schema: schema38.type,
            parentSchema: schema38,
            data: data6,
          };
          if (vErrors === null) {
            vErrors = [err15];
          } else {
            vErrors.push(err15);
          }
          errors++;
        }
      }
      if (data.max_size !== undefined) {
        let data7 = data.max_size;
        if (typeof data7 === 'string') {
          if (!formats26(data7)) {
            const err16 = {
              instancePath: instancePath + '/max_size',
              schemaPath: '#/definitions/size/format',
              keyword: 'format',
              params: { format: 'byte-size' },
              message: 'must match format "' + 'byte-size' + '"',
              schema: 'byte-size',
              parentSchema: schema38,
              data: data7,
            };
            if (vErrors === null) {
              vErrors = [err16];
            } else {
              vErrors.push(err16);
            }
            errors++;
          }
        } else {
          const err17 = {
            instancePath: instancePath + '/max_size',
            schemaPath: '#/definitions/size/type',
            keyword: 'type',
            params: { type: 'string' },
            message: 'must be string',
            schema: schema38.type,
            parentSchema: schema38,
            data: data7,
          };
          if (vErrors === null) {
            vErrors = [err17];
          } else {
            vErrors.push(err17);
          }
          errors++;
        }
      }
      if (data.min_xid_age !== undefined) {
        let data8 = data.min_xid_age;
        if (!(typeof data8 == 'number' && !(data8 % 1) && !isNaN(data8) && isFinite(data8))) {
          const err18 = {
            instancePath: instancePath + '/min_xid_age',
            schemaPath: '#/properties/min_xid_age/type',
            keyword: 'type',
            params: { type: 'integer' },
            message: 'must be integer',
            schema: schema49.properties.min_xid_age.type,
            parentSchema: schema49.properties.min_xid_age,
            data: data8,
          };
          if (vErrors === null) {
            vErrors = [err18];
          } else {
            vErrors.push(err18);
          }
          errors++;
        }
        if (typeof data8 == 'number' && isFinite(data8)) {
          if (data8 < 0 || isNaN(data8)) {
            const err19 = {
              instancePath: instancePath + '/min_xid_age',
              schemaPath: '#/properties/min_xid_age/minimum',
              keyword: 'minimum',
              params: { comparison: '>=', limit: 0 },
              message: 'must be >= 0',
              schema: 0,
              parentSchema: schema49.properties.min_xid_age,
              data: data8,
            };
            if (vErrors === null) {
              vErrors = [err19];
            } else {
              vErrors.push(err19);
            }
            errors++;
          }
        }
      }
      if (data.min_mxid_age !== undefined) {
        let data9 = data.min_mxid_age;
        if (!(typeof data9 == 'number' && !(data9 % 1) && !isNaN(data9) && isFinite(data9))) {
          const err20 = {
            instancePath: instancePath + '/min_mxid_age',
            schemaPath: '#/properties/min_mxid_age/type',
            keyword: 'type',
            params: { type: 'integer' },
            message: 'must be integer',
            schema: schema49.properties.min_mxid_age.type,
            parentSchema: schema49.properties.min_mxid_age,
            data: data9,
          };
          if (vErrors === null) {
            vErrors = [err20];
          } else {
            vErrors.push(err20);
          }
          errors++;
        }
        if (typeof data9 == 'number' && isFinite(data9)) {
          if (data9 < 0 || isNaN(data9)) {
            const err21 = {
              instancePath: instancePath + '/min_mxid_age',
              schemaPath: '#/properties/min_mxid_age/minimum',
              keyword: 'minimum',
              params: { comparison: '>=', limit: 0 },
              message: 'must be >= 0',
              schema: 0,
              parentSchema: schema49.properties.min_mxid_age,
              data: data9,
            };
            if (vErrors === null) {
              vErrors = [err21];
            } else {
              vErrors.push(err21);
            }
            errors++;
          }
        }
      }
      if (data.not_vacuumed_for !== undefined) {
        let data10 = data.not_vacuumed_for;
        if (typeof data10 === 'string') {
          if (!formats4(data10)) {
            const err22 = {
              instancePath: instancePath + '/not_vacuumed_for',
              schemaPath: '#/definitions/age/format',
              keyword: 'format',
              params: { format: 'age' },
              message: 'must match format "' + 'age' + '"',
              schema: 'age',
              parentSchema: schema20,
              data: data10,
            };
            if (vErrors === null) {
              vErrors = [err22];
            } else {
              vErrors.push(err22);
            }
            errors++;
          }
        } else {
          const err23 = {
            instancePath: instancePath + '/not_vacuumed_for',
            schemaPath: '#/definitions/age/type',
            keyword: 'type',
            params: { type: 'string' },
            message: 'must be string',
            schema: schema20.type,
            parentSchema: schema20,
            data: data10,
          };
          if (vErrors === null) {
            vErrors = [err23];
          } else {
            vErrors.push(err23);
          }
          errors++;
        }
      }
      if (data.order_by !== undefined) {
        let data11 = data.order_by;
        if (!(
          data11 === 'dead_rows' ||
          data11 === 'size' ||
          data11 === 'xid_age' ||
          data11 === 'mxid_age' ||
          data11 === 'name'
        )) {
          const err24 = {
            instancePath: instancePath + '/order_by',
            schemaPath: '#/properties/order_by/enum',
            keyword: 'enum',
            params: { allowedValues: schema49.properties.order_by.enum },
            message: 'must be equal to one of the allowed values',
            schema: schema49.properties.order_by.enum,
            parentSchema: schema49.properties.order_by,
            data: data11,
          };
          if (vErrors === null) {
            vErrors = [err24];
          } else {
            vErrors.push(err24);
          }
          errors++;
        }
      }
      if (data.limit !== undefined) {
        let data12 = data.limit;
        if (!(typeof data12 == 'number' && !(data12 % 1) && !isNaN(data12) && isFinite(data12))) {
          const err25 = {
            instancePath: instancePath + '/limit',
            schemaPath: '#/properties/limit/type',
            keyword: 'type',
            params: { type: 'integer' },
            message: 'must be integer',
            schema: schema49.properties.limit.type,
            parentSchema: schema49.properties.limit,
            data: data12,
          };
          if (vErrors === null) {
            vErrors = [err25];
          } else {
            vErrors.push(err25);
          }
          errors++;
        }
        if (typeof data12 == 'number' && isFinite(data12)) {
          if (data12 < 1 || isNaN(data12)) {
            const err26 = {
              instancePath: instancePath + '/limit',
              schemaPath: '#/properties/limit/minimum',
              keyword: 'minimum',
              params: { comparison: '>=', limit: 1 },
              message: 'must be >= 1',
              schema: 1,
              parentSchema: schema49.properties.limit,
              data: data12,
            };
            if (vErrors === null) {
              vErrors = [err26];
            } else {
              vErrors.push(err26);
            }
            errors++;
          }
        }
      }
    } else {
      const err27 = {
        instancePath,
        schemaPath: '#/type',
        keyword: 'type',
        params: { type: 'object' },
        message: 'must be object',
        schema: schema49.type,
        parentSchema: schema49,
        data,
      };
      if (vErrors === null) {
        vErrors = [err27];
      } else {
        vErrors.push(err27);
      }
      errors++;
    }
    validate33.errors = vErrors;
    return errors === 0;
  }

  const pattern8 = new RegExp('^(0|[0-9]+ ?(kB|MB|GB))$', 'u');

  function validate32(
    data,
    { instancePath = '', parentData, parentDataProperty, rootData = data } = {},
  ) {
    let vErrors = null;
    let errors = 0;
    if (data && typeof data == 'object' && !Array.isArray(data)) {
      if (data.tables === undefined) {
        const err0 = {
          instancePath,
          schemaPath: '#/required',
          keyword: 'required',
          params: { missingProperty: 'tables' },
          message: "must have required property '" + 'tables' + "'",
          schema: schema48.required,
          parentSchema: schema48,
          data,
        };
        if (vErrors === null) {
          vErrors = [err0];
        } else {
          vErrors.push(err0);
        }
        errors++;
      }
      for (const key0 in data) {
        if (!(key0 === 'tables' || key0 === 'options')) {
          const err1 = {
            instancePath,
            schemaPath: '#/additionalProperties',
            keyword: 'additionalProperties',
            params: { additionalProperty: key0 },
            message: 'must NOT have additional properties',
            schema: false,
            parentSchema: schema48,
            data,
          };
          if (vErrors === null) {
            vErrors = [err1];
          } else {
            vErrors.push(err1);
          }
          errors++;
        }
      }
      if (data.tables !== undefined) {
        if (
          !validate33(data.tables, {
            instancePath: instancePath + '/tables',
            parentData: data,
            parentDataProperty: 'tables',
            rootData,
          })
        ) {
          vErrors = vErrors === null ? validate33.errors : vErrors.concat(validate33.errors);
          errors = vErrors.length;
        }
      }
      if (data.options !== undefined) {
        let data1 = data.options;
        if (data1 && typeof data1 == 'object' && !Array.isArray(data1)) {
          for (const key1 in data1) {
            if (!func2.call(schema55.properties, key1)) {
              const err2 = {
                instancePath: instancePath + '/options',
                schemaPath: '#/definitions/vacuum_options/additionalProperties',
                keyword: 'additionalProperties',
                params: { additionalProperty: key1 },
                message: 'must NOT have additional properties',
                schema: false,
                parentSchema: schema55,
                data: data1,
              };
              if (vErrors === null) {
                vErrors = [err2];
              } else {
                vErrors.push(err2);
              }
              errors++;
            }
          }
          if (data1.analyze !== undefined) {
            let data2 = data1.analyze;
            if (typeof data2 !== 'boolean') {
              const err3 = {
                instancePath: instancePath + '/options/analyze',
                schemaPath: '#/definitions/vacuum_options/properties/analyze/type',
                keyword: 'type',
                params: { type: 'boolean' },
                message: 'must be boolean',
                schema: schema55.properties.analyze.type,
                parentSchema: schema55.properties.analyze,
                data: data2,
              };
              if (vErrors === null) {
                vErrors = [err3];
              } else {
                vErrors.push(err3);
              }
              errors++;
            }
          }
          if (data1.full !== undefined) {
            let data3 = data1.full;
            if (typeof data3 !== 'boolean') {
              const err4 = {
                instancePath: instancePath + '/options/full',
                schemaPath: '#/definitions/vacuum_options/properties/full/type',
                keyword: 'type',
                params: { type: 'boolean' },
                message: 'must be boolean',
                schema: schema55.properties.full.type,
                parentSchema: schema55.properties.full,
                data: data3,
              };
              if (vErrors === null) {
                vErrors = [err4];
              } else {
                vErrors.push(err4);
              }
              errors++;
            }
          }
          if (data1.freeze !== undefined) {
            let data4 = data1.freeze;
            if (typeof data4 !== 'boolean') {
              const err5 = {
                instancePath: instancePath + '/options/freeze',
                schemaPath: '#/definitions/vacuum_options/properties/freeze/type',
                keyword: 'type',
                params: { type: 'boolean' },
                message: 'must be boolean',
                schema: schema55.properties.freeze.type,
                parentSchema: schema55.properties.freeze,
                data: data4,
              };
              if (vErrors === null) {
                vErrors = [err5];
              } else {
                vErrors.push(err5);
              }
              errors++;
            }
          }
          if (data1.verbose !== undefined) {
            let data5 = data1.verbose;
            if (typeof data5 !== 'boolean') {
              const err6 = {
                instancePath: instancePath + '/options/verbose',
                schemaPath: '#/definitions/vacuum_options/properties/verbose/type',
                keyword: 'type',
                params: { type: 'boolean' },
                message: 'must be boolean',
                schema: schema55.properties.verbose.type,
                parentSchema: schema55.properties.verbose,
                data: data5,
              };
              if (vErrors === null) {
                vErrors = [err6];
              } else {
                vErrors.push(err6);
              }
              errors++;
            }
          }
          if (data1.disable_page_skipping !== undefined) {
            let data6 = data1.disable_page_skipping;
            if (typeof data6 !== 'boolean') {
              const err7 = {
                instancePath: instancePath + '/options/disable_page_skipping',
                schemaPath: '#/definitions/vacuum_options/properties/disable_page_skipping/type',
                keyword: 'type',
                params: { type: 'boolean' },
                message: 'must be boolean',
                schema: schema55.properties.disable_page_skipping.type,
                parentSchema: schema55.properties.disable_page_skipping,
                data: data6,
              };
              if (vErrors === null) {
                vErrors = [err7];
              } else {
                vErrors.push(err7);
              }
              errors++;
            }
          }
          if (data1.skip_locked !== undefined) {
            let data7 = data1.skip_locked;
            if (typeof data7 !== 'boolean') {
              const err8 = {
                instancePath: instancePath + '/options/skip_locked',
                schemaPath: '#/definitions/vacuum_options/properties/skip_locked/type',
                keyword: 'type',
                params: { type: 'boolean' },
                message: 'must be boolean',
                schema: schema55.properties.skip_locked.type,
                parentSchema: schema55.properties.skip_locked,
                data: data7,
              };
              if (vErrors === null) {
                vErrors = [err8];
              } else {
                vErrors.push(err8);
              }
              errors++;
            }
          }
          if (data1.index_cleanup !== undefined) {
            let data8 = data1.index_cleanup;
            if (!(data8 === 'auto' || data8 === 'on' || data8 === 'off')) {
              const err9 = {
                instancePath: instancePath + '/options/index_cleanup',
                schemaPath: '#/definitions/vacuum_options/properties/index_cleanup/enum',
                keyword: 'enum',
                params: { allowedValues: schema55.properties.index_cleanup.enum },
                message: 'must be equal to one of the allowed values',
                schema: schema55.properties.index_cleanup.enum,
                parentSchema: schema55.properties.index_cleanup,
                data: data8,
              };
              if (vErrors === null) {
                vErrors = [err9];
              } else {
                vErrors.push(err9);
              }
              errors++;
            }
          }
          if (data1.truncate !== undefined) {
            let data9 = data1.truncate;
            if (typeof data9 !== 'boolean') {
              const err10 = {
                instancePath: instancePath + '/options/truncate',
                schemaPath: '#/definitions/vacuum_options/properties/truncate/type',
                keyword: 'type',
                params: { type: 'boolean' },
                message: 'must be boolean',
                schema: schema55.properties.truncate.type,
                parentSchema: schema55.properties.truncate,
                data: data9,
              };
              if (vErrors === null) {
                vErrors = [err10];
              } else {
                vErrors.push(err10);
              }
              errors++;
            }
          }
          if (data1.process_main !== undefined) {
            let data10 = data1.process_main;
            if (typeof data10 !== 'boolean') {
              const err11 = {
                instancePath: instancePath + '/options/process_main',
                schemaPath: '#/definitions/vacuum_options/properties/process_main/type',
                keyword: 'type',
                params: { type: 'boolean' },
                message: 'must be boolean',
                schema: schema55.properties.process_main.type,
                parentSchema: schema55.properties.process_main,
                data: data10,
              };
              if (vErrors === null) {
                vErrors = [err11];
              } else {
                vErrors.push(err11);
              }
              errors++;
            }
          }
          if (data1.process_toast !== undefined) {
            let data11 = data1.process_toast;
            if (typeof data11 !== 'boolean') {
              const err12 = {
                instancePath: instancePath + '/options/process_toast',
                schemaPath: '#/definitions/vacuum_options/properties/process_toast/type',
                keyword: 'type',
                params: { type: 'boolean' },
                message: 'must be boolean',
                schema: schema55.properties.process_toast.type,
                parentSchema: schema55.properties.process_toast,
                data: data11,
              };
              if (vErrors === null) {
                vErrors = [err12];
              } else {
                vErrors.push(err12);
              }
              errors++;
            }
          }
          if (data1.parallel !== undefined) {
            let data12 = data1.parallel;
            if (!(
              typeof data12 == 'number' &&
              !(data12 % 1) &&
              !isNaN(data12) &&
              isFinite(data12)
            )) {
              const err13 = {
                instancePath: instancePath + '/options/parallel',
                schemaPath: '#/definitions/vacuum_options/properties/parallel/type',
                keyword: 'type',
                params: { type: 'integer' },
                message: 'must be integer',
                schema: schema55.properties.parallel.type,
                parentSchema: schema55.properties.parallel,
                data: data12,
              };
              if (vErrors === null) {
                vErrors = [err13];
              } else {
                vErrors.push(err13);
              }
              errors++;
            }
            if (typeof data12 == 'number' && isFinite(data12)) {
              if (data12 > 1024 || isNaN(data12)) {
                const err14 = {
                  instancePath: instancePath + '/options/parallel',
                  schemaPath: '#/definitions/vacuum_options/properties/parallel/maximum',
                  keyword: 'maximum',
                  params: { comparison: '<=', limit: 1024 },
                  message: 'must be <= 1024',
                  schema: 1024,
                  parentSchema: schema55.properties.parallel,
                  data: data12,
                };
                if (vErrors === null) {
                  vErrors = [err14];
                } else {
                  vErrors.push(err14);
                }
                errors++;
              }
              if (data12 < 0 || isNaN(data12)) {
                const err15 = {
                  instancePath: instancePath + '/options/parallel',
                  schemaPath: '#/definitions/vacuum_options/properties/parallel/minimum',
                  keyword: 'minimum',
                  params: { comparison: '>=', limit: 0 },
                  message: 'must be >= 0',
                  schema: 0,
                  parentSchema: schema55.properties.parallel,
                  data: data12,
                };
                if (vErrors === null) {
                  vErrors = [err15];
                } else {
                  vErrors.push(err15);
                }
                errors++;
              }
            }
          }
          if (data1.skip_database_stats !== undefined) {
            let data13 = data1.skip_database_stats;
            if (typeof data13 !== 'boolean') {
              const err16 = {
                instancePath: instancePath + '/options/skip_database_stats',
                schemaPath: '#/definitions/vacuum_options/properties/skip_database_stats/type',
                keyword: 'type',
                params: { type: 'boolean' },
                message: 'must be boolean',
                schema: schema55.properties.skip_database_stats.type,
                parentSchema: schema55.properties.skip_database_stats,
                data: data13,
              };
              if (vErrors === null) {
                vErrors = [err16];
              } else {
                vErrors.push(err16);
              }
              errors++;
            }
          }
          if (data1.buffer_usage_limit !== undefined) {
            let data14 = data1.buffer_usage_limit;
            if (typeof data14 === 'string') {
              if (!pattern8.test(data14)) {
                const err17 = {
                  instancePath: instancePath + '/options/buffer_usage_limit',
                  schemaPath: '#/definitions/vacuum_options/properties/buffer_usage_limit/pattern',
                  keyword: 'pattern',
                  params: { pattern: '^(0|[0-9]+ ?(kB|MB|GB))$' },
                  message: 'must match pattern "' + '^(0|[0-9]+ ?(kB|MB|GB))$' + '"',
                  schema: '^(0|[0-9]+ ?(kB|MB|GB))$',
                  parentSchema: schema55.properties.buffer_usage_limit,
                  data: data14,
                };
                if (vErrors === null) {
                  vErrors = [err17];
                } else {
                  vErrors.push(err17);
                }
                errors++;
              }
            } else {
              const err18 = {
                instancePath: instancePath + '/options/buffer_usage_limit',
                schemaPath: '#/definitions/vacuum_options/properties/buffer_usage_limit/type',
                keyword: 'type',
                params: { type: 'string' },
                message: 'must be string',
                schema: schema55.properties.buffer_usage_limit.type,
                parentSchema: schema55.properties.buffer_usage_limit,
                data: data14,
              };
              if (vErrors === null) {
                vErrors = [err18];
              } else {
                vErrors.push(err18);
              }
              errors++;
            }
          }
        } else {
          const err19 = {
            instancePath: instancePath + '/options',
            schemaPath: '#/definitions/vacuum_options/type',
            keyword: 'type',
            params: { type: 'object' },
            message: 'must be object',
            schema: schema55.type,
            parentSchema: schema55,
            data: data1,
          };
          if (vErrors === null) {
            vErrors = [err19];
          } else {
            vErrors.push(err19);
          }
          errors++;
        }
      }
    } else {
      const err20 = {
        instancePath,
        schemaPath: '#/type',
        keyword: 'type',
        params: { type: 'object' },
        message: 'must be object',
        schema: schema48.type,
        parentSchema: schema48,
        data,
      };
      if (vErrors === null) {
        vErrors = [err20];
      } else {
        vErrors.push(err20);
      }
      errors++;
    }
    validate32.errors = vErrors;
    return errors === 0;
  }

  const schema56 = {
    type: 'object',
    additionalProperties: false,
    required: ['tables'],
    properties: {
      tables: { $ref: '#/definitions/analyze_tables' },
      options: { $ref: '#/definitions/analyze_options' },
    },
  };
  const schema63 = {
    type: 'object',
    additionalProperties: false,
    properties: {
      verbose: { type: 'boolean' },
      skip_locked: { type: 'boolean' },
      buffer_usage_limit: { type: 'string', pattern: '^(0|[0-9]+ ?(kB|MB|GB))$' },
    },
  };
  const schema57 = {
    type: 'object',
    additionalProperties: false,
    required: ['include'],
    properties: {
      include: { $ref: '#/definitions/globs' },
      exclude: { $ref: '#/definitions/optional_globs' },
      min_modified_rows: { type: 'integer', minimum: 0 },
      min_size: { $ref: '#/definitions/size' },
      max_size: { $ref: '#/definitions/size' },
      not_analyzed_for: { $ref: '#/definitions/age' },
      foreign: { type: 'boolean' },
      order_by: { enum: ['modified_rows', 'size', 'name'] },
      limit: { type: 'integer', minimum: 1 },
    },
  };

  function validate37(
    data,
    { instancePath = '', parentData, parentDataProperty, rootData = data } = {},
  ) {
    let vErrors = null;
    let errors = 0;
    if (data && typeof data == 'object' && !Array.isArray(data)) {
      if (data.include === undefined) {
        const err0 = {
          instancePath,
          schemaPath: '#/required',
          keyword: 'required',
          params: { missingProperty: 'include' },
          message: "must have required property '" + 'include' + "'",
          schema: schema57.required,
          parentSchema: schema57,
          data,
        };
        if (vErrors === null) {
          vErrors = [err0];
        } else {
          vErrors.push(err0);
        }
        errors++;
      }
      for (const key0 in data) {
        if (!func2.call(schema57.properties, key0)) {
          const err1 = {
            instancePath,
            schemaPath: '#/additionalProperties',
            keyword: 'additionalProperties',
            params: { additionalProperty: key0 },
            message: 'must NOT have additional properties',
            schema: false,
            parentSchema: schema57,
            data,
          };
          if (vErrors === null) {
            vErrors = [err1];
          } else {
            vErrors.push(err1);
          }
          errors++;
        }
      }
      if (data.include !== undefined) {
        let data0 = data.include;
        if (Array.isArray(data0)) {
          if (data0.length < 1) {
            const err2 = {
              instancePath: instancePath + '/include',
              schemaPath: '#/definitions/globs/minItems',
              keyword: 'minItems',
              params: { limit: 1 },
              message: 'must NOT have fewer than 1 items',
              schema: 1,
              parentSchema: schema50,
              data: data0,
            };
            if (vErrors === null) {
              vErrors = [err2];
            } else {
              vErrors.push(err2);
            }
            errors++;
          }
          const len0 = data0.length;
          for (let i0 = 0; i0 < len0; i0++) {
            let data1 = data0[i0];
            if (typeof data1 === 'string') {
              if (!formats36(data1)) {
                const err3 = {
                  instancePath: instancePath + '/include/' + i0,
                  schemaPath: '#/definitions/globs/items/format',
                  keyword: 'format',
                  params: { format: 'relation-glob' },
                  message: 'must match format "' + 'relation-glob' + '"',
                  schema: 'relation-glob',
                  parentSchema: schema50.items,
                  data: data1,
                };
                if (vErrors === null) {
                  vErrors = [err3];
                } else {
                  vErrors.push(err3);
                }
                errors++;
              }
            } else {
              const err4 = {
                instancePath: instancePath + '/include/' + i0,
                schemaPath: '#/definitions/globs/items/type',
                keyword: 'type',
                params: { type: 'string' },
                message: 'must be string',
                schema: schema50.items.type,
                parentSchema: schema50.items,
                data: data1,
              };
              if (vErrors === null) {
                vErrors = [err4];
              } else {
                vErrors.push(err4);
              }
              errors++;
            }
          }
        } else {
          const err5 = {
            instancePath: instancePath + '/include',
            schemaPath: '#/definitions/globs/type',
            keyword: 'type',
            params: { type: 'array' },
            message: 'must be array',
            schema: schema50.type,
            parentSchema: schema50,
            data: data0,
          };
          if (vErrors === null) {
            vErrors = [err5];
          } else {
            vErrors.push(err5);
          }
          errors++;
        }
      }
      if (data.exclude !== undefined) {
        let data2 = data.exclude;
        if (Array.isArray(data2)) {
          const len1 = data2.length;
          for (let i1 = 0; i1 < len1; i1++) {
            let data3 = data2[i1];
            if (typeof data3 === 'string') {
              if (!formats36(data3)) {
                const err6 = {
                  instancePath: instancePath + '/exclude/' + i1,
                  schemaPath: '#/definitions/optional_globs/items/format',
                  keyword: 'format',
                  params: { format: 'relation-glob' },
                  message: 'must match format "' + 'relation-glob' + '"',
                  schema: 'relation-glob',
                  parentSchema: schema51.items,
                  data: data3,
                };
                if (vErrors === null) {
                  vErrors = [err6];
                } else {
                  vErrors.push(err6);
                }
                errors++;
              }
            } else {
              const err7 = {
                instancePath: instancePath + '/exclude/' + i1,
                schemaPath: '#/definitions/optional_globs/items/type',
                keyword: 'type',
                params: { type: 'string' },
                message: 'must be string',
                schema: schema51.items.type,
                parentSchema: schema51.items,
                data: data3,
              };
              if (vErrors === null) {
                vErrors = [err7];
              } else {
                vErrors.push(err7);
              }
              errors++;
            }
          }
        } else {
          const err8 = {
            instancePath: instancePath + '/exclude',
            schemaPath: '#/definitions/optional_globs/type',
            keyword: 'type',
            params: { type: 'array' },
            message: 'must be array',
            schema: schema51.type,
            parentSchema: schema51,
            data: data2,
          };
          if (vErrors === null) {
            vErrors = [err8];
          } else {
            vErrors.push(err8);
          }
          errors++;
        }
      }
      if (data.min_modified_rows !== undefined) {
        let data4 = data.min_modified_rows;
        if (!(typeof data4 == 'number' && !(data4 % 1) && !isNaN(data4) && isFinite(data4))) {
          const err9 = {
            instancePath: instancePath + '/min_modified_rows',
            schemaPath: '#/properties/min_modified_rows/type',
            keyword: 'type',
            params: { type: 'integer' },
            message: 'must be integer',
            schema: schema57.properties.min_modified_rows.type,
            parentSchema: schema57.properties.min_modified_rows,
            data: data4,
          };
          if (vErrors === null) {
            vErrors = [err9];
          } else {
            vErrors.push(err9);
          }
          errors++;
        }
        if (typeof data4 == 'number' && isFinite(data4)) {
          if (data4 < 0 || isNaN(data4)) {
            const err10 = {
              instancePath: instancePath + '/min_modified_rows',
              schemaPath: '#/properties/min_modified_rows/minimum',
              keyword: 'minimum',
              params: { comparison: '>=', limit: 0 },
              message: 'must be >= 0',
              schema: 0,
              parentSchema: schema57.properties.min_modified_rows,
              data: data4,
            };
            if (vErrors === null) {
              vErrors = [err10];
            } else {
              vErrors.push(err10);
            }
            errors++;
          }
        }
      }
      if (data.min_size !== undefined) {
        let data5 = data.min_size;
        if (typeof data5 === 'string') {
          if (!formats26(data5)) {
            const err11 = {
              instancePath: instancePath + '/min_size',
              schemaPath: '#/definitions/size/format',
              keyword: 'format',
              params: { format: 'byte-size' },
              message: 'must match format "' + 'byte-size' + '"',
              schema: 'byte-size',
              parentSchema: schema38,
              data: data5,
            };
            if (vErrors === null) {
              vErrors = [err11];
            } else {
              vErrors.push(err11);
            }
            errors++;
          }
        } else {
          const err12 = {
            instancePath: instancePath + '/min_size',
            schemaPath: '#/definitions/size/type',
            keyword: 'type',
            params: { type: 'string' },
            message: 'must be string',
            schema: schema38.type,
            parentSchema: schema38,
            data: data5,
          };
          if (vErrors === null) {
            vErrors = [err12];
          } else {
            vErrors.push(err12);
          }
          errors++;
        }
      }
      if (data.max_size !== undefined) {
        let data6 = data.max_size;
        if (typeof data6 === 'string') {
          if (!formats26(data6)) {
            const err13 = {
              instancePath: instancePath + '/max_size',
              schemaPath: '#/definitions/size/format',
              keyword: 'format',
              params: { format: 'byte-size' },
              message: 'must match format "' + 'byte-size' + '"',
              schema: 'byte-size',
              parentSchema: schema38,
              data: data6,
            };
            if (vErrors === null) {
              vErrors = [err13];
            } else {
              vErrors.push(err13);
            }
            errors++;
          }
        } else {
          const err14 = {
            instancePath: instancePath + '/max_size',
            schemaPath: '#/definitions/size/type',
            keyword: 'type',
            params: { type: 'string' },
            message: 'must be string',
            schema: schema38.type,
            parentSchema: schema38,
            data: data6,
          };
          if (vErrors === null) {
            vErrors = [err14];
          } else {
            vErrors.push(err14);
          }
          errors++;
        }
      }
      if (data.not_analyzed_for !== undefined) {
        let data7 = data.not_analyzed_for;
        if (typeof data7 === 'string') {
          if (!formats4(data7)) {
            const err15 = {
              instancePath: instancePath + '/not_analyzed_for',
              schemaPath: '#/definitions/age/format',
              keyword: 'format',
              params: { format: 'age' },
              message: 'must match format "' + 'age' + '"',
              schema: 'age',
              parentSchema: schema20,
              data: data7,
            };
            if (vErrors === null) {
              vErrors = [err15];
            } else {
              vErrors.push(err15);
            }
            errors++;
          }
        } else {
          const err16 = {
            instancePath: instancePath + '/not_analyzed_for',
            schemaPath: '#/definitions/age/type',
            keyword: 'type',
            params: { type: 'string' },
            message: 'must be string',
            schema: schema20.type,
            parentSchema: schema20,
            data: data7,
          };
          if (vErrors === null) {
            vErrors = [err16];
          } else {
            vErrors.push(err16);
          }
          errors++;
        }
      }
      if (data.foreign !== undefined) {
        let data8 = data.foreign;
        if (typeof data8 !== 'boolean') {
          const err17 = {
            instancePath: instancePath + '/foreign',
            schemaPath: '#/properties/foreign/type',
            keyword: 'type',
            params: { type: 'boolean' },
            message: 'must be boolean',
            schema: schema57.properties.foreign.type,
            parentSchema: schema57.properties.foreign,
            data: data8,
          };
          if (vErrors === null) {
            vErrors = [err17];
          } else {
            vErrors.push(err17);
          }
          errors++;
        }
      }
      if (data.order_by !== undefined) {
        let data9 = data.order_by;
        if (!(data9 === 'modified_rows' || data9 === 'size' || data9 === 'name')) {
          const err18 = {
            instancePath: instancePath + '/order_by',
            schemaPath: '#/properties/order_by/enum',
            keyword: 'enum',
            params: { allowedValues: schema57.properties.order_by.enum },
            message: 'must be equal to one of the allowed values',
            schema: schema57.properties.order_by.enum,
            parentSchema: schema57.properties.order_by,
            data: data9,
          };
          if (vErrors === null) {
            vErrors = [err18];
          } else {
            vErrors.push(err18);
          }
          errors++;
        }
      }
      if (data.limit !== undefined) {
        let data10 = data.limit;
        if (!(typeof data10 == 'number' && !(data10 % 1) && !isNaN(data10) && isFinite(data10))) {
          const err19 = {
            instancePath: instancePath + '/limit',
            schemaPath: '#/properties/limit/type',
            keyword: 'type',
            params: { type: 'integer' },
            message: 'must be integer',
            schema: schema57.properties.limit.type,
            parentSchema: schema57.properties.limit,
            data: data10,
          };
          if (vErrors === null) {
            vErrors = [err19];
          } else {
            vErrors.push(err19);
          }
          errors++;
        }
        if (typeof data10 == 'number' && isFinite(data10)) {
          if (data10 < 1 || isNaN(data10)) {
            const err20 = {
              instancePath: instancePath + '/limit',
              schemaPath: '#/properties/limit/minimum',
              keyword: 'minimum',
              params: { comparison: '>=', limit: 1 },
              message: 'must be >= 1',
              schema: 1,
              parentSchema: schema57.properties.limit,
              data: data10,
            };
            if (vErrors === null) {
              vErrors = [err20];
            } else {
              vErrors.push(err20);
            }
            errors++;
          }
        }
      }
    } else {
      const err21 = {
        instancePath,
        schemaPath: '#/type',
        keyword: 'type',
        params: { type: 'object' },
        message: 'must be object',
        schema: schema57.type,
        parentSchema: schema57,
        data,
      };
      if (vErrors === null) {
        vErrors = [err21];
      } else {
        vErrors.push(err21);
      }
      errors++;
    }
    validate37.errors = vErrors;
    return errors === 0;
  }

  function validate36(
    data,
    { instancePath = '', parentData, parentDataProperty, rootData = data } = {},
  ) {
    let vErrors = null;
    let errors = 0;
    if (data && typeof data == 'object' && !Array.isArray(data)) {
      if (data.tables === undefined) {
        const err0 = {
          instancePath,
          schemaPath: '#/required',
          keyword: 'required',
          params: { missingProperty: 'tables' },
          message: "must have required property '" + 'tables' + "'",
          schema: schema56.required,
          parentSchema: schema56,
          data,
        };
        if (vErrors === null) {
          vErrors = [err0];
        } else {
          vErrors.push(err0);
        }
        errors++;
      }
      for (const key0 in data) {
        if (!(key0 === 'tables' || key0 === 'options')) {
          const err1 = {
            instancePath,
            schemaPath: '#/additionalProperties',
            keyword: 'additionalProperties',
            params: { additionalProperty: key0 },
            message: 'must NOT have additional properties',
            schema: false,
            parentSchema: schema56,
            data,
          };
          if (vErrors === null) {
            vErrors = [err1];
          } else {
            vErrors.push(err1);
          }
          errors++;
        }
      }
      if (data.tables !== undefined) {
        if (
          !validate37(data.tables, {
            instancePath: instancePath + '/tables',
            parentData: data,
            parentDataProperty: 'tables',
            rootData,
          })
        ) {
          vErrors = vErrors === null ? validate37.errors : vErrors.concat(validate37.errors);
          errors = vErrors.length;
        }
      }
      if (data.options !== undefined) {
        let data1 = data.options;
        if (data1 && typeof data1 == 'object' && !Array.isArray(data1)) {
          for (const key1 in data1) {
            if (!(key1 === 'verbose' || key1 === 'skip_locked' || key1 === 'buffer_usage_limit')) {
              const err2 = {
                instancePath: instancePath + '/options',
                schemaPath: '#/definitions/analyze_options/additionalProperties',
                keyword: 'additionalProperties',
                params: { additionalProperty: key1 },
                message: 'must NOT have additional properties',
                schema: false,
                parentSchema: schema63,
                data: data1,
              };
              if (vErrors === null) {
                vErrors = [err2];
              } else {
                vErrors.push(err2);
              }
              errors++;
            }
          }
          if (data1.verbose !== undefined) {
            let data2 = data1.verbose;
            if (typeof data2 !== 'boolean') {
              const err3 = {
                instancePath: instancePath + '/options/verbose',
                schemaPath: '#/definitions/analyze_options/properties/verbose/type',
                keyword: 'type',
                params: { type: 'boolean' },
                message: 'must be boolean',
                schema: schema63.properties.verbose.type,
                parentSchema: schema63.properties.verbose,
                data: data2,
              };
              if (vErrors === null) {
                vErrors = [err3];
              } else {
                vErrors.push(err3);
              }
              errors++;
            }
          }
          if (data1.skip_locked !== undefined) {
            let data3 = data1.skip_locked;
            if (typeof data3 !== 'boolean') {
              const err4 = {
                instancePath: instancePath + '/options/skip_locked',
                schemaPath: '#/definitions/analyze_options/properties/skip_locked/type',
                keyword: 'type',
                params: { type: 'boolean' },
                message: 'must be boolean',
                schema: schema63.properties.skip_locked.type,
                parentSchema: schema63.properties.skip_locked,
                data: data3,
              };
              if (vErrors === null) {
                vErrors = [err4];
              } else {
                vErrors.push(err4);
              }
              errors++;
            }
          }
          if (data1.buffer_usage_limit !== undefined) {
            let data4 = data1.buffer_usage_limit;
            if (typeof data4 === 'string') {
              if (!pattern8.test(data4)) {
                const err5 = {
                  instancePath: instancePath + '/options/buffer_usage_limit',
                  schemaPath: '#/definitions/analyze_options/properties/buffer_usage_limit/pattern',
                  keyword: 'pattern',
                  params: { pattern: '^(0|[0-9]+ ?(kB|MB|GB))$' },
                  message: 'must match pattern "' + '^(0|[0-9]+ ?(kB|MB|GB))$' + '"',
                  schema: '^(0|[0-9]+ ?(kB|MB|GB))$',
                  parentSchema: schema63.properties.buffer_usage_limit,
                  data: data4,
                };
                if (vErrors === null) {
                  vErrors = [err5];
                } else {
                  vErrors.push(err5);
                }
                errors++;
              }
            } else {
              const err6 = {
                instancePath: instancePath + '/options/buffer_usage_limit',
                schemaPath: '#/definitions/analyze_options/properties/buffer_usage_limit/type',
                keyword: 'type',
                params: { type: 'string' },
                message: 'must be string',
                schema: schema63.properties.buffer_usage_limit.type,
                parentSchema: schema63.properties.buffer_usage_limit,
                data: data4,
              };
              if (vErrors === null) {
                vErrors = [err6];
              } else {
                vErrors.push(err6);
              }
              errors++;
            }
          }
        } else {
          const err7 = {
            instancePath: instancePath + '/options',
            schemaPath: '#/definitions/analyze_options/type',
            keyword: 'type',
            params: { type: 'object' },
            message: 'must be object',
            schema: schema63.type,
            parentSchema: schema63,
            data: data1,
          };
          if (vErrors === null) {
            vErrors = [err7];
          } else {
            vErrors.push(err7);
          }
          errors++;
        }
      }
    } else {
      const err8 = {
        instancePath,
        schemaPath: '#/type',
        keyword: 'type',
        params: { type: 'object' },
        message: 'must be object',
        schema: schema56.type,
        parentSchema: schema56,
        data,
      };
      if (vErrors === null) {
        vErrors = [err8];
      } else {
        vErrors.push(err8);
      }
      errors++;
    }
    validate36.errors = vErrors;
    return errors === 0;
  }

  const schema64 = {
    type: 'object',
    additionalProperties: false,
    properties: {
      indexes: { $ref: '#/definitions/reindex_indexes' },
      tables: { $ref: '#/definitions/reindex_tables' },
      schemas: { type: 'array', minItems: 1, items: { type: 'string', minLength: 1 } },
      concurrently: { type: 'boolean' },
    },
    oneOf: [{ required: ['indexes'] }, { required: ['tables'] }, { required: ['schemas'] }],
  };
  const schema65 = {
    type: 'object',
    additionalProperties: false,
    required: ['include'],
    properties: {
      include: { $ref: '#/definitions/globs' },
      exclude: { $ref: '#/definitions/optional_globs' },
      min_size: { $ref: '#/definitions/size' },
      max_size: { $ref: '#/definitions/size' },
      min_bloat: { type: 'number', minimum: 0, maximum: 1 },
      invalid_only: { type: 'boolean' },
      order_by: { enum: ['size', 'bloat', 'name'] },
      limit: { type: 'integer', minimum: 1 },
    },
  };

  function validate41(
    data,
    { instancePath = '', parentData, parentDataProperty, rootData = data } = {},
  ) {
    let vErrors = null;
    let errors = 0;
    if (data && typeof data == 'object' && !Array.isArray(data)) {
      if (data.include === undefined) {
        const err0 = {
          instancePath,
          schemaPath: '#/required',
          keyword: 'required',
          params: { missingProperty: 'include' },
          message: "must have required property '" + 'include' + "'",
          schema: schema65.required,
          parentSchema: schema65,
          data,
        };
        if (vErrors === null) {
          vErrors = [err0];
        } else {
          vErrors.push(err0);
        }
        errors++;
      }
      for (const key0 in data) {
        if (!(
          key0 === 'include' ||
          key0 === 'exclude' ||
          key0 === 'min_size' ||
          key0 === 'max_size' ||
          key0 === 'min_bloat' ||
          key0 === 'invalid_only' ||
          key0 === 'order_by' ||
          key0 === 'limit'
        )) {
          const err1 = {
            instancePath,
            schemaPath: '#/additionalProperties',
            keyword: 'additionalProperties',
            params: { additionalProperty: key0 },
            message: 'must NOT have additional properties',
            schema: false,
            parentSchema: schema65,
            data,
          };
          if (vErrors === null) {
            vErrors = [err1];
          } else {
            vErrors.push(err1);
          }
          errors++;
        }
      }
      if (data.include !== undefined) {
        let data0 = data.include;
        if (Array.isArray(data0)) {
          if (data0.length < 1) {
            const err2 = {
              instancePath: instancePath + '/include',
              schemaPath: '#/definitions/globs/minItems',
              keyword: 'minItems',
              params: { limit: 1 },
              message: 'must NOT have fewer than 1 items',
              schema: 1,
              parentSchema: schema50,
              data: data0,
            };
            if (vErrors === null) {
              vErrors = [err2];
            } else {
              vErrors.push(err2);
            }
            errors++;
          }
          const len0 = data0.length;
          for (let i0 = 0; i0 < len0; i0++) {
            let data1 = data0[i0];
            if (typeof data1 === 'string') {
              if (!formats36(data1)) {
                const err3 = {
                  instancePath: instancePath + '/include/' + i0,
                  schemaPath: '#/definitions/globs/items/format',
                  keyword: 'format',
                  params: { format: 'relation-glob' },
                  message: 'must match format "' + 'relation-glob' + '"',
                  schema: 'relation-glob',
                  parentSchema: schema50.items,
                  data: data1,
                };
                if (vErrors === null) {
                  vErrors = [err3];
                } else {
                  vErrors.push(err3);
                }
                errors++;
              }
            } else {
              const err4 = {
                instancePath: instancePath + '/include/' + i0,
                schemaPath: '#/definitions/globs/items/type',
                keyword: 'type',
                params: { type: 'string' },
                message: 'must be string',
                schema: schema50.items.type,
                parentSchema: schema50.items,
                data: data1,
              };
              if (vErrors === null) {
                vErrors = [err4];
              } else {
                vErrors.push(err4);
              }
              errors++;
            }
          }
        } else {
          const err5 = {
            instancePath: instancePath + '/include',
            schemaPath: '#/definitions/globs/type',
            keyword: 'type',
            params: { type: 'array' },
            message: 'must be array',
            schema: schema50.type,
            parentSchema: schema50,
            data: data0,
          };
          if (vErrors === null) {
            vErrors = [err5];
          } else {
            vErrors.push(err5);
          }
          errors++;
        }
      }
      if (data.exclude !== undefined) {
        let data2 = data.exclude;
        if (Array.isArray(data2)) {
          const len1 = data2.length;
          for (let i1 = 0; i1 < len1; i1++) {
            let data3 = data2[i1];
            if (typeof data3 === 'string') {
              if (!formats36(data3)) {
                const err6 = {
                  instancePath: instancePath + '/exclude/' + i1,
                  schemaPath: '#/definitions/optional_globs/items/format',
                  keyword: 'format',
                  params: { format: 'relation-glob' },
                  message: 'must match format "' + 'relation-glob' + '"',
                  schema: 'relation-glob',
                  parentSchema: schema51.items,
                  data: data3,
                };
                if (vErrors === null) {
                  vErrors = [err6];
                } else {
                  vErrors.push(err6);
                }
                errors++;
              }
            } else {
              const err7 = {
                instancePath: instancePath + '/exclude/' + i1,
                schemaPath: '#/definitions/optional_globs/items/type',
                keyword: 'type',
                params: { type: 'string' },
                message: 'must be string',
                schema: schema51.items.type,
                parentSchema: schema51.items,
                data: data3,
              };
              if (vErrors === null) {
                vErrors = [err7];
              } else {
                vErrors.push(err7);
              }
              errors++;
            }
          }
        } else {
          const err8 = {
            instancePath: instancePath + '/exclude',
            schemaPath: '#/definitions/optional_globs/type',
            keyword: 'type',
            params: { type: 'array' },
            message: 'must be array',
            schema: schema51.type,
            parentSchema: schema51,
            data: data2,
          };
          if (vErrors === null) {
            vErrors = [err8];
          } else {
            vErrors.push(err8);
          }
          errors++;
        }
      }
      if (data.min_size !== undefined) {
        let data4 = data.min_size;
        if (typeof data4 === 'string') {
          if (!formats26(data4)) {
            const err9 = {
              instancePath: instancePath + '/min_size',
              schemaPath: '#/definitions/size/format',
              keyword: 'format',
              params: { format: 'byte-size' },
              message: 'must match format "' + 'byte-size' + '"',
              schema: 'byte-size',
              parentSchema: schema38,
              data: data4,
            };
            if (vErrors === null) {
              vErrors = [err9];
            } else {
              vErrors.push(err9);
            }
            errors++;
          }
        } else {
          const err10 = {
            instancePath: instancePath + '/min_size',
            schemaPath: '#/definitions/size/type',
            keyword: 'type',
            params: { type: 'string' },
            message: 'must be string',
            schema: schema38.type,
            parentSchema: schema38,
            data: data4,
          };
          if (vErrors === null) {
            vErrors = [err10];
          } else {
            vErrors.push(err10);
          }
          errors++;
        }
      }
      if (data.max_size !== undefined) {
        let data5 = data.max_size;
        if (typeof data5 === 'string') {
          if (!formats26(data5)) {
            const err11 = {
              instancePath: instancePath + '/max_size',
              schemaPath: '#/definitions/size/format',
              keyword: 'format',
              params: { format: 'byte-size' },
              message: 'must match format "' + 'byte-size' + '"',
              schema: 'byte-size',
              parentSchema: schema38,
              data: data5,
            };
            if (vErrors === null) {
              vErrors = [err11];
            } else {
              vErrors.push(err11);
            }
            errors++;
          }
        } else {
          const err12 = {
            instancePath: instancePath + '/max_size',
            schemaPath: '#/definitions/size/type',
            keyword: 'type',
            params: { type: 'string' },
            message: 'must be string',
            schema: schema38.type,
            parentSchema: schema38,
            data: data5,
          };
          if (vErrors === null) {
            vErrors = [err12];
          } else {
            vErrors.push(err12);
          }
          errors++;
        }
      }
      if (data.min_bloat !== undefined) {
        let data6 = data.min_bloat;
        if (typeof data6 == 'number' && isFinite(data6)) {
          if (data6 > 1 || isNaN(data6)) {
            const err13 = {
              instancePath: instancePath + '/min_bloat',
              schemaPath: '#/properties/min_bloat/maximum',
              keyword: 'maximum',
              params: { comparison: '<=', limit: 1 },
              message: 'must be <= 1',
              schema: 1,
              parentSchema: schema65.properties.min_bloat,
              data: data6,
            };
            if (vErrors === null) {
              vErrors = [err13];
            } else {
              vErrors.push(err13);
            }
            errors++;
          }
          if (data6 < 0 || isNaN(data6)) {
            const err14 = {
              instancePath: instancePath + '/min_bloat',
              schemaPath: '#/properties/min_bloat/minimum',
              keyword: 'minimum',
              params: { comparison: '>=', limit: 0 },
              message: 'must be >= 0',
              schema: 0,
              parentSchema: schema65.properties.min_bloat,
              data: data6,
            };
            if (vErrors === null) {
              vErrors = [err14];
            } else {
              vErrors.push(err14);
            }
            errors++;
          }
        } else {
          const err15 = {
            instancePath: instancePath + '/min_bloat',
            schemaPath: '#/properties/min_bloat/type',
            keyword: 'type',
            params: { type: 'number' },
            message: 'must be number',
            schema: schema65.properties.min_bloat.type,
            parentSchema: schema65.properties.min_bloat,
            data: data6,
          };
          if (vErrors === null) {
            vErrors = [err15];
          } else {
            vErrors.push(err15);
          }
          errors++;
        }
      }
      if (data.invalid_only !== undefined) {
        let data7 = data.invalid_only;
        if (typeof data7 !== 'boolean') {
          const err16 = {
            instancePath: instancePath + '/invalid_only',
            schemaPath: '#/properties/invalid_only/type',
            keyword: 'type',
            params: { type: 'boolean' },
            message: 'must be boolean',
            schema: schema65.properties.invalid_only.type,
            parentSchema: schema65.properties.invalid_only,
            data: data7,
          };
          if (vErrors === null) {
            vErrors = [err16];
          } else {
            vErrors.push(err16);
          }
          errors++;
        }
      }
      if (data.order_by !== undefined) {
        let data8 = data.order_by;
        if (!(data8 === 'size' || data8 === 'bloat' || data8 === 'name')) {
          const err17 = {
            instancePath: instancePath + '/order_by',
            schemaPath: '#/properties/order_by/enum',
            keyword: 'enum',
            params: { allowedValues: schema65.properties.order_by.enum },
            message: 'must be equal to one of the allowed values',
            schema: schema65.properties.order_by.enum,
            parentSchema: schema65.properties.order_by,
            data: data8,
          };
          if (vErrors === null) {
            vErrors = [err17];
          } else {
            vErrors.push(err17);
          }
          errors++;
        }
      }
      if (data.limit !== undefined) {
        let data9 = data.limit;
        if (!(typeof data9 == 'number' && !(data9 % 1) && !isNaN(data9) && isFinite(data9))) {
          const err18 = {
            instancePath: instancePath + '/limit',
            schemaPath: '#/properties/limit/type',
            keyword: 'type',
            params: { type: 'integer' },
            message: 'must be integer',
            schema: schema65.properties.limit.type,
            parentSchema: schema65.properties.limit,
            data: data9,
          };
          if (vErrors === null) {
            vErrors = [err18];
          } else {
            vErrors.push(err18);
          }
          errors++;
        }
        if (typeof data9 == 'number' && isFinite(data9)) {
          if (data9 < 1 || isNaN(data9)) {
            const err19 = {
              instancePath: instancePath + '/limit',
              schemaPath: '#/properties/limit/minimum',
              keyword: 'minimum',
              params: { comparison: '>=', limit: 1 },
              message: 'must be >= 1',
              schema: 1,
              parentSchema: schema65.properties.limit,
              data: data9,
            };
            if (vErrors === null) {
              vErrors = [err19];
            } else {
              vErrors.push(err19);
            }
            errors++;
          }
        }
      }
    } else {
      const err20 = {
        instancePath,
        schemaPath: '#/type',
        keyword: 'type',
        params: { type: 'object' },
        message: 'must be object',
        schema: schema65.type,
        parentSchema: schema65,
        data,
      };
      if (vErrors === null) {
        vErrors = [err20];
      } else {
        vErrors.push(err20);
      }
      errors++;
    }
    validate41.errors = vErrors;
    return errors === 0;
  }

  const schema70 = {
    type: 'object',
    additionalProperties: false,
    required: ['include'],
    properties: {
      include: { $ref: '#/definitions/globs' },
      exclude: { $ref: '#/definitions/optional_globs' },
      min_size: { $ref: '#/definitions/size' },
      max_size: { $ref: '#/definitions/size' },
      order_by: { enum: ['size', 'name'] },
      limit: { type: 'integer', minimum: 1 },
    },
  };

  function validate43(
    data,
    { instancePath = '', parentData, parentDataProperty, rootData = data } = {},
  ) {
    let vErrors = null;
    let errors = 0;
    if (data && typeof data == 'object' && !Array.isArray(data)) {
      if (data.include === undefined) {
        const err0 = {
          instancePath,
          schemaPath: '#/required',
          keyword: 'required',
          params: { missingProperty: 'include' },
          message: "must have required property '" + 'include' + "'",
          schema: schema70.required,
          parentSchema: schema70,
          data,
        };
        if (vErrors === null) {
          vErrors = [err0];
        } else {
          vErrors.push(err0);
        }
        errors++;
      }
      for (const key0 in data) {
        if (!(
          key0 === 'include' ||
          key0 === 'exclude' ||
          key0 === 'min_size' ||
          key0 === 'max_size' ||
          key0 === 'order_by' ||
          key0 === 'limit'
        )) {
          const err1 = {
            instancePath,
            schemaPath: '#/additionalProperties',
            keyword: 'additionalProperties',
            params: { additionalProperty: key0 },
            message: 'must NOT have additional properties',
            schema: false,
            parentSchema: schema70,
            data,
          };
          if (vErrors === null) {
            vErrors = [err1];
          } else {
            vErrors.push(err1);
          }
          errors++;
        }
      }
      if (data.include !== undefined) {
        let data0 = data.include;
        if (Array.isArray(data0)) {
          if (data0.length < 1) {
            const err2 = {
              instancePath: instancePath + '/include',
              schemaPath: '#/definitions/globs/minItems',
              keyword: 'minItems',
              params: { limit: 1 },
              message: 'must NOT have fewer than 1 items',
              schema: 1,
              parentSchema: schema50,
              data: data0,
            };
            if (vErrors === null) {
              vErrors = [err2];
            } else {
              vErrors.push(err2);
            }
            errors++;
          }
          const len0 = data0.length;
          for (let i0 = 0; i0 < len0; i0++) {
            let data1 = data0[i0];
            if (typeof data1 === 'string') {
              if (!formats36(data1)) {
                const err3 = {
                  instancePath: instancePath + '/include/' + i0,
                  schemaPath: '#/definitions/globs/items/format',
                  keyword: 'format',
                  params: { format: 'relation-glob' },
                  message: 'must match format "' + 'relation-glob' + '"',
                  schema: 'relation-glob',
                  parentSchema: schema50.items,
                  data: data1,
                };
                if (vErrors === null) {
                  vErrors = [err3];
                } else {
                  vErrors.push(err3);
                }
                errors++;
              }
            } else {
              const err4 = {
                instancePath: instancePath + '/include/' + i0,
                schemaPath: '#/definitions/globs/items/type',
                keyword: 'type',
                params: { type: 'string' },
                message: 'must be string',
                schema: schema50.items.type,
                parentSchema: schema50.items,
                data: data1,
              };
              if (vErrors === null) {
                vErrors = [err4];
              } else {
                vErrors.push(err4);
              }
              errors++;
            }
          }
        } else {
          const err5 = {
            instancePath: instancePath + '/include',
            schemaPath: '#/definitions/globs/type',
            keyword: 'type',
            params: { type: 'array' },
            message: 'must be array',
            schema: schema50.type,
            parentSchema: schema50,
            data: data0,
          };
          if (vErrors === null) {
            vErrors = [err5];
          } else {
            vErrors.push(err5);
          }
          errors++;
        }
      }
      if (data.exclude !== undefined) {
        let data2 = data.exclude;
        if (Array.isArray(data2)) {
          const len1 = data2.length;
          for (let i1 = 0; i1 < len1; i1++) {
            let data3 = data2[i1];
            if (typeof data3 === 'string') {
              if (!formats36(data3)) {
                const err6 = {
                  instancePath: instancePath + '/exclude/' + i1,
                  schemaPath: '#/definitions/optional_globs/items/format',
                  keyword: 'format',
                  params: { format: 'relation-glob' },
                  message: 'must match format "' + 'relation-glob' + '"',
                  schema: 'relation-glob',
                  parentSchema: schema51.items,
                  data: data3,
                };
                if (vErrors === null) {
                  vErrors = [err6];
                } else {
                  vErrors.push(err6);
                }
                errors++;
              }
            } else {
              const err7 = {
                instancePath: instancePath + '/exclude/' + i1,
                schemaPath: '#/definitions/optional_globs/items/type',
                keyword: 'type',
                params: { type: 'string' },
                message: 'must be string',
                schema: schema51.items.type,
                parentSchema: schema51.items,
                data: data3,
              };
              if (vErrors === null) {
                vErrors = [err7];
              } else {
                vErrors.push(err7);
              }
              errors++;
            }
          }
        } else {
          const err8 = {
            instancePath: instancePath + '/exclude',
            schemaPath: '#/definitions/optional_globs/type',
            keyword: 'type',
            params: { type: 'array' },
            message: 'must be array',
            schema: schema51.type,
            parentSchema: schema51,
            data: data2,
          };
          if (vErrors === null) {
            vErrors = [err8];
          } else {
            vErrors.push(err8);
          }
          errors++;
        }
      }
      if (data.min_size !== undefined) {
        let data4 = data.min_size;
        if (typeof data4 === 'string') {
          if (!formats26(data4)) {
            const err9 = {
              instancePath: instancePath + '/min_size',
              schemaPath: '#/definitions/size/format',
              keyword: 'format',
              params: { format: 'byte-size' },
              message: 'must match format "' + 'byte-size' + '"',
              schema: 'byte-size',
              parentSchema: schema38,
              data: data4,
            };
            if (vErrors === null) {
              vErrors = [err9];
            } else {
              vErrors.push(err9);
            }
            errors++;
          }
        } else {
          const err10 = {
            instancePath: instancePath + '/min_size',
            schemaPath: '#/definitions/size/type',
            keyword: 'type',
            params: { type: 'string' },
            message: 'must be string',
            schema: schema38.type,
            parentSchema: schema38,
            data: data4,
          };
          if (vErrors === null) {
            vErrors = [err10];
          } else {
            vErrors.push(err10);
          }
          errors++;
        }
      }
      if (data.max_size !== undefined) {
        let data5 = data.max_size;
        if (typeof data5 === 'string') {
          if (!formats26(data5)) {
            const err11 = {
              instancePath: instancePath + '/max_size',
              schemaPath: '#/definitions/size/format',
              keyword: 'format',
              params: { format: 'byte-size' },
              message: 'must match format "' + 'byte-size' + '"',
              schema: 'byte-size',
              parentSchema: schema38,
              data: data5,
            };
            if (vErrors === null) {
              vErrors = [err11];
            } else {
              vErrors.push(err11);
            }
            errors++;
          }
        } else {
          const err12 = {
            instancePath: instancePath + '/max_size',
            schemaPath: '#/definitions/size/type',
            keyword: 'type',
            params: { type: 'string' },
            message: 'must be string',
            schema: schema38.type,
            parentSchema: schema38,
            data: data5,
          };
          if (vErrors === null) {
            vErrors = [err12];
          } else {
            vErrors.push(err12);
          }
          errors++;
        }
      }
      if (data.order_by !== undefined) {
        let data6 = data.order_by;
        if (!(data6 === 'size' || data6 === 'name')) {
          const err13 = {
            instancePath: instancePath + '/order_by',
            schemaPath: '#/properties/order_by/enum',
            keyword: 'enum',
            params: { allowedValues: schema70.properties.order_by.enum },
            message: 'must be equal to one of the allowed values',
            schema: schema70.properties.order_by.enum,
            parentSchema: schema70.properties.order_by,
            data: data6,
          };
          if (vErrors === null) {
            vErrors = [err13];
          } else {
            vErrors.push(err13);
          }
          errors++;
        }
      }
      if (data.limit !== undefined) {
        let data7 = data.limit;
        if (!(typeof data7 == 'number' && !(data7 % 1) && !isNaN(data7) && isFinite(data7))) {
          const err14 = {
            instancePath: instancePath + '/limit',
            schemaPath: '#/properties/limit/type',
            keyword: 'type',
            params: { type: 'integer' },
            message: 'must be integer',
            schema: schema70.properties.limit.type,
            parentSchema: schema70.properties.limit,
            data: data7,
          };
          if (vErrors === null) {
            vErrors = [err14];
          } else {
            vErrors.push(err14);
          }
          errors++;
        }
        if (typeof data7 == 'number' && isFinite(data7)) {
          if (data7 < 1 || isNaN(data7)) {
            const err15 = {
              instancePath: instancePath + '/limit',
              schemaPath: '#/properties/limit/minimum',
              keyword: 'minimum',
              params: { comparison: '>=', limit: 1 },
              message: 'must be >= 1',
              schema: 1,
              parentSchema: schema70.properties.limit,
              data: data7,
            };
            if (vErrors === null) {
              vErrors = [err15];
            } else {
              vErrors.push(err15);
            }
            errors++;
          }
        }
      }
    } else {
      const err16 = {
        instancePath,
        schemaPath: '#/type',
        keyword: 'type',
        params: { type: 'object' },
        message: 'must be object',
        schema: schema70.type,
        parentSchema: schema70,
        data,
      };
      if (vErrors === null) {
        vErrors = [err16];
      } else {
        vErrors.push(err16);
      }
      errors++;
    }
    validate43.errors = vErrors;
    return errors === 0;
  }

  function validate40(
    data,
    { instancePath = '', parentData, parentDataProperty, rootData = data } = {},
  ) {
    let vErrors = null;
    let errors = 0;
    const _errs1 = errors;
    let valid0 = false;
    let passing0 = null;
    const _errs2 = errors;
    if (data && typeof data == 'object' && !Array.isArray(data)) {
      if (data.indexes === undefined) {
        const err0 = {
          instancePath,
          schemaPath: '#/oneOf/0/required',
          keyword: 'required',
          params: { missingProperty: 'indexes' },
          message: "must have required property '" + 'indexes' + "'",
          schema: schema64.oneOf[0].required,
          parentSchema: schema64.oneOf[0],
          data,
        };
        if (vErrors === null) {
          vErrors = [err0];
        } else {
          vErrors.push(err0);
        }
        errors++;
      }
    }
    var _valid0 = _errs2 === errors;
    if (_valid0) {
      valid0 = true;
      passing0 = 0;
    }
    const _errs3 = errors;
    if (data && typeof data == 'object' && !Array.isArray(data)) {
      if (data.tables === undefined) {
        const err1 = {
          instancePath,
          schemaPath: '#/oneOf/1/required',
          keyword: 'required',
          params: { missingProperty: 'tables' },
          message: "must have required property '" + 'tables' + "'",
          schema: schema64.oneOf[1].required,
          parentSchema: schema64.oneOf[1],
          data,
        };
        if (vErrors === null) {
          vErrors = [err1];
        } else {
          vErrors.push(err1);
        }
        errors++;
      }
    }
    var _valid0 = _errs3 === errors;
    if (_valid0 && valid0) {
      valid0 = false;
      passing0 = [passing0, 1];
    } else {
      if (_valid0) {
        valid0 = true;
        passing0 = 1;
      }
      const _errs4 = errors;
      if (data && typeof data == 'object' && !Array.isArray(data)) {
        if (data.schemas === undefined) {
          const err2 = {
            instancePath,
            schemaPath: '#/oneOf/2/required',
            keyword: 'required',
            params: { missingProperty: 'schemas' },
            message: "must have required property '" + 'schemas' + "'",
            schema: schema64.oneOf[2].required,
            parentSchema: schema64.oneOf[2],
            data,
          };
          if (vErrors === null) {
            vErrors = [err2];
          } else {
            vErrors.push(err2);
          }
          errors++;
        }
      }
      var _valid0 = _errs4 === errors;
      if (_valid0 && valid0) {
        valid0 = false;
        passing0 = [passing0, 2];
      } else {
        if (_valid0) {
          valid0 = true;
          passing0 = 2;
        }
      }
    }
    if (!valid0) {
      const err3 = {
        instancePath,
        schemaPath: '#/oneOf',
        keyword: 'oneOf',
        params: { passingSchemas: passing0 },
        message: 'must match exactly one schema in oneOf',
        schema: schema64.oneOf,
        parentSchema: schema64,
        data,
      };
      if (vErrors === null) {
        vErrors = [err3];
      } else {
        vErrors.push(err3);
      }
      errors++;
    } else {
      errors = _errs1;
      if (vErrors !== null) {
        if (_errs1) {
          vErrors.length = _errs1;
        } else {
          vErrors = null;
        }
      }
    }
    if (data && typeof data == 'object' && !Array.isArray(data)) {
      for (const key0 in data) {
        if (!(
          key0 === 'indexes' ||
          key0 === 'tables' ||
          key0 === 'schemas' ||
          key0 === 'concurrently'
        )) {
          const err4 = {
            instancePath,
            schemaPath: '#/additionalProperties',
            keyword: 'additionalProperties',
            params: { additionalProperty: key0 },
            message: 'must NOT have additional properties',
            schema: false,
            parentSchema: schema64,
            data,
          };
          if (vErrors === null) {
            vErrors = [err4];
          } else {
            vErrors.push(err4);
          }
          errors++;
        }
      }
      if (data.indexes !== undefined) {
        if (
          !validate41(data.indexes, {
            instancePath: instancePath + '/indexes',
            parentData: data,
            parentDataProperty: 'indexes',
            rootData,
          })
        ) {
          vErrors = vErrors === null ? validate41.errors : vErrors.concat(validate41.errors);
          errors = vErrors.length;
        }
      }
      if (data.tables !== undefined) {
        if (
          !validate43(data.tables, {
            instancePath: instancePath + '/tables',
            parentData: data,
            parentDataProperty: 'tables',
            rootData,
          })
        ) {
          vErrors = vErrors === null ? validate43.errors : vErrors.concat(validate43.errors);
          errors = vErrors.length;
        }
      }
      if (data.schemas !== undefined) {
        let data2 = data.schemas;
        if (Array.isArray(data2)) {
          if (data2.length < 1) {
            const err5 = {
              instancePath: instancePath + '/schemas',
              schemaPath: '#/properties/schemas/minItems',
              keyword: 'minItems',
              params: { limit: 1 },
              message: 'must NOT have fewer than 1 items',
              schema: 1,
              parentSchema: schema64.properties.schemas,
              data: data2,
            };
            if (vErrors === null) {
              vErrors = [err5];
            } else {
              vErrors.push(err5);
            }
            errors++;
          }
          const len0 = data2.length;
          for (let i0 = 0; i0 < len0; i0++) {
            let data3 = data2[i0];
            if (typeof data3 === 'string') {
              if (func4(data3) < 1) {
                const err6 = {
                  instancePath: instancePath + '/schemas/' + i0,
                  schemaPath: '#/properties/schemas/items/minLength',
                  keyword: 'minLength',
                  params: { limit: 1 },
                  message: 'must NOT have fewer than 1 characters',
                  schema: 1,
                  parentSchema: schema64.properties.schemas.items,
                  data: data3,
                };
                if (vErrors === null) {
                  vErrors = [err6];
                } else {
                  vErrors.push(err6);
                }
                errors++;
              }
            } else {
              const err7 = {
                instancePath: instancePath + '/schemas/' + i0,
                schemaPath: '#/properties/schemas/items/type',
                keyword: 'type',
                params: { type: 'string' },
                message: 'must be string',
                schema: schema64.properties.schemas.items.type,
                parentSchema: schema64.properties.schemas.items,
                data: data3,
              };
              if (vErrors === null) {
                vErrors = [err7];
              } else {
                vErrors.push(err7);
              }
              errors++;
            }
          }
        } else {
          const err8 = {
            instancePath: instancePath + '/schemas',
            schemaPath: '#/properties/schemas/type',
            keyword: 'type',
            params: { type: 'array' },
            message: 'must be array',
            schema: schema64.properties.schemas.type,
            parentSchema: schema64.properties.schemas,
            data: data2,
          };
          if (vErrors === null) {
            vErrors = [err8];
          } else {
            vErrors.push(err8);
          }
          errors++;
        }
      }
      if (data.concurrently !== undefined) {
        let data4 = data.concurrently;
        if (typeof data4 !== 'boolean') {
          const err9 = {
            instancePath: instancePath + '/concurrently',
            schemaPath: '#/properties/concurrently/type',
            keyword: 'type',
            params: { type: 'boolean' },
            message: 'must be boolean',
            schema: schema64.properties.concurrently.type,
            parentSchema: schema64.properties.concurrently,
            data: data4,
          };
          if (vErrors === null) {
            vErrors = [err9];
          } else {
            vErrors.push(err9);
          }
          errors++;
        }
      }
    } else {
      const err10 = {
        instancePath,
        schemaPath: '#/type',
        keyword: 'type',
        params: { type: 'object' },
        message: 'must be object',
        schema: schema64.type,
        parentSchema: schema64,
        data,
      };
      if (vErrors === null) {
        vErrors = [err10];
      } else {
        vErrors.push(err10);
      }
      errors++;
    }
    validate40.errors = vErrors;
    return errors === 0;
  }

  const schema75 = {
    type: 'object',
    additionalProperties: false,
    required: ['views'],
    properties: {
      views: { $ref: '#/definitions/refresh_views' },
      concurrently: { type: 'boolean' },
    },
  };
  const schema76 = {
    type: 'object',
    additionalProperties: false,
    required: ['include'],
    properties: {
      include: { $ref: '#/definitions/globs' },
      exclude: { $ref: '#/definitions/optional_globs' },
    },
  };

  function validate47(
    data,
    { instancePath = '', parentData, parentDataProperty, rootData = data } = {},
  ) {
    let vErrors = null;
    let errors = 0;
    if (data && typeof data == 'object' && !Array.isArray(data)) {
      if (data.include === undefined) {
        const err0 = {
          instancePath,
          schemaPath: '#/required',
          keyword: 'required',
          params: { missingProperty: 'include' },
          message: "must have required property '" + 'include' + "'",
          schema: schema76.required,
          parentSchema: schema76,
          data,
        };
        if (vErrors === null) {
          vErrors = [err0];
        } else {
          vErrors.push(err0);
        }
        errors++;
      }
      for (const key0 in data) {
        if (!(key0 === 'include' || key0 === 'exclude')) {
          const err1 = {
            instancePath,
            schemaPath: '#/additionalProperties',
            keyword: 'additionalProperties',
            params: { additionalProperty: key0 },
            message: 'must NOT have additional properties',
            schema: false,
            parentSchema: schema76,
            data,
          };
          if (vErrors === null) {
            vErrors = [err1];
          } else {
            vErrors.push(err1);
          }
          errors++;
        }
      }
      if (data.include !== undefined) {
        let data0 = data.include;
        if (Array.isArray(data0)) {
          if (data0.length < 1) {
            const err2 = {
              instancePath: instancePath + '/include',
              schemaPath: '#/definitions/globs/minItems',
              keyword: 'minItems',
              params: { limit: 1 },
              message: 'must NOT have fewer than 1 items',
              schema: 1,
              parentSchema: schema50,
              data: data0,
            };
            if (vErrors === null) {
              vErrors = [err2];
            } else {
              vErrors.push(err2);
            }
            errors++;
          }
          const len0 = data0.length;
          for (let i0 = 0; i0 < len0; i0++) {
            let data1 = data0[i0];
            if (typeof data1 === 'string') {
              if (!formats36(data1)) {
                const err3 = {
                  instancePath: instancePath + '/include/' + i0,
                  schemaPath: '#/definitions/globs/items/format',
                  keyword: 'format',
                  params: { format: 'relation-glob' },
                  message: 'must match format "' + 'relation-glob' + '"',
                  schema: 'relation-glob',
                  parentSchema: schema50.items,
                  data: data1,
                };
                if (vErrors === null) {
                  vErrors = [err3];
                } else {
                  vErrors.push(err3);
                }
                errors++;
              }
            } else {
              const err4 = {
                instancePath: instancePath + '/include/' + i0,
                schemaPath: '#/definitions/globs/items/type',
                keyword: 'type',
                params: { type: 'string' },
                message: 'must be string',
                schema: schema50.items.type,
                parentSchema: schema50.items,
                data: data1,
              };
              if (vErrors === null) {
                vErrors = [err4];
              } else {
                vErrors.push(err4);
              }
              errors++;
            }
          }
        } else {
          const err5 = {
            instancePath: instancePath + '/include',
            schemaPath: '#/definitions/globs/type',
            keyword: 'type',
            params: { type: 'array' },
            message: 'must be array',
            schema: schema50.type,
            parentSchema: schema50,
            data: data0,
          };
          if (vErrors === null) {
            vErrors = [err5];
          } else {
            vErrors.push(err5);
          }
          errors++;
        }
      }
      if (data.exclude !== undefined) {
        let data2 = data.exclude;
        if (Array.isArray(data2)) {
          const len1 = data2.length;
          for (let i1 = 0; i1 < len1; i1++) {
            let data3 = data2[i1];
            if (typeof data3 === 'string') {
              if (!formats36(data3)) {
                const err6 = {
                  instancePath: instancePath + '/exclude/' + i1,
                  schemaPath: '#/definitions/optional_globs/items/format',
                  keyword: 'format',
                  params: { format: 'relation-glob' },
                  message: 'must match format "' + 'relation-glob' + '"',
                  schema: 'relation-glob',
                  parentSchema: schema51.items,
                  data: data3,
                };
                if (vErrors === null) {
                  vErrors = [err6];
                } else {
                  vErrors.push(err6);
                }
                errors++;
              }
            } else {
              const err7 = {
                instancePath: instancePath + '/exclude/' + i1,
                schemaPath: '#/definitions/optional_globs/items/type',
                keyword: 'type',
                params: { type: 'string' },
                message: 'must be string',
                schema: schema51.items.type,
                parentSchema: schema51.items,
                data: data3,
              };
              if (vErrors === null) {
                vErrors = [err7];
              } else {
                vErrors.push(err7);
              }
              errors++;
            }
          }
        } else {
          const err8 = {
            instancePath: instancePath + '/exclude',
            schemaPath: '#/definitions/optional_globs/type',
            keyword: 'type',
            params: { type: 'array' },
            message: 'must be array',
            schema: schema51.type,
            parentSchema: schema51,
            data: data2,
          };
          if (vErrors === null) {
            vErrors = [err8];
          } else {
            vErrors.push(err8);
          }
          errors++;
        }
      }
    } else {
      const err9 = {
        instancePath,
        schemaPath: '#/type',
        keyword: 'type',
        params: { type: 'object' },
        message: 'must be object',
        schema: schema76.type,
        parentSchema: schema76,
        data,
      };
      if (vErrors === null) {
        vErrors = [err9];
      } else {
        vErrors.push(err9);
      }
      errors++;
    }
    validate47.errors = vErrors;
    return errors === 0;
  }

  function validate46(
    data,
    { instancePath = '', parentData, parentDataProperty, rootData = data } = {},
  ) {
    let vErrors = null;
    let errors = 0;
    if (data && typeof data == 'object' && !Array.isArray(data)) {
      if (data.views === undefined) {
        const err0 = {
          instancePath,
          schemaPath: '#/required',
          keyword: 'required',
          params: { missingProperty: 'views' },
          message: "must have required property '" + 'views' + "'",
          schema: schema75.required,
          parentSchema: schema75,
          data,
        };
        if (vErrors === null) {
          vErrors = [err0];
        } else {
          vErrors.push(err0);
        }
        errors++;
      }
      for (const key0 in data) {
        if (!(key0 === 'views' || key0 === 'concurrently')) {
          const err1 = {
            instancePath,
            schemaPath: '#/additionalProperties',
            keyword: 'additionalProperties',
            params: { additionalProperty: key0 },
            message: 'must NOT have additional properties',
            schema: false,
            parentSchema: schema75,
            data,
          };
          if (vErrors === null) {
            vErrors = [err1];
          } else {
            vErrors.push(err1);
          }
          errors++;
        }
      }
      if (data.views !== undefined) {
        if (
          !validate47(data.views, {
            instancePath: instancePath + '/views',
            parentData: data,
            parentDataProperty: 'views',
            rootData,
          })
        ) {
          vErrors = vErrors === null ? validate47.errors : vErrors.concat(validate47.errors);
          errors = vErrors.length;
        }
      }
      if (data.concurrently !== undefined) {
        let data1 = data.concurrently;
        if (typeof data1 !== 'boolean') {
          const err2 = {
            instancePath: instancePath + '/concurrently',
            schemaPath: '#/properties/concurrently/type',
            keyword: 'type',
            params: { type: 'boolean' },
            message: 'must be boolean',
            schema: schema75.properties.concurrently.type,
            parentSchema: schema75.properties.concurrently,
            data: data1,
          };
          if (vErrors === null) {
            vErrors = [err2];
          } else {
            vErrors.push(err2);
          }
          errors++;
        }
      }
    } else {
      const err3 = {
        instancePath,
        schemaPath: '#/type',
        keyword: 'type',
        params: { type: 'object' },
        message: 'must be object',
        schema: schema75.type,
        parentSchema: schema75,
        data,
      };
      if (vErrors === null) {
        vErrors = [err3];
      } else {
        vErrors.push(err3);
      }
      errors++;
    }
    validate46.errors = vErrors;
    return errors === 0;
  }

  const schema79 = {
    type: 'object',
    additionalProperties: false,
    required: ['table', 'key', 'set'],
    dependencies: { remaining: ['where'] },
    properties: {
      table: { $ref: '#/definitions/table_name' },
      key: { $ref: '#/definitions/key' },
      set: {
        type: 'object',
        minProperties: 1,
        additionalProperties: { type: ['string', 'integer', 'number', 'boolean', 'null'] },
      },
      where: { type: 'string', minLength: 1 },
      remaining: { type: 'integer', minimum: 0 },
      allow_unchanged: { type: 'boolean' },
      batch: { $ref: '#/definitions/batch' },
      throttle: { $ref: '#/definitions/throttle' },
    },
  };
  const schema80 = { type: 'string', format: 'relation-name' };
  const schema81 = {
    oneOf: [
      { type: 'string', minLength: 1 },
      { type: 'array', minItems: 1, uniqueItems: true, items: { type: 'string', minLength: 1 } },
    ],
  };
  const formats76 = formats['relation-name'];
  const schema82 = {
    type: 'object',
    additionalProperties: false,
    properties: {
      rows: { type: 'integer', minimum: 1 },
      min_rows: { type: 'integer', minimum: 1 },
      max_rows: { type: 'integer', minimum: 1, maximum: 10000000 },
      target_duration: { $ref: '#/definitions/duration' },
      pause: { $ref: '#/definitions/duration' },
    },
  };

  function validate51(
    data,
    { instancePath = '', parentData, parentDataProperty, rootData = data } = {},
  ) {
    let vErrors = null;
    let errors = 0;
    if (data && typeof data == 'object' && !Array.isArray(data)) {
      for (const key0 in data) {
        if (!(
          key0 === 'rows' ||
          key0 === 'min_rows' ||
          key0 === 'max_rows' ||
          key0 === 'target_duration' ||
          key0 === 'pause'
        )) {
          const err0 = {
            instancePath,
            schemaPath: '#/additionalProperties',
            keyword: 'additionalProperties',
            params: { additionalProperty: key0 },
            message: 'must NOT have additional properties',
            schema: false,
            parentSchema: schema82,
            data,
          };
          if (vErrors === null) {
            vErrors = [err0];
          } else {
            vErrors.push(err0);
          }
          errors++;
        }
      }
      if (data.rows !== undefined) {
        let data0 = data.rows;
        if (!(typeof data0 == 'number' && !(data0 % 1) && !isNaN(data0) && isFinite(data0))) {
          const err1 = {
            instancePath: instancePath + '/rows',
            schemaPath: '#/properties/rows/type',
            keyword: 'type',
            params: { type: 'integer' },
            message: 'must be integer',
            schema: schema82.properties.rows.type,
            parentSchema: schema82.properties.rows,
            data: data0,
          };
          if (vErrors === null) {
            vErrors = [err1];
          } else {
            vErrors.push(err1);
          }
          errors++;
        }
        if (typeof data0 == 'number' && isFinite(data0)) {
          if (data0 < 1 || isNaN(data0)) {
            const err2 = {
              instancePath: instancePath + '/rows',
              schemaPath: '#/properties/rows/minimum',
              keyword: 'minimum',
              params: { comparison: '>=', limit: 1 },
              message: 'must be >= 1',
              schema: 1,
              parentSchema: schema82.properties.rows,
              data: data0,
            };
            if (vErrors === null) {
              vErrors = [err2];
            } else {
              vErrors.push(err2);
            }
            errors++;
          }
        }
      }
      if (data.min_rows !== undefined) {
        let data1 = data.min_rows;
        if (!(typeof data1 == 'number' && !(data1 % 1) && !isNaN(data1) && isFinite(data1))) {
          const err3 = {
            instancePath: instancePath + '/min_rows',
            schemaPath: '#/properties/min_rows/type',
            keyword: 'type',
            params: { type: 'integer' },
            message: 'must be integer',
            schema: schema82.properties.min_rows.type,
            parentSchema: schema82.properties.min_rows,
            data: data1,
          };
          if (vErrors === null) {
            vErrors = [err3];
          } else {
            vErrors.push(err3);
          }
          errors++;
        }
        if (typeof data1 == 'number' && isFinite(data1)) {
          if (data1 < 1 || isNaN(data1)) {
            const err4 = {
              instancePath: instancePath + '/min_rows',
              schemaPath: '#/properties/min_rows/minimum',
              keyword: 'minimum',
              params: { comparison: '>=', limit: 1 },
              message: 'must be >= 1',
              schema: 1,
              parentSchema: schema82.properties.min_rows,
              data: data1,
            };
            if (vErrors === null) {
              vErrors = [err4];
            } else {
              vErrors.push(err4);
            }
            errors++;
          }
        }
      }
      if (data.max_rows !== undefined) {
        let data2 = data.max_rows;
        if (!(typeof data2 == 'number' && !(data2 % 1) && !isNaN(data2) && isFinite(data2))) {
          const err5 = {
            instancePath: instancePath + '/max_rows',
            schemaPath: '#/properties/max_rows/type',
            keyword: 'type',
            params: { type: 'integer' },
            message: 'must be integer',
            schema: schema82.properties.max_rows.type,
            parentSchema: schema82.properties.max_rows,
            data: data2,
          };
          if (vErrors === null) {
            vErrors = [err5];
          } else {
            vErrors.push(err5);
          }
          errors++;
        }
        if (typeof data2 == 'number' && isFinite(data2)) {
          if (data2 > 10000000 || isNaN(data2)) {
            const err6 = {
              instancePath: instancePath + '/max_rows',
              schemaPath: '#/properties/max_rows/maximum',
              keyword: 'maximum',
              params: { comparison: '<=', limit: 10000000 },
              message: 'must be <= 10000000',
              schema: 10000000,
              parentSchema: schema82.properties.max_rows,
              data: data2,
            };
            if (vErrors === null) {
              vErrors = [err6];
            } else {
              vErrors.push(err6);
            }
            errors++;
          }
          if (data2 < 1 || isNaN(data2)) {
            const err7 = {
              instancePath: instancePath + '/max_rows',
              schemaPath: '#/properties/max_rows/minimum',
              keyword: 'minimum',
              params: { comparison: '>=', limit: 1 },
              message: 'must be >= 1',
              schema: 1,
              parentSchema: schema82.properties.max_rows,
              data: data2,
            };
            if (vErrors === null) {
              vErrors = [err7];
            } else {
              vErrors.push(err7);
            }
            errors++;
          }
        }
      }
      if (data.target_duration !== undefined) {
        let data3 = data.target_duration;
        if (typeof data3 === 'string') {
          if (!formats0(data3)) {
            const err8 = {
              instancePath: instancePath + '/target_duration',
              schemaPath: '#/definitions/duration/format',
              keyword: 'format',
              params: { format: 'duration' },
              message: 'must match format "' + 'duration' + '"',
              schema: 'duration',
              parentSchema: schema16,
              data: data3,
            };
            if (vErrors === null) {
              vErrors = [err8];
            } else {
              vErrors.push(err8);
            }
            errors++;
          }
        } else {
          const err9 = {
            instancePath: instancePath + '/target_duration',
            schemaPath: '#/definitions/duration/type',
            keyword: 'type',
            params: { type: 'string' },
            message: 'must be string',
            schema: schema16.type,
            parentSchema: schema16,
            data: data3,
          };
          if (vErrors === null) {
            vErrors = [err9];
          } else {
            vErrors.push(err9);
          }
          errors++;
        }
      }
      if (data.pause !== undefined) {
        let data4 = data.pause;
        if (typeof data4 === 'string') {
          if (!formats0(data4)) {
            const err10 = {
              instancePath: instancePath + '/pause',
              schemaPath: '#/definitions/duration/format',
              keyword: 'format',
              params: { format: 'duration' },
              message: 'must match format "' + 'duration' + '"',
              schema: 'duration',
              parentSchema: schema16,
              data: data4,
            };
            if (vErrors === null) {
              vErrors = [err10];
            } else {
              vErrors.push(err10);
            }
            errors++;
          }
        } else {
          const err11 = {
            instancePath: instancePath + '/pause',
            schemaPath: '#/definitions/duration/type',
            keyword: 'type',
            params: { type: 'string' },
            message: 'must be string',
            schema: schema16.type,
            parentSchema: schema16,
            data: data4,
          };
          if (vErrors === null) {
            vErrors = [err11];
          } else {
            vErrors.push(err11);
          }
          errors++;
        }
      }
    } else {
      const err12 = {
        instancePath,
        schemaPath: '#/type',
        keyword: 'type',
        params: { type: 'object' },
        message: 'must be object',
        schema: schema82.type,
        parentSchema: schema82,
        data,
      };
      if (vErrors === null) {
        vErrors = [err12];
      } else {
        vErrors.push(err12);
      }
      errors++;
    }
    validate51.errors = vErrors;
    return errors === 0;
  }

  const schema85 = {
    type: 'object',
    additionalProperties: false,
    minProperties: 1,
    properties: {
      replica_lag: {
        type: 'object',
        additionalProperties: false,
        required: ['max'],
        properties: { max: { $ref: '#/definitions/duration' } },
      },
      sql: { type: 'string', minLength: 1 },
      wal_rate: { $ref: '#/definitions/size' },
    },
  };

  function validate53(
    data,
    { instancePath = '', parentData, parentDataProperty, rootData = data } = {},
  ) {
    let vErrors = null;
    let errors = 0;
    if (data && typeof data == 'object' && !Array.isArray(data)) {
      if (Object.keys(data).length < 1) {
        const err0 = {
          instancePath,
          schemaPath: '#/minProperties',
          keyword: 'minProperties',
          params: { limit: 1 },
          message: 'must NOT have fewer than 1 properties',
          schema: 1,
          parentSchema: schema85,
          data,
        };
        if (vErrors === null) {
          vErrors = [err0];
        } else {
          vErrors.push(err0);
        }
        errors++;
      }
      for (const key0 in data) {
        if (!(key0 === 'replica_lag' || key0 === 'sql' || key0 === 'wal_rate')) {
          const err1 = {
            instancePath,
            schemaPath: '#/additionalProperties',
            keyword: 'additionalProperties',
            params: { additionalProperty: key0 },
            message: 'must NOT have additional properties',
            schema: false,
            parentSchema: schema85,
            data,
          };
          if (vErrors === null) {
            vErrors = [err1];
          } else {
            vErrors.push(err1);
          }
          errors++;
        }
      }
      if (data.replica_lag !== undefined) {
        let data0 = data.replica_lag;
        if (data0 && typeof data0 == 'object' && !Array.isArray(data0)) {
          if (data0.max === undefined) {
            const err2 = {
              instancePath: instancePath + '/replica_lag',
              schemaPath: '#/properties/replica_lag/required',
              keyword: 'required',
              params: { missingProperty: 'max' },
              message: "must have required property '" + 'max' + "'",
              schema: schema85.properties.replica_lag.required,
              parentSchema: schema85.properties.replica_lag,
              data: data0,
            };
            if (vErrors === null) {
              vErrors = [err2];
            } else {
              vErrors.push(err2);
            }
            errors++;
          }
          for (const key1 in data0) {
            if (!(key1 === 'max')) {
              const err3 = {
                instancePath: instancePath + '/replica_lag',
                schemaPath: '#/properties/replica_lag/additionalProperties',
                keyword: 'additionalProperties',
                params: { additionalProperty: key1 },
                message: 'must NOT have additional properties',
                schema: false,
                parentSchema: schema85.properties.replica_lag,
                data: data0,
              };
              if (vErrors === null) {
                vErrors = [err3];
              } else {
                vErrors.push(err3);
              }
              errors++;
            }
          }
          if (data0.max !== undefined) {
            let data1 = data0.max;
            if (typeof data1 === 'string') {
              if (!formats0(data1)) {
                const err4 = {
                  instancePath: instancePath + '/replica_lag/max',
                  schemaPath: '#/definitions/duration/format',
                  keyword: 'format',
                  params: { format: 'duration' },
                  message: 'must match format "' + 'duration' + '"',
                  schema: 'duration',
                  parentSchema: schema16,
                  data: data1,
                };
                if (vErrors === null) {
                  vErrors = [err4];
                } else {
                  vErrors.push(err4);
                }
                errors++;
              }
            } else {
              const err5 = {
                instancePath: instancePath + '/replica_lag/max',
                schemaPath: '#/definitions/duration/type',
                keyword: 'type',
                params: { type: 'string' },
                message: 'must be string',
                schema: schema16.type,
                parentSchema: schema16,
                data: data1,
              };
              if (vErrors === null) {
                vErrors = [err5];
              } else {
                vErrors.push(err5);
              }
              errors++;
            }
          }
        } else {
          const err6 = {
            instancePath: instancePath + '/replica_lag',
            schemaPath: '#/properties/replica_lag/type',
            keyword: 'type',
            params: { type: 'object' },
            message: 'must be object',
            schema: schema85.properties.replica_lag.type,
            parentSchema: schema85.properties.replica_lag,
            data: data0,
          };
          if (vErrors === null) {
            vErrors = [err6];
          } else {
            vErrors.push(err6);
          }
          errors++;
        }
      }
      if (data.sql !== undefined) {
        let data2 = data.sql;
        if (typeof data2 === 'string') {
          if (func4(data2) < 1) {
            const err7 = {
              instancePath: instancePath + '/sql',
              schemaPath: '#/properties/sql/minLength',
              keyword: 'minLength',
              params: { limit: 1 },
              message: 'must NOT have fewer than 1 characters',
              schema: 1,
              parentSchema: schema85.properties.sql,
              data: data2,
            };
            if (vErrors === null) {
              vErrors = [err7];
            } else {
              vErrors.push(err7);
            }
            errors++;
          }
        } else {
          const err8 = {
            instancePath: instancePath + '/sql',
            schemaPath: '#/properties/sql/type',
            keyword: 'type',
            params: { type: 'string' },
            message: 'must be string',
            schema: schema85.properties.sql.type,
            parentSchema: schema85.properties.sql,
            data: data2,
          };
          if (vErrors === null) {
            vErrors = [err8];
          } else {
            vErrors.push(err8);
          }
          errors++;
        }
      }
      if (data.wal_rate !== undefined) {
        let data3 = data.wal_rate;
        if (typeof data3 === 'string') {
          if (!formats26(data3)) {
            const err9 = {
              instancePath: instancePath + '/wal_rate',
              schemaPath: '#/definitions/size/format',
              keyword: 'format',
              params: { format: 'byte-size' },
              message: 'must match format "' + 'byte-size' + '"',
              schema: 'byte-size',
              parentSchema: schema38,
              data: data3,
            };
            if (vErrors === null) {
              vErrors = [err9];
            } else {
              vErrors.push(err9);
            }
            errors++;
          }
        } else {
          const err10 = {
            instancePath: instancePath + '/wal_rate',
            schemaPath: '#/definitions/size/type',
            keyword: 'type',
            params: { type: 'string' },
            message: 'must be string',
            schema: schema38.type,
            parentSchema: schema38,
            data: data3,
          };
          if (vErrors === null) {
            vErrors = [err10];
          } else {
            vErrors.push(err10);
          }
          errors++;
        }
      }
    } else {
      const err11 = {
        instancePath,
        schemaPath: '#/type',
        keyword: 'type',
        params: { type: 'object' },
        message: 'must be object',
        schema: schema85.type,
        parentSchema: schema85,
        data,
      };
      if (vErrors === null) {
        vErrors = [err11];
      } else {
        vErrors.push(err11);
      }
      errors++;
    }
    validate53.errors = vErrors;
    return errors === 0;
  }

  function validate50(
    data,
    { instancePath = '', parentData, parentDataProperty, rootData = data } = {},
  ) {
    let vErrors = null;
    let errors = 0;
    if (data && typeof data == 'object' && !Array.isArray(data)) {
      if (data.table === undefined) {
        const err0 = {
          instancePath,
          schemaPath: '#/required',
          keyword: 'required',
          params: { missingProperty: 'table' },
          message: "must have required property '" + 'table' + "'",
          schema: schema79.required,
          parentSchema: schema79,
          data,
        };
        if (vErrors === null) {
          vErrors = [err0];
        } else {
          vErrors.push(err0);
        }
        errors++;
      }
      if (data.key === undefined) {
        const err1 = {
          instancePath,
          schemaPath: '#/required',
          keyword: 'required',
          params: { missingProperty: 'key' },
          message: "must have required property '" + 'key' + "'",
          schema: schema79.required,
          parentSchema: schema79,
          data,
        };
        if (vErrors === null) {
          vErrors = [err1];
        } else {
          vErrors.push(err1);
        }
        errors++;
      }
      if (data.set === undefined) {
        const err2 = {
          instancePath,
          schemaPath: '#/required',
          keyword: 'required',
          params: { missingProperty: 'set' },
          message: "must have required property '" + 'set' + "'",
          schema: schema79.required,
          parentSchema: schema79,
          data,
        };
        if (vErrors === null) {
          vErrors = [err2];
        } else {
          vErrors.push(err2);
        }
        errors++;
      }
      for (const key0 in data) {
        if (!(
          key0 === 'table' ||
          key0 === 'key' ||
          key0 === 'set' ||
          key0 === 'where' ||
          key0 === 'remaining' ||
          key0 === 'allow_unchanged' ||
          key0 === 'batch' ||
          key0 === 'throttle'
        )) {
          const err3 = {
            instancePath,
            schemaPath: '#/additionalProperties',
            keyword: 'additionalProperties',
            params: { additionalProperty: key0 },
            message: 'must NOT have additional properties',
            schema: false,
            parentSchema: schema79,
            data,
          };
          if (vErrors === null) {
            vErrors = [err3];
          } else {
            vErrors.push(err3);
          }
          errors++;
        }
      }
      if (data.remaining !== undefined) {
        if (data.where === undefined) {
          const err4 = {
            instancePath,
            schemaPath: '#/dependencies',
            keyword: 'dependencies',
            params: {
              property: 'remaining',
              missingProperty: 'where',
              depsCount: 1,
              deps: 'where',
            },
            message: 'must have property where when property remaining is present',
            schema: schema79.dependencies,
            parentSchema: schema79,
            data,
          };
          if (vErrors === null) {
            vErrors = [err4];
          } else {
            vErrors.push(err4);
          }
          errors++;
        }
      }
      if (data.table !== undefined) {
        let data0 = data.table;
        if (typeof data0 === 'string') {
          if (!formats76(data0)) {
            const err5 = {
              instancePath: instancePath + '/table',
              schemaPath: '#/definitions/table_name/format',
              keyword: 'format',
              params: { format: 'relation-name' },
              message: 'must match format "' + 'relation-name' + '"',
              schema: 'relation-name',
              parentSchema: schema80,
              data: data0,
            };
            if (vErrors === null) {
              vErrors = [err5];
            } else {
              vErrors.push(err5);
            }
            errors++;
          }
        } else {
          const err6 = {
            instancePath: instancePath + '/table',
            schemaPath: '#/definitions/table_name/type',
            keyword: 'type',
            params: { type: 'string' },
            message: 'must be string',
            schema: schema80.type,
            parentSchema: schema80,
            data: data0,
          };
          if (vErrors === null) {
            vErrors = [err6];
          } else {
            vErrors.push(err6);
          }
          errors++;
        }
      }
      if (data.key !== undefined) {
        let data1 = data.key;
        const _errs7 = errors;
        let valid4 = false;
        let passing0 = null;
        const _errs8 = errors;
        if (typeof data1 === 'string') {
          if (func4(data1) < 1) {
            const err7 = {
              instancePath: instancePath + '/key',
              schemaPath: '#/definitions/key/oneOf/0/minLength',
              keyword: 'minLength',
              params: { limit: 1 },
              message: 'must NOT have fewer than 1 characters',
              schema: 1,
              parentSchema: schema81.oneOf[0],
              data: data1,
            };
            if (vErrors === null) {
              vErrors = [err7];
            } else {
              vErrors.push(err7);
            }
            errors++;
          }
        } else {
          const err8 = {
            instancePath: instancePath + '/key',
            schemaPath: '#/definitions/key/oneOf/0/type',
            keyword: 'type',
            params: { type: 'string' },
            message: 'must be string',
            schema: schema81.oneOf[0].type,
            parentSchema: schema81.oneOf[0],
            data: data1,
          };
          if (vErrors === null) {
            vErrors = [err8];
          } else {
            vErrors.push(err8);
          }
          errors++;
        }
        var _valid0 = _errs8 === errors;
        if (_valid0) {
          valid4 = true;
          passing0 = 0;
        }
        const _errs10 = errors;
        if (Array.isArray(data1)) {
          if (data1.length < 1) {
            const err9 = {
              instancePath: instancePath + '/key',
              schemaPath: '#/definitions/key/oneOf/1/minItems',
              keyword: 'minItems',
              params: { limit: 1 },
              message: 'must NOT have fewer than 1 items',
              schema: 1,
              parentSchema: schema81.oneOf[1],
              data: data1,
            };
            if (vErrors === null) {
              vErrors = [err9];
            } else {
              vErrors.push(err9);
            }
            errors++;
          }
          const len0 = data1.length;
          for (let i0 = 0; i0 < len0; i0++) {
            let data2 = data1[i0];
            if (typeof data2 === 'string') {
              if (func4(data2) < 1) {
                const err10 = {
                  instancePath: instancePath + '/key/' + i0,
                  schemaPath: '#/definitions/key/oneOf/1/items/minLength',
                  keyword: 'minLength',
                  params: { limit: 1 },
                  message: 'must NOT have fewer than 1 characters',
                  schema: 1,
                  parentSchema: schema81.oneOf[1].items,
                  data: data2,
                };
                if (vErrors === null) {
                  vErrors = [err10];
                } else {
                  vErrors.push(err10);
                }
                errors++;
              }
            } else {
              const err11 = {
                instancePath: instancePath + '/key/' + i0,
                schemaPath: '#/definitions/key/oneOf/1/items/type',
                keyword: 'type',
                params: { type: 'string' },
                message: 'must be string',
                schema: schema81.oneOf[1].items.type,
                parentSchema: schema81.oneOf[1].items,
                data: data2,
              };
              if (vErrors === null) {
                vErrors = [err11];
              } else {
                vErrors.push(err11);
              }
              errors++;
            }
          }
          let i1 = data1.length;
          let j0;
          if (i1 > 1) {
            const indices0 = {};
            for (; i1--;) {
              let item0 = data1[i1];
              if (typeof item0 !== 'string') {
                continue;
              }
              if (typeof indices0[item0] == 'number') {
                j0 = indices0[item0];
                const err12 = {
                  instancePath: instancePath + '/key',
                  schemaPath: '#/definitions/key/oneOf/1/uniqueItems',
                  keyword: 'uniqueItems',
                  params: { i: i1, j: j0 },
                  message:
                    'must NOT have duplicate items (items ## ' +
                    j0 +
                    ' and ' +
                    i1 +
                    ' are identical)',
                  schema: true,
                  parentSchema: schema81.oneOf[1],
                  data: data1,
                };
                if (vErrors === null) {
                  vErrors = [err12];
                } else {
                  vErrors.push(err12);
                }
                errors++;
                break;
              }
              indices0[item0] = i1;
            }
          }
        } else {
          const err13 = {
            instancePath: instancePath + '/key',
            schemaPath: '#/definitions/key/oneOf/1/type',
            keyword: 'type',
            params: { type: 'array' },
            message: 'must be array',
            schema: schema81.oneOf[1].type,
            parentSchema: schema81.oneOf[1],
            data: data1,
          };
          if (vErrors === null) {
            vErrors = [err13];
          } else {
            vErrors.push(err13);
          }
          errors++;
        }
        var _valid0 = _errs10 === errors;
        if (_valid0 && valid4) {
          valid4 = false;
          passing0 = [passing0, 1];
        } else {
          if (_valid0) {
            valid4 = true;
            passing0 = 1;
          }
        }
        if (!valid4) {
          const err14 = {
            instancePath: instancePath + '/key',
            schemaPath: '#/definitions/key/oneOf',
            keyword: 'oneOf',
            params: { passingSchemas: passing0 },
            message: 'must match exactly one schema in oneOf',
            schema: schema81.oneOf,
            parentSchema: schema81,
            data: data1,
          };
          if (vErrors === null) {
            vErrors = [err14];
          } else {
            vErrors.push(err14);
          }
          errors++;
        } else {
          errors = _errs7;
          if (vErrors !== null) {
            if (_errs7) {
              vErrors.length = _errs7;
            } else {
              vErrors = null;
            }
          }
        }
      }
      if (data.set !== undefined) {
        let data3 = data.set;
        if (data3 && typeof data3 == 'object' && !Array.isArray(data3)) {
          if (Object.keys(data3).length < 1) {
            const err15 = {
              instancePath: instancePath + '/set',
              schemaPath: '#/properties/set/minProperties',
              keyword: 'minProperties',
              params: { limit: 1 },
              message: 'must NOT have fewer than 1 properties',
              schema: 1,
              parentSchema: schema79.properties.set,
              data: data3,
            };
            if (vErrors === null) {
              vErrors = [err15];
            } else {
              vErrors.push(err15);
            }
            errors++;
          }
          for (const key1 in data3) {
            let data4 = data3[key1];
            if (
              typeof data4 !== 'string' &&
              !(typeof data4 == 'number' && isFinite(data4)) &&
              typeof data4 !== 'boolean' &&
              data4 !== null
            ) {
              const err16 = {
                instancePath:
                  instancePath + '/set/' + key1.replace(/~/g, '~0').replace(/\//g, '~1'),
                schemaPath: '#/properties/set/additionalProperties/type',
                keyword: 'type',
                params: { type: schema79.properties.set.additionalProperties.type },
                message: 'must be string,integer,number,boolean,null',
                schema: schema79.properties.set.additionalProperties.type,
                parentSchema: schema79.properties.set.additionalProperties,
                data: data4,
              };
              if (vErrors === null) {
                vErrors = [err16];
              } else {
                vErrors.push(err16);
              }
              errors++;
            }
          }
        } else {
          const err17 = {
            instancePath: instancePath + '/set',
            schemaPath: '#/properties/set/type',
            keyword: 'type',
            params: { type: 'object' },
            message: 'must be object',
            schema: schema79.properties.set.type,
            parentSchema: schema79.properties.set,
            data: data3,
          };
          if (vErrors === null) {
            vErrors = [err17];
          } else {
            vErrors.push(err17);
          }
          errors++;
        }
      }
      if (data.where !== undefined) {
        let data5 = data.where;
        if (typeof data5 === 'string') {
          if (func4(data5) < 1) {
            const err18 = {
              instancePath: instancePath + '/where',
              schemaPath: '#/properties/where/minLength',
              keyword: 'minLength',
              params: { limit: 1 },
              message: 'must NOT have fewer than 1 characters',
              schema: 1,
              parentSchema: schema79.properties.where,
              data: data5,
            };
            if (vErrors === null) {
              vErrors = [err18];
            } else {
              vErrors.push(err18);
            }
            errors++;
          }
        } else {
          const err19 = {
            instancePath: instancePath + '/where',
            schemaPath: '#/properties/where/type',
            keyword: 'type',
            params: { type: 'string' },
            message: 'must be string',
            schema: schema79.properties.where.type,
            parentSchema: schema79.properties.where,
            data: data5,
          };
          if (vErrors === null) {
            vErrors = [err19];
          } else {
            vErrors.push(err19);
          }
          errors++;
        }
      }
      if (data.remaining !== undefined) {
        let data6 = data.remaining;
        if (!(typeof data6 == 'number' && !(data6 % 1) && !isNaN(data6) && isFinite(data6))) {
          const err20 = {
            instancePath: instancePath + '/remaining',
            schemaPath: '#/properties/remaining/type',
            keyword: 'type',
            params: { type: 'integer' },
            message: 'must be integer',
            schema: schema79.properties.remaining.type,
            parentSchema: schema79.properties.remaining,
            data: data6,
          };
          if (vErrors === null) {
            vErrors = [err20];
          } else {
            vErrors.push(err20);
          }
          errors++;
        }
        if (typeof data6 == 'number' && isFinite(data6)) {
          if (data6 < 0 || isNaN(data6)) {
            const err21 = {
              instancePath: instancePath + '/remaining',
              schemaPath: '#/properties/remaining/minimum',
              keyword: 'minimum',
              params: { comparison: '>=', limit: 0 },
              message: 'must be >= 0',
              schema: 0,
              parentSchema: schema79.properties.remaining,
              data: data6,
            };
            if (vErrors === null) {
              vErrors = [err21];
            } else {
              vErrors.push(err21);
            }
            errors++;
          }
        }
      }
      if (data.allow_unchanged !== undefined) {
        let data7 = data.allow_unchanged;
        if (typeof data7 !== 'boolean') {
          const err22 = {
            instancePath: instancePath + '/allow_unchanged',
            schemaPath: '#/properties/allow_unchanged/type',
            keyword: 'type',
            params: { type: 'boolean' },
            message: 'must be boolean',
            schema: schema79.properties.allow_unchanged.type,
            parentSchema: schema79.properties.allow_unchanged,
            data: data7,
          };
          if (vErrors === null) {
            vErrors = [err22];
          } else {
            vErrors.push(err22);
          }
          errors++;
        }
      }
      if (data.batch !== undefined) {
        if (
          !validate51(data.batch, {
            instancePath: instancePath + '/batch',
            parentData: data,
            parentDataProperty: 'batch',
            rootData,
          })
        ) {
          vErrors = vErrors === null ? validate51.errors : vErrors.concat(validate51.errors);
          errors = vErrors.length;
        }
      }
      if (data.throttle !== undefined) {
        if (
          !validate53(data.throttle, {
            instancePath: instancePath + '/throttle',
            parentData: data,
            parentDataProperty: 'throttle',
            rootData,
          })
        ) {
          vErrors = vErrors === null ? validate53.errors : vErrors.concat(validate53.errors);
          errors = vErrors.length;
        }
      }
    } else {
      const err23 = {
        instancePath,
        schemaPath: '#/type',
        keyword: 'type',
        params: { type: 'object' },
        message: 'must be object',
        schema: schema79.type,
        parentSchema: schema79,
        data,
      };
      if (vErrors === null) {
        vErrors = [err23];
      } else {
        vErrors.push(err23);
      }
      errors++;
    }
    validate50.errors = vErrors;
    return errors === 0;
  }

  const schema88 = {
    type: 'object',
    additionalProperties: false,
    required: ['table', 'key', 'where'],
    properties: {
      table: { $ref: '#/definitions/table_name' },
      key: { $ref: '#/definitions/key' },
      where: { type: 'string', minLength: 1 },
      archive_to: { $ref: '#/definitions/table_name' },
      remaining: { type: 'integer', minimum: 0 },
      allow_unchanged: { type: 'boolean' },
      batch: { $ref: '#/definitions/batch' },
      throttle: { $ref: '#/definitions/throttle' },
    },
  };

  function validate56(
    data,
    { instancePath = '', parentData, parentDataProperty, rootData = data } = {},
  ) {
    let vErrors = null;
    let errors = 0;
    if (data && typeof data == 'object' && !Array.isArray(data)) {
      if (data.table === undefined) {
        const err0 = {
          instancePath,
          schemaPath: '#/required',
          keyword: 'required',
          params: { missingProperty: 'table' },
          message: "must have required property '" + 'table' + "'",
          schema: schema88.required,
          parentSchema: schema88,
          data,
        };
        if (vErrors === null) {
          vErrors = [err0];
        } else {
          vErrors.push(err0);
        }
        errors++;
      }
      if (data.key === undefined) {
        const err1 = {
          instancePath,
          schemaPath: '#/required',
          keyword: 'required',
          params: { missingProperty: 'key' },
          message: "must have required property '" + 'key' + "'",
          schema: schema88.required,
          parentSchema: schema88,
          data,
        };
        if (vErrors === null) {
          vErrors = [err1];
        } else {
          vErrors.push(err1);
        }
        errors++;
      }
      if (data.where === undefined) {
        const err2 = {
          instancePath,
          schemaPath: '#/required',
          keyword: 'required',
          params: { missingProperty: 'where' },
          message: "must have required property '" + 'where' + "'",
          schema: schema88.required,
          parentSchema: schema88,
          data,
        };
        if (vErrors === null) {
          vErrors = [err2];
        } else {
          vErrors.push(err2);
        }
        errors++;
      }
      for (const key0 in data) {
        if (!(
          key0 === 'table' ||
          key0 === 'key' ||
          key0 === 'where' ||
          key0 === 'archive_to' ||
          key0 === 'remaining' ||
          key0 === 'allow_unchanged' ||
          key0 === 'batch' ||
          key0 === 'throttle'
        )) {
          const err3 = {
            instancePath,
            schemaPath: '#/additionalProperties',
            keyword: 'additionalProperties',
            params: { additionalProperty: key0 },
            message: 'must NOT have additional properties',
            schema: false,
            parentSchema: schema88,
            data,
          };
          if (vErrors === null) {
            vErrors = [err3];
          } else {
            vErrors.push(err3);
          }
          errors++;
        }
      }
      if (data.table !== undefined) {
        let data0 = data.table;
        if (typeof data0 === 'string') {
          if (!formats76(data0)) {
            const err4 = {
              instancePath: instancePath + '/table',
              schemaPath: '#/definitions/table_name/format',
              keyword: 'format',
              params: { format: 'relation-name' },
              message: 'must match format "' + 'relation-name' + '"',
              schema: 'relation-name',
              parentSchema: schema80,
              data: data0,
            };
            if (vErrors === null) {
              vErrors = [err4];
            } else {
              vErrors.push(err4);
            }
            errors++;
          }
        } else {
          const err5 = {
            instancePath: instancePath + '/table',
            schemaPath: '#/definitions/table_name/type',
            keyword: 'type',
            params: { type: 'string' },
            message: 'must be string',
            schema: schema80.type,
            parentSchema: schema80,
            data: data0,
          };
          if (vErrors === null) {
            vErrors = [err5];
          } else {
            vErrors.push(err5);
          }
          errors++;
        }
      }
      if (data.key !== undefined) {
        let data1 = data.key;
        const _errs7 = errors;
        let valid3 = false;
        let passing0 = null;
        const _errs8 = errors;
        if (typeof data1 === 'string') {
          if (func4(data1) < 1) {
            const err6 = {
              instancePath: instancePath + '/key',
              schemaPath: '#/definitions/key/oneOf/0/minLength',
              keyword: 'minLength',
              params: { limit: 1 },
              message: 'must NOT have fewer than 1 characters',
              schema: 1,
              parentSchema: schema81.oneOf[0],
              data: data1,
            };
            if (vErrors === null) {
              vErrors = [err6];
            } else {
              vErrors.push(err6);
            }
            errors++;
          }
        } else {
          const err7 = {
            instancePath: instancePath + '/key',
            schemaPath: '#/definitions/key/oneOf/0/type',
            keyword: 'type',
            params: { type: 'string' },
            message: 'must be string',
            schema: schema81.oneOf[0].type,
            parentSchema: schema81.oneOf[0],
            data: data1,
          };
          if (vErrors === null) {
            vErrors = [err7];
          } else {
            vErrors.push(err7);
          }
          errors++;
        }
        var _valid0 = _errs8 === errors;
        if (_valid0) {
          valid3 = true;
          passing0 = 0;
        }
        const _errs10 = errors;
        if (Array.isArray(data1)) {
          if (data1.length < 1) {
            const err8 = {
              instancePath: instancePath + '/key',
              schemaPath: '#/definitions/key/oneOf/1/minItems',
              keyword: 'minItems',
              params: { limit: 1 },
              message: 'must NOT have fewer than 1 items',
              schema: 1,
              parentSchema: schema81.oneOf[1],
              data: data1,
            };
            if (vErrors === null) {
              vErrors = [err8];
            } else {
              vErrors.push(err8);
            }
            errors++;
          }
          const len0 = data1.length;
          for (let i0 = 0; i0 < len0; i0++) {
            let data2 = data1[i0];
            if (typeof data2 === 'string') {
              if (func4(data2) < 1) {
                const err9 = {
                  instancePath: instancePath + '/key/' + i0,
                  schemaPath: '#/definitions/key/oneOf/1/items/minLength',
                  keyword: 'minLength',
                  params: { limit: 1 },
                  message: 'must NOT have fewer than 1 characters',
                  schema: 1,
                  parentSchema: schema81.oneOf[1].items,
                  data: data2,
                };
                if (vErrors === null) {
                  vErrors = [err9];
                } else {
                  vErrors.push(err9);
                }
                errors++;
              }
            } else {
              const err10 = {
                instancePath: instancePath + '/key/' + i0,
                schemaPath: '#/definitions/key/oneOf/1/items/type',
                keyword: 'type',
                params: { type: 'string' },
                message: 'must be string',
                schema: schema81.oneOf[1].items.type,
                parentSchema: schema81.oneOf[1].items,
                data: data2,
              };
              if (vErrors === null) {
                vErrors = [err10];
              } else {
                vErrors.push(err10);
              }
              errors++;
            }
          }
          let i1 = data1.length;
          let j0;
          if (i1 > 1) {
            const indices0 = {};
            for (; i1--;) {
              let item0 = data1[i1];
              if (typeof item0 !== 'string') {
                continue;
              }
              if (typeof indices0[item0] == 'number') {
                j0 = indices0[item0];
                const err11 = {
                  instancePath: instancePath + '/key',
                  schemaPath: '#/definitions/key/oneOf/1/uniqueItems',
                  keyword: 'uniqueItems',
                  params: { i: i1, j: j0 },
                  message:
                    'must NOT have duplicate items (items ## ' +
                    j0 +
                    ' and ' +
                    i1 +
                    ' are identical)',
                  schema: true,
                  parentSchema: schema81.oneOf[1],
                  data: data1,
                };
                if (vErrors === null) {
                  vErrors = [err11];
                } else {
                  vErrors.push(err11);
                }
                errors++;
                break;
              }
              indices0[item0] = i1;
            }
          }
        } else {
          const err12 = {
            instancePath: instancePath + '/key',
            schemaPath: '#/definitions/key/oneOf/1/type',
            keyword: 'type',
            params: { type: 'array' },
            message: 'must be array',
            schema: schema81.oneOf[1].type,
            parentSchema: schema81.oneOf[1],
            data: data1,
          };
          if (vErrors === null) {
            vErrors = [err12];
          } else {
            vErrors.push(err12);
          }
          errors++;
        }
        var _valid0 = _errs10 === errors;
        if (_valid0 && valid3) {
          valid3 = false;
          passing0 = [passing0, 1];
        } else {
          if (_valid0) {
            valid3 = true;
            passing0 = 1;
          }
        }
        if (!valid3) {
          const err13 = {
            instancePath: instancePath + '/key',
            schemaPath: '#/definitions/key/oneOf',
            keyword: 'oneOf',
            params: { passingSchemas: passing0 },
            message: 'must match exactly one schema in oneOf',
            schema: schema81.oneOf,
            parentSchema: schema81,
            data: data1,
          };
          if (vErrors === null) {
            vErrors = [err13];
          } else {
            vErrors.push(err13);
          }
          errors++;
        } else {
          errors = _errs7;
          if (vErrors !== null) {
            if (_errs7) {
              vErrors.length = _errs7;
            } else {
              vErrors = null;
            }
          }
        }
      }
      if (data.where !== undefined) {
        let data3 = data.where;
        if (typeof data3 === 'string') {
          if (func4(data3) < 1) {
            const err14 = {
              instancePath: instancePath + '/where',
              schemaPath: '#/properties/where/minLength',
              keyword: 'minLength',
              params: { limit: 1 },
              message: 'must NOT have fewer than 1 characters',
              schema: 1,
              parentSchema: schema88.properties.where,
              data: data3,
            };
            if (vErrors === null) {
              vErrors = [err14];
            } else {
              vErrors.push(err14);
            }
            errors++;
          }
        } else {
          const err15 = {
            instancePath: instancePath + '/where',
            schemaPath: '#/properties/where/type',
            keyword: 'type',
            params: { type: 'string' },
            message: 'must be string',
            schema: schema88.properties.where.type,
            parentSchema: schema88.properties.where,
            data: data3,
          };
          if (vErrors === null) {
            vErrors = [err15];
          } else {
            vErrors.push(err15);
          }
          errors++;
        }
      }
      if (data.archive_to !== undefined) {
        let data4 = data.archive_to;
        if (typeof data4 === 'string') {
          if (!formats76(data4)) {
            const err16 = {
              instancePath: instancePath + '/archive_to',
              schemaPath: '#/definitions/table_name/format',
              keyword: 'format',
              params: { format: 'relation-name' },
              message: 'must match format "' + 'relation-name' + '"',
              schema: 'relation-name',
              parentSchema: schema80,
              data: data4,
            };
            if (vErrors === null) {
              vErrors = [err16];
            } else {
              vErrors.push(err16);
            }
            errors++;
          }
        } else {
          const err17 = {
            instancePath: instancePath + '/archive_to',
            schemaPath: '#/definitions/table_name/type',
            keyword: 'type',
            params: { type: 'string' },
            message: 'must be string',
            schema: schema80.type,
            parentSchema: schema80,
            data: data4,
          };
          if (vErrors === null) {
            vErrors = [err17];
          } else {
            vErrors.push(err17);
          }
          errors++;
        }
      }
      if (data.remaining !== undefined) {
        let data5 = data.remaining;
        if (!(typeof data5 == 'number' && !(data5 % 1) && !isNaN(data5) && isFinite(data5))) {
          const err18 = {
            instancePath: instancePath + '/remaining',
            schemaPath: '#/properties/remaining/type',
            keyword: 'type',
            params: { type: 'integer' },
            message: 'must be integer',
            schema: schema88.properties.remaining.type,
            parentSchema: schema88.properties.remaining,
            data: data5,
          };
          if (vErrors === null) {
            vErrors = [err18];
          } else {
            vErrors.push(err18);
          }
          errors++;
        }
        if (typeof data5 == 'number' && isFinite(data5)) {
          if (data5 < 0 || isNaN(data5)) {
            const err19 = {
              instancePath: instancePath + '/remaining',
              schemaPath: '#/properties/remaining/minimum',
              keyword: 'minimum',
              params: { comparison: '>=', limit: 0 },
              message: 'must be >= 0',
              schema: 0,
              parentSchema: schema88.properties.remaining,
              data: data5,
            };
            if (vErrors === null) {
              vErrors = [err19];
            } else {
              vErrors.push(err19);
            }
            errors++;
          }
        }
      }
      if (data.allow_unchanged !== undefined) {
        let data6 = data.allow_unchanged;
        if (typeof data6 !== 'boolean') {
          const err20 = {
            instancePath: instancePath + '/allow_unchanged',
            schemaPath: '#/properties/allow_unchanged/type',
            keyword: 'type',
            params: { type: 'boolean' },
            message: 'must be boolean',
            schema: schema88.properties.allow_unchanged.type,
            parentSchema: schema88.properties.allow_unchanged,
            data: data6,
          };
          if (vErrors === null) {
            vErrors = [err20];
          } else {
            vErrors.push(err20);
          }
          errors++;
        }
      }
      if (data.batch !== undefined) {
        if (
          !validate51(data.batch, {
            instancePath: instancePath + '/batch',
            parentData: data,
            parentDataProperty: 'batch',
            rootData,
          })
        ) {
          vErrors = vErrors === null ? validate51.errors : vErrors.concat(validate51.errors);
          errors = vErrors.length;
        }
      }
      if (data.throttle !== undefined) {
        if (
          !validate53(data.throttle, {
            instancePath: instancePath + '/throttle',
            parentData: data,
            parentDataProperty: 'throttle',
            rootData,
          })
        ) {
          vErrors = vErrors === null ? validate53.errors : vErrors.concat(validate53.errors);
          errors = vErrors.length;
        }
      }
    } else {
      const err21 = {
        instancePath,
        schemaPath: '#/type',
        keyword: 'type',
        params: { type: 'object' },
        message: 'must be object',
        schema: schema88.type,
        parentSchema: schema88,
        data,
      };
      if (vErrors === null) {
        vErrors = [err21];
      } else {
        vErrors.push(err21);
      }
      errors++;
    }
    validate56.errors = vErrors;
    return errors === 0;
  }

  function validate29(
    data,
    { instancePath = '', parentData, parentDataProperty, rootData = data } = {},
  ) {
    let vErrors = null;
    let errors = 0;
    const _errs1 = errors;
    let valid0 = false;
    let passing0 = null;
    const _errs2 = errors;
    if (data && typeof data == 'object' && !Array.isArray(data)) {
      if (data.vacuum === undefined) {
        const err0 = {
          instancePath,
          schemaPath: '#/oneOf/0/required',
          keyword: 'required',
          params: { missingProperty: 'vacuum' },
          message: "must have required property '" + 'vacuum' + "'",
          schema: schema41.oneOf[0].required,
          parentSchema: schema41.oneOf[0],
          data,
        };
        if (vErrors === null) {
          vErrors = [err0];
        } else {
          vErrors.push(err0);
        }
        errors++;
      }
    }
    var _valid0 = _errs2 === errors;
    if (_valid0) {
      valid0 = true;
      passing0 = 0;
    }
    const _errs3 = errors;
    if (data && typeof data == 'object' && !Array.isArray(data)) {
      if (data.analyze === undefined) {
        const err1 = {
          instancePath,
          schemaPath: '#/oneOf/1/required',
          keyword: 'required',
          params: { missingProperty: 'analyze' },
          message: "must have required property '" + 'analyze' + "'",
          schema: schema41.oneOf[1].required,
          parentSchema: schema41.oneOf[1],
          data,
        };
        if (vErrors === null) {
          vErrors = [err1];
        } else {
          vErrors.push(err1);
        }
        errors++;
      }
    }
    var _valid0 = _errs3 === errors;
    if (_valid0 && valid0) {
      valid0 = false;
      passing0 = [passing0, 1];
    } else {
      if (_valid0) {
        valid0 = true;
        passing0 = 1;
      }
      const _errs4 = errors;
      if (data && typeof data == 'object' && !Array.isArray(data)) {
        if (data.reindex === undefined) {
          const err2 = {
            instancePath,
            schemaPath: '#/oneOf/2/required',
            keyword: 'required',
            params: { missingProperty: 'reindex' },
            message: "must have required property '" + 'reindex' + "'",
            schema: schema41.oneOf[2].required,
            parentSchema: schema41.oneOf[2],
            data,
          };
          if (vErrors === null) {
            vErrors = [err2];
          } else {
            vErrors.push(err2);
          }
          errors++;
        }
      }
      var _valid0 = _errs4 === errors;
      if (_valid0 && valid0) {
        valid0 = false;
        passing0 = [passing0, 2];
      } else {
        if (_valid0) {
          valid0 = true;
          passing0 = 2;
        }
        const _errs5 = errors;
        if (data && typeof data == 'object' && !Array.isArray(data)) {
          if (data.refresh === undefined) {
            const err3 = {
              instancePath,
              schemaPath: '#/oneOf/3/required',
              keyword: 'required',
              params: { missingProperty: 'refresh' },
              message: "must have required property '" + 'refresh' + "'",
              schema: schema41.oneOf[3].required,
              parentSchema: schema41.oneOf[3],
              data,
            };
            if (vErrors === null) {
              vErrors = [err3];
            } else {
              vErrors.push(err3);
            }
            errors++;
          }
        }
        var _valid0 = _errs5 === errors;
        if (_valid0 && valid0) {
          valid0 = false;
          passing0 = [passing0, 3];
        } else {
          if (_valid0) {
            valid0 = true;
            passing0 = 3;
          }
          const _errs6 = errors;
          if (data && typeof data == 'object' && !Array.isArray(data)) {
            if (data.backfill === undefined) {
              const err4 = {
                instancePath,
                schemaPath: '#/oneOf/4/required',
                keyword: 'required',
                params: { missingProperty: 'backfill' },
                message: "must have required property '" + 'backfill' + "'",
                schema: schema41.oneOf[4].required,
                parentSchema: schema41.oneOf[4],
                data,
              };
              if (vErrors === null) {
                vErrors = [err4];
              } else {
                vErrors.push(err4);
              }
              errors++;
            }
          }
          var _valid0 = _errs6 === errors;
          if (_valid0 && valid0) {
            valid0 = false;
            passing0 = [passing0, 4];
          } else {
            if (_valid0) {
              valid0 = true;
              passing0 = 4;
            }
            const _errs7 = errors;
            if (data && typeof data == 'object' && !Array.isArray(data)) {
              if (data.purge === undefined) {
                const err5 = {
                  instancePath,
                  schemaPath: '#/oneOf/5/required',
                  keyword: 'required',
                  params: { missingProperty: 'purge' },
                  message: "must have required property '" + 'purge' + "'",
                  schema: schema41.oneOf[5].required,
                  parentSchema: schema41.oneOf[5],
                  data,
                };
                if (vErrors === null) {
                  vErrors = [err5];
                } else {
                  vErrors.push(err5);
                }
                errors++;
              }
            }
            var _valid0 = _errs7 === errors;
            if (_valid0 && valid0) {
              valid0 = false;
              passing0 = [passing0, 5];
            } else {
              if (_valid0) {
                valid0 = true;
                passing0 = 5;
              }
              const _errs8 = errors;
              if (data && typeof data == 'object' && !Array.isArray(data)) {
                if (data.sql === undefined) {
                  const err6 = {
                    instancePath,
                    schemaPath: '#/oneOf/6/required',
                    keyword: 'required',
                    params: { missingProperty: 'sql' },
                    message: "must have required property '" + 'sql' + "'",
                    schema: schema41.oneOf[6].required,
                    parentSchema: schema41.oneOf[6],
                    data,
                  };
                  if (vErrors === null) {
                    vErrors = [err6];
                  } else {
                    vErrors.push(err6);
                  }
                  errors++;
                }
              }
              var _valid0 = _errs8 === errors;
              if (_valid0 && valid0) {
                valid0 = false;
                passing0 = [passing0, 6];
              } else {
                if (_valid0) {
                  valid0 = true;
                  passing0 = 6;
                }
              }
            }
          }
        }
      }
    }
    if (!valid0) {
      const err7 = {
        instancePath,
        schemaPath: '#/oneOf',
        keyword: 'oneOf',
        params: { passingSchemas: passing0 },
        message: 'must match exactly one schema in oneOf',
        schema: schema41.oneOf,
        parentSchema: schema41,
        data,
      };
      if (vErrors === null) {
        vErrors = [err7];
      } else {
        vErrors.push(err7);
      }
      errors++;
    } else {
      errors = _errs1;
      if (vErrors !== null) {
        if (_errs1) {
          vErrors.length = _errs1;
        } else {
          vErrors = null;
        }
      }
    }
    if (data && typeof data == 'object' && !Array.isArray(data)) {
      if (data.id === undefined) {
        const err8 = {
          instancePath,
          schemaPath: '#/required',
          keyword: 'required',
          params: { missingProperty: 'id' },
          message: "must have required property '" + 'id' + "'",
          schema: schema41.required,
          parentSchema: schema41,
          data,
        };
        if (vErrors === null) {
          vErrors = [err8];
        } else {
          vErrors.push(err8);
        }
        errors++;
      }
      for (const key0 in data) {
        if (!func2.call(schema41.properties, key0)) {
          const err9 = {
            instancePath,
            schemaPath: '#/additionalProperties',
            keyword: 'additionalProperties',
            params: { additionalProperty: key0 },
            message: 'must NOT have additional properties',
            schema: false,
            parentSchema: schema41,
            data,
          };
          if (vErrors === null) {
            vErrors = [err9];
          } else {
            vErrors.push(err9);
          }
          errors++;
        }
      }
      if (data.idempotent !== undefined) {
        if (data.sql === undefined) {
          const err10 = {
            instancePath,
            schemaPath: '#/dependencies',
            keyword: 'dependencies',
            params: { property: 'idempotent', missingProperty: 'sql', depsCount: 1, deps: 'sql' },
            message: 'must have property sql when property idempotent is present',
            schema: schema41.dependencies,
            parentSchema: schema41,
            data,
          };
          if (vErrors === null) {
            vErrors = [err10];
          } else {
            vErrors.push(err10);
          }
          errors++;
        }
      }
      if (data.transaction !== undefined) {
        if (data.sql === undefined) {
          const err11 = {
            instancePath,
            schemaPath: '#/dependencies',
            keyword: 'dependencies',
            params: { property: 'transaction', missingProperty: 'sql', depsCount: 1, deps: 'sql' },
            message: 'must have property sql when property transaction is present',
            schema: schema41.dependencies,
            parentSchema: schema41,
            data,
          };
          if (vErrors === null) {
            vErrors = [err11];
          } else {
            vErrors.push(err11);
          }
          errors++;
        }
      }
      if (data.expect !== undefined) {
        if (data.sql === undefined) {
          const err12 = {
            instancePath,
            schemaPath: '#/dependencies',
            keyword: 'dependencies',
            params: { property: 'expect', missingProperty: 'sql', depsCount: 1, deps: 'sql' },
            message: 'must have property sql when property expect is present',
            schema: schema41.dependencies,
            parentSchema: schema41,
            data,
          };
          if (vErrors === null) {
            vErrors = [err12];
          } else {
            vErrors.push(err12);
          }
          errors++;
        }
      }
      if (data.id !== undefined) {
        let data0 = data.id;
        if (typeof data0 === 'string') {
          if (!pattern0.test(data0)) {
            const err13 = {
              instancePath: instancePath + '/id',
              schemaPath: '#/properties/id/pattern',
              keyword: 'pattern',
              params: { pattern: '^[a-z][a-z0-9-]{0,62}$' },
              message: 'must match pattern "' + '^[a-z][a-z0-9-]{0,62}$' + '"',
              schema: '^[a-z][a-z0-9-]{0,62}$',
              parentSchema: schema41.properties.id,
              data: data0,
            };
            if (vErrors === null) {
              vErrors = [err13];
            } else {
              vErrors.push(err13);
            }
            errors++;
          }
        } else {
          const err14 = {
            instancePath: instancePath + '/id',
            schemaPath: '#/properties/id/type',
            keyword: 'type',
            params: { type: 'string' },
            message: 'must be string',
            schema: schema41.properties.id.type,
            parentSchema: schema41.properties.id,
            data: data0,
          };
          if (vErrors === null) {
            vErrors = [err14];
          } else {
            vErrors.push(err14);
          }
          errors++;
        }
      }
      if (data.description !== undefined) {
        let data1 = data.description;
        if (typeof data1 !== 'string') {
          const err15 = {
            instancePath: instancePath + '/description',
            schemaPath: '#/properties/description/type',
            keyword: 'type',
            params: { type: 'string' },
            message: 'must be string',
            schema: schema41.properties.description.type,
            parentSchema: schema41.properties.description,
            data: data1,
          };
          if (vErrors === null) {
            vErrors = [err15];
          } else {
            vErrors.push(err15);
          }
          errors++;
        }
      }
      if (data.needs !== undefined) {
        let data2 = data.needs;
        if (Array.isArray(data2)) {
          const len0 = data2.length;
          for (let i0 = 0; i0 < len0; i0++) {
            let data3 = data2[i0];
            if (typeof data3 !== 'string') {
              const err16 = {
                instancePath: instancePath + '/needs/' + i0,
                schemaPath: '#/properties/needs/items/type',
                keyword: 'type',
                params: { type: 'string' },
                message: 'must be string',
                schema: schema41.properties.needs.items.type,
                parentSchema: schema41.properties.needs.items,
                data: data3,
              };
              if (vErrors === null) {
                vErrors = [err16];
              } else {
                vErrors.push(err16);
              }
              errors++;
            }
          }
          let i1 = data2.length;
          let j0;
          if (i1 > 1) {
            const indices0 = {};
            for (; i1--;) {
              let item0 = data2[i1];
              if (typeof item0 !== 'string') {
                continue;
              }
              if (typeof indices0[item0] == 'number') {
                j0 = indices0[item0];
                const err17 = {
                  instancePath: instancePath + '/needs',
                  schemaPath: '#/properties/needs/uniqueItems',
                  keyword: 'uniqueItems',
                  params: { i: i1, j: j0 },
                  message:
                    'must NOT have duplicate items (items ## ' +
                    j0 +
                    ' and ' +
                    i1 +
                    ' are identical)',
                  schema: true,
                  parentSchema: schema41.properties.needs,
                  data: data2,
                };
                if (vErrors === null) {
                  vErrors = [err17];
                } else {
                  vErrors.push(err17);
                }
                errors++;
                break;
              }
              indices0[item0] = i1;
            }
          }
        } else {
          const err18 = {
            instancePath: instancePath + '/needs',
            schemaPath: '#/properties/needs/type',
            keyword: 'type',
            params: { type: 'array' },
            message: 'must be array',
            schema: schema41.properties.needs.type,
            parentSchema: schema41.properties.needs,
            data: data2,
          };
          if (vErrors === null) {
            vErrors = [err18];
          } else {
            vErrors.push(err18);
          }
          errors++;
        }
      }
      if (data.after !== undefined) {
        let data4 = data.after;
        if (!(data4 === 'ended' || data4 === 'started')) {
          const err19 = {
            instancePath: instancePath + '/after',
            schemaPath: '#/properties/after/enum',
            keyword: 'enum',
            params: { allowedValues: schema41.properties.after.enum },
            message: 'must be equal to one of the allowed values',
            schema: schema41.properties.after.enum,
            parentSchema: schema41.properties.after,
            data: data4,
          };
          if (vErrors === null) {
            vErrors = [err19];
          } else {
            vErrors.push(err19);
          }
          errors++;
        }
      }
      if (data.budgets !== undefined) {
        let data5 = data.budgets;
        if (data5 && typeof data5 == 'object' && !Array.isArray(data5)) {
          if (Object.keys(data5).length > 2) {
            const err20 = {
              instancePath: instancePath + '/budgets',
              schemaPath: '#/properties/budgets/maxProperties',
              keyword: 'maxProperties',
              params: { limit: 2 },
              message: 'must NOT have more than 2 properties',
              schema: 2,
              parentSchema: schema41.properties.budgets,
              data: data5,
            };
            if (vErrors === null) {
              vErrors = [err20];
            } else {
              vErrors.push(err20);
            }
            errors++;
          }
          if (Object.keys(data5).length < 1) {
            const err21 = {
              instancePath: instancePath + '/budgets',
              schemaPath: '#/properties/budgets/minProperties',
              keyword: 'minProperties',
              params: { limit: 1 },
              message: 'must NOT have fewer than 1 properties',
              schema: 1,
              parentSchema: schema41.properties.budgets,
              data: data5,
            };
            if (vErrors === null) {
              vErrors = [err21];
            } else {
              vErrors.push(err21);
            }
            errors++;
          }
          for (const key1 in data5) {
            const _errs21 = errors;
            if (typeof key1 === 'string') {
              if (!pattern0.test(key1)) {
                const err22 = {
                  instancePath: instancePath + '/budgets',
                  schemaPath: '#/properties/budgets/propertyNames/pattern',
                  keyword: 'pattern',
                  params: { pattern: '^[a-z][a-z0-9-]{0,62}$' },
                  message: 'must match pattern "' + '^[a-z][a-z0-9-]{0,62}$' + '"',
                  schema: '^[a-z][a-z0-9-]{0,62}$',
                  parentSchema: schema41.properties.budgets.propertyNames,
                  data: key1,
                  propertyName: key1,
                };
                if (vErrors === null) {
                  vErrors = [err22];
                } else {
                  vErrors.push(err22);
                }
                errors++;
              }
            }
            var valid6 = _errs21 === errors;
            if (!valid6) {
              const err23 = {
                instancePath: instancePath + '/budgets',
                schemaPath: '#/properties/budgets/propertyNames',
                keyword: 'propertyNames',
                params: { propertyName: key1 },
                message: 'property name must be valid',
                schema: schema41.properties.budgets.propertyNames,
                parentSchema: schema41.properties.budgets,
                data: data5,
              };
              if (vErrors === null) {
                vErrors = [err23];
              } else {
                vErrors.push(err23);
              }
              errors++;
            }
          }
          for (const key2 in data5) {
            let data6 = data5[key2];
            if (!(typeof data6 == 'number' && !(data6 % 1) && !isNaN(data6) && isFinite(data6))) {
              const err24 = {
                instancePath:
                  instancePath + '/budgets/' + key2.replace(/~/g, '~0').replace(/\//g, '~1'),
                schemaPath: '#/properties/budgets/additionalProperties/type',
                keyword: 'type',
                params: { type: 'integer' },
                message: 'must be integer',
                schema: schema41.properties.budgets.additionalProperties.type,
                parentSchema: schema41.properties.budgets.additionalProperties,
                data: data6,
              };
              if (vErrors === null) {
                vErrors = [err24];
              } else {
                vErrors.push(err24);
              }
              errors++;
            }
            if (typeof data6 == 'number' && isFinite(data6)) {
              if (data6 > 1000 || isNaN(data6)) {
                const err25 = {
                  instancePath:
                    instancePath + '/budgets/' + key2.replace(/~/g, '~0').replace(/\//g, '~1'),
                  schemaPath: '#/properties/budgets/additionalProperties/maximum',
                  keyword: 'maximum',
                  params: { comparison: '<=', limit: 1000 },
                  message: 'must be <= 1000',
                  schema: 1000,
                  parentSchema: schema41.properties.budgets.additionalProperties,
                  data: data6,
                };
                if (vErrors === null) {
                  vErrors = [err25];
                } else {
                  vErrors.push(err25);
                }
                errors++;
              }
              if (data6 < 1 || isNaN(data6)) {
                const err26 = {
                  instancePath:
                    instancePath + '/budgets/' + key2.replace(/~/g, '~0').replace(/\//g, '~1'),
                  schemaPath: '#/properties/budgets/additionalProperties/minimum',
                  keyword: 'minimum',
                  params: { comparison: '>=', limit: 1 },
                  message: 'must be >= 1',
                  schema: 1,
                  parentSchema: schema41.properties.budgets.additionalProperties,
                  data: data6,
                };
                if (vErrors === null) {
                  vErrors = [err26];
                } else {
                  vErrors.push(err26);
                }
                errors++;
              }
            }
          }
        } else {
          const err27 = {
            instancePath: instancePath + '/budgets',
            schemaPath: '#/properties/budgets/type',
            keyword: 'type',
            params: { type: 'object' },
            message: 'must be object',
            schema: schema41.properties.budgets.type,
            parentSchema: schema41.properties.budgets,
            data: data5,
          };
          if (vErrors === null) {
            vErrors = [err27];
          } else {
            vErrors.push(err27);
          }
          errors++;
        }
      }
      if (data.concurrency !== undefined) {
        let data7 = data.concurrency;
        if (!(typeof data7 == 'number' && !(data7 % 1) && !isNaN(data7) && isFinite(data7))) {
          const err28 = {
            instancePath: instancePath + '/concurrency',
            schemaPath: '#/properties/concurrency/type',
            keyword: 'type',
            params: { type: 'integer' },
            message: 'must be integer',
            schema: schema41.properties.concurrency.type,
            parentSchema: schema41.properties.concurrency,
            data: data7,
          };
          if (vErrors === null) {
            vErrors = [err28];
          } else {
            vErrors.push(err28);
          }
          errors++;
        }
        if (typeof data7 == 'number' && isFinite(data7)) {
          if (data7 > 1000 || isNaN(data7)) {
            const err29 = {
              instancePath: instancePath + '/concurrency',
              schemaPath: '#/properties/concurrency/maximum',
              keyword: 'maximum',
              params: { comparison: '<=', limit: 1000 },
              message: 'must be <= 1000',
              schema: 1000,
              parentSchema: schema41.properties.concurrency,
              data: data7,
            };
            if (vErrors === null) {
              vErrors = [err29];
            } else {
              vErrors.push(err29);
            }
            errors++;
          }
          if (data7 < 1 || isNaN(data7)) {
            const err30 = {
              instancePath: instancePath + '/concurrency',
              schemaPath: '#/properties/concurrency/minimum',
              keyword: 'minimum',
              params: { comparison: '>=', limit: 1 },
              message: 'must be >= 1',
              schema: 1,
              parentSchema: schema41.properties.concurrency,
              data: data7,
            };
            if (vErrors === null) {
              vErrors = [err30];
            } else {
              vErrors.push(err30);
            }
            errors++;
          }
        }
      }
      if (data.timeout !== undefined) {
        let data8 = data.timeout;
        if (typeof data8 === 'string') {
          if (!formats0(data8)) {
            const err31 = {
              instancePath: instancePath + '/timeout',
              schemaPath: '#/definitions/duration/format',
              keyword: 'format',
              params: { format: 'duration' },
              message: 'must match format "' + 'duration' + '"',
              schema: 'duration',
              parentSchema: schema16,
              data: data8,
            };
            if (vErrors === null) {
              vErrors = [err31];
            } else {
              vErrors.push(err31);
            }
            errors++;
          }
        } else {
          const err32 = {
            instancePath: instancePath + '/timeout',
            schemaPath: '#/definitions/duration/type',
            keyword: 'type',
            params: { type: 'string' },
            message: 'must be string',
            schema: schema16.type,
            parentSchema: schema16,
            data: data8,
          };
          if (vErrors === null) {
            vErrors = [err32];
          } else {
            vErrors.push(err32);
          }
          errors++;
        }
      }
      if (data.lock_timeout !== undefined) {
        let data9 = data.lock_timeout;
        if (typeof data9 === 'string') {
          if (!formats0(data9)) {
            const err33 = {
              instancePath: instancePath + '/lock_timeout',
              schemaPath: '#/definitions/duration/format',
              keyword: 'format',
              params: { format: 'duration' },
              message: 'must match format "' + 'duration' + '"',
              schema: 'duration',
              parentSchema: schema16,
              data: data9,
            };
            if (vErrors === null) {
              vErrors = [err33];
            } else {
              vErrors.push(err33);
            }
            errors++;
          }
        } else {
          const err34 = {
            instancePath: instancePath + '/lock_timeout',
            schemaPath: '#/definitions/duration/type',
            keyword: 'type',
            params: { type: 'string' },
            message: 'must be string',
            schema: schema16.type,
            parentSchema: schema16,
            data: data9,
          };
          if (vErrors === null) {
            vErrors = [err34];
          } else {
            vErrors.push(err34);
          }
          errors++;
        }
      }
      if (data.old_transactions_timeout !== undefined) {
        let data10 = data.old_transactions_timeout;
        if (typeof data10 === 'string') {
          if (!formats0(data10)) {
            const err35 = {
              instancePath: instancePath + '/old_transactions_timeout',
              schemaPath: '#/definitions/duration/format',
              keyword: 'format',
              params: { format: 'duration' },
              message: 'must match format "' + 'duration' + '"',
              schema: 'duration',
              parentSchema: schema16,
              data: data10,
            };
            if (vErrors === null) {
              vErrors = [err35];
            } else {
              vErrors.push(err35);
            }
            errors++;
          }
        } else {
          const err36 = {
            instancePath: instancePath + '/old_transactions_timeout',
            schemaPath: '#/definitions/duration/type',
            keyword: 'type',
            params: { type: 'string' },
            message: 'must be string',
            schema: schema16.type,
            parentSchema: schema16,
            data: data10,
          };
          if (vErrors === null) {
            vErrors = [err36];
          } else {
            vErrors.push(err36);
          }
          errors++;
        }
      }
      if (data.policy !== undefined) {
        let data11 = data.policy;
        if (!(data11 === 'wait' || data11 === 'detach')) {
          const err37 = {
            instancePath: instancePath + '/policy',
            schemaPath: '#/definitions/policy/enum',
            keyword: 'enum',
            params: { allowedValues: schema30.enum },
            message: 'must be equal to one of the allowed values',
            schema: schema30.enum,
            parentSchema: schema30,
            data: data11,
          };
          if (vErrors === null) {
            vErrors = [err37];
          } else {
            vErrors.push(err37);
          }
          errors++;
        }
      }
      if (data.on_failure !== undefined) {
        let data12 = data.on_failure;
        if (!(data12 === 'stop' || data12 === 'continue')) {
          const err38 = {
            instancePath: instancePath + '/on_failure',
            schemaPath: '#/definitions/on_failure/enum',
            keyword: 'enum',
            params: { allowedValues: schema29.enum },
            message: 'must be equal to one of the allowed values',
            schema: schema29.enum,
            parentSchema: schema29,
            data: data12,
          };
          if (vErrors === null) {
            vErrors = [err38];
          } else {
            vErrors.push(err38);
          }
          errors++;
        }
      }
      if (data.retry !== undefined) {
        if (
          !validate22(data.retry, {
            instancePath: instancePath + '/retry',
            parentData: data,
            parentDataProperty: 'retry',
            rootData,
          })
        ) {
          vErrors = vErrors === null ? validate22.errors : vErrors.concat(validate22.errors);
          errors = vErrors.length;
        }
      }
      if (data.settings !== undefined) {
        if (
          !validate24(data.settings, {
            instancePath: instancePath + '/settings',
            parentData: data,
            parentDataProperty: 'settings',
            rootData,
          })
        ) {
          vErrors = vErrors === null ? validate24.errors : vErrors.concat(validate24.errors);
          errors = vErrors.length;
        }
      }
      if (data.allow !== undefined) {
        let data15 = data.allow;
        if (Array.isArray(data15)) {
          if (data15.length < 1) {
            const err39 = {
              instancePath: instancePath + '/allow',
              schemaPath: '#/definitions/allow/minItems',
              keyword: 'minItems',
              params: { limit: 1 },
              message: 'must NOT have fewer than 1 items',
              schema: 1,
              parentSchema: schema40,
              data: data15,
            };
            if (vErrors === null) {
              vErrors = [err39];
            } else {
              vErrors.push(err39);
            }
            errors++;
          }
          const len1 = data15.length;
          for (let i2 = 0; i2 < len1; i2++) {
            let data16 = data15[i2];
            if (data16 && typeof data16 == 'object' && !Array.isArray(data16)) {
              if (data16.rule === undefined) {
                const err40 = {
                  instancePath: instancePath + '/allow/' + i2,
                  schemaPath: '#/definitions/allow/items/required',
                  keyword: 'required',
                  params: { missingProperty: 'rule' },
                  message: "must have required property '" + 'rule' + "'",
                  schema: schema40.items.required,
                  parentSchema: schema40.items,
                  data: data16,
                };
                if (vErrors === null) {
                  vErrors = [err40];
                } else {
                  vErrors.push(err40);
                }
                errors++;
              }
              for (const key3 in data16) {
                if (!(key3 === 'rule' || key3 === 'because')) {
                  const err41 = {
                    instancePath: instancePath + '/allow/' + i2,
                    schemaPath: '#/definitions/allow/items/additionalProperties',
                    keyword: 'additionalProperties',
                    params: { additionalProperty: key3 },
                    message: 'must NOT have additional properties',
                    schema: false,
                    parentSchema: schema40.items,
                    data: data16,
                  };
                  if (vErrors === null) {
                    vErrors = [err41];
                  } else {
                    vErrors.push(err41);
                  }
                  errors++;
                }
              }
              if (data16.rule !== undefined) {
                let data17 = data16.rule;
                if (typeof data17 === 'string') {
                  if (func4(data17) < 1) {
                    const err42 = {
                      instancePath: instancePath + '/allow/' + i2 + '/rule',
                      schemaPath: '#/definitions/allow/items/properties/rule/minLength',
                      keyword: 'minLength',
                      params: { limit: 1 },
                      message: 'must NOT have fewer than 1 characters',
                      schema: 1,
                      parentSchema: schema40.items.properties.rule,
                      data: data17,
                    };
                    if (vErrors === null) {
                      vErrors = [err42];
                    } else {
                      vErrors.push(err42);
                    }
                    errors++;
                  }
                } else {
                  const err43 = {
                    instancePath: instancePath + '/allow/' + i2 + '/rule',
                    schemaPath: '#/definitions/allow/items/properties/rule/type',
                    keyword: 'type',
                    params: { type: 'string' },
                    message: 'must be string',
                    schema: schema40.items.properties.rule.type,
                    parentSchema: schema40.items.properties.rule,
                    data: data17,
                  };
                  if (vErrors === null) {
                    vErrors = [err43];
                  } else {
                    vErrors.push(err43);
                  }
                  errors++;
                }
              }
              if (data16.because !== undefined) {
                let data18 = data16.because;
                if (typeof data18 !== 'string') {
                  const err44 = {
                    instancePath: instancePath + '/allow/' + i2 + '/because',
                    schemaPath: '#/definitions/allow/items/properties/because/type',
                    keyword: 'type',
                    params: { type: 'string' },
                    message: 'must be string',
                    schema: schema40.items.properties.because.type,
                    parentSchema: schema40.items.properties.because,
                    data: data18,
                  };
                  if (vErrors === null) {
                    vErrors = [err44];
                  } else {
                    vErrors.push(err44);
                  }
                  errors++;
                }
              }
            } else {
              const err45 = {
                instancePath: instancePath + '/allow/' + i2,
                schemaPath: '#/definitions/allow/items/type',
                keyword: 'type',
                params: { type: 'object' },
                message: 'must be object',
                schema: schema40.items.type,
                parentSchema: schema40.items,
                data: data16,
              };
              if (vErrors === null) {
                vErrors = [err45];
              } else {
                vErrors.push(err45);
              }
              errors++;
            }
          }
        } else {
          const err46 = {
            instancePath: instancePath + '/allow',
            schemaPath: '#/definitions/allow/type',
            keyword: 'type',
            params: { type: 'array' },
            message: 'must be array',
            schema: schema40.type,
            parentSchema: schema40,
            data: data15,
          };
          if (vErrors === null) {
            vErrors = [err46];
          } else {
            vErrors.push(err46);
          }
          errors++;
        }
      }
      if (data.vacuum !== undefined) {
        if (
          !validate32(data.vacuum, {
            instancePath: instancePath + '/vacuum',
            parentData: data,
            parentDataProperty: 'vacuum',
            rootData,
          })
        ) {
          vErrors = vErrors === null ? validate32.errors : vErrors.concat(validate32.errors);
          errors = vErrors.length;
        }
      }
      if (data.analyze !== undefined) {
        if (
          !validate36(data.analyze, {
            instancePath: instancePath + '/analyze',
            parentData: data,
            parentDataProperty: 'analyze',
            rootData,
          })
        ) {
          vErrors = vErrors === null ? validate36.errors : vErrors.concat(validate36.errors);
          errors = vErrors.length;
        }
      }
      if (data.reindex !== undefined) {
        if (
          !validate40(data.reindex, {
            instancePath: instancePath + '/reindex',
            parentData: data,
            parentDataProperty: 'reindex',
            rootData,
          })
        ) {
          vErrors = vErrors === null ? validate40.errors : vErrors.concat(validate40.errors);
          errors = vErrors.length;
        }
      }
      if (data.refresh !== undefined) {
        if (
          !validate46(data.refresh, {
            instancePath: instancePath + '/refresh',
            parentData: data,
            parentDataProperty: 'refresh',
            rootData,
          })
        ) {
          vErrors = vErrors === null ? validate46.errors : vErrors.concat(validate46.errors);
          errors = vErrors.length;
        }
      }
      if (data.backfill !== undefined) {
        if (
          !validate50(data.backfill, {
            instancePath: instancePath + '/backfill',
            parentData: data,
            parentDataProperty: 'backfill',
            rootData,
          })
        ) {
          vErrors = vErrors === null ? validate50.errors : vErrors.concat(validate50.errors);
          errors = vErrors.length;
        }
      }
      if (data.purge !== undefined) {
        if (
          !validate56(data.purge, {
            instancePath: instancePath + '/purge',
            parentData: data,
            parentDataProperty: 'purge',
            rootData,
          })
        ) {
          vErrors = vErrors === null ? validate56.errors : vErrors.concat(validate56.errors);
          errors = vErrors.length;
        }
      }
      if (data.sql !== undefined) {
        let data25 = data.sql;
        if (typeof data25 === 'string') {
          if (func4(data25) < 1) {
            const err47 = {
              instancePath: instancePath + '/sql',
              schemaPath: '#/properties/sql/minLength',
              keyword: 'minLength',
              params: { limit: 1 },
              message: 'must NOT have fewer than 1 characters',
              schema: 1,
              parentSchema: schema41.properties.sql,
              data: data25,
            };
            if (vErrors === null) {
              vErrors = [err47];
            } else {
              vErrors.push(err47);
            }
            errors++;
          }
        } else {
          const err48 = {
            instancePath: instancePath + '/sql',
            schemaPath: '#/properties/sql/type',
            keyword: 'type',
            params: { type: 'string' },
            message: 'must be string',
            schema: schema41.properties.sql.type,
            parentSchema: schema41.properties.sql,
            data: data25,
          };
          if (vErrors === null) {
            vErrors = [err48];
          } else {
            vErrors.push(err48);
          }
          errors++;
        }
      }
      if (data.idempotent !== undefined) {
        let data26 = data.idempotent;
        if (typeof data26 !== 'boolean') {
          const err49 = {
            instancePath: instancePath + '/idempotent',
            schemaPath: '#/properties/idempotent/type',
            keyword: 'type',
            params: { type: 'boolean' },
            message: 'must be boolean',
            schema: schema41.properties.idempotent.type,
            parentSchema: schema41.properties.idempotent,
            data: data26,
          };
          if (vErrors === null) {
            vErrors = [err49];
          } else {
            vErrors.push(err49);
          }
          errors++;
        }
      }
      if (data.expect !== undefined) {
        let data27 = data.expect;
        if (data27 && typeof data27 == 'object' && !Array.isArray(data27)) {
          if (Object.keys(data27).length < 1) {
            const err50 = {
              instancePath: instancePath + '/expect',
              schemaPath: '#/definitions/expect/minProperties',
              keyword: 'minProperties',
              params: { limit: 1 },
              message: 'must NOT have fewer than 1 properties',
              schema: 1,
              parentSchema: schema92,
              data: data27,
            };
            if (vErrors === null) {
              vErrors = [err50];
            } else {
              vErrors.push(err50);
            }
            errors++;
          }
          for (const key4 in data27) {
            if (!(
              key4 === 'rows' ||
              key4 === 'min_rows' ||
              key4 === 'max_rows' ||
              key4 === 'statements'
            )) {
              const err51 = {
                instancePath: instancePath + '/expect',
                schemaPath: '#/definitions/expect/additionalProperties',
                keyword: 'additionalProperties',
                params: { additionalProperty: key4 },
                message: 'must NOT have additional properties',
                schema: false,
                parentSchema: schema92,
                data: data27,
              };
              if (vErrors === null) {
                vErrors = [err51];
              } else {
                vErrors.push(err51);
              }
              errors++;
            }
          }
          if (data27.rows !== undefined) {
            let data28 = data27.rows;
            if (!(
              typeof data28 == 'number' &&
              !(data28 % 1) &&
              !isNaN(data28) &&
              isFinite(data28)
            )) {
              const err52 = {
                instancePath: instancePath + '/expect/rows',
                schemaPath: '#/definitions/expect/properties/rows/type',
                keyword: 'type',
                params: { type: 'integer' },
                message: 'must be integer',
                schema: schema92.properties.rows.type,
                parentSchema: schema92.properties.rows,
                data: data28,
              };
              if (vErrors === null) {
                vErrors = [err52];
              } else {
                vErrors.push(err52);
              }
              errors++;
            }
            if (typeof data28 == 'number' && isFinite(data28)) {
              if (data28 < 0 || isNaN(data28)) {
                const err53 = {
                  instancePath: instancePath + '/expect/rows',
                  schemaPath: '#/definitions/expect/properties/rows/minimum',
                  keyword: 'minimum',
                  params: { comparison: '>=', limit: 0 },
                  message: 'must be >= 0',
                  schema: 0,
                  parentSchema: schema92.properties.rows,
                  data: data28,
                };
                if (vErrors === null) {
                  vErrors = [err53];
                } else {
                  vErrors.push(err53);
                }
                errors++;
              }
            }
          }
          if (data27.min_rows !== undefined) {
            let data29 = data27.min_rows;
            if (!(
              typeof data29 == 'number' &&
              !(data29 % 1) &&
              !isNaN(data29) &&
              isFinite(data29)
            )) {
              const err54 = {
                instancePath: instancePath + '/expect/min_rows',
                schemaPath: '#/definitions/expect/properties/min_rows/type',
                keyword: 'type',
                params: { type: 'integer' },
                message: 'must be integer',
                schema: schema92.properties.min_rows.type,
                parentSchema: schema92.properties.min_rows,
                data: data29,
              };
              if (vErrors === null) {
                vErrors = [err54];
              } else {
                vErrors.push(err54);
              }
              errors++;
            }
            if (typeof data29 == 'number' && isFinite(data29)) {
              if (data29 < 0 || isNaN(data29)) {
                const err55 = {
                  instancePath: instancePath + '/expect/min_rows',
                  schemaPath: '#/definitions/expect/properties/min_rows/minimum',
                  keyword: 'minimum',
                  params: { comparison: '>=', limit: 0 },
                  message: 'must be >= 0',
                  schema: 0,
                  parentSchema: schema92.properties.min_rows,
                  data: data29,
                };
                if (vErrors === null) {
                  vErrors = [err55];
                } else {
                  vErrors.push(err55);
                }
                errors++;
              }
            }
          }
          if (data27.max_rows !== undefined) {
            let data30 = data27.max_rows;
            if (!(
              typeof data30 == 'number' &&
              !(data30 % 1) &&
              !isNaN(data30) &&
              isFinite(data30)
            )) {
              const err56 = {
                instancePath: instancePath + '/expect/max_rows',
                schemaPath: '#/definitions/expect/properties/max_rows/type',
                keyword: 'type',
                params: { type: 'integer' },
                message: 'must be integer',
                schema: schema92.properties.max_rows.type,
                parentSchema: schema92.properties.max_rows,
                data: data30,
              };
              if (vErrors === null) {
                vErrors = [err56];
              } else {
                vErrors.push(err56);
              }
              errors++;
            }
            if (typeof data30 == 'number' && isFinite(data30)) {
              if (data30 < 0 || isNaN(data30)) {
                const err57 = {
                  instancePath: instancePath + '/expect/max_rows',
                  schemaPath: '#/definitions/expect/properties/max_rows/minimum',
                  keyword: 'minimum',
                  params: { comparison: '>=', limit: 0 },
                  message: 'must be >= 0',
                  schema: 0,
                  parentSchema: schema92.properties.max_rows,
                  data: data30,
                };
                if (vErrors === null) {
                  vErrors = [err57];
                } else {
                  vErrors.push(err57);
                }
                errors++;
              }
            }
          }
          if (data27.statements !== undefined) {
            let data31 = data27.statements;
            if (Array.isArray(data31)) {
              if (data31.length < 1) {
                const err58 = {
                  instancePath: instancePath + '/expect/statements',
                  schemaPath: '#/definitions/expect/properties/statements/minItems',
                  keyword: 'minItems',
                  params: { limit: 1 },
                  message: 'must NOT have fewer than 1 items',
                  schema: 1,
                  parentSchema: schema92.properties.statements,
                  data: data31,
                };
                if (vErrors === null) {
                  vErrors = [err58];
                } else {
                  vErrors.push(err58);
                }
                errors++;
              }
              const len2 = data31.length;
              for (let i3 = 0; i3 < len2; i3++) {
                let data32 = data31[i3];
                if (
                  !(data32 && typeof data32 == 'object' && !Array.isArray(data32)) &&
                  data32 !== null
                ) {
                  const err59 = {
                    instancePath: instancePath + '/expect/statements/' + i3,
                    schemaPath: '#/definitions/expect/properties/statements/items/type',
                    keyword: 'type',
                    params: { type: schema92.properties.statements.items.type },
                    message: 'must be object,null',
                    schema: schema92.properties.statements.items.type,
                    parentSchema: schema92.properties.statements.items,
                    data: data32,
                  };
                  if (vErrors === null) {
                    vErrors = [err59];
                  } else {
                    vErrors.push(err59);
                  }
                  errors++;
                }
                if (data32 && typeof data32 == 'object' && !Array.isArray(data32)) {
                  if (Object.keys(data32).length < 1) {
                    const err60 = {
                      instancePath: instancePath + '/expect/statements/' + i3,
                      schemaPath: '#/definitions/expect/properties/statements/items/minProperties',
                      keyword: 'minProperties',
                      params: { limit: 1 },
                      message: 'must NOT have fewer than 1 properties',
                      schema: 1,
                      parentSchema: schema92.properties.statements.items,
                      data: data32,
                    };
                    if (vErrors === null) {
                      vErrors = [err60];
                    } else {
                      vErrors.push(err60);
                    }
                    errors++;
                  }
                  for (const key5 in data32) {
                    if (!(key5 === 'rows' || key5 === 'min_rows' || key5 === 'max_rows')) {
                      const err61 = {
                        instancePath: instancePath + '/expect/statements/' + i3,
                        schemaPath:
                          '#/definitions/expect/properties/statements/items/additionalProperties',
                        keyword: 'additionalProperties',
                        params: { additionalProperty: key5 },
                        message: 'must NOT have additional properties',
                        schema: false,
                        parentSchema: schema92.properties.statements.items,
                        data: data32,
                      };
                      if (vErrors === null) {
                        vErrors = [err61];
                      } else {
                        vErrors.push(err61);
                      }
                      errors++;
                    }
                  }
                  if (data32.rows !== undefined) {
                    let data33 = data32.rows;
                    if (!(
                      typeof data33 == 'number' &&
                      !(data33 % 1) &&
                      !isNaN(data33) &&
                      isFinite(data33)
                    )) {
                      const err62 = {
                        instancePath: instancePath + '/expect/statements/' + i3 + '/rows',
                        schemaPath:
                          '#/definitions/expect/properties/statements/items/properties/rows/type',
                        keyword: 'type',
                        params: { type: 'integer' },
                        message: 'must be integer',
                        schema: schema92.properties.statements.items.properties.rows.type,
                        parentSchema: schema92.properties.statements.items.properties.rows,
                        data: data33,
                      };
                      if (vErrors === null) {
                        vErrors = [err62];
                      } else {
                        vErrors.push(err62);
                      }
                      errors++;
                    }
                    if (typeof data33 == 'number' && isFinite(data33)) {
                      if (data33 < 0 || isNaN(data33)) {
                        const err63 = {
                          instancePath: instancePath + '/expect/statements/' + i3 + '/rows',
                          schemaPath:
                            '#/definitions/expect/properties/statements/items/properties/rows/minimum',
                          keyword: 'minimum',
                          params: { comparison: '>=', limit: 0 },
                          message: 'must be >= 0',
                          schema: 0,
                          parentSchema: schema92.properties.statements.items.properties.rows,
                          data: data33,
                        };
                        if (vErrors === null) {
                          vErrors = [err63];
                        } else {
                          vErrors.push(err63);
                        }
                        errors++;
                      }
                    }
                  }
                  if (data32.min_rows !== undefined) {
                    let data34 = data32.min_rows;
                    if (!(
                      typeof data34 == 'number' &&
                      !(data34 % 1) &&
                      !isNaN(data34) &&
                      isFinite(data34)
                    )) {
                      const err64 = {
                        instancePath: instancePath + '/expect/statements/' + i3 + '/min_rows',
                        schemaPath:
                          '#/definitions/expect/properties/statements/items/properties/min_rows/type',
                        keyword: 'type',
                        params: { type: 'integer' },
                        message: 'must be integer',
                        schema: schema92.properties.statements.items.properties.min_rows.type,
                        parentSchema: schema92.properties.statements.items.properties.min_rows,
                        data: data34,
                      };
                      if (vErrors === null) {
                        vErrors = [err64];
                      } else {
                        vErrors.push(err64);
                      }
                      errors++;
                    }
                    if (typeof data34 == 'number' && isFinite(data34)) {
                      if (data34 < 0 || isNaN(data34)) {
                        const err65 = {
                          instancePath: instancePath + '/expect/statements/' + i3 + '/min_rows',
                          schemaPath:
                            '#/definitions/expect/properties/statements/items/properties/min_rows/minimum',
                          keyword: 'minimum',
                          params: { comparison: '>=', limit: 0 },
                          message: 'must be >= 0',
                          schema: 0,
                          parentSchema: schema92.properties.statements.items.properties.min_rows,
                          data: data34,
                        };
                        if (vErrors === null) {
                          vErrors = [err65];
                        } else {
                          vErrors.push(err65);
                        }
                        errors++;
                      }
                    }
                  }
                  if (data32.max_rows !== undefined) {
                    let data35 = data32.max_rows;
                    if (!(
                      typeof data35 == 'number' &&
                      !(data35 % 1) &&
                      !isNaN(data35) &&
                      isFinite(data35)
                    )) {
                      const err66 = {
                        instancePath: instancePath + '/expect/statements/' + i3 + '/max_rows',
                        schemaPath:
                          '#/definitions/expect/properties/statements/items/properties/max_rows/type',
                        keyword: 'type',
                        params: { type: 'integer' },
                        message: 'must be integer',
                        schema: schema92.properties.statements.items.properties.max_rows.type,
                        parentSchema: schema92.properties.statements.items.properties.max_rows,
                        data: data35,
                      };
                      if (vErrors === null) {
                        vErrors = [err66];
                      } else {
                        vErrors.push(err66);
                      }
                      errors++;
                    }
                    if (typeof data35 == 'number' && isFinite(data35)) {
                      if (data35 < 0 || isNaN(data35)) {
                        const err67 = {
                          instancePath: instancePath + '/expect/statements/' + i3 + '/max_rows',
                          schemaPath:
                            '#/definitions/expect/properties/statements/items/properties/max_rows/minimum',
                          keyword: 'minimum',
                          params: { comparison: '>=', limit: 0 },
                          message: 'must be >= 0',
                          schema: 0,
                          parentSchema: schema92.properties.statements.items.properties.max_rows,
                          data: data35,
                        };
                        if (vErrors === null) {
                          vErrors = [err67];
                        } else {
                          vErrors.push(err67);
                        }
                        errors++;
                      }
                    }
                  }
                }
              }
            } else {
              const err68 = {
                instancePath: instancePath + '/expect/statements',
                schemaPath: '#/definitions/expect/properties/statements/type',
                keyword: 'type',
                params: { type: 'array' },
                message: 'must be array',
                schema: schema92.properties.statements.type,
                parentSchema: schema92.properties.statements,
                data: data31,
              };
              if (vErrors === null) {
                vErrors = [err68];
              } else {
                vErrors.push(err68);
              }
              errors++;
            }
          }
        } else {
          const err69 = {
            instancePath: instancePath + '/expect',
            schemaPath: '#/definitions/expect/type',
            keyword: 'type',
            params: { type: 'object' },
            message: 'must be object',
            schema: schema92.type,
            parentSchema: schema92,
            data: data27,
          };
          if (vErrors === null) {
            vErrors = [err69];
          } else {
            vErrors.push(err69);
          }
          errors++;
        }
      }
      if (data.transaction !== undefined) {
        let data36 = data.transaction;
        if (typeof data36 !== 'boolean') {
          const err70 = {
            instancePath: instancePath + '/transaction',
            schemaPath: '#/properties/transaction/type',
            keyword: 'type',
            params: { type: 'boolean' },
            message: 'must be boolean',
            schema: schema41.properties.transaction.type,
            parentSchema: schema41.properties.transaction,
            data: data36,
          };
          if (vErrors === null) {
            vErrors = [err70];
          } else {
            vErrors.push(err70);
          }
          errors++;
        }
      }
    } else {
      const err71 = {
        instancePath,
        schemaPath: '#/type',
        keyword: 'type',
        params: { type: 'object' },
        message: 'must be object',
        schema: schema41.type,
        parentSchema: schema41,
        data,
      };
      if (vErrors === null) {
        vErrors = [err71];
      } else {
        vErrors.push(err71);
      }
      errors++;
    }
    validate29.errors = vErrors;
    return errors === 0;
  }

  function validate10(
    data,
    { instancePath = '', parentData, parentDataProperty, rootData = data } = {},
  ) {
    /*# sourceURL="https://pg-runbook.dev/schemas/runbook.v1.schema.json" */ let vErrors = null;
    let errors = 0;
    if (data && typeof data == 'object' && !Array.isArray(data)) {
      if (data.api_version === undefined) {
        const err0 = {
          instancePath,
          schemaPath: '#/required',
          keyword: 'required',
          params: { missingProperty: 'api_version' },
          message: "must have required property '" + 'api_version' + "'",
          schema: schema11.required,
          parentSchema: schema11,
          data,
        };
        if (vErrors === null) {
          vErrors = [err0];
        } else {
          vErrors.push(err0);
        }
        errors++;
      }
      if (data.name === undefined) {
        const err1 = {
          instancePath,
          schemaPath: '#/required',
          keyword: 'required',
          params: { missingProperty: 'name' },
          message: "must have required property '" + 'name' + "'",
          schema: schema11.required,
          parentSchema: schema11,
          data,
        };
        if (vErrors === null) {
          vErrors = [err1];
        } else {
          vErrors.push(err1);
        }
        errors++;
      }
      if (data.version === undefined) {
        const err2 = {
          instancePath,
          schemaPath: '#/required',
          keyword: 'required',
          params: { missingProperty: 'version' },
          message: "must have required property '" + 'version' + "'",
          schema: schema11.required,
          parentSchema: schema11,
          data,
        };
        if (vErrors === null) {
          vErrors = [err2];
        } else {
          vErrors.push(err2);
        }
        errors++;
      }
      if (data.steps === undefined) {
        const err3 = {
          instancePath,
          schemaPath: '#/required',
          keyword: 'required',
          params: { missingProperty: 'steps' },
          message: "must have required property '" + 'steps' + "'",
          schema: schema11.required,
          parentSchema: schema11,
          data,
        };
        if (vErrors === null) {
          vErrors = [err3];
        } else {
          vErrors.push(err3);
        }
        errors++;
      }
      for (const key0 in data) {
        if (!func2.call(schema11.properties, key0)) {
          const err4 = {
            instancePath,
            schemaPath: '#/additionalProperties',
            keyword: 'additionalProperties',
            params: { additionalProperty: key0 },
            message: 'must NOT have additional properties',
            schema: false,
            parentSchema: schema11,
            data,
          };
          if (vErrors === null) {
            vErrors = [err4];
          } else {
            vErrors.push(err4);
          }
          errors++;
        }
      }
      if (data.api_version !== undefined) {
        let data0 = data.api_version;
        if ('pg-runbook/v1' !== data0) {
          const err5 = {
            instancePath: instancePath + '/api_version',
            schemaPath: '#/properties/api_version/const',
            keyword: 'const',
            params: { allowedValue: 'pg-runbook/v1' },
            message: 'must be equal to constant',
            schema: 'pg-runbook/v1',
            parentSchema: schema11.properties.api_version,
            data: data0,
          };
          if (vErrors === null) {
            vErrors = [err5];
          } else {
            vErrors.push(err5);
          }
          errors++;
        }
      }
      if (data.name !== undefined) {
        let data1 = data.name;
        if (typeof data1 === 'string') {
          if (!pattern0.test(data1)) {
            const err6 = {
              instancePath: instancePath + '/name',
              schemaPath: '#/properties/name/pattern',
              keyword: 'pattern',
              params: { pattern: '^[a-z][a-z0-9-]{0,62}$' },
              message: 'must match pattern "' + '^[a-z][a-z0-9-]{0,62}$' + '"',
              schema: '^[a-z][a-z0-9-]{0,62}$',
              parentSchema: schema11.properties.name,
              data: data1,
            };
            if (vErrors === null) {
              vErrors = [err6];
            } else {
              vErrors.push(err6);
            }
            errors++;
          }
        } else {
          const err7 = {
            instancePath: instancePath + '/name',
            schemaPath: '#/properties/name/type',
            keyword: 'type',
            params: { type: 'string' },
            message: 'must be string',
            schema: schema11.properties.name.type,
            parentSchema: schema11.properties.name,
            data: data1,
          };
          if (vErrors === null) {
            vErrors = [err7];
          } else {
            vErrors.push(err7);
          }
          errors++;
        }
      }
      if (data.version !== undefined) {
        let data2 = data.version;
        if (!(typeof data2 == 'number' && !(data2 % 1) && !isNaN(data2) && isFinite(data2))) {
          const err8 = {
            instancePath: instancePath + '/version',
            schemaPath: '#/properties/version/type',
            keyword: 'type',
            params: { type: 'integer' },
            message: 'must be integer',
            schema: schema11.properties.version.type,
            parentSchema: schema11.properties.version,
            data: data2,
          };
          if (vErrors === null) {
            vErrors = [err8];
          } else {
            vErrors.push(err8);
          }
          errors++;
        }
        if (typeof data2 == 'number' && isFinite(data2)) {
          if (data2 > 2147483647 || isNaN(data2)) {
            const err9 = {
              instancePath: instancePath + '/version',
              schemaPath: '#/properties/version/maximum',
              keyword: 'maximum',
              params: { comparison: '<=', limit: 2147483647 },
              message: 'must be <= 2147483647',
              schema: 2147483647,
              parentSchema: schema11.properties.version,
              data: data2,
            };
            if (vErrors === null) {
              vErrors = [err9];
            } else {
              vErrors.push(err9);
            }
            errors++;
          }
          if (data2 < 1 || isNaN(data2)) {
            const err10 = {
              instancePath: instancePath + '/version',
              schemaPath: '#/properties/version/minimum',
              keyword: 'minimum',
              params: { comparison: '>=', limit: 1 },
              message: 'must be >= 1',
              schema: 1,
              parentSchema: schema11.properties.version,
              data: data2,
            };
            if (vErrors === null) {
              vErrors = [err10];
            } else {
              vErrors.push(err10);
            }
            errors++;
          }
        }
      }
      if (data.description !== undefined) {
        let data3 = data.description;
        if (typeof data3 !== 'string') {
          const err11 = {
            instancePath: instancePath + '/description',
            schemaPath: '#/properties/description/type',
            keyword: 'type',
            params: { type: 'string' },
            message: 'must be string',
            schema: schema11.properties.description.type,
            parentSchema: schema11.properties.description,
            data: data3,
          };
          if (vErrors === null) {
            vErrors = [err11];
          } else {
            vErrors.push(err11);
          }
          errors++;
        }
      }
      if (data.parameters !== undefined) {
        let data4 = data.parameters;
        if (data4 && typeof data4 == 'object' && !Array.isArray(data4)) {
          for (const key1 in data4) {
            const _errs11 = errors;
            if (typeof key1 === 'string') {
              if (!pattern1.test(key1)) {
                const err12 = {
                  instancePath: instancePath + '/parameters',
                  schemaPath: '#/properties/parameters/propertyNames/pattern',
                  keyword: 'pattern',
                  params: { pattern: '^[a-z][a-z0-9_]{0,62}$' },
                  message: 'must match pattern "' + '^[a-z][a-z0-9_]{0,62}$' + '"',
                  schema: '^[a-z][a-z0-9_]{0,62}$',
                  parentSchema: schema11.properties.parameters.propertyNames,
                  data: key1,
                  propertyName: key1,
                };
                if (vErrors === null) {
                  vErrors = [err12];
                } else {
                  vErrors.push(err12);
                }
                errors++;
              }
            }
            var valid1 = _errs11 === errors;
            if (!valid1) {
              const err13 = {
                instancePath: instancePath + '/parameters',
                schemaPath: '#/properties/parameters/propertyNames',
                keyword: 'propertyNames',
                params: { propertyName: key1 },
                message: 'property name must be valid',
                schema: schema11.properties.parameters.propertyNames,
                parentSchema: schema11.properties.parameters,
                data: data4,
              };
              if (vErrors === null) {
                vErrors = [err13];
              } else {
                vErrors.push(err13);
              }
              errors++;
            }
          }
          for (const key2 in data4) {
            if (
              !validate11(data4[key2], {
                instancePath:
                  instancePath + '/parameters/' + key2.replace(/~/g, '~0').replace(/\//g, '~1'),
                parentData: data4,
                parentDataProperty: key2,
                rootData,
              })
            ) {
              vErrors = vErrors === null ? validate11.errors : vErrors.concat(validate11.errors);
              errors = vErrors.length;
            }
          }
        } else {
          const err14 = {
            instancePath: instancePath + '/parameters',
            schemaPath: '#/properties/parameters/type',
            keyword: 'type',
            params: { type: 'object' },
            message: 'must be object',
            schema: schema11.properties.parameters.type,
            parentSchema: schema11.properties.parameters,
            data: data4,
          };
          if (vErrors === null) {
            vErrors = [err14];
          } else {
            vErrors.push(err14);
          }
          errors++;
        }
      }
      if (data.budget !== undefined) {
        if (
          !validate13(data.budget, {
            instancePath: instancePath + '/budget',
            parentData: data,
            parentDataProperty: 'budget',
            rootData,
          })
        ) {
          vErrors = vErrors === null ? validate13.errors : vErrors.concat(validate13.errors);
          errors = vErrors.length;
        }
      }
      if (data.bystanders !== undefined) {
        if (
          !validate15(data.bystanders, {
            instancePath: instancePath + '/bystanders',
            parentData: data,
            parentDataProperty: 'bystanders',
            rootData,
          })
        ) {
          vErrors = vErrors === null ? validate15.errors : vErrors.concat(validate15.errors);
          errors = vErrors.length;
        }
      }
      if (data.drift !== undefined) {
        if (
          !validate17(data.drift, {
            instancePath: instancePath + '/drift',
            parentData: data,
            parentDataProperty: 'drift',
            rootData,
          })
        ) {
          vErrors = vErrors === null ? validate17.errors : vErrors.concat(validate17.errors);
          errors = vErrors.length;
        }
      }
      if (data.ledger !== undefined) {
        let data9 = data.ledger;
        if (data9 && typeof data9 == 'object' && !Array.isArray(data9)) {
          for (const key3 in data9) {
            if (!(key3 === 'keep')) {
              const err15 = {
                instancePath: instancePath + '/ledger',
                schemaPath: '#/definitions/ledger/additionalProperties',
                keyword: 'additionalProperties',
                params: { additionalProperty: key3 },
                message: 'must NOT have additional properties',
                schema: false,
                parentSchema: schema21,
                data: data9,
              };
              if (vErrors === null) {
                vErrors = [err15];
              } else {
                vErrors.push(err15);
              }
              errors++;
            }
          }
          if (data9.keep !== undefined) {
            let data10 = data9.keep;
            if (typeof data10 === 'string') {
              if (!pattern2.test(data10)) {
                const err16 = {
                  instancePath: instancePath + '/ledger/keep',
                  schemaPath: '#/definitions/ledger/properties/keep/pattern',
                  keyword: 'pattern',
                  params: { pattern: '^([1-9][0-9]{0,4}d|[1-9][0-9]{0,3}w|[1-9][0-9]{0,2}y)$' },
                  message:
                    'must match pattern "' +
                    '^([1-9][0-9]{0,4}d|[1-9][0-9]{0,3}w|[1-9][0-9]{0,2}y)$' +
                    '"',
                  schema: '^([1-9][0-9]{0,4}d|[1-9][0-9]{0,3}w|[1-9][0-9]{0,2}y)$',
                  parentSchema: schema21.properties.keep,
                  data: data10,
                };
                if (vErrors === null) {
                  vErrors = [err16];
                } else {
                  vErrors.push(err16);
                }
                errors++;
              }
            } else {
              const err17 = {
                instancePath: instancePath + '/ledger/keep',
                schemaPath: '#/definitions/ledger/properties/keep/type',
                keyword: 'type',
                params: { type: 'string' },
                message: 'must be string',
                schema: schema21.properties.keep.type,
                parentSchema: schema21.properties.keep,
                data: data10,
              };
              if (vErrors === null) {
                vErrors = [err17];
              } else {
                vErrors.push(err17);
              }
              errors++;
            }
          }
        } else {
          const err18 = {
            instancePath: instancePath + '/ledger',
            schemaPath: '#/definitions/ledger/type',
            keyword: 'type',
            params: { type: 'object' },
            message: 'must be object',
            schema: schema21.type,
            parentSchema: schema21,
            data: data9,
          };
          if (vErrors === null) {
            vErrors = [err18];
          } else {
            vErrors.push(err18);
          }
          errors++;
        }
      }
      if (data.window !== undefined) {
        if (
          !validate19(data.window, {
            instancePath: instancePath + '/window',
            parentData: data,
            parentDataProperty: 'window',
            rootData,
          })
        ) {
          vErrors = vErrors === null ? validate19.errors : vErrors.concat(validate19.errors);
          errors = vErrors.length;
        }
      }
      if (data.on_overlap !== undefined) {
        let data12 = data.on_overlap;
        if (!(data12 === 'skip' || data12 === 'wait' || data12 === 'fail')) {
          const err19 = {
            instancePath: instancePath + '/on_overlap',
            schemaPath: '#/properties/on_overlap/enum',
            keyword: 'enum',
            params: { allowedValues: schema11.properties.on_overlap.enum },
            message: 'must be equal to one of the allowed values',
            schema: schema11.properties.on_overlap.enum,
            parentSchema: schema11.properties.on_overlap,
            data: data12,
          };
          if (vErrors === null) {
            vErrors = [err19];
          } else {
            vErrors.push(err19);
          }
          errors++;
        }
      }
      if (data.expect_every !== undefined) {
        let data13 = data.expect_every;
        if (typeof data13 === 'string') {
          if (!formats4(data13)) {
            const err20 = {
              instancePath: instancePath + '/expect_every',
              schemaPath: '#/definitions/age/format',
              keyword: 'format',
              params: { format: 'age' },
              message: 'must match format "' + 'age' + '"',
              schema: 'age',
              parentSchema: schema20,
              data: data13,
            };
            if (vErrors === null) {
              vErrors = [err20];
            } else {
              vErrors.push(err20);
            }
            errors++;
          }
        } else {
          const err21 = {
            instancePath: instancePath + '/expect_every',
            schemaPath: '#/definitions/age/type',
            keyword: 'type',
            params: { type: 'string' },
            message: 'must be string',
            schema: schema20.type,
            parentSchema: schema20,
            data: data13,
          };
          if (vErrors === null) {
            vErrors = [err21];
          } else {
            vErrors.push(err21);
          }
          errors++;
        }
      }
      if (data.defaults !== undefined) {
        if (
          !validate21(data.defaults, {
            instancePath: instancePath + '/defaults',
            parentData: data,
            parentDataProperty: 'defaults',
            rootData,
          })
        ) {
          vErrors = vErrors === null ? validate21.errors : vErrors.concat(validate21.errors);
          errors = vErrors.length;
        }
      }
      if (data.guards !== undefined) {
        let data15 = data.guards;
        if (Array.isArray(data15)) {
          const len0 = data15.length;
          for (let i0 = 0; i0 < len0; i0++) {
            if (
              !validate27(data15[i0], {
                instancePath: instancePath + '/guards/' + i0,
                parentData: data15,
                parentDataProperty: i0,
                rootData,
              })
            ) {
              vErrors = vErrors === null ? validate27.errors : vErrors.concat(validate27.errors);
              errors = vErrors.length;
            }
          }
        } else {
          const err22 = {
            instancePath: instancePath + '/guards',
            schemaPath: '#/properties/guards/type',
            keyword: 'type',
            params: { type: 'array' },
            message: 'must be array',
            schema: schema11.properties.guards.type,
            parentSchema: schema11.properties.guards,
            data: data15,
          };
          if (vErrors === null) {
            vErrors = [err22];
          } else {
            vErrors.push(err22);
          }
          errors++;
        }
      }
      if (data.allow !== undefined) {
        let data17 = data.allow;
        if (Array.isArray(data17)) {
          if (data17.length < 1) {
            const err23 = {
              instancePath: instancePath + '/allow',
              schemaPath: '#/definitions/allow/minItems',
              keyword: 'minItems',
              params: { limit: 1 },
              message: 'must NOT have fewer than 1 items',
              schema: 1,
              parentSchema: schema40,
              data: data17,
            };
            if (vErrors === null) {
              vErrors = [err23];
            } else {
              vErrors.push(err23);
            }
            errors++;
          }
          const len1 = data17.length;
          for (let i1 = 0; i1 < len1; i1++) {
            let data18 = data17[i1];
            if (data18 && typeof data18 == 'object' && !Array.isArray(data18)) {
              if (data18.rule === undefined) {
                const err24 = {
                  instancePath: instancePath + '/allow/' + i1,
                  schemaPath: '#/definitions/allow/items/required',
                  keyword: 'required',
                  params: { missingProperty: 'rule' },
                  message: "must have required property '" + 'rule' + "'",
                  schema: schema40.items.required,
                  parentSchema: schema40.items,
                  data: data18,
                };
                if (vErrors === null) {
                  vErrors = [err24];
                } else {
                  vErrors.push(err24);
                }
                errors++;
              }
              for (const key4 in data18) {
                if (!(key4 === 'rule' || key4 === 'because')) {
                  const err25 = {
                    instancePath: instancePath + '/allow/' + i1,
                    schemaPath: '#/definitions/allow/items/additionalProperties',
                    keyword: 'additionalProperties',
                    params: { additionalProperty: key4 },
                    message: 'must NOT have additional properties',
                    schema: false,
                    parentSchema: schema40.items,
                    data: data18,
                  };
                  if (vErrors === null) {
                    vErrors = [err25];
                  } else {
                    vErrors.push(err25);
                  }
                  errors++;
                }
              }
              if (data18.rule !== undefined) {
                let data19 = data18.rule;
                if (typeof data19 === 'string') {
                  if (func4(data19) < 1) {
                    const err26 = {
                      instancePath: instancePath + '/allow/' + i1 + '/rule',
                      schemaPath: '#/definitions/allow/items/properties/rule/minLength',
                      keyword: 'minLength',
                      params: { limit: 1 },
                      message: 'must NOT have fewer than 1 characters',
                      schema: 1,
                      parentSchema: schema40.items.properties.rule,
                      data: data19,
                    };
                    if (vErrors === null) {
                      vErrors = [err26];
                    } else {
                      vErrors.push(err26);
                    }
                    errors++;
                  }
                } else {
                  const err27 = {
                    instancePath: instancePath + '/allow/' + i1 + '/rule',
                    schemaPath: '#/definitions/allow/items/properties/rule/type',
                    keyword: 'type',
                    params: { type: 'string' },
                    message: 'must be string',
                    schema: schema40.items.properties.rule.type,
                    parentSchema: schema40.items.properties.rule,
                    data: data19,
                  };
                  if (vErrors === null) {
                    vErrors = [err27];
                  } else {
                    vErrors.push(err27);
                  }
                  errors++;
                }
              }
              if (data18.because !== undefined) {
                let data20 = data18.because;
                if (typeof data20 !== 'string') {
                  const err28 = {
                    instancePath: instancePath + '/allow/' + i1 + '/because',
                    schemaPath: '#/definitions/allow/items/properties/because/type',
                    keyword: 'type',
                    params: { type: 'string' },
                    message: 'must be string',
                    schema: schema40.items.properties.because.type,
                    parentSchema: schema40.items.properties.because,
                    data: data20,
                  };
                  if (vErrors === null) {
                    vErrors = [err28];
                  } else {
                    vErrors.push(err28);
                  }
                  errors++;
                }
              }
            } else {
              const err29 = {
                instancePath: instancePath + '/allow/' + i1,
                schemaPath: '#/definitions/allow/items/type',
                keyword: 'type',
                params: { type: 'object' },
                message: 'must be object',
                schema: schema40.items.type,
                parentSchema: schema40.items,
                data: data18,
              };
              if (vErrors === null) {
                vErrors = [err29];
              } else {
                vErrors.push(err29);
              }
              errors++;
            }
          }
        } else {
          const err30 = {
            instancePath: instancePath + '/allow',
            schemaPath: '#/definitions/allow/type',
            keyword: 'type',
            params: { type: 'array' },
            message: 'must be array',
            schema: schema40.type,
            parentSchema: schema40,
            data: data17,
          };
          if (vErrors === null) {
            vErrors = [err30];
          } else {
            vErrors.push(err30);
          }
          errors++;
        }
      }
      if (data.steps !== undefined) {
        let data21 = data.steps;
        if (Array.isArray(data21)) {
          if (data21.length > 500) {
            const err31 = {
              instancePath: instancePath + '/steps',
              schemaPath: '#/properties/steps/maxItems',
              keyword: 'maxItems',
              params: { limit: 500 },
              message: 'must NOT have more than 500 items',
              schema: 500,
              parentSchema: schema11.properties.steps,
              data: data21,
            };
            if (vErrors === null) {
              vErrors = [err31];
            } else {
              vErrors.push(err31);
            }
            errors++;
          }
          if (data21.length < 1) {
            const err32 = {
              instancePath: instancePath + '/steps',
              schemaPath: '#/properties/steps/minItems',
              keyword: 'minItems',
              params: { limit: 1 },
              message: 'must NOT have fewer than 1 items',
              schema: 1,
              parentSchema: schema11.properties.steps,
              data: data21,
            };
            if (vErrors === null) {
              vErrors = [err32];
            } else {
              vErrors.push(err32);
            }
            errors++;
          }
          const len2 = data21.length;
          for (let i2 = 0; i2 < len2; i2++) {
            if (
              !validate29(data21[i2], {
                instancePath: instancePath + '/steps/' + i2,
                parentData: data21,
                parentDataProperty: i2,
                rootData,
              })
            ) {
              vErrors = vErrors === null ? validate29.errors : vErrors.concat(validate29.errors);
              errors = vErrors.length;
            }
          }
        } else {
          const err33 = {
            instancePath: instancePath + '/steps',
            schemaPath: '#/properties/steps/type',
            keyword: 'type',
            params: { type: 'array' },
            message: 'must be array',
            schema: schema11.properties.steps.type,
            parentSchema: schema11.properties.steps,
            data: data21,
          };
          if (vErrors === null) {
            vErrors = [err33];
          } else {
            vErrors.push(err33);
          }
          errors++;
        }
      }
    } else {
      const err34 = {
        instancePath,
        schemaPath: '#/type',
        keyword: 'type',
        params: { type: 'object' },
        message: 'must be object',
        schema: schema11.type,
        parentSchema: schema11,
        data,
      };
      if (vErrors === null) {
        vErrors = [err34];
      } else {
        vErrors.push(err34);
      }
      errors++;
    }
    validate10.errors = vErrors;
    return errors === 0;
  }

  return validate10;
}
