/** What the harness and all strategies ask of a Redis; `permissions.test.ts` runs them as a user who may do just that. */
const COMMANDS = [
  // Of the harness.
  'info',
  'scan',
  'unlink',
  'select',
  // Of connections.
  'ping',
  'hello',
  'client|id',
  'client|tracking',
  // Of a cluster.
  'client|setname',
  'cluster|slots',
  'readonly',
  'subscribe',
  // Of values.
  'get',
  'getex',
  'exists',
  'set',
  'del',
  'expire',
  'pexpire',
  'getdel',
  'setbit',
  'time',
  // Of indexes, feeds of revoked tokens, refresh families, and scripts.
  'hset',
  'hmget',
  'zadd',
  'zrange',
  'zrem',
  'zremrangebyscore',
  'eval',
  'evalsha',
  'multi',
  'exec',
  'xadd',
  'xread',
] as const

const PATTERNS = ['~authbench:*', '&__redis__:invalidate']

/** The words of `ACL SETUSER NAME on >PASSWORD ...` that a user needs. */
export const neededPermissions = (): string => [...PATTERNS, ...COMMANDS.map((name) => `+${name}`)].join(' ')
