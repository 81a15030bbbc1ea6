import { notAValue, type LibpqKeywords } from './keywords.js';

const METHODS = ['password', 'md5', 'gss', 'sspi', 'scram-sha-256', 'oauth', 'none'] as const;
/** A way to authenticate, as `require_auth` names it. */
export type Method = (typeof METHODS)[number];

/** What must hold of a server before it is believed, or learns of a password. */
export interface Demands {
  /** The ways to authenticate that it may ask for. */
  readonly methods: ReadonlySet<Method>;
  readonly channelBinding: string;
  /** libpq's target_session_attrs. */
  readonly sessionAttributes: string;
}

/** @throws RunbookError `invalid_connection` for a list of methods that libpq would not take. */
export function readDemands(keywords: LibpqKeywords): Demands {
  return {
    methods: readMethods(keywords['require_auth']),
    channelBinding: keywords['channel_binding'] ?? 'prefer',
    sessionAttributes: keywords['target_session_attrs'] ?? 'any',
  };
}

function readMethods(list: string | undefined): ReadonlySet<Method> {
  if (list === undefined) return new Set(METHODS);
  const words = list.split(',');
  const negative = words[0]?.startsWith('!') === true;
  const named = words.map((word) =>
    METHODS.find((method) => word === (negative ? `!${method}` : method)),
  );
  const known = named.filter((method) => method !== undefined);
  const methods = new Set(known);
  if (known.length < words.length || methods.size < words.length) {
    throw notAValue('require_auth', list, [
      `each once of ${METHODS.join(', ')}`,
      '! before all or none',
    ]);
  }
  return negative ? new Set(METHODS.filter((method) => !methods.has(method))) : methods;
}

/** Why the server may not have its way, or undefined. */
export type Refusal = string | undefined;

const ASKED: Readonly<Record<Method, string>> = {
  password: 'asks for the password as it is',
  md5: 'asks for the MD5 of the password',
  gss: 'asks for GSSAPI',
  sspi: 'asks for SSPI',
  'scram-sha-256': 'asks for SCRAM',
  oauth: 'asks for OAuth',
  none: 'asks for no authentication',
};

/** Whether a server may use this method; with `bound`, what stands in the way of a bound channel goes. */
export function judgeMethod(demands: Demands, method: Method, bound: boolean): Refusal {
  if (demands.channelBinding === 'require' && !bound) {
    return `channel_binding is require, and the server ${ASKED[method]}, without channel binding`;
  }
  if (demands.methods.has(method)) return undefined;
  return `require_auth does not allow that the server ${ASKED[method]}`;
}

/** Whether this is a server as target_session_attrs wants it, by what it reports of itself. */
export function judgeServer(
  { sessionAttributes: wanted }: Demands,
  reported: ReadonlyMap<string, string>,
): Refusal {
  const standby = reported.get('in_hot_standby') === 'on';
  const readOnly = standby || reported.get('default_transaction_read_only') === 'on';
  const fits: Readonly<Record<string, boolean>> = {
    'read-write': !readOnly,
    'read-only': readOnly,
    primary: !standby,
    standby,
  };
  if (fits[wanted] ?? true) return undefined;
  const is = standby ? 'a standby' : readOnly ? 'read-only' : 'a primary that takes writes';
  return `target_session_attrs is ${wanted}, and the server is ${is}`;
}
