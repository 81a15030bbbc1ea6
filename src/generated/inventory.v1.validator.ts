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
    $id: 'https://pg-runbook.dev/schemas/inventory.v1.schema.json',
    title: 'InventoryV1',
    type: 'object',
    additionalProperties: false,
    required: ['api_version', 'databases'],
    properties: {
      api_version: { const: 'pg-runbook/inventory/v1' },
      concurrency: { type: 'integer', minimum: 1, maximum: 64 },
      per_server: { type: 'integer', minimum: 1, maximum: 64 },
      databases: {
        type: 'array',
        minItems: 1,
        maxItems: 5000,
        items: { $ref: '#/definitions/database' },
      },
    },
    definitions: {
      database: {
        type: 'object',
        additionalProperties: false,
        required: ['name'],
        properties: {
          name: { type: 'string', pattern: '^[a-z0-9][a-z0-9._-]{0,62}$' },
          dsn: { type: 'string', minLength: 1 },
          service: { type: 'string', minLength: 1 },
          tags: {
            type: 'array',
            uniqueItems: true,
            items: { type: 'string', pattern: '^[a-z0-9][a-z0-9._-]{0,62}$' },
          },
        },
        oneOf: [{ required: ['dsn'] }, { required: ['service'] }],
      },
    },
  };
  const schema12 = {
    type: 'object',
    additionalProperties: false,
    required: ['name'],
    properties: {
      name: { type: 'string', pattern: '^[a-z0-9][a-z0-9._-]{0,62}$' },
      dsn: { type: 'string', minLength: 1 },
      service: { type: 'string', minLength: 1 },
      tags: {
        type: 'array',
        uniqueItems: true,
        items: { type: 'string', pattern: '^[a-z0-9][a-z0-9._-]{0,62}$' },
      },
    },
    oneOf: [{ required: ['dsn'] }, { required: ['service'] }],
  };
  const pattern0 = new RegExp('^[a-z0-9][a-z0-9._-]{0,62}$', 'u');
  const func2 = require('ajv/dist/runtime/ucs2length').default;

  function validate10(
    data,
    { instancePath = '', parentData, parentDataProperty, rootData = data } = {},
  ) {
    /*# sourceURL="https://pg-runbook.dev/schemas/inventory.v1.schema.json" */ let vErrors = null;
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
      if (data.databases === undefined) {
        const err1 = {
          instancePath,
          schemaPath: '#/required',
          keyword: 'required',
          params: { missingProperty: 'databases' },
          message: "must have required property '" + 'databases' + "'",
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
      for (const key0 in data) {
        if (!(
          key0 === 'api_version' ||
          key0 === 'concurrency' ||
          key0 === 'per_server' ||
          key0 === 'databases'
        )) {
          const err2 = {
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
            vErrors = [err2];
          } else {
            vErrors.push(err2);
          }
          errors++;
        }
      }
      if (data.api_version !== undefined) {
        let data0 = data.api_version;
        if ('pg-runbook/inventory/v1' !== data0) {
          const err3 = {
            instancePath: instancePath + '/api_version',
            schemaPath: '#/properties/api_version/const',
            keyword: 'const',
            params: { allowedValue: 'pg-runbook/inventory/v1' },
            message: 'must be equal to constant',
            schema: 'pg-runbook/inventory/v1',
            parentSchema: schema11.properties.api_version,
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
      if (data.concurrency !== undefined) {
        let data1 = data.concurrency;
        if (!(typeof data1 == 'number' && !(data1 % 1) && !isNaN(data1) && isFinite(data1))) {
          const err4 = {
            instancePath: instancePath + '/concurrency',
            schemaPath: '#/properties/concurrency/type',
            keyword: 'type',
            params: { type: 'integer' },
            message: 'must be integer',
            schema: schema11.properties.concurrency.type,
            parentSchema: schema11.properties.concurrency,
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
          if (data1 > 64 || isNaN(data1)) {
            const err5 = {
              instancePath: instancePath + '/concurrency',
              schemaPath: '#/properties/concurrency/maximum',
              keyword: 'maximum',
              params: { comparison: '<=', limit: 64 },
              message: 'must be <= 64',
              schema: 64,
              parentSchema: schema11.properties.concurrency,
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
              instancePath: instancePath + '/concurrency',
              schemaPath: '#/properties/concurrency/minimum',
              keyword: 'minimum',
              params: { comparison: '>=', limit: 1 },
              message: 'must be >= 1',
              schema: 1,
              parentSchema: schema11.properties.concurrency,
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
      if (data.per_server !== undefined) {
        let data2 = data.per_server;
        if (!(typeof data2 == 'number' && !(data2 % 1) && !isNaN(data2) && isFinite(data2))) {
          const err7 = {
            instancePath: instancePath + '/per_server',
            schemaPath: '#/properties/per_server/type',
            keyword: 'type',
            params: { type: 'integer' },
            message: 'must be integer',
            schema: schema11.properties.per_server.type,
            parentSchema: schema11.properties.per_server,
            data: data2,
          };
          if (vErrors === null) {
            vErrors = [err7];
          } else {
            vErrors.push(err7);
          }
          errors++;
        }
        if (typeof data2 == 'number' && isFinite(data2)) {
          if (data2 > 64 || isNaN(data2)) {
            const err8 = {
              instancePath: instancePath + '/per_server',
              schemaPath: '#/properties/per_server/maximum',
              keyword: 'maximum',
              params: { comparison: '<=', limit: 64 },
              message: 'must be <= 64',
              schema: 64,
              parentSchema: schema11.properties.per_server,
              data: data2,
            };
            if (vErrors === null) {
              vErrors = [err8];
            } else {
              vErrors.push(err8);
            }
            errors++;
          }
          if (data2 < 1 || isNaN(data2)) {
            const err9 = {
              instancePath: instancePath + '/per_server',
              schemaPath: '#/properties/per_server/minimum',
              keyword: 'minimum',
              params: { comparison: '>=', limit: 1 },
              message: 'must be >= 1',
              schema: 1,
              parentSchema: schema11.properties.per_server,
              data: data2,
            };
            if (vErrors === null) {
              vErrors = [err9];
            } else {
              vErrors.push(err9);
            }
            errors++;
          }
        }
      }
      if (data.databases !== undefined) {
        let data3 = data.databases;
        if (Array.isArray(data3)) {
          if (data3.length > 5000) {
            const err10 = {
              instancePath: instancePath + '/databases',
              schemaPath: '#/properties/databases/maxItems',
              keyword: 'maxItems',
              params: { limit: 5000 },
              message: 'must NOT have more than 5000 items',
              schema: 5000,
              parentSchema: schema11.properties.databases,
              data: data3,
            };
            if (vErrors === null) {
              vErrors = [err10];
            } else {
              vErrors.push(err10);
            }
            errors++;
          }
          if (data3.length < 1) {
            const err11 = {
              instancePath: instancePath + '/databases',
              schemaPath: '#/properties/databases/minItems',
              keyword: 'minItems',
              params: { limit: 1 },
              message: 'must NOT have fewer than 1 items',
              schema: 1,
              parentSchema: schema11.properties.databases,
              data: data3,
            };
            if (vErrors === null) {
              vErrors = [err11];
            } else {
              vErrors.push(err11);
            }
            errors++;
          }
          const len0 = data3.length;
          for (let i0 = 0; i0 < len0; i0++) {
            let data4 = data3[i0];
            const _errs12 = errors;
            let valid4 = false;
            let passing0 = null;
            const _errs13 = errors;
            if (data4 && typeof data4 == 'object' && !Array.isArray(data4)) {
              if (data4.dsn === undefined) {
                const err12 = {
                  instancePath: instancePath + '/databases/' + i0,
                  schemaPath: '#/definitions/database/oneOf/0/required',
                  keyword: 'required',
                  params: { missingProperty: 'dsn' },
                  message: "must have required property '" + 'dsn' + "'",
                  schema: schema12.oneOf[0].required,
                  parentSchema: schema12.oneOf[0],
                  data: data4,
                };
                if (vErrors === null) {
                  vErrors = [err12];
                } else {
                  vErrors.push(err12);
                }
                errors++;
              }
            }
            var _valid0 = _errs13 === errors;
            if (_valid0) {
              valid4 = true;
              passing0 = 0;
            }
            const _errs14 = errors;
            if (data4 && typeof data4 == 'object' && !Array.isArray(data4)) {
              if (data4.service === undefined) {
                const err13 = {
                  instancePath: instancePath + '/databases/' + i0,
                  schemaPath: '#/definitions/database/oneOf/1/required',
                  keyword: 'required',
                  params: { missingProperty: 'service' },
                  message: "must have required property '" + 'service' + "'",
                  schema: schema12.oneOf[1].required,
                  parentSchema: schema12.oneOf[1],
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
            var _valid0 = _errs14 === errors;
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
                instancePath: instancePath + '/databases/' + i0,
                schemaPath: '#/definitions/database/oneOf',
                keyword: 'oneOf',
                params: { passingSchemas: passing0 },
                message: 'must match exactly one schema in oneOf',
                schema: schema12.oneOf,
                parentSchema: schema12,
                data: data4,
              };
              if (vErrors === null) {
                vErrors = [err14];
              } else {
                vErrors.push(err14);
              }
              errors++;
            } else {
              errors = _errs12;
              if (vErrors !== null) {
                if (_errs12) {
                  vErrors.length = _errs12;
                } else {
                  vErrors = null;
                }
              }
            }
            if (data4 && typeof data4 == 'object' && !Array.isArray(data4)) {
              if (data4.name === undefined) {
                const err15 = {
                  instancePath: instancePath + '/databases/' + i0,
                  schemaPath: '#/definitions/database/required',
                  keyword: 'required',
                  params: { missingProperty: 'name' },
                  message: "must have required property '" + 'name' + "'",
                  schema: schema12.required,
                  parentSchema: schema12,
                  data: data4,
                };
                if (vErrors === null) {
                  vErrors = [err15];
                } else {
                  vErrors.push(err15);
                }
                errors++;
              }
              for (const key1 in data4) {
                if (!(key1 === 'name' || key1 === 'dsn' || key1 === 'service' || key1 === 'tags')) {
                  const err16 = {
                    instancePath: instancePath + '/databases/' + i0,
                    schemaPath: '#/definitions/database/additionalProperties',
                    keyword: 'additionalProperties',
                    params: { additionalProperty: key1 },
                    message: 'must NOT have additional properties',
                    schema: false,
                    parentSchema: schema12,
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
              if (data4.name !== undefined) {
                let data5 = data4.name;
                if (typeof data5 === 'string') {
                  if (!pattern0.test(data5)) {
                    const err17 = {
                      instancePath: instancePath + '/databases/' + i0 + '/name',
                      schemaPath: '#/definitions/database/properties/name/pattern',
                      keyword: 'pattern',
                      params: { pattern: '^[a-z0-9][a-z0-9._-]{0,62}$' },
                      message: 'must match pattern "' + '^[a-z0-9][a-z0-9._-]{0,62}$' + '"',
                      schema: '^[a-z0-9][a-z0-9._-]{0,62}$',
                      parentSchema: schema12.properties.name,
                      data: data5,
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
                    instancePath: instancePath + '/databases/' + i0 + '/name',
                    schemaPath: '#/definitions/database/properties/name/type',
                    keyword: 'type',
                    params: { type: 'string' },
                    message: 'must be string',
                    schema: schema12.properties.name.type,
                    parentSchema: schema12.properties.name,
                    data: data5,
                  };
                  if (vErrors === null) {
                    vErrors = [err18];
                  } else {
                    vErrors.push(err18);
                  }
                  errors++;
                }
              }
              if (data4.dsn !== undefined) {
                let data6 = data4.dsn;
                if (typeof data6 === 'string') {
                  if (func2(data6) < 1) {
                    const err19 = {
                      instancePath: instancePath + '/databases/' + i0 + '/dsn',
                      schemaPath: '#/definitions/database/properties/dsn/minLength',
                      keyword: 'minLength',
                      params: { limit: 1 },
                      message: 'must NOT have fewer than 1 characters',
                      schema: 1,
                      parentSchema: schema12.properties.dsn,
                      data: data6,
                    };
                    if (vErrors === null) {
                      vErrors = [err19];
                    } else {
                      vErrors.push(err19);
                    }
                    errors++;
                  }
                } else {
                  const err20 = {
                    instancePath: instancePath + '/databases/' + i0 + '/dsn',
                    schemaPath: '#/definitions/database/properties/dsn/type',
                    keyword: 'type',
                    params: { type: 'string' },
                    message: 'must be string',
                    schema: schema12.properties.dsn.type,
                    parentSchema: schema12.properties.dsn,
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
              if (data4.service !== undefined) {
                let data7 = data4.service;
                if (typeof data7 === 'string') {
                  if (func2(data7) < 1) {
                    const err21 = {
                      instancePath: instancePath + '/databases/' + i0 + '/service',
                      schemaPath: '#/definitions/database/properties/service/minLength',
                      keyword: 'minLength',
                      params: { limit: 1 },
                      message: 'must NOT have fewer than 1 characters',
                      schema: 1,
                      parentSchema: schema12.properties.service,
                      data: data7,
                    };
                    if (vErrors === null) {
                      vErrors = [err21];
                    } else {
                      vErrors.push(err21);
                    }
                    errors++;
                  }
                } else {
                  const err22 = {
                    instancePath: instancePath + '/databases/' + i0 + '/service',
                    schemaPath: '#/definitions/database/properties/service/type',
                    keyword: 'type',
                    params: { type: 'string' },
                    message: 'must be string',
                    schema: schema12.properties.service.type,
                    parentSchema: schema12.properties.service,
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
              if (data4.tags !== undefined) {
                let data8 = data4.tags;
                if (Array.isArray(data8)) {
                  const len1 = data8.length;
                  for (let i1 = 0; i1 < len1; i1++) {
                    let data9 = data8[i1];
                    if (typeof data9 === 'string') {
                      if (!pattern0.test(data9)) {
                        const err23 = {
                          instancePath: instancePath + '/databases/' + i0 + '/tags/' + i1,
                          schemaPath: '#/definitions/database/properties/tags/items/pattern',
                          keyword: 'pattern',
                          params: { pattern: '^[a-z0-9][a-z0-9._-]{0,62}$' },
                          message: 'must match pattern "' + '^[a-z0-9][a-z0-9._-]{0,62}$' + '"',
                          schema: '^[a-z0-9][a-z0-9._-]{0,62}$',
                          parentSchema: schema12.properties.tags.items,
                          data: data9,
                        };
                        if (vErrors === null) {
                          vErrors = [err23];
                        } else {
                          vErrors.push(err23);
                        }
                        errors++;
                      }
                    } else {
                      const err24 = {
                        instancePath: instancePath + '/databases/' + i0 + '/tags/' + i1,
                        schemaPath: '#/definitions/database/properties/tags/items/type',
                        keyword: 'type',
                        params: { type: 'string' },
                        message: 'must be string',
                        schema: schema12.properties.tags.items.type,
                        parentSchema: schema12.properties.tags.items,
                        data: data9,
                      };
                      if (vErrors === null) {
                        vErrors = [err24];
                      } else {
                        vErrors.push(err24);
                      }
                      errors++;
                    }
                  }
                  let i2 = data8.length;
                  let j0;
                  if (i2 > 1) {
                    const indices0 = {};
                    for (; i2--;) {
                      let item0 = data8[i2];
                      if (typeof item0 !== 'string') {
                        continue;
                      }
                      if (typeof indices0[item0] == 'number') {
                        j0 = indices0[item0];
                        const err25 = {
                          instancePath: instancePath + '/databases/' + i0 + '/tags',
                          schemaPath: '#/definitions/database/properties/tags/uniqueItems',
                          keyword: 'uniqueItems',
                          params: { i: i2, j: j0 },
                          message:
                            'must NOT have duplicate items (items ## ' +
                            j0 +
                            ' and ' +
                            i2 +
                            ' are identical)',
                          schema: true,
                          parentSchema: schema12.properties.tags,
                          data: data8,
                        };
                        if (vErrors === null) {
                          vErrors = [err25];
                        } else {
                          vErrors.push(err25);
                        }
                        errors++;
                        break;
                      }
                      indices0[item0] = i2;
                    }
                  }
                } else {
                  const err26 = {
                    instancePath: instancePath + '/databases/' + i0 + '/tags',
                    schemaPath: '#/definitions/database/properties/tags/type',
                    keyword: 'type',
                    params: { type: 'array' },
                    message: 'must be array',
                    schema: schema12.properties.tags.type,
                    parentSchema: schema12.properties.tags,
                    data: data8,
                  };
                  if (vErrors === null) {
                    vErrors = [err26];
                  } else {
                    vErrors.push(err26);
                  }
                  errors++;
                }
              }
            } else {
              const err27 = {
                instancePath: instancePath + '/databases/' + i0,
                schemaPath: '#/definitions/database/type',
                keyword: 'type',
                params: { type: 'object' },
                message: 'must be object',
                schema: schema12.type,
                parentSchema: schema12,
                data: data4,
              };
              if (vErrors === null) {
                vErrors = [err27];
              } else {
                vErrors.push(err27);
              }
              errors++;
            }
          }
        } else {
          const err28 = {
            instancePath: instancePath + '/databases',
            schemaPath: '#/properties/databases/type',
            keyword: 'type',
            params: { type: 'array' },
            message: 'must be array',
            schema: schema11.properties.databases.type,
            parentSchema: schema11.properties.databases,
            data: data3,
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
        vErrors = [err29];
      } else {
        vErrors.push(err29);
      }
      errors++;
    }
    validate10.errors = vErrors;
    return errors === 0;
  }

  return validate10;
}
