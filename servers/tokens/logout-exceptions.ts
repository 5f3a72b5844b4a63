/** Of every strategy that keeps nothing: what it signed once is good until `exp` (RFC 7519 section 4.1.4). */
export const NOT_REVOCABLE = {
  S05: {
    reason: 'nothing is kept that a logout could delete: the token is accepted until it expires',
    cases: ['refuses a credential after logout, as soon as it declares'],
  },
  S06: {
    reason: 'nothing is kept that a logout everywhere could delete: every token is accepted until it expires',
    cases: ['ends every credential of the subject at a logout everywhere, and none of others'],
  },
} as const
