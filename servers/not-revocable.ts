/** Of every strategy that keeps nothing: what it signed once is good until `exp` (RFC 7519 section 4.1.4). */
export const NOT_REVOCABLE = {
  S05: 'nothing is kept that a logout could delete: the token is accepted until it expires',
  S06: 'nothing is kept that a logout everywhere could delete: every token is accepted until it expires',
} as const
