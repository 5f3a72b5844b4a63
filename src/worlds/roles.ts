const AREAS = [
  'orders',
  'claims',
  'assets',
  'ledger',
  'quotes',
  'stocks',
  'wallet',
  'tariff',
  'budget',
  'depots',
  'labels',
  'prices',
  'routes',
  'plants',
  'grants',
  'awards',
  'drafts',
  'badges',
  'alerts',
  'quotas',
] as const
const REGIONS = ['eu', 'us', 'uk', 'jp', 'in', 'br', 'za', 'au', 'ca', 'mx', 'sg', 'ae'] as const
const DUTIES = [
  'approver',
  'reviewer',
  'operator',
  'producer',
  'executor',
  'observer',
  'importer',
  'exporter',
  'archiver',
  'resolver',
] as const

/**
 * Distinct names as companies give them, such as `orders-eu:approver`: 18 characters, which with quotes and comma take 28 bytes of a token.
 * @param count at most 2400
 */
export const rolesNamed = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => {
    const area = AREAS[index % AREAS.length]
    const region = REGIONS[Math.floor(index / AREAS.length) % REGIONS.length]
    const duty = DUTIES[Math.floor(index / (AREAS.length * REGIONS.length)) % DUTIES.length]
    return `${area}-${region}:${duty}`
  })
