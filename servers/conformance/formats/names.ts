/** `typ` of what is no access token. */
export const OTHER_TYPES = ['JWT', 'id_token+jwt', 'rt+jwt', 'at', '', undefined, 7, ['at+jwt']] as const
/** Paths, queries and names that a careless look-up follows. */
export const KEY_NAMES = [
  '',
  '../../../../dev/null',
  "' OR '1'='1",
  'k'.repeat(2000),
  '__proto__',
  7,
  null,
] as const
