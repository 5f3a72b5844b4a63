/** Below it no distribution-free 95 % interval exists: two times 2^-5 is more than 5 %. */
export const MINIMUM_ROUNDS = 6
