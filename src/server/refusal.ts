/**
 * A request that is answered with a sentence in place of what it asked for.
 */

/** Statuses that say whose mistake it is: 4xx the client's, 503 that the server cannot now. */
export type RefusalStatus = 400 | 401 | 403 | 404 | 405 | 409 | 411 | 413 | 415 | 429 | 503;

export class Refusal extends Error {
  constructor(
    readonly status: RefusalStatus,
    message: string,
  ) {
    super(message);
  }
}
