import fc from 'fast-check'
import type { WishTexts } from '../advice/wishes.ts'

const maybe = (...texts: readonly string[]) => fc.constantFrom<string | undefined>(undefined, ...texts)

/** Wishes as somebody types them; half of each are left out. */
export const anyWishes: fc.Arbitrary<WishTexts> = fc.record({
  'revoke-within': maybe('at-once', '1s', '5s', '90s', '5min', '1h', 'expiry'),
  'redis-rtt': maybe('0.2ms', '1ms', '20ms'),
  users: maybe('50', '100000', '5000000'),
  'requests-per-user': maybe('0.01', '0.1', '3'),
  services: maybe('1', '3'),
  roles: maybe('20', '400'),
  handler: maybe('5ms'),
  'without-store': maybe('yes'),
  transport: maybe('bearer', 'cookie'),
})
